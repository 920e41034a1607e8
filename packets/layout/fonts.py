"""Faces and their coverage: a text in, the runs of it that each face can show out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from packets.resources import fonts_root

# In order of preference. Atkinson Hyperlegible Next is drawn for low vision; Source Sans 3 has what it lacks
# (Vietnamese, Cyrillic, Greek); Noto Sans SC has Chinese. The others are shaped: see layout/scripts.
FACES = {
    ("regular", 0): "AtkinsonHyperlegibleNext-Regular",
    ("bold", 0): "AtkinsonHyperlegibleNext-Bold",
    ("regular", 1): "SourceSans3-Regular",
    ("bold", 1): "SourceSans3-Bold",
    ("regular", 2): "NotoSansSC-Regular",
    ("bold", 2): "NotoSansSC-Bold",
    ("regular", 3): "NotoSansArabic-Regular",
    ("bold", 3): "NotoSansArabic-Bold",
    ("regular", 4): "NotoSansDevanagari-Regular",
    ("bold", 4): "NotoSansDevanagari-Bold",
}
_CHOICES = 2
_HAN, _SHAPED = 2, (3, 4)
HAN_FACES = frozenset((FACES["regular", _HAN], FACES["bold", _HAN]))
SHAPED_FACES = frozenset(FACES[weight, choice] for choice in _SHAPED for weight in ("regular", "bold"))

_HAN_SIGNS = "\u2e80-\u30ff\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_ARABIC = "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc"
_DEVANAGARI = "\u0900-\u097f"
_PIECES = re.compile(rf"[{_ARABIC}]+|[{_DEVANAGARI}]+|[{_HAN_SIGNS}]+|[^ {_ARABIC}{_DEVANAGARI}{_HAN_SIGNS}]+|[ ]+")
# Hebrew is here since its signs run from the right as well, though no face has them.
FROM_RIGHT = re.compile(f"[\u0590-\u05ff{_ARABIC}]")
_SCRIPTS = ((re.compile(f"[{_ARABIC}]"), 3), (re.compile(f"[{_DEVANAGARI}]"), 4), (re.compile(f"[{_HAN_SIGNS}]"), 2))


class MissingGlyph(Exception):
    """No face has these characters; holds them and nothing of the text around them."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(characters)
        self.characters = characters


@cache
def can_shape() -> bool:
    """Whether this installation has the extra `scripts`."""
    return find_spec("uharfbuzz") is not None and find_spec("bidi") is not None


def is_shaped(sign: str) -> bool:
    """Whether a sign is of a script that needs the extra `scripts`."""
    return any(signs.match(sign) for signs, choice in _SCRIPTS if choice in _SHAPED)


@cache
def face(strong: bool, choice: int = 0) -> str:
    """The name of a face, registered if it is not shaped; the file is read at its first use in this process."""
    name = FACES["bold" if strong else "regular", choice]
    if choice in _SHAPED:
        return name
    # Shaping would depend on whether uharfbuzz happens to be installed, and so would the bytes.
    pdfmetrics.registerFont(TTFont(name, str(Path(fonts_root()) / f"{name}.ttf"), asciiReadable=1, shapable=False))
    return name


@cache
def _covered(strong: bool, choice: int) -> frozenset[int]:
    if choice in _SHAPED:
        if not can_shape():
            return frozenset()
        from packets.layout.scripts import shaping

        return shaping.covered(face(strong, choice))
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
    for choice in _choices(piece):
        if codes <= _covered(strong, choice):
            return choice
    raise MissingGlyph(missing(piece) or tuple(sorted(set(piece))))


def _choices(piece: str) -> Iterable[int]:
    """The faces to look at, by the script of a piece."""
    if piece[0] >= "\u0590":
        for signs, choice in _SCRIPTS:
            if signs.match(piece):
                return (choice,)
    return range(_CHOICES)


def missing(text: str) -> tuple[str, ...]:
    """The characters of `text` that a word of it cannot be shown with: in no face, or only in different ones."""
    lost: set[str] = set()
    for piece in _PIECES.findall(text):
        codes = {ord(sign) for sign in piece}
        for strong in (False, True):
            if codes <= _covered(strong, 0):
                continue  # the other faces need not be read
            least = min((codes - _covered(strong, choice) for choice in _choices(piece)), key=len)
            lost |= {chr(code) for code in least}
    return tuple(sorted(lost))


def width(text: str, name: str, size: float) -> float:
    """Points."""
    return _units(text, name) * size


@lru_cache(maxsize=1 << 14)
def _units(text: str, name: str) -> float:
    if name in SHAPED_FACES:
        from packets.layout.scripts import shaping

        return shaping.width(text, name)
    return float(sum(map(_advances(name).__getitem__, text)) / 1000)


@cache
def _advances(name: str) -> dict[str, float]:
    """Widths in thousandths of the size."""
    known = pdfmetrics.getFont(name).face
    return _Advances({chr(code): known.getCharWidth(code) for code in known.charToGlyph})


class _Advances(dict[str, float]):
    def __missing__(self, sign: str) -> float:
        return self[" "]  # of all signs that get here only the space that joins has no glyph of its own
