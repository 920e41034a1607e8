"""Render filled packets as PDF files: fill each patient's blocks into a cached template.

The bytes of a file do not depend on what was rendered before.
"""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Hashable
from functools import lru_cache
from typing import Generic, TypeVar

from msgspec import Struct, field

from packets.layout import header_footer
from packets.layout.boxes import LayoutBox
from packets.layout.page import COMPACT, Page, for_language, page_for
from packets.layout.story import Writer, is_before_list
from packets.layout.structure_tree import Elem
from packets.model.case import PrintOptions
from packets.model.filled_packet import Block, FilledPacket, HeaderFooter
from packets.model.picture import Picture
from packets.pdf.content_stream import ContentStream, personal_stream
from packets.pdf.document import FilePrefix, finish, make_prefix
from packets.pdf.font_objects import ExtraGlyphs
from packets.pdf.glyph_clusters import GlyphCodeMap
from packets.pdf.metadata import Metadata
from packets.pdf.template import (
    HEADER,
    FilledPlaceholders,
    PageTemplate,
    Placeholder,
    PlaceholderWriter,
    fill_placeholders,
    make_template,
)
from packets.pdf.template_key import alternative_texts, geometry_key, is_personal, structure_key
from packets.values import HiddenFields

MAX_TEMPLATES = 64  # a clinic's year needs fewer
MAX_PREFIXES = 16  # of one template: sets of rare letters in names, languages, encrypted files
MAX_BLOCKS = 4096  # the dates of a year
MAX_LAID_OUT = 64  # of one packet

K = TypeVar("K")
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Forget the oldest entry when the cache is full."""

    def __init__(self, size: int) -> None:
        self._size, self._entries = size, dict[K, V]()

    def get(self, key: K) -> V | None:
        return self._entries.get(key)

    def put(self, key: K, value: V) -> V:
        if len(self._entries) >= self._size:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = value
        return value

    def __len__(self) -> int:
        return len(self._entries)


class BlockKey(HiddenFields, Struct, frozen=True, eq=False):
    """What a template depends on of a personal block, and the alternative texts of its figures."""

    key: bytes  # a digest of geometry and structure: quick to compare, and small in the caches
    alternative_texts: tuple[str, ...]


class _Cached(HiddenFields, Struct, frozen=True, eq=False):
    template: PageTemplate
    prefixes: BoundedCache[Hashable, FilePrefix] = field(default_factory=lambda: BoundedCache(MAX_PREFIXES))


class _Drawn(HiddenFields, Struct, frozen=True, eq=False):
    """The content of one packet's pages: its template, and what goes into the placeholders of each block."""

    cached: _Cached
    filled: dict[int, FilledPlaceholders]
    extra_glyphs: frozenset[ExtraGlyphs]
    pictures: frozenset[Picture]
    alternative_texts: list[str]

    def personal_streams(self) -> list[ContentStream]:
        """Return what goes into the placeholders, in the order of `PageTemplate.personal_streams`."""
        return [stream for block in self.cached.template.placeholders for stream in self.filled[block].streams]


