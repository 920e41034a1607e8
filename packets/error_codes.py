"""List every code of a message with its meaning and what to do, from error_codes.txt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct


class ErrorCode(Struct, frozen=True):
    code: str
    meaning: str
    action: str


class Area(Struct, frozen=True):
    """The codes of one letter."""

    letter: str
    title: str
    codes: tuple[ErrorCode, ...]


def areas() -> tuple[Area, ...]:
    """Return all codes by their letter, in the order of the file. Raise ValueError for a malformed line."""
    text = Path(__file__).with_name("error_codes.txt").read_text("utf-8")
    return tuple(_area(block) for block in text.split("\n## ")[1:])


def errors_page(introduction: str) -> str:
    """Return docs/errors.md: the introduction, then a table of the codes of each letter."""
    return "\n".join([introduction.rstrip(), *_tables()]) + "\n"


def _area(block: str) -> Area:
    heading, *lines = block.strip().split("\n")
    letter, title = heading.split(" | ")
    codes = tuple(ErrorCode(*line.split(" | ")) for line in lines)
    for code in codes:
        if code.code[:1] != letter:
            raise ValueError(f"{code.code} is below the heading of {letter}")
    return Area(letter, title, codes)


def _tables() -> Iterator[str]:
    for area in areas():
        yield f"\n## {area.letter}: {area.title}\n\n| code | meaning | what to do |\n| --- | --- | --- |"
        for code in area.codes:
            yield f"| {code.code} | {_escaped(code.meaning)} | {_escaped(code.action)} |"


def _escaped(text: str) -> str:
    return text.replace("*", r"\*").replace("<", r"\<")
