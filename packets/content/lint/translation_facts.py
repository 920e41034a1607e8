"""Compare the numbers, units, times, dates, phones, sides and negations of a text with those of its translation.

A wrong one of these harms a patient, and a reader of one language cannot see it. Numbers written as words count too:
"three times" and "4 veces" differ. A language without a table in `fact_words` is compared by its digits and phones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from msgspec import Struct

from packets.content.lint.fact_words import LANGUAGES, FactWords, compiled, hour_of_day, lookup
from packets.content.problems import ProblemCollector, listed
from packets.content.yaml.parser import Place

_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d ()./-]{5,}\d(?!\w)")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2})[:.](\d{2})(?![\d%:])")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*")
_HINT = "Compare both with care, and correct the one that is wrong."
_SAME_HINT = "Check that both mean the same. If they do, this note can stay."


class Facts(Struct, frozen=True):
    """What a text says; `possible` are numbers that some of its words may mean."""

    numbers: frozenset[str]
    possible: frozenset[str]
    amounts: frozenset[tuple[str, str]]  # number and unit
    times: frozenset[str]
    dates: frozenset[str]
    phones: frozenset[str]
    sides: frozenset[str]
    negations: int
    exceptions: int


def compare(
    original: str, original_language: str, translated: str, language: str, place: Place, problems: ProblemCollector
) -> None:
    """Report each kind of fact in which the two differ (T20 to T26)."""
    if original_language.partition("-")[0] == language.partition("-")[0]:
        return
    first, second = facts_of(original, original_language), facts_of(translated, language)
    complete = all(tag.partition("-")[0] in LANGUAGES for tag in (original_language, language))
    for code, name, ours, theirs in _differences(first, second, complete):
        message = f"the {name} differ from the original, which has {_list(ours)}; found {_list(theirs)}"
        problems.add(code, message, place, _HINT)
    if complete and bool(first.negations) != bool(second.negations):
        one, other = ("original", "translation") if first.negations else ("translation", "original")
        message = f"the {one} says no or not here, and the {other} does not"
        problems.add("T25", message, place, _SAME_HINT, warning=True)
    if complete and bool(first.exceptions) != bool(second.exceptions):
        one, other = ("original", "translation") if first.exceptions else ("translation", "original")
        message = f'the {one} has an exception here, such as "unless", and the {other} has none'
        problems.add("T26", message, place, _SAME_HINT, warning=True)


def _differences(
    first: Facts, second: Facts, complete: bool
) -> Iterator[tuple[str, str, Iterable[str], Iterable[str]]]:
    missing = first.numbers - second.numbers - second.possible if complete else frozenset()
    extra = second.numbers - first.numbers - first.possible
    if missing or extra:
        yield "T20", "numbers", first.numbers, second.numbers
    elif complete:
        both = {number for number, _ in first.amounts} & {number for number, _ in second.amounts}
        ours, theirs = (
            {_amount(number, unit) for number, unit in amounts if number in both}
            for amounts in (first.amounts, second.amounts)
        )
        if ours - theirs and theirs - ours:
            yield "T21", "units", ours - theirs, theirs - ours
    if complete and (first.times != second.times or first.dates != second.dates):
        yield "T22", "times or dates", first.times | first.dates, second.times | second.dates
    if first.phones != second.phones:
        yield "T23", "phone numbers", first.phones, second.phones
    if complete and first.sides != second.sides:
        yield "T24", "sides", first.sides, second.sides


def _amount(number: str, unit: str) -> str:
    return f"{number} {unit}{'' if number == '1' or unit.endswith('s') else 's'}"


def _list(facts: Iterable[str]) -> str:
    return listed(sorted(facts, key=lambda fact: (len(fact), fact)), "and") or "none"


def facts_of(text: str, language: str) -> Facts:
    """Return what a text says; without a table for its language, only digits and phones are found."""
    words = LANGUAGES.get(language.partition("-")[0])
    text = " ".join(unicodedata.normalize("NFC", text).lower().split())
    phones: set[str] = set()
    dates: set[str] = set()
    times: set[str] = set()

    def phone(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match.group())
        if len(digits) < 7:
            return match.group()
        phones.add(digits)
        return " "

    def iso_date(match: re.Match[str]) -> str:
        dates.add(f"{int(match[2])}/{int(match[3])}")
        return " "

    text = _ISO_DATE.sub(iso_date, text)
    text = _PHONE.sub(phone, text)
    sides: set[str] = set()
    if words:
        text = _take_times(text, words, times)
        text = _take_dates(text, words, dates)
        of_sides = compiled(words.not_sides).sub(" ", text)
        sides = {
            name for name, side in (("left", words.left), ("right", words.right)) if compiled(side).search(of_sides)
        }
    numbers, possible, amounts = _numbers(text, words)
    return Facts(
        numbers=frozenset(numbers),
        possible=frozenset(possible),
        amounts=frozenset(amounts),
        times=frozenset(times),
        dates=frozenset(dates),
        phones=frozenset(phones),
        sides=frozenset(sides),
        negations=len(compiled(words.negations).findall(text)) if words else 0,
        exceptions=len(compiled(words.exceptions).findall(text)) if words else 0,
    )


def _take_times(text: str, words: FactWords, times: set[str]) -> str:
    """Remove the times of day from a text, and add them as "18:30"."""
    for pattern, half in words.hours.items():
        if re.fullmatch(r"\d\d:\d\d", half):
            found = compiled(pattern)
            if found.search(text):
                times.add(half)
            text = found.sub(" ", text)
            continue

        def clock(match: re.Match[str], half: str = half) -> str:
            hour, minute = int(match[1]), int(match[2] or 0)
            times.add(f"{hour_of_day(hour, half):02}:{minute:02}")
            return " "

        text = re.sub(rf"(?<![\d:.])(\d{{1,2}})(?:[:.](\d{{2}}))?\s*(?:{pattern})(?!\w)", clock, text)

    def plain(match: re.Match[str]) -> str:
        if match.group()[len(match[1])] == "." or int(match[1]) > 24 or int(match[2]) > 59:
            return match.group()
        times.add(f"{hour_of_day(int(match[1]), ''):02}:{match[2]}")
        return " "

    return _CLOCK.sub(plain, text)


def _take_dates(text: str, words: FactWords, dates: set[str]) -> str:
    months = "|".join(words.months)

    def date(match: re.Match[str]) -> str:
        day, month = (match["day"], match["month"]) if match["day"] else (match["other_day"], match["other_month"])
        dates.add(f"{words.months.index(month) + 1}/{int(day)}")
        return " "

    day_first = rf"(?P<day>\d{{1,2}})\.?(?: de)? (?P<month>{months})"
    month_first = rf"(?P<other_month>{months}) (?P<other_day>\d{{1,2}})"
    return re.sub(rf"(?<!\w)(?:{day_first}|{month_first})(?!\w)", date, text)


def _numbers(text: str, words: FactWords | None) -> tuple[set[str], set[str], set[tuple[str, str]]]:
    """Return the numbers, the possible numbers, and each number with its unit."""
    numbers: set[str] = set()
    possible: set[str] = set()
    amounts: set[tuple[str, str]] = set()
    tokens = _joined(_TOKEN.findall(text), words)
    for place, token in enumerate(tokens):
        number, sure = _number(token, words)
        if number is None:
            continue
        unit = _unit(tokens, place, words)
        if sure or (unit and number != "1"):
            numbers.add(number)
            if unit:
                amounts.add((number, unit))
        else:
            possible.add(number)
    return numbers, possible, amounts


def _joined(tokens: list[str], words: FactWords | None) -> list[str]:
    """Join a number of several words, such as "twenty four"."""
    joined: list[str] = []
    place = 0
    while place < len(tokens):
        for length in (3, 2):
            name = " ".join(tokens[place : place + length])
            if words and name in words.numbers:
                joined.append(name)
                place += length
                break
        else:
            joined.append(tokens[place])
            place += 1
    return joined


def _number(token: str, words: FactWords | None) -> tuple[str | None, bool]:
    """Return a number and whether the word is certainly one; the digit 1 may be an article in the other language."""
    if token[0].isdigit():
        number = _digits(token, words.decimal if words else ".")
        return number, number != "1"
    if words is None:
        return None, False
    if (count := words.numbers.get(token)) is not None:
        return str(count), True
    count = lookup(token, words.possible)
    return (None, False) if count is None else (str(count), False)


def _digits(token: str, decimal: str) -> str:
    """Write 1,000 and 1.000 as 1000 and 1,5 as 1.5, each as its language means it."""
    thousands = "," if decimal == "." else "."
    if re.fullmatch(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+", token):
        return token.replace(thousands, "")
    number = token.replace(",", ".")
    return number.rstrip("0").rstrip(".") if number.count(".") == 1 else number.lstrip("0") or "0"


def _unit(tokens: list[str], place: int, words: FactWords | None) -> str:
    """Return the unit after a number ("2 to 3 months"), or before it ("week 6", "a week or two")."""
    if words is None:
        return ""
    if tokens[place] in words.repeated:
        return "times"
    for token in tokens[place + 1 : place + 5]:
        if token in words.units:
            return words.units[token]
        if token not in words.joins and _number(token, words)[0] is None:
            break
    before = place - 1
    if before > 0 and tokens[before] in ("or", "o", "oder"):
        before -= 1
    return words.units.get(tokens[before], "") if before >= 0 else ""
