"""Break spans into lines, ragged right; a word is split only if it does not fit on a line.

Spans become fragments of one font each. Nothing is parsed here, so `<`, `&` and `{` are ordinary characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple
from unicodedata import combining

from msgspec import Struct

from packets.layout import fonts
from packets.layout.page import Style
from packets.layout.words import Fragment, Word, divided, word_of, words_of
from packets.model.filled_packet import Span
from packets.values import HiddenFields

# A line may end after a space, and after a hyphen or dash between letters.
_DASHES = r"\-\u2013\u2014"
_BREAKS = re.compile(rf"[^ {_DASHES}]*[{_DASHES}]+(?=[^\W\d_])|[^ {_DASHES}]+[{_DASHES}]*|[{_DASHES}]+| +")


_SHORT_LAST_LINE = 0.3  # of the measure
_MOST_MOVED = 0.35  # of the measure, to the last line


class Line(NamedTuple):
    """Fragments from left to right; `reading` has their indexes in reading order if that differs."""

    fragments: tuple[Fragment, ...]
    width: float
    left: float = 0  # free room before it, in right-to-left text
    reading: tuple[int, ...] = ()


class Lines(HiddenFields, Struct, frozen=True, eq=False):
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


def fill_lines(pieces: Iterable[Fragment], style: Style, width: float) -> tuple[Line, ...]:
    """Fill each line; a last line of one short word gets the word before it too."""
    lines = _lines(words_of(list(pieces)), style, width)
    if len(lines) > 1 and _is_short_word(lines[-1], width):
        *_, before, last = lines
        moved = max((place for place, word in enumerate(before) if not word.space), default=0)
        if moved and sum(word.width for word in before[moved:]) <= width * _MOST_MOVED:
            last[:0] = before[moved:]
            del before[moved:]
    return tuple([_line(words) for words in lines])


def _line(words: Sequence[Word]) -> Line:
    fragments = [fragment for word in words for fragment in word.fragments]
    return Line(tuple(fragments), sum([word.width for word in words]))


def _is_short_word(line: list[Word], width: float) -> bool:
    """Return whether a line is one short word, which may have a hyphen."""
    words = line[:-1] if line[-1].space else line
    return not any(word.space for word in words) and sum(word.width for word in words) < width * _SHORT_LAST_LINE


def single_line(spans: tuple[Span, ...], style: Style, width: float) -> Line | None:
    """Return the spans as one line if they fit, else None."""
    line: list[Fragment] = []
    used = 0.0
    if style.most_characters and sum(len(span.text) for span in spans) > style.most_characters:
        return None
    for number, span in enumerate(spans):
        for name, text in fonts.runs(span.text, style.strong or span.strong):
            size = fonts.width(text, name, style.size)
            used += size
            if used > width:
                return None
            line.append(Fragment(text, name, size, number))
    return Line(tuple(line), used) if line else None


def _lines(words: Iterable[Word], style: Style, width: float) -> list[list[Word]]:
    lines: list[list[Word]] = []
    line: list[Word] = []
    used = 0.0
    characters, most = 0, style.most_characters or inf
    for word in _fitting(words, style, width):
        length = sum([len(fragment.text) for fragment in word.fragments])
        if not word.space and line and (used + word.width > width + 1e-6 or characters + length > most):
            lines.append(line)
            line, used, characters = [], 0.0, 0
        while word.width > width + 1e-6 and not word.space:
            first_part, rest = _cut(word.fragments, style, width)
            lines.append([word_of(first_part)])
            word = word_of(rest)
        line.append(word)
        used += word.width
        characters += length
    if line:
        lines.append(line)
    return lines


def _fitting(words: Iterable[Word], style: Style, width: float) -> Iterator[Word]:
    """Divide what should be on one line, such as a date, if it is wider than the line."""
    for word in words:
        if word.space or word.width <= width + 1e-6:
            yield word
        else:
            yield from divided(word, style.size, width)


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


def _cut(word: Sequence[Fragment], style: Style, width: float) -> tuple[tuple[Fragment, ...], list[Fragment]]:
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
