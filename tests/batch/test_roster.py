"""Schedules as programs and people write them: what is read, what is refused, and the whole message of each refusal."""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.batch.preflight import open_rows
from packets.content.library import Library, load
from packets.errors import InvalidInputError, UsageError
from packets.schedule.profile import load_profile, names
from packets.schedule.rows import Row
from packets.schedule.table import MAX_BYTES, MAX_ROWS
from tests.batch.day import CHECKOUT, HEADER, as_csv, patient

GOOD = patient(1)


@cache
def library(content: Path) -> Library:
    found, problems = load(content)
    assert found is not None, problems
    return found


class Source:
    """A content folder with one more schedule profile."""

    def __init__(self, content: Path, place: Path) -> None:
        import shutil

        self.root = place / "content"
        self.library = library(content)
        shutil.copytree(content / "sources", self.root / "sources")

    def write(self, text: str, name: str = "ours") -> None:
        (self.root / "sources" / f"{name}.yaml").write_text(text, "utf-8")

    def rows(self, data: str | bytes, source: str | None = None) -> list[Row]:
        data = data.encode() if isinstance(data, str) else data
        return list(open_rows(data, "monday.csv", self.root, self.library, source))

    def told(self, data: str | bytes, source: str | None = None) -> str:
        """Everything that is wrong, as it is shown."""
        try:
            return "\n".join(str(each) for row in self.rows(data, source) for each in row.problems)
        except (InvalidInputError, UsageError) as fault:
            return str(fault)


@pytest.fixture
def source(content: Path, tmp_path: Path) -> Source:
    return Source(content, tmp_path)


OURS = """\
source: ours
dates: MM/DD/YYYY
columns:
  mrn: MRN
  patient_name: PATIENT
  procedure: PROC
  surgery_date: DATE
  surgeon: SURGEON
  collar: COLLAR
"""
THEIRS = "MRN,PATIENT,PROC,DATE,SURGEON,COLLAR\n00000001,Ada Abel,cervical-foraminotomy,12/07/2026,Dr. Sample,yes\n"


def test_a_good_row(source: Source) -> None:
    (row,) = source.rows(
        as_csv([{**GOOD, "language": "en", "room": "OR 2", "start_time": "7:30 am", "email": "a@b.org"}])
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
        (as_csv([GOOD]).encode(), ","),
        (b"\xef\xbb\xbf" + as_csv([GOOD]).encode(), ","),
        (as_csv([GOOD]).encode("utf-16"), ","),
        (as_csv([GOOD], ";").encode(), ";"),
        (as_csv([GOOD], "\t").encode(), "\t"),
        (as_csv([GOOD], "|").encode(), "|"),
        (as_csv([GOOD]).replace("\r\n", "\n").encode(), ","),
        (as_csv([GOOD]).replace("\r\n", "\r\n,,,,,,\r\n\r\n").encode(), ","),
    ],
)  # fmt: skip
def test_marks_delimiters_and_line_ends(source: Source, data: bytes, delimiter: str) -> None:
    (row,) = source.rows(data)
    assert row.case is not None and row.case.patient_name == "Bruno Abel", delimiter


def test_rows_count_as_a_spreadsheet_counts_them(source: Source) -> None:
    text = as_csv([GOOD, patient(2, follow_up="one\ntwo"), patient(3)])
    assert [row.number for row in source.rows(text)] == [2, 3, 4]
    assert [row.number for row in source.rows(text.replace("\r\n", "\r\n\r\n"))] == [3, 5, 7]


# Stray quotation marks must not hide a patient inside another's cell.

COMMENTS = OURS + "other_columns: ignored\n"


def test_stray_quotation_marks_never_lose_a_patient(source: Source) -> None:
    """One quotation mark before any cell and one behind any cell further down: nobody disappears without a message."""
    rows = [patient(number, follow_up="", email="", room="", status="") for number in range(3)]
    rows[0]["status"] = "cancelled"
    lines = as_csv(rows).split("\r\n")[:-1]
    cells = [line.split(",") for line in lines]
    names = {row["patient_name"] for row in rows}
    silent = 0
    for opening in ((row, column) for row in (0, 1, 2) for column in range(len(cells[0]))):
        for closing in ((row, column) for row in range(opening[0] + 1, 4) for column in range(len(cells[0]))):
            broken = [list(line) for line in cells]
            broken[opening[0]][opening[1]] = '"' + broken[opening[0]][opening[1]]
            broken[closing[0]][closing[1]] += '"'
            data = "\r\n".join(",".join(line) for line in broken)
            if not source.told(data):
                silent += 1
                assert {row.name for row in source.rows(data)} == names, (opening, closing)
    assert not silent


