"""Faces and their coverage: a text in, the runs of it that each face can show out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from packets.model import text_direction
from packets.model.text_direction import without_isolates
from packets.resources import fonts_root

# In order of preference. Atkinson Hyperlegible Next is drawn for low vision; Source Sans 3 has what it lacks
# (Vietnamese, Cyrillic, Greek); Noto Sans SC has Chinese. The others are shaped: see layout/scripts. Noto Sans has the
# other Latin letters, and the marks that have no letter of their own (Yoruba, Navajo, Ewe).
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
    ("regular", 5): "NotoSans-Regular",
    ("bold", 5): "NotoSans-Bold",
    ("regular", 6): "NotoSansHebrew-Regular",
    ("bold", 6): "NotoSansHebrew-Bold",
}
_HAN, _ARABIC, _DEVANAGARI, _WITH_MARKS, _HEBREW = 2, 3, 4, 5, 6
_LATIN = (0, 1, _WITH_MARKS)
_SHAPED = (_ARABIC, _DEVANAGARI, _WITH_MARKS, _HEBREW)

# What can be printed, for messages: true of FACES, and tested.
PRINTABLE = (
    "Latin letters with any accents (also Vietnamese, Yoruba and Navajo), Greek, Cyrillic, Hebrew, Arabic, "
    "Hindi (Devanagari) and Chinese"
)
HAN_FACES = frozenset((FACES["regular", _HAN], FACES["bold", _HAN]))
SHAPED_FACES = frozenset(FACES[weight, choice] for choice in _SHAPED for weight in ("regular", "bold"))

_HAN_RANGE = "\u2e80-\u30ff\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_DEVANAGARI_RANGE = "\u0900-\u097f"
_RANGES = {
    _HEBREW: text_direction.HEBREW,
    _ARABIC: text_direction.ARABIC,
    _DEVANAGARI: _DEVANAGARI_RANGE,
    _HAN: _HAN_RANGE,
}
_OTHER = f"[^ {''.join(_RANGES.values())}]+"
_PIECES = re.compile("|".join([*(f"[{each}]+" for each in _RANGES.values()), _OTHER, " +"]))
_SCRIPTS = tuple((re.compile(f"[{each}]"), choice) for choice, each in _RANGES.items())


class MissingGlyph(Exception):
    """No face has these characters; holds them and nothing of the text around them."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(characters)
        self.characters = characters


@cache
def face(strong: bool, choice: int = 0) -> str:
    """The name of a face, registered if it is not shaped; the file is read at its first use in this process."""
    name = FACES["bold" if strong else "regular", choice]
    if choice in _SHAPED:
        return name
    # reportlab must not shape by itself: what is drawn depends on the face alone.
    pdfmetrics.registerFont(TTFont(name, str(Path(fonts_root()) / f"{name}.ttf"), asciiReadable=1, shapable=False))
    return name


@cache
def _covered(strong: bool, choice: int) -> frozenset[int]:
    if choice in _SHAPED:
        from packets.layout.scripts import shaping

        covered = shaping.covered(face(strong, choice))
        # Among Latin letters an invisible character is a fault of the data; Arabic and Devanagari need joiners.
        return frozenset(code for code in covered if choice != _WITH_MARKS or _is_visible(chr(code)))
    known = frozenset(pdfmetrics.getFont(face(strong, choice)).face.charToGlyph) | {0xA0}
    # A code in our files has two bytes. A mark that no letter takes up (NFC) would stand beside its letter, not on it.
    return frozenset(code for code in known if code <= 0xFFFF and not unicodedata.combining(chr(code)))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf") and character != "\u034f"  # the grapheme joiner


@cache
def _shows(strong: bool) -> frozenset[str]:
    return frozenset(map(chr, _covered(strong, 0)))


def runs(text: str, strong: bool) -> tuple[tuple[str, str], ...]:
    """(face, text) pairs that make up `text`.

    A word that the first face cannot show whole is set in the next, so that no name changes face between two letters.
    Isolates are left out. Raises MissingGlyph.
    """
    if _shows(strong).issuperset(text):
        return ((face(strong), text),) if text else ()
    text = without_isolates(text)
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
            if choice == _WITH_MARKS and _lone_marks(piece):
                break
            return choice
    raise MissingGlyph(missing(piece) or tuple(sorted(set(piece))))


def _lone_marks(piece: str) -> set[str]:
    """Return combining marks that follow no letter: they would stand on whatever is beside them."""
    lone, on_letter = set(), False
    for character in piece:
        if unicodedata.category(character).startswith("M"):
            if not on_letter:
                lone.add(character)
        else:
            on_letter = character.isalpha()
    return lone


def _choices(piece: str) -> Sequence[int]:
    """The faces to look at, by the script of a piece."""
    if piece[0] >= "\u0590":
        for signs, choice in _SCRIPTS:
            if signs.match(piece):
                return (choice,)
    return _LATIN


def missing(text: str) -> tuple[str, ...]:
    """The characters of `text` that a word of it cannot be shown with: in no face, or only in different ones."""
    lost: set[str] = set()
    for piece in _PIECES.findall(text):
        codes = {ord(sign) for sign in piece}
        for strong in (False, True):
            if codes <= _covered(strong, 0):
                continue  # the other faces need not be read
            lost |= _lone_marks(piece) if _choices(piece) is _LATIN else set()
            # Of faces that lack equally many, the last: the others lack a mark that it has.
            least = min((codes - _covered(strong, choice) for choice in reversed(_choices(piece))), key=len)
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
