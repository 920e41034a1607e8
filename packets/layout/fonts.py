"""Faces and their coverage: a text in, the runs of it that each face can show out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from packets.resources import fonts_root

# In order of preference. Atkinson Hyperlegible Next is drawn for low vision; Source Sans 3 has what it lacks
# (Vietnamese, Cyrillic, Greek).
FACES = {
    ("regular", 0): "AtkinsonHyperlegibleNext-Regular",
    ("bold", 0): "AtkinsonHyperlegibleNext-Bold",
    ("regular", 1): "SourceSans3-Regular",
    ("bold", 1): "SourceSans3-Bold",
}
_CHOICES = 2
_PIECES = re.compile(r"[^ ]+|[ ]+")


class MissingGlyph(Exception):
    """No face has these characters; holds them and nothing of the text around them."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(characters)
        self.characters = characters


@cache
def face(strong: bool, choice: int = 0) -> str:
    """The name of a registered face; the file is read at its first use in this process."""
    name = FACES["bold" if strong else "regular", choice]
    # Shaping would depend on whether uharfbuzz happens to be installed, and so would the bytes.
    pdfmetrics.registerFont(TTFont(name, str(Path(fonts_root()) / f"{name}.ttf"), asciiReadable=1, shapable=False))
    return name


@cache
def _covered(strong: bool, choice: int) -> frozenset[int]:
    known = frozenset(pdfmetrics.getFont(face(strong, choice)).face.charToGlyph) | {0xA0}
    # A code in our files has two bytes. A mark that no letter takes up (NFC) would stand beside its letter, not on it.
    return frozenset(code for code in known if code <= 0xFFFF and not unicodedata.combining(chr(code)))


@cache
def _shows(strong: bool) -> frozenset[str]:
    return frozenset(map(chr, _covered(strong, 0)))


def runs(text: str, strong: bool) -> tuple[tuple[str, str], ...]:
    """(face, text) pairs that make up `text`.

    A word that the first face cannot show whole is set in the next, so that no name changes face between two letters.
    Raises MissingGlyph.
    """
    if _shows(strong).issuperset(text):
        return ((face(strong), text),) if text else ()
    result: list[tuple[str, str]] = []
    for piece in _PIECES.findall(text):
        name = face(strong, _choice(piece, strong))
        if result and result[-1][0] == name:
            result[-1] = (name, result[-1][1] + piece)
        else:
            result.append((name, piece))
    return tuple(result)


def _choice(piece: str, strong: bool) -> int:
    codes = {ord(sign) for sign in piece}
    for choice in range(_CHOICES):
        if codes <= _covered(strong, choice):
            return choice
    raise MissingGlyph(missing(piece) or tuple(sorted(set(piece))))


def missing(text: str) -> tuple[str, ...]:
    """The characters of `text` that a word of it cannot be shown with: in no face, or only in different ones."""
    lost: set[str] = set()
    for piece in _PIECES.findall(text):
        codes = {ord(sign) for sign in piece}
        for strong in (False, True):
            if codes <= _covered(strong, 0):
                continue  # the other faces need not be read
            least = min((codes - _covered(strong, choice) for choice in range(_CHOICES)), key=len)
            lost |= {chr(code) for code in least}
    return tuple(sorted(lost))


def width(text: str, name: str, size: float) -> float:
    """Points."""
    return _units(text, name) * size


@lru_cache(maxsize=1 << 14)
def _units(text: str, name: str) -> float:
    return float(sum(map(_advances(name).__getitem__, text)) / 1000)


@cache
def _advances(name: str) -> dict[str, float]:
    """Widths in thousandths of the size."""
    known = pdfmetrics.getFont(name).face
    return _Advances({chr(code): known.getCharWidth(code) for code in known.charToGlyph})


class _Advances(dict[str, float]):
    def __missing__(self, sign: str) -> float:
        return self[" "]  # of all signs that get here only the space that joins has no glyph of its own
