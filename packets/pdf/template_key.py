"""Decide which blocks belong to one patient, and what else about them changes the layout of a page.

A template serves all packets whose shared blocks are equal and whose personal blocks have equal geometry and structure.
A block that is wrongly treated as shared costs a template for each patient, never a wrong page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, assert_never

from msgspec.structs import astuple

from packets.layout.boxes import Bookmark
from packets.layout.line_breaker import Lines
from packets.layout.structure_tree import Elem, Slot
from packets.layout.text import SpanSlots
from packets.model import filled_packet
from packets.model.handout import CalloutKind
from packets.model.picture import Picture


def is_personal(block: filled_packet.Block) -> bool:
    """Return whether a block may hold a patient's own words."""
    match block:
        case filled_packet.Identifiers():
            return True
        case filled_packet.Booking() | filled_packet.HelpStrip():
            return True  # the QR code may be the patient's own
        case filled_packet.DateTable() | filled_packet.Countdown():
            return any(row.when for row in block.rows)
        case filled_packet.FillIn():
            return bool(block.value)
        case filled_packet.Paragraph() | filled_packet.CheckItem():
            return _has_personal(block.spans)
        case filled_packet.ListBlock():
            return any(map(_has_personal, block.items))
        case filled_packet.Disclaimer():
            return any(map(_has_personal, block.paragraphs))
        case filled_packet.Table():
            return any(_has_personal(cell) for row in block.rows for cell in row)
        case filled_packet.FormTable():
            return block.personal
        case filled_packet.NoticeBox() | filled_packet.Callout() | filled_packet.Together():
            return any(map(is_personal, block.blocks))
        case (
            filled_packet.Letterhead()
            | filled_packet.Title()
            | filled_packet.Heading()
            | filled_packet.Figure()
            | filled_packet.DraftMark()
            | filled_packet.NewPage()
            | filled_packet.TurnPage()
        ):
            return False  # the whole block is part of the key
        case _:
            assert_never(block)


def _has_personal(spans: filled_packet.Spans) -> bool:
    return any([span.personal for span in spans])


def geometry_key(value: Any) -> Any:
    """Return tuples of all sizes of boxes and the numbers of their lines, without any text but that of bookmarks."""
    kind = type(value)
    if kind is tuple:
        return tuple([part if type(part) in _SCALARS else geometry_key(part) for part in value])
    if kind in _SCALARS:
        return value
    key = _KEYS.get(kind)
    if key is not None:
        return key(value)
    parts = [part if type(part) in _SCALARS else geometry_key(part) for part in astuple(value)]
    return kind.__name__, tuple(parts)


def _lines_key(lines: Lines) -> Any:
    """Return the number of lines, their sizes, and which spans are empty (no marked content) or links (annotations)."""
    spans = tuple([bool(span.text) + 2 * bool(span.link) for span in lines.spans])
    return len(lines.lines), spans, lines.style.size, lines.style.leading


_SCALARS = frozenset((float, int, bool, type(None)))
_KEYS: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys((str, CalloutKind, SpanSlots, Slot), lambda value: None),
    Bookmark: lambda bookmark: (bookmark.title, bookmark.level),
    Lines: _lines_key,
    Picture: lambda picture: picture.sha256,
}


def structure_key(elem: Elem) -> Any:
    """Return tuples of the roles and attributes of a structure tree, without alternative texts that may be personal."""
    attributes = tuple([(owner, *values.items()) for owner, values in elem.attributes.items()])
    children = tuple([structure_key(child) if isinstance(child, Elem) else None for child in elem.children])
    return elem.role, elem.alt if elem.alt_is_shared else bool(elem.alt), elem.language, attributes, children


def alternative_texts(elem: Elem) -> Iterator[str]:
    """Yield the alternative texts below an element that may be a patient's, in reading order."""
    if elem.personal_alt:
        yield elem.personal_alt
    for child in elem.children:
        if isinstance(child, Elem):
            yield from alternative_texts(child)
