"""The bytes of a PDF in, the text of its pages out, read by pdfium: not by the library that wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from packets.errors import NotProved, Problem

# pdfium writes these for a hyphen at the end of a line.
_HYPHENS = str.maketrans({"\ufffe": "-", "\x02": "-", "\u00ad": "-"})
_SPACE = re.compile(r"\s+")
# pdfium takes a ligature that was typed apart into its letters.
_LIGATURES = str.maketrans({"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"})


def read(data: bytes, password: str | None = None) -> tuple[str, ...]:
    """One text for each page. Raises NotProved (V01) for a file that cannot be opened, or not with this password."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data, password=password)
    except pypdfium2.PdfiumError as fault:
        locked = getattr(fault, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        message = "the file does not open with this password" if locked else "the file is not a readable PDF"
        hint = "Type the file that holds its password: --password-file FILE" if locked and password is None else ""
        raise NotProved(Problem("V01", message, hint)) from None
    try:
        texts = []
        for page in document:
            texts.append(page.get_textpage().get_text_range().translate(_HYPHENS))
        return tuple(texts)
    finally:
        document.close()


def read_pages(path: Path, first: int, count: int) -> Iterator[str]:
    """Pages of a long file, counted from 0, without reading it whole. Raises NotProved (V01)."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        raise NotProved(Problem("V01", "the file is not a readable PDF", path=path.name)) from None
    try:
        for number in range(first, min(first + count, len(document))):
            page = document[number]
            text = page.get_textpage()
            yield text.get_text_range().translate(_HYPHENS)
            text.close()
            page.close()
    finally:
        document.close()


def squeezed(text: str) -> str:
    """Without any white space: where a line ends is the layout's matter, not the proof's."""
    return _squeezed_part(text) if len(text) < 1000 else _squeezed(text)


def _squeezed(text: str) -> str:
    return _SPACE.sub("", text).translate(_LIGATURES)


_squeezed_part = lru_cache(maxsize=2048)(_squeezed)  # most of a packet's parts are those of the packet before
