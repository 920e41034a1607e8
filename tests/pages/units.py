"""Find what must not be broken over two lines: dates, times, numbers with their unit, phone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale

_UNITS = r"°\s?[CF]|mg|mcg|µg|g|kg|mL|ml|L|lb|lbs|cm|mm|%"
_TIME = r"\d{1,2}(?::\d\d)?\s(?:AM|PM|[ap]\.\s?m\.|Uhr)"
_NUMBER = rf"\d[\d.,]*\s(?:{_UNITS})(?!\w)"
_PHONE = r"\+?\(?\d{3}\)?[\s-]\s?\d{3}-\s?\d{4}"


@cache
def unbreakable(language: str) -> re.Pattern[str]:
    """Return what matches a date, time, measure or phone number, also over the end of a line."""
    locale = Locale.parse(language)
    months = _names(locale.months)
    days = _names(locale.days)
    link = r"(?:,?\s(?:de|del|den)?\s?|,?\s)"
    day_number = r"\d{1,2}\.?"
    date = rf"(?:{months}\s{day_number}(?!\d)|{day_number}{link}{months})(?:{link}\d{{4}})?"
    return re.compile(rf"(?:\b(?:{days}){link})?\b{date}|\b{_TIME}|\b{_NUMBER}|{_PHONE}", re.I)


def _names(contexts: object) -> str:
    """Return an expression for every name of a month or weekday, wide or abbreviated."""
    assert hasattr(contexts, "values")
    names = {
        str(name).rstrip(".")
        for widths in contexts.values()
        for width, known in widths.items()
        if width in ("wide", "abbreviated")
        for name in known.values()
    }
    return "(?:" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b\.?"


def broken(lines: list[str], language: str) -> Iterator[str]:
    """Yield each unbreakable text that begins on one line of a paragraph and ends on another."""
    text = "\n".join(line.strip() for line in lines)
    for match in unbreakable(language).finditer(text):
        if "\n" in match[0]:
            yield match[0].replace("\n", " / ")


def words_of_units(text: str, language: str) -> list[int]:
    """Return the number of words in each unit of a line: "call 10:15 AM (4.5 kg)" has 1, 2 and 2."""
    joined = unbreakable(language).sub(lambda match: match[0].replace(" ", "\0"), text)
    return [unit.count("\0") + 1 for unit in joined.split(" ") if unit]
