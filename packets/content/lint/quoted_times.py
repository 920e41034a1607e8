"""Read the times that a quote states ("within a week or two", "by 4 weeks") and compare them with its milestone.

Numbers in digits are read in every language, numbers as words in those of `_NUMBERS`. What is vague ("a few weeks")
is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from packets.content.problems import ProblemCollector, listed
from packets.content.schema.records import ParsedRecord
from packets.model.handout import Handout
from packets.model.language import MORE_FORMS, Language
from packets.model.recovery import Milestone, Offset, Unit

_TENS = {"en": ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")}
# From 1 on; "/" stands between words of the same number.
_NUMBERS: Mapping[str, str] = {
    "en": "one/a/an/first two/couple/second three/third four/fourth five/fifth six/sixth seven/seventh eight/eighth "
    "nine/ninth ten/tenth eleven/eleventh twelve/twelfth thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
    "es": "un/uno/una/primer/primera dos/segundo/segunda tres/tercer/tercera cuatro/cuarta cinco/quinta seis/sexta "
    "siete/séptima ocho/octava nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve "
    "veinte veintiuno/veintiún/veintiuna veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve treinta",
}
_JOINING = {"en": {"or", "to", "and", "through"}, "es": {"a", "y", "o"}}
# After these a number of times is counted, and no time after surgery: "once a day".
_PER = {"times", "time", "once", "twice", "veces", "vez"}
_VAGUE = {"few", "several", "some", "many", "unos", "unas", "pocos", "pocas", "varios", "varias", "algunos", "algunas"}
_DAYS = {Unit.DAY: ("days", 1), Unit.WEEK: ("days", 7), Unit.MONTH: ("months", 1)}


def check_quoted_times(
    record: ParsedRecord, value: Handout, problems: ProblemCollector, language: Language | None
) -> None:
    """Report a milestone whose time is not in its quote (M70), and two of one name with different times (M71)."""
    written = record.all("milestones", ParsedRecord)
    first: dict[str, tuple[Milestone, int]] = {}
    for milestone, each in zip(value.milestones, written, strict=True):
        rules = [name for name in ("at", "by", "between") if name in each.values]
        if len(rules) != 1:
            continue  # M01 says so
        said = quoted_times(milestone.quote, language) if language else frozenset()
        wrong = [offset for offset in milestone.timing.offsets if not _is_said(offset, said)]
        if wrong:
            named = listed((_named(offset) for offset in sorted(said, key=_length)), "and")
            message = f"the quote says {named}, but the milestone says {listed(map(_named, wrong), 'and')}"
            problems.add("M70", message, each.at(rules[0]), "Compare both with the source, and correct the wrong one.")
        label = " ".join(milestone.label.casefold().split())
        before, line = first.setdefault(label, (milestone, each.place.line))
        if before.timing != milestone.timing:
            message = f"the milestone in line {line} has the same label and another time"
            problems.add("M71", message, each.at("label"), "Delete the wrong one, or say in the label what differs.")


def quoted_times(quote: str, language: Language) -> frozenset[Offset]:
    """The times that a quote states; none where one of them is vague."""
    units, tag = _unit_words(language), language.tag.partition("-")[0]
    words = re.findall(r"[0-9]+|[^\W\d_]+", quote.casefold())
    found: set[Offset] = set()
    for place, word in enumerate(words):
        unit = units.get(word)
        if unit is None:
            continue
        before = words[max(0, place - 2) : place]
        if _VAGUE & set(before):
            return frozenset()
        found |= {Offset(count, unit) for count in _counts_before(words, place, tag)}
        found |= {Offset(count, unit) for count in _counts_after(words, place, tag, units)}
    if language.patterns.get("the_day_after", "\0").casefold() in quote.casefold():
        found.add(Offset(1, Unit.DAY))
    return frozenset(offset for offset in found if offset.count)


def _counts_before(words: list[str], place: int, tag: str) -> Iterator[int]:
    """Of "two to three full months", counted backwards from the unit."""
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
    """Of "a week or two" the two, of "by week 6" the six; never the number of the next unit."""
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
    """The words of the language for a day, a week and a month, in each form."""
    found = {}
    for unit in Unit:
        names = (f"one_{unit}", f"many_{unit}s", *(name for name in MORE_FORMS if name.endswith(f"_{unit}s")))
        for name in names:
            for word in language.patterns.get(name, "").replace("{count}", " ").casefold().split():
                found[word] = unit
    return found


def _is_said(offset: Offset, said: Iterable[Offset]) -> bool:
    """Also where nothing comparable is said: a day is never compared with a month."""
    comparable = [each for each in said if _DAYS[each.unit][0] == _DAYS[offset.unit][0]]
    return not comparable or any(_length(each) == _length(offset) for each in comparable)


def _length(offset: Offset) -> tuple[str, int]:
    kind, days = _DAYS[offset.unit]
    return kind, days * offset.count


def _named(offset: Offset) -> str:
    return f"{offset.count} {offset.unit}{'' if offset.count == 1 else 's'}"
