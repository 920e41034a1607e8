"""Check the dates of a patient's case against today's date at the clinic.

An impossible date is refused. An unlikely date, such as an operation last year, is questioned: the packet is made only
after a person has confirmed that date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from packets.errors import Problem
from packets.model.case import Case, Stage
from packets.model.recovery import Milestone

MOST_DAYS_AHEAD = 180
MOST_DAYS_BACK = 30
OLDEST_YEARS = 115
QUESTIONED = frozenset({"C73", "C74", "C75", "C76", "C77"})  # a person can confirm that these dates are right
# How spreadsheets and databases show an empty date: day 0 of Excel, Access and Delphi, and the day before.
_EMPTY_DATES = (dt.date(1899, 12, 30), dt.date(1899, 12, 31))
_FIRST_DATE = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True, repr=False)
class DateProblem:
    """A date that is refused or questioned; `confirm` is the date that a person can confirm."""

    problem: Problem
    confirm: dt.date | None = None


def date_problems(
    case: Case, milestones: Iterable[Milestone], today: dt.date, confirmed: Collection[dt.date] = ()
) -> tuple[DateProblem, ...]:
    """Return every date that stops the packet today; those in `confirmed` are not questioned again."""
    problems = (*_surgery_problems(case, milestones, today), *_birth_problems(case, today))
    return tuple(problem for problem in problems if problem.confirm is None or problem.confirm not in confirmed)


def all_past(surgery: dt.date, milestones: Iterable[Milestone], today: dt.date) -> bool:
    """Return whether all recovery dates are past; False for a handout without any."""
    dates = [day for milestone in milestones for day in milestone.dates(surgery)]
    return bool(dates) and max(dates) < today


def performed_too_early(case: Case, today: dt.date) -> bool:
    """Return whether the operation is recorded as performed before its date."""
    return case.stage is Stage.PERFORMED and case.surgery_date > today


def far_from_today(surgery: dt.date, today: dt.date) -> bool:
    """Return whether the surgery date is so far from today that it is questioned."""
    return not -MOST_DAYS_BACK <= (surgery - today).days <= MOST_DAYS_AHEAD


def _surgery_problems(case: Case, milestones: Iterable[Milestone], today: dt.date) -> Iterator[DateProblem]:
    surgery = case.surgery_date
    if performed_too_early(case, today):
        message = "the operation is recorded as performed, but its date is after today"
        hint = "Correct the surgery date, or the status."
        yield DateProblem(Problem("C70", message, hint, field="surgery_date"))
    elif all_past(surgery, milestones, today):
        message = "every recovery date in this packet is already past"
        yield _question("C75", message, "surgery_date", surgery)
    elif far_from_today(surgery, today):
        back = surgery < today
        days = f"{MOST_DAYS_BACK} days ago" if back else f"{MOST_DAYS_AHEAD} days from today"
        yield _question("C76" if back else "C77", f"the surgery date is more than {days}", "surgery_date", surgery)


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
    elif (today.year - birth.year, (today.month, today.day)) > (OLDEST_YEARS, (birth.month, birth.day)):
        yield _question("C74", f"the date of birth is more than {OLDEST_YEARS} years ago", "dob", birth)


def _question(code: str, message: str, field: str, day: dt.date) -> DateProblem:
    hint = "Compare the date with the chart. If it is right, add --confirm-date and this date, such as 2026-12-07."
    return DateProblem(Problem(code, message, hint, field=field), day)
