"""Test dates and intervals in words."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.fill import dates as words
from packets.model.recovery import At, Between, By, Offset, Timing, Unit
from tests.samples import library

ENGLISH = library().languages["en"]
SURGERY = dt.date(2026, 12, 31)
DAY, WEEK, MONTH = Unit.DAY, Unit.WEEK, Unit.MONTH


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("timing", "printed", "short", "interval"),
    [
        (At(Offset(1, DAY)), "Friday, January 1, 2027", "Jan 1", "the day after surgery"),
        (At(Offset(3, DAY)), "Sunday, January 3, 2027", "Jan 3", "3 days after surgery"),
        (By(Offset(4, WEEK)), "by Thursday, January 28, 2027", "Jan 28", "by 4 weeks after surgery"),
        (By(Offset(1, MONTH)), "by Sunday, January 31, 2027", "Jan 31", "by 1 month after surgery"),
        (
            Between(Offset(1, WEEK), Offset(2, WEEK)),
            "between Thursday, January 7 and Thursday, January 14, 2027",
            "Jan 7–14",
            "1 to 2 weeks after surgery",
        ),
        (
            Between(Offset(2, MONTH), Offset(3, MONTH)),
            "between Sunday, February 28 and Wednesday, March 31, 2027",
            "Feb 28–Mar 31",
            "2 to 3 months after surgery",
        ),
        (
            Between(Offset(10, DAY), Offset(2, WEEK)),
            "between Sunday, January 10 and Thursday, January 14, 2027",
            "Jan 10–14",
            "10 days to 2 weeks after surgery",
        ),
        (
            Between(Offset(0, DAY), Offset(1, DAY)),
            "between Thursday, December 31, 2026 and Friday, January 1, 2027",
            "Dec 31–Jan 1",
            "0 to 1 day after surgery",
        ),
    ],
)
def test_a_milestone_in_words(timing: Timing, printed: str, short: str, interval: str) -> None:
    assert plain(words.when(ENGLISH, timing, SURGERY)) == printed
    assert plain(words.short_when(ENGLISH, timing, SURGERY)) == short
    assert words.interval(ENGLISH, timing) == interval


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_a_date_in_words_is_the_date(day: dt.date) -> None:
    printed = plain(words.long_date(ENGLISH, day))
    weekday, month_day, year = printed.split(", ")
    month, number = month_day.split(" ")
    assert dt.date(int(year), ENGLISH.months.index(month) + 1, int(number)) == day
    assert ENGLISH.weekdays.index(weekday) == day.weekday()


def test_a_date_is_never_broken() -> None:
    assert words.long_date(ENGLISH, SURGERY) == "Thursday,\u00a0December\u00a031,\u00a02026"
    spanish = library().languages["es"]
    assert words.long_date(spanish, SURGERY) == "jueves,\u00a031\u00a0de\u00a0diciembre\u00a0de\u00a02026"
    assert words.long_date(spanish, SURGERY, year=False) == "jueves,\u00a031\u00a0de\u00a0diciembre"
    assert words.plain_date(spanish, SURGERY) == "31\u00a0de\u00a0diciembre\u00a0de\u00a02026"
    weeks = Between(Offset(1, WEEK), Offset(2, WEEK))
    assert words.short_when(spanish, weeks, SURGERY) == "7–14\u00a0ene"
    assert words.short_when(spanish, Between(Offset(4, WEEK), Offset(5, WEEK)), SURGERY) == "28\u00a0ene–4\u00a0feb"


def test_a_value_is_never_read_as_a_pattern() -> None:
    assert ENGLISH.say("header", patient="{record_number}", record_number="7") == "{record_number} · Record number 7"
