"""Read a date as people type it: 2026-12-07, 12/07/2026, Dec 7 2026 or Monday, December 7, 2026.

Numbers alone are read in the clinic's order (`date_order` in clinic.yaml). Without it, 12/07/2026 is refused: it could
be July 12. 12/25/2026 is read, because it can be only one day.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import assert_never

from packets.model.case import DateOrder
from packets.model.english_dates import MONTHS, WEEKDAYS

ISO_HINT = "Write year, month and day with two dashes: 2026-12-07"
IN_WORDS_HINT = "Write the month as a word, such as December 7, 2026, or write 2026-12-07."
_PARTS = {"YYYY": "([0-9]{4})", "MM": "([0-9]{2})", "M": "([0-9]{1,2})", "DD": "([0-9]{2})", "D": "([0-9]{1,2})"}
_NAME = r"(?:(?P<weekday>[a-z]{3,9})\.?,? )?"
_IN_WORDS = (
    re.compile(_NAME + r"(?P<month>[a-z]{3,9})\.?,?[ -](?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?:,? |-)(?P<year>[0-9]{4})"),
    re.compile(
        _NAME + r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?[ -](?P<month>[a-z]{3,9})\.?(?:,? |-)(?P<year>[0-9]{4})"
    ),
)
_IN_NUMBERS = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_WITH_TIME = re.compile(r"(.+?)(?:T|,? +(?:at +)?)([0-9]{1,2}:[0-9]{2}(?: ?[AaPp]\.? ?[Mm]\.?)?)")
_NOT_IN_CALENDAR = "C08", "is not in the calendar", "Look at the month and the day again."


class DateError(Exception):
    """Why a text is not read as a date: code, what to say after the name of the field, and the hint."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(code)
        self.code, self.message, self.hint = code, message, hint


def read_entered_date(text: str, order: DateOrder | None) -> dt.date:
    """Return the day. Raise DateError (C07 to C10, C45 to C47)."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return _day(*map(int, text.split("-")))
    if match := _IN_NUMBERS.fullmatch(text):
        return _in_numbers(int(match[1]), int(match[3]), int(match[4]), order)
    plain = " ".join(text.casefold().split())
    for pattern in _IN_WORDS:
        if (match := pattern.fullmatch(plain)) and (month := _number_of_name(match["month"], MONTHS)):
            return _in_words(match["weekday"], int(match["year"]), month, int(match["day"]))
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]", text):
        raise DateError("C10", "has a time of day", ISO_HINT)
    if re.fullmatch(r"[0-9]{1,2}([-/. ])[0-9]{1,2}\1[0-9]{1,2}", text):
        raise DateError("C09", "has a year of two digits", ISO_HINT)
    raise DateError("C07", "is not a date", ISO_HINT)


def split_time(text: str) -> tuple[str, str] | None:
    """Return the date and the time of day of a text, both as typed; None if no time is at its end."""
    match = _WITH_TIME.fullmatch(text)
    return (match[1], match[2]) if match else None


def written(day: dt.date, order: DateOrder | None) -> str:
    """Return a date as this clinic types it."""
    match order:
        case DateOrder.MONTH_FIRST:
            return f"{day.month:02}/{day.day:02}/{day.year}"
        case DateOrder.DAY_FIRST:
            return f"{day.day:02}/{day.month:02}/{day.year}"
        case None:
            return day.isoformat()
        case _:
            assert_never(order)


def read_in_format(text: str, dates: str) -> dt.date:
    """Return the day of a text in one format only, such as MM/DD/YYYY. Raise DateError (B29 to B31)."""
    how = f"Write it as {dates}."
    pattern, order = _pattern(dates)
    match = re.fullmatch(pattern, text, re.IGNORECASE)
    if match is None:
        if re.fullmatch(pattern.replace("[0-9]{4}", "[0-9]{2}"), text, re.IGNORECASE):
            raise DateError("B29", "the year has two digits", how)
        raise DateError("B30", f"this is not a date written as {dates}", how)
    parts = dict(zip(order, match.groups(), strict=True))
    month = int(parts["M"]) if parts["M"].isdigit() else _number_of_name(parts["M"].casefold(), MONTHS)
    if not _is_day(int(parts["Y"]), month, int(parts["D"])):
        raise DateError("B31", "this day is not in the calendar", "Look at the month and the day again.")
    return dt.date(int(parts["Y"]), month, int(parts["D"]))


def _pattern(dates: str) -> tuple[str, str]:
    """Return the regular expression for a date format, and the order of its parts, such as "MDY"."""
    parts = re.findall("[A-Z]+", dates)
    separator = next(character for character in dates if not character.isalpha())
    months = "(" + "|".join(month[:3] for month in MONTHS) + ")"
    return re.escape(separator).join(_PARTS.get(part, months) for part in parts), "".join(part[0] for part in parts)


def _in_numbers(first: int, second: int, year: int, order: DateOrder | None) -> dt.date:
    month_first, day_first = _is_day(year, first, second), _is_day(year, second, first)
    if order is None:
        if month_first and day_first and first != second:
            raise DateError("C45", "is ambiguous: the month or the day can come first", IN_WORDS_HINT)
        order = DateOrder.MONTH_FIRST if month_first else DateOrder.DAY_FIRST
    elif order is DateOrder.MONTH_FIRST and day_first and not month_first:
        raise DateError("C46", "has the day first, and here the month comes first", IN_WORDS_HINT)
    elif order is DateOrder.DAY_FIRST and month_first and not day_first:
        raise DateError("C46", "has the month first, and here the day comes first", IN_WORDS_HINT)
    return _day(year, first, second) if order is DateOrder.MONTH_FIRST else _day(year, second, first)


def _in_words(weekday: str | None, year: int, month: int, day: int) -> dt.date:
    result = _day(year, month, day)
    if weekday is not None:
        place = _number_of_name(weekday, WEEKDAYS)
        if not place:
            raise DateError("C07", "is not a date", ISO_HINT)
        if place != result.isoweekday():
            raise DateError("C47", "is not on that weekday", "Look at the day and the weekday again.")
    return result


def _number_of_name(word: str, names: tuple[str, ...]) -> int:
    """Return the number of a month or weekday, 1 for the first; 0 for another word. Three letters are enough."""
    found = [number for number, name in enumerate(names, 1) if name.casefold().startswith(word)]
    return found[0] if len(found) == 1 else 0


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise DateError(*_NOT_IN_CALENDAR) from None
