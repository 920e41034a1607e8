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
        (At(Offset(1, DAY)), "Friday, January 1, 2027", "Fri Jan 1 | 2027", "the day after surgery"),
        (At(Offset(3, DAY)), "Sunday, January 3, 2027", "Sun Jan 3 | 2027", "3 days after surgery"),
        (By(Offset(4, WEEK)), "by Thursday, January 28, 2027", "by Thu Jan 28 | 2027", "by 4 weeks after surgery"),
        (By(Offset(1, MONTH)), "by Sunday, January 31, 2027", "by Sun Jan 31 | 2027", "by 1 month after surgery"),
        (
            Between(Offset(1, WEEK), Offset(2, WEEK)),
            "between Thursday, January 7 and Thursday, January 14, 2027",
            "Thu Jan 7 | to Thu Jan 14, 2027",
            "1 to 2 weeks after surgery",
        ),
        (
            Between(Offset(2, MONTH), Offset(3, MONTH)),
            "between Sunday, February 28 and Wednesday, March 31, 2027",
            "Sun Feb 28 | to Wed Mar 31, 2027",
            "2 to 3 months after surgery",
        ),
        (
            Between(Offset(10, DAY), Offset(2, WEEK)),
            "between Sunday, January 10 and Thursday, January 14, 2027",
            "Sun Jan 10 | to Thu Jan 14, 2027",
            "10 days to 2 weeks after surgery",
        ),
        (
            Between(Offset(0, DAY), Offset(1, DAY)),
            "between Thursday, December 31, 2026 and Friday, January 1, 2027",
            "Thu Dec 31 | 2026, to Fri Jan 1, 2027",
            "0 to 1 day after surgery",
        ),
    ],
)
def test_a_milestone_in_words(timing: Timing, printed: str, short: str, interval: str) -> None:
    assert plain(words.when(ENGLISH, timing, SURGERY)) == printed
    assert plain(" | ".join(words.row_date(ENGLISH, timing, SURGERY))) == short
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


def test_a_value_is_never_read_as_a_pattern() -> None:
    assert ENGLISH.say("header", patient="{record_number}", record_number="7") == "{record_number} · Record number 7"
