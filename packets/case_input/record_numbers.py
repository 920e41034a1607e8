"""Normalize record numbers for printing and comparing, and report what cannot be one."""

from __future__ import annotations

import re
import unicodedata

QUOTES = "\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2032\u2033\u00ab\u00bb\u2039\u203a"
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_HINT = "Take it from the patient's record."


def normalize_record_number(text: str) -> str:
    """Return the number in ASCII digits, plain letters, dashes and single spaces."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    digits = (str(unicodedata.digit(char)) if char.isdecimal() else char for char in plain)
    return " ".join("".join(digits).split())


def without_quotes(text: str) -> str:
    """Return the number without quotation marks, to compare one that was refused for them."""
    return normalize_record_number(text.strip(QUOTES + " ")).strip(QUOTES + " ")


def comparable_record_number(number: str) -> str:
    """Return a key that is equal for two spellings of one number: 12-34 and 12 34, A12 and a12."""
    return re.sub(r"[\W_]", "", number).casefold()


def record_number_problem(number: str) -> tuple[str, str, str] | None:
    """Return code, message and hint if a normalized number is not a record number."""
    if any(char in QUOTES for char in number):
        return "C66", "the record number has quotation marks", "Type it without them."
    if "@" in number:
        return "C93", "the record number is an e-mail address", _HINT
    if not re.search("[0-9]", number):
        return "C68", "the record number has no digit", _HINT
    if re.fullmatch(r"[0-9]+([.,][0-9]+)?[Ee]\+?[0-9]+|[0-9]+[.,]0+", number):
        hint = f"{_HINT} In a spreadsheet, format the column as text."
        return "C67", "a spreadsheet has changed this record number", hint
    if re.search(r"[^\w .\-/#:]", number):
        return "C94", "the record number has a character that no record number has", _HINT
    return None
