"""Lay out the dates before an operation as steps: a tile with each date, and a black one for the day to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from packets.layout import text
from packets.layout.boxes import Columns, LayoutBox, Rows, StackBox, WholeBox
from packets.layout.date_table import date_lines, kind_label, what_lines
from packets.layout.page import ACCENT, INK, WHITE
from packets.layout.pen import Pen
from packets.layout.structure_tree import Elem
from packets.layout.tables import header_row
from packets.model import filled_packet
from packets.values import HiddenFields

if TYPE_CHECKING:
    from packets.layout.story import Writer

_RADIUS = 6.0  # points, of the corners


class DateTile(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A date in a frame; white on black if it is the last."""

    stack: StackBox
    width: float
    pad: float
    is_last: bool
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return self.stack.height + 1.2 * self.pad

    def draw(self, pen: Pen, x: float, top: float) -> None:
        box = (x + 0.75, top - self.height + 0.75, x + self.width - 0.75, top - 0.75)
        with pen.artifact():
            fill, stroke = (INK, INK) if self.is_last else (None, ACCENT)
            pen.frame(box, fill=fill, stroke=stroke, width=1.5, radius=_RADIUS)
        self.stack.draw(pen, x + self.pad, top - 0.6 * self.pad)


class _Widths(Struct, frozen=True, eq=False):
    """The widths of the tiles and of the words beside them; `kind` is 0 if the kind is below the words."""

    tile: float
    words: float
    kind: float


def countdown(writer: Writer, block: filled_packet.Countdown) -> Rows:
    """Return a table with a row for each step: its date in a tile, what to do, and the word for the kind of date."""
    table = writer.parent.add("Table")
    widths = _widths(writer, block)
    head = _head(writer, block, table, widths)
    body = table.add("TBody")
    last = len(block.rows) - 1
    rows = [
        _step(writer, entry, body.add("TR"), widths, is_last=block.arrives and number == last)
        for number, entry in enumerate(block.rows)
    ]
    return Rows(head, tuple(rows), before=4, after=writer.page.gap)


def _widths(writer: Writer, block: filled_packet.Countdown) -> _Widths:
    """Return the widths; the tiles have one of two, so that most patients' have the same size."""
    page, styles = writer.page, writer.page.styles
    narrow, wide = (page.inner_width * share for share in ((0.4, 0.47) if page.large else (0.31, 0.36)))
    dates = [text.drawn_width(entry.when, True, styles.when.size) for entry in block.rows]
    longest = max(dates + [text.drawn_width(entry.more, False, styles.interval.size) for entry in block.rows])
    tile = narrow if longest <= narrow - 2 * _pad(writer) else wide
    words = page.inner_width - tile - page.gap
    if page.large:
        return _Widths(tile, words, 0)
    label = styles.label.size
    kind = max(text.drawn_width(entry.kind_label, True, label) for entry in block.rows) + 1.2 * label + 0.5
    kind = min(kind, page.inner_width * 0.25)
    return _Widths(tile, words - kind - page.gap * 0.5, kind)


def _pad(writer: Writer) -> float:
    return writer.page.gap * 0.7


def _head(writer: Writer, block: filled_packet.Countdown, table: Elem, widths: _Widths) -> Columns:
    page, style = writer.page, writer.page.styles.head
    kind = widths.kind or min(text.drawn_width(block.heads[2], True, style.size) + 0.5, widths.words / 2)
    words = widths.words if widths.kind else widths.words - kind - page.gap * 0.5
    cells = ((0.0, widths.tile), (widths.tile + page.gap, words), (page.inner_width - kind, kind))
    boxes = header_row(writer, table, block.heads, style, [width for _, width in cells])
    columns = tuple(
        (page.beside(left, width, page.inner_width), StackBox((box,)))
        for (left, width), box in zip(cells, boxes, strict=True)
    )
    return Columns(columns, pad=page.gap * 0.15)


def _step(writer: Writer, entry: filled_packet.DateRow, row: Elem, widths: _Widths, *, is_last: bool) -> Columns:
    page, styles = writer.page, writer.page.styles
    date, what, kind = row.add("TD"), row.add("TH", Table={"Scope": "/Row"}), row.add("TD")
    room = widths.tile - 2 * _pad(writer)
    when = styles.when.but(color=WHITE if is_last else ACCENT)
    more = styles.interval.but(color=WHITE if is_last else INK)
    lines = date_lines(writer, entry, date, room, when, more)
    tile = DateTile(StackBox(tuple(lines)), widths.tile, _pad(writer), is_last)
    words = what_lines(writer, entry, what, widths.words)
    label = kind_label(writer, entry, kind, widths.kind or widths.words)
    left = widths.tile + page.gap
    cells: list[tuple[float, float, list[LayoutBox]]] = [(0.0, widths.tile, [tile])]
    if widths.kind:
        cells += [(left, widths.words, words), (page.inner_width - widths.kind, widths.kind, [label])]
    else:
        cells.append((left, widths.words, [*words, label]))
    columns = tuple((page.beside(start, room, page.inner_width), StackBox(tuple(cell))) for start, room, cell in cells)
    return Columns(columns, pad=page.gap * 0.35, middle=columns[1][1].height <= tile.height)
