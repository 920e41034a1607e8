"""Define the boxes that are drawn: frames, rules, lines to write on, figures and boxes to tick."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from packets.layout import text
from packets.layout.boxes import LayoutBox, StackBox, TextBox, WholeBox
from packets.layout.page import ACCENT, WRITING_LINE, Color
from packets.layout.pen import Pen
from packets.layout.qr import squares
from packets.layout.structure_tree import Slot
from packets.values import HiddenFields


class Framed(HiddenFields, Struct, frozen=True, eq=False):
    """A stack in a frame: outlined, or shaded with a bar at its left."""

    stack: StackBox
    width: float
    pad: float
    before: float = 0
    after: float = 0
    keep_next: bool = False
    shade: Color | None = None
    inset: float = 0  # of the stack, besides `pad`, at the side of the bar
    right_to_left: bool = False  # with the bar at its right

    @property
    def height(self) -> float:
        return self.stack.height + 2 * self.pad

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        parts = self.stack.split(room - 2 * self.pad, page - 2 * self.pad)
        if parts is None or not isinstance(parts[0], StackBox) or not isinstance(parts[1], StackBox):
            return None
        return replace(self, stack=parts[0], after=0), replace(self, stack=parts[1], before=0)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        box = (x, top - self.height, x + self.width, top)
        with pen.artifact():
            if self.shade is None:
                pen.frame(box, stroke=ACCENT, width=1.2, radius=4)
            else:
                pen.frame(box, fill=self.shade)
                bar = x + self.width - 3.5 if self.right_to_left else x
                pen.frame((bar, box[1], bar + 3.5, top), fill=WRITING_LINE)
        self.stack.draw(pen, x + self.pad + (0 if self.right_to_left else self.inset), top - self.pad)


class WritingLines(WholeBox, Struct, frozen=True, eq=False):
    """Empty lines to write on; with `elastic`, more of them fill the free room of a page."""

    count: int
    distance: float
    width: float
    before: float = 0
    after: float = 0
    keep_next: bool = False
    elastic: bool = False

    @property
    def height(self) -> float:
        return self.count * self.distance

    def draw(self, pen: Pen, x: float, top: float) -> None:
        with pen.artifact():
            for number in range(1, self.count + 1):
                y = top - number * self.distance
                pen.line(x, y, x + self.width, y, 0.7, WRITING_LINE)


class Rule(WholeBox, Struct, frozen=True, eq=False):
    """A line across the text."""

    width: float
    thickness: float
    color: Color
    before: float = 0
    after: float = 0
    keep_next: bool = True

    @property
    def height(self) -> float:
        return 0

    def draw(self, pen: Pen, x: float, top: float) -> None:
        with pen.artifact():
            pen.line(x, top, x + self.width, top, self.thickness, self.color)


class Drawing(Protocol):
    """The picture of a figure; `paint` draws it with its lower left corner at x, y."""

    @property
    def width(self) -> float: ...
    @property
    def height(self) -> float: ...
    def paint(self, pen: Pen, x: float, y: float) -> None: ...


class FigureBox(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A drawing that is a Figure of the structure tree."""

    drawing: Drawing
    slot: Slot
    left: float = 0
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return self.drawing.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        x, bottom = x + self.left, top - self.height
        with pen.mark(self.slot, (x, bottom, x + self.drawing.width, top)):
            self.drawing.paint(pen, x, bottom)


class Break(WholeBox, Struct, frozen=True, eq=False):
    """A page break; without `always`, only if the page is full enough."""

    always: bool = False
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return 0

    def draw(self, pen: Pen, x: float, top: float) -> None:
        pass


class TickBox(WholeBox, Struct, frozen=True, eq=False):
    """A box to tick, drawn left of the text that follows; its own height is zero."""

    size: float
    drop: float
    left: float = 0
    before: float = 0
    after: float = 0
    keep_next: bool = True

    @property
    def height(self) -> float:
        return 0

    def draw(self, pen: Pen, x: float, top: float) -> None:
        with pen.artifact():
            top -= self.drop
            x += self.left
            pen.frame((x, top - self.size, x + self.size, top), stroke=ACCENT, width=1.2, radius=1.5)


class QrSymbol(HiddenFields, Struct, frozen=True, eq=False):
    """A QR code with its quiet zone."""

    payload: str
    side: float

    @property
    def width(self) -> float:
        return self.side

    @property
    def height(self) -> float:
        return self.side

    def paint(self, pen: Pen, x: float, y: float) -> None:
        pen.path(squares(self.payload, x, y, self.side), (0, 0, 0))


class AlignedText(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A text whose lines are centered (`share` 0.5) or at the right (1)."""

    box: TextBox
    width: float
    share: float
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return self.box.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        lines = self.box.lines
        moved = tuple(text.aligned(line, lines.style, self.width, self.share) for line in lines.lines)
        replace(self.box, lines=replace(lines, lines=moved)).draw(pen, x, top)


class Pill(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A short text in a rounded frame, filled or outlined."""

    box: TextBox
    width: float
    pad: float
    left: float  # of the frame in its column
    fill: Color | None
    stroke: Color
    thickness: float = 0.9
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return self.box.height + self.pad * 0.6

    def draw(self, pen: Pen, x: float, top: float) -> None:
        x += self.left
        half = self.thickness / 2
        box = (x + half, top - self.height + half, x + self.width - half, top - half)
        with pen.artifact():
            radius = min(self.height, self.box.lines.style.leading) / 2 - half
            pen.frame(box, fill=self.fill, stroke=self.stroke, width=self.thickness, radius=radius)
        self.box.draw(pen, x + self.pad, top - self.pad * 0.3)


class Panel(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A stack on a tint, or in a thin frame without one."""

    stack: StackBox
    width: float
    pad: float
    fill: Color | None
    radius: float = 0
    least: float = 0  # height
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return max(self.least, self.stack.height + 2 * self.pad)

    def at_least(self, height: float) -> Panel:
        return replace(self, least=height)

    def draw(self, pen: Pen, x: float, top: float) -> None:
        with pen.artifact():
            if self.fill is not None:
                pen.frame((x, top - self.height, x + self.width, top), fill=self.fill, radius=self.radius)
            else:
                box = (x + 0.6, top - self.height + 0.6, x + self.width - 0.6, top - 0.6)
                pen.frame(box, stroke=ACCENT, width=1.2, radius=self.radius)
        self.stack.draw(pen, x + self.pad, top - self.pad)


class PageBottom(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A stack that is at the bottom of the page on which it begins, whatever comes after it."""

    stack: StackBox
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return self.stack.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        self.stack.draw(pen, x, top)
