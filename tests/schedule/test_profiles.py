"""Test how a schedule profile decides how a schedule is read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.schedule.profile import load_profile, names
from tests.schedule.reader import EXPORT, PROFILE, ScheduleReader, load_library


def test_the_shipped_profiles_load(content: Path) -> None:
    assert {"plain", "us-export"} <= set(names(content))
    for name in names(content):
        assert load_profile(content, name, load_library(content)).name == name


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
def test_dates_are_read_in_the_format_of_the_profile(reader: ScheduleReader, format_: str, text: str) -> None:
    reader.write_profile(PROFILE.replace("MM/DD/YYYY", format_))
    (row,) = reader.rows(EXPORT.replace("12/07/2026", text), "ours")
    assert row.case is not None and row.case.surgery_date == dt.date(2026, 12, 7)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_a_us_profile_reads_dates_month_first_and_refuses_other_formats(day: dt.date) -> None:
    from packets.schedule.cells import CellError, _date

    root = Path(__file__).resolve().parents[2] / "content"
    profile = load_profile(root, "us-export", load_library(root))
    assert _date(day.strftime("%m/%d/%Y"), "t", profile) == day.isoformat()
    for other in (day.isoformat(), day.strftime("%d.%m.%Y"), day.strftime("%m/%d/%y"), str(day.toordinal())):
        with pytest.raises(CellError):
            _date(other, "t", profile)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("12/07/26", "B29 the year has two digits\n    Write it as MM/DD/YYYY."),
        ("2026-12-07", "B30 this is not a date written as MM/DD/YYYY\n    Write it as MM/DD/YYYY."),
        ("13/07/2026", "B31 this day is not in the calendar\n    Look at the month and the day again."),
        ("02/29/2026", "B31 this day is not in the calendar\n    Look at the month and the day again."),
    ],
)
def test_a_date_in_another_format_is_refused(reader: ScheduleReader, text: str, message: str) -> None:
    reader.write_profile(PROFILE)
    assert reader.problems(EXPORT.replace("12/07/2026", text), "ours") == f"row 2, column DATE: {message}"


def test_names_are_printed_as_given_unless_the_profile_says_last_name_first(reader: ScheduleReader) -> None:
    text = EXPORT.replace("Ada Abel", '"ABEL, ADA Q"')
    reader.write_profile(PROFILE)
    (row,) = reader.rows(text, "ours")
    assert row.case is not None and row.case.patient_name == "ABEL, ADA Q"
    reader.write_profile(PROFILE + "patient_names: last, first\n")
    (row,) = reader.rows(text, "ours")
    assert row.case is not None and row.case.patient_name == "ADA Q ABEL"
    for name in ("ABEL ADA", '"ABEL, JR, ADA"', '", ADA"', '"LEE, JR"', '"ABEL, ADA, EVE"'):
        assert reader.problems(EXPORT.replace("Ada Abel", name), "ours") == (
            "row 2, column PATIENT: B33 the given name cannot be put first in this name\n"
            "    Write it as LAST, FIRST with one comma; a single name has none. Put JR or MD after the given name."
        )


def test_the_words_of_a_schedule_are_translated_by_the_profile(reader: ScheduleReader) -> None:
    words = [
        ("procedure", "CERV FORAM", "cervical-foraminotomy"),
        ("surgeon", "SAMPLE J", "Dr. Jane Sample"),
        ("collar", "Y", "yes"),
    ]
    reader.write_profile(
        PROFILE + "words:\n" + "".join(f"  - {{in: {a}, theirs: {b}, ours: {c}}}\n" for a, b, c in words)
    )
    text = EXPORT.replace("cervical-foraminotomy", "CERV FORAM").replace("Dr. Sample", "SAMPLE J")
    (row,) = reader.rows(text.replace(",yes", ",Y"), "ours")
    assert row.case is not None
    assert (row.case.procedure, row.case.surgeon, row.case.answers) == (
        "cervical-foraminotomy", "Dr. Jane Sample", {"collar": "yes"}
    )  # fmt: skip
    (row,) = reader.rows(text, "ours")  # our own words are valid too
    assert row.case is not None
    assert reader.problems(text.replace("SAMPLE J", "SAMPLE K"), "ours") == (
        'row 2, column SURGEON: B34 the schedule profile "ours" does not contain this word\n'
        "    Add it to the schedule profile: in: surgeon, theirs: …, ours: … Or correct the schedule."
    )


def test_a_record_number_of_the_wrong_length_is_refused(reader: ScheduleReader) -> None:
    reader.write_profile(PROFILE + "record_number_digits: 8\n")
    assert reader.problems(EXPORT, "ours") == ""
    assert reader.problems(EXPORT.replace("00000001", "1"), "ours") == (
        "row 2, column MRN: B26 the record number does not have 8 digits\n    Copy it from the patient's record."
    )


def test_other_columns_and_encodings_are_read_if_the_profile_says_so(reader: ScheduleReader) -> None:
    text = EXPORT.replace("COLLAR", "COLLAR,CASE ID").replace(",yes", ",yes,77").replace("Ada", "Zoë")
    reader.write_profile(PROFILE)
    assert "Unknown: CASE ID." in reader.problems(text, "ours")
    reader.write_profile(PROFILE + "other_columns: ignored\nencoding: cp1252\ndelimiter: semicolon\n")
    (row,) = reader.rows(text.replace(",", ";").encode("cp1252"), "ours")
    assert row.case is not None and row.case.patient_name == "Zoë Abel"
    (row,) = reader.rows(b"\xef\xbb\xbf" + text.replace(",", ";").encode(), "ours")  # the byte-order mark wins
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
            "9:11: B70 two fields are read from this column\n    Delete one of the two.",
        ),
        (
            "MM/DD/YYYY",
            "MM/DD/MM",
            "2:8: B08 a date has one year, one month and one day\n    Such as: MM/DD/YYYY",
        ),
        (
            "dates: MM/DD/YYYY",
            "dates: MM/DD/YYYY\nmay_be_empty: [mrn]",
            "3:16: B69 every row needs mrn\n    Delete this entry.",
        ),
        (
            "dates: MM/DD/YYYY",
            "dates: MM/DD/YYYY\nmay_be_empty: [room]",
            '3:16: B67 no column is named for "room"\n    Name it under columns.',
        ),
        (
            "dates: MM/DD/YYYY",
            "dates: MM/DD/YYYY\nline_breaks: [SURGEON]",
            "3:15: B68 this column is used\n"
            "    Delete this entry: only the cells of columns that are not used may have several lines.",
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
        ("  mrn: MRN\n", "", '4:3: S02 the columns needs "mrn"\n    Add it with your own value. Example: mrn: MRN'),
    ],
)
def test_a_profile_with_a_mistake_is_refused(reader: ScheduleReader, old: str, new: str, message: str) -> None:
    assert PROFILE.count(old) == 1
    reader.write_profile(PROFILE.replace(old, new))
    assert reader.problems(EXPORT, "ours") == f"{reader.root}/sources/ours.yaml:{message}"
