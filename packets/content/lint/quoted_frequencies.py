"""Read how often a quote says that something is done ("3 times a day"), and compare it with the steps of its schedule.

Only the languages of `_LANGUAGES` are read. A limit ("up to 4 times a day") is not compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct

from packets.content import regimen_steps
from packets.content.lint.fact_words import LANGUAGES
from packets.content.problems import ProblemCollector, listed
from packets.content.schema.records import ParsedRecord
from packets.model.language import Language
from packets.model.regimen import Frequency, Per


class _Words(Struct, frozen=True):
    """The words of one language, as regular expressions."""

    one: str
    once: str  # numbers that say how many times, in one word
    times: str
    between: str  # between the times and the day or week
    day: str
    week: str
    joins: str
    limits: str


_LANGUAGES: Mapping[str, _Words] = {
    "en": _Words(
        one="one",
        once="once|twice",
        times="times?|x",
        between="a|per|each|every|in a|during the",
        day="day|daily",
        week="week|weekly",
        joins="to|or|and",
        limits="least|most|up to|than",
    ),
    "es": _Words(
        one="una?",
        once="",
        times="ve(?:z|ces)|x",
        between="al|a la|por|cada|en el|en la",
        day="día|diari[oa]s?",
        week="semana|semanal(?:es)?",
        joins="a|o|u|y",
        limits="menos|más de|hasta|máximo|máximo de",
    ),
    "de": _Words(
        one="ein",
        once="[a-zäöüß]+mal",
        times="mal|x",
        between="am|pro|je|jeden|jede|in der",
        day="tag|täglich",
        week="woche|wöchentlich",
        joins="bis|oder|und",
        limits="mindestens|höchstens|maximal|bis zu",
    ),
}
_LENGTHS = {Per.DAY: 7, Per.WEEK: 1}  # 1 a day is 7 a week


def check_quoted_frequencies(record: ParsedRecord, problems: ProblemCollector, language: Language | None) -> None:
    """Report a schedule whose quote says how often, and no step has it (M73)."""
    for written in regimen_steps.written_schedules(record):
        steps = [step.get("times", Frequency) for step in written.all("steps", ParsedRecord)]
        if language is None or not steps or None in steps:
            continue  # a translation, or reported as S23
        weekly = {_weekly(step) for step in steps if step}
        for stated in quoted_frequencies(written.text("quote"), language):
            if not any(_weekly(frequency) in weekly for frequency in stated):
                named = listed((_frequency_words(frequency) for frequency in stated), "or")
                message = f"the quote says {named}, but no step of the schedule does"
                hint = "Compare both with the source, and correct the wrong one."
                hint += "\nIf the sentence is also about something else, quote only its words about this schedule."
                problems.add("M73", message, written.at("quote"), hint)


def quoted_frequencies(quote: str, language: Language) -> Iterator[tuple[Frequency, ...]]:
    """Yield how often the quote says that something is done; "3 or 4 times a day" gives two frequencies at once."""
    tag = language.tag.partition("-")[0]
    if tag not in _LANGUAGES:
        return
    text = " ".join(unicodedata.normalize("NFC", quote).lower().split())
    for match in _pattern(tag).finditer(text):
        if re.search(rf"(?<!\w)(?:{_LANGUAGES[tag].limits}) $", text[: match.start()]):
            continue
        counts = [_count(match[name], tag) for name in ("first", "last") if match[name]]
        per = Per.DAY if match["day"] else Per.WEEK
        known = [count for count in counts if count is not None]
        if len(known) == len(counts):
            yield tuple(Frequency(count, per) for count in sorted(set(known)))


@cache
def _pattern(tag: str) -> re.Pattern[str]:
    words = _LANGUAGES[tag]
    names = sorted(LANGUAGES[tag].numbers, key=len, reverse=True)
    number = "|".join((r"\d{1,2}", words.one, *map(re.escape, names)))
    once = words.once or "(?!)"  # "(?!)" never matches
    return re.compile(
        rf"(?<![\w.,/-])(?:(?P<first>{once}|{number})(?: ?[-–—] ?| (?:{words.joins}) ))?"
        rf"(?:(?P<last>{once}|(?:{number})(?=[ -]?(?:{words.times})\b))(?:[ -]?(?:{words.times}))?)(?:/| )"
        rf"(?:(?:{words.between}) )?(?:(?P<day>{words.day})|(?P<week>{words.week}))(?!\w)"
    )


def _count(word: str, tag: str) -> int | None:
    """Return the number of a word, or None for a word such as "manchmal"."""
    if word.isdigit():
        return int(word)
    return LANGUAGES[tag].numbers.get(word, 1 if word in ("one", "once", "un", "una", "ein", "einmal") else None)


def _weekly(frequency: Frequency) -> int:
    return frequency.times * _LENGTHS[frequency.per]


def _frequency_words(frequency: Frequency) -> str:
    return f"{frequency.times} {'time' if frequency.times == 1 else 'times'} a {frequency.per}"