@pytest.mark.parametrize("status", ["", "cancelled"])
@pytest.mark.parametrize("field", ["email", "room", "follow_up"])
def test_a_cell_that_contains_the_next_row_is_refused(source: Source, field: str, status: str) -> None:
    rows = [patient(number, **{"status": status, field: "A" if number < 3 else ""}) for number in (1, 2, 3)]
    first, second = "A", "A"
    text = as_csv(rows).replace(f",{first}", f',"{first}', 1)
    head, tail = text.split(f",{second}", 1)
    told = source.told(f'{head},{second}"{tail}')
    assert (
        f"row 2, column {field}: B60 the cell runs over several lines of the file: line 3 is inside row 2\n"
        "    If there is another patient in it, delete the stray quotation marks."
    ) in told


def test_a_column_that_is_not_used_may_have_line_breaks_where_the_profile_says_so(source: Source) -> None:
    text = THEIRS.replace("COLLAR\n", "COLLAR,NOTES\n").replace(",yes\n", ',yes,"Bring\nthe films"\n')
    source.write(COMMENTS)
    assert source.told(text, "ours") == (
        "row 2, column NOTES: B60 the cell runs over several lines of the file: line 3 is inside row 2\n"
        "    If there is another patient in it, delete the stray quotation marks. Otherwise write the cell on one line."
        ' A schedule profile can also say: line_breaks: ["NOTES"]'
    )
    source.write(COMMENTS + 'line_breaks: ["NOTES"]\n')
    assert source.told(text, "ours") == ""
    second = "00000002,Eve Costa,cervical-foraminotomy,12/07/2026,Dr. Sample,no,none\n"
    swallowed = text.replace('"Bring\nthe films"', '"Bring') + second.replace("none\n", 'none"\n')
    assert "B60 the cell runs over several lines of the file: line 3 is inside row 2" in source.told(swallowed, "ours")


def test_a_heading_that_contains_the_first_row_is_refused(source: Source) -> None:
    source.write(COMMENTS)
    text = THEIRS.replace("COLLAR\n", 'COLLAR,"NOTES\n').replace(",yes\n", ',yes,none"\n')
    text += "00000002,Eve Costa,cervical-foraminotomy,12/07/2026,Dr. Sample,no,none\n"
    assert source.told(text, "ours") == (
        "monday.csv: B61 a heading contains a line break, and what looks like the row below it (lines 1 to 2 "
        "of the file)\n    Look for a stray quotation mark in the header."
    )


def test_a_quoted_name_after_a_blank_is_read_without_its_quotation_marks(source: Source) -> None:
    source.write(OURS + "patient_names: last, first\n")
    (row,) = source.rows(THEIRS.replace("Ada Abel,", '"ABEL, ADA", ').replace("00000001,", "00000001,  "), "ours")
    assert row.name == "ADA ABEL" and row.case is not None and row.problems == ()


# What keeps a whole file from being read.


def test_files_that_are_no_schedule(source: Source, tmp_path: Path) -> None:
    cases = {
        b"": "monday.csv: B10 the schedule is empty\n    Export it again.",
        as_csv([]).encode(): "monday.csv: B10 the schedule has a header and no rows\n    Export it again.",
        b"x"
        * (
            MAX_BYTES + 1
        ): "monday.csv: B02 the schedule is too large\n    At most 10 MB are read. Export one day only.",
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
        as_csv([GOOD]).encode() + b'2,"Ada,x\n': (
            "monday.csv: B04 a quotation mark in row 3 is not closed, or is in the middle of a cell\n"
            '    Inside quotes, a quote is written twice: "".'
        ),
        b"PK\x03\x04 no zip": (
            "monday.csv: B14 the Excel file cannot be read\n    Save it again as .xlsx or CSV UTF-8."
        ),
    }
    for data, message in cases.items():
        assert source.told(data) == message


def test_a_schedule_that_is_too_long(source: Source) -> None:
    data = as_csv([GOOD]) + ("x" * 20 + "\n") * MAX_ROWS
    assert source.told(data) == (
        "monday.csv: B02 the schedule is too long\n    At most 10000 rows are read. Export one day only."
    )


