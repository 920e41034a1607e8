"""The dates of a case compared with today: which are refused, which need a confirmation, and the messages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from msgspec.structs import replace

from packets.case_input.case_reader import EnteredValue
from packets.case_input.date_rules import QUESTIONED, all_past, date_problems, far_from_today
from packets.model.case import Stage
from packets.pipeline import check_dates
from tests.samples import case, handout, library

TODAY = dt.date(2026, 12, 8)
COMPARE = (
    "Compare the date with the chart. If it is right, add --confirm-date and this date, such as 2026-12-07."
)  # fmt: skip

# What is entered, and the whole message.
CASES = {
    "performed tomorrow": (
        {"surgery_date": dt.date(2026, 12, 9), "stage": Stage.PERFORMED},
        "--surgery-date: C70 the operation is recorded as performed, but its date is after today\n"
        "    Correct the surgery date, or the status.",
    ),
    "performed in 2062": (
        {"surgery_date": dt.date(2062, 12, 7), "stage": Stage.PERFORMED},
        "--surgery-date: C70 the operation is recorded as performed, but its date is after today\n"
        "    Correct the surgery date, or the status.",
    ),
    "planned yesterday": (
        {"surgery_date": dt.date(2026, 12, 7), "stage": Stage.PLANNED},
        "--surgery-date: C80 the operation is recorded as planned, but its date is before today\n"
        "    Correct the surgery date, or the status.",
    ),
    "going home 181 days from today": (
        {"discharge_date": dt.date(2027, 6, 7)},
        f"--discharge-date: C82 the discharge date is more than 180 days from today\n    {COMPARE}",
    ),
    "went home 31 days ago": (
        {"surgery_date": dt.date(2026, 11, 8), "discharge_date": dt.date(2026, 11, 7)},
        f"--discharge-date: C81 the discharge date is more than 30 days ago\n    {COMPARE}",
    ),
    "born tomorrow": (
        {"surgery_date": dt.date(2026, 12, 20), "birth_date": dt.date(2026, 12, 9)},
        "--dob: C71 the date of birth is after today\n    Look at the year again.",
    ),
    "the empty date of Access and Excel": (
        {"birth_date": dt.date(1899, 12, 30)},
        "--dob: C72 the date of birth is how a spreadsheet shows an empty date\n"
        "    Look it up in the chart, or leave it out.",
    ),
    "the first date of many programs": (
        {"birth_date": dt.date(1900, 1, 1)},
        "--dob: C73 the date of birth is January 1, 1900, which programs often write where none is known\n"
        f"    {COMPARE}",
    ),
    "116 years old": (
        {"birth_date": dt.date(1911, 12, 7)},
        f"--dob: C74 the date of birth is more than 115 years ago\n    {COMPARE}",
    ),
    "an operation of 2016": (
        {"surgery_date": dt.date(2016, 12, 7)},
        f"--surgery-date: C75 every recovery date in this packet is already past\n    {COMPARE}",
    ),
    "performed last year": (
        {"surgery_date": dt.date(2025, 12, 7), "stage": Stage.PERFORMED},
        f"--surgery-date: C75 every recovery date in this packet is already past\n    {COMPARE}",
    ),
    "31 days ago": (
        {"surgery_date": dt.date(2026, 11, 7)},
        f"--surgery-date: C76 the surgery date is more than 30 days ago\n    {COMPARE}",
    ),
    "181 days ahead": (
        {"surgery_date": dt.date(2027, 6, 7)},
        f"--surgery-date: C77 the surgery date is more than 180 days from today\n    {COMPARE}",
    ),
    "an operation of 2062": (
        {"surgery_date": dt.date(2062, 12, 7)},
        f"--surgery-date: C77 the surgery date is more than 180 days from today\n    {COMPARE}",
    ),
}


def problems_of(confirmed: tuple[dt.date, ...] = (), **changes: Any) -> list[str]:
    entered = {"surgery_date": EnteredValue("", "--surgery-date"), "dob": EnteredValue("", "--dob")}
    entered["discharge_date"] = EnteredValue("", "--discharge-date")
    return [str(problem) for problem in check_dates(library(), case(**changes), TODAY, entered, confirmed)]


@pytest.mark.parametrize(("changes", "message"), CASES.values(), ids=CASES.keys())
def test_an_impossible_or_unlikely_date_is_reported_with_what_to_do(changes: Any, message: str) -> None:
    assert problems_of(**changes) == [message]


@pytest.mark.parametrize(("changes", "message"), CASES.values(), ids=CASES.keys())
def test_only_an_unlikely_date_can_be_confirmed_and_only_exactly_that_date(changes: Any, message: str) -> None:
    dates = tuple(value for value in changes.values() if isinstance(value, dt.date))
    questioned = message.split()[1] in QUESTIONED
    assert problems_of(dates, **changes) == ([] if questioned else [message])
    assert problems_of((dt.date(2026, 12, 7),), **changes) == [message]


@pytest.mark.parametrize(
    "changes",
    [
        {"surgery_date": TODAY, "stage": Stage.PERFORMED},
        {"surgery_date": TODAY, "stage": Stage.PLANNED},
        {"discharge_date": dt.date(2027, 6, 6)},
        {"surgery_date": dt.date(2026, 11, 8)},  # 30 days ago
        {"surgery_date": dt.date(2027, 6, 6)},  # 180 days ahead
        {"birth_date": TODAY, "surgery_date": dt.date(2026, 12, 20)},  # born today
        {"birth_date": dt.date(1911, 12, 8)},  # 115 today
        {"birth_date": None},
    ],
)
def test_a_date_on_each_limit_is_not_questioned(changes: Any) -> None:
    assert problems_of(**changes) == []


def test_a_packet_is_entirely_in_the_past_the_day_after_its_last_recovery_date() -> None:
    surgery = dt.date(2026, 12, 7)
    last = max(day for milestone in handout().milestones for day in milestone.dates(surgery))
    assert not all_past(surgery, handout().milestones, last)
    assert all_past(surgery, handout().milestones, last + dt.timedelta(days=1))


def test_a_surgery_long_ago_is_questioned_if_the_handout_has_no_recovery_dates() -> None:
    old = case(surgery_date=dt.date(2026, 11, 10))
    assert date_problems(old, (), TODAY) == ()
    older = case(surgery_date=dt.date(2016, 1, 1))
    assert [problem.problem.code for problem in date_problems(older, (), TODAY)] == ["C76"]


def test_today_is_the_date_at_the_clinic_not_on_the_server() -> None:
    clinic = replace(library().clinic, time_zone="Pacific/Honolulu")
    now = dt.datetime(2026, 12, 8, 5, 0, tzinfo=dt.UTC)
    assert clinic.date(now) == dt.date(2026, 12, 7)
    assert replace(clinic, time_zone="Pacific/Kiritimati").date(now) == dt.date(2026, 12, 8)
    assert far_from_today(dt.date(2026, 11, 6), clinic.date(now))
