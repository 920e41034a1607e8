"""Make the words of a line: fragments that stay on one line, such as a date, if the line has room for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from packets.layout import fonts

# Chinese has no spaces: a line may end between any two characters except these (GB/T 15834 5.1.2, common practice).
_NEVER_FIRST = frozenset(
    "\u3002\uff0c\u3001\uff1b\uff1a\uff1f\uff01\uff0e\uff09\u3015\uff3d\uff5d\u3009\u300b\u300d\u300f\u3011\u3017\u2019\u201d\u2026\u2014\uff5e\xb7\uff05\u2103%),.:;?!]}"
)
_NEVER_LAST = frozenset("\uff08\u3014\uff3b\uff5b\u3008\u300a\u300c\u300e\u3010\u3016\u2018\u201c\uffe5\uff04$([{")

# Spaces at which a line does not end if the next can hold both sides: between a number and its unit, in a time, and
# between the groups of a phone number. Dates and times that we print have no-break spaces there.
_GLUED = re.compile(
    r"(?<=\d) (?=(?:°|%|[ap]\.\s?m\.|(?:mg|mcg|µg|g|kg|mL|ml|L|lbs?|oz|cm|mm|AM|PM|am|pm|Uhr)\b))"
    r"|(?<=\d [ap]\.) (?=m\.)|(?<=\d°) (?=[CF]\b)|(?<=\d\)) (?=\d)|(?<=\d\d) (?=\d\d)"
)
_JOINTS = re.compile("[^ \u00a0]+|[ \u00a0]")


class Fragment(NamedTuple):
    """A piece of one line in one font; a tuple, because hundreds are made for each packet."""

    text: str
    font: str
    width: float
    span: int
    level: int = 0  # odd if right-to-left
    isolate: tuple[int, int] | None = None  # see scripts.bidi.CharacterLevel


class Word(NamedTuple):
    """Fragments that must be on one line; a space is a word of its own."""

    fragments: Sequence[Fragment]
    width: float
    space: bool


def unbroken_parts(text: str) -> list[str]:
    """Split a text where its lines may end at spaces: "at 6:30 AM" gives "at" and "6:30 AM"."""
    return [part for part in _GLUED.sub("\u00a0", text).split(" ") if part]


def words_of(fragments: Sequence[Fragment]) -> Iterator[Word]:
    """Yield the words and spaces of a text, in reading order."""
    glued = {match.start() for match in _GLUED.finditer("".join([fragment.text for fragment in fragments]))}
    word: list[Fragment] = []
    width, after_space, place = 0.0, False, 0
    for fragment in fragments:
        text = fragment.text
        space = text[0] == " " and _is_space(text) and place not in glued
        if word and (space or after_space or _breakable(word[-1], fragment)):
            yield Word(word, width, after_space)
            word, width = [], 0.0
        word.append(fragment)
        width += fragment.width
        after_space = space
        place += len(text)
    if word:
        yield Word(word, width, after_space)


def _breakable(last: Fragment, following: Fragment) -> bool:
    """Return whether a line may end between two fragments without a space between them."""
    if following.font in fonts.HAN_FONTS or last.font in fonts.HAN_FONTS:
        return following.text[0] not in _NEVER_FIRST and last.text[-1] not in _NEVER_LAST
    if last.text[-1] == "-" and (following.text[0].isdigit() or last.text[-2:-1].isdigit()):
        return False  # a phone number, or a dose such as "2-mal", is split only if no line has room for it
    return last.text[-1] in "-\u2013\u2014" and last.span == following.span


def divided(whole: Word, size: float, width: float) -> Iterator[Word]:
    """Divide a word at its spaces; its last line is as full as possible: "Wednesday," and "September 30, 2026"."""
    parts: list[list[Fragment]] = [[]]  # each ends with its space
    for fragment in whole.fragments:
        for piece in _JOINTS.findall(fragment.text):
            parts[-1].append(fragment._replace(text=piece, width=fonts.width(piece, fragment.font, size)))
            if _is_joint(piece):
                parts.append([])
    groups: list[list[Fragment]] = []
    for part in reversed(parts):
        if groups and word_of([*part, *groups[0]]).width <= width:
            groups[0] = [*part, *groups[0]]
        else:
            groups.insert(0, part)
    for group in groups:
        end = len(group) - bool(group and _is_joint(group[-1].text))
        yield from (each for each in (word_of(group[:end]), word_of(group[end:], space=True)) if each.fragments)


def _is_joint(text: str) -> bool:
    return text in (" ", "\u00a0")


def word_of(fragments: Sequence[Fragment], *, space: bool = False) -> Word:
    return Word(fragments, sum([fragment.width for fragment in fragments]), space)


def _is_space(text: str) -> bool:
    """Return whether a line may end here; not at a no-break space, which keeps a date together."""
    return not text.strip(" ")
