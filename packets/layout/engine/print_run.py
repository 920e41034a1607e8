"""Packets in, one PDF for the printer out, written as they come: what all packets of a shape share stands in it once.

For paper: no tags and no links. Memory grows by the file's own table only, some 80 bytes a packet.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from typing import BinaryIO

from packets.domain.case import Print
from packets.domain.filled import FilledPacket
from packets.domain.once import Recent
from packets.layout.engine import typeface
from packets.layout.engine.clusters import Book
from packets.layout.engine.frame import packed_object_stream, references
from packets.layout.engine.ink import Ink, ink, joined
from packets.layout.engine.press import Inked, Press
from packets.layout.engine.recorder import Recorder, number
from packets.layout.engine.shape import Shape
from packets.layout.page import page
from packets.layout.tagging import structure
from packets.layout.tagging.xmp import PRODUCER
from packets.layout.text import drawn_width, line_of

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_IN_A_NODE = 64  # packets under one node of the page tree
_SEEN = 512  # kept: runs of ink that may come again
_IN_A_STREAM = 256  # small objects written together


class PrintRun:
    """Call `add` and `pad` in the order of the paper, then `close`. The file is whole only after `close`."""

    def __init__(self, out: BinaryIO, title: str, language: str, press: Press | None = None) -> None:
        self._file = _File(out)
        self._title, self._language = title, language
        self._press = press or Press()
        self._shared: dict[tuple[int, int], tuple[Shape, int]] = {}
        self._seen: Recent[int, tuple[Ink, int | None]] = Recent(_SEEN)
        self._strange: set[typeface.Strange] = set()
        self._book = Book()
        self._tree, self._resources = self._file.number(), self._file.number()
        self._front: list[tuple[int, int]] = []  # packets: number and count of pages
        self._open: list[tuple[int, int]] = []
        self._node = self._file.number()
        self._nodes: list[tuple[int, int]] = []
        self.pages = 0  # so far, without those of the front

    def add(self, packet: FilledPacket, look: Print, *, front: bool = False) -> range:
        """The numbers of its pages in the run, counted from 1.

        With `front` they stand before all others and count apart: a run sheet can be added last, when it is known.
        Raises fonts.MissingGlyph, paginate.DoesNotFit.
        """
        inked = self._press.inked(packet, look)
        self._strange |= inked.strange
        self._book.add(inked.strange)
        contents = [self._contents(inked, place) for place in range(len(inked.shape.pages))]
        size = inked.shape.sheet.width, inked.shape.sheet.height
        if not front:
            return self._add(contents, size)
        before = sum(count for _, count in self._front)
        self._front.append((self._packet(contents, size, self._tree), len(contents)))
        return range(before + 1, before + 1 + len(contents))

    def pad(self, words: str, look: Print) -> range:
        """A page with nothing but a line in its middle: "This page is blank on purpose"."""
        sheet = page(look)
        style = sheet.styles.furniture
        pen = Recorder()
        with pen.artifact("Pagination"):
            line_of(pen, (sheet.width - drawn_width(words, False, style.size)) / 2, sheet.height / 2, words, style)
        self._strange |= pen.strange
        self._book.add(pen.strange)
        return self._add([(self._content([pen.ink()]),)], (sheet.width, sheet.height))

    def close(self) -> None:
        self._close_node()
        file = self._file
        kids = [*self._front, *self._nodes]
        count = sum(pages for _, pages in kids)
        file.put(self._tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, references(kid for kid, _ in kids)))
        file.put(self._resources, b"<</Font<<%s>>>>" % self._fonts())
        root, information = file.number(), file.number()
        catalog = b"<</Type/Catalog/Pages %d 0 R/Lang%s/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>>>"
        file.put(root, catalog % (self._tree, structure.string(self._language)))
        title, producer = structure.string(self._title), PRODUCER.encode("ascii")
        file.put(information, b"<</Title%s/Producer(%s)>>" % (title, producer))
        file.close(root, information)

    def _contents(self, inked: Inked, place: int) -> tuple[int, ...]:
        """The shape's ink, once for the whole run, then what other patients have as well, then the patient's own."""
        runs = inked.shape.pages[place]
        key = id(inked.shape), place
        if key not in self._shared:
            same = self._content([run for run in runs if isinstance(run, Ink)])
            self._shared[key] = inked.shape, same  # kept, so that its id stays its own
        contents, own = [self._shared[key][1]], []
        for run in runs:
            if not isinstance(run, Ink):
                if (number := self._again(inked.inks[run])) is None:
                    own.append(inked.inks[run].raw)
                else:
                    contents.append(number)
        if own:
            contents.append(self._content([ink(b"".join(own))]))
        return tuple(contents)

    def _again(self, drawn: Ink) -> int | None:
        """From its second time on, ink is an object that pages share."""
        seen = self._seen.get(id(drawn))
        number = None if seen is None else seen[1] or self._content([drawn])
        self._seen.put(id(drawn), (drawn, number))  # kept, so that its id stays its own
        return number

    def _content(self, runs: Sequence[Ink]) -> int:
        data = self._book.content(runs) if self._book else joined(runs)
        return self._file.stream(b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(data), data))

    def _add(self, pages: Sequence[tuple[int, ...]], size: tuple[float, float]) -> range:
        if len(self._open) >= _IN_A_NODE:
            self._close_node()
            self._node = self._file.number()
        self._open.append((self._packet(pages, size, self._node), len(pages)))
        self.pages += len(pages)
        return range(self.pages - len(pages) + 1, self.pages + 1)

    def _packet(self, pages: Sequence[tuple[int, ...]], size: tuple[float, float], parent: int) -> int:
        """One packet's own node of the page tree."""
        file = self._file
        mine = file.number()
        kids = [file.number() for _ in pages]
        for kid, contents in zip(kids, pages, strict=True):
            source = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Resources %d 0 R/Contents[%s]>>"
            file.put(kid, source % (mine, *map(number, size), self._resources, references(contents)))
        file.put(mine, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (parent, len(kids), references(kids)))
        return mine

    def _close_node(self) -> None:
        packets, self._open = self._open, []
        count = sum(pages for _, pages in packets)
        source = b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>"
        self._file.put(self._node, source % (self._tree, count, references(packet for packet, _ in packets)))
        self._nodes.append((self._node, count))

    def _fonts(self) -> bytes:
        entries = []
        for name, first, font in typeface.fonts(self._strange, self._book.clusters, self._file.number):
            for place, source in enumerate(font.dictionaries, first):
                self._file.put(place, source)
            for place, source in enumerate(font.streams, first + len(font.dictionaries)):
                self._file.stream(source, place)
            entries.append(b"%s %d 0 R" % (name, first))
        return b"".join(entries)


