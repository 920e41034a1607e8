"""Define the boxes of a page: each knows its height, where it can be split, and how to draw itself."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from packets.layout import line_breaker, text
from packets.layout.page import WRITING_LINE, Color
from packets.layout.pen import Pen
from packets.values import HiddenFields

_LINES_TOGETHER = 2  # of a paragraph, at the end of a page and at the beginning of the next


class LayoutBox(Protocol):
    """A box; lengths are in points. The space between two boxes is the larger of `after` and `before`."""

    @property
    def height(self) -> float: ...
    @property
    def before(self) -> float: ...
    @property
    def after(self) -> float: ...
    @property
    def keep_next(self) -> bool:
        """Return whether the next box must be on the same page."""

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        """Return what fits into `room` and the rest; None if all of it should move to the next page.

        `page` is the height of an empty page: a box that must be on one page is split only if it does not fit there.
        """

    def draw(self, pen: Pen, x: float, top: float) -> None: ...


class WholeBox:
    """The base of a box that is never split."""

    __slots__ = ()

    @property
    def height(self) -> float:
        raise NotImplementedError

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        return None


class Bookmark(HiddenFields, Struct, frozen=True, eq=False):
    title: str
    level: int


class TextBox(HiddenFields, Struct, frozen=True, eq=False):
    """A paragraph or heading; `label` is drawn left of the first line (bullet, number)."""

    lines: line_breaker.Lines
    span_slots: text.SpanSlots
    before: float = 0
    after: float = 0
    keep_next: bool = False
    bookmark: Bookmark | None = None
    label: tuple[line_breaker.Lines, text.SpanSlots, float] | None = None  # and its distance to the left

    @property
    def height(self) -> float:
        return self.lines.height

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        """Split a paragraph with two lines or more on both pages; a heading only if it is taller than a page."""
        count = len(self.lines.lines)
        fits = min(int((room + 1e-6) // self.lines.style.leading), count - _LINES_TOGETHER)
        if fits < _LINES_TOGETHER or (self.bookmark and self.height <= page):
            return None
        head = replace(self, lines=self.lines.part(0, fits), after=0, keep_next=False)
        tail = replace(self, lines=self.lines.part(fits), before=0, label=None, bookmark=None)
        return head, tail

    def draw(self, pen: Pen, x: float, top: float) -> None:
        if self.bookmark:
            pen.bookmark(self.bookmark.title, self.bookmark.level, top)
        if self.label:
            lines, span_slots, distance = self.label
            text.draw(pen, lines, span_slots, x - distance, top)
        text.draw(pen, self.lines, self.span_slots, x, top)


class StackBox(HiddenFields, Struct, frozen=True, eq=False):
    """Boxes below each other; split between two of them only if the stack does not fit on a page."""

    boxes: tuple[LayoutBox, ...]
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return stacked(self.boxes)

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        if self.height <= page:
            return None
        parts = cut(self.boxes, room, page)
        if parts is None:
            return None
        return replace(self, boxes=parts[0], after=0), replace(self, boxes=parts[1], before=0)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        draw_stacked(self.boxes, pen, x, top)


def stacked(boxes: tuple[LayoutBox, ...]) -> float:
    """Return the height of boxes below each other, without the space before the first and after the last."""
    between = (max(upper.after, lower.before) for upper, lower in pairwise(boxes))
    return sum(box.height for box in boxes) + sum(between)


def draw_stacked(boxes: tuple[LayoutBox, ...], pen: Pen, x: float, top: float) -> None:
    for index, box in enumerate(boxes):
        if index:
            top -= max(boxes[index - 1].after, box.before)
        box.draw(pen, x, top)
        top -= box.height


def cut(
    boxes: tuple[LayoutBox, ...], room: float, page: float
) -> tuple[tuple[LayoutBox, ...], tuple[LayoutBox, ...]] | None:
    """Return the boxes that fit and the rest, never with a heading last; None if not even the first fits."""
    count = 0
    while count < len(boxes) and stacked(boxes[: count + 1]) <= room + 1e-6:
        count += 1
    if count < len(boxes):
        used = stacked(boxes[:count]) + (max(boxes[count - 1].after, boxes[count].before) if count else 0)
        parts = boxes[count].split(room - used, page)
        if parts is not None:
            return (*boxes[:count], parts[0]), (parts[1], *boxes[count + 1 :])
        while count and boxes[count - 1].keep_next:
            count -= 1
    return (boxes[:count], boxes[count:]) if count else None


class Columns(HiddenFields, Struct, frozen=True, eq=False):
    """Stacks side by side, each with its distance from the left; `rule` draws a line below the row."""

    columns: tuple[tuple[float, StackBox], ...]
    before: float = 0
    after: float = 0
    keep_next: bool = False
    rule: tuple[float, float, Color] | None = None  # width of the row, thickness, color
    pad: float = 0  # above and below the row's text
    middle: bool = False  # center the shorter columns vertically
    writing: tuple[float, float] | None = None  # left and right end of a line to write on, below the row
    grid: tuple[float, ...] = ()  # where lines go from the top to the bottom of a row with a rule

    @property
    def height(self) -> float:
        return max(stack.height for _, stack in self.columns) + 2 * self.pad

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        """Split a single column, such as a list entry, between two of its boxes or inside one."""
        if len(self.columns) > 1:
            return None
        ((left, stack),) = self.columns
        parts = cut(stack.boxes, room - 2 * self.pad, page - 2 * self.pad)
        if parts is None:
            return None
        upper, lower = (replace(stack, boxes=boxes) for boxes in parts)
        head = replace(self, columns=((left, upper),), after=0, keep_next=False)
        return head, replace(self, columns=((left, lower),), before=0)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        for left, stack in self.columns:
            drop = (self.height - 2 * self.pad - stack.height) / 2 if self.middle else 0
            stack.draw(pen, x + left, top - self.pad - drop)
        if self.rule:
            width, thickness, color = self.rule
            with pen.artifact():
                pen.line(x, top - self.height, x + width, top - self.height, thickness, color)
                for across in self.grid:
                    pen.line(x + across, top, x + across, top - self.height, 0.6, color)
                if self.writing:
                    left, right = self.writing
                    pen.line(x + left, top - self.height, x + right, top - self.height, 1.1, WRITING_LINE)


class Rows(HiddenFields, Struct, frozen=True, eq=False):
    """A table: rows are never split, and the header repeats as an artifact where the table continues.

    At least `together` rows are on the page on which it begins.
    """

    head: Columns
    rows: tuple[LayoutBox, ...]
    before: float = 0
    after: float = 0
    keep_next: bool = False
    continued: bool = False
    together: int = 1

    @property
    def height(self) -> float:
        return self.head.height + sum(row.height for row in self.rows)

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        used, count = self.head.height, 0
        while count < len(self.rows) and used + self.rows[count].height <= room + 1e-6:
            used += self.rows[count].height
            count += 1
        if count == len(self.rows) - 1 > 1:
            count -= 1  # the last row is not alone
        if not self.together <= count < len(self.rows):
            return None
        head = replace(self, rows=self.rows[:count], after=0)
        return head, replace(self, rows=self.rows[count:], before=0, continued=True)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        if self.continued:
            with pen.artifact("Pagination"):
                _draw_repeated(pen, self.head, x, top)
        else:
            self.head.draw(pen, x, top)
        top -= self.head.height
        for row in self.rows:
            row.draw(pen, x, top)
            top -= row.height


def _draw_repeated(pen: Pen, columns: Columns, x: float, top: float) -> None:
    """Draw the text and the rule of a row inside an artifact that is already open."""
    for left, stack in columns.columns:
        line_top = top - columns.pad
        for box in stack.boxes:
            if isinstance(box, TextBox):
                style = box.lines.style
                for line in box.lines.lines:
                    text.draw_fragments(pen, line, x + left, style.baseline(line_top), style)
                    line_top -= style.leading
    if columns.rule:
        width, thickness, color = columns.rule
        pen.line(x, top - columns.height, x + width, top - columns.height, thickness, color)
