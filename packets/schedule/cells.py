"""Parse one cell of a schedule, or report what is wrong with it.

Messages never contain the content of a cell.
"""

from __future__ import annotations

import re

from packets.case_input.entered_dates import DateError, read_entered_date, read_in_format, split_time
from packets.case_input.person_names import given_name_first
from packets.case_input.record_numbers import normalize_record_number, record_number_problem
from packets.content.schema.schedule_profile import DATE_FIELDS
from packets.model.question import AnswerKind
from packets.schedule.excel import DATE, DATE_TIME, ERROR, FORMULA, TIME
from packets.schedule.profile import ScheduleProfile
from packets.schedule.table import Cells

MAX_CHARACTERS = 1000
ISO = "YYYY-MM-DD"
_EXCEL_ERRORS = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|#+)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?: ?([AaPp])\.?[Mm]\.?)?")
_WHITE = " \t\r\n\u00a0\u202f\u3000"


class CellError(Exception):
    """What is wrong with a cell: code, message and hint."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(code)
        self.code, self.message, self.hint = code, message, hint


def cell_value(cells: Cells, column: int, field: str, profile: ScheduleProfile) -> str:
    """Return the cell as text, "" if it is blank. Raise CellError (B21 to B34)."""
    text, kind = cells.texts[column].strip(_WHITE), cells.kind(column)
    if kind == FORMULA or text.startswith("="):
        raise CellError(
            "B21", "the cell is a formula", "Put the value itself into the cell (in Excel: Paste as values)."
        )
    if kind == ERROR or _EXCEL_ERRORS.fullmatch(text):
        raise CellError("B22", "the cell shows a spreadsheet error", "Put the value itself into the cell.")
    if len(text) > MAX_CHARACTERS:
        raise CellError("B23", f"the cell has more than {MAX_CHARACTERS} characters", "Shorten it.")
    if not text:
        return ""
    if field == "mrn":
        text = normalize_record_number(text)
        _check_record_number(text, kind, profile)
    elif field in DATE_FIELDS or profile.answer_kinds.get(field) is AnswerKind.DATE:
        return _date(text, kind, profile)
    elif profile.answer_kinds.get(field) is AnswerKind.TIME and kind == TIME:
        return text
    elif profile.answer_kinds.get(field) is AnswerKind.DATE_TIME:
        return _date_and_time(text, kind, profile)
    elif field == "start_time":
        return _clock(text, kind)
    elif kind in (DATE, DATE_TIME, TIME):
        raise CellError(
            "B24", "the spreadsheet has turned this into a date or time", "Format the cell as text and type it again."
        )
    elif field == "patient_name" and profile.last_name_first:
        return _with_given_name_first(text)
    return _translate(text, field, profile)


def _check_record_number(text: str, kind: str, profile: ScheduleProfile) -> None:
    if kind != "t":
        message = "the spreadsheet has stored this record number as a number; leading zeros may be lost"
        hint = "Format the column as text (or as 00000000), and check whether leading zeros are missing."
        raise CellError("B25", message, hint)
    if problem := record_number_problem(text):
        raise CellError(*problem)
    digits = profile.record_number_digits
    if digits is not None and not re.fullmatch(f"[0-9]{{{digits}}}", text):
        raise CellError("B26", f"the record number does not have {digits} digits", "Copy it from the patient's record.")


def _date(text: str, kind: str, profile: ScheduleProfile) -> str:
    """Return a date as YYYY-MM-DD. In that format, the clinic's order is also read."""
    if kind == DATE:
        return text
    if kind == DATE_TIME:
        raise CellError("B27", "the date has a time of day", "Format the cell as a date, without a time.")
    if kind != "t" or re.fullmatch(r"[0-9]{5}([.,][0-9]+)?", text):
        raise CellError("B28", "this is a spreadsheet's serial number, not a date", "Format the cell as a date.")
    try:
        if profile.dates != ISO:
            return read_in_format(text, profile.dates).isoformat()
        return read_entered_date(text, profile.date_order).isoformat()
    except DateError as error:
        if profile.dates == ISO:
            return text  # the case reports it
        raise CellError(error.code, error.message, error.hint) from None


def _date_and_time(text: str, kind: str, profile: ScheduleProfile) -> str:
    """Return a date as YYYY-MM-DD with the time as typed, which the case checks."""
    if kind == DATE_TIME:
        return text
    typed = split_time(text) if kind == "t" else None
    if typed is None:
        raise CellError("B75", "this is not a date with a time of day", f"Write {profile.dates} and the time: 06:30.")
    return f"{_date(typed[0], kind, profile)} {typed[1]}"


def _clock(text: str, kind: str) -> str:
    """Return the time as HH:MM (24 hours)."""
    match = _CLOCK.fullmatch(text) if kind in ("t", TIME) else None
    hint = "Write it as 07:30 or 7:30 AM, or leave it blank."
    if match is None:
        raise CellError("B32", "this is not a time of day", hint)
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if half and not 1 <= hour <= 12:
        raise CellError("B32", "this is not a time of day", hint)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise CellError("B32", "this is not a time of day", hint)
    return f"{hour:02}:{minute:02}"


def _with_given_name_first(text: str) -> str:
    name = given_name_first(text)
    if name is None:
        hint = "Write it as LAST, FIRST with one comma; a single name has none. Put JR or MD after the given name."
        raise CellError("B33", "the given name cannot be put first in this name", hint)
    return name


def _translate(text: str, field: str, profile: ScheduleProfile) -> str:
    words = profile.words.get(field)
    if words is None or text in words.values():
        return text
    if text not in words:
        hint = f"Add it to the schedule profile: in: {field}, theirs: …, ours: … Or correct the schedule."
        raise CellError("B34", f'the schedule profile "{profile.name}" does not contain this word', hint)
    return words[text]
