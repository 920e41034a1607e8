"""Extract what paper needs of a finished PDF: its pages, with fonts, pictures and contents.

Structure, links and metadata stay in the file. Worker processes can call this, since nothing here depends on the print
run that the pages go into.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from packets.pdf import file_format, own_file
from packets.values import HiddenFields

_PAGE_KEYS = ("/MediaBox", "/CropBox", "/Rotate", "/Resources")  # which a page may inherit
_REFERENCE = re.compile(rb"\d \d+ R\b")  # a false match inside a string only costs time
MAX_PREFIXES = 64  # as many as the renderer has templates

# An object's bytes, split at its references, and the index of each object it refers to (always an earlier one).
Body = tuple[tuple[bytes, ...], tuple[int, ...]]


class ExtractedPage(HiddenFields, Struct, frozen=True):
    """A page, with the index of each of its content streams."""

    entries: Body
    contents: tuple[int, ...]


class ExtractedPages(HiddenFields, Struct, frozen=True):
    """The pages of one PDF and the objects they use."""

    objects: tuple[Body, ...]
    pages: tuple[ExtractedPage, ...]


def extract_pages(data: bytes) -> ExtractedPages:
    """Extract the pages of a finished PDF.

    Files of one template differ only in the patient's content streams, so pikepdf reads only the first of them.
    """
    own = own_file.split(data)
    if own is None:
        return _extract(data, ())[0]
    key = hashlib.sha256(own.prefix).digest(), tuple(own.content_streams)
    if key not in _of_prefix:
        if len(_of_prefix) == MAX_PREFIXES:
            _of_prefix.clear()
        _of_prefix[key] = _extract(data, key[1])
    pages, indexes = _of_prefix[key]
    objects = list(pages.objects)
    for index, source in zip(indexes, own.content_streams.values(), strict=True):
        objects[index] = (source,), ()
    return replace(pages, objects=tuple(objects))


# By a digest of the prefix and the numbers of the patient's streams: pages in which these are empty, and their indexes.
_of_prefix: dict[tuple[bytes, tuple[int, ...]], tuple[ExtractedPages, list[int]]] = {}


def _extract(data: bytes, emptied: Sequence[int]) -> tuple[ExtractedPages, list[int]]:
    """Return the pages without the content of the streams with these numbers, and the indexes of these streams."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        extractor = _PageExtractor()
        pages = tuple(extractor.page(page.obj) for page in pdf.pages)
    indexes = [extractor.indexes[number, 0] for number in emptied]
    for index in indexes:
        extractor.objects[index] = (b"",), ()
    return ExtractedPages(tuple(extractor.objects), pages), indexes


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
