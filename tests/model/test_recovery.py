from __future__ import annotations

import calendar
import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from packets.model.recovery import At, Between, By, Offset, Unit
from tests.samples import handout

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
COUNTS = st.integers(0, 36)


def milestones_of(surgery: dt.date) -> dict[str, tuple[dt.date, ...]]:
    return {milestone.id: milestone.dates(surgery) for milestone in handout().milestones}


def test_the_seeds_milestones_after_surgery_on_new_year_s_eve() -> None:
    assert milestones_of(dt.date(2026, 12, 31)) == {
        "home": (dt.date(2027, 1, 1),),
        "driving": (dt.date(2027, 1, 7), dt.date(2027, 1, 14)),
        "light-work": (dt.date(2027, 1, 28),),
        "heavy-work": (dt.date(2027, 2, 28), dt.date(2027, 3, 31)),
    }


def test_leap_days() -> None:
    assert Offset(2, Unit.MONTH).after(dt.date(2027, 12, 31)) == dt.date(2028, 2, 29)
    assert Offset(12, Unit.MONTH).after(dt.date(2028, 2, 29)) == dt.date(2029, 2, 28)
    assert Offset(1, Unit.DAY).after(dt.date(2028, 2, 28)) == dt.date(2028, 2, 29)
    assert Offset(1, Unit.DAY).after(dt.date(2100, 2, 28)) == dt.date(2100, 3, 1)


@given(DAYS)
def test_milestones_come_in_the_order_of_the_source(surgery: dt.date) -> None:
    days = [day for dates in milestones_of(surgery).values() for day in dates]
    assert days == sorted(days) and len(set(days)) == 6 and days[0] > surgery


@given(DAYS, COUNTS)
def test_a_month_keeps_the_day_or_takes_the_months_last(surgery: dt.date, count: int) -> None:
    day = Offset(count, Unit.MONTH).after(surgery)
    assert (day.year - surgery.year) * 12 + day.month - surgery.month == count
    assert day.day == min(surgery.day, calendar.monthrange(day.year, day.month)[1])
    assert Offset(count, Unit.MONTH).clamped(surgery) is (day.day != surgery.day)


@given(DAYS, COUNTS)
def test_weeks_keep_the_weekday(surgery: dt.date, count: int) -> None:
    day = Offset(count, Unit.WEEK).after(surgery)
    assert day.weekday() == surgery.weekday() and (day - surgery).days == 7 * count


@given(DAYS, COUNTS)
def test_dates_are_counted_from_surgery_and_never_from_each_other(surgery: dt.date, count: int) -> None:
    timing = Between(Offset(count, Unit.MONTH), Offset(count + 1, Unit.MONTH))
    assert [offset.after(surgery) for offset in timing.offsets] == [
        Offset(count, Unit.MONTH).after(surgery),
        Offset(count + 1, Unit.MONTH).after(surgery),
    ]


def test_a_single_day_has_one_offset() -> None:
    offset = Offset(3, Unit.DAY)
    assert At(offset).offsets == By(offset).offsets == (offset,)
