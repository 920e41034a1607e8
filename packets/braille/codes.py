"""Name the braille code of each language: its tables in liblouis, and how it writes signs that the tables lack."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from msgspec import Struct, field

from packets.errors import Problem, UsageError
from packets.model.text_direction import without_isolates


class BrailleCode(Struct, frozen=True):
    """How one language is written in braille.

    `uncontracted` is a table for words that cannot be read back from the usual one. `number_marks` are the cells after
    which a number goes on without another number sign. `signs` are written in other signs or in words, and `digits`
    are the digits that the cells of a sign have. `own_letters` are those that have cells of their own: another letter
    can lose its accent. `misread` is what liblouis can read as letters where the text has such a sign. `unchecked`
    tells the reader who made the copy.
    """

    name: str
    table: str
    unchecked: str
    number_marks: tuple[str, ...] = ()
    uncontracted: str = ""
    signs: Mapping[str, str] = field(default_factory=dict)
    digits: Mapping[str, str] = field(default_factory=dict)
    own_letters: str = ""
    misread: Mapping[str, str] = field(default_factory=dict)


CODES = {
    "en": BrailleCode(
        "English",
        "en-ueb-g2.ctb",
        "This braille copy was made by a computer program. No braille reader has checked it yet.",
        number_marks=("⠂", "⠲", "⠐"),
        uncontracted="en-ueb-g1.ctb",
        misread={";": "be|bb", ":": "cc"},
    ),
    "es": BrailleCode(
        "Spanish",
        "es-g1.ctb",
        "Un programa de computadora hizo esta copia en braille. Ningún lector de braille la ha revisado todavía.",
        signs={"°": " grados ", "\u2212": "-"},
    ),
    "de": BrailleCode(
        "German",
        "de-g0-detailed.utb",
        "Ein Computerprogramm hat diese Kopie in Brailleschrift erstellt. Noch niemand, der Brailleschrift liest, hat "
        "sie geprüft.",
        number_marks=("⠂", "⠄", "⠈⠒"),
        signs={"--": "–"},  # the table has other cells for two hyphens
        digits={"%": "0"},  # per cent is written as 0/0
        own_letters="abcdefghijklmnopqrstuvwxyzäöüßé",
    ),
}

# Written in other signs in every language.
_SIGNS = {" · ": ", ", "½": "1/2", "¼": "1/4", "¾": "3/4"}
_LEFT_OUT = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_LINE = re.compile("_+")


def code_of(language: str) -> BrailleCode:
    """Return the code of a language. Raise UsageError (U46)."""
    code = CODES.get(language.split("-")[0])
    if code is None:
        names = [known.name for known in CODES.values()]
        hint = f"Leave --braille out. There are braille copies in {', '.join(names[:-1])} and {names[-1]}."
        raise UsageError(Problem("U46", f"there is no braille copy in the language {language}", hint, "--braille"))
    return code


def prepared(text: str, code: BrailleCode) -> str:
    """Return a text as it is written in braille: with one space between words, and other signs for some."""
    text = unicodedata.normalize("NFC", without_isolates(text))
    text = _LINE.sub("--", _LEFT_OUT.sub("", " ".join(text.split())))
    for sign, other in {**_SIGNS, **code.signs}.items():
        text = text.replace(sign, other)
    return " ".join(text.split())
