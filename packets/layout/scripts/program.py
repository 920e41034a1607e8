"""A face and clusters in, a TrueType program with one glyph for each cluster out.

The glyph is a composite of the face's own glyphs, at the places that HarfBuzz gave them (OpenType 1.9, glyf, loca,
hmtx). Faces here have no instructions to carry along.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packets.layout.scripts.shaping import Cluster
from packets.resources import fonts_root

_WORDS, _PLACES, _MORE = 0x0001, 0x0002, 0x0020  # flags of a component: its arguments are words, and x and y

_SCALES = ((0x0008, 2), (0x0040, 4), (0x0080, 8))  # flags of a component that is scaled, and the bytes that say how


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Face:
    """The tables of a file by tag, and what of them is asked for again and again."""

    tables: dict[bytes, bytes]

    @property
    def units(self) -> int:
        return int(struct.unpack_from(">H", self.tables[b"head"], 18)[0])

    def glyph(self, number: int) -> bytes:
        long = struct.unpack_from(">h", self.tables[b"head"], 50)[0]
        if long:
            start, end = struct.unpack_from(">II", self.tables[b"loca"], number * 4)
        else:
            start, end = (2 * half for half in struct.unpack_from(">HH", self.tables[b"loca"], number * 2))
        return self.tables[b"glyf"][start:end]


@cache
def read(name: str) -> Face:
    data = (Path(fonts_root()) / f"{name}.ttf").read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {}
    for place in range(count):
        tag, _, start, length = struct.unpack_from(">4sIII", data, 12 + 16 * place)
        tables[tag] = data[start : start + length]
    return Face(tables)


def extent(name: str) -> tuple[int, int, tuple[int, ...]]:
    """Ascent, descent and the box of all glyphs, in units of the face."""
    tables = read(name).tables
    ascent, descent = struct.unpack_from(">hh", tables[b"hhea"], 4)
    return ascent, descent, struct.unpack_from(">4h", tables[b"head"], 36)


def program(name: str, clusters: Sequence[Cluster]) -> bytes:
    """Glyph 1 is the first cluster, glyph 2 the second, and so on; what they are made of stands behind them."""
    return _Program(read(name), clusters).made()


class _Program:
    def __init__(self, face: Face, clusters: Sequence[Cluster]) -> None:
        self.face, self.clusters = face, clusters
        self.numbers: dict[int, int] = {0: 0}  # of the face, here
        self.parts: list[int] = []  # of the face, in their order here

    def made(self) -> bytes:
        composites = [self.composite(cluster) for cluster in self.clusters]
        parts = []
        for number in self.parts:  # grows while it is gone through
            parts.append(self.renumbered(number))
        glyphs = [self.renumbered(0), *composites, *parts]
        advances = [self.advance(0), *(cluster.advance for cluster in self.clusters), *map(self.advance, self.parts)]
        loca, glyf = [0], b""
        for glyph in glyphs:
            glyf += glyph + b"\0" * (-len(glyph) % 4)
            loca.append(len(glyf))
        tables = dict(self.face.tables)
        keep = (b"head", b"hhea", b"maxp", b"prep", b"OS/2")
        tables = {tag: tables[tag] for tag in keep if tag in tables}
        tables[b"head"] = tables[b"head"][:8] + bytes(4) + tables[b"head"][12:50] + struct.pack(">h", 1) + b"\0\0"
        tables[b"hhea"] = tables[b"hhea"][:34] + struct.pack(">H", len(glyphs))
        maxp = tables[b"maxp"]
        tables[b"maxp"] = maxp[:4] + struct.pack(">H", len(glyphs)) + _deeper(maxp[6:], self.clusters, self.face)
        bearings = [struct.unpack_from(">h", glyph, 2)[0] if glyph else 0 for glyph in glyphs]
        tables[b"hmtx"] = b"".join(struct.pack(">Hh", max(0, a), b) for a, b in zip(advances, bearings, strict=True))
        tables[b"loca"] = struct.pack(f">{len(loca)}I", *loca)
        tables[b"glyf"] = glyf
        return _file(tables)

    def number(self, glyph: int) -> int:
        if glyph not in self.numbers:
            self.numbers[glyph] = 1 + len(self.clusters) + len(self.parts)
            self.parts.append(glyph)
        return self.numbers[glyph]

    def composite(self, cluster: Cluster) -> bytes:
        inked = [(glyph, x, y) for glyph, x, y in cluster.pieces if self.face.glyph(glyph)]
        if not inked:
            return b""
        boxes = [(x, y, *struct.unpack_from(">4h", self.face.glyph(glyph), 2)) for glyph, x, y in inked]
        box = (
            min(x + x0 for x, _, x0, _, _, _ in boxes),
            min(y + y0 for _, y, _, y0, _, _ in boxes),
            max(x + x1 for x, _, _, _, x1, _ in boxes),
            max(y + y1 for _, y, _, _, _, y1 in boxes),
        )
        out = struct.pack(">5h", -1, *box)
        for place, (glyph, x, y) in enumerate(inked):
            flags = _WORDS | _PLACES | (_MORE if place + 1 < len(inked) else 0)
            out += struct.pack(">HHhh", flags, self.number(glyph), x, y)
        return out

    def renumbered(self, number: int) -> bytes:
        """A glyph of the face; the parts of a composite have other numbers here."""
        glyph = self.face.glyph(number)
        if not glyph or struct.unpack_from(">h", glyph)[0] >= 0:
            return glyph
        out, at = bytearray(glyph), 10
        while True:
            flags, part = struct.unpack_from(">HH", out, at)
            struct.pack_into(">H", out, at + 2, self.number(part))
            at += 8 if flags & _WORDS else 6
            at += next((more for flag, more in _SCALES if flags & flag), 0)
            if not flags & _MORE:
                return bytes(out)

    def advance(self, glyph: int) -> int:
        (count,) = struct.unpack_from(">H", self.face.tables[b"hhea"], 34)
        return int(struct.unpack_from(">H", self.face.tables[b"hmtx"], 4 * min(glyph, count - 1))[0])


def _deeper(maxp: bytes, clusters: Sequence[Cluster], face: Face) -> bytes:
    """A cluster is one composite more above the face's own: more points, contours, parts and depth (from offset 6)."""
    points, contours, all_points, all_contours, *rest = struct.unpack(">13H", maxp)
    most = max((len(cluster.pieces) for cluster in clusters), default=1)
    all_points, all_contours = max(points, all_points) * most, max(contours, all_contours) * most
    rest[-2], rest[-1] = max(rest[-2], most), rest[-1] + 1
    return struct.pack(">13H", points, contours, min(all_points, 0xFFFF), min(all_contours, 0xFFFF), *rest)


def _file(tables: dict[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    head = struct.pack(">IHHHH", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    rows, body, at = b"", b"", len(head) + 16 * count
    for tag, data in sorted(tables.items()):
        padded = data + b"\0" * (-len(data) % 4)
        rows += struct.pack(">4sIII", tag, _sum(padded), at + len(body), len(data))
        body += padded
    whole = head + rows + body
    start = whole.index(b"head", len(head))
    (place,) = struct.unpack_from(">I", whole, start + 8)
    adjustment = (0xB1B0AFBA - _sum(whole)) & 0xFFFFFFFF
    return whole[: place + 8] + struct.pack(">I", adjustment) + whole[place + 12 :]


def _sum(data: bytes) -> int:
    return int(sum(struct.unpack(f">{len(data) // 4}I", data))) & 0xFFFFFFFF
