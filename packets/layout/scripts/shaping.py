"""A text in one shaped face in, its clusters in the order of the page out: the home of uharfbuzz.

A cluster is what stands together: an Arabic letter in the form that its neighbours ask for, with its dots and marks;
a Devanagari syllable. It becomes one glyph and one code of its own, so that a reader of the file gets exactly the
signs that were typed, wherever HarfBuzz has put the pieces. A Latin letter with its combining marks is one cluster.
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
    """`pieces` are glyphs of the face with their place; all in units of the face."""

    text: str
    pieces: tuple[tuple[int, int, int], ...]  # glyph, x, y
    advance: int


@lru_cache(maxsize=1 << 12)
def clusters(text: str, name: str) -> tuple[Cluster, ...]:
    """From left to right."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    from_right = is_from_right(text)
    buffer.direction = "rtl" if from_right else "ltr"
    # A reader turns right-to-left text sign by sign, so there each mark has a code of its own.
    levels = uharfbuzz.BufferClusterLevel
    buffer.cluster_level = levels.MONOTONE_CHARACTERS if from_right else levels.MONOTONE_GRAPHEMES
    uharfbuzz.shape(_font(name), buffer, {})
    found: list[tuple[int, list[tuple[int, int, int]], int]] = []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if not found or found[-1][0] != info.cluster:
            found.append((info.cluster, [], 0))
        start, pieces, pen = found[-1]
        pieces.append((info.codepoint, pen + position.x_offset, position.y_offset))
        found[-1] = (start, pieces, pen + position.x_advance)
    starts = sorted(start for start, _, _ in found)
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    return tuple(Cluster(text[start : ends[start]], tuple(pieces), pen) for start, pieces, pen in found)


def is_from_right(text: str) -> bool:
    return any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def width(text: str, name: str) -> float:
    """In sizes of the face."""
    return float(sum(cluster.advance for cluster in clusters(text, name)) / _font(name).face.upem)


@lru_cache(maxsize=1 << 13)
def key(name: str, cluster: Cluster) -> bytes:
    """Stands for a cluster in the ink of any file, until `engine.clusters` gives it the code of one file."""
    return hashlib.sha256(repr((name, *cluster)).encode("utf-8")).hexdigest()[:24].encode("ascii")


@cache
def covered(name: str) -> frozenset[int]:
    """The places in Unicode that a face has a glyph for."""
    return frozenset(_font(name).face.unicodes)


@cache
def _font(name: str) -> uharfbuzz.Font:
    blob = uharfbuzz.Blob.from_file_path(str(Path(fonts_root()) / f"{name}.ttf"))
    return uharfbuzz.Font(uharfbuzz.Face(blob))
