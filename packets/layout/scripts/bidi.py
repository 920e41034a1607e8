"""A paragraph and its direction in, the direction of each of its signs out (UAX #9): the home of python-bidi.

Only levels are asked of it; lines are broken on the text as it was typed, and `reordered` puts what stands on one line
into the order of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import mirrored

from bidi import algorithm
from bidi.mirror import MIRRORED

# A telephone number, a record number, a time or an address stays as it was typed: by the rules alone the groups of
# 816-363-2500 would stand in the opposite order behind an Arabic word (W2, W4).
_LEFT_TO_RIGHT = re.compile(r"\(\d+\) ?\d[\d\-]+|\+?[0-9A-Za-z]+(?:[-./:@_+]+[0-9A-Za-z]+)+")
_NUMBERS = re.compile(r"[0-9]+")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


def levels(text: str, from_right: bool) -> tuple[int, ...]:
    """Even is left to right, odd is right to left. `text` holds no sign that changes directions."""
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


def reordered(line: Sequence[int]) -> list[int]:
    """Places of what stands on one line, told by its levels, from left to right (L2)."""
    order = list(range(len(line)))
    for level in range(max(line, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and line[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return order


def mirror(sign: str) -> str:
    """A sign of a face that is not shaped, as it stands in a run from right to left (L4)."""
    return str(MIRRORED.get(sign, sign)) if mirrored(sign) else sign
