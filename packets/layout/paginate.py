"""Distribute boxes over pages before anything is drawn, so that page 1 knows the number of pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from packets.layout.boxes import LayoutBox, StackBox, TextBox, WholeBox
from packets.layout.decorations import Break, PageBottom, Rule, WritingLines
from packets.layout.pen import Pen

# A page break takes effect only if more than this share of the page is used, so that a packet in large print is not
# half empty because its summary ran over by three lines.
_FULL_ENOUGH = 0.6
_NEARLY_EMPTY = 0.25  # a last page with less than this share of it used
_MOST_ADDED_LINES = 9


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PositionedBox:
    piece: LayoutBox
    top: float  # points below the top of the text area


class DoesNotFit(Exception):
    """Report a box that is higher than a page and cannot be split."""

    def __init__(self, piece: LayoutBox) -> None:
        super().__init__(type(piece).__name__)


def paginate(
    pieces: Sequence[LayoutBox], height: float, below_heading: float = 0
) -> tuple[tuple[PositionedBox, ...], ...]:
    """Return the boxes of each page; at least `below_heading` points of what follows stay with a heading.

    A PageBottom box is at the bottom of the first page, and keeps its place in the order of drawing. Raise DoesNotFit.
    """
    index = next((index for index, piece in enumerate(pieces) if is_page_bottom(piece)), None)
    if index is None:
        return _with_breaks(pieces, height, height, below_heading)
    bottom = pieces[index]
    least = height - bottom.height - bottom.before
    if StackBox(tuple(pieces[:index])).height > least:
        return _with_breaks(pieces, height, height, below_heading)  # too much above it: then it comes in its turn
    above = [*pieces[: index - 1], *(_Free(piece, piece.before, piece.after) for piece in pieces[index - 1 : index])]
    pages = list(_with_breaks([*above, *pieces[index + 1 :]], least, height, below_heading))
    first = [PositionedBox(_freed(item.piece), item.top) for item in pages[0]]
    here = [item.piece for item in first]
    if any(piece.height and all(piece is not other for other in here) for piece in pieces[:index]):
        return _with_breaks(pieces, height, height, below_heading)
    place = sum(any(piece is other for other in pieces[:index]) for piece in here)
    first.insert(place, PositionedBox(bottom, height - bottom.height))
    return (tuple(first), *pages[1:])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Free(WholeBox):
    """The last box above the strip. The strip is always on its page, so the box after the strip need not be."""

    piece: LayoutBox
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return self.piece.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        self.piece.draw(pen, x, top)


def _freed(piece: LayoutBox) -> LayoutBox:
    return piece.piece if isinstance(piece, _Free) else piece


def has_room_for_page_bottom(pages: Sequence[Sequence[PositionedBox]]) -> bool:
    """Return whether a PageBottom box, if there is one, is on the first page."""
    return not any(is_page_bottom(item.piece) for page in pages[1:] for item in page)


def is_page_bottom(piece: LayoutBox) -> bool:
    return isinstance(getattr(piece, "piece", piece), PageBottom)  # or its placeholder in a template


def _with_breaks(
    pieces: Sequence[LayoutBox], first: float, height: float, below_heading: float
) -> tuple[tuple[PositionedBox, ...], ...]:
    """Return the boxes of each page; `first` is the height of the first one."""
    pages: list[tuple[PositionedBox, ...]] = []
    start = 0
    for index, piece in enumerate(pieces):
        if isinstance(piece, Break) and piece.always:
            pages += _pages(pieces[start:index], height if pages else first, height, below_heading)
            start = index + 1
    return (*pages, *_pages(pieces[start:], height if pages else first, height, below_heading))


def _pages(
    pieces: Sequence[LayoutBox], first: float, height: float, below_heading: float
) -> tuple[tuple[PositionedBox, ...], ...]:
    pages: list[list[LayoutBox]] = [[]]
    rest = list(pieces)
    while rest:
        piece = rest.pop(0)
        page = pages[-1]
        available = height if len(pages) > 1 else first
        if isinstance(piece, Break):
            if page and _used(page) > _FULL_ENOUGH * available:
                pages.append([])
            continue
        if isinstance(piece, Rule) and not page:
            continue  # nothing is above it
        gap = max(page[-1].after, piece.before) if page else 0
        room = available - _used(page) - gap
        only_headings = all(other.keep_next for other in page)  # moving them to another page would change nothing
        if piece.height <= room + 1e-6 and (only_headings or _head_room(piece, rest, room, below_heading)):
            page.append(piece)
            continue
        # A box that does not fit below its headings on an empty page is split there.
        parts = piece.split(room, room if only_headings else height)
        if parts is not None:
            page.append(parts[0])
            rest.insert(0, parts[1])
        elif only_headings:
            if not page:
                raise DoesNotFit(piece)
            rest.insert(0, piece)  # too high for the room below its headings, which stay here
        else:
            back: list[LayoutBox] = []
            while page[-1].keep_next:
                back.insert(0, page.pop())
            rest[:0] = [*back, piece]
        pages.append([])
    filled = [page for page in pages if page]
    while _balance(filled, height):
        pass
    heights = [first if number == 0 else height for number in range(len(filled))]
    return tuple(_positioned(_stretched(page, room)) for page, room in zip(filled, heights, strict=True))


def _balance(pages: list[list[LayoutBox]], height: float) -> bool:
    """Move the last box of the page before to a last page with little on it.

    Return whether there may be more to move; lines to write on are enough, since they grow into the free room.
    """
    if len(pages) < 2 or _used(pages[-1]) > _FULL_ENOUGH * height:
        return False
    before = pages[-2]
    lines = isinstance(before[-1], WritingLines) and before[-1].elastic
    if not lines and _used(pages[-1]) > _NEARLY_EMPTY * height:
        return False
    start = len(before) - 1
    while start and before[start - 1].keep_next:
        start -= 1
    moved = before[start:]
    if start and _used([*moved, *pages[-1]]) <= height and (lines or _used(before[:start]) > _FULL_ENOUGH * height):
        pages[-1][:0] = moved
        del before[start:]
        return not lines
    return False


def _used(page: Sequence[LayoutBox]) -> float:
    return StackBox(tuple(page)).height


def _head_room(
    piece: LayoutBox, following: Sequence[LayoutBox], room: float, below_heading: float, least: float = 0
) -> bool:
    """Return whether what `piece` must stay with can begin on this page too; `least` is the height that still must."""
    if isinstance(piece, TextBox) and piece.bookmark:
        least = below_heading
    elif least:
        least -= piece.height
    if not following or isinstance(following[0], Break) or (least <= 0 and not piece.keep_next):
        return True
    if not piece.keep_next and isinstance(following[0], Rule):
        return True  # the rule above the next heading: this part ends here
    room -= piece.height + max(piece.after, following[0].before)
    lead = following[0].height if following[0].keep_next else following[0].lead
    if not following[0].keep_next and following[0].height > following[0].lead:
        lead = max(lead, min(least, following[0].height))
    return lead <= room + 1e-6 and _head_room(following[0], following[1:], room, below_heading, least)


def _stretched(page: list[LayoutBox], height: float) -> list[LayoutBox]:
    """Add lines to the last elastic WritingLines of the page, into the free room."""
    for index in range(len(page) - 1, -1, -1):
        piece = page[index]
        if isinstance(piece, WritingLines) and piece.elastic:
            more = min(_MOST_ADDED_LINES, int((height - _used(page)) // piece.distance))
            return [*page[:index], replace(piece, count=piece.count + max(0, more)), *page[index + 1 :]]
    return page


def _positioned(page: Sequence[LayoutBox]) -> tuple[PositionedBox, ...]:
    positioned: list[PositionedBox] = []
    top = 0.0
    for index, piece in enumerate(page):
        if index:
            top += max(page[index - 1].after, piece.before)
        positioned.append(PositionedBox(piece, top))
        top += piece.height
    return tuple(positioned)
