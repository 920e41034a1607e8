"""Lay out the upper part of page 1: letterhead, title with the side, patient band."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from packets.layout import pictures, text
from packets.layout.boxes import Bookmark, Columns, LayoutBox, StackBox
from packets.layout.decorations import AlignedText, FigureBox, Panel, Pill, Rule
from packets.layout.line_breaker import Lines
from packets.layout.page import ACCENT, BAND, INK, Page, Style
from packets.layout.structure_tree import Elem
from packets.model import filled_packet

if TYPE_CHECKING:
    from packets.layout.story import Writer


def letterhead(writer: Writer, block: filled_packet.Letterhead) -> Iterator[LayoutBox]:
    """Yield the logo and the clinic's name, its site, address and number beside or below it, and a rule."""
    page, small = writer.page, writer.page.styles.label
    size = page.styles.body.size * (1 if page.is_most_compact else 1.25)
    style = page.styles.body.but(size=size, leading=size * 1.25, strong=True, color=ACCENT, after=1)
    logo = _logo(writer, block)
    left = logo.drawing.width + page.gap * 0.7 if logo else 0.0
    room = page.inner_width - left
    name_width = min(text.drawn_width(block.name, True, style.size) + 1, room)
    name = writer.text_box(text.plain(block.name), style, writer.root.add("P"), name_width)
    columns = [(page.beside(0, logo.drawing.width, page.inner_width), StackBox((logo,)))] if logo else []
    beside = room - name_width - 2 * page.gap
    if not block.lines:
        columns.append((page.beside(left, name_width, page.inner_width), StackBox((name,))))
    elif _is_lower_beside(block, small, beside, name.height, room):
        address = writer.text_box(_address(block), small, writer.root.add("P"), beside)
        columns.append((page.beside(left, name_width, page.inner_width), StackBox((name,))))
        end = page.beside(page.inner_width - beside, beside, page.inner_width)
        columns.append((end, StackBox((AlignedText(address, beside, 0.0 if page.right_to_left else 1.0),))))
    else:
        address = writer.text_box(_address(block), small, writer.root.add("P"), room)
        if page.right_to_left:
            name = replace(name, lines=_shifted(name.lines, room - name_width))
        columns.append((page.beside(left, room, page.inner_width), StackBox((name, address))))
    yield Columns(tuple(columns), after=page.first_gap * 0.4, keep_next=True, middle=True)
    yield Rule(page.inner_width, 1.6, ACCENT, after=page.first_gap * 0.7)


def _address(block: filled_packet.Letterhead) -> filled_packet.Spans:
    """Return the lines of the address as one text, which is broken only between them."""
    return text.plain(" · ".join(line.replace(" ", "\u00a0") for line in block.lines).replace(" ·", "\u00a0·"))


def _is_lower_beside(
    block: filled_packet.Letterhead, style: Style, beside: float, name_height: float, room: float
) -> bool:
    """Return whether the letterhead is not taller with the address beside the name than with it below."""
    if max(text.drawn_width(f"{line} ·", False, style.size) for line in block.lines) > beside:
        return False
    below = name_height + text.break_lines(_address(block), style, room).height
    return max(name_height, text.break_lines(_address(block), style, beside).height) <= below


def _logo(writer: Writer, block: filled_packet.Letterhead) -> FigureBox | None:
    if block.logo is None:
        return None
    elem = writer.root.add("Figure", alt=block.name, alt_is_shared=True, Layout={"Placement": "/Block"})
    return FigureBox(pictures.logo(block.logo), elem.slot())


def title(writer: Writer, block: filled_packet.Title) -> Iterator[LayoutBox]:
    """Yield the title and the subtitle; the side of the operation is beside one of them if there is room."""
    page, styles, width = writer.page, writer.page.styles, writer.page.inner_width
    bookmark = Bookmark(block.text, 0)
    heading = writer.text_box(
        text.plain(block.text), styles.title, writer.root.add("H1"), width, keep_next=True, bookmark=bookmark
    )
    if not block.side:
        yield heading
        yield writer.text_box(text.plain(block.subtitle), styles.subtitle, writer.root.add("P"), width, keep_next=True)
        return
    label = _side_label(writer, block.side)
    below = writer.text_box(text.plain(block.subtitle), styles.subtitle, writer.root.add("P"), width, keep_next=True)
    after_title = heading.lines.width + page.gap
    if len(heading.lines.lines) == 1 and after_title + label.width <= width:
        columns = (
            (0.0, StackBox((heading,))),
            (page.beside(after_title, label.width, width), StackBox((label,))),
        )
        yield Columns(columns, after=heading.after, keep_next=True, middle=True)
        yield below
        return
    yield heading
    start = label.width + page.gap
    side_box = (page.beside(0, label.width, width), StackBox((label,)))
    if len(below.lines.lines) == 1 and start + below.lines.width <= width:
        left = 0.0 if page.right_to_left else start
        moved = below if not page.right_to_left else replace(below, lines=_shifted(below.lines, -start))
        yield Columns((side_box, (left, StackBox((moved,)))), before=3, after=below.after, keep_next=True, middle=True)
    else:
        yield Columns((side_box,), before=3, after=page.gap * 0.3, keep_next=True)
        yield below


