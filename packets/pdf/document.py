"""Write the file of a packet: the prefix that all files of a template share, then one patient's objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from packets.layout.fonts import FONTS, SHAPED_FONTS
from packets.layout.structure_tree import Elem
from packets.model.picture import Picture
from packets.pdf import file_format, file_id, font_objects, glyph_clusters, metadata, picture_objects, structure
from packets.pdf.content_stream import ContentStream, number
from packets.pdf.deflate import DeflatedChunk, concatenate, deflate, stored
from packets.pdf.file_format import entry_in_file, entry_in_stream, references, text_string
from packets.pdf.metadata import Metadata
from packets.pdf.template import OutlineEntry, PageTemplate, Placeholder
from packets.values import HiddenFields


class FilePrefix(HiddenFields, Struct, frozen=True, eq=False):
    """The beginning of a file. The patient's objects follow from number `first` on, in this order: content streams,
    XMP, information, personal links, figures, the object stream of the last three."""

    data: bytes
    xref: DeflatedChunk
    first: int
    root: int
    figures: tuple[tuple[bytes, bytes], ...]  # source before and after the alternative text
    links: tuple[tuple[int, int, int], ...]  # of each personal link: block, rank there, key in the parent tree


def finish(
    prefix: FilePrefix,
    content_streams: Sequence[bytes],
    about: Metadata,
    links: Iterable[bytes],
    alternative_texts: Iterable[str],
) -> bytes:
    """Return the whole file: the prefix, one patient's objects, the cross-reference stream and the identifier."""
    figures = [
        before + text_string(text) + after
        for (before, after), text in zip(prefix.figures, alternative_texts, strict=True)
    ]
    sources = [metadata.information(about), *links, *figures]
    information = prefix.first + len(content_streams) + 1
    holder = information + len(sources)
    kind, data = file_format.object_stream(list(enumerate(sources, information)))
    xmp = file_format.stream(metadata.xmp(about), b"/Type/Metadata/Subtype/XML")
    streams = [*content_streams, xmp, file_format.stream(data, kind)]
    parts, entries, offset = [prefix.data], [], len(prefix.data)
    for object_number, source in zip((*range(prefix.first, information), holder), streams, strict=True):
        part = file_format.indirect_object(object_number, source)
        parts.append(part)
        entries.append(entry_in_file(offset))
        offset += len(part)
    inside = [entry_in_stream(holder, index) for index in range(len(sources))]
    entries = [*entries[:-1], *inside, entries[-1], entry_in_file(offset)]
    xref = concatenate((prefix.xref, stored(b"".join(entries))))
    end = file_format.end_of_file(holder + 1, xref, offset, prefix.root, information)
    return file_id.with_digest_id(b"".join((*parts, end)))


def make_prefix(
    template: PageTemplate,
    extra_glyphs: frozenset[font_objects.ExtraGlyphs],
    pictures: frozenset[Picture],
    language: str,
    archival: bool,
) -> FilePrefix:
    return _PrefixBuilder(template).build(extra_glyphs, pictures, language, archival)


