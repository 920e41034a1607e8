"""The pieces of a personal block in, the ink of its places out."""

from __future__ import annotations

from dataclasses import dataclass

from packets.layout.engine.frame import Strange
from packets.layout.engine.ink import Ink
from packets.layout.engine.recorder import Annotation, Recorder
from packets.layout.engine.shape import Part, Place
from packets.layout.pieces import Piece
from packets.layout.tagging.pen import Box
from packets.layout.tagging.tree import Slot


class ShapeDoesNotFit(Exception):
    """A packet's blocks do not fit the shape that was found for it: a fault of the engine, never of the content."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drawn:
    """What one block puts into its places, in their order."""

    inks: tuple[Ink, ...]
    strange: Strange
    notes: tuple[tuple[Annotation, ...], ...] = ()


class Filler(Recorder):
    """Draws one piece; where its marks belong in the tree is known from the shape."""

    def _place(self, slot: Slot, mcid: int, figure: Box | None) -> None:
        pass

    @property
    def marks(self) -> int:
        return len(self._slots)


def drawn(pieces: tuple[Piece, ...], places: tuple[Place, ...]) -> Drawn:
    inks: list[Ink] = []
    strange: Strange = frozenset()
    notes: list[tuple[Annotation, ...]] = []
    for place in places:
        pen = Filler(place.first_mcid)
        draw_parts(pen, pieces, place)
        inks.append(pen.ink())
        strange = strange.union(pen.strange)
        notes.append(tuple(pen.annotations))
    return Drawn(tuple(inks), strange, tuple(notes))


def draw_parts(pen: Filler, pieces: tuple[Piece, ...], place: Place) -> None:
    for part in place.parts:
        _cut(pieces[part.number], part).draw(pen, part.x, part.top)
    if (pen.marks, len(pen.annotations)) != (place.marks, place.links):
        raise ShapeDoesNotFit


def _cut(piece: Piece, part: Part) -> Piece:
    for room, height, side in part.cuts:
        halves = piece.split(room, height)
        if halves is None:
            raise ShapeDoesNotFit
        piece = halves[side]
    return piece
