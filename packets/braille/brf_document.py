"""Write the pages of a braille file: 25 lines of 40 cells, with both identifiers and the page number on each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

from packets.braille.braille_cells import BLANK, is_cells, to_ascii
from packets.braille.codes import BrailleCode, code_of, prepared
from packets.braille.liblouis import Liblouis
from packets.braille.line_breaks import centered, wrapped
from packets.braille.parts import Form, Mark, Part, Piece, pieces
from packets.braille.reading import read_back
from packets.errors import InvalidInputError, Problem
from packets.model.filled_packet import FilledPacket
from packets.values import HiddenFields

WIDTH, HEIGHT = 40, 25
BOX_TOP, BOX_BOTTOM = "⠶" * WIDTH, "⠛" * WIDTH
_CHUNK = 160  # characters: lou_translate cuts lines of 2,048 bytes, and a cell has three


class _Line(HiddenFields, Struct, frozen=True):
    cells: str
    keep: bool = False  # on the same page as the next line


def brf_document(packets: Sequence[FilledPacket], liblouis: Liblouis) -> bytes:
    """Return a packet as a braille file, followed by its translation if there is one.

    Raise UsageError (U46, U48), and InvalidInputError (G04, G05) for what cannot be written in braille.
    """
    pages = [page for packet in packets for page in _Pages(packet, liblouis).pages()]
    return "\f".join(pages).encode("ascii") + b"\f"


class _Pages:
    def __init__(self, packet: FilledPacket, liblouis: Liblouis) -> None:
        self._packet, self._liblouis = packet, liblouis
        self._code = code_of(packet.language)

    def pages(self) -> Iterator[str]:
        texts = self._packet.header_footer
        header = [text for text in (texts.top_left, texts.top_right) if text]
        content: list[Piece] = [Part(self._code.unchecked), Mark.BLANK_LINE, *pieces(self._packet)]
        parts = [piece for piece in content if isinstance(piece, Part)]
        cells = self._translate(parts)
        head = [line for text in self._cells(header, self._code) for line in wrapped(text, 0, 2, WIDTH)]
        lines = list(self._lines(content, cells))
        bodies = list(_break_lines(lines, HEIGHT - len(head) - 2))
        numbers = [texts.page(number, len(bodies)) for number in range(1, len(bodies) + 1)]
        for body, number in zip(bodies, self._cells(numbers, self._code), strict=True):
            rows = [*head, "", *body]
            rows += [""] * (HEIGHT - 1 - len(rows))
            rows.append(number.rjust(WIDTH, BLANK))
            yield "".join(f"{to_ascii(row)}\r\n" for row in rows)

    def _translate(self, parts: Sequence[Part]) -> dict[Part, str]:
        """Return the cells of each part, in the braille of its language."""
        by_language: dict[str, list[Part]] = {}
        for part in parts:
            by_language.setdefault(part.language or self._packet.language, []).append(part)
        found: dict[Part, str] = {}
        for language, of_language in by_language.items():
            cells = self._cells([part.text for part in of_language], code_of(language))
            found |= dict(zip(of_language, cells, strict=True))
        return found

    def _cells(self, texts: Sequence[str], code: BrailleCode) -> list[str]:
        """Return the cells of each text, contracted if they can be read back."""
        chunks = [list(_chunks(prepared(text, code))) for text in texts]
        flat = [chunk for of_text in chunks for chunk in of_text]
        cells = self._liblouis.translate(flat, code.table)
        for chunk, written in zip(flat, cells, strict=True):
            if not is_cells(written):
                raise InvalidInputError(self._no_cells(chunk, code))
        unread = [place for place, ok in enumerate(read_back(flat, cells, code, self._liblouis)) if not ok]
        if unread and code.uncontracted:
            again = self._liblouis.translate([flat[place] for place in unread], code.uncontracted)
            for place, written in zip(unread, again, strict=True):
                cells[place] = written
            checked = read_back([flat[place] for place in unread], again, code, self._liblouis)
            unread = [place for place, ok in zip(unread, checked, strict=True) if not ok]
        if unread:
            message = f"a text of the packet cannot be read back from {code.name} braille"
            hint = "Make the packet without --braille, and report which handout it is."
            raise InvalidInputError(Problem("G05", message, hint, "--braille"))
        rest = iter(cells)
        return [BLANK.join(next(rest) for _ in of_text) for of_text in chunks]

    def _no_cells(self, text: str, code: BrailleCode) -> Problem:
        """Name one character only: all of them together could be the patient's name."""
        characters = sorted({character for character in text if not character.isspace()})
        cells = self._liblouis.translate(characters, code.table)
        character = next(each for each, written in zip(characters, cells, strict=True) if not is_cells(written))
        named = f"{character} (U+{ord(character):04X} {unicodedata.name(character, 'without a name')})"
        hint = "Write it another way, or make the packet without --braille."
        return Problem("G04", f"{code.name} braille has no sign for {named}", hint, "--braille")

    def _lines(self, content: Sequence[Piece], cells: dict[Part, str]) -> Iterator[_Line]:
        is_blank = True
        for piece in content:
            if isinstance(piece, Part):
                first, rest = piece.form.value
                if piece.form is Form.TITLE:
                    rows = centered(cells[piece], first, WIDTH)
                else:
                    rows = wrapped(cells[piece], first + piece.indent, rest + piece.indent, WIDTH)
                for row in rows:
                    yield _Line(row, piece.keep)
                is_blank = False
            elif piece is Mark.BLANK_LINE:
                if not is_blank:
                    yield _Line("")
                is_blank = True
            elif piece is Mark.BOX_BEGINS:
                if not is_blank:
                    yield _Line("")
                yield _Line(BOX_TOP, keep=True)
            else:
                yield _Line(BOX_BOTTOM)
                yield _Line("")
                is_blank = True


def _chunks(text: str) -> Iterator[str]:
    """Yield the text in pieces that lou_translate takes whole, cut between words."""
    while len(text) > _CHUNK:
        cut = text.rfind(" ", 0, _CHUNK)
        if cut < 0:
            cut = text.find(" ", _CHUNK)
        if cut < 0:
            break
        yield text[:cut]
        text = text[cut + 1 :]
    yield text


def _break_lines(lines: Sequence[_Line], height: int) -> Iterator[list[str]]:
    """Yield the lines of each page; no page begins with a blank line or ends with a heading."""
    page: list[str] = []
    place = 0
    while place < len(lines):
        end = place
        while end < len(lines) - 1 and lines[end].keep and end - place < height - 1:
            end += 1
        group = [line.cells for line in lines[place : end + 1]]
        if page and len(page) + len(group) > height:
            yield page
            page = []
        if page or group != [""]:
            page += group
        place = end + 1
    if page:
        yield page
