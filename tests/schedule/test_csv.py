"""Test which CSV files are read, which are refused, and the message of each refusal."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from packets.schedule.source_files import MAX_BYTES
from packets.schedule.table import MAX_LINES, MAX_ROWS
from tests.batch.day import as_csv, patient
from tests.schedule.reader import EXPORT, PATIENT, PROFILE, ScheduleReader, with_changes


def test_a_row_becomes_a_case(reader: ScheduleReader) -> None:
    (row,) = reader.rows(
        as_csv([{**PATIENT, "language": "en", "room": "OR 2", "start_time": "7:30 am", "email": "a@b.org"}])
    )
    case = row.case
    assert case is not None and row.problems == () and row.number == 2
    assert (case.record_number, case.patient_name, case.surgeon) == ("00000001", "Bruno Abel", "Dr. Jane Sample")
    assert (case.surgery_date, case.birth_date) == (dt.date(2026, 12, 7), dt.date(1951, 3, 9))
    assert case.answers == {"collar": "no"}
    assert (row.room, row.start_time, row.mail[0]) == ("OR 2", "07:30", "a@b.org")


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [
        (as_csv([PATIENT]).encode(), ","),
        (b"\xef\xbb\xbf" + as_csv([PATIENT]).encode(), ","),
        (as_csv([PATIENT]).encode("utf-16"), ","),
        (as_csv([PATIENT], ";").encode(), ";"),
        (as_csv([PATIENT], "\t").encode(), "\t"),
        (as_csv([PATIENT], "|").encode(), "|"),
        (as_csv([PATIENT]).replace("\r\n", "\n").encode(), ","),
        (as_csv([PATIENT]).replace("\r\n", "\r\n,,,,,,\r\n\r\n").encode(), ","),
    ],
)  # fmt: skip
def test_encodings_delimiters_and_line_ends_are_recognized(reader: ScheduleReader, data: bytes, delimiter: str) -> None:
    (row,) = reader.rows(data)
    assert row.case is not None and row.case.patient_name == "Bruno Abel", delimiter


def test_rows_are_numbered_as_in_a_spreadsheet(reader: ScheduleReader) -> None:
    text = as_csv([PATIENT, patient(2, follow_up="one\ntwo"), patient(3)])
    assert [row.number for row in reader.rows(text)] == [2, 3, 4]
    assert [row.number for row in reader.rows(text.replace("\r\n", "\r\n\r\n"))] == [3, 5, 7]


# Stray quotation marks must not hide a patient inside another patient's cell.

COMMENTS = PROFILE + "other_columns: ignored\n"


def test_stray_quotation_marks_lose_no_patient_without_a_message(reader: ScheduleReader) -> None:
    """Put one quotation mark before any cell and one after any cell of a later row."""
    rows = [patient(number, follow_up="", email="", room="", status="") for number in range(3)]
    rows[0]["status"] = "cancelled"
    lines = as_csv(rows).split("\r\n")[:-1]
    cells = [line.split(",") for line in lines]
    names = {row["patient_name"] for row in rows}
    unreported = 0
    for opening in ((row, column) for row in (0, 1, 2) for column in range(len(cells[0]))):
        for closing in ((row, column) for row in range(opening[0] + 1, 4) for column in range(len(cells[0]))):
            broken = [list(line) for line in cells]
            broken[opening[0]][opening[1]] = '"' + broken[opening[0]][opening[1]]
            broken[closing[0]][closing[1]] += '"'
            data = "\r\n".join(",".join(line) for line in broken)
            if not reader.problems(data):
                unreported += 1
                assert {row.name for row in reader.rows(data)} == names, (opening, closing)
    assert not unreported


@pytest.mark.parametrize("status", ["", "cancelled"])
@pytest.mark.parametrize("field", ["email", "room", "follow_up"])
def test_a_cell_that_contains_the_next_row_is_refused(reader: ScheduleReader, field: str, status: str) -> None:
    rows = [patient(number, **{"status": status, field: "A" if number < 3 else ""}) for number in (1, 2, 3)]
    first, second = "A", "A"
    text = as_csv(rows).replace(f",{first}", f',"{first}', 1)
    before, after = text.split(f",{second}", 1)
    problems = reader.problems(f'{before},{second}"{after}')
    assert (
        f"row 2, column {field}: B60 the cell runs over several lines of the file: line 3 is inside row 2\n"
        "    If there is another patient in it, delete the stray quotation marks."
    ) in problems


def test_an_unused_column_may_have_line_breaks_if_the_profile_says_so(reader: ScheduleReader) -> None:
    text = EXPORT.replace("COLLAR\n", "COLLAR,NOTES\n").replace(",yes\n", ',yes,"Bring\nthe films"\n')
    reader.write_profile(COMMENTS)
    assert reader.problems(text, "ours") == (
        "row 2, column NOTES: B60 the cell runs over several lines of the file: line 3 is inside row 2\n"
        "    If there is another patient in it, delete the stray quotation marks. Otherwise write the cell on one line."
        ' A schedule profile can also say: line_breaks: ["NOTES"]'
    )
    reader.write_profile(COMMENTS + 'line_breaks: ["NOTES"]\n')
    assert reader.problems(text, "ours") == ""
    second = "00000002,Eve Costa,cervical-foraminotomy,12/07/2026,Dr. Sample,no,none\n"
    swallowed = text.replace('"Bring\nthe films"', '"Bring') + second.replace("none\n", 'none"\n')
    assert "B60 the cell runs over several lines of the file: line 3 is inside row 2" in reader.problems(
        swallowed, "ours"
    )


def test_a_heading_that_contains_the_first_row_is_refused(reader: ScheduleReader) -> None:
    reader.write_profile(COMMENTS)
    text = EXPORT.replace("COLLAR\n", 'COLLAR,"NOTES\n').replace(",yes\n", ',yes,none"\n')
    text += "00000002,Eve Costa,cervical-foraminotomy,12/07/2026,Dr. Sample,no,none\n"
    assert reader.problems(text, "ours") == (
        "monday.csv: B61 a heading contains a line break, and what looks like the row below it (lines 1 to 2 "
        "of the file)\n    Look for a stray quotation mark in the header."
    )


def test_a_quoted_name_after_a_blank_is_read_without_its_quotation_marks(reader: ScheduleReader) -> None:
    reader.write_profile(PROFILE + "patient_names: last, first\n")
    (row,) = reader.rows(EXPORT.replace("Ada Abel,", '"ABEL, ADA", ').replace("00000001,", "00000001,  "), "ours")
    assert row.name == "ADA ABEL" and row.case is not None and row.problems == ()


# Files that are refused.


def test_a_file_that_is_not_a_schedule_is_refused(reader: ScheduleReader, tmp_path: Path) -> None:
    cases = {
        b"": "monday.csv: B10 the schedule is empty\n    Export it again.",
        as_csv([]).encode(): "monday.csv: B10 the schedule has a header and no rows\n    Export it again.",
        b"x" * (MAX_BYTES + 1): (
            "monday.csv: B02 the schedule is too large\n    At most 10 MB are read. Export one day only."
        ),
        b"\xd0\xcf\x11\xe0old": (
            "monday.csv: B11 this is an Excel file of the old format, or one with a password\n"
            "    In Excel: Save as, Excel Workbook (.xlsx) or CSV UTF-8."
        ),
        as_csv([patient(1, patient_name="Jürgen")]).encode("cp1252"): (
            "monday.csv: B03 line 2 is not utf-8 text\n"
            '    Save it again as "CSV UTF-8". If the program always writes cp1252, say in its schedule profile: '
            "encoding: cp1252"
        ),
        as_csv([patient(1, patient_name="A\0B")]).encode(): (
            'monday.csv: B03 line 2 contains a zero byte: this is not text\n    Save it again as "CSV UTF-8".'
        ),
        as_csv([PATIENT]).encode() + b'2,"Ada,x\n': (
            "monday.csv: B04 a quotation mark in row 3 is not closed, or is in the middle of a cell\n"
            '    Inside quotes, a quote is written twice: "".'
        ),
        b"PK\x03\x04 no zip": (
            "monday.csv: B14 the Excel file cannot be read\n    Save it again as .xlsx or CSV UTF-8."
        ),
    }
    for data, message in cases.items():
        assert reader.problems(data) == message


def test_a_schedule_with_too_many_rows_is_refused(reader: ScheduleReader) -> None:
    data = as_csv([PATIENT]) + ("x" * 20 + "\n") * MAX_ROWS
    assert reader.problems(data) == (
        "monday.csv: B02 the schedule is too long\n    At most 10,000 rows are read. Export one day only."
    )
    assert reader.problems(as_csv([PATIENT]) + ",,\n" * MAX_LINES) == (
        "monday.csv: B20 the file has more than 100,000 rows, most of them blank\n"
        "    Delete the blank rows at the end, and export it again."
    )


def test_a_header_that_differs_from_the_profile_is_refused(reader: ScheduleReader) -> None:
    text = as_csv([{**PATIENT, "coller": "yes"}])
    unknown = (
        'monday.csv: B12 row 1 is not the header of "plain"\n    Unknown: coller.\n'
        "    Correct or delete it. A schedule profile can also say: other_columns: ignored"
    )
    assert reader.problems(text) == unknown
    assert reader.problems(text.replace(",", ";")) == unknown
    assert reader.problems(text.replace("mrn,", "MRN,")) == (
        'monday.csv: B12 row 1 is not the header of "plain"\n    Missing: mrn.\n    Unknown: MRN and coller.'
    )
    assert reader.problems(as_csv([PATIENT]).replace("collar", "dob", 1)) == (
        'monday.csv: B12 row 1 is not the header of "plain"\n    Missing: collar.\n    Present twice: dob.'
    )
    nameless = as_csv([PATIENT]).replace("collar\r\n", "collar,\r\n")
    assert "Unknown: 1 without a heading." in reader.problems(nameless)
    # Without a header, the first row is a patient's: its cells are not repeated.
    assert reader.problems("00000001,Rosa Sample,1961-03-09,x,2026-12-07,Dr. Sample,yes\n") == (
        'monday.csv: B12 row 1 is not the header of "plain"\n'
        "    Missing: mrn, patient_name, dob, procedure, surgery_date, surgeon and collar.\n"
        "    None of its columns is known."
    )


def test_a_profile_that_fits_is_suggested_but_not_used(reader: ScheduleReader) -> None:
    reader.write_profile(PROFILE)
    assert reader.problems(EXPORT).endswith("    It fits another profile. Add: --profile ours")
    assert reader.problems(EXPORT, "ours") == ""
    assert reader.problems(EXPORT, "our") == (
        "--profile: B09 there is no schedule profile of this name\n"
        '    Did you mean "ours"?'
    )  # fmt: skip


# The declared encoding and the bytes.

CP1252 = "encoding: cp1252\n"
MACINTOSH = EXPORT.replace("Ada Abel", "Jos\u00e9 M\u00fcller").encode("mac_roman")


def test_a_utf_8_file_is_not_read_as_cp1252(reader: ScheduleReader) -> None:
    reader.write_profile(PROFILE + CP1252)
    assert reader.problems(EXPORT.replace("Ada", "Zo\u00eb"), "ours") == (
        "monday.csv: B62 the file is UTF-8, and its schedule profile says cp1252: names would be printed wrong\n"
        "    Say in the schedule profile: encoding: utf-8"
    )
    (row,) = reader.rows(EXPORT.replace("Ada", "Zo\u00eb").encode("cp1252"), "ours")
    assert row.name == "Zo\u00eb Abel" and row.case is not None


def test_a_macintosh_file_is_not_read_as_cp1252(reader: ScheduleReader) -> None:
    reader.write_profile(PROFILE + CP1252)
    assert reader.problems(MACINTOSH, "ours") == (
        "monday.csv: B63 the file seems to have a Macintosh encoding, and its schedule profile says cp1252 "
        '(line 2)\n    Save it as "CSV UTF-8", and say in the schedule profile: encoding: utf-8'
    )


def test_the_hint_for_an_undecodable_file_names_only_an_encoding_that_fits(reader: ScheduleReader) -> None:
    reader.write_profile(PROFILE)
    assert reader.problems(MACINTOSH, "ours") == (
        "monday.csv: B03 line 2 is not utf-8 text\n    It seems to have a Macintosh encoding, which is not "
        'supported. Save it again as "CSV UTF-8".'
    )
    assert reader.problems(EXPORT.encode() + b"\x81\xff\n", "ours") == (
        'monday.csv: B03 line 3 is not utf-8 text\n    Save it again as "CSV UTF-8".'
    )
    assert "encoding: cp1252" in reader.problems(EXPORT.replace("Ada", "Zo\u00eb").encode("cp1252"), "ours")
    reader.write_profile(PROFILE + CP1252)
    assert reader.problems(EXPORT.replace("Ada", "\u00c1\u010d").encode(), "ours").endswith("encoding: utf-8")


def test_a_name_with_characters_from_a_wrong_encoding_is_refused(reader: ScheduleReader) -> None:
    assert reader.problems(with_changes(patient_name="Jos\u00c3\u00a9 Nu\u00c3\u00b1ez")).startswith(
        "row 2, column patient_name: C60 the patient's name has characters that come from a wrong encoding\n"
        '    Probably "\u00e9" was meant.'
    )


def test_a_sep_line_and_a_second_byte_order_mark_are_refused(reader: ScheduleReader) -> None:
    text = as_csv([PATIENT], ";")
    assert reader.problems("sep=;\r\n" + text) == (
        "monday.csv: B64 line 1 names the delimiter for Excel (sep=) and is not the header\n"
        "    Delete this line. A schedule profile can say: delimiter: semicolon"
    )
    assert reader.problems(b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode()) == (
        "monday.csv: B65 the file begins with two byte-order marks\n"
        '    Save it again as "CSV UTF-8": two programs have each added a mark.'
    )
