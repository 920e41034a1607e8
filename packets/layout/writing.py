"""Lay out what people write on: labels with lines, and boxes to tick."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from packets.layout import text
from packets.layout.boxes import Columns, LayoutBox, StackBox
from packets.layout.decorations import TickBox, WritingLines
from packets.model import filled_packet

if TYPE_CHECKING:
    from packets.layout.story import Writer


def fill_in(writer: Writer, block: filled_packet.FillIn) -> Iterator[LayoutBox]:
    """Yield a label with one line to write on beside it, or several below it."""
    page, styles = writer.page, writer.page.styles
    before = page.gap * 0.75
    label = (filled_packet.Span(block.label, strong=True),)
    if block.value:
        head = styles.fill_in.but(before=before)
        yield writer.text_box(
            label, head, writer.parent.add("P"), page.measure, within=page.inner_width, keep_next=True
        )
        value = text.plain(block.value)
        yield writer.text_box(value, styles.body, writer.parent.add("P"), page.measure, within=page.inner_width)
        return
    one = block.lines == 1
    width = page.inner_width * (0.45 if one else 1)
    room = width - page.gap if one else width
    boxes = [writer.text_box(label, styles.fill_in, writer.parent.add("P"), width - page.gap, within=room)]
    if block.note:
        note = text.plain(block.note)
        boxes.append(writer.text_box(note, styles.label, writer.parent.add("P"), width - page.gap, within=room))
    if one:
        lines = WritingLines(1, max(page.writing_line, boxes[0].height), page.inner_width - width)
        columns = (
            (page.beside(0, room, page.inner_width), StackBox(tuple(boxes))),
            (page.beside(width, lines.width, page.inner_width), StackBox((lines,))),
        )
        yield Columns(columns, before=before, after=before)
        return
    yield StackBox(tuple(boxes), before=before, keep_next=True)
    elastic = block.lines > 1
    yield WritingLines(block.lines, page.writing_line, page.inner_width, after=before, elastic=elastic)


def check_item(writer: Writer, block: filled_packet.CheckItem) -> Iterator[LayoutBox]:
    style = writer.page.styles.body
    indent = style.size * 2
    side, room = style.size * 1.05, writer.page.inner_width
    left = writer.page.beside(0, side, room)
    yield TickBox(side, drop=style.size * 0.2, left=left, before=style.size * 0.3)
    width = min(writer.page.measure, room - indent)
    line = writer.text_box(block.spans, style, writer.parent.add("P"), width, within=room - indent)
    yield Columns(((writer.page.beside(indent, room - indent, room), StackBox((line,))),), after=style.size * 0.3)
