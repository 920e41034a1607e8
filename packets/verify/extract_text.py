"""Extract the text of a PDF's pages with pdfium, which is not the library that wrote them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ctypes import addressof, c_double
from pathlib import Path
from typing import TypeVar
from unicodedata import bidirectional, combining, normalize

from packets.errors import Problem, VerificationError
from packets.model.text_direction import FSI, PDI
from packets.verify import pdfium

Found = TypeVar("Found")

# pdfium writes these for a hyphen at the end of a line.
_HYPHENS = (("\ufffe", "-"), ("\x02", "-"), ("\u00ad", "-"))
# Isolates are never drawn.
_ISOLATES = (FSI, ""), (PDI, "")
# pdfium splits a typed ligature into its letters, and between Arabic words an ellipsis into three dots.
_LETTERS = ("\ufb00", "ff"), ("\ufb01", "fi"), ("\ufb02", "fl"), ("\ufb03", "ffi"), ("\ufb04", "ffl"), ("\u2026", "...")
# A bracket between words from right to left is drawn as its mirror, and pdfium mirrors it again, or does not. There it
# mirrors quotation marks and apostrophes too, which are drawn as they were typed.
_MIRRORS = (")", "("), ("]", "["), ("}", "{"), ("»", "«"), ("”", "“"), ("’", "‘")
_ALIKE = (*_ISOLATES, *_LETTERS, *_MIRRORS)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def read(data: bytes, password: str | None = None) -> tuple[str, ...]:
    """Return the text of each page. Raise VerificationError (V01, V23) if the file cannot be opened."""
    return tuple(text for text, _ in read_with(data, lambda _: None, password))


def read_with(data: bytes, find: Callable[[pdfium.OpenPage], Found], password: str | None) -> list[tuple[str, Found]]:
    """Return the text of each page, and what `find` returns for it. Raise VerificationError (V01, V23)."""
    try:
        with pdfium.opened(data, password) as document:
            found = []
            for number in range(pdfium.page_count(document)):
                with pdfium.opened_page(document, number) as page:
                    found.append((_text(page), find(page)))
            return found
    except pdfium.PdfiumError as error:
        if not error.needs_password:
            raise VerificationError(Problem("V01", "the file is not a readable PDF")) from None
        hint = "Type the file that holds its password: --password-file FILE" if password is None else ""
        raise VerificationError(Problem("V23", "the file does not open with this password", hint)) from None


def read_pages(path: Path, first: int, count: int) -> Iterator[str]:
    """Return the text of some pages, counted from 0, without reading the whole file. Raise VerificationError (V01)."""
    try:
        with pdfium.opened(path) as document:
            for number in range(first, min(first + count, pdfium.page_count(document))):
                with pdfium.opened_page(document, number) as page:
                    text = _text(page)
                yield text
    except pdfium.PdfiumError:
        raise VerificationError(Problem("V01", "the file is not a readable PDF", path=path.name)) from None


def _text(page: pdfium.OpenPage) -> str:
    """Return the text of a page in reading order."""
    extracted = _replaced(pdfium.text_of(page), _HYPHENS)
    return _in_order(page) if _RIGHT_TO_LEFT.search(extracted) else extracted


def _replaced(text: str, replacements: tuple[tuple[str, str], ...]) -> str:
    """Replace character by character: ten times as fast as str.translate, since most pages have none of them."""
    for old, new in replacements:
        text = text.replace(old, new)
    return text


def _in_order(page: pdfium.OpenPage) -> str:
    """Return the characters of a page with right-to-left words, each word in the order of its letters on the page.

    pdfium turns such words by a guess for each line, which is wrong where two languages share one. Here the words
    come as the page shows them one after the other, and the letters of each by their place: from right to left.
    """
    raw = pdfium.library()
    order = {
        addressof(raw.FPDFPage_GetObject(page.page, place).contents): place
        for place in range(raw.FPDFPage_CountObjects(page.page))
    }
    words: dict[int, list[tuple[float, int, str]]] = {}
    x, y = c_double(), c_double()
    for place in range(raw.FPDFText_CountChars(page.text)):
        drawn = raw.FPDFText_GetTextObject(page.text, place)
        if drawn:  # pdfium adds its own spaces and line ends
            raw.FPDFText_GetCharOrigin(page.text, place, x, y)
            character = chr(raw.FPDFText_GetUnicode(page.text, place))
            words.setdefault(order[addressof(drawn.contents)], []).append((x.value, place, character))
    return _replaced("".join(_word(words[number]) for number in sorted(words)), _HYPHENS)


def _word(characters: list[tuple[float, int, str]]) -> str:
    """Join characters, each with its position and its index on the page, in the order in which they were typed."""
    right_to_left = any(bidirectional(character) in ("R", "AL") for _, _, character in characters)
    direction = -1 if right_to_left else 1
    # A vowel mark is drawn at its letter, and typed after it.
    characters.sort(
        key=lambda item: (direction * round(item[0], 2), right_to_left and combining(item[2]) != 0, item[1])
    )
    return normalize("NFC", "".join(character for _, _, character in characters))


def without_whitespace(text: str) -> str:
    """Remove all white space: verification does not depend on where lines end."""
    return _replaced("".join(text.split()), _ALIKE)
