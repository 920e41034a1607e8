"""Merge the pages of finished PDFs into one PDF to print, written packet by packet to keep memory small.

Only what paper needs is copied; structure, links and metadata stay in the packets' own files. `extract_pages` takes
most of the time and does not depend on the merged file, so worker processes can call it.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from packets.pdf import file_format, file_id
from packets.pdf.file_format import references

_PAGE_KEYS = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")  # which a page may inherit
_REFERENCE = re.compile(rb"\d \d+ R\b")  # a false match inside a string only costs time
MAX_SHARED = 20_000  # objects remembered, so that fonts and streams that many packets have are written once
FAN_OUT = 64

CATALOG, PAGES, INFO = 1, 2, 3

# An object's bytes, split at its references, and the index of each object it refers to (always an earlier one).
Body = tuple[tuple[bytes, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True, repr=False)
class ExtractedPage:
    """A page, with the index of each of its content streams."""

    entries: Body
    contents: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ExtractedPages:
    """The pages of one PDF and the objects they use."""

    objects: tuple[Body, ...]
    pages: tuple[ExtractedPage, ...]


def extract_pages(data: bytes) -> ExtractedPages:
    """Extract the pages of a finished PDF."""
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        extractor = _PageExtractor()
        pages = tuple(extractor.page(page.obj) for page in pdf.pages)
    return ExtractedPages(tuple(extractor.objects), pages)


def add_page(pages: ExtractedPages, streams: Sequence[bytes]) -> ExtractedPages:
    """Add a page like the first one, whose fonts it may use, with other content streams."""
    objects: tuple[Body, ...] = (*pages.objects, *(((stream,), ()) for stream in streams))
    page = ExtractedPage(pages.pages[0].entries, tuple(range(len(pages.objects), len(objects))))
    return ExtractedPages(objects, (*pages.pages, page))


class _PageExtractor:
    def __init__(self) -> None:
        self.objects: list[Body] = []
        self.indexes: dict[tuple[int, int], int] = {}

    def page(self, page: Any) -> ExtractedPage:
        import pikepdf

        pieces: list[bytes | int] = []
        for key in _PAGE_KEYS:
            value = _inherited(page, key)
            if value is not None:
                pieces.append(key.encode() + b" ")
                self.value(value, pieces)
        contents = page.get("/Contents", [])
        streams = contents if isinstance(contents, pikepdf.Array | list) else [contents]
        return ExtractedPage(_split(pieces), tuple(self.index_of(stream) for stream in streams))

    def value(self, value: Any, pieces: list[bytes | int]) -> None:
        import pikepdf

        if not isinstance(value, pikepdf.Object):
            pieces.append(_plain(value))
        elif value.is_indirect:
            pieces.append(self.index_of(value))
        else:
            self.body(value, pieces)

    def index_of(self, value: Any) -> int:
        if value.objgen not in self.indexes:
            pieces: list[bytes | int] = []
            self.body(value, pieces)
            self.objects.append(_split(pieces))
            self.indexes[value.objgen] = len(self.objects) - 1
        return self.indexes[value.objgen]

    def body(self, value: Any, pieces: list[bytes | int]) -> None:
        """Append the object itself; one without references is copied as qpdf writes it, which is fast."""
        import pikepdf

        if isinstance(value, pikepdf.Stream):
            data = value.read_raw_bytes()
            self.entries(value, "/Length", pieces, b"/Length %d" % len(data))
            pieces.append(file_format.stream_body(data))
            return
        written = bytes(value.unparse(resolved=True))
        if not _REFERENCE.search(written):
            pieces.append(written)
        elif isinstance(value, pikepdf.Dictionary):
            self.entries(value, "/Parent", pieces)
        else:
            pieces.append(b"[")
            for item in value:
                self.value(item, pieces)
                pieces.append(b" ")
            pieces.append(b"]")

    def entries(self, value: Any, skipped: str, pieces: list[bytes | int], more: bytes = b"") -> None:
        import pikepdf

        pieces.append(b"<<")
        for key, item in value.items():
            if key != skipped:
                pieces.append(pikepdf.Name(key).unparse() + b" ")
                self.value(item, pieces)
        pieces.append(more + b">>")


def _split(pieces: list[bytes | int]) -> Body:
    texts: list[bytes] = []
    references: list[int] = []
    text: list[bytes] = []
    for piece in pieces:
        if isinstance(piece, int):
            texts.append(b"".join(text))
            references.append(piece)
            text = []
        else:
            text.append(piece)
    return (*texts, b"".join(text)), tuple(references)


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


def _plain(value: Any) -> bytes:
    """Return the source of a value that pikepdf converts to a Python value."""
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return format(value, "d" if isinstance(value, int) else "f").encode()  # a Decimal without an exponent


def _inherited(page: Any, key: str) -> Any:
    while page is not None:
        if key in page:
            return page[key]
        page = page.get("/Parent")
    return None
