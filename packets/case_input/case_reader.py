"""Check the entered values of a case one by one, and collect the problems.

No message contains a value or an unknown field name: either could be patient data.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping

from msgspec import Struct

from packets.case_input.case_contradictions import contradictions
from packets.case_input.damaged_text import find_damage
from packets.case_input.empty_values import is_empty_value
from packets.case_input.entered_dates import DateError, read_entered_date, split_time
from packets.case_input.person_names import name_problem
from packets.case_input.record_numbers import normalize_record_number, record_number_problem
from packets.case_input.sites import site_problem
from packets.content.problems import did_you_mean, listed
from packets.content.schema.case_file import CASE
from packets.content.yaml.characters import describe_character, refused_characters
from packets.errors import Problem
from packets.model.case import STATUS_QUESTION, DateOrder, Stage
from packets.model.handout import Handout
from packets.model.packet_id import is_packet_id
from packets.model.time_of_day import TIME_HINT, time_of_day
from packets.values import HiddenFields

MAX_TEXT_LENGTH = 120
MAX_RECORD_NUMBER_LENGTH = 40
SURGERY_YEARS = range(1990, 2101)
MAX_AGE_AT_SURGERY = 130

FIELD_LABELS = {
    "procedure": "the procedure",
    "patient_name": "the patient's name",
    "mrn": "the record number",
    "dob": "the date of birth",
    "surgery_date": "the surgery date",
    "surgeon": "the surgeon's name",
    "language": "the language",
    "site": "the site",
    "discharge_date": "the discharge date",
    "follow_up": "the follow-up appointment",
    "status": "the status",
    "start_time": "the start of the surgery",
    "procedure_text": "the procedure in the schedule's words",
    "plan": "the packet plan",
    "packet_id": "the packet id",
    "replaces": "the id of the replaced packet",
    "large_print": "large print",
    "paper": "the paper",
}
WHITESPACE = " \t\r\n\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_CASE_FIELDS = {field.name for field in CASE.fields}
_REQUIRED = {field.name for field in CASE.fields if field.required}
_DATE_AND_TIME_HINT = (
    "Write the date and then the time: 2026-12-07 6:30 AM, or with two digits for the hour of 24: 2026-12-07 18:30"
)


class EnteredValue(HiddenFields, Struct, frozen=True):
    """One value as typed and its source: an option (`--mrn`), a file with line and column, a schedule, a form."""

    text: str
    path: str
    line: int | None = None
    column: int | None = None


class CaseReader:
    """The values as entered, and the problems found so far."""

    def __init__(self, entered: Mapping[str, EnteredValue], date_order: DateOrder | None) -> None:
        self.entered = entered
        self.date_order = date_order
        self.problems: list[Problem] = []

    def problem(self, code: str, message: str, field: str, hint: str = "") -> None:
        entry = self.entered[field]
        self.problems.append(Problem(code, message, hint, entry.path, entry.line, entry.column, field=field))

    def missing(
        self, field: str, code: str = "C01", message: str = "", values: Iterable[str] = (), hint: str = ""
    ) -> None:
        """Report a missing value; the usual hint depends on where the other values were entered."""
        paths = [entry.path for entry in self.entered.values()]
        option = "--" + field.replace("_", "-")
        files = [path for path in paths if path == "-" or path.endswith((".yaml", ".yml"))]
        message = message or f"{field_label(field)} is missing"
        examples = list(values) or [
            next((case_field.example for case_field in CASE.fields if case_field.name == field), "…")
        ]
        if files:
            path, usual_hint = files[0], f"Add a line: {listed(f'{field}: {value}' for value in examples)}"
        elif any(path.startswith("--") or path == "PROCEDURE" for path in paths):
            if field in _CASE_FIELDS:
                path, typed = option, [f"{option} {_quoted_for_shell(value)}" for value in examples]
            else:  # a question of the handout
                path, typed = "--answer", [f"--answer {field}={_quoted_for_shell(value)}" for value in examples]
            usual_hint = f"Type: {listed(typed)}"
        else:
            path = paths[0] if paths else field
            usual_hint = {"site": f"Choose {listed(values)}.", "plan": "Choose one of them."}.get(field, "Fill it in.")
        self.problems.append(Problem(code, message, hint or usual_hint, path, field=field))

    def report_unused(self, handout: Handout, ignore: Container[str] = ()) -> None:
        """Report values that this handout does not use: nothing is dropped silently."""
        asked = {question.name for question in handout.questions}
        known = [*FIELD_LABELS, *sorted(asked - set(FIELD_LABELS))]
        for name in self.entered:
            if name in known or name in ignore:
                continue
            if name in _CASE_FIELDS:
                message = f'the handout "{handout.id}" does not ask about "{name}"'
                self.problem("C04", message, name, "Leave it out, or choose another procedure.")
            else:
                hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}.")
                self.problem("C05", "a case has no field of this name", name, hint)

    def value(self, field: str) -> str | None:
        """Return the stripped value; None if it was not entered, is empty or cannot be printed."""
        if field not in self.entered:
            return None
        text = self.entered[field].text.strip(WHITESPACE)
        label = field_label(field)
        if not text:
            optional = field in FIELD_LABELS and field not in _REQUIRED
            self.problem("C02", f"{label} is empty", field, f"Fill it in{', or leave it out' if optional else ''}.")
            return None
        for char in ("\n", "\t"):
            if char in text:
                what = "a line break" if char == "\n" else "a tab"
                self.problem("C03", f"{label} contains {what}", field, "Type it on one line, with spaces.")
                return None
        for _, char in refused_characters(text):
            self.problem(
                "C03", f"{label} contains {describe_character(char)}", field, "Delete it and type the words again."
            )
            return None
        return unicodedata.normalize("NFC", text)

    def text(self, field: str, *, required: bool = False, max_length: int = MAX_TEXT_LENGTH) -> str | None:
        if required and field not in self.entered:
            self.missing(field)
        text = self.value(field)
        if text is not None and len(text) > max_length:
            hint = f"At most {max_length} characters fit."
            self.problem("C06", f"{field_label(field)} is too long", field, hint)
            return None
        return text

    def name(self, field: str) -> str | None:
        """Return the name of the patient or the surgeon, unless another program has damaged it."""
        text = self.without_damage(field, self.text(field, required=True))
        if text is None:
            return None
        if problem := name_problem(text, of_patient=field == "patient_name"):
            code, message, hint = problem
            self.problem(code, f"{field_label(field)} {message}", field, hint)
            return None
        return self.not_a_missing_value(field, text) if field != "patient_name" else text

    def words(self, field: str) -> str | None:
        text = self.without_damage(field, self.text(field), in_words=True)
        return self.not_a_missing_value(field, text) if text is not None else None

    def without_damage(self, field: str, text: str | None, *, in_words: bool = False) -> str | None:
        if text is not None and (found := find_damage(text, in_words=in_words)):
            message, hint = found
            self.problem("C60", f"{field_label(field)} has {message}", field, hint)
            return None
        return text

    def not_a_missing_value(self, field: str, text: str) -> str | None:
        if is_empty_value(text):
            hint = f"Type it{'' if field in _REQUIRED else ', or leave it out'}."
            self.problem("C65", f"{field_label(field)} is what programs write for a missing value", field, hint)
            return None
        return text

    def record_number(self) -> str | None:
        text = self.text("mrn", required=True, max_length=MAX_RECORD_NUMBER_LENGTH)
        if text is None:
            return None
        number = normalize_record_number(text)
        if problem := record_number_problem(number):
            code, message, hint = problem
            self.problem(code, message, "mrn", hint)
            return None
        return number

    def date(self, field: str) -> dt.date | None:
        text = self.value(field)
        if text is None:
            return None
        try:
            return read_entered_date(text, self.date_order)
        except DateError as error:
            self.problem(error.code, f"{field_label(field)} {error.message}", field, error.hint)
        return None

    def date_and_time(self, field: str) -> str | None:
        """Return a date and a time of day as 2026-12-07 06:30."""
        text = self.value(field)
        if text is None:
            return None
        typed = split_time(text)
        clock = time_of_day(typed[1]) if typed else None
        if typed is None or clock is None:
            self.problem("C48", f"{field_label(field)} is not a date with a time of day", field, _DATE_AND_TIME_HINT)
            return None
        try:
            return f"{read_entered_date(typed[0], self.date_order)} {clock}"
        except DateError as error:
            self.problem(error.code, f"{field_label(field)} {error.message}", field, error.hint)
        return None

    def surgery_date(self) -> dt.date | None:
        if "surgery_date" not in self.entered:
            self.missing("surgery_date")
        day = self.date("surgery_date")
        if day and day.year not in SURGERY_YEARS:
            hint = f"Surgery dates from {SURGERY_YEARS[0]} to {SURGERY_YEARS[-1]} can be used."
            self.problem("C11", "the year of the surgery cannot be right", "surgery_date", hint)
            return None
        return day

    def check_order(self, surgery: dt.date | None, birth: dt.date | None, discharge: dt.date | None) -> None:
        if surgery is None:
            return
        if birth and birth >= surgery:
            self.problem("C12", "the date of birth is not before the surgery", "dob", "Look at both dates again.")
        elif birth and surgery.year - birth.year > MAX_AGE_AT_SURGERY:
            message = f"the date of birth is more than {MAX_AGE_AT_SURGERY} years before the surgery"
            self.problem("C13", message, "dob", "Look at both dates again.")
        if discharge and discharge < surgery:
            hint = "Look at both dates again."
            self.problem("C14", "the discharge date is before the surgery", "discharge_date", hint)
        elif discharge and (discharge - surgery).days > 366:
            hint = "Look at both dates again."
            self.problem("C15", "the discharge date is more than a year after the surgery", "discharge_date", hint)

    def start_time(self) -> str:
        """Return the start of the surgery as HH:MM, "" if it is not known or after reporting a problem."""
        text = self.value("start_time")
        if text is None:
            return ""
        start = time_of_day(text)
        if start is None:
            self.problem("C40", f"{field_label('start_time')} is not a time of day", "start_time", TIME_HINT)
        return start or ""

    def check_contradictions(
        self, answers: Mapping[str, str | None], stage: Stage | None, handout: Handout, surgery: dt.date | None
    ) -> None:
        """Report answers that contradict the schedule's words, the start of the surgery or each other."""
        known = {name: answer for name, answer in answers.items() if answer is not None}
        known[STATUS_QUESTION] = str(stage) if stage else ""
        procedure_text = self.value("procedure_text") or ""
        for problem in contradictions(known, handout, surgery, procedure_text, self.start_time()):
            self.problem(problem.code, problem.message, problem.field, problem.hint)

    def choice(self, field: str, words: tuple[str, ...], code: str = "C17") -> str | None:
        text = self.value(field)
        if text is None:
            return None
        if text not in words:
            what = field_label(field)
            hint = f"Write it in small letters: {text.lower()}" if text.lower() in words else ""
            self.problem(code, f"{what} must be {listed(words)}", field, hint)
            return None
        return text

    def site(self, sites: tuple[str, ...]) -> str:
        """Return the site as entered; a missing or unknown one is reported, with the known sites."""
        site = self.value("site") or ""
        if "site" in self.entered and not site:
            return ""  # already reported
        if problem := site_problem(site, sites):
            code, message, hint = problem
            if "site" in self.entered:
                self.problem(code, message, "site", hint)
            else:
                self.missing("site", code, message, sites)
        return site

    def stage(self) -> Stage | None:
        text = self.value("status")
        if text is not None and text.lower() in ("cancelled", "canceled"):
            hint = "No packet is made. If one was handed over, ask for it back."
            self.problem("C18", "the operation is cancelled", "status", hint)
            return None
        stage = self.choice("status", tuple(stage.value for stage in Stage)) if text is not None else None
        return Stage(stage) if stage else None

    def must_equal(self, field: str, expected: str) -> None:
        text = self.value(field)
        if text is not None and text != expected:
            hint = f"Make them the same, or leave {field} out here."
            self.problem("C21", f'{field_label(field)} is not that of the handout, "{expected}"', field, hint)

    def packet_id_value(self, field: str) -> str | None:
        numbers = self.packet_id_list(field, limit=1)
        return numbers[0] if numbers else None

    def packet_id_list(self, field: str, limit: int = 50) -> tuple[str, ...]:
        """Return the ids that were entered, separated by commas or blanks."""
        text = self.value(field)
        if text is None:
            return ()
        numbers = tuple(dict.fromkeys(re.split(r"[,\s]+", text)))
        if len(numbers) <= limit and all(map(is_packet_id, numbers)):
            return numbers
        hint = "Copy it from the top of the older packet; its last letter catches typing errors."
        self.problem("C19", f"{field_label(field)} is not valid", field, hint)
        return ()


def field_label(field: str) -> str:
    """Return what a message calls a field; a question of the handout has its own name."""
    return FIELD_LABELS.get(field, f'"{field}"')


def _quoted_for_shell(value: str) -> str:
    return value if re.fullmatch(r"[\w.:-]+", value) else f'"{value}"'
