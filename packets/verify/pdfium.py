"""Open PDFs with pdfium, and read the text of their pages.

pypdfium2's own classes remember each page in order to close it some time later. Reading a packet takes a tenth longer
with them, and loading them takes 15 ms; here each function closes what it opens.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_ushort
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple


class PdfiumError(Exception):
    """Report a file that pdfium cannot open; `needs_password` tells one whose password is missing or wrong."""

    def __init__(self, needs_password: bool) -> None:
        super().__init__("the file needs another password" if needs_password else "the file is not a readable PDF")
        self.needs_password = needs_password


class OpenPage(NamedTuple):
    """Handles of a page and of its text, for functions of `library`."""

    page: Any
    text: Any


@cache
def library() -> Any:
    """Load pdfium; its functions are those of its C headers (fpdfview.h, fpdf_text.h, fpdf_edit.h)."""
    import pypdfium2_raw

    pypdfium2_raw.FPDF_InitLibraryWithConfig(pypdfium2_raw.FPDF_LIBRARY_CONFIG(version=2))
    return pypdfium2_raw


@contextmanager
def opened(source: bytes | Path, password: str | None = None) -> Iterator[Any]:
    """Open a file for `page_count` and `opened_page`. Raise PdfiumError."""
    pdfium, key = library(), None if password is None else password.encode()
    if isinstance(source, bytes):
        document = pdfium.FPDF_LoadMemDocument64(source, len(source), key)
    else:
        document = pdfium.FPDF_LoadDocument(os.fsencode(source), key)
    try:
        if page_count(document) < 1:
            raise PdfiumError(needs_password=pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD)
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


def page_count(document: Any) -> int:
    return int(library().FPDF_GetPageCount(document))  # 0 if it could not be opened


@contextmanager
def opened_page(document: Any, number: int) -> Iterator[OpenPage]:
    """Open a page, counted from 0, with its text. Raise PdfiumError."""
    pdfium = library()
    page = pdfium.FPDF_LoadPage(document, number)
    if not page:
        raise PdfiumError(needs_password=False)
    text = pdfium.FPDFText_LoadPage(page)
    try:
        yield OpenPage(page, text)
    finally:
        pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)


def text_of(page: OpenPage) -> str:
    """Return all characters of a page in the order in which pdfium reads them."""
    pdfium = library()
    count = pdfium.FPDFText_CountChars(page.text)
    buffer = (c_ushort * (count + 1))()  # with a final NUL
    written = pdfium.FPDFText_GetText(page.text, 0, count, buffer)
    return bytes(memoryview(buffer)[: max(written - 1, 0)]).decode("utf-16-le", "surrogatepass")