def test_headers_that_do_not_fit(source: Source) -> None:
    text = as_csv([{**GOOD, "coller": "yes"}])
    unknown = (
        'monday.csv: B12 row 1 is not the header of "plain"\n    Unknown: coller.\n'
        "    Correct or delete it. A schedule profile can also say: other_columns: ignored"
    )
    assert source.told(text) == unknown
    assert source.told(text.replace(",", ";")) == unknown
    assert source.told(text.replace("mrn,", "MRN,")) == (
        'monday.csv: B12 row 1 is not the header of "plain"\n    Missing: mrn.\n    Unknown: MRN and coller.'
    )
    assert source.told(as_csv([GOOD]).replace("collar", "dob", 1)) == (
        'monday.csv: B12 row 1 is not the header of "plain"\n    Missing: collar.\n    Present twice: dob.'
    )
    nameless = as_csv([GOOD]).replace("collar\r\n", "collar,\r\n")
    assert "Unknown: 1 without a heading." in source.told(nameless)
    # Without a header the first patient would stand in its place, and is not repeated.
    assert source.told("00000001,Rosa Sample,1961-03-09,x,2026-12-07,Dr. Sample,yes\n") == (
        'monday.csv: B12 row 1 is not the header of "plain"\n'
        "    Missing: mrn, patient_name, dob, procedure, surgery_date, surgeon and collar.\n"
        "    None of its columns is known."
    )


def test_another_profile_is_offered_and_not_taken(source: Source) -> None:
    source.write(OURS)
    assert source.told(THEIRS).endswith("    It fits another profile. Add: --profile ours")
    assert source.told(THEIRS, "ours") == ""
    assert source.told(THEIRS, "our") == (
        "--profile: B09 there is no schedule profile of this name\n"
        '    Did you mean "ours"?'
    )  # fmt: skip


# What keeps one row from being made.


def wrong(**changes: str) -> str:
    return as_csv([patient(1, **changes)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mrn": ""}, "mrn: B37 the cell is blank\n    Fill it in."),
        ({"dob": " "}, "dob: B37 the cell is blank\n    Fill it in."),
        (
            {"collar": ""},
            'collar: C16 "collar" is not answered\n'
            "    Write yes, no or undecided. What the surgeon has not said is undecided.",
        ),
        ({"collar": "maybe"}, 'collar: C17 "collar" must be yes, no or undecided'),
        (
            {"procedure": "knee"},
            "procedure: B39 there is no procedure of this name\n    There are: cervical-foraminotomy.",
        ),
        ({"language": "xx"}, "language: B40 there is no handout in this language\n    There is: en."),
        (
            {"surgery_date": "12/07/26"},
            "surgery_date: C09 the surgery date has a year of two digits\n"
            "    Write year, month and day with two dashes: 2026-12-07",
        ),
        (
            {"surgery_date": "46363"},
            "surgery_date: B28 this is a spreadsheet's serial number, not a date\n    Format the cell as a date.",
        ),
        (
            {"surgery_date": "2026-13-07"},
            "surgery_date: C08 the surgery date is not in the calendar\n    Look at the month and the day again.",
        ),
        (
            {"dob": "=DATE(1961,3,9)"},
            "dob: B21 the cell is a formula\n    Put the value itself into the cell (in Excel: Paste as values).",
        ),
        (
            {"surgeon": "#N/A"},
            "surgeon: B22 the cell shows a spreadsheet error\n    Put the value itself into the cell.",
        ),
        ({"follow_up": "x" * 1001}, "follow_up: B23 the cell has more than 1000 characters\n    Shorten it."),
        (
            {"mrn": "4.18823E+05"},
            "mrn: B25 a spreadsheet has changed this record number\n"
            "    Copy it from the patient's record, and format the column as text.",
        ),
        (
            {"mrn": "'00418823"},
            "mrn: B25 a spreadsheet has changed this record number\n"
            "    Copy it from the patient's record, and format the column as text.",
        ),
        (
            {"mrn": "418823.0"},
            "mrn: B25 a spreadsheet has changed this record number\n"
            "    Copy it from the patient's record, and format the column as text.",
        ),
        (
            {"start_time": "25:00"},
            "start_time: B32 this is not a time of day\n    Write it as 07:30 or 7:30 AM, or leave it blank.",
        ),
        ({"email_consent": "maybe"}, "email_consent: B38 this must be yes or no"),
        (
            {"patient_name": "Rosa\u202eelpmaS"},
            "patient_name: C03 the patient's name contains the character U+202E, "
            "which changes the direction of the text\n"
            "    Delete it and type the words again.",
        ),
        (
            {"patient_name": "x" * 121},
            "patient_name: C06 the patient's name is too long\n    At most 120 characters fit.",
        ),
    ],
)
def test_bad_cells(source: Source, changes: dict[str, str], message: str) -> None:
    assert source.told(wrong(**changes)) == f"row 2, column {message}"


