"""Find characters that are invisible or reorder the text, and describe them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Control, zero-width, direction-changing and filler characters; separators that some programs take for line ends;
# variation selectors, surrogates, private use, tags; and U+FFFD, the mark of a character lost in a conversion.
# Tab and line feed are the caller's: their meaning depends on their position.
REFUSED_CHARACTER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)


def refused_characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset of each refused character, and the character."""
    for match in REFUSED_CHARACTER.finditer(text):
        yield match.start(), match.group()


def describe_character(char: str) -> str:
    """Return its description for a message: `the invisible character U+200B (zero width space)`."""
    point = f"U+{ord(char):04X}"
    category = unicodedata.category(char)
    if category == "Cc":
        return f"the control character {point}"
    if char == "\ufffd":
        return f"the character {point}, which stands for one that was lost"
    if category in ("Cs", "Co", "Cn"):
        return f"the character {point}, which no font can show"
    if unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"):
        return f"the character {point}, which changes the direction of the text"
    return f"the invisible character {point} ({unicodedata.name(char, 'without a name').lower()})"
