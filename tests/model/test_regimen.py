"""The days of the steps of a schedule: each is counted from surgery, none is missing, and none is in two steps."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.model.recovery import Offset, Unit
from packets.model.regimen import Frequency, Per, RegimenStep
from tests.effort import examples

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=6)


def in_days(first: int, lengths: list[int], per: Per = Per.DAY) -> list[RegimenStep]:
    """Return steps of so many days each, one after the other."""
    ends = [first + sum(lengths[: count + 1]) for count in range(len(lengths))]
    return [
        RegimenStep(Offset(end - length, Unit.DAY), Offset(end - 1, Unit.DAY), Frequency(2, per))
        for end, length in zip(ends, lengths, strict=True)
    ]


@settings(max_examples=examples(200))
@given(surgery=DAYS, first=st.integers(-30, 60), lengths=LENGTHS)
def test_every_day_has_exactly_one_row_of_boxes(surgery: dt.date, first: int, lengths: list[int]) -> None:
    steps = in_days(first, lengths)
    days = [start.after(surgery) for step in steps for start, _ in step.periods()]
    begin = surgery + dt.timedelta(days=first)
    assert days == [begin + dt.timedelta(days=number) for number in range(sum(lengths))]
    assert (steps[0].dates(surgery)[0], steps[-1].dates(surgery)[1]) == (days[0], days[-1])


@settings(max_examples=examples(200))
@given(surgery=DAYS, first=st.integers(0, 60), weeks=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_every_week_has_exactly_one_row_of_boxes(surgery: dt.date, first: int, weeks: list[int]) -> None:
    steps = in_days(first, [7 * count for count in weeks], Per.WEEK)
    rows = [(start.after(surgery), end.after(surgery)) for step in steps for start, end in step.periods()]
    assert len(rows) == sum(weeks)
    assert all((end - start).days == 6 for start, end in rows)
    assert all((after[0] - before[1]).days == 1 for before, after in pairwise(rows))


@settings(max_examples=examples(300))
@given(surgery=DAYS, months=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_months_are_counted_from_surgery_and_the_next_step_begins_on_the_day_after(
    surgery: dt.date, months: list[int]
) -> None:
    ends = [Offset(sum(months[: count + 1]), Unit.MONTH) for count in range(len(months))]
    steps = [RegimenStep(Offset(1, Unit.DAY), ends[0], Frequency(1))]
    steps += [RegimenStep(above, end, Frequency(1), follows=True) for above, end in pairwise(ends)]
    for step, end in zip(steps, ends, strict=True):
        assert step.dates(surgery)[1] == end.after(surgery)
    for above, below in pairwise(steps):
        assert (below.dates(surgery)[0] - above.dates(surgery)[1]).days == 1


def test_a_pause_has_one_row() -> None:
    pause = RegimenStep(Offset(7, Unit.DAY), Offset(2, Unit.WEEK), Frequency(0))
    assert list(pause.periods()) == [(Offset(7, Unit.DAY), Offset(14, Unit.DAY))]


def test_months_have_no_rows_because_they_differ_in_length() -> None:
    step = RegimenStep(Offset(1, Unit.DAY), Offset(1, Unit.MONTH), Frequency(1))
    with pytest.raises(ValueError, match="differs from month to month"):
        list(step.periods())
