"""A shape and the signs its fonts need in, the part of a file that is the same for every patient out.

Objects of fonts, then those of the shape, then the patient's; ISO 32000-1 7.5.7 and 7.5.8 give the streams that hold
them.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from struct import Struct

from packets.layout import tagging
from packets.layout.engine import typeface
from packets.layout.engine.clusters import Book
from packets.layout.engine.ink import Ink, ink_to_keep
from packets.layout.engine.recorder import number
from packets.layout.engine.shape import Mark, Shape
from packets.layout.tagging import structure
from packets.layout.tagging.tree import Elem

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

Strange = frozenset[typeface.Strange]

row = Struct(">BIH").pack  # one entry of the cross-reference stream: kind, place, rest


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Frame:
    """`prefix` is the beginning of the file and `digest` its hash so far; `first` is the first number of the patient's
    objects: the pages' contents, the XMP packet, the document's information, the links, the figures."""

    prefix: bytes
    digest: hashlib._Hash  # copied, never fed
    rows: Ink  # of the cross-reference stream
    first: int
    root: int
    figures: tuple[tuple[bytes, bytes], ...]  # source before and after the alternative text
    links: tuple[tuple[int, int], ...]  # number among the links, and key in the structure's way back


def frame(shape: Shape, strange: Strange, language: str, archival: bool) -> Frame:
    return _Framing(shape, language, archival).frame(strange)


class _Framing:
    def __init__(self, shape: Shape, language: str, archival: bool) -> None:
        self.shape, self.language, self.archival = shape, language, archival
        self.sources: dict[int, bytes] = {}
        self.streams: dict[int, bytes] = {}
        self.last = 0

    def number(self, count: int = 1) -> int:
        self.last += count
        return self.last - count + 1

    def frame(self, strange: Strange) -> Frame:
        shape = self.shape
        resources = self.fonts(strange)
        intent = self.output_intent() if self.archival else b""
        root, kids, bookmarks, top = self.number(), self.number(), self.number(), self.number()
        pages = [self.number() for _ in shape.pages]
        elems = {e: p for e, p in structure.walk(shape.root, None) if structure.live(e)}
        mine = {elem: self.number() for elem in elems if not elem.alt}
        notes = {place: self.number() for place, (_, owner) in enumerate(shape.links) if owner is None}
        marks = [self.number() for _ in shape.outline]
        holder = self.number()  # of all sources
        first = self.last + 1
        # The patient's own, in the order of engine.press: contents, XMP, information, links, figures.
        after = first + len(pages) + 2
        told = [elem for elem in elems if elem.alt]
        theirs = [place for place, (_, owner) in enumerate(shape.links) if owner is not None]
        notes |= {place: after + rank for rank, place in enumerate(theirs)}
        numbers = mine | {elem: after + len(theirs) + rank for rank, elem in enumerate(told)}
        links = [notes[place] for place in range(len(shape.links))]

        elements = {
            elem: structure.element(elem, numbers[parent] if parent else top, numbers, pages, links, shape.pen)
            for elem, parent in elems.items()
        }
        self.sources |= {numbers[elem]: elements[elem] for elem in mine}
        self.sources[top] = structure.tree(numbers[shape.root], numbers, shape.pen)
        keys = range(len(pages), len(pages) + len(links))
        for place, (note, owner) in enumerate(shape.links):
            if owner is None:
                self.sources[links[place]] = note.source(keys[place])
        self.page_objects(pages, kids, resources, links, first)
        self.outline(bookmarks, marks, pages)
        self.sources[root] = (
            b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R/PageMode/UseOutlines/Lang%s/MarkInfo<</Marked true>>"
            b"/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>/Metadata %d 0 R/StructTreeRoot %d 0 R%s>>"
        ) % (kids, bookmarks, structure.string(self.language), first + len(pages), top, intent)
        self.streams[holder] = self.object_stream()
        figures = tuple(_around_alt(elem, elements[elem]) for elem in told)
        return self.written(holder, first, root, figures, tuple((place, keys[place]) for place in theirs))

    def object_stream(self) -> bytes:
        return packed_object_stream([(known, source + b"\n") for known, source in sorted(self.sources.items())])

    def fonts(self, strange: Strange) -> bytes:
        entries = []
        for name, first, font in typeface.fonts(strange, Book(strange).clusters, self.number):
            self.sources |= dict(enumerate(font.dictionaries, first))
            self.streams |= dict(enumerate(font.streams, first + len(font.dictionaries)))
            entries.append(b"%s %d 0 R" % (name, first))
        return b"<</Font<<%s>>>>" % b"".join(entries)

    def output_intent(self) -> bytes:
        place = self.number()
        self.streams[place] = _colour_profile()
        return (
            b"/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)"
            b"/DestOutputProfile %d 0 R>>]"
        ) % place

    def page_objects(self, pages: list[int], kids: int, resources: bytes, links: list[int], first: int) -> None:
        sheet = self.shape.sheet
        size = number(sheet.width), number(sheet.height)
        self.sources[kids] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), references(pages))
        link = 0
        for place, page in enumerate(pages):
            count = len(self.shape.pen.pages[place].links)
            annots = b"/Annots[%s]" % references(links[link : link + count]) if count else b""
            link += count
            self.sources[page] = (
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources%s/Contents %d 0 R/StructParents %d"
                b"/Tabs/S%s>>"
            ) % (kids, *size, resources, first + place, place, annots)

    def outline(self, root: int, numbers: list[int], pages: list[int]) -> None:
        marks = self.shape.outline
        parents = [_parent(marks, place) for place in range(len(marks))]
        for place, mark in enumerate(marks):
            parent = parents[place]
            family = [other for other in range(len(marks)) if parents[other] == parent]
            rank = family.index(place)
            around = b"/Prev %d 0 R" % numbers[family[rank - 1]] if rank else b""
            around += b"/Next %d 0 R" % numbers[family[rank + 1]] if rank + 1 < len(family) else b""
            self.sources[numbers[place]] = b"<</Title%s/Parent %d 0 R%s%s/Dest[%d 0 R/XYZ 0 %s 0]>>" % (
                structure.string(mark.title),
                root if parent is None else numbers[parent],
                around,
                _family(numbers, parents, place),
                pages[mark.page],
                number(mark.top),
            )
        self.sources[root] = b"<</Type/Outlines%s>>" % _family(numbers, parents, None)

    def written(
        self,
        holder: int,
        first: int,
        root: int,
        figures: tuple[tuple[bytes, bytes], ...],
        links: tuple[tuple[int, int], ...],
    ) -> Frame:
        body = bytearray(_HEADER)
        rows = {0: row(0, 0, 0xFFFF)}
        for place, source in enumerate(sorted(self.sources)):
            rows[source] = row(2, holder, place)
        for place, source_ in sorted(self.streams.items()):
            rows[place] = row(1, len(body), 0)
            body += b"%d 0 obj\n%s\nendobj\n" % (place, source_)
        table = ink_to_keep(b"".join(rows[place] for place in range(first)))
        return Frame(bytes(body), hashlib.sha256(body), table, first, root, figures, links)


@cache
def _colour_profile() -> bytes:
    data = (Path(tagging.__file__).parent / "srgb.icc").read_bytes()
    return typeface.stream(data, b"/N 3")


def _around_alt(elem: Elem, source: bytes) -> tuple[bytes, bytes]:
    before, _, after = source.partition(structure.string(elem.alt))
    return before, after + b"\n"


def _parent(marks: Sequence[Mark], place: int) -> int | None:
    return next((other for other in range(place - 1, -1, -1) if marks[other].level < marks[place].level), None)


def _family(numbers: list[int], parents: list[int | None], parent: int | None) -> bytes:
    children = [numbers[place] for place, other in enumerate(parents) if other == parent]
    if not children:
        return b""
    everything = len(numbers) if parent is None else len(children)  # all are open
    return b"/First %d 0 R/Last %d 0 R/Count %d" % (children[0], children[-1], everything)


def references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % known for known in numbers)


def object_stream(sources: Sequence[tuple[int, bytes]]) -> tuple[bytes, bytes]:
    """Entries of its dictionary, and what stands in it: objects by their numbers. Nothing is packed here."""
    head, place = [], 0
    for known, source in sources:
        head.append(b"%d %d" % (known, place))
        place += len(source)
    first = b" ".join(head) + b"\n"
    kind = b"/Type/ObjStm/N %d/First %d" % (len(sources), len(first))
    return kind, b"".join([first, *[source for _, source in sources]])


def packed_object_stream(sources: Sequence[tuple[int, bytes]]) -> bytes:
    """The same packed, as the source of a stream; one patient's few objects are not worth the time."""
    kind, data = object_stream(sources)
    data = zlib.compress(data, 9)
    return b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (kind, len(data), data)
