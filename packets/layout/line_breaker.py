"""Break spans into lines, ragged right; a word is split only if it does not fit on a line.

Spans become fragments of one font each. Nothing is parsed here, so `<`, `&` and `{` are ordinary characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from unicodedata import combining

from packets.layout import fonts
from packets.layout.page import Style
from packets.model.filled_packet import Span

# A line may end after a space, and after a hyphen or dash between letters.
_DASHES = r"\-\u2013\u2014"
_BREAKS = re.compile(rf"[^ {_DASHES}]*[{_DASHES}]+(?=[^\W\d_])|[^ {_DASHES}]+[{_DASHES}]*|[{_DASHES}]+| +")


# Chinese has no spaces: a line may end between any two characters except these (GB/T 15834 5.1.2, common practice).
_NEVER_FIRST = frozenset(
    "\u3002\uff0c\u3001\uff1b\uff1a\uff1f\uff01\uff0e\uff09\u3015\uff3d\uff5d\u3009\u300b\u300d\u300f\u3011\u3017\u2019\u201d\u2026\u2014\uff5e\xb7\uff05\u2103%),.:;?!]}"
)
_NEVER_LAST = frozenset("\uff08\u3014\uff3b\uff5b\u3008\u300a\u300c\u300e\u3010\u3016\u2018\u201c\uffe5\uff04$([{")

_SHORT_LAST_LINE = 0.2  # of the measure


class Fragment(NamedTuple):
    """A piece of one line in one font; a tuple, because hundreds are made for each packet."""

    text: str
    font: str
    width: float
    span: int
    level: int = 0  # odd if right-to-left
    isolate: tuple[int, int] | None = None  # see scripts.bidi.CharacterLevel


class Line(NamedTuple):
    """Fragments from left to right; `reading` has their indexes in reading order if that differs."""

    fragments: tuple[Fragment, ...]
    width: float
    left: float = 0  # free room before it, in right-to-left text
    reading: tuple[int, ...] = ()


class _Word(NamedTuple):
    """Fragments that must be on one line; a space is a word of its own."""

    fragments: list[Fragment]
    width: float
    space: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lines:
    """The lines of a paragraph, `style.leading` points apart."""

    spans: tuple[Span, ...]
    style: Style
    lines: tuple[Line, ...]

    @property
    def height(self) -> float:
        return len(self.lines) * self.style.leading

    @property
    def width(self) -> float:
        return max((line.width for line in self.lines), default=0)

    def part(self, first: int, last: int | None = None) -> Lines:
        return Lines(self.spans, self.style, self.lines[first:last])


def fill_lines(pieces: Iterator[Fragment], style: Style, width: float) -> tuple[Line, ...]:
    words = list(_words(pieces))
    lines = _lines(words, style, width)
    if len(lines) > 1 and lines[-1].width < width * _SHORT_LAST_LINE:
        longest = max((size for _, size, _ in words if size <= width), default=0.0)  # a narrower line would cut it
        for share in (0.97, 0.94, 0.91, 0.88, *((0.84, 0.8, 0.76, 0.72) if len(lines) < 4 else ())):
            if width * share < longest:
                break
            others = _lines(words, style, width * share)
            if len(others) == len(lines) and others[-1].width >= width * _SHORT_LAST_LINE:
                return others
    return lines


def single_line(spans: tuple[Span, ...], style: Style, width: float) -> Line | None:
    """Return the spans as one line if they fit, else None."""
    line: list[Fragment] = []
    used = 0.0
    for number, span in enumerate(spans):
        for name, text in fonts.runs(span.text, style.strong or span.strong):
            size = fonts.width(text, name, style.size)
            used += size
            if used > width:
                return None
            line.append(Fragment(text, name, size, number))
    return Line(tuple(line), used) if line else None


def _lines(words: list[_Word], style: Style, width: float) -> tuple[Line, ...]:
    lines: list[Line] = []
    line: list[Fragment] = []
    used = 0.0
    for word, size, space in words:
        if not space and used + size > width + 1e-6:
            if line:
                lines.append(Line(tuple(line), used))
                line, used = [], 0.0
            while size > width + 1e-6:
                first_part, word = _cut(word, style, width)
                lines.append(Line(first_part, sum(fragment.width for fragment in first_part)))
                size = sum(fragment.width for fragment in word)
        line += word
        used += size
    if line:
        lines.append(Line(tuple(line), used))
    return tuple(lines)


def fragments(spans: tuple[Span, ...], style: Style) -> Iterator[Fragment]:
    """Yield the smallest pieces that a line can be made of."""
    for number, span in enumerate(spans):
        split = _split if span.personal else _split_cached
        yield from split(span.text, style.strong or span.strong, style.size, number)


def _split(text: str, strong: bool, size: float, number: int) -> tuple[Fragment, ...]:
    return tuple(
        [
            _fragment(piece, name, size, number)
            for name, run in fonts.runs(text, strong)
            for piece in (run if name in fonts.HAN_FONTS else _BREAKS.findall(run))
        ]
    )


_split_cached = lru_cache(maxsize=1 << 9)(_split)  # for text that is the same for every patient


@lru_cache(maxsize=1 << 13)
def _fragment(text: str, name: str, size: float, number: int) -> Fragment:
    """Return a cached fragment: the same words occur again and again."""
    return Fragment(text, name, fonts.width(text, name, size), number)


def _is_space(text: str) -> bool:
    """Return whether a line may end here; not at a no-break space, which keeps a date together."""
    return not text.strip(" ")


def _words(fragments: Iterator[Fragment]) -> Iterator[_Word]:
    word: list[Fragment] = []
    width, after_space = 0.0, False
    for fragment in fragments:
        text = fragment.text
        space = text[0] == " " and _is_space(text)
        if word and (space or after_space or _breakable(word[-1], fragment)):
            yield _Word(word, width, after_space)
            word, width = [], 0.0
        word.append(fragment)
        width += fragment.width
        after_space = space
    if word:
        yield _Word(word, width, after_space)


def _breakable(last: Fragment, following: Fragment) -> bool:
    """Return whether a line may end between two fragments without a space between them."""
    if following.font in fonts.HAN_FONTS or last.font in fonts.HAN_FONTS:
        return following.text[0] not in _NEVER_FIRST and last.text[-1] not in _NEVER_LAST
    if last.text[-1] == "-" and following.text[0].isdigit():
        return False  # a phone number is split only if no line has room for it
    return last.text[-1] in "-\u2013\u2014" and last.span == following.span


def _cut(word: list[Fragment], style: Style, width: float) -> tuple[tuple[Fragment, ...], list[Fragment]]:
    """Return the longest start of a word that fits, at least one character, and the rest."""
    first_part: list[Fragment] = []
    used = 0.0
    for index, fragment in enumerate(word):
        if used + fragment.width <= width:
            first_part.append(fragment)
            used += fragment.width
            continue
        count = 0
        while used + fonts.width(fragment.text[: count + 1], fragment.font, style.size) <= width:
            count += 1
        count = max(count, 0 if first_part else 1)
        count = fragment.text.rfind("/", 0, count) + 1 or count  # a web address is easier to copy in whole parts
        count = _before_marks(fragment.text, count) or (0 if first_part else _after_marks(fragment.text))
        if first_part and first_part[-1].text[-1] == "-":
            count = 0
        pieces = [fragment.text[:count], fragment.text[count:]]
        first, rest = (
            fragment._replace(text=text, width=fonts.width(text, fragment.font, style.size)) for text in pieces
        )
        return (*first_part, *([first] if count else [])), [rest, *word[index + 1 :]]
    return tuple(first_part), []


def _before_marks(text: str, count: int) -> int:
    """Move a break to before the letter that the marks after it belong to."""
    while 0 < count < len(text) and combining(text[count]):
        count -= 1
    return count


def _after_marks(text: str) -> int:
    """Return the length of the first letter with its marks."""
    return next((index for index in range(1, len(text)) if not combining(text[index])), len(text))


def positioned_fragments(line: Line, x: float) -> list[tuple[float, Fragment]]:
    """Return each fragment with its left end, in reading order."""
    left, positioned = x + line.left, []
    for fragment in line.fragments:
        positioned.append((left, fragment))
        left += fragment.width
    return [positioned[index] for index in line.reading] if line.reading else positioned
