"""Take what was entered for one patient (options, a case file, a row, a form), give the case, or every mistake at once.

No message holds a value, nor a field name that is not valid: either could be a patient's.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from packets.case_input.damaged_text import find_damage
from packets.case_input.empty_values import is_empty_value
from packets.case_input.person_names import name_problem
from packets.case_input.record_numbers import normalize_record_number, record_number_problem
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.case_file import CASE
from packets.content.yaml import parser
from packets.content.yaml.characters import describe_character, refused_characters
from packets.content.yaml.parser import Scalar
from packets.errors import InvalidInputError, Problem, UsageError, ordered
from packets.model.case import Case, Clinic, Paper, Print, Profile, Stage
from packets.model.handout import CHOICES, Answer, Handout
from packets.model.packet_id import is_packet_id

MAX_TEXT_LENGTH = 120
MAX_RECORD_NUMBER_LENGTH = 40
SURGERY_YEARS = range(1990, 2101)
OLDEST_YEARS = 130

FIELD_LABELS = {
    "procedure": "the procedure",
    "patient_name": "the patient's name",
    "mrn": "the record number",
    "dob": "the date of birth",
    "surgery_date": "the surgery date",
    "surgeon": "the surgeon's name",
    "language": "the language",
    "discharge_date": "the discharge date",
    "follow_up": "the follow-up appointment",
    "status": "the status",
    "packet_id": "the packet id",
    "replaces": "the id of the replaced packet",
    "large_print": "large print",
    "paper": "the paper",
}
_WHITE = " \t\r\n\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_OPTIONS = {field.name for field in CASE.fields}
_MUST = {field.name for field in CASE.fields if field.required}
_AS_TYPED = replace(CASE, fields=tuple(replace(field, required=False) for field in CASE.fields))
_ISO = "Write year, month and day with two dashes: 2026-12-07"


@dataclass(frozen=True, slots=True)
class EnteredValue:
    """One value as typed, and where: an option (`--mrn`), a file with line and column, a schedule, a form."""

    text: str
    path: str
    line: int | None = None
    column: int | None = None


def read_case_file(source: Path | bytes | str, shown: str = "") -> Mapping[str, EnteredValue]:
    """The fields of a case file, given by its path or its text; `shown` is its name in messages.

    Raises Refused with every problem of the YAML.
    """
    if isinstance(source, Path):
        shown = shown or str(source)
        parsed = parser.read_file(source, shown, private=True)
    else:
        shown = shown or "-"
        data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
        parsed = parser.read_bytes(data, shown, private=True)
    notes = ProblemCollector(shown, private=True)
    notes.problems += parsed.problems
    found = _AS_TYPED.read(parsed.tree, notes) if parsed.tree is not None else None
    if found is None or notes.failed:
        raise InvalidInputError(*notes.problems)
    return {
        name: EnteredValue(value.text, shown, value.place.line, value.place.column)
        for name, value in found.values.items()
        if isinstance(value, Scalar)
    }


def make_case(
    entered: Mapping[str, EnteredValue], handout: Handout, packet_id: Callable[[str, dt.date], str]
) -> tuple[Case | None, tuple[Problem, ...]]:
    """One patient's case for this handout; None while there is a problem.

    `packet_id` gives the number for a record number and surgery date, and is called only if none was entered.
    """
    form = _Form(entered)
    form.refuse_unasked(handout)
    name = form.name("patient_name")
    record_number = form.record_number()
    surgeon = form.name("surgeon")
    surgery = form.surgery_date()
    born, home = form.date("dob"), form.date("discharge_date")
    form.check_order(surgery, born, home)
    follow_up = form.words("follow_up")
    for ask in handout.asks:
        if ask.name in ("discharge_date", "follow_up") and ask.name not in entered:
            form.missing(ask.name)
    answers = {ask.name: form.answer(ask.name) for ask in handout.asks if ask.answer is Answer.CHOICE}
    stage = form.stage()
    form.same("procedure", handout.id)
    form.same("language", handout.language)
    number, replaces = form.packet_number("packet_id"), form.packet_numbers("replaces")
    if number in replaces:
        form.problem("C20", "a packet cannot replace itself", "replaces", "Enter the id of the older packet.")
    form.choice("large_print", ("yes", "no"))
    form.choice("paper", tuple(paper.value for paper in Paper))
    if form.problems or name is None or record_number is None or surgery is None or surgeon is None:
        return None, ordered(form.problems)
    return Case(
        procedure=handout.id,
        patient_name=name,
        record_number=record_number,
        surgery_date=surgery,
        surgeon=surgeon,
        answers={question: answer for question, answer in answers.items() if answer is not None},
        packet_id=number or packet_id(record_number, surgery),
        language=handout.language,
        birth_date=born,
        discharge_date=home,
        follow_up=follow_up,
        stage=stage,
        replaces=replaces,
    ), ()


def entered_print_options(entered: Mapping[str, EnteredValue], clinic: Clinic) -> Print:
    """Paper and size as entered, else the clinic's; what is entered wrongly is for `make_case` to report."""
    paper, large = (entered[name].text.strip(_WHITE) if name in entered else "" for name in ("paper", "large_print"))
    return Print(
        paper=Paper(paper) if paper in set(Paper) else clinic.paper,
        profile={"yes": Profile.LARGE, "no": Profile.NORMAL}.get(large, clinic.profile),
    )


