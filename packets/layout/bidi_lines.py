"""Break text with right-to-left words into lines, and put each line into visual order (UAX #9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from packets.layout import fonts
from packets.layout.line_breaker import Line, Lines, fill_lines, fragments
from packets.layout.page import Style
from packets.layout.words import Fragment
from packets.model.filled_packet import Span

if TYPE_CHECKING:
    from packets.layout.scripts.bidi import CharacterLevel


def lines(spans: tuple[Span, ...], style: Style, width: float, within: float) -> Lines:
    """Break the text in reading order, then put each line into visual order. Raise fonts.MissingGlyphError."""
    from packets.layout.scripts import bidi

    pieces = list(fragments(spans, style))
    levels = bidi.character_levels("".join([span.text for span in spans]), style.right_to_left)
    broken = fill_lines(_with_levels(pieces, levels, style.size), style, width)
    return Lines(spans, style, tuple(_in_visual_order(line, style, within) for line in broken))


def _with_levels(pieces: list[Fragment], levels: Sequence[CharacterLevel], size: float) -> Iterator[Fragment]:
    """Split fragments where the direction changes; `levels` has one entry for each character."""
    if len(levels) != sum(len(fragment.text) for fragment in pieces):
        raise ValueError("levels and characters differ in number")
    remaining = iter(levels)
    for fragment in pieces:
        start = 0
        shaped = fragment.font in fonts.SHAPED_FONTS
        for character, characters in groupby([next(remaining) for _ in fragment.text]):
            part = fragment.text[start : (start := start + len(list(characters)))]
            # Between right-to-left words, characters of an unshaped font are drawn one by one, in reading order.
            for piece in part if character.level % 2 and not shaped else (part,):
                width = fonts.width(piece, fragment.font, size)
                yield fragment._replace(text=piece, width=width, level=character.level, isolate=character.isolate)


def _in_visual_order(line: Line, style: Style, within: float) -> Line:
    from packets.layout.scripts import bidi

    parts = list(line.fragments)
    base = int(style.right_to_left)
    for index in range(len(parts) - 1, -1, -1):  # L1: spaces at the end of a line take the base direction
        if not parts[index].text.isspace():
            break
        parts[index] = parts[index]._replace(level=base, isolate=None)
    order = bidi.reordered([bidi.CharacterLevel(part.level, part.isolate) for part in parts])
    visual = tuple(
        part._replace(text=bidi.mirror(part.text)) if part.level % 2 and part.font not in fonts.SHAPED_FONTS else part
        for part in (parts[index] for index in order)
    )
    used = sum(part.width for part in visual)
    reading = tuple(order.index(number) for number in range(len(order)))
    left_to_right = reading == tuple(range(len(order))) and not any(part.level for part in visual)
    return Line(visual, used, within - used if style.right_to_left else 0, () if left_to_right else reading)
