"""Read a time of day as a nurse or an author writes it."""

from __future__ import annotations

import re

TIME_HINT = "Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30"
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?:\s?([AaPp])\.?\s?[Mm]\.?)?")


def time_of_day(text: str) -> str | None:
    """Return a time as HH:MM of 24 hours; None if it is not one, or if it could be morning or evening (6:30)."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()
    if (half and not 1 <= hour <= 12) or (not half and len(match[1]) < 2):
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def hours_before(time: str, hours: int) -> tuple[str, bool]:
    """Return the time of day so many hours before HH:MM, and whether it is on the day before."""
    hour = int(time[:2]) - hours
    return f"{hour % 24:02}{time[2:]}", hour < 0


def clock_words(time: str) -> str:
    """Return HH:MM as staff read it: 6:30 AM."""
    hour = int(time[:2])
    return f"{hour % 12 or 12}{time[2:]} {'AM' if hour < 12 else 'PM'}"