def test_rows_that_are_no_patients(source: Source) -> None:
    text = as_csv([GOOD])
    assert source.told(text + ",,,,,Total: 1,\r\n") == (
        "row 3: B36 the row has neither a record number nor a name\n"
        "    If it is a title or a total, delete it. Otherwise fill in the record number and the name."
    )
    assert source.told(text + "Total: 1\r\n") == (
        "row 3: B35 the row has 1 cells, the header has 7\n"
        "    Look for an extra or missing comma or quotation mark in this row or the one above it."
    )
    swallowed = text + '00000002,"Ada\r\n00000003,Bruno",x,y,z\r\n'
    assert "B35 the row has 5 cells, the header has 7; it runs over 2 lines of the file" in source.told(swallowed)


def test_a_cancelled_row_must_only_say_whose_it_is(source: Source) -> None:
    (row,) = source.rows(wrong(status="cancelled", collar="", dob="", surgeon=""))
    assert row.cancelled and row.problems == () and row.case is None
    assert source.told(wrong(status="cancelled", surgery_date="soon")) == (
        "row 2, column surgery_date: B41 this is not a date\n"
        "    Without it, the packet of the cancelled surgery is not known."
    )  # fmt: skip
    assert "mrn: B37" in source.told(wrong(status="Canceled", mrn=""))


def test_every_problem_of_a_row_in_the_order_of_its_columns(source: Source) -> None:
    told = source.told(wrong(mrn="1E+5", dob="tomorrow", collar="", surgery_date="46363"))
    assert [line.split()[4] for line in told.splitlines() if line.startswith("row")] == ["B25", "C07", "B28", "C16"]


def test_a_question_without_a_column(source: Source) -> None:
    source.write(OURS.replace("  collar: COLLAR\n", ""))
    assert source.told(THEIRS.replace(",COLLAR", "").replace(",yes", ""), "ours") == (
        'row 2: C16 "collar" is not answered\n'
        "    The schedule needs a column for it. Write yes, no or undecided. "
        "What the surgeon has not said is undecided."
    )


# The mark keeps hypothesis from finding a word, such as "procedure", that a message says on its own.
SECRETS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=6, max_size=30).map("Zq7".__add__)


@given(st.lists(SECRETS, min_size=len(HEADER), max_size=len(HEADER)))
def test_no_message_repeats_a_cell(cells: list[str]) -> None:
    root = Path(__file__).resolve().parents[2] / "content"
    data = as_csv([dict(zip(HEADER, cells, strict=True))]).encode()
    for row in open_rows(data, "monday.csv", root, library(root), None):
        told = "\n".join(map(str, row.problems))
        assert told
        for cell in cells:
            assert cell.strip() not in told or len(cell.strip()) < 4


# The declared encoding and the bytes.

US = "encoding: cp1252\n"
MACINTOSH = THEIRS.replace("Ada Abel", "Jos\u00e9 M\u00fcller").encode("mac_roman")


def test_a_utf_8_file_is_not_read_as_cp1252(source: Source) -> None:
    source.write(OURS + US)
    assert source.told(THEIRS.replace("Ada", "Zo\u00eb"), "ours") == (
        "monday.csv: B62 the file is UTF-8, and its schedule profile says cp1252: names would be printed wrong\n"
        "    Say in the schedule profile: encoding: utf-8"
    )
    (row,) = source.rows(THEIRS.replace("Ada", "Zo\u00eb").encode("cp1252"), "ours")
    assert row.name == "Zo\u00eb Abel" and row.case is not None


def test_a_file_of_a_macintosh_is_not_read_as_cp1252(source: Source) -> None:
    source.write(OURS + US)
    assert source.told(MACINTOSH, "ours") == (
        "monday.csv: B63 the file seems to have a Macintosh encoding, and its schedule profile says cp1252 "
        '(line 2)\n    Save it as "CSV UTF-8", and say in the schedule profile: encoding: utf-8'
    )


