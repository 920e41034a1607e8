"""Compute the embedding level of each character of a paragraph (UAX #9) with python-bidi.

Lines are broken in the text as it was typed; `reordered` then puts each line into visual order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from unicodedata import bidirectional, mirrored

from bidi import algorithm
from bidi.mirror import MIRRORED

from packets.model.text_direction import FSI, PDI

# A phone number, a record number, a time or an address stays as typed: by the rules alone, the groups of 816-363-2500
# would be in the opposite order after an Arabic word (W2, W4).
_LEFT_TO_RIGHT = re.compile(r"\(\d+\) ?\d[\d\-]+|\+?[0-9A-Za-z]+(?:[-./:@_+]+[0-9A-Za-z]+)+")
_NUMBERS = re.compile(r"[0-9]+")
_ISOLATE = re.compile(f"{FSI}([^{FSI}{PDI}]*){PDI}")
_OBJECT = "\ufffc"  # replaces an isolate; its bidirectional class is ON, as UAX #9 requires
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


class CharacterLevel(NamedTuple):
    """The embedding level of a character (odd for right-to-left) and the isolate that it is in."""

    level: int
    isolate: tuple[int, int] | None = None  # its number in the paragraph, and its own level in the text around it


def character_levels(text: str, right_to_left: bool) -> tuple[CharacterLevel, ...]:
    """Return the level of each character of a paragraph, except FSI and PDI.

    An isolate has the direction of its first letter. Isolates are not nested, and no other controls are expected.
    """
    outer = _ISOLATE.sub(_OBJECT, text)
    if outer == text:
        return tuple(map(CharacterLevel, _levels(text, right_to_left)))
    if FSI in outer or PDI in outer:
        raise ValueError("an isolate inside another, or without an end")
    result: list[CharacterLevel] = []
    values = enumerate(_ISOLATE.findall(text))
    for character, level in zip(outer, _levels(outer, right_to_left), strict=True):
        if character == _OBJECT:
            number, value = next(values)
            result += [CharacterLevel(inside, (number, level)) for inside in _raised(value, right_to_left)]
        else:
            result.append(CharacterLevel(level))
    return tuple(result)


def _raised(value: str, outer_right_to_left: bool) -> Iterator[int]:
    """Return the levels of an isolate's text, above those of the text around it (X5a to X5c)."""
    right_to_left = _starts_right_to_left(value)
    least = 1 if right_to_left and not outer_right_to_left else 3 if right_to_left else 2
    return (level - right_to_left + least for level in _levels(value, right_to_left))


def _starts_right_to_left(value: str) -> bool:
    """Return the direction of the first letter (P2, P3)."""
    kinds = (bidirectional(character) for character in value)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def _levels(text: str, right_to_left: bool) -> tuple[int, ...]:
    base = int(right_to_left)
    storage = {**algorithm.get_empty_storage(), "base_level": base, "base_dir": "LR"[base]}
    algorithm.get_embedding_levels(text, storage)
    characters: list[dict[str, Any]] = storage["chars"]
    # On a left-to-right page, a number after an Arabic name belongs to the page, not to the name.
    for pattern in (_LEFT_TO_RIGHT, *(() if right_to_left else (_NUMBERS,))):
        for match in pattern.finditer(text):
            for character in characters[match.start() : match.end()]:
                character["type"] = "L"
    algorithm.calc_level_runs(storage)
    algorithm.resolve_weak_types(storage)
    _brackets(characters, "LR"[base])
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return tuple(character["level"] for character in characters)


def _brackets(characters: list[dict[str, Any]], paragraph_direction: str) -> None:
    """Apply N0, which python-bidi lacks: both brackets of a pair get one direction."""
    for first, last in sorted(_pairs(characters)):
        inside = {_strong(character["type"]) for character in characters[first + 1 : last]} - {""}
        if not inside:
            continue
        direction = paragraph_direction
        if paragraph_direction not in inside:
            before = [kind for character in characters[:first] if (kind := _strong(character["type"]))]
            direction = (before or [paragraph_direction])[-1]
        characters[first]["type"] = characters[last]["type"] = direction


def _pairs(characters: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    open_: list[tuple[str, int]] = []
    for index, character in enumerate(characters):
        if character["type"] != "ON":
            continue
        if character["ch"] in _BRACKETS:
            open_.append((_BRACKETS[character["ch"]], index))
        while open_ and character["ch"] in _BRACKETS.values():
            closing, start = open_.pop()
            if closing == character["ch"]:
                yield start, index
                break


def _strong(kind: str) -> str:
    return "R" if kind in ("R", "AN", "EN") else kind if kind == "L" else ""


def reordered(line: Sequence[CharacterLevel]) -> list[int]:
    """Return the indexes of a line's characters from left to right (L2)."""
    levels: list[int] = []
    numbers: list[int | None] = []  # None for an isolate's FSI or PDI, which separates it from its neighbors
    last = None
    for number, character in enumerate(line):
        if character.isolate != last:
            marks = [isolate[1] for isolate in (last, character.isolate) if isolate]
            levels += marks
            numbers += [None] * len(marks)
            last = character.isolate
        levels.append(character.level)
        numbers.append(number)
    visual = [numbers[index] for index in _ordered(levels)]
    return [number for number in visual if number is not None]


def _ordered(levels: Sequence[int]) -> list[int]:
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return order


def mirror(character: str) -> str:
    """Return the mirrored character for an unshaped font in a right-to-left run (L4)."""
    return str(MIRRORED.get(character, character)) if mirrored(character) else character
