"""Define a filled packet: no placeholder, condition or unformatted date is left, so layout can place it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import assert_never

from msgspec import Struct

from packets.model.attached_pdf import AttachedPdf
from packets.model.handout import CalloutKind
from packets.model.picture import Picture
from packets.values import HiddenFields


class Span(HiddenFields, Struct, frozen=True):
    """A run of finished text; `link` is a tel: or https: address.

    `personal` marks text of one patient, which the renderer must not reuse for the next.
    """

    text: str
    strong: bool = False
    link: str = ""
    link_title: str = ""  # what the link does, for assistive technology
    personal: bool = False


Spans = tuple[Span, ...]


class Letterhead(HiddenFields, Struct, frozen=True):
    """The clinic's name, its site, address and number line by line, and its logo, which has the name as its words."""

    name: str
    lines: tuple[str, ...]
    logo: Picture | None = None


class Title(HiddenFields, Struct, frozen=True):
    """The title and subtitle; `side` is the side of the operation in the clinic's words."""

    text: str
    subtitle: str
    side: str = ""


class Identifiers(HiddenFields, Struct, frozen=True):
    """Pairs of label and value: patient, record number, surgeon, surgery date."""

    pairs: tuple[tuple[str, str], ...]


class Heading(HiddenFields, Struct, frozen=True):
    text: str
    level: int = 2


class Paragraph(HiddenFields, Struct, frozen=True):
    spans: Spans
    small: bool = False


class ListBlock(HiddenFields, Struct, frozen=True):
    """Bullets, or numbered steps."""

    items: tuple[Spans, ...]
    numbered: bool = False


class DateRow(HiddenFields, Struct, frozen=True):
    """A row of the table of dates; `kind` is expectation, restriction or appointment."""

    when: str  # "" on a rack copy, which prints a line to write the date on
    more: str  # the second line of the date: its year, or the end of a range
    label: str
    interval: str
    kind: str
    kind_label: str


class DateTable(HiddenFields, Struct, frozen=True):
    heads: tuple[str, str, str]
    rows: tuple[DateRow, ...]


class Countdown(HiddenFields, Struct, frozen=True):
    """The dates as steps up to the surgery; `arrives` says that the last one is when to come to the hospital."""

    heads: tuple[str, str, str]
    rows: tuple[DateRow, ...]
    arrives: bool


class NoticeBox(HiddenFields, Struct, frozen=True):
    """A framed notice with a bold label."""

    label: str
    blocks: tuple[Paragraph | ListBlock, ...]


class Callout(HiddenFields, Struct, frozen=True):
    """A box that pages never split."""

    kind: CalloutKind
    heading: str
    blocks: tuple[Paragraph | ListBlock, ...]


class Table(HiddenFields, Struct, frozen=True):
    """A table; each row has one cell for each column, and a cell may be empty."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]
    row_headers: bool = False
    grid: bool = False  # with lines between the columns, to write in; its row headers are bold where their spans are


class FormRow(HiddenFields, Struct, frozen=True):
    """A row to fill in; an empty cell is a line to write on. `ends_step` draws a heavier line below it."""

    cells: tuple[str, ...]
    boxes: int = 0
    ends_step: bool = False


class FormTable(HiddenFields, Struct, frozen=True):
    """A table to fill in; the first cell of each row names it.

    If there is one column more than cells, it has boxes to check. `personal` says that the rows have the dates of one
    patient.
    """

    columns: tuple[str, ...]
    rows: tuple[FormRow, ...]
    personal: bool


class Figure(HiddenFields, Struct, frozen=True):
    """A picture with the caption below it, on one page; `width` is its part of the width of the text."""

    picture: Picture
    alt: str
    caption: str = ""
    width: float = 1


class Booking(HiddenFields, Struct, frozen=True):
    """How to book: the clinic's text, the phone number in large type and a QR code."""

    heading: str
    paragraphs: tuple[Spans, ...]
    number: Span
    qr_payload: str
    qr_alt: str
    qr_caption: str
    site: Span | None = None  # where to book on the web, if the clinic has such a site


class HelpStrip(HiddenFields, Struct, frozen=True):
    """Whom to call, at the bottom of page 1.

    `emergency` is the sentence with the emergency number, and `signs` when to call it; both are empty if the clinic has
    none, and then there is room for the clinic's text about booking (`paragraphs`). `phones` are the hours of the first
    number, and every other number.
    """

    emergency: Spans
    signs: tuple[Spans, ...]
    heading: str
    paragraphs: tuple[Spans, ...]
    number: Span
    phones: tuple[Spans, ...]
    site: Span | None
    qr_payload: str
    qr_alt: str
    qr_caption: str


class FillIn(HiddenFields, Struct, frozen=True):
    """A label with its value, or with blank lines and a note ("Ask your nurse")."""

    label: str
    value: str
    lines: int
    note: str


class CheckItem(HiddenFields, Struct, frozen=True):
    """A checkbox followed by text."""

    spans: Spans


class Disclaimer(HiddenFields, Struct, frozen=True):
    """The disclaimer, below a hairline."""

    paragraphs: tuple[Spans, ...]
    language: str = ""  # set if it differs from the packet's: the clinic's original text below a translation