def test_the_hint_for_an_unreadable_file_names_no_wrong_encoding(source: Source) -> None:
    source.write(OURS)
    assert source.told(MACINTOSH, "ours") == (
        "monday.csv: B03 line 2 is not utf-8 text\n    It seems to have a Macintosh encoding, which is not "
        'supported. Save it again as "CSV UTF-8".'
    )
    assert source.told(THEIRS.encode() + b"\x81\xff\n", "ours") == (
        'monday.csv: B03 line 3 is not utf-8 text\n    Save it again as "CSV UTF-8".'
    )
    assert "encoding: cp1252" in source.told(THEIRS.replace("Ada", "Zo\u00eb").encode("cp1252"), "ours")
    source.write(OURS + US)
    assert source.told(THEIRS.replace("Ada", "\u00c1\u010d").encode(), "ours").endswith("encoding: utf-8")


def test_names_that_were_misread_before_the_export_are_refused(source: Source) -> None:
    assert source.told(wrong(patient_name="Jos\u00c3\u00a9 Nu\u00c3\u00b1ez")).startswith(
        "row 2, column patient_name: C60 the patient's name has characters that come from a wrong encoding\n"
        '    Probably "\u00e9" was meant.'
    )


def test_a_line_that_names_the_delimiter_and_a_second_mark_are_named(source: Source) -> None:
    text = as_csv([GOOD], ";")
    assert source.told("sep=;\r\n" + text) == (
        "monday.csv: B64 line 1 names the delimiter for Excel (sep=) and is not the header\n"
        "    Delete this line. A schedule profile can say: delimiter: semicolon"
    )
    assert source.told(b"\xef\xbb\xbf\xef\xbb\xbf" + text.encode()) == (
        "monday.csv: B65 the file begins with two byte-order marks\n"
        '    Save it again as "CSV UTF-8": two programs have each added a mark.'
    )


# Source profiles.


def test_the_shipped_profiles(content: Path) -> None:
    assert {"plain", "us-export"} <= set(names(content))
    for name in names(content):
        assert load_profile(content, name, library(content)).name == name


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("YYYY-MM-DD", "2026-12-07"),
        ("MM/DD/YYYY", "12/07/2026"),
        ("M/D/YYYY", "12/7/2026"),
        ("M/D/YYYY", "12/07/2026"),
        ("DD.MM.YYYY", "07.12.2026"),
        ("D.M.YYYY", "7.12.2026"),
        ("DD-MON-YYYY", "07-DEC-2026"),
        ("D MON YYYY", "7 Dec 2026"),
    ],
)
def test_each_profile_has_one_date_format(source: Source, format_: str, text: str) -> None:
    source.write(OURS.replace("MM/DD/YYYY", format_))
    (row,) = source.rows(THEIRS.replace("12/07/2026", text), "ours")
    assert row.case is not None and row.case.surgery_date == dt.date(2026, 12, 7)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_a_us_date_is_read_month_first_and_in_no_other_way(day: dt.date) -> None:
    from packets.schedule.cells import CellError, _date

    root = Path(__file__).resolve().parents[2] / "content"
    source = load_profile(root, "us-export", library(root))
    assert _date(day.strftime("%m/%d/%Y"), "t", source) == day.isoformat()
    for other in (day.isoformat(), day.strftime("%d.%m.%Y"), day.strftime("%m/%d/%y"), str(day.toordinal())):
        with pytest.raises(CellError):
            _date(other, "t", source)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12/07/26", "B29 the year has two digits\n    Write it as MM/DD/YYYY."),
        ("2026-12-07", "B30 this is not a date written as MM/DD/YYYY\n    Write it as MM/DD/YYYY."),
        ("13/07/2026", "B31 this day is not in the calendar\n    Look at the month and the day again."),
        ("02/29/2026", "B31 this day is not in the calendar\n    Look at the month and the day again."),
    ],
)
def test_dates_that_a_profile_does_not_know(source: Source, text: str, message: str) -> None:
    source.write(OURS)
    assert source.told(THEIRS.replace("12/07/2026", text), "ours") == f"row 2, column DATE: {message}"


def test_names_are_printed_as_given_unless_the_profile_says_how_to_turn_them(source: Source) -> None:
    text = THEIRS.replace("Ada Abel", '"ABEL, ADA Q"')
    source.write(OURS)
    (row,) = source.rows(text, "ours")
    assert row.case is not None and row.case.patient_name == "ABEL, ADA Q"
    source.write(OURS + "patient_names: last, first\n")
    (row,) = source.rows(text, "ours")
    assert row.case is not None and row.case.patient_name == "ADA Q ABEL"
    for name in ("ABEL ADA", '"ABEL, JR, ADA"', '", ADA"', '"LEE, JR"', '"ABEL, ADA, EVE"'):
        assert source.told(THEIRS.replace("Ada Abel", name), "ours") == (
            "row 2, column PATIENT: B33 the given name cannot be put first in this name\n"
            "    Write it as LAST, FIRST with one comma; a single name has none. Put JR or MD after the given name."
        )


