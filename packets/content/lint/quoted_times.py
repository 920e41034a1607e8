"""Read the times that a quote states ("within a week or two", "by 4 weeks") and compare them with its milestone.

Digits are read in every language, and numbers in words in the languages of `_NUMBERS`. Times of day are read in the
languages of `fact_words`. A vague time ("a few weeks") and a range of hours ("6 to 8 PM") are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from packets.content.lint.fact_words import HALVES, LANGUAGES
from packets.content.lint.translation_facts import facts_of
from packets.content.problems import ProblemCollector, listed
from packets.content.schema.records import ParsedRecord
from packets.content.schema.timing import written_time
from packets.content.timings import time_field
from packets.model.handout import Handout
from packets.model.language import MORE_FORMS, Language
from packets.model.recovery import Milestone, Offset, Unit
from packets.model.time_of_day import clock_words

_TENS = {"en": ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")}
# From 1 upward; "/" separates words for the same number.
_NUMBERS: Mapping[str, str] = {
    "en": "one/a/an/first two/couple/second three/third four/fourth five/fifth six/sixth seven/seventh eight/eighth "
    "nine/ninth ten/tenth eleven/eleventh twelve/twelfth thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "es": "un/uno/una/primer/primera dos/segundo/segunda tres/tercer/tercera cuatro/cuarta cinco/quinta seis/sexta "
    "siete/séptima ocho/octava nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve "
    "veinte veintiuno/veintiún/veintiuna veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve treinta",
}
_JOINING = {"en": {"or", "to", "and", "through"}, "es": {"a", "y", "o"}}
# A number after one of these is part of a frequency ("once a day"), not a time after surgery.
_PER = {"times", "time", "once", "twice", "veces", "vez"}
_VAGUE = {"few", "several", "some", "many", "unos", "unas", "pocos", "pocas", "varios", "varias", "algunos", "algunas"}
_HOURS = re.compile(  # "6 to 8 PM"
    r"(?<![\d-])\d{1,2}(?:[:.]\d\d)?\s*(?:[-–—]|to|and|or|a|y|o|bis|und|oder)\s*\d{1,2}(?![\d-])", re.IGNORECASE
)
_LENGTHS = {Unit.HOUR: ("hours", 1), Unit.DAY: ("hours", 24), Unit.WEEK: ("hours", 168), Unit.MONTH: ("months", 1)}


def check_quoted_times(
    record: ParsedRecord, value: Handout, problems: ProblemCollector, language: Language | None
) -> None:
    """Report a milestone whose quote states another time (M70, M72), and different times under one label (M71)."""
    written = record.all("milestones", ParsedRecord)
    first: dict[str, tuple[Milestone, int]] = {}
    for milestone, entry in zip(value.milestones, written, strict=True):
        rule = time_field(entry)
        if rule is None:
            continue  # reported as M01
        quoted = quoted_times(milestone.quote, language) if language else frozenset()
        if not any(offset.unit is Unit.HOUR for offset in milestone.timing.offsets):
            quoted = frozenset(time for time in quoted if time.unit is not Unit.HOUR)  # they are no recovery dates
        surgery_day = language is not None and _says_the_surgery_day(milestone.quote, language)
        offsets = [offset for offset in milestone.timing.offsets if offset.count or not surgery_day]
        wrong = [offset for offset in offsets if not _agrees(offset, quoted)]
        if wrong:
            named = listed((_time_words(offset) for offset in sorted(quoted, key=_length)), "and")
            message = f"the quote says {named}, but the milestone says {listed(map(_time_words, wrong), 'and')}"
            problems.add("M70", message, entry.at(rule), "Compare both with the source, and correct the wrong one.")
        if language:
            _check_time_of_day(milestone, entry, problems, language)
        label = " ".join(milestone.label.casefold().split())
        before, line = first.setdefault(label, (milestone, entry.place.line))
        if before.timing != milestone.timing:
            message = f"the milestone in line {line} has the same label and another time"
            problems.add("M71", message, entry.at("label"), "Delete the wrong one, or say in the label what differs.")


def _check_time_of_day(
    milestone: Milestone, entry: ParsedRecord, problems: ProblemCollector, language: Language
) -> None:
    quoted = quoted_times_of_day(milestone.quote, language)
    if milestone.time and quoted and milestone.time not in quoted:
        named = listed(map(clock_words, sorted(quoted)), "or")
        message = f"the quote says {named}, but the milestone says {clock_words(milestone.time)}"
        hint = "Compare both with the source, and correct the wrong one."
        hint += "\nIf the quote is also about another time, quote only the words about this one."
        problems.add("M72", message, entry.at("time"), hint)


def quoted_times_of_day(quote: str, language: Language) -> frozenset[str]:
    """Return the times of day that a quote may mean, as HH:MM; none if it has a range of hours.

    "9:00" without AM, PM or the like means both; midnight is also 23:59, the last minute of the day before.
    """
    tag = language.tag.partition("-")[0]
    if tag not in LANGUAGES or _HOURS.search(quote):
        return frozenset()
    times = set(facts_of(quote, tag).times)
    halves = "|".join(pattern for pattern, half in LANGUAGES[tag].hours.items() if half in HALVES)
    if not re.search(rf"\d\s*(?:{halves})(?!\w)", quote.lower()):
        noon = "13:00" if "12" in quote else "12:00"  # "12:00" may be midnight, and the word "noon" is not
        times |= {f"{(int(time[:2]) + 12) % 24:02}{time[2:]}" for time in times if "00:00" < time < noon}
    return frozenset(times | ({"23:59"} if "00:00" in times else set()))


def quoted_times(quote: str, language: Language) -> frozenset[Offset]:
    """Return the times that a quote states, or none if one of them is vague."""
    units, tag = _unit_words(language), language.tag.partition("-")[0]
    words = re.findall(r"[0-9]+|[^\W\d_]+", quote.casefold())
    times: set[Offset] = set()
    for place, word in enumerate(words):
        unit = units.get(word)
        if unit is None:
            continue
        before = words[max(0, place - 2) : place]
        if _VAGUE & set(before):
            return frozenset()
        times |= {Offset(count, unit) for count in _counts_before(words, place, tag)}
        times |= {Offset(count, unit) for count in _counts_after(words, place, tag, units)}
    if language.patterns.get("the_day_after", "\0").casefold() in quote.casefold():
        times.add(Offset(1, Unit.DAY))
    return frozenset(offset for offset in times if offset.count)


def _says_the_surgery_day(quote: str, language: Language) -> bool:
    """Return whether a quote names day 0, as in "from 2 days before through the day of surgery"."""
    names = ("the_surgery_day", "from_the_surgery_day", "to_the_surgery_day")
    return any(language.patterns.get(name, "\0").casefold() in quote.casefold() for name in names)


def _counts_before(words: list[str], place: int, tag: str) -> Iterator[int]:
    """Yield the numbers before a unit, backward: 3 and 2 for "two to three full months"."""
    place -= 1
    if place >= 1 and _count(words[place], tag) is None and _count(words[place - 1], tag) is not None:
        place -= 1  # one word between number and unit: "four full weeks", "a couple of weeks"
    if place >= 1 and words[place] in ("of", "de") and _count(words[place - 1], tag) is not None:
        place -= 1
    while place >= 0 and (count := _whole_count(words, place, tag)) is not None:
        if place >= 1 and words[place - 1] in _PER:
            return
        yield count
        place -= 1
        if place >= 0 and words[place] not in _JOINING.get(tag, ()) and not words[place].isdigit():
            return
        if words[place] in _JOINING.get(tag, ()):
            place -= 1


def _counts_after(words: list[str], place: int, tag: str, units: Mapping[str, Unit]) -> Iterator[int]:
    """Yield the number after a unit, 2 for "a week or two" and 6 for "by week 6", unless it belongs to another unit."""
    following = [*words[place + 1 : place + 4], "", "", ""]
    if following[0].isdigit() and following[1] not in units:
        yield int(following[0])
    elif following[0] in _JOINING.get(tag, ()) and following[2] not in units:
        count = _count(following[1], tag)
        if count is not None and count > 1:
            yield count


def _whole_count(words: list[str], place: int, tag: str) -> int | None:
    count = _count(words[place], tag)
    if count is not None and count < 10 and place >= 1 and words[place - 1] in _TENS.get(tag, ()):
        return count + 10 * (_TENS[tag].index(words[place - 1]) + 2)
    return count


def _count(word: str, tag: str) -> int | None:
    if word.isdigit():
        return int(word) if len(word) <= 4 else None
    if word in _TENS.get(tag, ()):
        return 10 * (_TENS[tag].index(word) + 2)
    for count, names in enumerate(_NUMBERS.get(tag, "").split(), 1):
        if word in names.split("/"):
            return count
    return None


def _unit_words(language: Language) -> dict[str, Unit]:
    """Return the unit that each word of the language file names, in all its forms: day, days, week …"""
    units = {}
    for unit in Unit:
        names = (f"one_{unit}", f"many_{unit}s", *(name for name in MORE_FORMS if name.endswith(f"_{unit}s")))
        for name in names:
            for word in language.patterns.get(name, "").replace("{count}", " ").casefold().split():
                units[word] = unit
    return units


def _agrees(offset: Offset, quoted: Iterable[Offset]) -> bool:
    """Return whether the quote states this time, or none to compare it with: days are not compared with months."""
    comparable = [time for time in quoted if _length(time)[0] == _length(offset)[0]]
    return not comparable or any(_length(time) == _length(offset) for time in comparable)


def _length(offset: Offset) -> tuple[str, int]:
    kind, length = _LENGTHS[offset.unit]
    return kind, length * abs(offset.count)  # quotes are not searched for "before"


def _time_words(offset: Offset) -> str:
    return written_time(Offset(abs(offset.count), offset.unit))
