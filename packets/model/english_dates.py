"""Write dates in English, for staff.

The names in the calendar module depend on the machine's locale.
"""

from __future__ import annotations

import datetime as dt

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def weekday(day: dt.date) -> str:
    return WEEKDAYS[day.weekday()]


def month(day: dt.date) -> str:
    return MONTHS[day.month - 1]


def in_words(day: dt.date) -> str:
    """Return a date that cannot be misread: Monday, December 7, 2026."""
    return f"{weekday(day)}, {month(day)} {day.day}, {day.year}"
