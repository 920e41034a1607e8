"""Distribute boxes over pages before anything is drawn, so that page 1 knows the number of pages."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from packets.layout.boxes import LayoutBox, StackBox
from packets.layout.decorations import Break, PageBottom
from packets.layout.page_breaks import DoesNotFitError, PageBreaks
from packets.values import HiddenFields

__all__ = ["DoesNotFitError", "PositionedBox", "has_room_for_page_bottom", "is_page_bottom", "paginate"]


class PositionedBox(HiddenFields, Struct, frozen=True, eq=False):
    box: LayoutBox
    top: float  # points below the top of the text area


def paginate(
    boxes: Sequence[LayoutBox], height: float, below_heading: float = 0, *, page_by_page: bool = False
) -> tuple[tuple[PositionedBox, ...], ...]:
    """Return the boxes of each page; at least `below_heading` points of what follows stay with a heading.

    With `page_by_page`, each page is as full as it can be; otherwise the best pages for the whole document are chosen.
    A PageBottom box is at the bottom of the first page, and keeps its place in the order of drawing.

    Raise DoesNotFitError.
    """

    def divided(boxes: Sequence[LayoutBox], first: float, together: int = 0) -> tuple[tuple[PositionedBox, ...], ...]:
        """Return the boxes of each page; the first one has `first` points, and at least the boxes of `together`."""
        pages: list[tuple[PositionedBox, ...]] = []
        start = 0
        breaks = [index for index, box in enumerate(boxes) if isinstance(box, Break) and box.always]
        for end in (*breaks, len(boxes)):
            part = boxes[start:end]
            breaker = PageBreaks(part, height if start else first, height, below_heading, together, page_by_page)
            pages += map(_positioned, breaker.pages())
            start, together = end + 1, 0
        return tuple(pages)

    index = next((index for index, box in enumerate(boxes) if is_page_bottom(box)), None)
    if index is None:
        return divided(boxes, height)
    bottom = boxes[index]
    above, least = boxes[:index], height - bottom.height - bottom.before
    if StackBox(tuple(above)).height > least or any(isinstance(box, Break) for box in above):
        return divided(boxes, height)  # too much above it: then it comes in its turn
    first, *others = divided([*above, *boxes[index + 1 :]], least, index)
    place = sum(any(item.box is box for box in above) for item in first)
    strip = PositionedBox(bottom, height - bottom.height)
    return ((*first[:place], strip, *first[place:]), *others)


def has_room_for_page_bottom(pages: Sequence[Sequence[PositionedBox]]) -> bool:
    """Return whether a PageBottom box, if there is one, is on the first page."""
    return not any(is_page_bottom(item.box) for page in pages[1:] for item in page)


def is_page_bottom(box: LayoutBox) -> bool:
    return isinstance(getattr(box, "box", box), PageBottom)  # or its placeholder in a template


def _positioned(page: Sequence[LayoutBox]) -> tuple[PositionedBox, ...]:
    positioned: list[PositionedBox] = []
    top = 0.0
    for index, box in enumerate(page):
        if index:
            top += max(page[index - 1].after, box.before)
        positioned.append(PositionedBox(box, top))
        top += box.height
    return tuple(positioned)
