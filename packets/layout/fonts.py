"""Choose the font for each run of a text, and report characters that no font can show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from packets.layout.font_metrics import metrics
from packets.model import text_direction
from packets.model.text_direction import without_isolates

# In order of preference. Atkinson Hyperlegible Next is designed for low vision; Source Sans 3 has the characters that
# it lacks (Vietnamese, Cyrillic, Greek); Noto Sans SC has Chinese. The others are shaped (layout/scripts). Noto Sans
# has the other Latin letters, and combining marks without precomposed letters (Yoruba, Navajo, Ewe).
FONTS = {
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

# What can be printed, for messages; a test compares it with the fonts.
PRINTABLE = (
    "Latin letters with any accents (also Vietnamese, Yoruba and Navajo), Greek, Cyrillic, Hebrew, Arabic, "
    "Hindi (Devanagari) and Chinese"
)
HAN_FONTS = frozenset((FONTS["regular", _HAN], FONTS["bold", _HAN]))
SHAPED_FONTS = frozenset(FONTS[weight, choice] for choice in _SHAPED for weight in ("regular", "bold"))

_HAN_RANGE = "\u2e80-\u30ff\u3100-\u312f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_DEVANAGARI_RANGE = "\u0900-\u097f"
_RANGES = {
    _HEBREW: text_direction.HEBREW,
    _ARABIC: text_direction.ARABIC,
    _DEVANAGARI: _DEVANAGARI_RANGE,
    _HAN: _HAN_RANGE,
}
_OTHER = f"[^ {''.join(_RANGES.values())}]+"
# Compiled at their first use: most packets have no other letters than those of the first font.
_PIECES = "|".join([*(f"[{letters}]+" for letters in _RANGES.values()), _OTHER, " +"])
_SCRIPTS = tuple((f"[{letters}]", choice) for choice, letters in _RANGES.items())


class MissingGlyphError(Exception):
    """Report characters that no font has; it contains nothing of the text around them."""

    def __init__(self, characters: tuple[str, ...]) -> None:
        super().__init__(characters)
        self.characters = characters


def font_name(strong: bool, choice: int = 0) -> str:
    return FONTS["bold" if strong else "regular", choice]


@cache
def _covered(strong: bool, choice: int) -> frozenset[int]:
    if choice in _SHAPED:
        from packets.layout.scripts import shaping

        covered = shaping.covered(font_name(strong, choice))
        # An invisible character among Latin letters is an error in the data; Arabic and Devanagari need joiners.
        return frozenset(code for code in covered if choice != _WITH_MARKS or _is_visible(chr(code)))
    mapped = frozenset(metrics(font_name(strong, choice)).glyphs) | {0xA0}
    # Character codes in our files have two bytes. A mark without a precomposed letter (NFC) would be drawn beside its
    # letter.
    return frozenset(code for code in mapped if code <= 0xFFFF and not unicodedata.combining(chr(code)))


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf") and character != "\u034f"  # the grapheme joiner


@cache
def _shows(strong: bool) -> frozenset[str]:
    return frozenset(map(chr, _covered(strong, 0)))


def runs(text: str, strong: bool) -> tuple[tuple[str, str], ...]:
    """Return pairs of font and text that make up `text`, without isolates.

    A word that the first font cannot show completely is set in the next one, so that no name changes its font between
    two letters. Raise MissingGlyphError.
    """
    if _shows(strong).issuperset(text):
        return ((font_name(strong), text),) if text else ()
    text = without_isolates(text)
    result: list[tuple[str, str]] = []
    for piece in re.findall(_PIECES, text):
        name = font_name(strong, _choice(piece, strong))
        if result and result[-1][0] == name:
            result[-1] = (name, result[-1][1] + piece)
        else:
            result.append((name, piece))
    return tuple(result)


def _choice(piece: str, strong: bool) -> int:
    codes = {ord(character) for character in piece}
    for choice in _choices(piece):
        if codes <= _covered(strong, choice):
            if choice == _WITH_MARKS and _lone_marks(piece):
                break
            return choice
    raise MissingGlyphError(missing(piece) or tuple(sorted(set(piece))))


def _lone_marks(piece: str) -> set[str]:
    """Return combining marks that follow no letter: they would be drawn on the character beside them."""
    lone, on_letter = set(), False
    for character in piece:
        if unicodedata.category(character).startswith("M"):
            if not on_letter:
                lone.add(character)
        else:
            on_letter = character.isalpha()
    return lone


def _choices(piece: str) -> Sequence[int]:
    """Return the fonts to try for the script of a piece."""
    if piece[0] >= "\u0590":
        for pattern, choice in _SCRIPTS:
            if re.match(pattern, piece):
                return (choice,)
    return _LATIN


def missing(text: str) -> tuple[str, ...]:
    """Return the characters that no font has, or that no single font has together with the rest of their word."""
    if _shows(False).issuperset(text) and _shows(True).issuperset(text):
        return ()
    lost: set[str] = set()
    for piece in re.findall(_PIECES, text):
        codes = {ord(character) for character in piece}
        for strong in (False, True):
            if codes <= _covered(strong, 0):
                continue  # without reading the other fonts
            lost |= _lone_marks(piece) if _choices(piece) is _LATIN else set()
            # Of fonts that lack equally many, the last one: it has marks that the others lack.
            least = min((codes - _covered(strong, choice) for choice in reversed(_choices(piece))), key=len)
            lost |= {chr(code) for code in least}
    return tuple(sorted(lost))


def width(text: str, name: str, size: float) -> float:
    """Return the width in points."""
    return _units(text, name) * size


@lru_cache(maxsize=1 << 14)
def _units(text: str, name: str) -> float:
    if name in SHAPED_FONTS:
        from packets.layout.scripts import shaping

        return shaping.width(text, name)
    return float(sum(map(_advances(name).__getitem__, text)) / 1000)


@cache
def _advances(name: str) -> dict[str, float]:
    """Return the advance widths in thousandths of an em."""
    return _Advances({chr(code): units for code, units in metrics(name).widths.items()})


class _Advances(dict[str, float]):
    def __missing__(self, character: str) -> float:
        return self[" "]  # only the no-break space has no glyph of its own
