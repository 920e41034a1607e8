"""Choose where the pages end: each way to end a page has a cost, and the cheapest way to print everything is taken."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from copy import copy
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from packets.layout.boxes import LayoutBox, StackBox, TextBox
from packets.layout.decorations import Break, Rule, WritingLines
from packets.values import HiddenFields

# A page with less than this share of it used is too empty, and a page break on it does not take effect: a packet in
# large print is not half empty because its summary ran over by three lines. On a page that is not nearly full, a page
# break does not take effect if the packet has one page less without it.
_FULL_ENOUGH = 0.62
_NEARLY_FULL = 0.8
_WORTH_TRYING = 0.5  # a page is ended with less than this share used only if there is no other way
_NEARLY_EMPTY = 0.25  # a last page with less than this share used
_HIGH = 0.25  # of a page: a box as high as this may be split even if all of it fits
_MOST_LINES = 6  # to write on, after lines were added to fill the page

# What a page costs. A page more is the worst; but it is better than two pages that are too empty.
_PAGE = 100.0
_TOO_EMPTY = 60.0
_LAST_PAGE_NEARLY_EMPTY = 20.0
_FREE = 10.0  # for a whole page: all pages before the last are filled as far as they can be
_SPLIT = 1.0
_BREAK_IGNORED = 50.0
_NOT_ALLOWED = 1000.0  # such as a heading at the end of a page


class DoesNotFitError(Exception):
    """Report a box that is taller than a page and cannot be split."""

    def __init__(self, box: LayoutBox) -> None:
        super().__init__(type(box).__name__)


class _Position(Struct, frozen=True, order=True):
    """Where a page begins: the index of a box, and how many points of it are on the page before."""

    index: int
    done: float = 0.0


class _End(Struct, frozen=True, eq=False):
    """A way to end a page; `rest` is the rest of the box at the next position if that was split."""

    page: tuple[LayoutBox, ...]
    next: _Position
    cost: float
    share: float  # of the page that is used
    rest: LayoutBox | None = None
    allowed: bool = True


class _Page:
    """The boxes of a page that is being filled, their height, and what the page costs so far."""

    def __init__(self, available: float) -> None:
        self.available = available
        self.boxes: list[LayoutBox] = []
        self.used = 0.0
        self.heading: float | None = None  # where what is below the last heading begins
        self.lines: WritingLines | None = None  # that can fill the free room
        self.cost = _PAGE

    def room(self, box: LayoutBox) -> float:
        """Return what is left for a box below those that are there."""
        return self.available - self.used - self._gap(box)

    def _gap(self, box: LayoutBox) -> float:
        return max(self.boxes[-1].after, box.before) if self.boxes else 0.0

    def add(self, box: LayoutBox, height: float) -> None:
        if self.boxes and _is_heading(self.boxes[-1]):
            self.heading = self.used + self._gap(box)
        self.used += self._gap(box) + height
        self.boxes.append(box)
        if isinstance(box, WritingLines) and box.elastic:
            self.lines = box

    def copy(self) -> _Page:
        page = copy(self)
        page.boxes = self.boxes.copy()
        return page

    def free(self) -> float:
        """Return the height that stays empty after lines to write on were added."""
        free = self.available - self.used
        return free - _added_lines(self.lines, free) * self.lines.distance if self.lines else free

    def below_heading(self) -> float:
        """Return the height of what is below the last heading."""
        if _is_heading(self.boxes[-1]):
            return 0.0
        return inf if self.heading is None else self.used - self.heading


class PageBreaks(HiddenFields, Struct, eq=False):
    """Divide boxes into pages of `height`, the first one of `first`; lengths are in points.

    At least `below_heading` of what follows stays with a heading. The first page has at least the first `together`
    boxes, and may end after them.
    """

    boxes: Sequence[LayoutBox]
    first: float
    height: float
    below_heading: float = 0
    together: int = 0
    page_by_page: bool = False  # each page as full as it can be, whatever follows it
    heights: tuple[float, ...] = ()  # of the boxes

    def __post_init__(self) -> None:
        self.heights = tuple(box.height for box in self.boxes)

    def pages(self) -> list[list[LayoutBox]]:
        """Return the boxes of each page. Raise DoesNotFitError."""
        start, end = _Position(0), _Position(len(self.boxes))
        costs = {start: 0.0}
        ways: dict[_Position, tuple[_Position, _End]] = {}
        waiting = [start]
        while (position := heapq.heappop(waiting)) != end:  # the least position: no other leads back to it
            rest = ways[position][1].rest if position in ways else None
            for way in self._ways(position, rest):
                cost = costs[position] + way.cost
                if way.next not in costs:
                    heapq.heappush(waiting, way.next)
                if cost < costs.get(way.next, inf):
                    costs[way.next] = cost
                    ways[way.next] = position, way
        pages: list[list[LayoutBox]] = []
        while position != start:
            position, way = ways[position]
            pages.insert(0, _stretched(way.page, self._available(position)))
        return [page for page in pages if page]

    def _available(self, start: _Position) -> float:
        return self.height if start.index or start.done else self.first

    def _ways(self, start: _Position, rest: LayoutBox | None) -> list[_End]:
        """Return the ways to end the page that begins at a position: what is allowed and not too empty, if possible."""
        ends = list(self._ends(start, rest))
        allowed = [end for end in ends if end.allowed] or ends[-1:]
        if self.page_by_page:
            return allowed[-1:]
        return [end for end in allowed if end.share >= _WORTH_TRYING] or allowed[-1:]

    def _ends(self, start: _Position, rest: LayoutBox | None) -> Iterator[_End]:
        """Yield every way to end a page, the fullest last."""
        page = _Page(self._available(start))
        together = 0 if start.index or start.done else self.together
        for index in range(start.index, len(self.boxes)):
            box, height, done = self.boxes[index], self.heights[index], 0.0
            if index == start.index and rest is not None:
                box, height, done = rest, rest.height, start.done
            if isinstance(box, Break):
                share = page.used / page.available
                if share > _FULL_ENOUGH:
                    yield self._end(page, _Position(index + 1), may_end=True)
                    page.cost += _BREAK_IGNORED
                if share > _NEARLY_FULL:
                    return
                continue
            if isinstance(box, Rule) and not page.boxes:
                continue  # nothing is above it
            room = page.room(box)
            if height <= room + 1e-6:
                if height > _HIGH * self.height and (parts := box.split(height - 1, self.height)):
                    yield self._split(page.copy(), index, done, height, parts)
                page.add(box, height)
                if index + 1 >= together:
                    yield self._end(page, _Position(index + 1), may_end=index + 1 == together)
                continue
            # A box that does not fit below its headings on an empty page is split there.
            only_headings = all(other.keep_next for other in page.boxes)
            parts = box.split(room, room if only_headings else self.height)
            if parts is not None:
                yield self._split(page, index, done, height, parts)
            elif only_headings:
                if not page.boxes:
                    raise DoesNotFitError(box)
                # Too high for the room below its headings, which stay here.
                yield self._end(page, _Position(index, done), rest if done else None, may_end=True)
            return
        if not page.boxes:
            yield _End((), _Position(len(self.boxes)), 0, 0)

    def _split(self, page: _Page, index: int, done: float, height: float, parts: tuple[LayoutBox, LayoutBox]) -> _End:
        """Return the end of a page with the first part of a box."""
        upper, lower = parts
        page.add(upper, upper.height)
        return self._end(page, _Position(index, round(done + height - lower.height, 2)), lower)

    def _end(self, page: _Page, after: _Position, rest: LayoutBox | None = None, *, may_end: bool = False) -> _End:
        share = 1 - page.free() / page.available
        cost = page.cost + (_SPLIT if after.done else 0)
        following = rest or next(iter(self.boxes[after.index : after.index + 1]), None)
        allowed = may_end or following is None or self._may_end(page, following)
        if following is None:
            cost += _LAST_PAGE_NEARLY_EMPTY if share < _NEARLY_EMPTY else 0
        else:
            cost += _FREE * (1 - share)
            cost += _TOO_EMPTY + _PAGE * (_FULL_ENOUGH - share) if share < _FULL_ENOUGH else 0
        return _End(tuple(page.boxes), after, cost + (0 if allowed else _NOT_ALLOWED), share, rest, allowed)

    def _may_end(self, page: _Page, following: LayoutBox) -> bool:
        """Return whether a page may end before a box: not below a heading, or with too little below one."""
        if isinstance(following, Break):
            return True
        if page.boxes[-1].keep_next:
            return False
        section_ends = isinstance(following, Rule) or _is_heading(following)
        return section_ends or page.below_heading() >= self.below_heading - 1e-6


def _is_heading(box: LayoutBox) -> bool:
    return isinstance(box, TextBox) and box.bookmark is not None


def _added_lines(lines: WritingLines, free: float) -> int:
    return max(0, min(_MOST_LINES - lines.count, int(free // lines.distance)))


def _stretched(page: Sequence[LayoutBox], height: float) -> list[LayoutBox]:
    """Add lines to the last elastic WritingLines of the page, into the free room."""
    stretched = list(page)
    for index in reversed(range(len(page))):
        box = page[index]
        if isinstance(box, WritingLines) and box.elastic:
            free = height - StackBox(tuple(page)).height
            stretched[index] = replace(box, count=box.count + _added_lines(box, free))
            break
    return stretched