def test_the_schedules_own_words(source: Source) -> None:
    words = [
        ("procedure", "CERV FORAM", "cervical-foraminotomy"),
        ("surgeon", "SAMPLE J", "Dr. Jane Sample"),
        ("collar", "Y", "yes"),
    ]
    source.write(OURS + "words:\n" + "".join(f"  - {{in: {a}, theirs: {b}, ours: {c}}}\n" for a, b, c in words))
    text = THEIRS.replace("cervical-foraminotomy", "CERV FORAM").replace("Dr. Sample", "SAMPLE J")
    (row,) = source.rows(text.replace(",yes", ",Y"), "ours")
    assert row.case is not None
    assert (row.case.procedure, row.case.surgeon, row.case.answers) == (
        "cervical-foraminotomy", "Dr. Jane Sample", {"collar": "yes"}
    )  # fmt: skip
    (row,) = source.rows(text, "ours")  # our own word is known as well
    assert row.case is not None
    assert source.told(text.replace("SAMPLE J", "SAMPLE K"), "ours") == (
        'row 2, column SURGEON: B34 the schedule profile "ours" does not contain this word\n'
        "    Add it to the schedule profile: in: surgeon, theirs: …, ours: … Or correct the schedule."
    )


def test_a_record_number_of_fixed_length(source: Source) -> None:
    source.write(OURS + "record_number_digits: 8\n")
    assert source.told(THEIRS, "ours") == ""
    assert source.told(THEIRS.replace("00000001", "1"), "ours") == (
        "row 2, column MRN: B26 the record number does not have 8 digits\n    Copy it from the patient's record."
    )


def test_other_columns_and_other_encodings(source: Source) -> None:
    text = THEIRS.replace("COLLAR", "COLLAR,CASE ID").replace(",yes", ",yes,77").replace("Ada", "Zoë")
    source.write(OURS)
    assert "Unknown: CASE ID." in source.told(text, "ours")
    source.write(OURS + "other_columns: ignored\nencoding: cp1252\ndelimiter: semicolon\n")
    (row,) = source.rows(text.replace(",", ";").encode("cp1252"), "ours")
    assert row.case is not None and row.case.patient_name == "Zoë Abel"
    (row,) = source.rows(b"\xef\xbb\xbf" + text.replace(",", ";").encode(), "ours")  # the mark says more
    assert row.case is not None and row.case.patient_name == "Zoë Abel"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("source: ours", "source: theirs", "1:9: L01 this differs from the name of the file\n    Make them the same."),
        (
            "  collar: COLLAR",
            "  coller: COLLAR",
            '9:11: B06 no field and no question of a handout is called "coller"\n    Did you mean "collar"?',
        ),
        (
            "collar: COLLAR",
            "collar: SURGEON",
            "9:11: B07 two fields are read from this column\n    Delete one of the two.",
        ),
        (
            "MM/DD/YYYY",
            "MM/DD/MM",
            "2:8: B08 a date has one year, one month and one day\n    Such as: MM/DD/YYYY",
        ),
        (
            "dates: MM/DD/YYYY",
            "dates: MM/DD/YYYY\nmay_be_empty: [mrn]",
            "3:16: B06 every row needs mrn\n    Delete this entry.",
        ),
        (
            "dates: MM/DD/YYYY",
            "dates: MM/DD/YYYY\nmay_be_empty: [room]",
            '3:16: B06 no column is named for "room"\n    Name it under columns.',
        ),
        (
            "dates: MM/DD/YYYY",
            "dates: MM/DD/YYYY\nwords:\n  - {in: collar, theirs: J, ours: ja}",
            '4:35: B05 collar cannot be "ja"\n    There are: yes, no and undecided.',
        ),
        (
            "dates: MM/DD/YYYY",
            "dates: MM/DD/YYYY\nwords:\n  - {in: surgeon, theirs: J, ours: A}\n  - {in: surgeon, theirs: J, ours: B}",
            "5:27: B07 this word has two meanings\n    Delete one of the two.",
        ),
        ("  mrn: MRN\n", "", '4:3: S02 the columns needs "mrn"\n    Add it: mrn: MRN'),
    ],
)
def test_profiles_with_mistakes(source: Source, old: str, new: str, message: str) -> None:
    assert OURS.count(old) == 1
    source.write(OURS.replace(old, new))
    assert source.told(THEIRS, "ours") == f"{source.root}/sources/ours.yaml:{message}"


