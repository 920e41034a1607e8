"""Lay out the help strip of page 1: whom to call, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packets.layout import text
from packets.layout.boxes import Bookmark, Columns, LayoutBox, StackBox, TextBox
from packets.layout.decorations import AlignedText, FigureBox, Headed, PageBottom, Panel, QrSymbol
from packets.layout.page import ACCENT, INK, WHITE, Page, Style
from packets.layout.structure_tree import Elem
from packets.model import filled_packet

if TYPE_CHECKING:
    from packets.layout.story import Writer


def help_strip(writer: Writer, block: filled_packet.HelpStrip) -> PageBottom:
    """Return the strip at the bottom of page 1: when to call for an emergency, the clinic's numbers, the QR code."""
    page, width = writer.page, writer.page.inner_width
    if not block.emergency:
        return PageBottom(StackBox((_numbers(writer, block, width),)), before=page.gap)
    if page.large:
        boxes = (_emergency(writer, block, width), _numbers(writer, block, width))
        return PageBottom(StackBox(boxes), before=page.gap * 0.4)
    narrow = (width - page.gap) * 0.43
    wide = width - page.gap - narrow
    left, right = _emergency(writer, block, narrow), _numbers(writer, block, wide)
    height = max(left.height, right.height)
    columns = (
        (page.beside(0, narrow, width), StackBox((left.at_least(height),))),
        (page.beside(narrow + page.gap, wide, width), StackBox((right.at_least(height),))),
    )
    return PageBottom(StackBox((Columns(columns),)), before=page.gap)


def _emergency(writer: Writer, block: filled_packet.HelpStrip, width: float) -> Headed:
    """Return the emergency number on a black bar, and below it the signs that call for it."""
    page, styles = writer.page, writer.page.styles
    writer.section = None
    section = writer.root.add("Sect")
    pad = page.gap * (0.45 if page.large else 0.7)
    room = width - 2 * pad
    style = _small(page).but(strong=True, color=WHITE, after=0)
    title = filled_packet.joined(block.emergency)
    heading = writer.piece(block.emergency, style, section.add("H2"), room, bookmark=Bookmark(title, 1))
    signs = filled_packet.ListBlock(block.signs)
    pieces = tuple(writer.items(signs, section, room, room, styles.item if not page.large else _small(page)))
    return Headed(heading, StackBox(pieces), width, pad, after=page.gap * 0.5)


def _small(page: Page) -> Style:
    """Return the smallest print that a patient must be able to read, in large print; the usual one otherwise."""
    body = page.styles.body
    return body.but(size=page.styles.label.size, leading=page.styles.label.leading, after=2) if page.large else body


def _numbers(writer: Writer, block: filled_packet.HelpStrip, width: float) -> Panel:
    """Return the clinic's numbers beside the QR code."""
    page, styles = writer.page, writer.page.styles
    writer.section = None
    section = writer.root.add("Sect")
    pad = page.gap * (0.45 if page.large else 0.7)
    inner = width - 2 * pad
    room = inner - page.qr - page.gap
    heading = styles.body.but(strong=True, color=ACCENT, after=0)
    number = styles.number
    if text.drawn_width(block.number.text, True, number.size) > room:
        number = number.but(size=styles.body.size * 1.2, leading=styles.body.leading * 1.15)
    small = styles.label.but(color=INK, after=1)
    pieces: list[LayoutBox] = [
        writer.piece(text.plain(block.heading), heading, section.add("H2"), room, bookmark=Bookmark(block.heading, 1)),
        *(writer.piece(spans, styles.body.but(after=2), section.add("P"), room) for spans in block.paragraphs),
        writer.piece((block.number,), number, section.add("P"), room),
        *(writer.piece(spans, small, section.add("P"), room) for spans in block.phones),
    ]
    if block.site:
        pieces.append(writer.piece((block.site,), small, section.add("P"), room))
    columns = (
        (page.beside(0, room, inner), StackBox(tuple(pieces))),
        (page.beside(room + page.gap, page.qr, inner), _symbol(writer, block, section)),
    )
    return Panel(StackBox((Columns(columns, middle=True),)), width, pad, None, radius=6)


def _symbol(writer: Writer, block: filled_packet.HelpStrip, section: Elem) -> StackBox:
    page = writer.page
    figure = section.add("Figure", alt=block.qr_alt, Layout={"Placement": "/Block"}).slot()
    code = FigureBox(QrSymbol(block.qr_payload, page.qr), figure)
    style = page.styles.label.but(color=INK)
    caption: TextBox = writer.piece(text.plain(block.qr_caption), style, section.add("P"), page.qr)
    return StackBox((code, AlignedText(caption, page.qr, 0.5)))
