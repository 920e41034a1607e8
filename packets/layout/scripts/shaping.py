"""Shape text with HarfBuzz, and return its clusters in visual order.

A cluster is a group of characters that is drawn together: an Arabic letter in its contextual form with its marks, a
Devanagari syllable, a Latin letter with its combining marks. Each becomes one glyph with one character code, so that
text extraction gives exactly the characters that were typed, wherever HarfBuzz has put their parts.
"""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import uharfbuzz

from packets.resources import fonts_root


class Cluster(NamedTuple):
    """A cluster; `pieces` are glyphs with their positions, in font units."""

    text: str
    pieces: tuple[tuple[int, int, int], ...]  # glyph, x, y
    advance: int


@lru_cache(maxsize=1 << 12)
def clusters(text: str, name: str) -> tuple[Cluster, ...]:
    """Return the clusters from left to right."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    right_to_left = is_right_to_left(text)
    buffer.direction = "rtl" if right_to_left else "ltr"
    # A PDF reader reverses right-to-left text character by character, so there each mark has its own code.
    levels = uharfbuzz.BufferClusterLevel
    buffer.cluster_level = levels.MONOTONE_CHARACTERS if right_to_left else levels.MONOTONE_GRAPHEMES
    uharfbuzz.shape(_font(name), buffer, {})
    groups: list[tuple[int, list[tuple[int, int, int]], int]] = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if not groups or groups[-1][0] != info.cluster:
            groups.append((info.cluster, [], 0))
        start, pieces, pen = groups[-1]
        pieces.append((info.codepoint, pen + position.x_offset, position.y_offset))
        groups[-1] = (start, pieces, pen + position.x_advance)
    starts = sorted(start for start, _, _ in groups)
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    return tuple(Cluster(text[start : ends[start]], tuple(pieces), pen) for start, pieces, pen in groups)


def is_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def width(text: str, name: str) -> float:
    """Return the width in ems."""
    return float(sum(cluster.advance for cluster in clusters(text, name)) / _font(name).face.upem)


@lru_cache(maxsize=1 << 13)
def key(name: str, cluster: Cluster) -> bytes:
    """Return the placeholder of a cluster in cached content, which `pdf.glyph_clusters` replaces by a code."""
    return hashlib.sha256(repr((name, *cluster)).encode("utf-8")).hexdigest()[:24].encode("ascii")


@cache
def covered(name: str) -> frozenset[int]:
    """Return the code points that a font has a glyph for."""
    return frozenset(_font(name).face.unicodes)


@cache
def _font(name: str) -> uharfbuzz.Font:
    blob = uharfbuzz.Blob.from_file_path(str(Path(fonts_root()) / f"{name}.ttf"))
    return uharfbuzz.Font(uharfbuzz.Face(blob))
