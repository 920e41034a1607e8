"""Lay out a table to fill in: lines to write on, and boxes to check at the end of each row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from packets.layout import text
from packets.layout.boxes import Columns, LayoutBox, Rows, StackBox, WholeBox
from packets.layout.decorations import WritingLines
from packets.layout.page import ACCENT, HAIRLINE, INK, Page, Style
from packets.layout.pen import Pen
from packets.layout.structure_tree import Elem
from packets.layout.tables import column_lefts, header_row
from packets.layout.words import unbroken_parts
from packets.model import filled_packet

if TYPE_CHECKING:
    from packets.layout.story import Writer

_TOGETHER = 2  # rows, at least, on the page on which the table begins
_TO_WRITE_ON = 0.22  # of the width, at least, for a column of lines


class CheckBoxes(WholeBox, Struct, frozen=True, eq=False):
    """Empty squares beside each other, in several lines if they do not fit into one."""

    count: int
    size: float
    gap: float
    width: float
    right_to_left: bool
    before: float = 0
    after: float = 0
    keep_next: bool = False

    @property
    def in_a_line(self) -> int:
        return max(1, int((self.width + self.gap + 1e-6) // (self.size + self.gap)))

    @property
    def height(self) -> float:
        lines = -(-self.count // self.in_a_line)
        return lines * self.size + max(0, lines - 1) * self.gap

    def draw(self, pen: Pen, x: float, top: float) -> None:
        with pen.artifact():
            for number in range(self.count):
                line, place = divmod(number, self.in_a_line)
                across = place * (self.size + self.gap)
                left = x + (self.width - self.size - across if self.right_to_left else across)
                upper = top - line * (self.size + self.gap)
                pen.frame((left, upper - self.size, left + self.size, upper), stroke=ACCENT, width=1.2, radius=1.5)


def form_table(writer: Writer, block: filled_packet.FormTable) -> Rows:
    """Return the table, of the full width; raise fonts.MissingGlyphError."""
    page = writer.page
    gap = page.gap
    style, widths = _widths(block, page, gap)
    lefts = column_lefts(page, widths, gap)
    elem = writer.parent.add("Table")

    def row(boxes: list[LayoutBox], pad: float, thickness: float, *, middle: bool) -> Columns:
        columns = tuple((left, StackBox((box,))) for left, box in zip(lefts, boxes, strict=True))
        color = HAIRLINE if thickness < 1 else INK
        return Columns(columns, rule=(page.inner_width, thickness, color), pad=pad, middle=middle)

    heads = header_row(writer, elem, block.columns, style.but(strong=True), widths)
    body = elem.add("TBody")
    pad = style.size * 0.35
    rows = []
    for entry in block.rows:
        cells = _cells(writer, entry, style, widths, body.add("TR"))
        rows.append(row(cells, pad, 1.4 if entry.ends_step else 0.6, middle=True))
    head = row(heads, pad, 1.4, middle=False)
    return Rows(head, tuple(rows), before=page.gap * 0.5, after=page.gap, together=_TOGETHER)


def _cells(
    writer: Writer, row: filled_packet.FormRow, style: Style, widths: list[float], elem: Elem
) -> list[LayoutBox]:
    page = writer.page
    cells: list[LayoutBox] = []
    for index, (words, width) in enumerate(zip(row.cells, widths, strict=False)):
        cell = elem.add("TD") if index else elem.add("TH", Table={"Scope": "/Row"})
        if words:
            cells.append(writer.text_box(text.plain(words), style.but(strong=not index), cell, width, within=width))
        else:
            cells.append(WritingLines(1, page.writing_line * (0.7 if row.boxes else 1), width))
    if len(widths) > len(cells):
        elem.add("TD")  # the boxes, which the cell before them counts in words
        cells.append(CheckBoxes(row.boxes, *_box(style), widths[-1], page.right_to_left))
    return cells


def _box(style: Style) -> tuple[float, float]:
    """Return the side of a box to check, and the space between two."""
    return style.size * 1.15, style.size * 0.7


def _widths(block: filled_packet.FormTable, page: Page, gap: float) -> tuple[Style, list[float]]:
    """Return the style and the width of each column.

    Each column gets room for its longest word or date, and what is left is shared by how much text is in them. If the
    longest words do not fit beside each other, the print is smaller, but never smaller than may be read, and the boxes
    take more lines.
    """
    body = page.styles.body.but(after=0)
    smallest = page.smallest
    sizes = ((body.size, 0.4), ((body.size + smallest) / 2, 0.4), (smallest, 0.4), (smallest, 0.2))
    for size, most_for_boxes in sizes:
        style = body.but(size=size, leading=round(body.leading * size / body.size, 2))
        room = page.inner_width - gap * (len(block.columns) - 1) - _room_for_boxes(block, page, style, most_for_boxes)
        least = [_widest(block, index, page, size, str.split, unbroken_parts) for index in _cell_columns(block)]
        if sum(least) <= room:
            break
    else:
        least = [width * room / sum(least) for width in least]
    for heading in (_whole, _halves):
        most = [_widest(block, index, page, size, heading, _whole) for index in _cell_columns(block)]
        if sum(most) <= room:
            least = most
            break
    lacking = [max(0.0, high - low) for high, low in zip(most, least, strict=True)]
    if free := max(0.0, room - sum(least)):
        shares = lacking if sum(lacking) else [float(_is_blank(block, index)) for index in _cell_columns(block)]
        total = sum(shares) or 1
        least = [width + share * free / total for width, share in zip(least, shares, strict=True)]
    if len(block.columns) > len(least):
        least.append(page.inner_width - gap * len(least) - sum(least))
    return style, least


def _cell_columns(block: filled_packet.FormTable) -> range:
    """Return the numbers of the columns without that of the boxes."""
    return range(len(block.rows[0].cells))


def _is_blank(block: filled_packet.FormTable, index: int) -> bool:
    return not any(row.cells[index] for row in block.rows)


def _room_for_boxes(block: filled_packet.FormTable, page: Page, style: Style, most: float) -> float:
    """Return the least width of the last column, of which boxes need at most a share; 0 if the table has no boxes."""
    if len(block.columns) == len(_cell_columns(block)):
        return 0
    size, between = _box(style)
    boxes = min(max(row.boxes for row in block.rows) * (size + between), page.inner_width * most)
    return max(boxes, *(text.drawn_width(word, True, style.size) for word in block.columns[-1].split()))


def _widest(
    block: filled_packet.FormTable,
    index: int,
    page: Page,
    size: float,
    heading: Callable[[str], list[str]],
    parts: Callable[[str], list[str]],
) -> float:
    """Return the width of a column for its heading and cells, each divided into the parts of its lines."""
    widths = [text.drawn_width(part, True, size) for part in heading(block.columns[index])]
    cells = {row.cells[index] for row in block.rows}
    widths += [text.drawn_width(part, not index, size) for words in cells for part in parts(words) if part]
    return max([*widths, page.inner_width * _TO_WRITE_ON if _is_blank(block, index) else 0]) + 0.5


def _whole(words: str) -> list[str]:
    return [words]


def _halves(words: str) -> list[str]:
    """Split a heading into two lines that are about equally long."""
    splits = [[words[:place], words[place + 1 :]] for place, letter in enumerate(words) if letter == " "]
    return min(splits, key=lambda halves: max(map(len, halves)), default=[words])
