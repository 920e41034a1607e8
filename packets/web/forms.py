"""Build the form of a handout with its errors, and read the case from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from packets.case_input.arrivals import arrivals
from packets.case_input.case_reader import EnteredValue
from packets.case_input.date_rules import QUESTIONED
from packets.content.packet_plans import DISCHARGE, PRE_OP
from packets.content.questions import StaffQuestion, staff_questions
from packets.errors import Problem
from packets.model.case import Clinic, Paper, PrintSize
from packets.model.handout import Handout, Status
from packets.model.question import AnswerKind
from packets.values import HiddenFields
from packets.web.date_words import DateWords
from packets.web.nurse_words import nurse_message

# The source of a typed value, where the command line names an option or a file.
SOURCE = "form"
_NOT_ANSWERED = "C16"  # the code of an answer that is missing
_NO_SITE = "C90"
CASE_FIELDS = (
    "patient_name",
    "mrn",
    "dob",
    "surgery_date",
    "surgeon",
    "site",
    "plan",
    "status",
    "discharge_date",
    "follow_up",
    "replaces",
)
STAFF_LANGUAGE = "staff_language"  # printed on the back of each page
PRINT_FIELDS = ("large_print", "paper", "language", STAFF_LANGUAGE)
PRESELECTED = ("large_print", "paper", "language")  # a browser always sends them
DRAFTS = "include_drafts"
CONFIRM = "confirm_dates"  # the unlikely dates that the nurse confirmed (2027-08-02), separated by spaces
REMEMBERED = ("surgery_date", "surgeon", "paper")  # for the next patient; none of them identifies one


class Choice(HiddenFields, Struct, frozen=True):
    value: str
    label: str
    text: str = ""  # the printed sentence, in the handout's language


class Field(HiddenFields, Struct, frozen=True):
    name: str
    label: str
    hint: str = ""
    date: bool = False
    optional: bool = False
    choices: tuple[Choice, ...] = ()
    value: str = ""
    problems: tuple[Problem, ...] = ()
    short: bool = False  # a time or a number
    in_words: str = ""  # how a typed date was read
    buttons: tuple[str, ...] = ()  # Today and Yesterday, for a date

    @property
    def anchor(self) -> str:
        """Return the id of the element that a link to this field focuses: the first radio button of several."""
        return f"{self.name}-{self.choices[0].value}" if self.choices else self.name


class Group(HiddenFields, Struct, frozen=True):
    title: str
    fields: tuple[Field, ...]
    hint: str = ""
    rare: bool = False  # under More


REMEMBERED_HINTS = {
    "surgeon": "From the last patient: check that this is the right surgeon",
    "surgery_date": "From the last patient: check that this is the right date",
}
_EXAMPLE = dt.date(2026, 12, 7)
_EXAMPLE_OF_BIRTH = dt.date(1961, 3, 9)
WITH_BUTTONS = {"surgery_date": ("yesterday", "today"), "discharge_date": ("today", "tomorrow")}

_LABELS = {
    "patient_name": ("Patient’s name", "As it should appear on the packet"),
    "mrn": ("Record number", "Include leading zeros"),
    "dob": ("Date of birth", ""),
    "surgery_date": ("Surgery date", ""),
    "surgeon": ("Surgeon", "Such as Dr. Jane Rivera"),
    "discharge_date": ("Discharge date", ""),
    "follow_up": ("Follow-up appointment", "In words, such as Monday, January 4, 10:30"),
    "replaces": ("Replaces packet", "The packet id at the top of the older packet"),
    "status": ("Surgery status", "If planned, every page says: Prepared before surgery"),
    "large_print": ("Print size", ""),
    "paper": ("Paper", ""),
    "language": ("Language", ""),
    STAFF_LANGUAGE: ("On the back of each page", "The same page in a language that the staff reads"),
    "site": ("Site", "Where the patient is treated"),
    "plan": ("Which packet?", ""),
    "procedure_text": ("Procedure as scheduled", "As the schedule writes it, such as LEFT TKA"),
    "start_time": ("Start of surgery", "Such as 7:30 AM or 13:30"),
}
_QUESTION_HINTS = {
    AnswerKind.TIME: "Such as 6:30 AM or 18:30",
    AnswerKind.NUMBER: "In digits, such as 72.5",
}
_STATUS = (
    Choice("", "Not stated"),
    Choice("planned", "Planned"),
    Choice("performed", "Performed"),
)
_PLANS = {PRE_OP: "For the days before", DISCHARGE: "For going home"}
_DATE_FIELDS = ("dob", "surgery_date", "discharge_date")


def field_names(handout: Handout) -> frozenset[str]:
    """Return every field that this handout's form can send."""
    return frozenset(
        (*CASE_FIELDS, *PRINT_FIELDS, *compared_fields(handout), *(question.name for question in handout.questions))
    )


