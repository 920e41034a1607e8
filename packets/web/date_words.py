"""Show the nurse how a typed date was read: Monday, December 7, 2026, in 11 days."""

from __future__ import annotations

import datetime as dt
from typing import assert_never

from msgspec import Struct

from packets.case_input.case_reader import WHITESPACE
from packets.case_input.entered_dates import DateError, read_entered_date, split_time, written
from packets.model.case import DateOrder
from packets.model.english_dates import in_words

# The buttons beside a date, and the day that each means.
DAY_BUTTONS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_YEAR = 365.25


class DateWords(Struct, frozen=True):
    """Read typed dates in the clinic's order, and compare them with the clinic's date."""

    today: dt.date
    order: DateOrder | None

    def written(self, day: dt.date) -> str:
        """Return a date as it is typed at this clinic."""
        return written(day, self.order)

    def hint(self, example: dt.date) -> str:
        """Return how a date can be typed."""
        typed = self.written(example)
        match self.order:
            case DateOrder.MONTH_FIRST:
                return f"Month/day/year, such as {typed}"
            case DateOrder.DAY_FIRST:
                return f"Day/month/year, such as {typed}"
            case None:
                return f"Year-month-day, such as {typed}"
            case _:
                assert_never(self.order)

    def read(self, typed: str) -> dt.date | None:
        """Return the day; None if the text is empty or is refused."""
        try:
            return read_entered_date(typed.strip(WHITESPACE), self.order)
        except DateError:
            return None

    def day_of(self, typed: str) -> dt.date | None:
        """Return the day of a date that may have a time of day; None if it is refused."""
        with_time = split_time(typed.strip(WHITESPACE))
        return self.read(with_time[0] if with_time else typed)

    def words(self, typed: str, *, of_birth: bool = False) -> str:
        """Return the date in words with its distance from today, or the age; "" if it cannot be read."""
        day = self.read(typed)
        if day is None:
            return ""
        return f"{in_words(day)}, {_age(day, self.today) if of_birth else from_today(day, self.today)}"

    def button_date(self, button: str) -> str:
        """Return the date of a button as this clinic types it. Raise KeyError for another word."""
        return self.written(self.today + dt.timedelta(days=DAY_BUTTONS[button]))


def from_today(day: dt.date, today: dt.date) -> str:
    """Return how far a day is from today: in 11 days, 2 days ago, in 10 years."""
    days = (day - today).days
    if abs(days) <= 1:
        return ("yesterday", "today", "tomorrow")[days + 1]
    distance = f"{abs(days)} days" if abs(days) < 2 * _YEAR else f"{int(abs(days) / _YEAR)} years"
    return f"in {distance}" if days > 0 else f"{distance} ago"


def _age(birth: dt.date, today: dt.date) -> str:
    if birth > today:
        return from_today(birth, today)
    years = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return f"{years} years old" if years > 1 else f"{(today - birth).days} days old"
