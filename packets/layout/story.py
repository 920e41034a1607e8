"""Turn the blocks of a filled packet into boxes and a structure tree, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, assert_never

from msgspec import Struct

from packets.layout import (
    callouts,
    countdown,
    date_table,
    first_page,
    form_table,
    help_strip,
    pictures,
    tables,
    text,
    writing,
)
from packets.layout.boxes import Bookmark, Columns, LayoutBox, StackBox, TextBox
from packets.layout.decorations import AlignedText, Break, FigureBox, Framed, QrSymbol, Rule
from packets.layout.page import ACCENT, SHADE, Page, Style
from packets.layout.structure_tree import Elem
from packets.model import filled_packet
from packets.values import HiddenFields

SHORT_LIST = 4  # entries, at most, that are never split over two pages


class Story(HiddenFields, Struct, frozen=True, eq=False):
    boxes: tuple[LayoutBox, ...]
    root: Elem


def is_before_list(blocks: Sequence[filled_packet.Block], index: int) -> bool:
    """Return whether a list or table follows this block, so that its last line must stay with it."""
    following = blocks[index + 1 : index + 2]
    lists = filled_packet.ListBlock | filled_packet.Table | filled_packet.FormTable
    return any(isinstance(block, lists) for block in following)


def story(
    packet: filled_packet.FilledPacket, page: Page, wrap: Callable[[int, LayoutBox], LayoutBox] | None = None
) -> Story:
    """Return the boxes and the structure tree; `wrap` may wrap each box. Raise fonts.MissingGlyphError.

    `wrap` gets the index of the block and the box.
    """
    writer = Writer(page, Elem("Document"))
    boxes: list[LayoutBox] = []
    for index, block in enumerate(packet.blocks):
        block_boxes = writer.block(block, is_before_list(packet.blocks, index))
        boxes += [wrap(index, box) for box in block_boxes] if wrap else block_boxes
    return Story(tuple(boxes), writer.root)


class Writer(HiddenFields, Struct, eq=False):
    """Turn one block after another into boxes; a block on its own gives the same boxes as in its packet."""

    page: Page
    root: Elem
    section: Elem | None = None

    @property
    def parent(self) -> Elem:
        """Return the element that the next block is put into."""
        return self.section or self.root

    def block(self, block: filled_packet.Block, before_list: bool = False) -> Iterator[LayoutBox]:
        """Yield the boxes of a block; `before_list` says that a list follows."""
        match block:
            case filled_packet.Letterhead():
                yield from first_page.letterhead(self, block)
            case filled_packet.Title():
                yield from first_page.title(self, block)
            case filled_packet.Heading():
                yield from self.heading(block)
            case filled_packet.Identifiers():
                yield first_page.patient_band(self, block)
            case filled_packet.Paragraph():
                yield self.paragraph(block, self.parent, before_list=before_list)
            case filled_packet.ListBlock():
                yield from self.items(block, self.parent, self.page.measure, self.page.inner_width)
            case filled_packet.DateTable():
                yield date_table.date_table(self, block)
            case filled_packet.Countdown():
                yield countdown.countdown(self, block)
            case filled_packet.NoticeBox():
                yield self.notice_box(block)
            case filled_packet.Callout():
                yield callouts.callout(self, block)
            case filled_packet.Table():
                yield tables.table(self, block)
            case filled_packet.FormTable():
                yield form_table.form_table(self, block)
            case filled_packet.Figure():
                yield pictures.figure(self, block)
            case filled_packet.Together():
                yield self.together(block)
            case filled_packet.Booking():
                yield self.booking(block)
            case filled_packet.HelpStrip():
                yield help_strip.help_strip(self, block)
            case filled_packet.FillIn():
                yield from writing.fill_in(self, block)
            case filled_packet.CheckItem():
                yield from writing.check_item(self, block)
            case filled_packet.Disclaimer():
                yield callouts.disclaimer(self, block)
            case filled_packet.DraftMark():
                yield self.draft_mark(block)
            case filled_packet.NewPage() | filled_packet.TurnPage():
                self.section = None
                yield Break(always=isinstance(block, filled_packet.TurnPage))
            case _:
                assert_never(block)

    def together(self, block: filled_packet.Together) -> StackBox:
        boxes: list[LayoutBox] = []
        for index, inner in enumerate(block.blocks):
            boxes += self.block(inner, is_before_list(block.blocks, index))
        return StackBox(tuple(boxes), before=boxes[0].before, after=boxes[-1].after)

    # ---- text

    def text_box(
        self,
        spans: filled_packet.Spans,
        style: Style,
        elem: Elem,
        width: float,
        *,
        within: float = 0,
        keep_next: bool = False,
        bookmark: Bookmark | None = None,
    ) -> TextBox:
        """Return a text box; `within` is the whole room if it is wider, since right-to-left text begins at its end."""
        more = {"within": within} if within and style.right_to_left else {}
        lines = text.break_lines(spans, style, width, **more)
        return TextBox(lines, text.span_slots(elem, spans), style.before, style.after, keep_next, bookmark)

    def heading(self, block: filled_packet.Heading) -> Iterator[LayoutBox]:
        style, width = self.page.styles.heading, self.page.inner_width
        if block.level == 3:
            elem = self.parent.add("H3" if self.section else "H2")
            bookmark = Bookmark(block.text, 2 if self.section else 1)
            yield self.text_box(
                text.plain(block.text), self.page.styles.subheading, elem, width, keep_next=True, bookmark=bookmark
            )
            return
        self.section = self.root.add("Sect")
        yield Rule(width, 1.2, ACCENT, before=style.before, after=style.size * 0.45)
        elem = self.section.add("H2")
        spans = text.plain(block.text)
        heading = style.but(before=0)
        yield self.text_box(spans, heading, elem, width, keep_next=True, bookmark=Bookmark(block.text, 1))

    def paragraph(self, block: filled_packet.Paragraph, parent: Elem, *, before_list: bool = False) -> LayoutBox:
        style = self.page.styles.small if block.small else self.page.styles.body
        width, room = self.page.line_width(style), self.page.inner_width
        return self.text_box(block.spans, style, parent.add("P"), width, within=room, keep_next=before_list)

    def items(
        self,
        block: filled_packet.ListBlock,
        parent: Elem,
        width: float,
        within: float,
        style: Style | None = None,
    ) -> Iterator[LayoutBox]:
        style = style or self.page.styles.item
        indent = style.size * (1.9 if block.numbered else 1.35)
        numbering = "/Decimal" if block.numbered else "/Disc"
        parent_list = parent.add("L", List={"ListNumbering": numbering})
        for number, spans in enumerate(block.items, 1):
            item = parent_list.add("LI")
            label = text.plain(f"{number}." if block.numbered else "•")
            label_lines = text.break_lines(label, style, indent)
            label_slots = text.span_slots(item.add("Lbl"), label)
            body = item.add("LBody")
            last = number == len(block.items)
            inner = self.text_box(
                spans,
                style.but(after=self.page.styles.body.after if last else style.after),
                body,
                min(width, within - indent),
                within=within - indent,
            )
            beside = 5 - (within - indent) if self.page.right_to_left else indent - 5
            box = TextBox(
                inner.lines, inner.span_slots, inner.before, inner.after, label=(label_lines, label_slots, beside)
            )
            left = self.page.beside(indent, within - indent, within)
            # No entry is alone at the top or bottom of a page, and a short list stays together.
            together = not last and (number in (1, len(block.items) - 1) or len(block.items) <= SHORT_LIST)
            yield Columns(((left, StackBox((box,))),), after=inner.after, keep_next=together)

    def draft_mark(self, block: filled_packet.DraftMark) -> LayoutBox:
        body, label = self.page.styles.body, self.page.styles.label
        style = (label if self.page.large else body).but(strong=True, after=0)
        pad, inset = (5.0 if self.page.compact else 7.0), 7.0
        room = self.page.inner_width - 2 * pad - inset
        line = self.text_box(text.plain(block.text), style, self.parent.add("P"), room)
        shade: dict[str, Any] = {"shade": SHADE, "inset": inset, "right_to_left": self.page.right_to_left}
        return Framed(
            StackBox((line,)),
            self.page.inner_width,
            pad,
            before=5,
            after=self.page.first_gap * 0.7,
            keep_next=True,
            **shade,
        )

    def notice_box(self, block: filled_packet.NoticeBox) -> LayoutBox:
        page = self.page
        self.section = None
        section = self.root.add("Sect")
        pad = page.gap * 0.85
        room = page.inner_width - 2 * pad
        width = min(room, page.measure)
        boxes: list[LayoutBox] = [self.box_heading(block.label, section, room)]
        for inner in block.blocks:
            if isinstance(inner, filled_packet.Paragraph):
                boxes.append(self.text_box(inner.spans, page.styles.body, section.add("P"), width, within=room))
            else:
                boxes += self.items(inner, section, width, room)
        return Framed(StackBox(tuple(boxes)), page.inner_width, pad, before=page.gap, after=page.gap)

    def box_heading(self, label: str, section: Elem, width: float) -> TextBox:
        style = self.page.styles.body.but(strong=True, color=ACCENT, after=3)
        bookmark = Bookmark(label, 1)
        return self.text_box(text.plain(label), style, section.add("H2"), width, keep_next=True, bookmark=bookmark)

    def booking(self, block: filled_packet.Booking) -> LayoutBox:
        page, styles = self.page, self.page.styles
        self.section = None
        section = self.root.add("Sect")
        pad = page.gap * 0.85
        width = page.inner_width - 2 * pad - page.qr - page.gap
        boxes: list[LayoutBox] = [self.box_heading(block.heading, section, width)]
        boxes += [self.text_box(spans, styles.body, section.add("P"), width) for spans in block.paragraphs]
        boxes.append(self.text_box((block.number,), styles.number, section.add("P"), width))
        if block.site:
            boxes.append(self.text_box((block.site,), styles.body, section.add("P"), width))
        figure = section.add("Figure", alt=block.qr_alt, Layout={"Placement": "/Block"}).slot()
        code = FigureBox(QrSymbol(block.qr_payload, page.qr), figure)
        style = styles.label
        caption = self.text_box(text.plain(block.qr_caption), style, section.add("P"), page.qr)
        symbol = StackBox((code, AlignedText(caption, page.qr, 0.5)))
        columns = (
            (page.beside(0, width, page.inner_width - 2 * pad), StackBox(tuple(boxes))),
            (page.beside(width + page.gap, page.qr, page.inner_width - 2 * pad), symbol),
        )
        inner = Columns(columns, middle=True)
        return Framed(StackBox((inner,)), page.inner_width, pad, before=page.gap, after=page.gap)