class _PrefixBuilder:
    def __init__(self, template: PageTemplate) -> None:
        self.template = template
        self.sources: dict[int, bytes] = {}  # small objects, by number
        self.streams: dict[int, bytes] = {}
        self.last = 0

    def reserve(self, count: int = 1) -> int:
        self.last += count
        return self.last - count + 1

    def build(
        self,
        extra_glyphs: frozenset[font_objects.ExtraGlyphs],
        pictures: frozenset[Picture],
        language: str,
        archival: bool,
    ) -> FilePrefix:
        template = self.template
        resources = b"<<%s%s>>" % (self.fonts(extra_glyphs), self.pictures(pictures))
        intent = self.output_intent() if archival else b""
        root, page_tree, outline, tree = self.reserve(), self.reserve(), self.reserve(), self.reserve()
        pages = [self.reserve() for _ in template.pages]
        parents = {elem: parent for elem, parent in structure.walk(template.root) if structure.is_drawn(elem)}
        numbers = {elem: self.reserve() for elem in parents if not elem.personal_alt}
        shared_links = {index: self.reserve() for index, (_, owner) in enumerate(template.links) if owner is None}
        entries = [self.reserve() for _ in template.outline]
        shared = self.shared_streams(glyph_clusters.GlyphCodeMap(extra_glyphs))
        holder = self.reserve()
        first = self.last + 1
        # From here on the patient's objects, in the order of FilePrefix.
        contents = shared | {run: first + rank for rank, run in enumerate(template.personal_streams)}
        xmp = first + len(template.personal_streams)
        after = xmp + 2
        personal = [(index, owner) for index, (_, owner) in enumerate(template.links) if owner is not None]
        figures = [elem for elem in parents if elem.personal_alt]
        personal_links = {index: after + rank for rank, (index, _) in enumerate(personal)}
        numbers |= {elem: after + len(personal) + rank for rank, elem in enumerate(figures)}
        links = [(shared_links | personal_links)[index] for index in range(len(template.links))]

        elements = {
            elem: structure.element(elem, numbers[parent] if parent else tree, numbers, pages, links, template.pen)
            for elem, parent in parents.items()
        }
        self.sources |= {numbers[elem]: source for elem, source in elements.items() if not elem.personal_alt}
        self.sources[tree] = structure.tree_root(numbers[template.root], numbers, template.pen)
        for index, link_number in shared_links.items():
            self.sources[link_number] = template.links[index][0].source(len(pages) + index)
        self.add_pages(pages, page_tree, resources, links, contents)
        self.add_outline(outline, entries, pages)
        self.sources[root] = (
            b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R/PageMode/UseOutlines/Lang%s/MarkInfo<</Marked true>>"
            b"/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>/Metadata %d 0 R/StructTreeRoot %d 0 R%s>>"
        ) % (page_tree, outline, text_string(language), xmp, tree, intent)
        return self.written(
            holder,
            first,
            root,
            tuple(_around_alternative_text(elem, elements[elem]) for elem in figures),
            tuple((*owner, len(pages) + index) for index, owner in personal),
        )

    def fonts(self, extra_glyphs: frozenset[font_objects.ExtraGlyphs]) -> bytes:
        entries = []
        for name, first, font in _fonts(extra_glyphs, self.reserve):
            self.sources |= dict(enumerate(font.dictionaries, first))
            self.streams |= dict(enumerate(font.streams, first + len(font.dictionaries)))
            entries.append(b"%s %d 0 R" % (name, first))
        return b"/Font<<%s>>" % b"".join(entries)

    def pictures(self, pictures: frozenset[Picture]) -> bytes:
        """Add the pictures; a file without any is as it was before there were pictures."""
        entries = []
        for picture in sorted(pictures, key=picture_objects.name):
            place = self.reserve()
            self.streams[place] = picture_objects.source(picture)
            entries.append(b"%s %d 0 R" % (picture_objects.name(picture), place))
        return b"/XObject<<%s>>" % b"".join(entries) if entries else b""

    def shared_streams(self, codes: glyph_clusters.GlyphCodeMap) -> dict[ContentStream | Placeholder, int]:
        """Add the content streams that all files of the template share."""
        numbers: dict[ContentStream | Placeholder, int] = {}
        for run in (run for page in self.template.pages for run in page):
            if isinstance(run, ContentStream) and run not in numbers:
                numbers[run] = self.reserve()
                self.streams[numbers[run]] = codes.source(run)
        return numbers

    def output_intent(self) -> bytes:
        profile = self.reserve()
        self.streams[profile] = _color_profile()
        return (
            b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)"
            b"/DestOutputProfile %d 0 R>>]"
        ) % profile

    def add_pages(
        self,
        pages: list[int],
        tree: int,
        resources: bytes,
        links: list[int],
        contents: dict[ContentStream | Placeholder, int],
    ) -> None:
        size = self.template.page
        self.sources[tree] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), references(pages))
        link = 0
        for index, page in enumerate(pages):
            count = len(self.template.pen.pages[index].links)
            annotations = b"/Annots[%s]" % references(links[link : link + count]) if count else b""
            link += count
            streams = references(contents[run] for run in self.template.pages[index])
            self.sources[page] = (
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources%s/Contents[%s]/StructParents %d/Tabs/S%s>>"
            ) % (tree, number(size.width), number(size.height), resources, streams, index, annotations)

    def add_outline(self, root: int, numbers: list[int], pages: list[int]) -> None:
        entries = self.template.outline
        parents = [_parent(entries, index) for index in range(len(entries))]
        for index, entry in enumerate(entries):
            parent = parents[index]
            siblings = [other for other in range(len(entries)) if parents[other] == parent]
            rank = siblings.index(index)
            beside = b"/Prev %d 0 R" % numbers[siblings[rank - 1]] if rank else b""
            beside += b"/Next %d 0 R" % numbers[siblings[rank + 1]] if rank + 1 < len(siblings) else b""
            self.sources[numbers[index]] = b"<</Title%s/Parent %d 0 R%s%s/Dest[%d 0 R/XYZ 0 %s 0]>>" % (
                text_string(entry.title),
                root if parent is None else numbers[parent],
                beside,
                _children(numbers, parents, index),
                pages[entry.page],
                number(entry.top),
            )
        self.sources[root] = b"<</Type/Outlines%s>>" % _children(numbers, parents, None)

    def written(
        self,
        holder: int,
        first: int,
        root: int,
        figures: tuple[tuple[bytes, bytes], ...],
        links: tuple[tuple[int, int, int], ...],
    ) -> FilePrefix:
        sources = sorted(self.sources.items())
        kind, data = file_format.object_stream([(object_number, source + b"\n") for object_number, source in sources])
        self.streams[holder] = file_format.compressed_stream(data, kind)
        body = bytearray(file_format.HEADER)
        entries = {0: file_format.FREE_ENTRY}
        entries |= {object_number: entry_in_stream(holder, index) for index, (object_number, _) in enumerate(sources)}
        for object_number, source in sorted(self.streams.items()):
            entries[object_number] = entry_in_file(len(body))
            body += file_format.indirect_object(object_number, source)
        xref = deflate(b"".join(entries[object_number] for object_number in range(first)))
        return FilePrefix(bytes(body), xref, first, root, figures, links)


