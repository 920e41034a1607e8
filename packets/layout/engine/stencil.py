"""The ink of a hole in, what stands around its words out: the next patient's words need no pen.

Only for lines of one face that begin at the left, in one mark: there, nothing but the words depends on the words.
"""

from __future__ import annotations

from dataclasses import dataclass

from packets.layout import text
from packets.layout.engine import typeface
from packets.layout.engine.recorder import literal
from packets.layout.text import Lines


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Stencil:
    """`around` has one part more than there are lines."""

    face: str
    around: tuple[bytes, ...]

    def filled(self, lines: Lines) -> bytes | None:
        """None for words that are set in another face, or have a sign that is not in every file."""
        said = _said(lines, self.face)
        if said is None:
            return None
        parts = [self.around[0]]
        for words, after in zip(said, self.around[1:], strict=True):
            parts += (literal(words.encode("utf-16-be")), after)
        return b"".join(parts)


def stencil(source: bytes, how: object, marks: int, lines: Lines) -> Stencil | None:
    """From what a pen has drawn with `how`; None where the place of words depends on the words."""
    face = lines.lines[0].fragments[0].face if lines.lines else ""
    said = _said(lines, face) if face in typeface.BASE_FACES else None
    if how is not text.draw or marks != 1 or lines.style.from_right or said is None:
        return None
    around: list[bytes] = []
    for words in said:
        before, found, source = source.partition(literal(words.encode("utf-16-be")))
        if not found:
            return None
        around.append(before)
    return Stencil(face, (*around, source))


def _said(lines: Lines, face: str) -> list[str] | None:
    """Line by line, if all of it is in this face and its base set."""
    signs = typeface.BASE_SIGNS[face]
    said = []
    for line in lines.lines:
        for fragment in line.fragments:
            if fragment.face != face or not signs.issuperset(fragment.text):
                return None
        said.append("".join([fragment.text for fragment in line.fragments]))
    return said
