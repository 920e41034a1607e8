"""Lay out the dates of a recovery: one table in order of time, with icon, interval and a word for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from packets.layout import text
from packets.layout.boxes import Columns, LayoutBox, Rows, StackBox, TextBox, WholeBox
from packets.layout.decorations import Pill, WritingLines
from packets.layout.icons import draw_icon
from packets.layout.page import ACCENT, HAIRLINE, INK, WHITE, Page, Style
from packets.layout.pen import Pen
from packets.layout.structure_tree import Elem
from packets.layout.tables import header_row
from packets.model import filled_packet
from packets.values import HiddenFields

if TYPE_CHECKING:
    from packets.layout.story import Writer

_BAR = 4.0  # points: the black bar of an order


class DateRowBox(HiddenFields, WholeBox, Struct, frozen=True, eq=False):
    """A row with its icon; an order has a black bar at its beginning."""

    columns: Columns
    kind: str
    icon_x: float
    icon_size: float
    width: float
    right_to_left: bool
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def height(self) -> float:
        return self.columns.height

    def draw(self, pen: Pen, x: float, top: float) -> None:
        self.columns.draw(pen, x, top)
        is_order = self.kind == "restriction"
        with pen.artifact():
            color = INK if is_order else ACCENT
            draw_icon(pen, self.kind, x + self.icon_x, top - self.columns.pad - 1, self.icon_size, color)
            if is_order:
                bar = x + self.width - _BAR if self.right_to_left else x
                pen.frame((bar, top - self.height + 0.5, bar + _BAR, top - 0.5), fill=INK)


class _Geometry(Struct, frozen=True, eq=False):
    """The columns of the table: left end and width of each, and where the icons are."""

    date: tuple[float, float]
    what: tuple[float, float]
    kind: tuple[float, float]
    icon_x: float
    icon_size: float


def date_table(writer: Writer, block: filled_packet.DateTable) -> Rows:
    """Return the table; in large print the word for the kind is below the interval, still in its own cell."""
    page, styles = writer.page, writer.page.styles
    table = writer.parent.add("Table")
    pills = [text.drawn_width(row.kind_label, True, styles.label.size) for row in block.rows]
    geometry = _geometry(page, max(pills) + 2 * styles.label.size, wide=False)
    dates = [text.drawn_width(row.when, True, styles.when.size) for row in block.rows]
    dates += [text.drawn_width(row.more, False, styles.interval.size) for row in block.rows]
    if max(dates) > geometry.date[1]:
        geometry = _geometry(page, max(pills) + 2 * styles.label.size, wide=True)
    head_geometry = _head_geometry(page, geometry, block.heads[2])
    widths = [width for _, width in (head_geometry.date, head_geometry.what, head_geometry.kind)]
    heads = [[cell] for cell in header_row(writer, table, block.heads, styles.head, widths)]
    body = table.add("TBody")
    rows = tuple(_row(writer, entry, body.add("TR"), geometry) for entry in block.rows)
    head = _columns(page, head_geometry, heads, styles.body.size * 0.3)
    return Rows(head, rows, before=4, after=page.gap)


def _geometry(page: Page, pill: float, *, wide: bool) -> _Geometry:
    """Return the columns; `wide` gives the dates more room. There are two forms only, which patients share."""
    width, gap = page.inner_width, page.gap
    share = (0.46 if wide else 0.42) if page.large else (0.35 if wide else 0.3)
    icon = page.styles.body.size * 1.7
    inset = _BAR + gap * 0.5
    date = (inset, width * share - inset)
    left = date[0] + date[1] + icon + gap * 0.7
    end = width if page.large else width - pill - gap
    what, kind = (left, end - left), (left, end - left) if page.large else (width - pill, pill)

    def column(start: float, room: float) -> tuple[float, float]:
        return page.beside(start, room, width), room

    icon_x = page.beside(date[0] + date[1] + gap * 0.3, icon, width)  # between date and words, touching neither
    return _Geometry(column(*date), column(*what), column(*kind), icon_x, icon)


def _head_geometry(page: Page, geometry: _Geometry, kind_head: str) -> _Geometry:
    """Return the columns of the header row, whose last cell is at the end of the row in large print too."""
    if not page.large:
        return geometry
    left, room = geometry.what
    kind = min(text.drawn_width(kind_head, True, page.styles.head.size) + 0.5, room / 2)
    what = room - kind - page.gap * 0.5
    start = page.beside(page.inner_width - kind, kind, page.inner_width)
    return replace(geometry, what=(left + room - what if page.right_to_left else left, what), kind=(start, kind))


def _row(writer: Writer, entry: filled_packet.DateRow, elem: Elem, geometry: _Geometry) -> DateRowBox:
    page, styles = writer.page, writer.page.styles
    date, what, kind = elem.add("TD"), elem.add("TH", Table={"Scope": "/Row"}), elem.add("TD")
    dates = date_lines(writer, entry, date, geometry.date[1], styles.when, styles.interval)
    words = what_lines(writer, entry, what, geometry.what[1])
    label = kind_label(writer, entry, kind, geometry.kind[1])
    stacks: list[list[LayoutBox]] = [dates, [*words, label], []] if page.large else [dates, words, [label]]
    return DateRowBox(
        _columns(page, geometry, stacks, styles.body.size * 0.5),
        entry.kind,
        geometry.icon_x,
        geometry.icon_size,
        page.inner_width,
        page.right_to_left,
    )


def date_lines(
    writer: Writer, entry: filled_packet.DateRow, cell: Elem, room: float, when: Style, more: Style
) -> list[LayoutBox]:
    """Return the lines of a date, or a line to write it on."""
    if not entry.when:
        return [writer.text_box((), more, cell, room), WritingLines(1, writer.page.writing_line, room)]
    lines: list[LayoutBox] = [writer.text_box(text.plain(entry.when), when, cell.add("P"), room)]
    if entry.more:
        lines.append(writer.text_box(text.plain(entry.more), more, cell.add("P"), room))
    return lines


def what_lines(writer: Writer, entry: filled_packet.DateRow, cell: Elem, room: float) -> list[LayoutBox]:
    """Return what the date is for, and its interval from surgery."""
    styles = writer.page.styles
    return [
        writer.text_box(text.plain(entry.label), styles.fill_in.but(strong=True), cell.add("P"), room),
        writer.text_box(text.plain(entry.interval), styles.interval, cell.add("P"), room),
    ]


def kind_label(writer: Writer, entry: filled_packet.DateRow, elem: Elem, room: float) -> Pill:
    """Return the word for the kind: outlined for what is usual, filled for an order or an appointment."""
    page = writer.page
    fill = {"expectation": None, "restriction": INK, "appointment": ACCENT}[entry.kind]
    style = page.styles.label.but(color=WHITE if fill else INK, strong=True, after=0)
    pad = style.size * 0.6
    width = min(text.drawn_width(entry.kind_label, True, style.size), room - 2 * pad)
    box: TextBox = writer.text_box(text.plain(entry.kind_label), style, elem, width)
    whole = width + 2 * pad
    left = room - whole if page.right_to_left else 0.0
    return Pill(box, whole, pad, left, fill, fill or INK, before=3 if page.large else 0)


def _columns(page: Page, geometry: _Geometry, stacks: list[list[LayoutBox]], pad: float) -> Columns:
    cells = (geometry.date, geometry.what, geometry.kind)
    columns = tuple((left, StackBox(tuple(stack))) for (left, _), stack in zip(cells, stacks, strict=True) if stack)
    return Columns(columns, rule=(page.inner_width, 0.6, HAIRLINE), pad=pad)
