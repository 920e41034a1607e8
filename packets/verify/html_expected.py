"""Say what an HTML copy must hold, from the filled packet alone: every text, its role, its language and its links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from msgspec import Struct

from packets.model import filled_packet
from packets.model.filled_packet import FilledPacket, Spans
from packets.model.picture import Picture
from packets.model.text_direction import is_right_to_left
from packets.values import HiddenFields
from packets.verify.html_reader import Run, merged

IDENTIFIERS, FOOTER = "the patient's name, record number and packet id", "the title and revision"


class ExpectedItem(HiddenFields, Struct, frozen=True):
    """A text, picture, box, list, table or row; `part` names where it is from, for messages.

    `personal` are its texts of the patient: the packet's days in them are marked as dates. Those in a heading are only
    where their year is written too, since its other words are the handout's.
    """

    part: str
    role: str
    language: str
    runs: tuple[Run, ...] = ()
    personal: tuple[str, ...] = ()
    picture: Picture | None = None
    qr_payload: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


def language_of(tag: str) -> str:
    return f"{tag} {'rtl' if is_right_to_left(tag) else 'ltr'}"


def expected_items(packet: FilledPacket) -> Iterator[ExpectedItem]:
    """Yield everything of a packet in reading order, with its header before and its footer after it."""
    language = language_of(packet.language)
    texts = packet.header_footer
    for text in filter(None, (texts.top_left, texts.top_right)):
        yield ExpectedItem(IDENTIFIERS, "p", language, _plain(text))
    in_section = False
    for number, block in enumerate(packet.blocks, 1):
        items = _Items(f"part {number} ({type(block).__name__})", language, in_section)
        yield from items.items_of(block)
        in_section = items.in_section
    yield ExpectedItem(FOOTER, "p", language, _plain(texts.bottom_left))


def _plain(text: str) -> tuple[Run, ...]:
    return (Run(text),) if text else ()


def _runs(spans: Spans) -> tuple[Run, ...]:
    return merged([Run(span.text, span.strong, span.link, span.link_title) for span in spans])


class _Items:
    """The items of one block, and whether a smaller heading after it belongs to a section."""

    def __init__(self, part: str, language: str, in_section: bool) -> None:
        self.part, self.language, self.in_section = part, language, in_section

    def item(self, role: str, text: str = "") -> ExpectedItem:
        return ExpectedItem(self.part, role, self.language, _plain(text))

    def of_patient(self, role: str, *lines: str) -> ExpectedItem:
        """Return a text of the patient; a date never goes on in the next line."""
        return ExpectedItem(self.part, role, self.language, _plain(" ".join(filter(None, lines))), lines)

    def spans(self, role: str, spans: Spans) -> ExpectedItem:
        personal = tuple(span.text for span in spans if span.personal)
        return ExpectedItem(self.part, role, self.language, _runs(spans), personal)

    def _picture(self, picture: Picture, alt: str) -> ExpectedItem:
        role = "img" if picture.pixels else "svg"
        return ExpectedItem(self.part, role, self.language, _plain(alt), picture=picture)

    def items_of(self, block: filled_packet.Block) -> Iterator[ExpectedItem]:
        match block:
            case filled_packet.Letterhead():
                if block.logo:
                    yield self._picture(block.logo, block.name)
                yield from (self.item("p", text) for text in (block.name, " · ".join(block.lines)) if text)
            case filled_packet.Title():
                yield self.item("h1", block.text)
                yield from (self.item("p", text) for text in (block.side, block.subtitle) if text)
            case filled_packet.Identifiers():
                for label, value in block.pairs:
                    yield self.item("dt", label)
                    yield self.of_patient("dd", value)
            case filled_packet.Heading():
                yield self.of_patient("h3" if block.level == 3 and self.in_section else "h2", block.text)
                self.in_section = self.in_section or block.level != 3
            case filled_packet.Paragraph() | filled_packet.CheckItem():
                yield self.spans("p", block.spans)
            case filled_packet.ListBlock():
                yield self.item("ol" if block.numbered else "ul")
                yield from (self.spans("li", item) for item in block.items)
            case filled_packet.DateTable() | filled_packet.Countdown():
                yield from self._date_table(block)
            case filled_packet.NoticeBox():
                self.in_section = False
                yield self.item("section notice")
                yield self.item("h2", block.label)
                yield from self._inner(block.blocks)
            case filled_packet.Callout():
                yield self.item(f"section callout {block.kind}")
                yield self.of_patient("h3" if self.in_section else "h2", block.heading)
                yield from self._inner(block.blocks)
            case filled_packet.Table():
                yield from self._table(block)
            case filled_packet.FormTable():
                yield from self._form_table(block)
            case filled_packet.Figure():
                yield self._picture(block.picture, block.alt)
                if block.caption:
                    yield self.item("figcaption", block.caption)
            case filled_packet.Booking():
                self.in_section = False
                yield from self._how_to_book(block)
            case filled_packet.HelpStrip():
                self.in_section = False
                if block.emergency:
                    yield self.item("section callout emergency")
                    yield self.spans("h2", block.emergency)
                    yield from self.items_of(filled_packet.ListBlock(block.signs))
                yield from self._how_to_book(block)
            case filled_packet.FillIn():
                yield self.spans("p", (filled_packet.Span(block.label, strong=True),))
                if block.value:
                    yield self.of_patient("p", block.value)
                else:
                    yield from (self.item("p", text) for text in filter(None, (block.note,)))
                    yield from (self.item("p") for _ in range(block.lines))
            case filled_packet.Disclaimer():
                self.in_section = False
                outer = self.language
                self.language = language_of(block.language) if block.language else outer
                yield self.item("section disclaimer")
                yield from (self.spans("p", paragraph) for paragraph in block.paragraphs)
                self.language = outer
            case filled_packet.DraftMark():
                yield self.item("p", block.text)
            case filled_packet.Together():
                yield from self._inner(block.blocks)
            case filled_packet.NewPage() | filled_packet.TurnPage():
                self.in_section = False
            case _:
                assert_never(block)

    def _inner(self, blocks: Iterable[filled_packet.Block]) -> Iterator[ExpectedItem]:
        for block in blocks:
            yield from self.items_of(block)

    def _date_table(self, block: filled_packet.DateTable | filled_packet.Countdown) -> Iterator[ExpectedItem]:
        yield self.item("table")
        yield self.item("tr")
        yield from (self.item("th col" if head else "td", head) for head in block.heads)
        for row in block.rows:
            yield self.item(f"tr {row.kind}")
            yield self.of_patient("td", row.when, row.more)
            yield self.item("th row", f"{row.label} {row.interval}")
            yield self.item("td", row.kind_label)

    def _table(self, block: filled_packet.Table) -> Iterator[ExpectedItem]:
        yield self.item("table")
        yield self.item("tr")
        yield from (self.item("th col" if head else "td", head) for head in block.columns)
        for row in block.rows:
            yield self.item("tr")
            for index, cell in enumerate(row):
                names_row = block.row_headers and index == 0 and filled_packet.joined(cell)
                yield self.spans("th row" if names_row else "td", cell)

    def _form_table(self, block: filled_packet.FormTable) -> Iterator[ExpectedItem]:
        yield self.item("table")
        yield self.item("tr")
        yield from (self.item("th col", head) for head in block.columns)
        for row in block.rows:
            yield self.item("tr ends-step" if row.ends_step else "tr")
            yield self.of_patient("th row", row.cells[0]) if block.personal else self.item("th row", row.cells[0])
            yield from (self.item("td", cell) for cell in row.cells[1:])
            if len(block.columns) > len(row.cells):
                yield self.item("td")  # its boxes have no text: the cell before it counts them in words

    def _how_to_book(self, block: filled_packet.Booking | filled_packet.HelpStrip) -> Iterator[ExpectedItem]:
        phones = block.phones if isinstance(block, filled_packet.HelpStrip) else ()
        site = ((block.site,),) if block.site else ()
        yield self.item("section notice")
        yield self.item("h2", block.heading)
        for spans in (*block.paragraphs, (block.number,), *phones, *site):
            yield self.spans("p", spans)
        yield ExpectedItem(self.part, "svg", self.language, _plain(block.qr_alt), qr_payload=block.qr_payload)
        yield self.item("figcaption", block.qr_caption)
