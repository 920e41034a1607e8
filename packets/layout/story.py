"""Turn the blocks of a filled packet into boxes and a structure tree, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from packets.layout import callouts, pictures, tables, text, timeline, writing
from packets.layout.boxes import Bookmark, Columns, LayoutBox, Rows, StackBox, TextBox
from packets.layout.decorations import Break, CenteredText, FigureBox, Framed, QrSymbol, Rule, WritingLines
from packets.layout.page import ACCENT, HAIRLINE, INK, SHADE, Color, Page, Style
from packets.layout.structure_tree import Elem
from packets.model import filled_packet
from packets.model.text_direction import is_right_to_left

SHORT_LIST = 4  # entries, at most, that are never split over two pages


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Story:
    pieces: tuple[LayoutBox, ...]
    root: Elem


def leads_list(blocks: Sequence[filled_packet.Block], index: int) -> bool:
    """Return whether a list or table follows this block, so that its last line must stay with it."""
    following = blocks[index + 1 : index + 2]
    return any(isinstance(block, filled_packet.ListBlock | filled_packet.Table) for block in following)


def story(
    packet: filled_packet.FilledPacket, page: Page, wrap: Callable[[int, LayoutBox], LayoutBox] | None = None
) -> Story:
    """Return the boxes and the structure tree; `wrap` may wrap each box. Raise fonts.MissingGlyph.

    `wrap` gets the index of the block and the box.
    """
    writer = Writer(page, Elem("Document"))
    pieces: list[LayoutBox] = []
    for index, block in enumerate(packet.blocks):
        made = writer.block(block, leads_list(packet.blocks, index))
        pieces += [wrap(index, piece) for piece in made] if wrap else made
    return Story(tuple(pieces), writer.root)


@dataclass(slots=True, eq=False, repr=False)
class Writer:
    """Turns one block after another into boxes; a block on its own gives the same boxes as in its packet."""

    page: Page
    root: Elem
    section: Elem | None = None

    @property
    def at(self) -> Elem:
        return self.section or self.root

    def block(self, block: filled_packet.Block, leads: bool = False) -> Iterator[LayoutBox]:
        """Yield the boxes of a block; `leads` says that a list follows."""
        match block:
            case filled_packet.Title():
                yield from self.title(block)
            case filled_packet.SideLabel():
                yield self.side_label(block)
            case filled_packet.Heading():
                yield from self.heading(block)
            case filled_packet.Identifiers():
                yield from self.identifiers(block)
            case filled_packet.Paragraph():
                yield self.paragraph(block, self.at, leads=leads)
            case filled_packet.ListBlock():
                yield from self.items(block, self.at, self.page.measure, self.page.inner_width)
            case filled_packet.Timeline():
                yield self.timeline(block)
            case filled_packet.DateTable():
                yield self.date_table(block)
            case filled_packet.NoticeBox():
                yield self.box(block)
            case filled_packet.Callout():
                yield callouts.callout(self, block)
            case filled_packet.Table():
                yield tables.table(self, block)
            case filled_packet.Figure():
                yield pictures.figure(self, block)
            case filled_packet.Together():
                yield self.together(block)
            case filled_packet.Booking():
                yield self.booking(block)
            case filled_packet.FillIn():
                yield from writing.fill_in(self, block)
            case filled_packet.CheckItem():
                yield from writing.tick(self, block)
            case filled_packet.Disclaimer():
                yield self.small(block)
            case filled_packet.DraftMark():
                yield self.draft_mark(block)
            case filled_packet.NewPage() | filled_packet.TurnPage():
                self.section = None
                yield Break(always=isinstance(block, filled_packet.TurnPage))
            case _:
                assert_never(block)

    def together(self, block: filled_packet.Together) -> StackBox:
        pieces: list[LayoutBox] = []
        for index, inner in enumerate(block.blocks):
            pieces += self.block(inner, leads_list(block.blocks, index))
        return StackBox(tuple(pieces), before=pieces[0].before, after=pieces[-1].after)

    # ---- text

    def piece(
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

    def title(self, block: filled_packet.Title) -> Iterator[LayoutBox]:
        styles, width = self.page.styles, self.page.inner_width
        spans = text.plain(block.text)
        bookmark = Bookmark(block.text, 0)
        yield self.piece(spans, styles.title, self.root.add("H1"), width, keep_next=True, bookmark=bookmark)
        yield self.piece(text.plain(block.subtitle), styles.subtitle, self.root.add("P"), width, keep_next=True)

    def side_label(self, block: filled_packet.SideLabel) -> LayoutBox:
        page = self.page
        style = page.styles.number.but(
            size=page.styles.heading.size * 1.1, leading=page.styles.heading.leading, after=0
        )
        pad = page.gap * 0.6
        line = self.piece(text.plain(block.text), style, self.root.add("P"), page.inner_width - 2 * pad)
        return Framed(StackBox((line,)), page.inner_width, pad, before=2, after=page.gap, keep_next=True)

    def heading(self, block: filled_packet.Heading) -> Iterator[LayoutBox]:
        style, width = self.page.styles.heading, self.page.inner_width
        if block.level == 3:
            elem = self.at.add("H3" if self.section else "H2")
            bookmark = Bookmark(block.text, 2 if self.section else 1)
            yield self.piece(
                text.plain(block.text), self.page.styles.subheading, elem, width, keep_next=True, bookmark=bookmark
            )
            return
        self.section = self.root.add("Sect")
        yield Rule(width, 1.2, ACCENT, before=style.before, after=style.size * 0.45)
        elem = self.section.add("H2")
        spans = text.plain(block.text)
        heading = style.but(before=0)
        yield self.piece(spans, heading, elem, width, keep_next=True, bookmark=Bookmark(block.text, 1))

    def paragraph(self, block: filled_packet.Paragraph, parent: Elem, *, leads: bool = False) -> LayoutBox:
        style = self.page.styles.small if block.small else self.page.styles.body
        room = self.page.inner_width
        return self.piece(block.spans, style, parent.add("P"), self.page.measure, within=room, keep_next=leads)

    def items(self, block: filled_packet.ListBlock, parent: Elem, width: float, within: float) -> Iterator[LayoutBox]:
        style = self.page.styles.item
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
            inner = self.piece(
                spans,
                style.but(after=self.page.styles.body.after if last else style.after),
                body,
                width - indent,
                within=within - indent,
            )
            beside = 5 - (within - indent) if self.page.right_to_left else indent - 5
            piece = TextBox(
                inner.lines, inner.where, inner.before, inner.after, label=(label_lines, label_slots, beside)
            )
            left = self.page.beside(indent, within - indent, within)
            # No entry is alone at the top or bottom of a page, and a short list stays together.
            together = not last and (number in (1, len(block.items) - 1) or len(block.items) <= SHORT_LIST)
            yield Columns(((left, StackBox((piece,))),), after=inner.after, keep_next=together)

    def draft_mark(self, block: filled_packet.DraftMark) -> LayoutBox:
        style = self.page.styles.body.but(strong=True, after=0)
        line = self.piece(text.plain(block.text), style, self.at.add("P"), self.page.inner_width - 24)
        shade: dict[str, Any] = {"shade": SHADE, "right_to_left": self.page.right_to_left}
        return Framed(
            StackBox((line,)), self.page.inner_width, 10, before=8, after=self.page.gap, keep_next=True, **shade
        )

    # ---- the summary page

    def identifiers(self, block: filled_packet.Identifiers) -> Iterator[LayoutBox]:
        """Set two side by side, or more if that saves a row: the summary should be one page."""
        page, gap = self.page, self.page.gap
        listing = self.root.add("L", List={"ListNumbering": "/None"})
        rows = self.identifier_rows(block)
        for number, row in enumerate(rows):
            columns, taken = [], 0
            for twelfths, label, value in row:
                item = listing.add("LI")
                elems = item.add("Lbl"), item.add("LBody")
                width = self.twelfths(twelfths)
                left = page.beside(self.twelfths(taken) + gap, width, page.inner_width)
                columns.append((left, self.identifier(label, value, *elems, width)))
                taken += twelfths
            last = number == len(rows) - 1
            yield Columns(tuple(columns), after=gap if last else gap * 0.55, keep_next=not last)

    def twelfths(self, count: int) -> float:
        """Return the width of some of twelve columns."""
        return count / 12 * (self.page.inner_width + self.page.gap) - self.page.gap

    def identifier_rows(self, block: filled_packet.Identifiers) -> list[list[tuple[int, str, str]]]:
        """Return the rows, each entry with its number of twelve columns; the first arrangement with the fewest rows."""

        def taking(*choices: int, small: tuple[int, ...] = ()) -> list[list[tuple[int, str, str]]]:
            rows: list[list[tuple[int, str, str]]] = [[]]
            for index, (label, value) in enumerate(block.pairs):
                own = (3, *choices) if index in small else choices
                count = next((each for each in own if self.fits(label, value, self.twelfths(each))), 12)
                if sum(taken for taken, _, _ in rows[-1]) + count > 12:
                    rows.append([])
                rows[-1].append((count, label, value))
            return rows

        rows = taking(6, small=(1, 2) if len(block.pairs) > 4 else ())
        closer = taking(3, 4, 6, 8) if len(rows) > 2 else rows
        return closer if len(closer) < len(rows) else rows

    def fits(self, label: str, value: str, width: float) -> bool:
        styles = self.page.styles
        return (
            text.drawn_width(label, False, styles.label.size) <= width
            and text.drawn_width(value, True, styles.value.size) <= width
        )

    def identifier(self, label: str, value: str, label_elem: Elem, body: Elem, width: float) -> StackBox:
        styles = self.page.styles
        top = self.piece(text.plain(label), styles.label, label_elem, width)
        return StackBox((top, self.piece(text.plain(value), styles.value, body, width)))

    def timeline(self, block: filled_packet.Timeline) -> LayoutBox:
        slot = self.at.add("Figure", alt=block.alt, Layout={"Placement": "/Block"}).slot()
        picture = timeline.drawing(block, self.page)
        return FigureBox(picture, slot, before=6, after=self.page.gap)

    def date_table(self, block: filled_packet.DateTable) -> LayoutBox:
        """Return a table of three columns; in large print the interval is below its date, still in its own cell."""
        page, styles = self.page, self.page.styles
        table = self.at.add("Table")
        gap = page.gap * 0.8
        shares = (0.36, 0.64) if page.large else (0.27, 0.44, 0.29)
        lefts = [page.inner_width * sum(shares[:index]) for index in range(len(shares))]
        widths = [page.inner_width * share - gap for share in shares]
        widths[-1] += gap
        lefts = [page.beside(left, width, page.inner_width) for left, width in zip(lefts, widths, strict=True)]

        def row(pieces: list[LayoutBox], pad: float, rule: float, color: Color) -> Columns:
            stacks = [StackBox((piece,)) for piece in pieces[: len(shares) - 1]] + [
                StackBox(tuple(pieces[len(shares) - 1 :]))
            ]
            return Columns(tuple(zip(lefts, stacks, strict=True)), rule=(page.inner_width, rule, color), pad=pad)

        def room(index: int) -> float:
            return widths[min(index, len(widths) - 1)]

        head_row = table.add("THead").add("TR")
        heads: list[LayoutBox] = [
            self.piece(text.plain(head), styles.head, head_row.add("TH", Table={"Scope": "/Column"}), room(index))
            for index, head in enumerate(block.heads)
        ]
        body = table.add("TBody")
        rows = []
        for entry in block.rows:
            elem = body.add("TR")
            label, when, interval = elem.add("TH", Table={"Scope": "/Row"}), elem.add("TD"), elem.add("TD")
            pieces: list[LayoutBox] = [
                self.piece(text.plain(entry.label), styles.fill_in, label, room(0)),
                self.piece(text.plain(entry.when) if entry.when else (), styles.when, when, room(1)),
                self.piece(text.plain(entry.interval), styles.interval, interval, room(2)),
            ]
            if entry.when:
                rows.append(row(pieces, styles.body.size * 0.42, 0.6, HAIRLINE))
            else:
                # If the interval is below, the line to write on is above it.
                below = page.large
                if below:
                    pieces.insert(2, WritingLines(1, page.writing_line, room(1)))
                open_row = row(pieces, styles.body.size * (0.3 if below else 0.58), 0.6, HAIRLINE)
                rows.append(open_row if below else replace(open_row, writing=(lefts[1], lefts[1] + room(1))))
        head = row(heads, styles.body.size * 0.35, 1.4, INK)
        return Rows(head, tuple(rows), before=4, after=page.gap)

    def box(self, block: filled_packet.NoticeBox) -> LayoutBox:
        page = self.page
        self.section = None
        section = self.root.add("Sect")
        pad = page.gap * 0.85
        width = page.inner_width - 2 * pad
        pieces: list[LayoutBox] = [self.box_heading(block.label, section, width)]
        for inner in block.blocks:
            if isinstance(inner, filled_packet.Paragraph):
                pieces.append(self.piece(inner.spans, page.styles.body, section.add("P"), width))
            else:
                pieces += self.items(inner, section, width, width)
        return Framed(StackBox(tuple(pieces)), page.inner_width, pad, before=page.gap, after=page.gap)

    def box_heading(self, label: str, section: Elem, width: float) -> TextBox:
        style = self.page.styles.body.but(strong=True, color=ACCENT, after=3)
        bookmark = Bookmark(label, 1)
        return self.piece(text.plain(label), style, section.add("H2"), width, keep_next=True, bookmark=bookmark)

    def booking(self, block: filled_packet.Booking) -> LayoutBox:
        page, styles = self.page, self.page.styles
        self.section = None
        section = self.root.add("Sect")
        pad = page.gap * 0.85
        width = page.inner_width - 2 * pad - page.qr - page.gap
        pieces: list[LayoutBox] = [self.box_heading(block.heading, section, width)]
        pieces += [self.piece(spans, styles.body, section.add("P"), width) for spans in block.paragraphs]
        pieces.append(self.piece((block.number,), styles.number, section.add("P"), width))
        if block.site:
            pieces.append(self.piece((block.site,), styles.body, section.add("P"), width))
        figure = section.add("Figure", alt=block.qr_alt, Layout={"Placement": "/Block"}).slot()
        code = FigureBox(QrSymbol(block.qr_payload, page.qr), figure)
        style = styles.label.but(color=INK)
        caption = self.piece(text.plain(block.qr_caption), style, section.add("P"), page.qr)
        symbol = StackBox((code, CenteredText(caption, page.qr)))
        columns = (
            (page.beside(0, width, page.inner_width - 2 * pad), StackBox(tuple(pieces))),
            (page.beside(width + page.gap, page.qr, page.inner_width - 2 * pad), symbol),
        )
        inner = Columns(columns, middle=True)
        return Framed(StackBox((inner,)), page.inner_width, pad, before=page.gap, after=page.gap)

    def small(self, block: filled_packet.Disclaimer) -> LayoutBox:
        page = self.page
        pad = page.gap * 0.85
        width = min(page.inner_width - 2 * pad, page.measure * 1.1)
        self.section = None
        section = self.root.add("Sect")
        section.language = block.language
        style = page.styles.body
        if block.language:
            style = style.but(right_to_left=is_right_to_left(block.language))
        room = page.inner_width - 2 * pad
        pieces = tuple(self.piece(spans, style, section.add("P"), width, within=room) for spans in block.paragraphs)
        shade: dict[str, Any] = {"shade": SHADE, "right_to_left": page.right_to_left}
        return Framed(StackBox(pieces), page.inner_width, pad, before=page.gap * 1.4, after=page.gap, **shade)