def read_date(text: str, path: str) -> dt.date:
    """A surgery date alone. Raises Misused."""
    form = _Form({"surgery_date": EnteredValue(text, path)})
    day = form.surgery_date()
    if day is None:
        raise UsageError(*form.problems)
    return day


class _Form:
    """Judges the values one by one and keeps the problems."""

    def __init__(self, entered: Mapping[str, EnteredValue]) -> None:
        self.entered = entered
        self.problems: list[Problem] = []

    def problem(self, code: str, message: str, field: str, hint: str = "") -> None:
        at = self.entered[field]
        self.problems.append(Problem(code, message, hint, at.path, at.line, at.column, field=field))

    def missing(self, field: str, code: str = "C01", message: str = "", values: Iterable[str] = ()) -> None:
        """A problem without a place: what to type depends on where the rest was entered."""
        paths = [entry.path for entry in self.entered.values()]
        option = "--" + field.replace("_", "-")
        files = [path for path in paths if path == "-" or path.endswith((".yaml", ".yml"))]
        message = message or f"{FIELD_LABELS[field]} is missing"
        examples = list(values) or [next((each.example for each in CASE.fields if each.name == field), "…")]
        if files:
            path, hint = files[0], f"Add a line: {listed(f'{field}: {value}' for value in examples)}"
        elif any(path.startswith("--") or path == "PROCEDURE" for path in paths):
            if field in _OPTIONS:
                path, typed = option, [f"{option} {_shell(value)}" for value in examples]
            else:  # a question of the handout's own
                path, typed = "--answer", [f"--answer {field}={value}" for value in examples]
            hint = f"Type: {listed(typed)}"
        else:
            path, hint = paths[0] if paths else field, "Fill it in."
        self.problems.append(Problem(code, message, hint, path, field=field))

    def refuse_unasked(self, handout: Handout) -> None:
        """Whatever was entered must mean something for this handout: nothing is dropped silently."""
        asked = {ask.name for ask in handout.asks}
        known = [*FIELD_LABELS, *sorted(asked - set(FIELD_LABELS))]
        for name in self.entered:
            if name in known:
                continue
            if name in _OPTIONS:
                message = f'the handout "{handout.id}" does not ask about "{name}"'
                self.problem("C04", message, name, "Leave it out, or choose another procedure.")
            else:
                hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}.")
                self.problem("C05", "a case has no field of this name", name, hint)

    def value(self, field: str) -> str | None:
        """The value without white space around it; None if it was not entered, or is empty or unprintable."""
        if field not in self.entered:
            return None
        text = self.entered[field].text.strip(_WHITE)
        label = FIELD_LABELS.get(field, f'"{field}"')
        if not text:
            optional = field in FIELD_LABELS and field not in _MUST
            self.problem("C02", f"{label} is empty", field, f"Fill it in{', or leave it out' if optional else ''}.")
            return None
        for char in ("\n", "\t"):
            if char in text:
                what = "a line end" if char == "\n" else "a tab"
                self.problem("C03", f"{label} holds {what}", field, "Type it on one line, with spaces.")
                return None
        for _, char in refused_characters(text):
            self.problem(
                "C03", f"{label} holds {describe_character(char)}", field, "Delete it and type the words again."
            )
            return None
        return unicodedata.normalize("NFC", text)

    def text(self, field: str, *, must: bool = False, longest: int = MAX_TEXT_LENGTH) -> str | None:
        if must and field not in self.entered:
            self.missing(field)
        text = self.value(field)
        if text is not None and len(text) > longest:
            hint = f"At most {longest} characters fit."
            self.problem("C06", f"{FIELD_LABELS[field]} is too long", field, hint)
            return None
        return text

    def name(self, field: str) -> str | None:
        """The name of the patient or the surgeon, unless another program has damaged it."""
        text = self.undamaged(field, self.text(field, must=True))
        if text is None:
            return None
        if wrong := name_problem(text, of_patient=field == "patient_name"):
            code, message, hint = wrong
            self.problem(code, f"{FIELD_LABELS[field]} {message}", field, hint)
            return None
        return self.filled(field, text) if field == "surgeon" else text

    def words(self, field: str) -> str | None:
        text = self.undamaged(field, self.text(field), in_words=True)
        return self.filled(field, text) if text is not None else None

    def undamaged(self, field: str, text: str | None, *, in_words: bool = False) -> str | None:
        if text is not None and (found := find_damage(text, in_words=in_words)):
            message, hint = found
            self.problem("C60", f"{FIELD_LABELS[field]} has {message}", field, hint)
            return None
        return text

    def filled(self, field: str, text: str) -> str | None:
        if is_empty_value(text):
            hint = f"Type it{'' if field in _MUST else ', or leave it out'}."
            self.problem("C65", f"{FIELD_LABELS[field]} is what programs write for a missing value", field, hint)
            return None
        return text

    def record_number(self) -> str | None:
        text = self.text("mrn", must=True, longest=MAX_RECORD_NUMBER_LENGTH)
        if text is None:
            return None
        number = normalize_record_number(text)
        if wrong := record_number_problem(number):
            code, message, hint = wrong
            self.problem(code, message, "mrn", hint)
            return None
        return number

    def date(self, field: str) -> dt.date | None:
        text = self.value(field)
        if text is None:
            return None
        what = FIELD_LABELS[field]
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            try:
                return dt.date.fromisoformat(text)
            except ValueError:
                self.problem("C08", f"{what} is not in the calendar", field, "Look at the month and the day again.")
        elif re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]", text):
            self.problem("C10", f"{what} has a time of day", field, _ISO)
        elif re.fullmatch(r"[0-9]{1,2}([-/. ])[0-9]{1,2}\1[0-9]{1,2}", text):
            self.problem("C09", f"{what} has a year of two digits", field, _ISO)
        else:
            self.problem("C07", f"{what} is ambiguous or not a date", field, _ISO)
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

    def check_order(self, surgery: dt.date | None, born: dt.date | None, home: dt.date | None) -> None:
        if surgery is None:
            return
        if born and born >= surgery:
            self.problem("C12", "the date of birth is not before the surgery", "dob", "Look at both dates again.")
        elif born and surgery.year - born.year > OLDEST_YEARS:
            message = f"the date of birth is more than {OLDEST_YEARS} years before the surgery"
            self.problem("C13", message, "dob", "Look at both dates again.")
        if home and home < surgery:
            hint = "Look at both dates again."
            self.problem("C14", "the discharge date is before the surgery", "discharge_date", hint)
        elif home and (home - surgery).days > 366:
            hint = "Look at both dates again."
            self.problem("C15", "the discharge date is more than a year after the surgery", "discharge_date", hint)

    def answer(self, question: str) -> str | None:
        if question not in self.entered:
            self.missing(question, "C16", f'"{question}" is not answered', CHOICES)
            return None
        return self.choice(question, CHOICES)

    def choice(self, field: str, words: tuple[str, ...], code: str = "C17") -> str | None:
        text = self.value(field)
        if text is None:
            return None
        if text not in words:
            what = FIELD_LABELS.get(field, f'"{field}"')
            hint = f"Write it in small letters: {text.lower()}" if text.lower() in words else ""
            self.problem(code, f"{what} must be {listed(words)}", field, hint)
            return None
        return text

    def stage(self) -> Stage | None:
        text = self.value("status")
        if text is not None and text.lower() in ("cancelled", "canceled"):
            hint = "No packet is made. If one was handed over, ask for it back."
            self.problem("C18", "the operation is cancelled", "status", hint)
            return None
        stage = self.choice("status", tuple(each.value for each in Stage)) if text is not None else None
        return Stage(stage) if stage else None

    def same(self, field: str, expected: str) -> None:
        text = self.value(field)
        if text is not None and text != expected:
            hint = f"Make them the same, or leave {field} out here."
            self.problem("C21", f'{FIELD_LABELS[field]} is not that of the handout, "{expected}"', field, hint)

    def packet_number(self, field: str) -> str | None:
        numbers = self.packet_numbers(field, most=1)
        return numbers[0] if numbers else None

    def packet_numbers(self, field: str, most: int = 50) -> tuple[str, ...]:
        """Return the ids that were entered, separated by commas or blanks."""
        text = self.value(field)
        if text is None:
            return ()
        numbers = tuple(dict.fromkeys(re.split(r"[,\s]+", text)))
        if len(numbers) <= most and all(map(is_packet_id, numbers)):
            return numbers
        hint = "Copy it from the top of the older packet; its last letter catches typing errors."
        self.problem("C19", f"{FIELD_LABELS[field]} is not valid", field, hint)
        return ()


def _shell(value: str) -> str:
    return value if re.fullmatch(r"[\w.-]+", value) else f'"{value}"'