# Excel files.

openpyxl: Any = pytest.importorskip("openpyxl")


def workbook(rows: list[list[Any]], change: Any = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def excel(**changes: Any) -> list[list[Any]]:
    row = {**GOOD, **changes}
    return [list(HEADER), [row[field] for field in HEADER]]


def test_an_excel_schedule(source: Source) -> None:
    day = dt.datetime(2026, 12, 7)  # noqa: DTZ001  what openpyxl writes as a date
    (row,) = source.rows(workbook(excel(surgery_date=day, dob=dt.date(1951, 3, 9))))
    assert row.case is not None and row.number == 2
    assert (row.case.surgery_date, row.case.birth_date) == (dt.date(2026, 12, 7), dt.date(1951, 3, 9))
    assert row.case.record_number == "00000001"


def marked(change: Any) -> bytes:
    rows = [list(HEADER), *([patient(number)[field] for field in HEADER] for number in range(1, 7))]
    return workbook(rows, lambda _, sheet: change(sheet))


def styled(number: int, **style: Any) -> Any:
    def change(sheet: Any) -> None:
        for cell in sheet[number]:
            for name, value in style.items():
                setattr(cell, name, value)

    return change


def comment(sheet: Any) -> None:
    sheet["B4"].comment = openpyxl.comments.Comment("CANCELLED per Dr R", "Nurse")


def partly_struck(sheet: Any) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    sheet["B4"].value = CellRichText(TextBlock(InlineFont(strike=True), "Old Name"), " New Name")


FONT, FILL = openpyxl.styles.Font, openpyxl.styles.PatternFill


def all_but_the_first_cell_struck(sheet: Any) -> None:
    styled(4, font=FONT(strike=True))(sheet)
    sheet["A4"].font = FONT()


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (styled(4, font=FONT(strike=True, color="FFFF0000")), "struck through"),
        (all_but_the_first_cell_struck, "struck through"),
        (styled(4, fill=FILL("solid", fgColor="FFBFBFBF")), "filled with gray"),
        (styled(4, font=FONT(color="FF999999")), "gray"),
        (styled(4, font=FONT(color="FFFFFFFF")), "white"),
        (comment, "with a comment"),
        (partly_struck, "struck through"),
    ],
)
def test_a_row_that_a_person_has_marked_is_held(source: Source, change: Any, how: str) -> None:
    data = marked(change)
    assert source.told(data) == (
        f"row 4: B66 the row is {how} in the Excel file\n"
        "    Find out what that means: delete the row, set its status to cancelled, or remove the mark."
    )
    assert [row.number for row in source.rows(data) if row.case is not None] == [2, 3, 5, 6, 7]
    plain = (source.root / "sources" / "plain.yaml").read_text("utf-8").replace("source: plain", "source: marks")
    source.write(plain + "marked_rows: read\n", "marks")
    assert source.told(data, "marks") == ""


def test_gray_in_every_second_row_a_colored_row_and_a_cancelled_one_are_no_marks(source: Source) -> None:
    def stripes(sheet: Any) -> None:
        sheet["B1"].comment = openpyxl.comments.Comment("Name", "Nurse")
        for number in (3, 5, 7):
            styled(number, fill=FILL("solid", fgColor="FFD9D9D9"))(sheet)
        styled(4, font=FONT(color="FF1F4E79"), fill=FILL("solid", fgColor="FFFFFF00"))(sheet)

    assert source.told(marked(stripes)) == ""
    rows = [[*HEADER, "status"], [*(GOOD[field] for field in HEADER), "cancelled"]]
    (row,) = source.rows(workbook(rows, lambda _, sheet: styled(2, font=FONT(strike=True))(sheet)))
    assert row.cancelled and row.problems == ()