class DraftMark(HiddenFields, Struct, frozen=True):
    text: str


class Together(HiddenFields, Struct, frozen=True):
    """Blocks that are on one page if they fit on one."""

    blocks: tuple[Block, ...]


class NewPage(HiddenFields, Struct, frozen=True):
    pass


class TurnPage(HiddenFields, Struct, frozen=True):
    """An unconditional page break; `NewPage` has no effect on a page with much room left (`page_breaks`)."""


Block = (
    Letterhead
    | Title
    | Identifiers
    | Heading
    | Paragraph
    | ListBlock
    | DateTable
    | Countdown
    | NoticeBox
    | Callout
    | Table
    | FormTable
    | Figure
    | Booking
    | HelpStrip
    | FillIn
    | CheckItem
    | Disclaimer
    | DraftMark
    | Together
    | NewPage
    | TurnPage
)


class HeaderFooter(HiddenFields, Struct, frozen=True):
    """The header and footer of every page."""

    top_left: str  # both identifiers; "" on a rack copy
    top_right: str
    bottom_left: str
    page_of: str  # "Page {page} of {pages}"

    def page(self, page: int, pages: int) -> str:
        return self.page_of.replace("{page}", str(page)).replace("{pages}", str(pages))


class PrintedDay(HiddenFields, Struct, frozen=True):
    """A day in the words in which the packet may print it, such as "Mon Dec 21"."""

    words: str
    day: dt.date


class FilledPacket(HiddenFields, Struct, frozen=True):
    """One packet, in reading order.

    `title` is the PDF's metadata title. Of the patient's data it has only the packet id and the clinic's words for the
    side of the operation, which do not identify anyone. `dates` are the printed dates that verification must find;
    empty on a rack copy. `days` has every form in which a day of the patient may be printed. `left_out` names the
    drafts that were not printed. With `page_by_page` a page break changes nothing on the pages before it, as two
    languages side by side need it. `attached` follow its own pages; `pages_before` and `pages_after` count pages of the
    same file that are rendered separately, so that the page numbers are right.
    """

    language: str
    title: str
    packet_id: str
    blocks: tuple[Block, ...]
    header_footer: HeaderFooter
    dates: tuple[str, ...]
    days: tuple[PrintedDay, ...] = ()
    left_out: tuple[str, ...] = ()
    page_by_page: bool = False
    attached: tuple[AttachedPdf, ...] = ()
    pages_before: int = 0
    pages_after: int = 0

    def texts(self) -> Iterator[str]:
        """Yield every text of the packet in reading order, with the alternative text for a figure."""
        for block in self.blocks:
            yield from texts(block)


def flattened(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks in order, with the blocks of a Together in its place."""
    for block in blocks:
        yield from flattened(block.blocks) if isinstance(block, Together) else (block,)


def joined(spans: Spans) -> str:
    return "".join(span.text for span in spans)


def texts(block: Block) -> Iterator[str]:
    """Yield the block's texts in reading order, without empty ones."""
    match block:
        case Letterhead():
            parts = [block.name if block.logo else "", block.name, " · ".join(block.lines)]
        case Title():
            parts = [block.text, block.side, block.subtitle]
        case Identifiers():
            parts = [text for pair in block.pairs for text in pair]
        case Heading() | DraftMark():
            parts = [block.text]
        case Paragraph() | CheckItem():
            parts = [joined(block.spans)]
        case ListBlock():
            parts = []
            for number, item in enumerate(block.items, 1):
                parts += [f"{number}." if block.numbered else "•", joined(item)]
        case DateTable() | Countdown():
            parts = list(block.heads)
            for row in block.rows:
                parts += [row.when, row.more, row.label, row.interval, row.kind_label]
        case NoticeBox():
            parts = [block.label, *(text for inner in block.blocks for text in texts(inner))]
        case Callout():
            parts = [block.heading, *(text for inner in block.blocks for text in texts(inner))]
        case Table():
            parts = [*block.columns, *(joined(cell) for row in block.rows for cell in row)]
        case FormTable():
            parts = [*block.columns, *(cell for form_row in block.rows for cell in form_row.cells)]
        case Figure():
            parts = [block.alt, block.caption]
        case Booking():
            site = block.site.text if block.site else ""
            parts = [block.heading, *map(joined, block.paragraphs), block.number.text, site]
            parts += [block.qr_alt, block.qr_caption]
        case HelpStrip():
            parts = [joined(block.emergency), *(text for sign in block.signs for text in ("•", joined(sign)))]
            parts += [block.heading, *map(joined, block.paragraphs), block.number.text, *map(joined, block.phones)]
            parts += [block.site.text if block.site else "", block.qr_alt, block.qr_caption]
        case FillIn():
            parts = [block.label, block.value, block.note]
        case Disclaimer():
            parts = [joined(paragraph) for paragraph in block.paragraphs]
        case Together():
            parts = [text for inner in block.blocks for text in texts(inner)]
        case NewPage() | TurnPage():
            parts = []
        case _:
            assert_never(block)
    yield from filter(None, parts)
