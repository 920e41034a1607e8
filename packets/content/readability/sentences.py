"""Split an author's text into sentences with their places and word counts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from packets.content.yaml.parser import Place, Scalar

WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_END = re.compile(r"(?<=[.!?…])[\"”’)]*(?=\s)|\n[ ]*\n|\n(?=- |[0-9]{1,2}\. )|:(?=\s*\n)")
_SLOT = re.compile(r"\{[a-z_]+\}")


class Sentence(Struct, frozen=True):
    text: str
    place: Place
    words: int


def sentences(scalar: Scalar) -> Iterator[Sentence]:
    for offset, text in split(scalar.text):
        if words := len(WORD.findall(_SLOT.sub(" word ", text))):
            yield Sentence(text, scalar.at(offset), words)


def split(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and text of each sentence; list entries and heading lines count as sentences."""
    start = 0
    for end in [*(match.end() for match in _END.finditer(text)), len(text)]:
        piece = text[start:end]
        yield (
            start + len(piece) - len(piece.lstrip()),
            re.sub(r"^(?:- |[0-9]{1,2}\. )|\*\*", "", " ".join(piece.split())),
        )
        start = end


def count_words(text: str) -> int:
    """Return the number of words, without slots."""
    return len(WORD.findall(_SLOT.sub(" ", text)))
