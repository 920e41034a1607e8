"""Read the answer to a handout's question: times as HH:MM, numbers as digits with a point."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterable
from typing import Protocol, assert_never

from packets.model.question import Answer, Ask

TIME_HINT = "Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30"
NUMBER_HINT = "Write digits, with a point for a part of one: 72.5"
EXAMPLES = {
    Answer.DATE: "2026-12-08",
    Answer.TIME: "06:30",
    Answer.NAME: "Ana Rivera",
    Answer.TEXT: "in words",
    Answer.NUMBER: "72.5",
}
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?:\s?([AaPp])\.?\s?[Mm]\.?)?")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,6})(?:\.([0-9]{1,3}))?")


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


def number(text: str) -> str | None:
    """Return a number without trailing zeros; None for signs, commas, exponents and units."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    fraction = (match[2] or "").rstrip("0")
    return f"{match[1]}.{fraction}" if fraction else match[1]


def examples(ask: Ask) -> tuple[str, ...]:
    """Return what can be typed as an answer: every choice, or one example."""
    return ask.choices or (EXAMPLES[ask.kind],)


class Reader(Protocol):
    """What reads and checks the entered values of a case."""

    @property
    def entered(self) -> Container[str]: ...
    def missing(self, field: str, code: str, message: str, values: Iterable[str]) -> None: ...
    def problem(self, code: str, message: str, field: str, hint: str) -> None: ...
    def value(self, field: str) -> str | None: ...
    def choice(self, field: str, words: tuple[str, ...]) -> str | None: ...
    def date(self, field: str) -> dt.date | None: ...
    def name(self, field: str) -> str | None: ...
    def words(self, field: str) -> str | None: ...


def read(ask: Ask, reader: Reader) -> str | None:
    """Return the normalized answer to a question; None if it is optional and absent, or after reporting a problem."""
    field = ask.name
    if field not in reader.entered:
        if not ask.optional:
            asked = f'"{field}" ({ask.text})' if ask.text else f'"{field}"'
            reader.missing(field, "C16", f"{asked} is not answered", examples(ask))
        return None
    match ask.kind:
        case Answer.CHOICES | Answer.YES_NO | Answer.YES_NO_UNDECIDED:
            return reader.choice(field, ask.choices)
        case Answer.DATE:
            day = reader.date(field)
            return day.isoformat() if day else None
        case Answer.NAME:
            return reader.name(field)
        case Answer.TEXT:
            return reader.words(field)
        case Answer.TIME | Answer.NUMBER:
            return _converted(ask, reader)
        case _:
            assert_never(ask.kind)


def _converted(ask: Ask, reader: Reader) -> str | None:
    text = reader.value(ask.name)
    if text is None:
        return None
    is_time = ask.kind is Answer.TIME
    result = time_of_day(text) if is_time else number(text)
    if result is None:
        code, what, hint = ("C40", "a time of day", TIME_HINT) if is_time else ("C41", "a number", NUMBER_HINT)
        reader.problem(code, f'"{ask.name}" is not {what}', ask.name, hint)
    return result