def compared_fields(handout: Handout) -> tuple[str, ...]:
    """Return the fields that are compared with this handout's answers and not printed."""
    return (*(["procedure_text"] if handout.side else []), *(["start_time"] if arrivals(handout) else []))


def defaults(clinic: Clinic, handout: Handout, remembered: Mapping[str, str]) -> dict[str, str]:
    """Return the values of an empty form: the clinic's paper and print size, and today's choices."""
    large = "yes" if clinic.print_size is PrintSize.LARGE else "no"
    return {"large_print": large, "paper": clinic.paper, "language": handout.language} | dict(remembered)


def groups(
    handout: Handout,
    languages: Iterable[Choice],
    typed: Mapping[str, str],
    problems: Iterable[Problem],
    remembered: Mapping[str, str],
    dates: DateWords,
    sites: Iterable[Choice] = (),
    plans: Iterable[str] = (),
) -> tuple[Group, ...]:
    """Return the form in reading order. What is from `remembered`, the choices for the last patient, gets a hint."""
    all_problems = tuple(problems)

    def field(name: str, choices: tuple[Choice, ...] = (), *, optional: bool = False) -> Field:
        label, hint = _LABELS.get(name, ("", ""))
        field_problems = tuple(problem for problem in all_problems if problem.field == name)
        value = typed.get(name, "")
        built = Field(name, label, hint, optional=optional, choices=choices, value=value, problems=field_problems)
        built = _as_date(built, dates) if name in _DATE_FIELDS else built
        if name in REMEMBERED_HINTS and value and value == remembered.get(name):
            built = replace(built, hint=REMEMBERED_HINTS[name])
        return built

    own = [question for question in staff_questions(handout) if question.name not in CASE_FIELDS]
    own_fields = [_question_field(question, typed, all_problems, dates) for question in own]
    required = {question.name for question in handout.questions if not question.optional}
    packet: tuple[Group, ...] = ()
    surgery = [field("surgery_date"), field("surgeon")]
    if packets := tuple(Choice(plan, _PLANS.get(plan, plan)) for plan in plans):
        packet = (Group("Packet", (field("plan", packets),)),)
    if places := tuple(sites):
        surgery.append(field("site", places))
    surgery += [entry for entry in own_fields if not entry.optional]
    surgery += [field(name) for name in ("discharge_date", "follow_up") if name in required]
    optional_fields = [field(name, optional=True) for name in ("discharge_date", "follow_up") if name not in required]
    optional_fields += [entry for entry in own_fields if entry.optional]
    optional_fields += [field("status", _STATUS), field("replaces", optional=True)]
    paper: tuple[Field, ...] = (
        field("large_print", (Choice("no", "Normal"), Choice("yes", "Large print"))),
        field("paper", (Choice(Paper.LETTER, "Letter"), Choice(Paper.A4, "A4"))),
    )
    choices = tuple(languages)
    on_the_back = [choice for choice in choices if choice.value != handout.language]
    if on_the_back:
        paper += (field(STAFF_LANGUAGE, (Choice("", "Nothing"), *on_the_back)),)
    compared = tuple(
        replace(field(name, optional=True), short=name == "start_time") for name in compared_fields(handout)
    )
    hint = "Not printed. If the schedule contradicts an answer, no packet is made."
    return (
        Group("Patient", (field("patient_name"), field("mrn"), field("dob", optional=True))),
        *packet,
        Group("Surgery", tuple(surgery)),
        Group("Print", (field("language", choices),) if len(choices) > 1 else ()),
        Group("If known", tuple(optional_fields), "Anything left blank prints as a line to write on.", rare=True),
        *([Group("Compare with the schedule", tuple(compared), hint, rare=True)] if compared else []),
        Group("Paper", paper, rare=True),
    )


def rare_fields_in_use(groups: Iterable[Group], empty: Mapping[str, str]) -> bool:
    """Return whether a field under More has a problem, or another value than in the empty form."""
    rare = [field for group in groups if group.rare for field in group.fields]
    return any(field.problems or field.value != empty.get(field.name, "") for field in rare)


def _as_date(field: Field, dates: DateWords) -> Field:
    of_birth = field.name == "dob"
    return replace(
        field,
        date=True,
        hint=f"Such as {dates.written(_EXAMPLE_OF_BIRTH)}" if of_birth else dates.hint(_EXAMPLE),
        in_words=dates.words(field.value, of_birth=of_birth),
        buttons=WITH_BUTTONS.get(field.name, ()),
    )


