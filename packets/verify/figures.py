"""Check that the pictures of a packet are drawn, each with its alternative text, in order and beside its caption."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from packets.errors import Problem
from packets.model import filled_packet
from packets.model.picture import Picture
from packets.values import HiddenFields
from packets.verify.extract_text import without_whitespace


class FoundFigure(HiddenFields, Struct, frozen=True):
    """A figure of a page: its alternative text, and what of the content's pictures is drawn in it.

    `drawn` has the width and height in pixels of each image, and (0, 0) for each line drawing.
    """

    alt: str
    drawn: tuple[tuple[int, int], ...]


def has_pictures(blocks: Iterable[filled_packet.Block]) -> bool:
    return any(_picture(block) for block in filled_packet.flattened(blocks))


def figure_problems(
    found: Sequence[Sequence[FoundFigure]], texts: Sequence[str], blocks: Iterable[filled_packet.Block]
) -> Iterator[Problem]:
    """Report pictures that are missing, drawn elsewhere or read aloud with other words; both lists are by page."""
    figures = [(page, figure) for page, on_page in enumerate(found) for figure in on_page]
    wanted = [block for block in filled_packet.flattened(blocks) if _alt(block)]
    if [figure.alt for _, figure in figures] != [_alt(block) for block in wanted]:
        yield Problem("V24", "the alternative texts of the pictures are not those of the packet, in its order")
        return
    for number, ((page, figure), block) in enumerate(zip(figures, wanted, strict=True), 1):
        picture = _picture(block)
        if picture is None:
            continue
        caption = block.caption if isinstance(block, filled_packet.Figure) else ""
        size = (picture.pixels.width, picture.pixels.height) if picture.pixels else (0, 0)
        if figure.drawn != (size,) or without_whitespace(caption) not in texts[page]:
            yield Problem("V25", f"figure {number} is not drawn on page {page + 1} with its caption")


def read_figures(data: bytes, password: str | None = None) -> list[list[FoundFigure]]:
    """Return the figures of each page, in the order in which they are read aloud."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data, password=password)
    try:
        return [list(_figures(page)) for page in document]
    finally:
        document.close()


def _figures(page: Any) -> Iterator[FoundFigure]:
    from pypdfium2 import raw

    drawn: dict[int, list[tuple[int, int]]] = {}
    for place in range(raw.FPDFPage_CountObjects(page.raw)):
        thing = raw.FPDFPage_GetObject(page.raw, place)
        kind = raw.FPDFPageObj_GetType(thing)
        if kind not in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM):
            continue
        width, height = ctypes.c_uint(0), ctypes.c_uint(0)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            raw.FPDFImageObj_GetImagePixelSize(thing, width, height)
        mark = raw.FPDFPageObj_GetMarkedContentID(thing)
        drawn.setdefault(mark, []).append((width.value, height.value))
    tree = raw.FPDF_StructTree_GetForPage(page.raw)
    try:
        roots = [raw.FPDF_StructTree_GetChildAtIndex(tree, place) for place in range(_count(tree))]
        for element in [each for root in roots if root for each in _elements(root)]:
            if _string(raw.FPDF_StructElement_GetType, element) == "Figure":
                marks = range(max(0, raw.FPDF_StructElement_GetMarkedContentIdCount(element)))
                ids = [raw.FPDF_StructElement_GetMarkedContentIdAtIndex(element, place) for place in marks]
                inside = tuple(size for mark in ids for size in drawn.get(mark, ()))
                yield FoundFigure(_string(raw.FPDF_StructElement_GetAltText, element), inside)
    finally:
        raw.FPDF_StructTree_Close(tree)


def _count(tree: Any) -> int:
    from pypdfium2 import raw

    return max(0, int(raw.FPDF_StructTree_CountChildren(tree)))


def _elements(element: Any) -> Iterator[Any]:
    from pypdfium2 import raw

    yield element
    for place in range(max(0, raw.FPDF_StructElement_CountChildren(element))):
        child = raw.FPDF_StructElement_GetChildAtIndex(element, place)
        if child:  # marked content has none
            yield from _elements(child)


def _string(read: Any, element: Any) -> str:
    length = read(element, None, 0)
    buffer = ctypes.create_string_buffer(length)
    read(element, buffer, length)
    return buffer.raw[: max(0, length - 2)].decode("utf-16-le")


def _picture(block: filled_packet.Block) -> Picture | None:
    if isinstance(block, filled_packet.Letterhead):
        return block.logo
    return block.picture if isinstance(block, filled_packet.Figure) else None


def _alt(block: filled_packet.Block) -> str:
    if isinstance(block, filled_packet.Figure):
        return block.alt
    if isinstance(block, filled_packet.Letterhead):
        return block.name if block.logo else ""
    return block.qr_alt if isinstance(block, filled_packet.Booking | filled_packet.HelpStrip) else ""
