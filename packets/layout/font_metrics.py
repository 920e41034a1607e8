"""Measure the fonts that need no shaping: from a file made beforehand, or with reportlab.

Loading reportlab takes 70 ms, a fifth of the time for one packet. The two fonts that every packet uses therefore have
their measures, and their subset with the base characters, in fonts/*.json (written by packets.cli.generated_files);
only rarer characters need reportlab.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from packets.resources import fonts_root


class FontMetrics(Struct, frozen=True, eq=False):
    """The measures of a font, in thousandths of an em, for a font descriptor (ISO 32000-1 9.8.1)."""

    glyphs: dict[int, int]  # by character code
    widths: dict[int, float]  # by character code
    default_width: float
    flags: int
    box: tuple[float, ...]
    ascent: float
    descent: float
    italic: float
    capital: float
    stem: float
    base_subset: bytes = b""  # with the base characters; empty if it was not made beforehand


@cache
def metrics(name: str) -> FontMetrics:
    """Return the measures of a font, which is not one of the shaped fonts."""
    metrics_file = fonts_root() / f"{name}.json"
    if not metrics_file.is_file():
        return _measured(name)
    values = json.loads(metrics_file.read_bytes())
    codes = values.pop("codes")
    return FontMetrics(
        glyphs=dict(zip(codes, values.pop("glyphs"), strict=True)),
        widths=dict(zip(codes, values.pop("widths"), strict=True)),
        base_subset=b64decode(values.pop("base_subset")),
        **values,
    )


def subset(name: str, codes: Sequence[int]) -> bytes:
    """Return a font program with the glyphs of these characters, in their order."""
    return bytes(_face(name).makeSubset(codes))


def file_text(name: str, base_codes: Sequence[int]) -> str:
    """Return the file of a font for `metrics`."""
    face = _measured(name)
    values = {field: getattr(face, field) for field in FontMetrics.__struct_fields__}
    values |= {"codes": list(face.glyphs), "glyphs": list(face.glyphs.values()), "widths": list(face.widths.values())}
    values["base_subset"] = b64encode(subset(name, base_codes)).decode()
    return json.dumps(values) + "\n"


def _measured(name: str) -> FontMetrics:
    face = _face(name)
    return FontMetrics(
        glyphs=dict(face.charToGlyph),
        widths={code: face.getCharWidth(code) for code in face.charToGlyph},
        default_width=face.defaultWidth,
        flags=face.flags,
        box=tuple(face.bbox),
        ascent=face.ascent,
        descent=face.descent,
        italic=face.italicAngle,
        capital=face.capHeight,
        stem=face.stemV,
    )


@cache
def _face(name: str) -> Any:
    """Read a font file with reportlab."""
    from reportlab.pdfbase.ttfonts import TTFont

    # reportlab must not shape text: the bytes would depend on what is installed.
    return TTFont(name, str(fonts_root() / f"{name}.ttf"), asciiReadable=1, shapable=False).face
