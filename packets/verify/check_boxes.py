"""Count the empty boxes to check that a PDF shows, and compare them with those of the packet."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator

from packets.errors import Problem
from packets.model import filled_packet
from packets.verify import pdfium

_ROUNDED_SQUARE = 17  # segments: a start, four sides and four corners of a side and a curve each, and the end
_ALIKE = 0.5  # points by which width and height may differ


def boxes_of(blocks: Iterable[filled_packet.Block]) -> int:
    """Return how many boxes to check the blocks have."""
    count = 0
    for block in filled_packet.flattened(blocks):
        if isinstance(block, filled_packet.FormTable):
            count += sum(row.boxes for row in block.rows)
        elif isinstance(block, filled_packet.CheckItem):
            count += 1
    return count


def box_problems(
    found: int, blocks: Iterable[filled_packet.Block], pages_have: str = "the file has"
) -> Iterator[Problem]:
    """Report a number of boxes that is not the packet's; those of a packet without boxes are not counted."""
    wanted = boxes_of(blocks)
    if wanted and found != wanted:
        yield Problem("V27", f"{pages_have} {found} boxes to check instead of {wanted}")


def count_boxes(page: pdfium.OpenPage) -> int:
    """Return the number of empty squares that are drawn on a page."""
    raw = pdfium.library()
    left, low, right, high = (ctypes.c_float() for _ in range(4))
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    count = 0
    for place in range(raw.FPDFPage_CountObjects(page.page)):
        drawn = raw.FPDFPage_GetObject(page.page, place)
        if raw.FPDFPageObj_GetType(drawn) != raw.FPDF_PAGEOBJ_PATH:
            continue
        if raw.FPDFPath_CountSegments(drawn) != _ROUNDED_SQUARE:
            continue
        raw.FPDFPath_GetDrawMode(drawn, fill, stroke)  # pdfium leaves out a path that has neither
        raw.FPDFPageObj_GetBounds(drawn, left, low, right, high)
        is_square = abs((right.value - left.value) - (high.value - low.value)) < _ALIKE
        count += bool(is_square and not fill.value)
    return count
