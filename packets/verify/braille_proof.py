"""Check that a braille file says exactly what it should, or raise VerificationError with everything that is wrong.

Its cells are read back: every text of the packet in its order with all its letters and numbers, and nothing else; on
each page both identifiers, the packet id and the page number. Capitals and punctuation are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Sized
from itertools import accumulate, chain, groupby

from msgspec import Struct

from packets.braille.braille_cells import BLANK, is_cells, to_cells
from packets.braille.brf_document import BOX_BOTTOM, BOX_TOP, HEIGHT, WIDTH
from packets.braille.codes import BrailleCode, code_of, prepared
from packets.braille.liblouis import Liblouis
from packets.braille.reading import (
    letters_of_cells,
    matches,
    numbers_in_cells,
    numbers_in_text,
    pattern_of_text,
    read_back,
)
from packets.errors import Problem, VerificationError
from packets.model.filled_packet import FilledPacket
from packets.values import HiddenFields
from packets.verify.html_expected import IDENTIFIERS, expected_items

EXTRA = "the braille file shows something that is not the packet's"


class _Text(HiddenFields, Struct, frozen=True):
    part: str
    language: str
    text: str


class _Page(HiddenFields, Struct, frozen=True):
    """The lines with cells, without indents."""

    header: tuple[str, ...]
    body: tuple[str, ...]
    number: str


def verify_braille(data: bytes, packets: Sequence[FilledPacket], liblouis: Liblouis) -> None:
    """Check the braille file of a packet, or of a packet and its translation.

    Raise VerificationError (V60 to V64); its problems name pages and parts of the packet, never the text.
    """
    pages = _read(data)
    if pages is None:
        message = f"the braille file does not have pages of {HEIGHT} lines, each of at most {WIDTH} cells"
        raise VerificationError(Problem("V60", message))
    problems: list[Problem] = []
    before = 0
    for packet in packets:
        own = pages[before : before + _length(pages[before:], code_of(packet.language))]
        if own:
            problems += _header_problems(own, packet, before, liblouis)
        problems += _text_problems(own, packet, liblouis)
        before += len(own)
    if before != len(pages):
        problems.append(Problem("V63", EXTRA))
    if problems:
        raise VerificationError(*dict.fromkeys(problems))


def _read(data: bytes) -> list[_Page] | None:
    """Return the pages, or None if Packets did not write this file."""
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return None
    *sheets, rest = text.split("\f")
    pages: list[_Page] = []
    for sheet in sheets:
        *lines, after = sheet.split("\r\n")
        rows = [to_cells(line) for line in lines]
        if after or len(rows) != HEIGHT or any(len(row) > WIDTH or not is_cells(row) for row in rows):
            return None
        rows = [row.strip(BLANK) for row in rows]
        head = rows.index("") if "" in rows else 0
        body = [row for row in rows[head:-1] if row and row not in (BOX_TOP, BOX_BOTTOM)]
        pages.append(_Page(tuple(rows[:head]), tuple(body), rows[-1]))
    return pages if pages and not rest else None


def _length(pages: Sequence[_Page], code: BrailleCode) -> int:
    """Return how many pages the first packet has by what its first page says, or all of them."""
    numbers = numbers_in_cells(pages[0].number, code) if pages else []
    return min(int(numbers[-1]), len(pages)) if numbers else len(pages)


def _header_problems(
    pages: Sequence[_Page], packet: FilledPacket, before: int, liblouis: Liblouis
) -> Iterator[Problem]:
    """Check what every page must show; `before` is the number of pages before those of this packet."""
    code, texts = code_of(packet.language), packet.header_footer
    identifiers = prepared(" ".join(filter(None, (texts.top_left, texts.top_right))), code)
    first = pages[0].header
    letters = "".join(letters_of_cells(first, code, liblouis))
    is_right = matches(identifiers, letters, _numbers(first, code), code)
    for number, page in enumerate(pages, before + 1):
        if page.header != first or not is_right:
            yield Problem("V61", f"page {number} of the braille file does not show {IDENTIFIERS}")
    shown = [page.number for page in pages]
    wanted = [prepared(texts.page(number, len(pages)), code) for number in range(1, len(pages) + 1)]
    for number, ok in enumerate(read_back(wanted, shown, code, liblouis), 1):
        if not ok:
            message = f'page {before + number} of the braille file does not say "page {number} of {len(pages)}"'
            yield Problem("V62", message)


def _numbers(lines: Iterable[str], code: BrailleCode) -> list[str]:
    return [number for line in lines for number in numbers_in_cells(line, code)]


def _texts(packet: FilledPacket) -> Iterator[_Text]:
    """Yield what the pages must say between their headers and page numbers. A QR code and its caption are left out."""
    yield _Text("the note on who made the copy", packet.language, code_of(packet.language).unchecked)
    after_qr_code = False
    number: int | None = None  # of the last item of a numbered list
    for item in expected_items(packet):
        is_logo = item.picture is not None and "(Letterhead)" in item.part
        if item.text and not (item.part == IDENTIFIERS or item.qr_payload or after_qr_code or is_logo):
            number = number + 1 if number is not None and item.role == "li" else None
            text = f"{number}. {item.text}" if number else item.text
            yield _Text(item.part, item.language.partition(" ")[0], text)
        after_qr_code = bool(item.qr_payload)
        number = 0 if item.role == "ol" else number


def _text_problems(pages: Sequence[_Page], packet: FilledPacket, liblouis: Liblouis) -> Iterator[Problem]:
    """Compare all texts in order. The texts of another language begin in a line of their own."""
    lines = [line for page in pages for line in page.body]
    for language, of_language in groupby(_texts(packet), key=lambda text: text.language):
        code, texts = code_of(language), list(of_language)
        letters = letters_of_cells(lines, code, liblouis)
        numbers = [numbers_in_cells(line, code) for line in lines]
        read = "".join(letters), list(chain.from_iterable(numbers))
        used = _matched(read, texts, code)
        if used is None:
            wrong = next(count for count in range(1, len(texts) + 1) if _matched(read, texts[:count], code) is None)
            part = texts[wrong - 1].part
            yield Problem("V64", f"a text or number of {part} is missing or different in the braille file")
            return
        before = list(zip(_running_totals(letters), _running_totals(numbers), strict=True))
        if used not in before:
            yield Problem("V63", EXTRA)
            return
        lines = lines[before.index(used) :]
    if any(letters_of_cells(lines, code_of(packet.language), liblouis)) or _numbers(lines, code_of(packet.language)):
        yield Problem("V63", EXTRA)


def _running_totals(items: Iterable[Sized]) -> Iterator[int]:
    """Yield the total length before each item, and last that of all items."""
    return accumulate(map(len, items), initial=0)


def _matched(read: tuple[str, list[str]], texts: Sequence[_Text], code: BrailleCode) -> tuple[int, int] | None:
    """Return how many letters and numbers the texts take, or None if they are not what was read first."""
    wanted = [prepared(text.text, code) for text in texts]
    numbers = [number for text in wanted for number in numbers_in_text(text, code)]
    match = re.match("".join(pattern_of_text(text, code) for text in wanted), read[0])
    if match is None or read[1][: len(numbers)] != numbers:
        return None
    return match.end(), len(numbers)
