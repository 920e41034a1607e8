"""Test which rows of a schedule are refused, and the message of each refusal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.batch.preflight import open_rows
from packets.schedule.source_files import SourceFile
from tests.batch.day import HEADER, as_csv
from tests.schedule.reader import EXPORT, PATIENT, PROFILE, ScheduleReader, load_library, with_changes


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
            "mrn: C67 a spreadsheet has changed this record number\n"
            "    Take it from the patient's record. In a spreadsheet, format the column as text.",
        ),
        (
            {"mrn": "'00418823"},
            "mrn: C66 the record number has quotation marks\n    Type it without them.",
        ),
        (
            {"mrn": "418823.0"},
            "mrn: C67 a spreadsheet has changed this record number\n"
            "    Take it from the patient's record. In a spreadsheet, format the column as text.",
        ),
        (
            {"start_time": "25:00"},
            "start_time: B32 this is not a time of day\n    Write it as 07:30 or 7:30 AM, or leave it blank.",
        ),
        ({"email_consent": "maybe"}, "email_consent: B38 this must be yes or no\n    Write yes or no."),
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
def test_a_bad_cell_is_refused_with_a_hint(reader: ScheduleReader, changes: dict[str, str], message: str) -> None:
    assert reader.problems(with_changes(**changes)) == f"row 2, column {message}"


def test_a_row_that_is_not_a_patient_is_refused(reader: ScheduleReader) -> None:
    text = as_csv([PATIENT])
    assert reader.problems(text + ",,,,,Total: 1,\r\n") == (
        "row 3: B36 the row has neither a record number nor a name\n"
        "    If it is a title or a total, delete it. Otherwise fill in the record number and the name."
    )
    assert reader.problems(text + "Total: 1\r\n") == (
        "row 3: B35 the row has 1 cells, the header has 7\n"
        "    Look for an extra or missing comma or quotation mark in this row or the one above it."
    )
    swallowed = text + '00000002,"Ada\r\n00000003,Bruno",x,y,z\r\n'
    assert "B35 the row has 5 cells, the header has 7; it runs over 2 lines of the file" in reader.problems(swallowed)


def test_a_cancelled_row_needs_only_the_fields_that_identify_its_packet(reader: ScheduleReader) -> None:
    (row,) = reader.rows(with_changes(status="cancelled", collar="", dob="", surgeon=""))
    assert row.cancelled and row.problems == () and row.case is None
    assert reader.problems(with_changes(status="cancelled", surgery_date="soon")) == (
        "row 2, column surgery_date: B41 this is not a date\n"
        "    Without it, the packet of the cancelled surgery is not known."
    )  # fmt: skip
    assert "mrn: B37" in reader.problems(with_changes(status="Canceled", mrn=""))


def test_problems_of_a_row_are_in_the_order_of_the_columns(reader: ScheduleReader) -> None:
    problems = reader.problems(with_changes(mrn="1E+5", dob="tomorrow", collar="", surgery_date="46363"))
    assert [line.split()[4] for line in problems.splitlines() if line.startswith("row")] == ["C67", "C07", "B28", "C16"]


def test_a_question_without_a_column_is_unanswered(reader: ScheduleReader) -> None:
    reader.write_profile(PROFILE.replace("  collar: COLLAR\n", ""))
    assert reader.problems(EXPORT.replace(",COLLAR", "").replace(",yes", ""), "ours") == (
        'row 2: C16 "collar" is not answered\n'
        "    The schedule needs a column for it. Write yes, no or undecided. "
        "What the surgeon has not said is undecided."
    )


# The prefix keeps a generated cell from being a word of a message, such as "procedure".
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=6, max_size=30).map("Zq7".__add__)


@given(st.lists(CELLS, min_size=len(HEADER), max_size=len(HEADER)))
def test_no_message_contains_the_text_of_a_cell(cells: list[str]) -> None:
    root = Path(__file__).resolve().parents[2] / "content"
    data = as_csv([dict(zip(HEADER, cells, strict=True))]).encode()
    for row in open_rows([SourceFile("monday.csv", data)], "monday.csv", root, load_library(root), None):
        problems = "\n".join(map(str, row.problems))
        assert problems
        for cell in cells:
            assert cell.strip() not in problems or len(cell.strip()) < 4
