"""Break a paragraph into lines, and draw them as content of their structure elements."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from packets.layout import bidi_lines, fonts
from packets.layout.line_breaker import Line, Lines, fill_lines, fragments, positioned_fragments, single_line
from packets.layout.page import ACCENT, WHITE, Color, Style
from packets.layout.pen import Pen
from packets.layout.structure_tree import Elem, Slot
from packets.layout.words import Fragment
from packets.model.filled_packet import Span
from packets.model.text_direction import RIGHT_TO_LEFT
from packets.values import HiddenFields

_UNLIMITED = 1e6  # points


def break_lines(spans: tuple[Span, ...], style: Style, width: float, *, within: float = 0) -> Lines:
    """Break spans into lines of `width`, cached for texts that many packets have. Raise fonts.MissingGlyphError.

    Right-to-left text is aligned with the right edge of `within` if that is wider. A last line of one short word is
    avoided where a slightly narrower width gives as many lines without it.
    """
    return _break_lines(spans, style, width, max(width, within))


@lru_cache(maxsize=1 << 9)
def _break_lines(spans: tuple[Span, ...], style: Style, width: float, within: float) -> Lines:
    return break_lines_uncached(spans, style, width, within=within)


def break_lines_uncached(spans: tuple[Span, ...], style: Style, width: float, *, within: float = 0) -> Lines:
    """Break spans as `break_lines` does, without the cache: for one patient's texts."""
    if style.right_to_left or RIGHT_TO_LEFT.search("".join([span.text for span in spans])):
        return bidi_lines.lines(spans, style, width, max(width, within))
    if (line := single_line(spans, style, width)) is not None:
        return Lines(spans, style, (line,))
    return Lines(spans, style, fill_lines(fragments(spans, style), style, width))


class SpanSlots(HiddenFields, Struct, frozen=True, eq=False):
    """The structure slots of a paragraph's spans: plain text in its element, links in elements of their own."""

    slots: tuple[Slot, ...]


def span_slots(elem: Elem, spans: tuple[Span, ...]) -> SpanSlots:
    slots: list[Slot] = []
    plain: Slot | None = None
    for span in spans:
        if span.link:
            plain = None
            slots.append(elem.add("Link").slot())
        else:
            plain = plain or elem.slot()
            slots.append(plain)
    return SpanSlots(tuple(slots))


def draw(pen: Pen, lines: Lines, span_slots: SpanSlots, x: float, top: float) -> None:
    """Draw line by line; adjacent text of one slot is one marked content sequence, also over several lines."""
    style = lines.style
    baseline = style.baseline(top)
    alone = len(span_slots.slots) == 1 or all(slot is span_slots.slots[0] for slot in span_slots.slots)
    if lines.lines and alone and not lines.spans[0].link:
        with pen.mark(span_slots.slots[0]):
            for line in lines.lines:
                _draw_line(pen, line, x, baseline, style)
                baseline -= style.leading
        return
    runs: list[tuple[Slot, list[tuple[float, float, Fragment]]]] = []
    for line in lines.lines:
        for at, fragment in positioned_fragments(line, x):
            slot = span_slots.slots[fragment.span]
            if not runs or runs[-1][0] is not slot:
                runs.append((slot, []))
            runs[-1][1].append((at, baseline, fragment))
        baseline -= style.leading
    for slot, pieces in runs:
        with pen.mark(slot):
            for at, y, text, name in _joined(pieces):
                color = _link_color(style) if lines.spans[pieces[0][2].span].link else style.color
                pen.text(at, y, text, name, style.size, color)
        span = lines.spans[pieces[0][2].span]
        if span.link:
            _link(pen, slot, span, pieces, style)


def _draw_line(pen: Pen, line: Line, x: float, baseline: float, style: Style) -> None:
    """Join adjacent fragments of one font."""
    if line.reading:
        draw_fragments(pen, line, x, baseline, style)
        return
    x += line.left
    start, text, name = x, "", ""
    for fragment in line.fragments:
        if fragment.font == name:
            text += fragment.text
        else:
            if text:
                pen.text(start, baseline, text, name, style.size, style.color)
            start, text, name = x, fragment.text, fragment.font
        x += fragment.width
    if text:
        pen.text(start, baseline, text, name, style.size, style.color)


def draw_fragments(pen: Pen, line: Line, x: float, baseline: float, style: Style) -> None:
    """Draw each fragment of a line, in reading order, in an open mark or artifact."""
    for left, fragment in positioned_fragments(line, x):
        pen.text(left, baseline, fragment.text, fragment.font, style.size, style.color)


def _joined(pieces: list[tuple[float, float, Fragment]]) -> Iterator[tuple[float, float, str, str]]:
    """Join adjacent fragments of one font on one line."""
    at, y, first = pieces[0]
    text, name, end = first.text, first.font, at + first.width
    for x, base, fragment in pieces[1:]:
        if base == y and fragment.font == name and x == end and not fragment.level:
            text += fragment.text
            end = x + fragment.width
            continue
        yield at, y, text, name
        at, y, text, name, end = x, base, fragment.text, fragment.font, x + fragment.width
    yield at, y, text, name


def _link(pen: Pen, slot: Slot, span: Span, pieces: list[tuple[float, float, Fragment]], style: Style) -> None:
    rows: dict[float, tuple[float, float]] = {}
    for x, y, fragment in pieces:
        left, right = rows.get(y, (x, x))
        rows[y] = (min(left, x), max(right, x + fragment.width))
    for y, (left, right) in rows.items():
        pen.link(slot, (left, y - style.size * 0.25, right, y + style.size * 0.85), span.link, span.link_title)
        with pen.artifact():
            pen.line(left, y - style.size * 0.13, right, y - style.size * 0.13, style.size * 0.05, _link_color(style))


def _link_color(style: Style) -> Color:
    return WHITE if style.color == WHITE else ACCENT  # on a dark bar


def shown_width(line: Line, style: Style) -> float:
    """Return the width without the space at the end."""
    return line.width - sum(_spaces(line, style))


def aligned(line: Line, style: Style, width: float, share: float) -> Line:
    """Move a line between the left end of `width` (`share` 0) and its right end (1)."""
    left, _ = _spaces(line, style)
    return line._replace(left=(width - shown_width(line, style)) * share - left)


def _spaces(line: Line, style: Style) -> tuple[float, float]:
    """Return the widths of the spaces at the left and right; the end of a right-to-left line is at its left."""
    first, last = (
        fonts.width(each.text, each.font, style.size) if each.text.isspace() else 0.0
        for each in (line.fragments[0], line.fragments[-1])
    )
    return first, last


def drawn_width(text: str, strong: bool, size: float) -> float:
    """Return the width in points of an unbroken line."""
    runs = fonts.runs(text, strong)
    if len(runs) == 1:
        return fonts.width(text, runs[0][0], size)
    return sum([fonts.width(piece, name, size) for name, piece in runs])


def plain(text: str) -> tuple[Span, ...]:
    return (Span(text),)


def draw_unbroken(pen: Pen, x: float, baseline: float, text: str, style: Style) -> None:
    """Draw one unbroken line, in an open mark or artifact."""
    for line in break_lines(plain(text), style, _UNLIMITED).lines:
        draw_fragments(pen, line._replace(left=0), x, baseline, style)
