"""Merge the pages of finished PDFs into one PDF to print, written packet by packet to keep memory small.

An object that several packets have, such as a font, or a content stream that is equal for all patients of a day, is
written once.
"""

from __future__ import annotations

import hashlib
import zlib
from array import array
from collections.abc import Iterable
from typing import BinaryIO

from packets.pdf import file_format, file_id
from packets.pdf.extract import Body, ExtractedPages
from packets.pdf.file_format import references

MAX_SHARED = 20_000  # objects remembered, so that fonts and streams that many packets have are written once
FAN_OUT = 64

CATALOG, PAGES, INFO = 1, 2, 3


class PdfMerger:
    """Append packets, then close the file. The same packets give the same bytes."""

    def __init__(self, file: BinaryIO, title: str, *, both_sides: bool = True) -> None:
        self._file, self._title = file, title
        self._duplex = "DuplexFlipLongEdge" if both_sides else "Simplex"
        self._offset = 0
        self._digest = hashlib.sha256()
        self._offsets = array("Q", [0, 0, 0, 0])  # of objects 0 to 3; the last three are written by `close`
        self._shared: dict[bytes, int] = {}
        self._groups = array("Q")  # nodes of the page tree, which keep a page quick to find
        self._group, self._nodes, self._in_group = 0, array("Q"), 0
        self.pages = 0
        self._write(file_format.HEADER)

    def append(self, loose: ExtractedPages) -> None:
        """Append the pages of one PDF."""
        if not self._nodes:
            self._group = self._reserve()
        node = self._reserve()
        numbers: list[int] = []
        for body in loose.objects:
            numbers.append(self._shared_object(_joined(body, numbers)))
        kids = []
        for page in loose.pages:
            kids.append(self._reserve())
            source = b"<</Type/Page/Parent %d 0 R%s/Contents[%s]>>"
            contents = references(numbers[index] for index in page.contents)
            self._object(kids[-1], source % (node, _joined(page.entries, numbers), contents))
        self._node(node, self._group, len(kids), kids)
        self._nodes.append(node)
        self._in_group += len(kids)
        self.pages += len(kids)
        if len(self._nodes) == FAN_OUT:
            self._end_group()

    def _shared_object(self, body: bytes) -> int:
        """Return the number of this object, or of an earlier one with the same bytes."""
        key = hashlib.sha256(body).digest()
        number = self._shared.get(key)
        if number is None:
            number = self._reserve()
            self._object(number, body)
            if len(self._shared) >= MAX_SHARED:
                self._shared.clear()
            self._shared[key] = number
        return number

    def _node(self, number: int, parent: int, count: int, kids: Iterable[int]) -> None:
        self._object(number, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (parent, count, references(kids)))

    def _end_group(self) -> None:
        if self._nodes:
            self._node(self._group, PAGES, self._in_group, self._nodes)
            self._groups.append(self._group)
            self._nodes, self._in_group = array("Q"), 0

    def close(self) -> str:
        """Write the end of the file and return the SHA-256 of the whole file."""
        self._end_group()
        self._object(PAGES, b"<</Type/Pages/Count %d/Kids[%s]>>" % (self.pages, references(self._groups)))
        # Print dialogs that read these preferences choose the sides and do not scale (ISO 32000-1, 12.2).
        preferences = f"<</Duplex/{self._duplex}/PrintScaling/None/PickTrayByPDFSize true/DisplayDocTitle true>>"
        self._object(CATALOG, f"<</Type/Catalog/Pages {PAGES} 0 R/ViewerPreferences{preferences}>>".encode())
        self._object(INFO, b"<</Title%s>>" % file_format.text_string(self._title))
        number, offset = self._reserve(), self._offset
        self._offsets[number] = offset
        entries = [file_format.FREE_ENTRY, *map(file_format.entry_in_file, self._offsets[1:])]
        xref = zlib.compress(b"".join(entries), 9)
        end = file_format.end_of_file(number, xref, offset, CATALOG, INFO)
        self._write(file_id.fill_id(self._digest, end))
        return self._digest.hexdigest()

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._offset += len(data)

    def _reserve(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _object(self, number: int, body: bytes) -> None:
        self._offsets[number] = self._offset
        self._write(file_format.indirect_object(number, body))


def _joined(body: Body, numbers: list[int]) -> bytes:
    texts, references = body
    pieces = [texts[0]]
    for text, reference in zip(texts[1:], references, strict=True):
        pieces.append(b"%d 0 R" % numbers[reference])
        pieces.append(text)
    return b"".join(pieces)