class Renderer:
    """Cache templates, and the personal blocks that several patients share (dates of one day, a surgeon)."""

    def __init__(self, max_templates: int = MAX_TEMPLATES, max_blocks: int = MAX_BLOCKS) -> None:
        self._templates: BoundedCache[Hashable, _Cached] = BoundedCache(max_templates)
        self._lay_out = lru_cache(maxsize=MAX_LAID_OUT)(lay_out)
        self._measure = lru_cache(maxsize=max_blocks)(self._measured)
        self._fill = lru_cache(maxsize=max_blocks)(self._filled)

    def render(
        self, packet: FilledPacket, print_options: PrintOptions, *, author: str = "", archival: bool = True
    ) -> tuple[bytes, int]:
        """Return the file and the number of its pages.

        Raise fonts.MissingGlyphError, or paginate.DoesNotFitError if a single line is taller than the page.
        """
        drawn = self._drawn(packet, print_options)
        template = drawn.cached.template
        prefix_key = drawn.extra_glyphs, drawn.pictures, packet.language, archival
        prefixes = drawn.cached.prefixes
        prefix = prefixes.get(prefix_key) or prefixes.put(prefix_key, make_prefix(template, *prefix_key))
        links = [drawn.filled[block].links[rank].source(parent) for block, rank, parent in prefix.links]
        about = Metadata(packet.title, packet.language, author, archival)
        codes = GlyphCodeMap(drawn.extra_glyphs)
        streams = [codes.source(stream) for stream in drawn.personal_streams()]
        return finish(prefix, streams, about, links, drawn.alternative_texts), len(template.pages)

    def page_for_any_file(self, packet: FilledPacket, print_options: PrintOptions) -> list[bytes] | None:
        """Return the content streams of a packet's only page, to be a page of the file of another packet.

        Return None if it has characters or pictures that the other file may not have. Raise fonts.MissingGlyphError.
        """
        drawn = self._drawn(packet, print_options)
        if drawn.extra_glyphs or drawn.pictures:
            return None
        template = drawn.cached.template
        filled = dict(zip(template.personal_streams, drawn.personal_streams(), strict=True))
        (page,) = template.pages
        return [(run if isinstance(run, ContentStream) else filled[run]).source for run in page]

    def _drawn(self, packet: FilledPacket, print_options: PrintOptions) -> _Drawn:
        """Choose the template of a packet, and draw its personal blocks and its header."""
        print_options = for_language(print_options, packet.language)
        for compact in COMPACT:
            cached, personal = self._laid_out(packet, print_options, compact)
            if cached.template.is_complete:
                break
        template = cached.template
        filled = {
            number: self._fill(block, before_list, print_options, compact, template.placeholders.get(number, ()))
            for number, (block, before_list, _) in personal.items()
        }
        filled[HEADER] = _header(template, packet.header_footer)
        extra_glyphs = template.extra_glyphs.union(*[placeholders.extra_glyphs for placeholders in filled.values()])
        pictures = template.pictures.union(*[placeholders.pictures for placeholders in filled.values()])
        texts = [text for _, _, measured in personal.values() for text in measured.alternative_texts]
        return _Drawn(cached, filled, extra_glyphs, pictures, texts)

    def _laid_out(
        self, packet: FilledPacket, print_options: PrintOptions, compact: int
    ) -> tuple[_Cached, dict[int, tuple[Block, bool, BlockKey]]]:
        """Return the template for a packet, and its personal blocks by their number."""
        page = header_footer.with_room(page_for(print_options, compact), packet.header_footer)
        words = packet.header_footer
        key: list[Hashable] = [print_options, compact, packet.page_by_page]
        key += [page.top, words.bottom_left, words.page_of, packet.pages_before, packet.pages_after]
        personal: dict[int, tuple[Block, bool, BlockKey]] = {}
        for number, block in enumerate(packet.blocks):
            if is_personal(block):
                before_list = is_before_list(packet.blocks, number)
                measured = self._measure(block, before_list, print_options, compact)
                personal[number] = block, before_list, measured
                key.append(measured.key)
            else:
                key.append(block)
        return self._template(tuple(key), packet, page, frozenset(personal)), personal

    def _template(self, key: Hashable, packet: FilledPacket, page: Page, personal: frozenset[int]) -> _Cached:
        return self._templates.get(key) or self._templates.put(key, _Cached(make_template(packet, page, personal)))

    def _measured(self, block: Block, before_list: bool, print_options: PrintOptions, compact: int) -> BlockKey:
        return self._lay_out(block, before_list, print_options, compact)[1]

    def _filled(
        self,
        block: Block,
        before_list: bool,
        print_options: PrintOptions,
        compact: int,
        placeholders: tuple[Placeholder, ...],
    ) -> FilledPlaceholders:
        return fill_placeholders(self._lay_out(block, before_list, print_options, compact)[0], placeholders)


def lay_out(
    block: Block, before_list: bool, print_options: PrintOptions, compact: int = 0
) -> tuple[tuple[LayoutBox, ...], BlockKey]:
    """Lay out one block, independently of the blocks before it. `before_list` says that a list follows."""
    root = Elem("Document")
    boxes = tuple(Writer(page_for(print_options, compact), root).block(block, before_list))
    size = marshal.dumps((geometry_key(boxes), structure_key(root)), 2)  # 2: equal values have equal bytes
    key = BlockKey(hashlib.sha256(size).digest(), tuple(alternative_texts(root)))
    _break_cycles(root)
    return boxes, key


def _break_cycles(elem: Elem) -> None:
    """Free the tree without the garbage collector; drawing needs the elements of the slots, not their children."""
    for child in elem.children:
        if isinstance(child, Elem):
            _break_cycles(child)
    elem.children.clear()


def _header(template: PageTemplate, words: HeaderFooter) -> FilledPlaceholders:
    """Draw the header, which is one stream for all pages."""
    writer = PlaceholderWriter()
    header_footer.draw_header(writer, template.page, words)
    stream = personal_stream(writer.source())
    return FilledPlaceholders((stream,), frozenset(writer.extra_glyphs), frozenset(), ())


_RENDERER = Renderer()


def render(
    packet: FilledPacket, print_options: PrintOptions, *, author: str = "", archival: bool = True
) -> tuple[bytes, int]:
    """Render with the cache of this process. Returns and raises as `Renderer.render`."""
    return _RENDERER.render(packet, print_options, author=author, archival=archival)


def page_for_any_file(packet: FilledPacket, print_options: PrintOptions) -> list[bytes] | None:
    """Return the content streams of a page as `Renderer.page_for_any_file`, with the cache of this process."""
    return _RENDERER.page_for_any_file(packet, print_options)
