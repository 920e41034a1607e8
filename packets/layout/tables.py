"""Lay out tables: columns as wide as their words need, and rows that are never cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from packets.layout import text
from packets.layout.boxes import Columns, LayoutBox, Rows, StackBox
from packets.layout.page import HAIRLINE, INK, Page, Style
from packets.layout.structure_tree import Elem
from packets.layout.words import unbroken_parts
from packets.model import filled_packet

if TYPE_CHECKING:
    from packets.layout.story import Writer

_LEAST_FOR_A_MEDICINE = 0.3  # of the table


def table(writer: Writer, block: filled_packet.Table) -> Rows:
    """Return a table of the full width; raise fonts.MissingGlyphError."""
    page = writer.page
    style, widths = _widths(block, page)
    gap = page.gap * 0.8
    inset = gap / 2 if block.grid else 0  # between the outer lines and the text
    lefts = column_lefts(page, widths, gap, inset)
    lines = (*(left - gap / 2 for left in sorted(lefts)), page.inner_width) if block.grid else ()
    elem = writer.parent.add("Table")

    def row(boxes: Sequence[LayoutBox], pad: float, *, head: bool = False) -> Columns:
        columns = tuple((left, StackBox((box,))) for left, box in zip(lefts, boxes, strict=True))
        rule = (page.inner_width, 1.4, INK) if head else (page.inner_width, 0.6, HAIRLINE)
        return Columns(columns, rule=rule, pad=pad, grid=() if head else lines)

    heads = header_row(writer, elem, block.columns, style.but(strong=True), widths)
    body = elem.add("TBody")
    rows = []
    for cells in block.rows:
        tr = body.add("TR")
        boxes: list[LayoutBox] = []
        for index, (spans, width) in enumerate(zip(cells, widths, strict=True)):
            names_row = block.row_headers and index == 0
            cell = tr.add("TH", Table={"Scope": "/Row"}) if names_row else tr.add("TD")
            boxes.append(
                writer.text_box(spans, style.but(strong=names_row and not block.grid), cell, width, within=width)
            )
        blank = not any(filled_packet.joined(spans) for spans in cells)  # to write on
        rows.append(row(boxes, page.writing_line / 2 if blank else style.size * 0.42))
    return Rows(row(heads, style.size * 0.35, head=True), tuple(rows), before=page.gap * 0.5, after=page.gap)


def column_lefts(page: Page, widths: Sequence[float], gap: float, inset: float = 0) -> list[float]:
    """Return the left end of each column, mirrored for a right-to-left language."""
    lefts = [inset + sum(widths[:index]) + gap * index for index in range(len(widths))]
    return [page.beside(left, width, page.inner_width) for left, width in zip(lefts, widths, strict=True)]


def header_row(
    writer: Writer, table: Elem, heads: Sequence[str], style: Style, widths: Sequence[float]
) -> list[LayoutBox]:
    """Add the header row to the structure of a table, and return its cells."""
    row = table.add("THead").add("TR")
    return [
        writer.text_box(text.plain(head), style, row.add("TH", Table={"Scope": "/Column"}), width)
        for head, width in zip(heads, widths, strict=True)
    ]


def _widths(block: filled_packet.Table, page: Page) -> tuple[Style, list[float]]:
    """Return the style and the width of each column.

    Each column gets room for its longest word or date, and the rest is shared by how much text is in them. In a grid,
    doses stay on one line if that leaves enough for the medicine. The print is smaller, but never smaller than may be
    read, if the longest words and dates do not fit beside each other; if they never do, dates are broken.
    """
    body = page.styles.body.but(after=0)
    room = page.inner_width - page.gap * 0.8 * (len(block.columns) - (0 if block.grid else 1))
    columns = list(range(len(block.columns)))
    sizes = (body.size, (body.size + page.smallest) / 2, page.smallest)
    for parts, size in product((unbroken_parts, _split_at_spaces), sizes):
        least = [
            max(_line_width(part, bold, size) for part, bold in _parts(block, index, parts)) + 0.5 for index in columns
        ]
        if sum(least) <= room:
            break
    style = body.but(size=size, leading=round(body.leading * size / body.size, 2))
    if sum(least) > room:  # the longest words are cut
        return style, [width * room / sum(least) for width in least]
    most = [max(low, _longest_line(block, index, size)) for index, low in zip(columns, least, strict=True)]
    if sum(most) <= room:
        return style, _evened(most, room)
    lacking = [high - low for high, low in zip(most, least, strict=True)]
    times = len(columns) - 1
    if block.grid and room - times * max(most[1:]) >= max(least[0], room * _LEAST_FOR_A_MEDICINE):
        return style, [room - times * max(most[1:]), *[max(most[1:])] * times]
    free = room - sum(least)
    return style, [low + more * free / sum(lacking) for low, more in zip(least, lacking, strict=True)]


def _evened(widths: list[float], room: float) -> list[float]:
    """Widen the narrowest columns until all of the room is used."""
    order = sorted(range(len(widths)), key=widths.__getitem__, reverse=True)
    result = list(widths)
    for rank, index in enumerate(order):
        result[index] = max(widths[index], room / (len(order) - rank))
        room -= result[index]
    return result


def _split_at_spaces(text: str) -> list[str]:
    return text.split()


def _line_width(line: str, bold: bool, size: float) -> float:
    return text.drawn_width(line, bold, size) if line else 0.0


def _parts(block: filled_packet.Table, index: int, parts: Callable[[str], list[str]]) -> Iterator[tuple[str, bool]]:
    """Yield each part of a column's texts, and whether it is bold."""
    yield from ((part, True) for part in parts(block.columns[index]) or ("",))
    names_rows = block.row_headers and index == 0 and not block.grid
    for row in block.rows:
        for span in row[index]:
            yield from ((part, names_rows or span.strong) for part in parts(span.text))


def _longest_line(block: filled_packet.Table, index: int, size: float) -> float:
    """Return the width of the widest cell of a column on one line."""
    names_rows = block.row_headers and index == 0 and not block.grid
    lines = [sum(_line_width(span.text, names_rows or span.strong, size) for span in row[index]) for row in block.rows]
    return max(_line_width(block.columns[index], True, size), *lines) + 0.5
