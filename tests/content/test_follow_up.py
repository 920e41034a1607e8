"""The follow-up appointment as a nurse types it, compared with the calendar and the surgery date of 2026-12-07."""

from __future__ import annotations

import pytest

from packets.case_input.follow_up import follow_up_warnings
from tests.samples import case, library

WEEKDAY = (
    "C78 the follow-up date is not in the calendar, or is not on that weekday\n"
    "    Compare it with the appointment and a calendar."
)
BEFORE = "C79 the follow-up appointment is before the surgery\n    Compare it with the appointment and a calendar."

TEXTS = {
    "Monday, January 4, 10:30": "",
    "Tuesday, December 22 at 10:15 AM, Suite 300": "",
    "Tuesday, January 4, 10:30": WEEKDAY,
    "Tue. Jan. 4th, 2027": WEEKDAY,
    "4 January, Monday, at 10": "",
    "Tuesday 2027-01-04": WEEKDAY,
    "Monday 1/4/2027": "",
    "Wednesday 1/4/2027": WEEKDAY,
    "Monday, November 30, 10:30": BEFORE,
    "November 30": BEFORE,
    "2026-12-01 10:30": BEFORE,
    "December 14, 2025": BEFORE,
    "Monday, May 3": "",
    "In two weeks, we will call you": "",
    "You may call 816-363-2500": "",
    "Monday": "",
    "February 30": WEEKDAY,
    "January 4 or January 11": "",
    "January 4 10:30": "",
}


@pytest.mark.parametrize(("text", "warning"), TEXTS.items())
def test_an_impossible_follow_up_date_is_a_warning(text: str, warning: str) -> None:
    warnings = follow_up_warnings(case(follow_up=text), [library().languages["en"]])
    assert "\n".join(map(str, warnings)) == warning
    assert all(problem.warning and problem.field == "follow_up" for problem in warnings)


def test_a_follow_up_in_spanish() -> None:
    languages = [library().languages["es"], library().languages["en"]]
    for text, codes in {
        "lunes, 4 de enero de 2027": [],
        "martes, 4 de enero": ["C78"],
        "30 de noviembre": ["C79"],
        "Tuesday, January 4": ["C78"],  # staff may write English into a Spanish packet
    }.items():
        assert [problem.code for problem in follow_up_warnings(case(follow_up=text), languages)] == codes, text


def test_no_follow_up_is_no_warning() -> None:
    assert follow_up_warnings(case(follow_up=None), library().languages.values()) == ()
