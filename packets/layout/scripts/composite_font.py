"""Build a TrueType font with one composite glyph for each cluster.

The composite refers to the font's own glyphs at the positions from HarfBuzz. The fonts here have no instructions.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

from packets.layout.scripts.shaping import Cluster
from packets.resources import fonts_root

_COPIED = ("head", "hhea", "maxp", "OS/2", "prep")


@cache
def _font_file(name: str) -> Any:
    return TTFont(io.BytesIO((Path(fonts_root()) / f"{name}.ttf").read_bytes()), lazy=True)


def units(name: str) -> int:
    """Return the units per em."""
    return int(_font_file(name)["head"].unitsPerEm)


def extent(name: str) -> tuple[int, int, tuple[int, int, int, int]]:
    """Return ascent, descent and the box of all glyphs, in font units."""
    head, hhea = _font_file(name)["head"], _font_file(name)["hhea"]
    return hhea.ascent, hhea.descent, (head.xMin, head.yMin, head.xMax, head.yMax)


def program(name: str, clusters: Sequence[Cluster]) -> bytes:
    """Return the font file: glyph 1 is the first cluster, glyph 2 the second, and so on, then their components."""
    font_file = _font_file(name)
    names, glyf, hmtx = font_file.getGlyphOrder(), font_file["glyf"], font_file["hmtx"]
    parts = dict.fromkeys(_with_parts(glyf, (names[glyph] for cluster in clusters for glyph, _, _ in cluster.pieces)))
    parts.pop(names[0], None)
    cluster_names = [f"cluster {number}" for number in range(len(clusters))]
    glyphs = {part: glyf[part] for part in (names[0], *parts)}
    metrics = {part: hmtx[part] for part in glyphs}
    for glyph_name, cluster in zip(cluster_names, clusters, strict=True):
        pen = TTGlyphPen(glyphs)
        for glyph, x, y in cluster.pieces:
            if glyf[names[glyph]].numberOfContours:  # a space has no outline
                pen.addComponent(names[glyph], (1, 0, 0, 1, x, y))
        glyphs[glyph_name] = pen.glyph(componentFlags=0)  # positions are not rounded to whole pixels
        glyphs[glyph_name].recalcBounds(glyphs)
        metrics[glyph_name] = max(0, cluster.advance), getattr(glyphs[glyph_name], "xMin", 0)
    return _file(font_file, [names[0], *cluster_names, *parts], glyphs, metrics)


def _with_parts(glyf: Any, names: Iterable[str]) -> Iterator[str]:
    """Yield the glyphs, each followed by its components."""
    for name in names:
        yield name
        if glyf[name].isComposite():
            yield from _with_parts(glyf, glyf[name].getComponentNames(glyf))


def _file(source: Any, order: list[str], glyphs: dict[str, Any], metrics: dict[str, tuple[int, int]]) -> bytes:
    font = TTFont(recalcTimestamp=False)  # for the same bytes at any time
    font.setGlyphOrder(order)
    for tag in _COPIED:
        if tag in source:
            font[tag] = deepcopy(source[tag])
    for tag in ("glyf", "hmtx", "loca"):
        font[tag] = newTable(tag)
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    font["hmtx"].metrics = metrics
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
