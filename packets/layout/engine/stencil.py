"""The ink of a hole in, what stands around its words out: the next patient's words need no pen.

Only for lines that begin at the left, in one mark: where a run of words begins depends on nothing but the runs before
it on its line, and these are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packets.layout import text
from packets.layout.engine import typeface
from packets.layout.engine.recorder import literal
from packets.layout.text import Line, Lines

Runs = list[tuple[str, str]]  # (face, words) of one line


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Stencil:
    """For each line: the runs before the last, the face of the last, and what stands in the ink before its words."""

    lines: tuple[tuple[Runs, str, bytes], ...]
    end: bytes

    def filled(self, lines: Lines) -> bytes | None:
        """None for words in another face, behind others than these, or with a sign that is not in every file."""
        parts: list[bytes] = []
        for line, (lead, face, before) in zip(lines.lines, self.lines, strict=True):
            *others, (last, words) = _runs(line)
            if last != face or others != lead or not typeface.BASE_SIGNS[face].issuperset(words):
                return None
            parts += (before, literal(words.encode("utf-16-be")))
        return b"".join([*parts, self.end])


def stencil(source: bytes, how: object, marks: int, lines: Lines) -> Stencil | None:
    """From what a pen has drawn with `how`.

    None where the place of words depends on the words, or where a sign is not in every file: a pen says which.
    """
    if how is not text.draw or marks != 1 or lines.style.from_right:
        return None
    found = []
    for line in lines.lines:
        runs, before = _runs(line), b""
        for face, words in runs:
            shown = literal(words.encode("utf-16-be"))
            at = source.find(shown)
            if at < 0 or not typeface.BASE_SIGNS[face].issuperset(words):
                return None
            last, before, source = before + source[:at], before + source[:at] + shown, source[at + len(shown) :]
        found.append((runs[:-1], runs[-1][0], last))
    return Stencil(tuple(found), source)


def _runs(line: Line) -> Runs:
    """As `text.draw` joins neighbours."""
    return list(_joined(line))


def _joined(line: Line) -> Iterator[tuple[str, str]]:
    face, words = "", ""
    for fragment in line.fragments:
        if fragment.face == face:
            words += fragment.text
            continue
        if words:
            yield face, words
        face, words = fragment.face, fragment.text
    yield face, words