def test_record_numbers_as_numbers(source: Source) -> None:
    def zeros(_: Any, sheet: Any) -> None:
        sheet["A2"].number_format = "00000000"

    (row,) = source.rows(workbook(excel(mrn=418823), zeros))
    assert row.case is not None and row.case.record_number == "00418823"
    assert source.told(workbook(excel(mrn=418823))) == (
        "row 2, column mrn: B25 the spreadsheet has stored this record number as a number; leading zeros may be lost\n"
        "    Format the column as text (or as 00000000), and check whether leading zeros are missing."
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"surgery_date": 46363},
            "surgery_date: B28 this is a spreadsheet's serial number, not a date\n    Format the cell as a date.",
        ),
        (
            {"surgery_date": dt.datetime(2026, 12, 7, 7, 30)},  # noqa: DTZ001
            "surgery_date: B27 the date has a time of day\n    Format the cell as a date, without a time.",
        ),
        (
            {"surgeon": dt.date(2026, 12, 7)},
            "surgeon: B24 the spreadsheet has turned this into a date or time\n"
            "    Format the cell as text and type it again.",
        ),
        (
            {"patient_name": '="Ada"&" Abel"'},
            "patient_name: B21 the cell is a formula\n"
            "    Put the value itself into the cell (in Excel: Paste as values).",
        ),
        (
            {"patient_name": "Ada_x000D_Abel"},
            "patient_name: C03 the patient's name contains the control character U+000D\n"
            "    Delete it and type the words again.",
        ),
        (
            {"collar": "#N/A"},
            "collar: B22 the cell shows a spreadsheet error\n    Put the value itself into the cell.",
        ),
    ],
)
def test_what_excel_makes_of_cells(source: Source, changes: dict[str, Any], message: str) -> None:
    assert source.told(workbook(excel(**changes))) == f"row 2, column {message}"


def test_hidden_rows_other_sheets_and_far_cells(source: Source) -> None:
    def hide(_: Any, sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True

    def second(book: Any, _: Any) -> None:
        book.create_sheet("Notes").append(["x", "y"])

    def far(_: Any, sheet: Any) -> None:
        sheet["ZZ2"] = "x"

    assert source.told(workbook(excel(), hide)) == (
        "monday.csv: B17 row 2 is hidden\n"
        "    Show or delete it, or say in the schedule profile what hidden rows mean: hidden_rows: skipped"
    )
    assert source.told(workbook(excel(), second)) == (
        "monday.csv: B18 the Excel file has 2 sheets\n"
        "    Delete all but one, or name it in the schedule profile: sheet: NAME"
    )
    assert source.told(workbook(excel(), far)) == (
        "monday.csv: B16 row 2 has more than 200 columns\n"
        "    There is something far to the right of the table. Delete it."
    )
    plain = (source.root / "sources/plain.yaml").read_text("utf-8")
    source.write(plain.replace("source: plain", "source: ours") + "hidden_rows: read\nsheet: Sheet\n")
    assert len(source.rows(workbook(excel(), hide), "ours")) == 1
    assert len(source.rows(workbook(excel(), second), "ours")) == 1
    source.write(plain.replace("source: plain", "source: ours") + "hidden_rows: skipped\nsheet: Monday\n")
    assert source.told(workbook(excel()), "ours") == (
        "monday.csv: B18 the Excel file has no sheet Monday\n"
        "    Give a sheet this name, or correct the name in the schedule profile."
    )


def bombs() -> Iterator[tuple[str, bytes]]:
    import zipfile

    sound = workbook(excel())

    def again(change: dict[str, bytes]) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(sound)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, change.get(name, old.read(name)))
            for name in change.keys() - set(old.namelist()):
                new.writestr(name, change[name])
        return out.getvalue()

    yield "B15", again({"xl/media/big.bin": bytes(101_000_000)})
    sheet = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    row = b"<row>" + b"".join(b"<c><v>%d</v></c>" % n for n in range(100)) + b"</row>"
    yield "B19", again({"xl/worksheets/sheet1.xml": sheet + b"<sheetData>" + row * 4000 + b"</sheetData></worksheet>"})
    entities = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]><worksheet>&z;</worksheet>'
    chain = b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (c, *[c - 1] * 4) for c in range(98, 123))
    yield "B14", again({"xl/worksheets/sheet1.xml": entities % chain})
    yield "B14", sound[: len(sound) // 2]


def test_hostile_excel_files_end_in_a_message(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packets.batch.preflight.WORKBOOK_MEMORY_BYTES", 250 << 20)
    for code, data in bombs():
        assert len(data) < MAX_BYTES
        assert source.told(data).startswith(f"monday.csv: {code} "), code


def test_without_openpyxl_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from packets.schedule.excel import read_workbook

    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(InvalidInputError) as caught:
        read_workbook(workbook(excel()), "", "refused")
    assert str(caught.value) == (
        "B13 this installation cannot read Excel files\n"
        "    Save the schedule as CSV UTF-8, or type: "
        f'"{sys.executable}" -m pip install -e "{CHECKOUT}[xlsx]"'
    )  # fmt: skip
