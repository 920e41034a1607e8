"""Recognize what other programs write where they have no value: NULL, \\N, nan, «Field», 30 December 1899, a dash."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"null|nil|none|nan|na|n/a|n\\a|n\.a|not applicable|not available|undefined|unknown|tbd|t\.b\.d|tba|tbc|pending|"
    "to be determined|to be announced|to be confirmed|invalid date|invalid|error|empty|missing|object object|"
    r"unbekannt|keine|n\.v|desconocido|ninguno|sin datos|inconnu|false|true"
)
_FIELD = re.compile(r"\{\{.*\}\}|\$\{.*\}|\[object .*\]|%[A-Z][A-Z_]{2,}%", re.DOTALL)
_WHOLE_FIELD = re.compile(r"«[^«»]*»|<+[^<>]*>+|\{[^{}]*\}|\[+[^\[\]]*\]+")
_SPREADSHEET_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?")
_DOCTOR = re.compile(r"(?:dr|prof|mr|ms)\.? +(null|undefined|none|tbd|tba|n/a|unknown)", re.IGNORECASE)
_EDGES = " .,:;!?#*()<>[]{}\"'-_/\u2013\u2014"
_EMPTY_DATE_YEARS = {"0000", "0001", "1899", "1900", "1969", "1970"}
_DATE_WORD = re.compile("(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun).*")
_CLOCK_WORD = re.compile("am|pm|utc|gmt|z|t")
_IN_NAMES = re.compile("null|undefined|none|unknown|fnu|lnu|nmn|nfn|tbd|test")


def is_empty_value(text: str) -> bool:
    """Return whether this is how another program writes a missing value, or has no letter and no digit."""
    if not any(char.isalnum() for char in text) or re.fullmatch(r"[0.,]+", text):
        return True
    if text in ("\\N", "\\n") or _FIELD.search(text) or _DOCTOR.fullmatch(text):
        return True
    if _WHOLE_FIELD.fullmatch(text) or _SPREADSHEET_ERROR.fullmatch(text):
        return True
    return _WORDS.fullmatch(text.strip(_EDGES).casefold()) is not None or _is_empty_date(text)


def _is_empty_date(text: str) -> bool:
    """Return whether the text is only a date from which programs count, or has a day or month 0."""
    tokens = re.findall(r"[0-9]+|[^\W\d_]+", text.casefold())
    numbers = [token for token in tokens if token.isdigit()]
    words = [token for token in tokens if not token.isdigit()]
    if not all(_DATE_WORD.fullmatch(word) or _CLOCK_WORD.fullmatch(word) for word in words):
        return False
    years = [number for number in numbers if len(number) == 4]
    if years == ["1900"]:  # in other dates it may be the time: Jan 11 1900
        return all(int(number) < 2 for number in numbers if number != "1900") and numbers != years
    return len(years) == 1 and years[0] in _EMPTY_DATE_YEARS and all(len(number) <= 4 for number in numbers)


def empty_words(name: str) -> bool:
    """Return whether a name has a word that programs write for "no name"; it can also be a real name (Null, Test)."""
    words = [word.strip(_EDGES).casefold() for word in re.split(r"[\s,]+", name)]
    words = [word for word in words if word]
    return any(map(_IN_NAMES.fullmatch, words)) or (bool(words) and all(map(_WORDS.fullmatch, words)))
