"""Lay out the help strip of page 1: whom to call, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from packets.layout import text
from packets.layout.boxes import Bookmark, Columns, LayoutBox, StackBox, TextBox
from packets.layout.callouts import CalloutBox
from packets.layout.decorations import AlignedText, FigureBox, PageBottom, Panel, QrSymbol
from packets.layout.page import ACCENT, WHITE, Page, Style
from packets.layout.structure_tree import Elem
from packets.model import filled_packet
from packets.model.handout import CalloutKind

if TYPE_CHECKING:
    from packets.layout.story import Writer


def help_strip(writer: Writer, block: filled_packet.HelpStrip) -> PageBottom:
    """Return the strip at the bottom of page 1: when to call for an emergency, the clinic's numbers, the QR code.

    The two boxes are side by side; in large print one is above the other, unless that is taller and the page compact.
    """
    page = writer.page
    before = page.first_gap * (0.4 if page.large else 1)
    if not block.emergency:
        return PageBottom(StackBox((_numbers(writer, block, page.inner_width),)), before=before)
    arrangements = (_above_each_other, _side_by_side) if page.large else (_side_by_side,)
    if not page.compact:
        return PageBottom(arrangements[0](writer, block), before=before)
    lowest = min(arrangements, key=lambda arrange: arrange(replace(writer, root=Elem("Document")), block).height)
    return PageBottom(lowest(writer, block), before=before)


def _above_each_other(writer: Writer, block: filled_packet.HelpStrip) -> StackBox:
    width = writer.page.inner_width
    return StackBox((_emergency(writer, block, width), _numbers(writer, block, width)))


def _side_by_side(writer: Writer, block: filled_packet.HelpStrip) -> StackBox:
    page, width = writer.page, writer.page.inner_width
    narrow = (width - page.gap) * 0.43
    wide = width - page.gap - narrow
    left, right = _emergency(writer, block, narrow), _numbers(writer, block, wide)
    height = max(left.height, right.height)
    columns = (
        (page.beside(0, narrow, width), StackBox((left.at_least(height),))),
        (page.beside(narrow + page.gap, wide, width), StackBox((right.at_least(height),))),
    )
    return StackBox((Columns(columns),))


def _emergency(writer: Writer, block: filled_packet.HelpStrip, width: float) -> CalloutBox:
    """Return the emergency number on a black bar, and below it the signs that call for it."""
    page = writer.page
    writer.section = None
    section = writer.root.add("Sect")
    pad = page.first_gap * (0.45 if page.large else 0.7)
    room = width - 2 * pad
    style = _small(page).but(strong=True, color=WHITE, after=0)
    title = filled_packet.joined(block.emergency)
    heading = writer.text_box(block.emergency, style, section.add("H2"), room, bookmark=Bookmark(title, 1))
    boxes = _signs(writer, block, section, room)
    after = page.first_gap * 0.5
    kind = CalloutKind.EMERGENCY
    return CalloutBox(StackBox((heading,)), StackBox(boxes), kind, width, pad, pad / 2, icon=0, after=after)


def _signs(writer: Writer, block: filled_packet.HelpStrip, section: Elem, room: float) -> tuple[LayoutBox, ...]:
    """Return the signs, two on a line if the page has little room and no sign needs more."""
    page = writer.page
    signs = filled_packet.ListBlock(block.signs)
    style = _small(page) if page.large else page.styles.item
    half = (room - page.gap) / 2
    longest = max(text.drawn_width(filled_packet.joined(sign), False, style.size) for sign in block.signs)
    if not page.compact or longest > half - 2 * style.size:
        return tuple(writer.items(signs, section, room, room, style))
    entries = [entry for entry in writer.items(signs, section, half, half, style) if isinstance(entry, Columns)]
    starts = page.beside(0, half, room), page.beside(room - half, half, room)
    return tuple(
        Columns(
            tuple(
                (start + left, stack)
                for start, entry in zip(starts, entries[first : first + 2], strict=False)
                for left, stack in entry.columns
            ),
            after=entries[first].after,
        )
        for first in range(0, len(entries), 2)
    )


def _small(page: Page) -> Style:
    """Return the smallest print that a patient must be able to read, in large print; the usual one otherwise."""
    body = page.styles.body
    return body.but(size=page.styles.label.size, leading=page.styles.label.leading, after=2) if page.large else body


def _numbers(writer: Writer, block: filled_packet.HelpStrip, width: float) -> Panel:
    """Return the clinic's numbers beside the QR code."""
    page, styles = writer.page, writer.page.styles
    writer.section = None
    section = writer.root.add("Sect")
    pad = page.first_gap * (0.45 if page.large else 0.7)
    inner = width - 2 * pad
    side = max(page.qr, width * 0.3) if page.large else page.qr  # of the code with its caption
    room = inner - side - page.gap
    heading = styles.body.but(strong=True, color=ACCENT, after=0)
    number = _fitting(block.number.text, styles.number, room, page.smallest)
    small = styles.label.but(after=1)
    boxes: list[LayoutBox] = [
        writer.text_box(
            text.plain(block.heading), heading, section.add("H2"), room, bookmark=Bookmark(block.heading, 1)
        ),
        *(writer.text_box(spans, styles.body.but(after=2), section.add("P"), room) for spans in block.paragraphs),
        writer.text_box((block.number,), number, section.add("P"), room),
        *(writer.text_box(spans, small, section.add("P"), room) for spans in block.phones),
    ]
    if block.site:
        boxes.append(writer.text_box((block.site,), small, section.add("P"), room))
    columns = (
        (page.beside(0, room, inner), StackBox(tuple(boxes))),
        (page.beside(room + page.gap, side, inner), _symbol(writer, block, section, side)),
    )
    return Panel(StackBox((Columns(columns, middle=True),)), width, pad, None, radius=6)


def _fitting(number: str, style: Style, room: float, smallest: float) -> Style:
    """Return the style, smaller if the number would not be on one line, but not below `smallest`."""
    width = text.drawn_width(number, True, style.size)
    size = max(smallest, min(style.size, style.size * room / width * 0.99))
    return style.but(size=size, leading=style.leading * size / style.size)


def _symbol(writer: Writer, block: filled_packet.HelpStrip, section: Elem, width: float) -> StackBox:
    """Return the QR code above its caption."""
    page = writer.page
    figure = section.add("Figure", alt=block.qr_alt, Layout={"Placement": "/Block"}).slot()
    code = FigureBox(QrSymbol(block.qr_payload, page.qr), figure, left=(width - page.qr) / 2)
    style = page.styles.label
    caption: TextBox = writer.text_box(text.plain(block.qr_caption), style, section.add("P"), width)
    return StackBox((code, AlignedText(caption, width, 0.5)))
