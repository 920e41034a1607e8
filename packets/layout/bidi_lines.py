"""Text with words from right to left in, its lines out, each put into the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from packets.layout import fonts
from packets.layout.line_breaker import Fragment, Line, Lines, fill_lines, fragments
from packets.layout.page import Style
from packets.model.filled_packet import Span

if TYPE_CHECKING:
    from packets.layout.scripts.bidi import Place


def lines(spans: tuple[Span, ...], style: Style, width: float, within: float) -> Lines:
    """Broken as it is read, then each line is ordered as it is seen. Raises fonts.MissingGlyph."""
    from packets.layout.scripts import bidi

    pieces = list(fragments(spans, style))
    places = bidi.places("".join([span.text for span in spans]), style.from_right)
    broken = fill_lines(_levelled(pieces, places, style.size), style, width)
    return Lines(spans, style, tuple(_seen(line, style, within) for line in broken))


def _levelled(pieces: list[Fragment], places: Sequence[Place], size: float) -> Iterator[Fragment]:
    """Cut where the direction changes; `places` has one for each character of the fragments."""
    if len(places) != sum(len(fragment.text) for fragment in pieces):
        raise ValueError("not one place for each character")
    of_each = iter(places)
    for fragment in pieces:
        at = 0
        shaped = fragment.face in fonts.SHAPED_FACES
        for place, signs in groupby([next(of_each) for _ in fragment.text]):
            part = fragment.text[at : (at := at + len(list(signs)))]
            # What stands between words that run from the right is drawn sign by sign, in the order of reading.
            for text_ in part if place.level % 2 and not shaped else (part,):
                width = fonts.width(text_, fragment.face, size)
                yield fragment._replace(text=text_, width=width, level=place.level, isolate=place.isolate)


def _seen(line: Line, style: Style, within: float) -> Line:
    from packets.layout.scripts import bidi

    parts = list(line.fragments)
    base = int(style.from_right)
    for place in range(len(parts) - 1, -1, -1):  # L1: spaces at the end of a line belong to the page
        if not parts[place].text.isspace():
            break
        parts[place] = parts[place]._replace(level=base, isolate=None)
    order = bidi.reordered([bidi.Place(part.level, part.isolate) for part in parts])
    seen = tuple(parts[place] for place in order)
    seen = tuple(
        part._replace(text=bidi.mirror(part.text)) if part.level % 2 and part.face not in fonts.SHAPED_FACES else part
        for part in seen
    )
    used = sum(part.width for part in seen)
    reading = tuple(order.index(place) for place in range(len(order)))
    straight = reading == tuple(range(len(order))) and not any(part.level for part in seen)
    return Line(seen, used, within - used if style.from_right else 0, () if straight else reading)