def _shifted(lines: Lines, distance: float) -> Lines:
    return replace(lines, lines=tuple(line._replace(left=line.left + distance) for line in lines.lines))


def _side_label(writer: Writer, words: str) -> Pill:
    """Return the side of the operation in a frame."""
    styles = writer.page.styles
    style = (
        styles.body.but(strong=True, after=0)
        if writer.page.is_most_compact
        else styles.subheading.but(before=0, after=0)
    )
    pad = style.size * 0.6
    width = min(text.drawn_width(words, True, style.size), writer.page.inner_width - 2 * pad)
    box = writer.text_box(text.plain(words), style, writer.root.add("P"), width)
    return Pill(box, width + 2 * pad, pad, 0, None, INK, thickness=1.8)


# ---- the patient band


def patient_band(writer: Writer, block: filled_packet.Identifiers) -> Panel:
    """Return the identifiers on gray, long values wrapped inside; in large print each value is beside its label."""
    page = writer.page
    pad = page.first_gap * (0.6 if page.large else 0.8)
    listing = writer.root.add("L", List={"ListNumbering": "/None"})
    boxes = (_lines if page.large else _grid)(writer, block, listing, page.inner_width - 2 * pad)
    return Panel(StackBox(tuple(boxes)), page.inner_width, pad, BAND, radius=6, after=page.first_gap * 0.8)


def _grid(writer: Writer, block: filled_packet.Identifiers, listing: Elem, width: float) -> Iterator[LayoutBox]:
    """Yield rows of identifiers, two or more side by side, each below its label."""
    page = writer.page
    band = _Band(page, width)
    rows = band.rows(block)
    for number, row in enumerate(rows):
        columns, taken = [], 0
        for twelfths, index, label, value in row:
            item = listing.add("LI")
            room = band.twelfths(twelfths)
            start = band.twelfths(taken) + page.gap if taken else 0.0
            top = writer.text_box(text.plain(label), page.styles.label, item.add("Lbl"), room)
            below = writer.text_box(text.plain(value), band.style(index), item.add("LBody"), room)
            columns.append((page.beside(start, room, width), StackBox((top, below))))
            taken += twelfths
        yield Columns(tuple(columns), after=0 if number == len(rows) - 1 else page.gap * 0.5)


def _lines(writer: Writer, block: filled_packet.Identifiers, listing: Elem, width: float) -> Iterator[LayoutBox]:
    """Yield the name across the band, and every other value beside its label."""
    page, styles = writer.page, writer.page.styles
    labels = max(text.drawn_width(label, False, styles.label.size) for label, _ in block.pairs)
    labels = min(labels + page.gap, width * 0.45)
    name = styles.value if page.is_most_compact else styles.value.but(size=20)
    for index, (label, value) in enumerate(block.pairs):
        item = listing.add("LI")
        left, right = item.add("Lbl"), item.add("LBody")
        inline = text.drawn_width(value, True, name.size) <= width - labels
        if index == 0 and not inline:
            yield writer.text_box(text.plain(label), styles.label, left, width)
            yield writer.text_box(text.plain(value), name.but(after=3), right, width)
            continue
        label_style = styles.label.but(leading=styles.value.leading)
        label_width = labels - page.gap * 0.5
        beside = writer.text_box(text.plain(label), label_style, left, label_width)
        style = name if index == 0 else styles.value
        words = writer.text_box(text.plain(value), style, right, width - labels)
        columns = (
            (page.beside(0, label_width, width), StackBox((beside,))),
            (page.beside(labels, width - labels, width), StackBox((words,))),
        )
        yield Columns(columns)


class _Band:
    """Arrange the identifiers in rows of twelve columns."""

    def __init__(self, page: Page, width: float) -> None:
        self.page, self.width = page, width

    def style(self, index: int) -> Style:
        return self.page.styles.name if index == 0 else self.page.styles.value

    def twelfths(self, count: int) -> float:
        """Return the width of some of twelve columns."""
        return count / 12 * (self.width + self.page.gap) - self.page.gap

    def rows(self, block: filled_packet.Identifiers) -> list[list[tuple[int, int, str, str]]]:
        """Return the rows: twelfths, index, label and value of each entry; the arrangement with the fewest rows."""
        needed = [self._needed(index, label, value) for index, (label, value) in enumerate(block.pairs)]
        arrangements = [self._arranged(block, needed, choices) for choices in ((6,), (4, 6, 8), (3, 4, 5, 6, 8))]
        return min(arrangements, key=len)

    def _arranged(
        self, block: filled_packet.Identifiers, needed: list[float], choices: tuple[int, ...]
    ) -> list[list[tuple[int, int, str, str]]]:
        rooms = [(count, self.twelfths(count)) for count in choices]
        rows: list[list[tuple[int, int, str, str]]] = [[]]
        for index, (label, value) in enumerate(block.pairs):
            count = next((count for count, room in rooms if needed[index] <= room), 12)
            if sum([entry[0] for entry in rows[-1]]) + count > 12:
                rows.append([])
            rows[-1].append((count, index, label, value))
        return rows

    def _needed(self, index: int, label: str, value: str) -> float:
        """Return the width in which neither the label nor the value is broken."""
        return max(
            text.drawn_width(label, False, self.page.styles.label.size),
            text.drawn_width(value, True, self.style(index).size),
        )
