"""Write the file of a packet: the prefix that all files of a template share, then one patient's objects.

Object streams and the cross-reference stream are those of ISO 32000-1 7.5.7 and 7.5.8.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from struct import Struct

from packets.layout.fonts import FACES, SHAPED_FACES
from packets.layout.structure_tree import Elem
from packets.pdf import file_id, font_objects, glyph_clusters, metadata, structure
from packets.pdf.content_stream import DeflatedChunk, concatenate, deflate_to_cache, number, stored
from packets.pdf.metadata import Metadata
from packets.pdf.structure import text_string
from packets.pdf.template import OutlineEntry, PageTemplate

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_END_OF_STREAM = b"\nendstream\nendobj\n"
_xref_entry = Struct(">BIH").pack  # kind, place, rest
_IN_FILE, _IN_STREAM = 1, 2  # kinds


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FilePrefix:
    """The beginning of a file. The patient's objects follow from number `first` on, in this order: the contents of
    the pages, XMP, information, personal links, figures, the object stream of the last three."""

    data: bytes
    xref: DeflatedChunk
    first: int
    root: int
    figures: tuple[tuple[bytes, bytes], ...]  # source before and after the alternative text
    links: tuple[tuple[int, int, int], ...]  # of each personal link: block, rank there, key in the parent tree


def finish(
    prefix: FilePrefix,
    contents: Sequence[bytes],
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
    information = prefix.first + len(contents) + 1
    holder = information + len(sources)
    streams = [(b"/Filter/FlateDecode", data) for data in contents]
    streams.append((b"/Type/Metadata/Subtype/XML", metadata.xmp(about)))
    streams.append(_object_stream(list(enumerate(sources, information))))
    parts, entries, at = [prefix.data], [], len(prefix.data)
    for place, (kind, data) in zip((*range(prefix.first, information), holder), streams, strict=True):
        head = b"%d 0 obj\n<<%s/Length %d>>stream\n" % (place, kind, len(data))
        parts += (head, data, _END_OF_STREAM)
        entries.append(_xref_entry(_IN_FILE, at, 0))
        at += len(head) + len(data) + len(_END_OF_STREAM)
    inside = [_xref_entry(_IN_STREAM, holder, place) for place in range(len(sources))]
    entries = [*entries[:-1], *inside, entries[-1], _xref_entry(_IN_FILE, at, 0)]
    xref = concatenate((prefix.xref, stored(b"".join(entries))))
    trailer = (
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/Filter/FlateDecode/Length %d%s>>stream\n"
        b"%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    ) % (holder + 1, holder + 2, prefix.root, information, len(xref), file_id.PLACE, xref, at)
    return file_id.with_digest_id(b"".join((*parts, trailer)))


def make_prefix(
    template: PageTemplate, extra_glyphs: frozenset[font_objects.ExtraGlyphs], language: str, archival: bool
) -> FilePrefix:
    return _PrefixBuilder(template).build(extra_glyphs, language, archival)


class _PrefixBuilder:
    def __init__(self, template: PageTemplate) -> None:
        self.template = template
        self.sources: dict[int, bytes] = {}  # small objects, by number
        self.streams: dict[int, bytes] = {}
        self.last = 0

    def reserve(self, count: int = 1) -> int:
        self.last += count
        return self.last - count + 1

    def build(self, extra_glyphs: frozenset[font_objects.ExtraGlyphs], language: str, archival: bool) -> FilePrefix:
        template = self.template
        resources = self.fonts(extra_glyphs)
        intent = self.output_intent() if archival else b""
        root, page_tree, outline, tree = self.reserve(), self.reserve(), self.reserve(), self.reserve()
        pages = [self.reserve() for _ in template.pages]
        parents = {elem: parent for elem, parent in structure.walk(template.root) if structure.is_drawn(elem)}
        numbers = {elem: self.reserve() for elem in parents if not elem.alt}
        shared_links = {place: self.reserve() for place, (_, owner) in enumerate(template.links) if owner is None}
        entries = [self.reserve() for _ in template.outline]
        holder = self.reserve()
        first = self.last + 1
        # From here on the patient's objects, in the order of FilePrefix.
        after = first + len(pages) + 2
        personal = [(place, owner) for place, (_, owner) in enumerate(template.links) if owner is not None]
        figures = [elem for elem in parents if elem.alt]
        personal_links = {place: after + rank for rank, (place, _) in enumerate(personal)}
        numbers |= {elem: after + len(personal) + rank for rank, elem in enumerate(figures)}
        links = [(shared_links | personal_links)[place] for place in range(len(template.links))]

        elements = {
            elem: structure.element(elem, numbers[parent] if parent else tree, numbers, pages, links, template.pen)
            for elem, parent in parents.items()
        }
        self.sources |= {numbers[elem]: source for elem, source in elements.items() if not elem.alt}
        self.sources[tree] = structure.tree_root(numbers[template.root], numbers, template.pen)
        for place, known in shared_links.items():
            self.sources[known] = template.links[place][0].source(len(pages) + place)
        self.add_pages(pages, page_tree, resources, links, first)
        self.add_outline(outline, entries, pages)
        self.sources[root] = (
            b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R/PageMode/UseOutlines/Lang%s/MarkInfo<</Marked true>>"
            b"/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>/Metadata %d 0 R/StructTreeRoot %d 0 R%s>>"
        ) % (page_tree, outline, text_string(language), first + len(pages), tree, intent)
        return self.written(
            holder,
            first,
            root,
            tuple(_around_alternative_text(elem, elements[elem]) for elem in figures),
            tuple((*owner, len(pages) + place) for place, owner in personal),
        )

    def fonts(self, extra_glyphs: frozenset[font_objects.ExtraGlyphs]) -> bytes:
        entries = []
        for name, first, font in _fonts(extra_glyphs, self.reserve):
            self.sources |= dict(enumerate(font.dictionaries, first))
            self.streams |= dict(enumerate(font.streams, first + len(font.dictionaries)))
            entries.append(b"%s %d 0 R" % (name, first))
        return b"<</Font<<%s>>>>" % b"".join(entries)

    def output_intent(self) -> bytes:
        place = self.reserve()
        self.streams[place] = _colour_profile()
        return (
            b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)"
            b"/DestOutputProfile %d 0 R>>]"
        ) % place

    def add_pages(self, pages: list[int], tree: int, resources: bytes, links: list[int], contents: int) -> None:
        sheet = self.template.sheet
        self.sources[tree] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), _references(pages))
        link = 0
        for place, page in enumerate(pages):
            count = len(self.template.pen.pages[place].links)
            annotations = b"/Annots[%s]" % _references(links[link : link + count]) if count else b""
            link += count
            self.sources[page] = (
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources%s/Contents %d 0 R/StructParents %d"
                b"/Tabs/S%s>>"
            ) % (tree, number(sheet.width), number(sheet.height), resources, contents + place, place, annotations)

    def add_outline(self, root: int, numbers: list[int], pages: list[int]) -> None:
        entries = self.template.outline
        parents = [_parent(entries, place) for place in range(len(entries))]
        for place, entry in enumerate(entries):
            parent = parents[place]
            siblings = [other for other in range(len(entries)) if parents[other] == parent]
            rank = siblings.index(place)
            beside = b"/Prev %d 0 R" % numbers[siblings[rank - 1]] if rank else b""
            beside += b"/Next %d 0 R" % numbers[siblings[rank + 1]] if rank + 1 < len(siblings) else b""
            self.sources[numbers[place]] = b"<</Title%s/Parent %d 0 R%s%s/Dest[%d 0 R/XYZ 0 %s 0]>>" % (
                text_string(entry.title),
                root if parent is None else numbers[parent],
                beside,
                _children(numbers, parents, place),
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
        kind, data = _object_stream([(place, source + b"\n") for place, source in sources])
        data = zlib.compress(data, 9)
        self.streams[holder] = b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (kind, len(data), data)
        body = bytearray(_HEADER)
        entries = {0: _xref_entry(0, 0, 0xFFFF)}
        entries |= {place: _xref_entry(_IN_STREAM, holder, index) for index, (place, _) in enumerate(sources)}
        for place, source in sorted(self.streams.items()):
            entries[place] = _xref_entry(_IN_FILE, len(body), 0)
            body += b"%d 0 obj\n%s\nendobj\n" % (place, source)
        xref = deflate_to_cache(b"".join(entries[place] for place in range(first)))
        return FilePrefix(bytes(body), xref, first, root, figures, links)


def _fonts(
    extra_glyphs: frozenset[font_objects.ExtraGlyphs], reserve: Callable[[int], int]
) -> Iterator[tuple[bytes, int, font_objects.Font]]:
    """Yield the fonts of a file: the name on a page, the number of the first object, and the objects.

    Every file has the base fonts; the others are embedded only where a packet needs them.
    """
    clusters = glyph_clusters.GlyphCodeMap(extra_glyphs).clusters
    for name in FACES.values():
        if name in SHAPED_FACES:
            if name in clusters:
                first = reserve(glyph_clusters.OBJECTS)
                font = glyph_clusters.font(name, tuple(clusters[name]), first)
                yield font_objects.RESOURCES[name], first, font
            continue
        extra = "".join(sorted(glyph for font, glyph in extra_glyphs if font == name and isinstance(glyph, str)))
        if name in font_objects.BASE_FACES or extra:
            first = reserve(font_objects.OBJECTS)
            yield font_objects.RESOURCES[name], first, font_objects.font(name, extra, first)


@cache
def _colour_profile() -> bytes:
    return font_objects.stream((Path(__file__).parent / "srgb.icc").read_bytes(), b"/N 3")


def _around_alternative_text(elem: Elem, source: bytes) -> tuple[bytes, bytes]:
    before, _, after = source.partition(text_string(elem.alt))
    return before, after + b"\n"


def _parent(entries: Sequence[OutlineEntry], place: int) -> int | None:
    return next((other for other in range(place - 1, -1, -1) if entries[other].level < entries[place].level), None)


def _children(numbers: list[int], parents: list[int | None], parent: int | None) -> bytes:
    children = [numbers[place] for place, other in enumerate(parents) if other == parent]
    if not children:
        return b""
    count = len(numbers) if parent is None else len(children)  # all are open
    return b"/First %d 0 R/Last %d 0 R/Count %d" % (children[0], children[-1], count)


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % known for known in numbers)


def _object_stream(sources: Sequence[tuple[int, bytes]]) -> tuple[bytes, bytes]:
    """Return entries of the dictionary, and the objects behind the table of their numbers, not compressed."""
    table, place = [], 0
    for known, source in sources:
        table.append(b"%d %d" % (known, place))
        place += len(source)
    head = b" ".join(table) + b"\n"
    kind = b"/Type/ObjStm/N %d/First %d" % (len(sources), len(head))
    return kind, b"".join([head, *[source for _, source in sources]])
