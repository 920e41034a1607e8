"""Write the PDF objects of a font: a subset with the base set and any other characters that a file needs.

A character's code is its code point in two bytes (ISO 32000-1 9.7, Identity-H), whichever characters the file has.
Content streams drawn for one file are therefore valid in all others; a rare letter only makes the font program larger.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from packets.layout.font_metrics import file_text, metrics, subset
from packets.layout.fonts import FONTS
from packets.pdf.file_format import compressed_stream
from packets.values import HiddenFields

if TYPE_CHECKING:
    from packets.layout.scripts.shaping import Cluster

# In every file: the letters of Western Europe and typographic punctuation. Other characters are added as needed.
_BASE = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100), 0x152, 0x153, 0x160, 0x161, 0x178, 0x17D, 0x17E)))
_BASE += "‘’\u201a“”„–—•…€™\u2212"

BASE_FONTS = (FONTS["regular", 0], FONTS["bold", 0])
RESOURCES = {name: b"/F%d" % number for number, name in enumerate(FONTS.values())}
BASE_CHARACTERS = {name: frozenset(_BASE if name in BASE_FONTS else "") for name in FONTS.values()}
OBJECTS = 6  # of one font

# A font's name, and a character outside its base set or a cluster of a shaped font.
ExtraGlyphs = tuple[str, "str | Cluster"]


class Font(HiddenFields, Struct, frozen=True, eq=False):
    """Objects in the order of their numbers; the first three are dictionaries, the others streams."""

    dictionaries: tuple[bytes, ...]
    streams: tuple[bytes, ...]


@lru_cache(maxsize=64)
def font(name: str, extra: str, first: int) -> Font:
    """Return a font with the base set and the sorted `extra` characters; `first` is the number of its first object."""
    source = metrics(name)
    codes = _codes(name, extra)
    glyphs, order = _glyphs(codes, source.glyphs)
    base_name = tag(zlib.crc32(struct.pack(f">{len(codes)}H", *codes))) + b"+" + name.encode("ascii")
    descendant = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap %d 0 R/DW %d/W[%s]>>"
    ) % (base_name, first + 2, first + 4, source.default_width, _widths(codes, source.widths))
    font_descriptor = descriptor(
        base_name,
        (source.flags & ~32 | 4) & 0xFFFFF,  # symbolic: the codes are our own
        source.box,
        source.ascent,
        source.descent,
        first + 3,
        italic=source.italic,
        capital=source.capital,
        stem=source.stem,
    )
    program = source.base_subset if source.base_subset and not extra else subset(name, order)
    glyph_numbers = [glyphs.get(code, 0) for code in range(max(codes) + 1)]
    map_ = struct.pack(f">{len(glyph_numbers)}H", *glyph_numbers)
    return Font(
        (root(base_name, first + 1, first + 5), descendant, font_descriptor),
        (
            compressed_stream(program, more_entries=b"/Length1 %d" % len(program)),
            compressed_stream(map_),
            compressed_stream(_same_in_unicode(codes)),
        ),
    )


def _codes(name: str, extra: str) -> list[int]:
    return sorted({ord(character) for character in BASE_CHARACTERS[name] | set(extra)} & {*metrics(name).glyphs, 0xA0})


def base_font_file(name: str) -> str:
    """Return the text of fonts/NAME.json, with the subset that every packet has."""
    return file_text(name, _glyphs(_codes(name, ""), metrics(name).glyphs)[1])


def descriptor(
    subset: bytes,
    flags: int,
    box: Sequence[float],
    ascent: float,
    descent: float,
    program: int,
    *,
    italic: float = 0,
    capital: float = 700,
    stem: float = 80,
) -> bytes:
    return (
        b"<</Type/FontDescriptor/FontName/%s/Flags %d/FontBBox[%s]/ItalicAngle %d/Ascent %d/Descent %d/CapHeight %d"
        b"/StemV %d/FontFile2 %d 0 R>>"
    ) % (
        subset,
        flags,
        b" ".join(b"%d" % round(value) for value in box),
        italic,
        ascent,
        descent,
        capital,
        stem,
        program,
    )


def root(subset: bytes, descendant: int, to_unicode: int) -> bytes:
    return (
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
    ) % (subset, descendant, to_unicode)


def _glyphs(codes: list[int], glyph_indexes: dict[int, int]) -> tuple[dict[int, int], list[int]]:
    """Return the subset's glyph for each code, and the codes to make the subset from, one for each glyph in order."""
    numbers: dict[int, int] = {}
    order: list[int] = []
    result: dict[int, int] = {}
    for code in codes:
        glyph = glyph_indexes.get(code, glyph_indexes[0x20])  # the no-break space looks like a space
        if glyph not in numbers:
            numbers[glyph] = len(numbers) + 1
            order.append(code if code in glyph_indexes else 0x20)
        result[code] = numbers[glyph]
    return result, order


def _widths(codes: list[int], widths: dict[int, float]) -> bytes:
    # A reader may search from the first width on, as pdfium does, so the small letters are first.
    small_first = sorted(codes, key=lambda code: not ord("a") <= code <= ord("z"))
    runs = groupby(enumerate(small_first), lambda pair: pair[1] - pair[0])
    groups = [[code for _, code in run] for _, run in runs]
    return b"".join(
        b"%d[%s]" % (group[0], b" ".join(b"%d" % widths.get(code, widths[0x20]) for code in group)) for group in groups
    )


def _same_in_unicode(codes: list[int]) -> bytes:
    """Map each code to the character of the same number; a range stays within one first byte (ISO 32000-1 9.10.3)."""
    rows = [list(row) for _, row in groupby(codes, lambda code: code >> 8)]
    return _to_unicode((b"range", [b"<%04X><%04X><%04X>" % (row[0], row[-1], row[0]) for row in rows]))


def to_unicode(texts: Mapping[int, str]) -> bytes:
    """Return a CMap from codes to their texts."""
    lines = [b"<%04X><%s>" % (code, text.encode("utf-16-be").hex().encode()) for code, text in texts.items()]
    return _to_unicode(*((b"char", lines[start : start + 100]) for start in range(0, len(lines), 100)))


def _to_unicode(*tables: tuple[bytes, list[bytes]]) -> bytes:
    return (
        b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)"
        b"/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
        b"1 begincodespacerange<0000><FFFF>endcodespacerange\n"
        b"%s endcmap CMapName currentdict/CMap defineresource pop end end"
    ) % b" ".join(b"%d beginbf%s\n%s\nendbf%s" % (len(lines), kind, b"\n".join(lines), kind) for kind, lines in tables)


def tag(value: int) -> bytes:
    """Return six letters that distinguish subsets (ISO 32000-1 9.6.4)."""
    return bytes(65 + value // 26**index % 26 for index in range(6))
