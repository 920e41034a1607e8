"""A paragraph and its direction in, the direction of each of its signs out (UAX #9): the home of python-bidi.

Only levels are asked of it; lines are broken on the text as it was typed, and `reordered` puts what stands on one line
into the order of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from unicodedata import bidirectional, mirrored

from bidi import algorithm
from bidi.mirror import MIRRORED

from packets.model.text_direction import FSI, PDI

# A telephone number, a record number, a time or an address stays as it was typed: by the rules alone the groups of
# 816-363-2500 would stand in the opposite order behind an Arabic word (W2, W4).
_LEFT_TO_RIGHT = re.compile(r"\(\d+\) ?\d[\d\-]+|\+?[0-9A-Za-z]+(?:[-./:@_+]+[0-9A-Za-z]+)+")
_NUMBERS = re.compile(r"[0-9]+")
_ISOLATE = re.compile(f"{FSI}([^{FSI}{PDI}]*){PDI}")
_OBJECT = "\ufffc"  # stands for an isolate; bidirectional class ON, as UAX #9 wants of one
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


class Place(NamedTuple):
    """The level of a character, even from the left and odd from the right, and the isolate that it is in."""

    level: int
    isolate: tuple[int, int] | None = None  # its number in the paragraph, and its own level in the text around it


def places(text: str, from_right: bool) -> tuple[Place, ...]:
    """Return the place of each character of a paragraph but FSI and PDI.

    An isolate has the direction of its first letter. Isolates are not nested, and no other controls are expected.
    """
    outer = _ISOLATE.sub(_OBJECT, text)
    if outer == text:
        return tuple(map(Place, _levels(text, from_right)))
    if FSI in outer or PDI in outer:
        raise ValueError("an isolate inside another, or without an end")
    found: list[Place] = []
    values = enumerate(_ISOLATE.findall(text))
    for character, level in zip(outer, _levels(outer, from_right), strict=True):
        if character == _OBJECT:
            number, value = next(values)
            found += [Place(inside, (number, level)) for inside in _lifted(value, from_right)]
        else:
            found.append(Place(level))
    return tuple(found)


def _lifted(value: str, around: bool) -> Iterator[int]:
    """Levels of an isolate's text, above those of the text around it (X5a to X5c)."""
    way = _starts_from_right(value)
    least = 1 if way and not around else 3 if way else 2
    return (level - way + least for level in _levels(value, way))


def _starts_from_right(value: str) -> bool:
    """By its first letter (P2, P3)."""
    kinds = (bidirectional(character) for character in value)
    return next((kind != "L" for kind in kinds if kind in ("L", "R", "AL")), False)


def _levels(text: str, from_right: bool) -> tuple[int, ...]:
    base = int(from_right)
    storage = {**algorithm.get_empty_storage(), "base_level": base, "base_dir": "LR"[base]}
    algorithm.get_embedding_levels(text, storage)
    signs: list[dict[str, Any]] = storage["chars"]
    # In a page that runs from the left, a number behind an Arabic name belongs to the page, not to the name.
    for pattern in (_LEFT_TO_RIGHT, *(() if from_right else (_NUMBERS,))):
        for found in pattern.finditer(text):
            for sign in signs[found.start() : found.end()]:
                sign["type"] = "L"
    algorithm.calc_level_runs(storage)
    algorithm.resolve_weak_types(storage)
    _brackets(signs, "LR"[base])
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return tuple(sign["level"] for sign in signs)


def _brackets(signs: list[dict[str, Any]], around: str) -> None:
    """N0, which python-bidi lacks: both brackets of a pair get one direction."""
    for first, last in sorted(_pairs(signs)):
        inside = {_strong(sign["type"]) for sign in signs[first + 1 : last]} - {""}
        if not inside:
            continue
        way = around
        if around not in inside:
            before = [kind for sign in signs[:first] if (kind := _strong(sign["type"]))]
            way = (before or [around])[-1]
        signs[first]["type"] = signs[last]["type"] = way


def _pairs(signs: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    open_: list[tuple[str, int]] = []
    for place, sign in enumerate(signs):
        if sign["type"] != "ON":
            continue
        if sign["ch"] in _BRACKETS:
            open_.append((_BRACKETS[sign["ch"]], place))
        while open_ and sign["ch"] in _BRACKETS.values():
            closing, start = open_.pop()
            if closing == sign["ch"]:
                yield start, place
                break


def _strong(kind: str) -> str:
    return "R" if kind in ("R", "AN", "EN") else kind if kind == "L" else ""


def reordered(line: Sequence[Place]) -> list[int]:
    """Return the numbers of what stands on one line from left to right (L2)."""
    levels: list[int] = []
    numbers: list[int | None] = []  # None for an isolate's FSI or PDI, which parts it from its neighbors
    last = None
    for number, place in enumerate(line):
        if place.isolate != last:
            marks = [isolate[1] for isolate in (last, place.isolate) if isolate]
            levels += marks
            numbers += [None] * len(marks)
            last = place.isolate
        levels.append(place.level)
        numbers.append(number)
    seen = [numbers[at] for at in _ordered(levels)]
    return [number for number in seen if number is not None]


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


def mirror(sign: str) -> str:
    """A sign of a face that is not shaped, as it stands in a run from right to left (L4)."""
    return str(MIRRORED.get(sign, sign)) if mirrored(sign) else sign