def _fonts(
    extra_glyphs: frozenset[font_objects.ExtraGlyphs], reserve: Callable[[int], int]
) -> Iterator[tuple[bytes, int, font_objects.Font]]:
    """Yield the fonts of a file: the name on a page, the number of the first object, and the objects.

    Every file has the base fonts; the others are embedded only where a packet needs them.
    """
    clusters = glyph_clusters.GlyphCodeMap(extra_glyphs).clusters
    for name in FONTS.values():
        if name in SHAPED_FONTS:
            if name in clusters:
                first = reserve(glyph_clusters.OBJECTS)
                font = glyph_clusters.font(name, tuple(clusters[name]), first)
                yield font_objects.RESOURCES[name], first, font
            continue
        extra = "".join(sorted(glyph for font, glyph in extra_glyphs if font == name and isinstance(glyph, str)))
        if name in font_objects.BASE_FONTS or extra:
            first = reserve(font_objects.OBJECTS)
            yield font_objects.RESOURCES[name], first, font_objects.font(name, extra, first)


@cache
def _color_profile() -> bytes:
    profile = (Path(__file__).parent / "srgb.icc").read_bytes()
    return file_format.compressed_stream(profile, more_entries=b"/N 3")


def _around_alternative_text(elem: Elem, source: bytes) -> tuple[bytes, bytes]:
    before, _, after = source.partition(text_string(elem.alt))
    return before, after + b"\n"


def _parent(entries: Sequence[OutlineEntry], index: int) -> int | None:
    return next((other for other in range(index - 1, -1, -1) if entries[other].level < entries[index].level), None)


def _children(numbers: list[int], parents: list[int | None], parent: int | None) -> bytes:
    children = [numbers[index] for index, other in enumerate(parents) if other == parent]
    if not children:
        return b""
    count = len(numbers) if parent is None else len(children)  # all are open
    return b"/First %d 0 R/Last %d 0 R/Count %d" % (children[0], children[-1], count)
