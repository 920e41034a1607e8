"""Find text that another program has damaged: a wrong encoding, HTML entities, escapes, lost characters.

Messages never quote the text, except for the one character that was probably meant.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote

# Encodings that UTF-8 is often mistaken for.
_MISREAD_AS = ("cp1252", "mac_roman", "cp850", "cp437", "cp1250", "cp1251")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});|&#[0-9]{2,7}")
_PERCENT = re.compile(r"(?:[%][0-9A-Fa-f]{2})+")
_PERCENT_IN_WORDS = re.compile(r"%2[0-9A-Fa-f]|(?:[%][C-Fc-f][0-9A-Fa-f])(?:[%][89ABab][0-9A-Fa-f])+")
_BACKSLASH = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.?)")
_BACKSLASH_IN_WORDS = re.compile(r"""\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|['"nrt\\]|$)""")
_ENCODED_WORD = re.compile(r"=\?[\w-]+\?[QqBb]\?")
_LOST = re.compile(r"[^\W\d_][?\u00bf][^\W\d_]|\?\?")
_BEFORE_A_CAPITAL = re.compile(
    r"(?:[A-Z]?h|t|n|mc|mac|nic|fitz|d|de|del|della|di|da|do|du|l|la|le|el|al|ap|van|von|st|o)"
)
_SYMBOL_INSIDE = re.compile(r"[^\W\d_][\u2013\u2014\u201e\u0192\u2021\u02c6\u02dc\u2022\u2039\u203a][a-z]")
# A byte inside a word that is an accented letter on a Macintosh, a symbol or rare capital in cp1252: José, Müller.
MACINTOSH = re.compile(rb"[A-Za-z][\x83\x84\x87-\x89\x8b\x95\x98\x99\x9b\x9f][a-z]|[a-z]\x8e(?![A-Z\x80-\xff])")
_AGAIN = "Correct it in the program that the text comes from, or type it again."


def find_damage(text: str, *, in_words: bool = False) -> tuple[str, str] | None:
    """Return what is wrong with this text and what to do; None if nothing is.

    `in_words` is for free text such as an appointment, which may contain ? or %.
    """
    address = in_words and "://" in text
    if meant := _misread(text):
        hint = f"{_guess(meant)}The file is UTF-8 and was read as another encoding on the way here. {_AGAIN}"
        return "characters that come from a wrong encoding", hint
    if (match := _ENTITY.search(text)) and (meant := html.unescape(match.group())) != match.group():
        return "an HTML entity in place of a character", f"{_guess(meant)}{_AGAIN}"
    if not address and (match := (_PERCENT_IN_WORDS if in_words else _PERCENT).search(text)):
        return "a percent code in place of a character", f"{_guess(unquote(match.group()))}{_AGAIN}"
    if match := (_BACKSLASH_IN_WORDS if in_words else _BACKSLASH).search(text):
        return "a backslash, which another program has added", f"{_guess(_escaped(match.group()))}{_AGAIN}"
    if _ENCODED_WORD.search(text):
        return "text encoded for a mail header", _AGAIN
    if not address and _LOST.search(text):
        return "a question mark in place of a letter that was lost", _AGAIN
    if not in_words and (_has_capital_inside(text) or _SYMBOL_INSIDE.search(text)):
        hint = f"The file may be in the encoding of a Macintosh, and was read as another one. {_AGAIN}"
        return "a capital letter or a symbol in the middle of a word, which a wrong encoding can cause", hint
    return None


def _misread(text: str) -> str:
    """Return what the first misread run of characters was meant to be, or ""."""
    for run in _NOT_ASCII.findall(text):
        for codec in _MISREAD_AS:
            try:
                meant: str = run.encode(codec).decode("utf-8")
            except UnicodeError:
                continue
            if _is_plausible(run, meant, codec):
                return meant
    return ""


def _is_plausible(run: str, meant: str, codec: str) -> bool:
    """Two letters next to each other can be UTF-8 by chance (KRÍŽ, JOSÉ’S): then only Western letters are meant."""
    if not all(char.isprintable() and not unicodedata.combining(char) for char in meant):
        return False
    if codec == "cp1251":
        return len(run) >= 4
    if len(run) >= 4:
        return True
    return all(
        "\xa0" <= char <= "\u017f" or "\u1e00" <= char <= "\u1eff" or "\u2010" <= char <= "\u20ac" for char in meant
    )


def _has_capital_inside(text: str) -> bool:
    for word in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text)):
        for place in range(1, len(word)):
            if word[place] < "\x80" or not word[place].isupper():
                continue
            before, after = word[:place], word[place + 1 : place + 2]
            if before[-1].islower() and not _BEFORE_A_CAPITAL.fullmatch(before.lower()):
                return True
            # A capital, an accented capital, a small letter: BŽla. But DŽ is one letter, and caps lock sticks (JOSÉe).
            if place == 1 and before.isupper() and after.islower() and word[place] in "ŽŸŠŒ" and word[:2] != "DŽ":
                return True
    return False


def _escaped(text: str) -> str:
    if text[1:2] in ("u", "x") and len(text) > 2:
        return chr(int(text[2:], 16))
    return text[1:] if text[1:] in ("'", '"') else ""


def _guess(meant: str) -> str:
    """Return a sentence about one character; "" for a longer text, which could be part of a name."""
    return f'Probably "{meant}" was meant. ' if len(meant) == 1 and meant.isprintable() else ""