class _File:
    """Numbers objects and writes them; small ones many at a time, packed together (ISO 32000-1 7.5.7)."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._digest = hashlib.sha256()
        self._at = 0
        self._rows = bytearray(_row(0, 0, 0xFFFF))
        self._small: list[tuple[int, bytes]] = []
        self._write(_HEADER)

    def number(self, count: int = 1) -> int:
        first = len(self._rows) // len(_row(0, 0, 0))
        self._rows += _row(0, 0, 0) * count
        return first

    def put(self, place: int, source: bytes) -> None:
        self._small.append((place, source + b"\n"))
        if len(self._small) >= _IN_A_STREAM:
            self._flush()

    def stream(self, source: bytes, place: int | None = None) -> int:
        place = self.number() if place is None else place
        self._set(place, _row(1, self._at, 0))
        self._write(b"%d 0 obj\n%s\nendobj\n" % (place, source))
        return place

    def close(self, root: int, information: int) -> None:
        """The identifier is the digest of all else, as in a packet's own file (see output.seal)."""
        self._flush()
        place, start = self.number(), self._at
        self._set(place, _row(1, start, 0))
        table = zlib.compress(self._rows, 6)
        head = b"%d 0 obj\n<</Type/XRef/Size %d/W[1 5 2]/Root %d 0 R/Info %d 0 R/Filter/FlateDecode/Length %d/ID[<"
        self._write(head % (place, place + 1, root, information, len(table)))
        end = b">]>>stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, start)
        self._digest.update(b"><")
        self._digest.update(end)
        identifier = self._digest.hexdigest()[:32].encode("ascii")
        self._out.write(identifier + b"><" + identifier + end)

    def _flush(self) -> None:
        small, self._small = self._small, []
        if small:
            holder = self.stream(packed_object_stream(small))
            for index, (place, _) in enumerate(small):
                self._set(place, _row(2, holder, index))

    def _set(self, place: int, entry: bytes) -> None:
        self._rows[place * len(entry) : (place + 1) * len(entry)] = entry

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._at += len(data)


def _row(kind: int, place: int, rest: int) -> bytes:
    """One entry of the cross-reference stream; a run may have more than four gigabytes."""
    return kind.to_bytes(1, "big") + place.to_bytes(5, "big") + rest.to_bytes(2, "big")
