"""Draw the milestones of a recovery on a line: a dot for a day, a capsule for a range of days.

The marks are at equal distances, since most days of a recovery are close to its beginning.
"""

from __future__ import annotations

from dataclasses import dataclass

from packets.layout import line_breaker, text
from packets.layout.page import ACCENT, WHITE, Page, Style
from packets.layout.pen import Pen
from packets.model.filled_packet import Point, Timeline


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Mark:
    center: float
    half: float  # half the length of a capsule; 0 for a dot
    above: line_breaker.Lines
    below: line_breaker.Lines
    filled: bool  # the day of surgery


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Across:
    """A horizontal timeline with dates above it and labels below."""

    width: float
    marks: tuple[_Mark, ...]
    radius: float

    @property
    def above(self) -> float:
        return max(mark.above.height for mark in self.marks)

    @property
    def below(self) -> float:
        return max(mark.below.height for mark in self.marks)

    @property
    def height(self) -> float:
        return self.above + self.below + 4 * self.radius + 8

    def paint(self, pen: Pen, x: float, y: float) -> None:
        middle = y + self.below + 2 * self.radius + 4
        pen.line(x, middle, x + self.width, middle, self.radius / 2.2, ACCENT)
        for mark in self.marks:
            _symbol(pen, x + mark.center, middle, mark.half, self.radius, filled=mark.filled)
            _centered(pen, mark.above, x + mark.center, middle + 2 * self.radius + 2 + mark.above.height)
            _centered(pen, mark.below, x + mark.center, middle - 2 * self.radius - 2)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Down:
    """A vertical timeline, for large print and for more marks than fit side by side."""

    width: float
    marks: tuple[_Mark, ...]
    radius: float
    right_to_left: bool

    @property
    def row(self) -> float:
        return max(mark.above.height + mark.below.height for mark in self.marks) + 10

    @property
    def height(self) -> float:
        return self.row * len(self.marks)

    def paint(self, pen: Pen, x: float, y: float) -> None:
        rail = x + (self.width - 2.5 * self.radius if self.right_to_left else 2.5 * self.radius)
        top = y + self.height
        pen.line(rail, top - self.row / 2, rail, y + self.row / 2, self.radius / 2.2, ACCENT)
        for index, mark in enumerate(self.marks):
            middle = top - self.row * (index + 0.5)
            _symbol(pen, rail, middle, mark.half, self.radius, filled=mark.filled, upright=True)
            left = x + 0.5 * self.radius if self.right_to_left else rail + 4 * self.radius
            start = middle + (mark.above.height + mark.below.height) / 2
            _left(pen, mark.above, left, start)
            _left(pen, mark.below, left, start - mark.above.height)


def drawing(timeline: Timeline, page: Page) -> Across | Down:
    style = page.styles.caption
    across = _across(timeline, page, style)
    return across if across is not None else _down(timeline, page, style)


def _across(timeline: Timeline, page: Page, style: Style) -> Across | None:
    width = page.inner_width
    column = width / len(timeline.points)
    room = column - style.size * 0.6
    captions = (caption for point in timeline.points for caption in (point.date, point.label))
    if not all(text.words_fit(caption, True, style.size, room) for caption in captions):
        return None
    surgery = _surgery(timeline)
    marks = tuple(
        _Mark(
            page.beside(column * (index + 0.5), 0, width),
            _half(point, column),
            *_captions(point, style, room),
            index == surgery,
        )
        for index, point in enumerate(timeline.points)
    )
    return Across(width, marks, radius=style.size * 0.58)


def _down(timeline: Timeline, page: Page, style: Style) -> Down:
    width = page.inner_width
    radius = style.size * 0.5
    surgery = _surgery(timeline)
    room = width - 7 * radius
    marks = tuple(
        _Mark(
            0,
            style.size * 0.7 if point.last_day > point.first_day else 0,
            *_captions(point, style, room),
            index == surgery,
        )
        for index, point in enumerate(timeline.points)
    )
    return Down(width, marks, radius, page.right_to_left)


def _surgery(timeline: Timeline) -> int:
    """Return the place of the surgery among the points: the first one that is only day 0."""
    return next((index for index, point in enumerate(timeline.points) if point.first_day == point.last_day == 0), 0)


def _half(point: Point, column: float) -> float:
    return column * 0.3 if point.last_day > point.first_day else 0


def _captions(point: Point, style: Style, room: float) -> tuple[line_breaker.Lines, line_breaker.Lines]:
    above = text.break_lines(text.plain(point.date), style.but(strong=True), room)
    return above, text.break_lines(text.plain(point.label), style, room)


def _symbol(pen: Pen, x: float, y: float, half: float, radius: float, *, filled: bool, upright: bool = False) -> None:
    across, up = (0.0, half) if upright else (half, 0.0)
    box = (x - radius - across, y - radius - up, x + radius + across, y + radius + up)
    pen.frame(box, fill=ACCENT if filled else WHITE, stroke=ACCENT, width=radius / 2.2, radius=radius)


def _centered(pen: Pen, lines: line_breaker.Lines, center: float, top: float) -> None:
    for number, line in enumerate(lines.lines):
        _line(pen, lines, number, center - text.shown_width(line, lines.style) / 2 - line.left, top)


def _left(pen: Pen, lines: line_breaker.Lines, x: float, top: float) -> None:
    for number in range(len(lines.lines)):
        _line(pen, lines, number, x, top)


def _line(pen: Pen, lines: line_breaker.Lines, number: int, x: float, top: float) -> None:
    style = lines.style
    text.draw_fragments(pen, lines.lines[number], x, style.baseline(top - number * style.leading), style)
