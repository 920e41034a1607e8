"""Check the dates of a patient's case against today's date at the clinic.

An impossible date is refused. An unlikely date, such as an operation last year, is questioned: the packet is made only
after a person has confirmed that date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import assert_never

from msgspec import Struct

from packets.case_input.case_reader import field_label
from packets.case_input.order_of_times import time_of_the_day_before
from packets.content.schema.timing import written_time
from packets.errors import Problem
from packets.model.case import Case, Stage
from packets.model.handout import Handout
from packets.model.question import AnswerKind
from packets.model.recovery import After, At, Between, By, FromThrough, Milestone, Timing, Until
from packets.model.regimen import RegimenStep
from packets.values import HiddenFields

MAX_DAYS_AHEAD = 180
MAX_DAYS_BACK = 30
MAX_AGE = 115
QUESTIONED = frozenset(
    {"C49", "C73", "C74", "C75", "C76", "C77", "C81", "C82", "C84"}
)  # a person can confirm that these dates are right
# How spreadsheets and databases show an empty date: day 0 of Excel, Access and Delphi, and the day before.
_EMPTY_DATES = (dt.date(1899, 12, 30), dt.date(1899, 12, 31))
_FIRST_DATE = dt.date(1900, 1, 1)


class DateProblem(HiddenFields, Struct, frozen=True):
    """A date that is refused or questioned; `confirm` is the date that a person can confirm."""

    problem: Problem
    confirm: dt.date | None = None


def date_problems(
    case: Case,
    dated: Iterable[Milestone | RegimenStep],
    today: dt.date,
    confirmed: Collection[dt.date] = (),
    other_dates: Mapping[str, dt.date] = MappingProxyType({}),
    *,
    counts_down: bool = False,
) -> tuple[DateProblem, ...]:
    """Return every date that stops the packet today; those in `confirmed` are not questioned again.

    `dated` is what the packet prints with a date. `other_dates` are the dates of the case by field, except the surgery
    date and the date of birth. `counts_down` says that the packet is for the days before the surgery.
    """
    dated = tuple(dated)
    milestones = [item for item in dated if isinstance(item, Milestone)]
    problems = (
        *_surgery_problems(case, dated, today, counts_down),
        *_range_problems(case.surgery_date, milestones),
        *(DateProblem(time_of_the_day_before(item)) for item in milestones if item.is_counted_to_the_day_before),
        *_birth_problems(case, today),
        *_other_problems(other_dates, today),
    )
    return tuple(problem for problem in problems if problem.confirm is None or problem.confirm not in confirmed)


def other_dates(case: Case, handout: Handout) -> dict[str, dt.date]:
    """Return the dates of a case by field, except the surgery date and the date of birth."""
    dates = {"discharge_date": case.discharge_date} if case.discharge_date else {}
    kinds = (AnswerKind.DATE, AnswerKind.DATE_TIME)
    answers = [
        question.name for question in handout.questions if question.kind in kinds and question.name in case.answers
    ]
    return dates | {name: dt.date.fromisoformat(case.answers[name].partition(" ")[0]) for name in answers}


def is_in_range(day: dt.date, estimate: Timing, surgery: dt.date) -> bool:
    """Return whether a known date is in the handout's own range of days, both ends included."""
    match estimate:
        case At(offset):
            return day == offset.after(surgery)
        case By(offset):
            return day <= offset.after(surgery) and (offset.count <= 0 or day >= surgery)
        case Between(first, last) | FromThrough(first, last):
            return first.after(surgery) <= day <= last.after(surgery)
        case Until(offset):
            return surgery <= day <= offset.after(surgery)
        case After(offset):
            return day >= offset.after(surgery)
        case _:
            assert_never(estimate)


def all_past(surgery: dt.date, dated: Iterable[Milestone | RegimenStep], today: dt.date) -> bool:
    """Return whether all recovery dates are past; False for a handout without any."""
    dates = [day for item in dated for day in item.dates(surgery)]
    return bool(dates) and max(dates) < today


def performed_too_early(case: Case, today: dt.date) -> bool:
    """Return whether the operation is recorded as performed before its date."""
    return case.stage is Stage.PERFORMED and case.surgery_date > today


