"""List the parts of a filled packet in reading order, each with its indents, and the blank lines and boxes around them.

The forms are those that braille readers know: centered titles, headings in cell 5, paragraphs in cell 3, lists with
indented runovers, tables as steps with each column in a line of its own, and boxes between two lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import assert_never

from msgspec import Struct

from packets.model import filled_packet
from packets.model.filled_packet import FilledPacket, Spans, joined
from packets.values import HiddenFields

STEP = 2  # cells between the columns of a table
TO_WRITE_ON = "--"


class Form(Enum):
    """How many cells the first line of a part is indented, and its other lines."""

    PARAGRAPH = (2, 0)
    ENTRY = (0, 2)
    HEADING = (4, 4)
    SUBHEADING = (6, 6)
    TITLE = (3, 3)  # centered, with three blank cells on each side


class Part(HiddenFields, Struct, frozen=True):
    """A text with its form; `indent` is added to both of its indents.

    `keep` puts its lines on the same page as what follows. `language` is its own, or the packet's if empty.
    """

    text: str
    form: Form = Form.PARAGRAPH
    indent: int = 0
    keep: bool = False
    language: str = ""


class Mark(Enum):
    """What is between the parts."""

    BLANK_LINE = "blank line"
    BOX_BEGINS = "box begins"
    BOX_ENDS = "box ends"


Piece = Part | Mark


def pieces(packet: FilledPacket) -> Iterator[Piece]:
    """Yield everything between the header and the page numbers, with the title and revision at the end."""
    for block in packet.blocks:
        yield from _block(block)
    yield Mark.BLANK_LINE
    yield Part(packet.header_footer.bottom_left)


def _block(block: filled_packet.Block) -> Iterator[Piece]:
    match block:
        case filled_packet.Letterhead():
            yield Part(block.name, Form.TITLE)
            yield from _texts(Form.TITLE, " · ".join(block.lines))
            yield Mark.BLANK_LINE
        case filled_packet.Title():
            yield from _texts(Form.TITLE, block.text, block.side, block.subtitle)
            yield Mark.BLANK_LINE
        case filled_packet.Identifiers():
            yield from (Part(f"{label}: {value}", Form.ENTRY) for label, value in block.pairs)
        case filled_packet.Heading():
            yield Mark.BLANK_LINE
            yield Part(block.text, Form.SUBHEADING if block.level == 3 else Form.HEADING, keep=True)
        case filled_packet.Paragraph():
            yield Part(joined(block.spans))
        case filled_packet.CheckItem():
            yield Part(joined(block.spans), Form.ENTRY)
        case filled_packet.ListBlock():
            for number, item in enumerate(block.items, 1):
                yield Part(f"{number}. {joined(item)}" if block.numbered else joined(item), Form.ENTRY)
        case filled_packet.DateTable() | filled_packet.Countdown():
            rows = [(_when(row), f"{row.label} {row.interval}", row.kind_label) for row in block.rows]
            yield from _table(block.heads, rows)
        case filled_packet.Table():
            yield from _table(block.columns, [tuple(map(joined, row)) for row in block.rows])
        case filled_packet.FormTable():
            yield from _table(block.columns, [row.cells for row in block.rows])
        case filled_packet.NoticeBox():
            yield from _box(block.label, block.blocks)
        case filled_packet.Callout():
            yield from _box(block.heading, block.blocks)
        case filled_packet.Figure():
            yield Mark.BLANK_LINE
            yield from _texts(Form.ENTRY, block.alt, block.caption)
            yield Mark.BLANK_LINE
        case filled_packet.Booking():
            yield from _box(block.heading, _booking_lines(block))
        case filled_packet.HelpStrip():
            if block.emergency:
                yield from _box(joined(block.emergency), (filled_packet.ListBlock(block.signs),))
            yield from _box(block.heading, _booking_lines(block))
        case filled_packet.FillIn():
            yield Part(f"{block.label}: {block.value}" if block.value else block.label, Form.ENTRY)
            if not block.value:
                yield from _texts(Form.ENTRY, block.note)
                yield from (Part(TO_WRITE_ON, Form.ENTRY) for _ in range(block.lines))
        case filled_packet.Disclaimer():
            yield Mark.BLANK_LINE
            yield from (Part(joined(spans), language=block.language) for spans in block.paragraphs)
        case filled_packet.DraftMark():
            yield Part(block.text, Form.TITLE)
            yield Mark.BLANK_LINE
        case filled_packet.Together():
            yield from _blocks(block.blocks)
        case filled_packet.NewPage() | filled_packet.TurnPage():
            yield Mark.BLANK_LINE
        case _:
            assert_never(block)


def _blocks(blocks: Iterable[filled_packet.Block]) -> Iterator[Piece]:
    for block in blocks:
        yield from _block(block)


def _texts(form: Form, *texts: str) -> Iterator[Part]:
    return (Part(text, form) for text in texts if text)


def _box(heading: str, blocks: Iterable[filled_packet.Block]) -> Iterator[Piece]:
    yield Mark.BOX_BEGINS
    yield Part(heading, Form.HEADING, keep=True)
    yield from _blocks(blocks)
    yield Mark.BOX_ENDS


def _booking_lines(block: filled_packet.Booking | filled_packet.HelpStrip) -> Iterator[filled_packet.Paragraph]:
    """Yield the ways to book or call. The QR code is left out: nobody can scan it here."""
    phones: tuple[Spans, ...] = block.phones if isinstance(block, filled_packet.HelpStrip) else ()
    site = ((block.site,),) if block.site else ()
    for spans in (*block.paragraphs, (block.number,), *phones, *site):
        yield filled_packet.Paragraph(spans)


def _when(row: filled_packet.DateRow) -> str:
    """Return the date in one line, with a comma between two numbers: with a blank they could be read as one."""
    comma = "," if row.when[-1:].isdigit() and row.more[:1].isdigit() else ""
    return f"{row.when}{comma} {row.more}".strip()


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[Piece]:
    """Yield each cell in a line of its own, one step farther right than the column before it."""
    yield Mark.BLANK_LINE
    for row in (tuple(heads), *rows):
        for column, text in enumerate(row):
            yield Part(text or TO_WRITE_ON, Form.ENTRY, column * STEP, keep=column < len(row) - 1)
    yield Mark.BLANK_LINE
