"""Read the numbers and letters of braille cells, to compare them with the text that they were made from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from packets.braille.codes import BrailleCode
from packets.braille.liblouis import Liblouis

NUMBER_SIGN = "⠼"
_DIGITS = dict(zip("⠚⠁⠃⠉⠙⠑⠋⠛⠓⠊", "0123456789", strict=True))


def numbers_in_cells(cells: str, code: BrailleCode) -> list[str]:
    """Return the numbers of a line by the rule of all codes: after the number sign, the letters a to j are digits.

    A number with a comma, a period or a colon in it is several numbers here. liblouis is not asked: what it reads as a
    digit can also be a punctuation mark.
    """
    digits = f"[{''.join(_DIGITS)}]+"
    marks = "|".join(map(re.escape, code.number_marks))
    number = f"{digits}(?:(?:{marks}){digits})*" if marks else digits
    runs = [run for match in re.finditer(NUMBER_SIGN + number, cells) for run in re.findall(digits, match[0])]
    return ["".join(_DIGITS[cell] for cell in run) for run in runs]


def numbers_in_text(text: str, code: BrailleCode) -> list[str]:
    """Return the numbers that the cells of a prepared text must have."""
    for sign, digits in code.digits.items():
        text = text.replace(sign, f" {digits} ")
    return re.findall(r"\d+", text)


def read_back(texts: Sequence[str], cells: Sequence[str], code: BrailleCode, liblouis: Liblouis) -> list[bool]:
    """Return whether the letters and numbers of each prepared text are those of its cells."""
    letters = letters_of_cells(cells, code, liblouis)
    return [
        matches(text, read, numbers_in_cells(written, code), code)
        for text, written, read in zip(texts, cells, letters, strict=True)
    ]


def matches(text: str, letters: str, numbers: Sequence[str], code: BrailleCode) -> bool:
    """Return whether a prepared text has the letters and numbers that were read."""
    return numbers == numbers_in_text(text, code) and re.fullmatch(pattern_of_text(text, code), letters) is not None


def letters_of_cells(lines: Iterable[str], code: BrailleCode, liblouis: Liblouis) -> list[str]:
    """Return what liblouis reads in each line, without anything but letters."""
    readable = [line.replace("⠈⠒", "⠄") if "⠈⠒" in code.number_marks else line for line in lines]
    return ["".join(_letters(text)) for text in liblouis.translate_back(readable, code.table)]


def pattern_of_text(text: str, code: BrailleCode) -> str:
    """Return a regular expression for the letters that the cells of a prepared text are read as."""
    return "".join(_patterns(text, code))


def _patterns(text: str, code: BrailleCode) -> Iterator[str]:
    for character in text:
        if misread := code.misread.get(character):
            yield f"(?:{misread})?"
        for letter in _letters(character):
            if code.own_letters and letter not in code.own_letters:
                yield r"[^\W\d_]?"
            else:
                yield re.escape(letter)


def _letters(text: str) -> Iterator[str]:
    """Yield the letters, casefolded so that capitals do not matter."""
    for letter in unicodedata.normalize("NFC", text.casefold()):
        if letter.isalpha():
            yield letter
