"""A block of a packet in, whether it is one patient's and what of it would change a page out.

A block that is nobody's is told by every one of its values, so a shape can only serve a packet that says the same.
A personal block is told by the room it takes and by its structure, never by its words.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Any

from packets.domain import filled
from packets.layout.pieces import Columns, Stack, TextPiece
from packets.layout.tagging.tree import Elem, Slot
from packets.layout.text import Lines, Places


def is_personal(block: filled.Block) -> bool:
    match block:
        case filled.Identifiers() | filled.Timeline() | filled.Booking():
            return True  # a booking's QR code may be the patient's own
        case filled.DateTable():
            return any(row.when for row in block.rows)
        case filled.FillIn():
            return bool(block.value)
        case filled.Paragraph() | filled.Tick():
            return _any_personal(block.spans)
        case filled.Items():
            return any(map(_any_personal, block.items))
        case filled.Small():
            return any(map(_any_personal, block.paragraphs))
        case filled.Box():
            return any(map(is_personal, block.blocks))
        case _:
            return False


def _any_personal(spans: filled.Spans) -> bool:
    return any(span.personal for span in spans)


def own(block: filled.Block) -> tuple[Hashable, tuple[str, ...]] | None:
    """What a personal block says to everybody, as a key, and its own words; None where they are not told apart."""
    match block:
        case filled.Identifiers():
            return ("Identifiers", *[label for label, _ in block.pairs]), tuple([value for _, value in block.pairs])
        case filled.Timeline():
            points = [(point.first_day, point.last_day, point.label) for point in block.points]
            return ("Timeline", *points), (*[point.date for point in block.points], block.alt)
        case filled.DateTable():
            rows = [(row.label, bool(row.when), row.interval) for row in block.rows]
            return ("DateTable", block.heads, *rows), tuple([row.when for row in block.rows if row.when])
        case filled.Tick() | filled.Paragraph(small=False):
            key = [span.strong if span.personal else (span.text, span.strong, span.link) for span in block.spans]
            if any(span.link for span in block.spans):
                return None
            return (type(block).__name__, *key), tuple([span.text for span in block.spans if span.personal])
        case _:
            return None


def rewritten(block: filled.Block, words: Iterator[str]) -> filled.Block:
    """With other own words, in the order of `own`."""
    match block:
        case filled.Identifiers():
            return filled.Identifiers(tuple((label, next(words)) for label, _ in block.pairs))
        case filled.Timeline():
            points = tuple(replace(point, date=next(words)) for point in block.points)
            return filled.Timeline(points, next(words))
        case filled.DateTable():
            return replace(block, rows=tuple(replace(row, when=next(words)) if row.when else row for row in block.rows))
        case filled.Tick() | filled.Paragraph():
            spans = tuple(replace(span, text=next(words)) if span.personal else span for span in block.spans)
            return replace(block, spans=spans)
        case _:
            raise TypeError(type(block).__name__)


def value(of: Any) -> Hashable:
    """Everything that a block says, as a key."""
    if isinstance(of, tuple):
        return tuple([value(part) for part in of])
    if isinstance(of, str | int | float | None):
        return of
    return (type(of).__name__, *[value(getattr(of, name)) for name in of.__slots__])


def room(of: Any) -> Hashable:
    """The geometry of pieces: sizes and numbers of lines, and no text but that of bookmarks."""
    tell = _ROOM.get(type(of))
    return tell(of) if tell else (type(of).__name__, *[room(getattr(of, name)) for name in of.__slots__])


def _room_of_lines(lines: Lines) -> Hashable:
    """Which spans there are counts as well: each has its marks and links."""
    spans = [bool(span.text) + 2 * bool(span.link) for span in lines.spans]
    return len(lines.lines), *spans, lines.style.size, lines.style.leading


def _room_of_text(piece: TextPiece) -> Hashable:
    label = room(piece.label) if piece.label else None
    mark = (piece.bookmark.title, piece.bookmark.level) if piece.bookmark else None
    return _room_of_lines(piece.lines), piece.before, piece.after, piece.keep_next, mark, label


def _room_of_stack(stack: Stack) -> Hashable:
    return "Stack", *[room(piece) for piece in stack.pieces], stack.before, stack.after, stack.keep_next


def _room_of_columns(row: Columns) -> Hashable:
    inside = [part for left, stack in row.columns for part in (left, _room_of_stack(stack))]
    return *inside, row.before, row.after, row.keep_next, row.rule, row.pad, row.middle, row.writing


def _itself(of: Hashable) -> Hashable:
    return of


def _nothing(of: object) -> Hashable:
    return None


_ROOM: dict[type, Callable[[Any], Hashable]] = {
    **dict.fromkeys((float, int, bool, type(None)), _itself),
    **dict.fromkeys((str, Places, Slot), _nothing),
    tuple: lambda parts: tuple([room(part) for part in parts]),
    Lines: _room_of_lines,
    TextPiece: _room_of_text,
    Stack: _room_of_stack,
    Columns: _room_of_columns,
}


def structure(elem: Elem) -> Hashable:
    """The shape of a structure tree: roles and attributes, and no alternative text but whether there is one."""
    attributes = tuple((owner, *values.items()) for owner, values in elem.attributes.items())
    children = tuple(structure(child) if isinstance(child, Elem) else None for child in elem.children)
    return elem.role, bool(elem.alt), elem.language, attributes, children


def alts(elem: Elem) -> Iterator[str]:
    if elem.alt:
        yield elem.alt
    for child in elem.children:
        if isinstance(child, Elem):
            yield from alts(child)