def planned_too_late(case: Case, today: dt.date) -> bool:
    """Return whether the operation is recorded as planned after its date."""
    return case.stage is Stage.PLANNED and case.surgery_date < today


def far_from_today(day: dt.date, today: dt.date) -> bool:
    """Return whether a date is so far from today that it is questioned."""
    return not -MAX_DAYS_BACK <= (day - today).days <= MAX_DAYS_AHEAD


def _surgery_problems(
    case: Case, dated: Iterable[Milestone | RegimenStep], today: dt.date, counts_down: bool
) -> Iterator[DateProblem]:
    surgery = case.surgery_date
    if counts_down and case.stage is Stage.PERFORMED:
        message = "the operation is recorded as performed, but this packet is for the days before it"
        hint = "Correct the status, or make the packet for going home."
        yield DateProblem(Problem("C83", message, hint, field="status"))
    if performed_too_early(case, today):
        message = "the operation is recorded as performed, but its date is after today"
        hint = "Correct the surgery date, or the status."
        yield DateProblem(Problem("C70", message, hint, field="surgery_date"))
    elif planned_too_late(case, today):
        message = "the operation is recorded as planned, but its date is before today"
        hint = "Correct the surgery date, or the status."
        yield DateProblem(Problem("C80", message, hint, field="surgery_date"))
    elif counts_down and surgery < today:
        message = "the surgery date is before today, but this packet is for the days before the surgery"
        yield _question("C84", message, "surgery_date", surgery)
    elif all_past(surgery, dated, today):
        message = "every recovery date in this packet is already past"
        yield _question("C75", message, "surgery_date", surgery)
    elif far_from_today(surgery, today):
        back = surgery < today
        yield _question("C76" if back else "C77", f"the surgery date is {_how_far(back)}", "surgery_date", surgery)


def _range_problems(surgery: dt.date, milestones: Iterable[Milestone]) -> Iterator[DateProblem]:
    for milestone in milestones:
        if milestone.estimate is None:
            continue
        (day,) = milestone.dates(surgery)
        if not is_in_range(day, milestone.estimate, surgery):
            times = " to ".join(map(written_time, milestone.estimate.offsets))
            limit = f"by {times}" if isinstance(milestone.estimate, By) else times
            name = field_label(milestone.known_by)
            message = f'{name} is outside the range of "{milestone.label}" in the handout ({limit})'
            yield _question("C49", message, milestone.known_by, day)


def _other_problems(dates: Mapping[str, dt.date], today: dt.date) -> Iterator[DateProblem]:
    for field, day in dates.items():
        if far_from_today(day, today):
            back = day < today
            yield _question("C81" if back else "C82", f"{field_label(field)} is {_how_far(back)}", field, day)


def _how_far(back: bool) -> str:
    return f"more than {MAX_DAYS_BACK} days ago" if back else f"more than {MAX_DAYS_AHEAD} days from today"


def _birth_problems(case: Case, today: dt.date) -> Iterator[DateProblem]:
    birth = case.birth_date
    if birth is None:
        return
    if birth > today:
        message = "the date of birth is after today"
        yield DateProblem(Problem("C71", message, "Look at the year again.", field="dob"))
    elif birth in _EMPTY_DATES:
        message = "the date of birth is how a spreadsheet shows an empty date"
        yield DateProblem(Problem("C72", message, "Look it up in the chart, or leave it out.", field="dob"))
    elif birth == _FIRST_DATE:
        message = "the date of birth is January 1, 1900, which programs often write where none is known"
        yield _question("C73", message, "dob", birth)
    elif (today.year - birth.year, (today.month, today.day)) > (MAX_AGE, (birth.month, birth.day)):
        yield _question("C74", f"the date of birth is more than {MAX_AGE} years ago", "dob", birth)


def _question(code: str, message: str, field: str, day: dt.date) -> DateProblem:
    hint = "Compare the date with the chart. If it is right, add --confirm-date and this date, such as 2026-12-07."
    return DateProblem(Problem(code, message, hint, field=field), day)
