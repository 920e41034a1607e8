"""Build the form of a handout with its errors, and read the case that was typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from packets.case_input.case_fields import EnteredValue
from packets.case_input.date_rules import QUESTIONED
from packets.content.questions import questions
from packets.errors import Problem
from packets.model.case import Clinic, Paper, Profile
from packets.model.handout import Handout, Status

# Where a value comes from, in the place of an option's or a file's name.
PLACE = "form"
NAMES = ("patient_name", "mrn", "dob", "surgery_date", "surgeon", "status", "discharge_date", "follow_up", "replaces")
LOOK = ("large_print", "paper", "language")
DRAFTS = "include_drafts"
CONFIRM = "confirm_dates"  # the unlikely dates that the nurse has confirmed, as typed, with blanks between
REMEMBERED = ("surgeon", "paper")  # of this clinic, and of no patient


@dataclass(frozen=True, slots=True, repr=False)
class Choice:
    value: str
    label: str
    says: str = ""  # in the handout's language


@dataclass(frozen=True, slots=True, repr=False)
class Field:
    name: str
    label: str
    hint: str = ""
    date: bool = False
    optional: bool = False
    choices: tuple[Choice, ...] = ()
    value: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def anchor(self) -> str:
        """Where a link to this field leads: the first of several buttons."""
        return f"{self.name}-{self.choices[0].value}" if self.choices else self.name


@dataclass(frozen=True, slots=True, repr=False)
class Group:
    title: str
    fields: tuple[Field, ...]
    hint: str = ""


KEPT = "The last patient’s surgeon: check that it is this patient’s too"
DATE_HINT = "Year-month-day, such as 2026-12-07"

_TEXTS = {
    "patient_name": ("Patient’s name", "As it should be printed"),
    "mrn": ("Record number", "With all its zeros"),
    "dob": ("Date of birth", "Year-month-day, such as 1961-03-09"),
    "surgery_date": ("Surgery date", DATE_HINT),
    "surgeon": ("Surgeon", "Such as Dr. Jane Rivera"),
    "discharge_date": ("Day of going home", DATE_HINT),
    "follow_up": ("Follow-up appointment", "In words, such as Monday, January 4, 10:30"),
    "replaces": ("Replaces packet", "The number at the top of the older packet"),
    "status": ("The operation", "If it is planned, every page says: Prepared before surgery"),
    "large_print": ("Letters", ""),
    "paper": ("Paper", ""),
    "language": ("Language", ""),
}
_STATUS = (
    Choice("", "Not stated"),
    Choice("planned", "Planned"),
    Choice("performed", "Performed"),
)
_DATES = ("dob", "surgery_date", "discharge_date")


def names(handout: Handout) -> frozenset[str]:
    """Every field that this handout's form can send."""
    return frozenset((*NAMES, *LOOK, *(ask.name for ask in handout.asks)))


def defaults(clinic: Clinic, handout: Handout, remembered: Mapping[str, str]) -> dict[str, str]:
    """What an empty form holds: the clinic's own paper, and what was chosen today."""
    large = "yes" if clinic.profile is Profile.LARGE else "no"
    return {"large_print": large, "paper": clinic.paper, "language": handout.language} | dict(remembered)


def groups(
    handout: Handout,
    languages: Iterable[Choice],
    typed: Mapping[str, str],
    problems: Iterable[Problem],
    kept: Mapping[str, str],
) -> tuple[Group, ...]:
    """The form in reading order. `kept` is what the form for the last patient held: beside the surgeon it is said."""
    wrong = tuple(problems)

    def field(name: str, choices: tuple[Choice, ...] = (), *, optional: bool = False) -> Field:
        label, hint = _TEXTS.get(name, ("", ""))
        if name == "surgeon" and (last := kept.get(name, "")) and typed.get(name, "") == last:
            hint = KEPT
        mine = tuple(problem for problem in wrong if problem.field == name)
        return Field(name, label, hint, name in _DATES, optional, choices, typed.get(name, ""), mine)

    asked = questions(handout)
    required = {question.name for question in asked}
    surgery = [field("surgery_date"), field("surgeon")]
    for question in asked:
        if question.choices:
            choices = tuple(Choice(value, value.capitalize(), says) for value, says in question.choices)
            mine = tuple(problem for problem in wrong if problem.field == question.name)
            value = typed.get(question.name, "")
            surgery.append(Field(question.name, question.label, choices=choices, value=value, problems=mine))
    surgery += [field(name) for name in ("discharge_date", "follow_up") if name in required]
    known = [field(name, optional=True) for name in ("discharge_date", "follow_up") if name not in required]
    known += [field("status", _STATUS), field("replaces", optional=True)]
    print_options = [
        field("large_print", (Choice("no", "Normal"), Choice("yes", "Large print"))),
        field("paper", (Choice(Paper.LETTER, "Letter"), Choice(Paper.A4, "A4"))),
    ]
    if len(spoken := tuple(languages)) > 1:
        print_options.append(field("language", spoken))
    return (
        Group("Patient", (field("patient_name"), field("mrn"), field("dob", optional=True))),
        Group("Surgery", tuple(surgery)),
        Group("If it is known", tuple(known), "What stays empty is a line to write on."),
        Group("Print", tuple(print_options)),
    )


def entered(typed: Mapping[str, str], handout: Handout) -> dict[str, EnteredValue]:
    """What was typed as the fields of a case; an empty field was not entered."""
    found = {name: EnteredValue(text, PLACE) for name, text in typed.items() if text.strip() and name in names(handout)}
    return found | {"procedure": EnteredValue(handout.id, PLACE)}


def to_confirm(problems: Iterable[Problem], typed: Mapping[str, str]) -> str:
    """The dates that are questioned, so that ticking the box confirms these dates and no other."""
    return " ".join(typed[problem.field].strip() for problem in problems if problem.code in QUESTIONED)


def confirmed(typed: Mapping[str, str]) -> frozenset[dt.date]:
    """Raises ValueError where the browser has sent something else than dates."""
    return frozenset(dt.date.fromisoformat(word) for word in typed.get(CONFIRM, "").split())


def for_the_page(problems: Iterable[Problem], handout: Handout, typed: Mapping[str, str]) -> tuple[Problem, ...]:
    """What the command line does with an option is a box to tick here: an unlikely date, a draft not asked for."""
    hint = "Compare the date with the chart. If it is right, tick the box above Make."
    problems = tuple(replace(problem, hint=hint) if problem.code in QUESTIONED else problem for problem in problems)
    if handout.review.status is not Status.DRAFT or DRAFTS in typed:
        return problems
    hint = "To print it with a DRAFT mark, tick the box under Print."
    return tuple(problem if problem.field else replace(problem, hint=hint, field=DRAFTS) for problem in problems)


def in_order(shown: Iterable[Group], problems: Iterable[Problem]) -> tuple[tuple[Problem, str], ...]:
    """Each problem with the place that a link leads to, in the order of the form; "" for those of no field."""
    fields = {field.name: (place, field.anchor) for place, field in enumerate(f for g in shown for f in g.fields)}
    fields["procedure"] = (-1, "procedure")
    fields[DRAFTS] = (len(fields), DRAFTS)
    last = (len(fields), "")
    ranked = sorted(problems, key=lambda problem: fields.get(problem.field, last)[0])
    return tuple((problem, fields.get(problem.field, last)[1]) for problem in ranked)