def _question_field(
    staff_question: StaffQuestion, typed: Mapping[str, str], problems: Iterable[Problem], dates: DateWords
) -> Field:
    question = staff_question.question
    field = Field(
        staff_question.name,
        staff_question.label,
        hint=f"{dates.hint(_EXAMPLE)} 6:30 AM"
        if question.kind is AnswerKind.DATE_TIME
        else _QUESTION_HINTS.get(question.kind, ""),
        optional=question.optional,
        choices=tuple(
            Choice(choice, staff_question.choice_label(choice), text) for choice, text in staff_question.choices
        ),
        short=question.kind in (AnswerKind.TIME, AnswerKind.NUMBER),
        value=typed.get(staff_question.name, ""),
        problems=tuple(problem for problem in problems if problem.field == staff_question.name),
    )
    return _as_date(field, dates) if question.kind is AnswerKind.DATE else field


def entered(typed: Mapping[str, str], handout: Handout) -> dict[str, EnteredValue]:
    """Return what was typed as the fields of a case. An empty field was not entered."""
    fields = {
        name: EnteredValue(text, SOURCE)
        for name, text in typed.items()
        if text.strip() and name in field_names(handout) - {STAFF_LANGUAGE}
    }
    return fields | {"procedure": EnteredValue(handout.id, SOURCE)}


def missing_print_options(typed: Mapping[str, str]) -> tuple[Problem, ...]:
    """Return a problem for each print option that was not sent, which the program must not choose on its own."""
    return tuple(
        Problem("C01", f"the {_LABELS[name][0].lower()} is missing", "Choose one.", field=name)
        for name in PRESELECTED
        if not typed.get(name, "").strip()
    )


def to_confirm(problems: Iterable[Problem], typed: Mapping[str, str], dates: DateWords) -> tuple[dt.date, ...]:
    """Return the unlikely dates, so that ticking the box confirms these dates and no others."""
    days = (dates.day_of(typed[problem.field]) for problem in problems if problem.code in QUESTIONED)
    return tuple(dict.fromkeys(day for day in days if day is not None))


def confirmed(typed: Mapping[str, str]) -> frozenset[dt.date]:
    """Return the dates that were confirmed. Raise ValueError if the browser sent something else."""
    return frozenset(dt.date.fromisoformat(word) for word in typed.get(CONFIRM, "").split())


def with_form_hints(problems: Iterable[Problem], handout: Handout, typed: Mapping[str, str]) -> tuple[Problem, ...]:
    """Replace the hints about what to type (unlikely dates, sites, drafts) with hints about the form."""
    by_name = {question.name: question for question in staff_questions(handout)}
    problems = tuple(_as_in_the_form(problem, by_name) for problem in problems)
    if handout.review.status is not Status.DRAFT or DRAFTS in typed:
        return problems
    hint = "To print it with a DRAFT mark, tick the box under Print."
    return tuple(problem if problem.field else replace(problem, hint=hint, field=DRAFTS) for problem in problems)


def _as_in_the_form(problem: Problem, questions: Mapping[str, StaffQuestion]) -> Problem:
    """Return the problem with the form's hint; the message about an answer names each question as the form does."""
    if problem.code in QUESTIONED:
        problem = replace(problem, hint="Compare the date with the chart. If it is correct, tick the box above Make.")
    elif problem.code == _NO_SITE:
        problem = replace(problem, hint="Choose one.")
    if problem.field not in questions:
        return problem
    if problem.code == _NOT_ANSWERED:
        hint = "Choose an answer." if questions[problem.field].choices else "Fill it in."
        return replace(problem, message=nurse_message(problem), hint=hint)
    message = problem.message
    for name, question in questions.items():
        message = message.replace(f'"{name}"', f"“{question.label}”")
    return replace(problem, message=message)


def in_form_order(groups: Iterable[Group], problems: Iterable[Problem]) -> tuple[tuple[Problem, str], ...]:
    """Return each problem with the anchor of its field ("" if it has none), in the order of the form."""
    fields = {
        field.name: (place, field.anchor) for place, field in enumerate(f for group in groups for f in group.fields)
    }
    fields["procedure"] = (-1, "procedure")
    fields[DRAFTS] = (len(fields), DRAFTS)
    last = (len(fields), "")
    ranked = sorted(problems, key=lambda problem: fields.get(problem.field, last)[0])
    return tuple((problem, fields.get(problem.field, last)[1]) for problem in ranked)
