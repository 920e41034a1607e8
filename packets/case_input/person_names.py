"""Check the names of patients and surgeons, and turn `LAST, FIRST` into spoken order."""

from __future__ import annotations

import re
import unicodedata

from packets.case_input.empty_values import empty_words
from packets.errors import Problem
from packets.model.case import Case

SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th", "junior", "senior"))
_DEGREES = frozenset(("md", "phd", "esq", "dds", "dvm", "rn", "cpa"))
_TITLES = frozenset(("dr", "mr", "mrs", "ms", "miss", "prof", "rev", "sr", "sra", "fr"))
_NO_GIVEN_NAME = frozenset(("", "fnu", "nfn", "nmn"))  # first name unknown, no first name, no middle name
_NO_LAST_NAME = frozenset(("", "lnu", "nln"))
_COMMAS = re.compile("[,\u060c\uff0c\u3001]")
# Beside letters, marks, digits and spaces: O'Neil, Smith-Jones, K:son, A/L, Robert "Bob" (Bobby) Smith, Mª, Anna·Maria.
_NAME_CHARACTERS = frozenset(
    "'\u2019\u2018\u02bc\u02bb\u02b9`\u00b4\u201b\u2032.-\u2010\u2011\u2013,\u060c\uff0c\u3001\u00b7\u30fb\u2022/:()"
    '"\u201c\u201d\u201e\u00ab\u00bb\u00aa\u00ba\u05be\u05f3\u05f4\u1fbd'
)
_DOUBLE = '"\u201c\u201d\u201e\u00ab\u00bb'
_QUOTED = re.compile(f"[{_DOUBLE}].*[{_DOUBLE}]|'.*'|\u2018.*\u2019")


def name_problem(name: str, *, of_patient: bool) -> tuple[str, str, str] | None:
    """Return code, message and hint if this cannot be a name; a surgeon's may have symbols (`Team 2 & Dr. Rivera`)."""
    if not any(char.isalpha() for char in name):
        return "C64", "has no letter", "Type the name."
    if _is_quoted(name):
        return "C66", "has stray quotation marks", "Type it without them; a nickname has one on each side."
    for char in name if of_patient else ():
        if _is_impossible(char) and not (char == "!" and re.search(r"!\w", name)):  # ! before a letter is a click
            return "C63", f'has a character that no name has: "{char}"', "Type the name again."
    return None


def _is_impossible(char: str) -> bool:
    """Return whether no name has this Western symbol; characters of other scripts are accepted."""
    kind = unicodedata.category(char)[0]
    western = char < "\u0300" or "\u2000" <= char <= "\u2bff"
    return char not in _NAME_CHARACTERS and kind in "SPNC" and western and not char.isdecimal()


def _is_quoted(name: str) -> bool:
    """Return whether the whole name is in quotation marks, or one of them is unpaired."""
    marks = [char for char in name if char in _DOUBLE]
    return len(marks) % 2 == 1 or (len(marks) <= 2 and _QUOTED.fullmatch(name) is not None)


def name_notes(case: Case) -> tuple[Problem, ...]:
    """Warn of a name that another program may have written for a missing one."""
    if not empty_words(case.patient_name):
        return ()
    message = "the patient's name has a word that programs write for a missing name, or use for tests"
    hint = "If it is this patient's name, nothing has to be done."
    return (Problem("C69", message, hint, field="patient_name", warning=True),)


def given_name_first(name: str) -> str | None:
    """Turn `LEWIS JR, DOMINIC G` into `DOMINIC G LEWIS JR`; return None if the parts are ambiguous.

    A suffix can follow either name or a second comma. A single name stays unchanged.
    """
    last, *rest = (" ".join(part.split()) for part in _COMMAS.split(name))
    if not rest:
        return last if len(last.split()) == 1 and any(char.isalpha() for char in last) else None
    given, *more = rest
    if len(more) > 1 or (more and not _is_suffix(more[0])):
        return None
    titles, last_words = _titles(last.split())
    last_words, after_last = _suffixes(last_words)
    given_words, after_given = _suffixes(given.split())
    if given and not given_words:  # "LEE, JR" or "RAHMAN, MD": it may well be the given name
        return None
    if _plain(" ".join(given_words)) in _NO_GIVEN_NAME:
        given_words = []
    if _plain(" ".join(last_words)) in _NO_LAST_NAME:
        last_words = []
    if not last_words or not any(char.isalpha() for char in last):
        return None
    return " ".join([*titles, *given_words, *last_words, *after_last, *after_given, *more])


def _titles(words: list[str]) -> tuple[list[str], list[str]]:
    """Split off a title before the last name."""
    if len(words) > 1 and _plain(words[0]) in _TITLES:
        return words[:1], words[1:]
    return [], words


def _suffixes(words: list[str]) -> tuple[list[str], list[str]]:
    """Split the words of a name from its suffixes."""
    count = next((place for place, word in enumerate(reversed(words)) if not _is_suffix(word)), len(words))
    return words[: len(words) - count], words[len(words) - count :]


def _is_suffix(word: str) -> bool:
    return _plain(word) in SUFFIXES or _plain(word) in _DEGREES


def _plain(word: str) -> str:
    return word.replace(".", "").strip("- ").casefold()
