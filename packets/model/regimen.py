"""Define what a patient does several times a day or a week, in steps that follow each other: eye drops, exercises.

Authors write it as a `schedule:` block. It has another name here because a schedule is a list of operations everywhere
else in the code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from packets.model.condition import Condition
from packets.model.recovery import At, FromThrough, Offset, Timing, Unit, Until

_DAY = dt.timedelta(days=1)


class Per(StrEnum):
    DAY = "day"
    WEEK = "week"


_LENGTHS = {Per.DAY: 1, Per.WEEK: 7}


class Frequency(Struct, frozen=True):
    """How often something is done; `times` is 0 in a step in which it is not done."""

    times: int
    per: Per = Per.DAY


class RegimenStep(Struct, frozen=True):
    """The days from `first` through `last`, both included, on which something is done equally often.

    With `follows`, `first` is the last day of the step above, and this step begins on the day after it.
    """

    first: Offset
    last: Offset
    frequency: Frequency
    follows: bool = False

    @property
    def offsets(self) -> tuple[Offset, ...]:
        return (self.first, self.last)

    @property
    def timing(self) -> Timing:
        """Return the days as the time of a milestone; of a step that follows another one, only where it ends."""
        if self.follows:
            return Until(self.last)
        return At(self.first) if self.first == self.last else FromThrough(self.first, self.last)

    def dates(self, surgery: dt.date) -> tuple[dt.date, dt.date]:
        """Return the first and the last day; both are counted from the day of surgery."""
        return self.first.after(surgery) + self.follows * _DAY, self.last.after(surgery)

    @property
    def day_numbers(self) -> range | None:
        """Return the number of each day, counted from surgery; None if it depends on the lengths of months."""
        first, last = self.first.days, self.last.days
        return None if first is None or last is None else range(first + self.follows, last + 1)

    def periods(self) -> Iterator[tuple[Offset, Offset]]:
        """Yield the first and the last day of what has its own row of boxes: each day, each week, or a whole pause.

        Raise ValueError for a step that is counted in months.
        """
        if self.day_numbers is None:
            raise ValueError("the number of days differs from month to month")
        length = _LENGTHS[self.frequency.per] if self.frequency.times else len(self.day_numbers)
        for number in self.day_numbers[::length]:
            yield Offset(number, Unit.DAY), Offset(number + length - 1, Unit.DAY)


class Regimen(Struct, frozen=True):
    """A `schedule:` block: what is done, and its steps in order, without a gap."""

    what: str
    steps: tuple[RegimenStep, ...]
    note: str = ""  # a sentence below the heading
    quote: str = ""  # the sentence of the text that the steps come from
    ask: str = ""  # the teach-back question on the staff sheet
    boxes: bool = False  # whether there is a box to tick for each time


class ConditionalRegimen(Struct, frozen=True):
    """A regimen and the conditions, of its section and its part, under which it is printed."""

    regimen: Regimen
    conditions: tuple[Condition, ...]
    draft: bool

    def may_hold(self, answers: Mapping[str, str]) -> bool:
        """Return whether it can be printed with these answers, which may be only some."""
        return all(condition.may_hold(answers) for condition in self.conditions)
