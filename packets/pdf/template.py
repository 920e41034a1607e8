"""Lay out and draw what is equal for all patients once, with placeholders where the personal blocks go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from packets.layout import header_footer
from packets.layout.boxes import LayoutBox
from packets.layout.page import Page
from packets.layout.paginate import has_room_for_page_bottom, paginate
from packets.layout.pen import Box, Pen
from packets.layout.story import story
from packets.layout.structure_tree import Elem, Slot
from packets.model.filled_packet import FilledPacket
from packets.model.picture import Picture
from packets.pdf.content_stream import (
    ContentStream,
    ContentStreamWriter,
    LinkAnnotation,
    personal_stream,
    shared_stream,
)
from packets.pdf.font_objects import ExtraGlyphs
from packets.values import HiddenFields

HEADER = -1  # in place of a block's number: the header of every page


class TemplateMismatchError(Exception):
    """Report blocks that do not fit the template chosen for their packet: an internal error of the renderer."""


class PlaceholderPart(Struct, frozen=True):
    """The position of a box of a personal block. `cuts` say how pages split it: room, height of a page, which half."""

    number: int  # of the box in its block
    cuts: tuple[tuple[float, float, int], ...] = ()
    x: float = 0
    top: float = 0


class Placeholder(Struct, frozen=True):
    """A place on a page for boxes of one personal block that are drawn one after the other, as one content stream."""

    block: int
    parts: tuple[PlaceholderPart, ...]
    first_mcid: int
    marks: int
    links: int


class OutlineEntry(HiddenFields, Struct, frozen=True, eq=False):
    title: str
    level: int
    page: int
    top: float


class PageTemplate(HiddenFields, Struct, frozen=True, eq=False):
    """The pages of all packets with one key (see `template_key`).

    `pages` hold in drawing order what is equal for all and the placeholders; the header's placeholder is the same on
    all pages. `links` are all links in drawing order; a personal one with the number of its block, and its rank among
    the links of that block.
    """

    page: Page
    root: Elem
    pen: Pen  # knows the marked content and the figures of the structure tree
    pages: tuple[tuple[ContentStream | Placeholder, ...], ...]
    outline: tuple[OutlineEntry, ...]
    links: tuple[tuple[LinkAnnotation, tuple[int, int] | None], ...]
    extra_glyphs: frozenset[ExtraGlyphs]
    pictures: frozenset[Picture]
    placeholders: dict[int, tuple[Placeholder, ...]]  # by block
    is_complete: bool  # with the help strip, if there is one, on page 1

    @property
    def personal_streams(self) -> list[Placeholder]:
        """Return the placeholders in the order of their streams in a file."""
        return [placeholder for placeholders in self.placeholders.values() for placeholder in placeholders]


def make_template(packet: FilledPacket, page: Page, personal: frozenset[int]) -> PageTemplate:
    """Lay out one packet; `personal` are the numbers of its personal blocks, and `page` has room for its header.

    Raise fonts.MissingGlyphError, or paginate.DoesNotFitError if a single line is taller than the page.
    """
    counts: dict[int, int] = {}

    def wrap(block: int, box: LayoutBox) -> LayoutBox:
        if block not in personal:
            return box
        counts[block] = counts.get(block, -1) + 1
        return _PlaceholderBox(box, block, PlaceholderPart(counts[block]))

    laid_out = story(packet, page, wrap)
    lines = 3 * page.styles.body.leading
    pages = paginate(laid_out.boxes, page.inner_height, lines, page_by_page=packet.page_by_page)
    writer = _TemplateWriter()
    for number, boxes in enumerate(pages, 1):
        with writer.placeholder(HEADER, PlaceholderPart(0)):
            header_footer.draw_header(writer, page, packet.header_footer)
        count = packet.pages_before + len(pages) + packet.pages_after
        header_footer.draw_footer(writer, page, packet.header_footer, packet.pages_before + number, count)
        for item in boxes:
            item.box.draw(writer, page.left, page.height - page.top - item.top)
        writer.end_page()
    placeholders: dict[int, tuple[Placeholder, ...]] = {}
    runs = dict.fromkeys(run for page in writer.finished for run in page)
    for run in (run for run in runs if isinstance(run, Placeholder)):
        placeholders[run.block] = (*placeholders.get(run.block, ()), run)
    return PageTemplate(
        page,
        laid_out.root,
        writer,
        tuple(writer.finished),
        tuple(writer.outline),
        tuple(zip(writer.annotations, writer.owners, strict=True)),
        frozenset(writer.extra_glyphs),
        frozenset(writer.pictures),
        placeholders,
        has_room_for_page_bottom(pages),
    )


class _PlaceholderBox(HiddenFields, Struct, frozen=True, eq=False):
    """Take the room of a box of a personal block, and leave a placeholder where it would be drawn."""

    box: LayoutBox
    block: int
    part: PlaceholderPart

    @property
    def height(self) -> float:
        return self.box.height

    @property
    def before(self) -> float:
        return self.box.before

    @property
    def after(self) -> float:
        return self.box.after

    @property
    def keep_next(self) -> bool:
        return self.box.keep_next

    def split(self, room: float, page: float) -> tuple[LayoutBox, LayoutBox] | None:
        halves = self.box.split(room, page)
        if halves is None:
            return None
        first, second = (
            _PlaceholderBox(half, self.block, replace(self.part, cuts=(*self.part.cuts, (room, page, side))))
            for side, half in enumerate(halves)
        )
        return first, second

    def draw(self, pen: Pen, x: float, top: float) -> None:
        if not isinstance(pen, _TemplateWriter):
            raise TypeError("a placeholder is drawn into a template only")
        with pen.placeholder(self.block, replace(self.part, x=x, top=top)):
            self.box.draw(pen, x, top)


class _TemplateWriter(ContentStreamWriter):
    """Keep what is equal for all; of what is drawn in a placeholder only count the marks and links."""

    def __init__(self) -> None:
        super().__init__()
        self.finished: list[tuple[ContentStream | Placeholder, ...]] = []
        self.outline: list[OutlineEntry] = []
        self.owners: list[tuple[int, int] | None] = []  # of each link
        self._runs: list[ContentStream | Placeholder] = []
        self._links: dict[int, int] = {}  # how many each personal block has
        self._block: int | None = None  # whose placeholder is open
        self._first_link = 0

    @contextmanager
    def placeholder(self, block: int, part: PlaceholderPart) -> Iterator[None]:
        self._end_stream()
        last = self._runs[-1] if self._runs else None
        if isinstance(last, Placeholder) and last.block == block:
            self._runs.pop()
        else:
            last = Placeholder(block, (), len(self._slots), 0, 0)
        self._block = block
        extra_glyphs, pictures = set(self.extra_glyphs), set(self.pictures)
        links = self._links.get(block, 0)
        yield
        marks, more_links = len(self._slots) - last.first_mcid, self._links.get(block, 0) - links
        self._runs.append(Placeholder(block, (*last.parts, part), last.first_mcid, marks, last.links + more_links))
        # What is personal is not kept.
        self.operators, self.extra_glyphs, self.pictures, self._block = [], extra_glyphs, pictures, None

    def _end_stream(self) -> None:
        if self.operators:
            self._runs.append(shared_stream(self.source()))
            self.operators = []

    def annotate(self, annotation: LinkAnnotation) -> None:
        annotation.slot.annotations.append((len(self.pages), len(self.annotations)))
        if self._block is None:
            self.owners.append(None)
        else:
            rank = self._links.get(self._block, 0)
            self.owners.append((self._block, rank))
            self._links[self._block] = rank + 1
        super().annotate(annotation)

    def _is_new_page(self) -> bool:
        return len(self.annotations) == self._first_link

    def bookmark(self, title: str, level: int, top: float) -> None:
        self.outline.append(OutlineEntry(title, level, len(self.pages), top))

    def end_page(self) -> None:
        self._end_stream()
        self.finished.append(tuple(self._runs))
        self._runs = []
        self._end_page(tuple(link.slot for link in self.annotations[self._first_link :]))
        self._first_link = len(self.annotations)


# ---- filling the placeholders


class FilledPlaceholders(HiddenFields, Struct, frozen=True, eq=False):
    """What one block puts into its placeholders, in their order."""

    streams: tuple[ContentStream, ...]
    extra_glyphs: frozenset[ExtraGlyphs]
    pictures: frozenset[Picture]
    links: tuple[LinkAnnotation, ...]


class PlaceholderWriter(ContentStreamWriter):
    """Draw personal boxes; where they belong in the structure tree is known from the template."""

    def _place(self, slot: Slot, mcid: int, figure: Box | None) -> None:
        pass

    @property
    def marks(self) -> int:
        return len(self._slots)


def fill_placeholders(boxes: tuple[LayoutBox, ...], placeholders: tuple[Placeholder, ...]) -> FilledPlaceholders:
    """Draw the boxes of one block. Raise TemplateMismatchError."""
    streams: list[ContentStream] = []
    extra_glyphs: set[ExtraGlyphs] = set()
    pictures: set[Picture] = set()
    links: list[LinkAnnotation] = []
    for placeholder in placeholders:
        writer = PlaceholderWriter(placeholder.first_mcid)
        for part in placeholder.parts:
            _half(boxes[part.number], part).draw(writer, part.x, part.top)
        if (writer.marks, len(writer.annotations)) != (placeholder.marks, placeholder.links):
            raise TemplateMismatchError
        streams.append(personal_stream(writer.source()))
        extra_glyphs |= writer.extra_glyphs
        pictures |= writer.pictures
        links += writer.annotations
    return FilledPlaceholders(tuple(streams), frozenset(extra_glyphs), frozenset(pictures), tuple(links))


def _half(box: LayoutBox, part: PlaceholderPart) -> LayoutBox:
    for room, height, side in part.cuts:
        halves = box.split(room, height)
        if halves is None:
            raise TemplateMismatchError
        box = halves[side]
    return box
