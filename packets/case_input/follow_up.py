"""Read the date in a follow-up appointment's text, and warn where it cannot be right.

The text is free ("Monday, January 4, 10:30") and is printed unchanged. A date that is not understood is not checked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from packets.errors import Problem
from packets.model.case import Case
from packets.model.language import Language

_MAX_DAYS_AHEAD = 270  # days: a January 4 without a year that would be further ahead is probably the last one
_ISO = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
_NUMERIC = re.compile(r"\b([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})\b")
_YEAR = r"(?:,? (?:de )?([0-9]{4})\b)?"
_HINT = "Compare it with the appointment and a calendar."


def follow_up_warnings(case: Case, languages: Iterable[Language]) -> tuple[Problem, ...]:
    """Warn (C78, C79) if the text has exactly one date and it cannot be right. The text is never quoted."""
    if not case.follow_up:
        return ()
    text = " ".join(case.follow_up.casefold().split())
    for language in languages:
        dates = list(_dates(text, language, case.surgery_date))
        if len(dates) == 1:
            return tuple(_warnings(dates[0], _weekdays(text, language), case.surgery_date))
    return ()


def _warnings(days: set[dt.date], weekdays: set[int], surgery: dt.date) -> Iterator[Problem]:
    """Check one date; `days` are all ways to read it."""
    if days and all(day < surgery for day in days):
        yield _warning("C79", "the follow-up appointment is before the surgery")
    elif not days or (len(weekdays) == 1 and not any(day.weekday() in weekdays for day in days)):
        yield _warning("C78", "the follow-up date is not in the calendar, or is not on that weekday")


def _warning(code: str, message: str) -> Problem:
    return Problem(code, message, _HINT, field="follow_up", warning=True)


def _dates(text: str, language: Language, surgery: dt.date) -> Iterator[set[dt.date]]:
    """Yield each date in the text, with every way to read it."""
    for year, month, day in _ISO.findall(text):
        yield _valid((int(year), int(month), int(day)))
    for one, _, other, year in _NUMERIC.findall(text):  # the month may be the first or the second number
        yield _valid((int(year), int(one), int(other)), (int(year), int(other), int(one)))
    for name, month in _months(language).items():
        if name not in text:
            continue  # without compiling its patterns
        word = rf"\b{re.escape(name)}\b\.?"
        matches = [
            (day, year) for day, year in re.findall(rf"{word} ([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?!:){_YEAR}", text)
        ]
        matches += re.findall(rf"\b([0-9]{{1,2}})(?:st|nd|rd|th|\.)?(?: de| of)? {word}{_YEAR}", text)
        for day, year in matches:
            yield _valid((int(year), month, int(day))) if year else _without_year(month, int(day), surgery)


def _valid(*dates: tuple[int, int, int]) -> set[dt.date]:
    valid = set()
    for year, month, day in dates:
        try:
            valid.add(dt.date(year, month, day))
        except ValueError:
            continue
    return valid


def _without_year(month: int, day: int, surgery: dt.date) -> set[dt.date]:
    """Return the next such day after the surgery, or the last one before it if the next is many months away."""
    days = _valid(*((surgery.year + years, month, day) for years in (-1, 0, 1)))
    following = {day for day in days if 0 <= (day - surgery).days <= _MAX_DAYS_AHEAD}
    past = [day for day in days if day < surgery]
    return following or ({max(past)} if past else set())


def _months(language: Language) -> dict[str, int]:
    """Return the number of each month by its full and short name."""
    names = (language.short_months, language.months)
    return {name.casefold(): number for spelling in names for number, name in enumerate(spelling, 1)}


def _weekdays(text: str, language: Language) -> set[int]:
    """Return the weekdays that the text names, Monday as 0; in English also "Mon." and "Thurs"."""
    words = set(re.findall(r"[^\W\d_]+", text))
    english = language.tag.partition("-")[0] == "en"
    return {
        number
        for number, name in enumerate(map(str.casefold, language.weekdays))
        if name in words or (english and any(len(word) >= 3 and name.startswith(word) for word in words))
    }
