"""A packet in, its shape out: the pages drawn once, with places where the personal blocks of any such packet go."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from packets.domain.filled import FilledPacket
from packets.layout import furniture
from packets.layout.engine.ink import Ink, ink_to_keep
from packets.layout.engine.recorder import Annotation, Recorder
from packets.layout.engine.typeface import Strange
from packets.layout.page import Page
from packets.layout.paginate import paginate
from packets.layout.pieces import Piece
from packets.layout.story import story
from packets.layout.tagging.pen import Pen
from packets.layout.tagging.tree import Elem

HEAD = -1  # stands for the block's number: what is at the top of every page


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Part:
    """Where one piece of a personal block stands; `cuts` tell how pages cut it: room, height of a page, which part."""

    number: int  # of the piece in its block
    cuts: tuple[tuple[float, float, int], ...] = ()
    x: float = 0
    top: float = 0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Place:
    """Pieces of one personal block that are drawn one after the other."""

    block: int
    parts: tuple[Part, ...]
    first_mcid: int
    marks: int
    links: int

    @property
    def where(self) -> tuple[Hashable, ...]:
        """All that makes a difference to what is drawn here."""
        parts = tuple((part.number, part.cuts, part.x, part.top) for part in self.parts)
        return parts, self.first_mcid, self.marks, self.links


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mark:
    """An entry of the outline."""

    title: str
    level: int
    page: int
    top: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Shape:
    """`pages` are what is printed, in order; `links` tell where a personal one is drawn: page, run, number there."""

    sheet: Page
    root: Elem
    pen: Pen  # knows marks and figures of the tree
    pages: tuple[tuple[Ink | Place, ...], ...]
    outline: tuple[Mark, ...]
    links: tuple[tuple[Annotation, tuple[int, int, int] | None], ...]
    strange: frozenset[Strange]
    personal: frozenset[int]


def shape(packet: FilledPacket, sheet: Page, personal: frozenset[int]) -> Shape:
    """The ordinary layout, once. `sheet` has the room that this packet's head needs. Raises as document.draw does."""
    count = 0
    last = -1

    def hold(block: int, piece: Piece) -> Piece:
        nonlocal count, last
        if block not in personal:
            return piece
        count = count + 1 if block == last else 0
        last = block
        return _Held(piece, block, Part(count))

    told = story(packet, sheet, hold)
    pages = paginate(told.pieces, sheet.inner_height)
    plate = _Plate()
    for number, placed in enumerate(pages, 1):
        with plate.held(HEAD, Part(0)):
            furniture.head(plate, sheet, packet.furniture)
        furniture.foot(plate, sheet, packet.furniture, number, len(pages))
        for item in placed:
            item.piece.draw(plate, sheet.left, sheet.height - sheet.top - item.top)
        plate.end_page()
    return Shape(
        sheet,
        told.root,
        plate,
        tuple(plate.printed),
        tuple(plate.outline),
        tuple(zip(plate.annotations, plate.owners, strict=True)),
        frozenset(plate.strange),
        personal,
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Held:
    """A piece of a personal block: takes its room, and leaves a place where it would be drawn."""

    piece: Piece
    block: int
    part: Part

    @property
    def height(self) -> float:
        return self.piece.height

    @property
    def before(self) -> float:
        return self.piece.before

    @property
    def after(self) -> float:
        return self.piece.after

    @property
    def keep_next(self) -> bool:
        return self.piece.keep_next

    @property
    def lead(self) -> float:
        return self.piece.lead

    def split(self, room: float, page: float) -> tuple[Piece, Piece] | None:
        parts = self.piece.split(room, page)
        if parts is None:
            return None
        head, tail = (
            _Held(part, self.block, replace(self.part, cuts=(*self.part.cuts, (room, page, side))))
            for side, part in enumerate(parts)
        )
        return head, tail

    def draw(self, pen: Pen, x: float, top: float) -> None:
        if not isinstance(pen, _Plate):
            raise TypeError("a held piece is drawn by the engine only")
        with pen.held(self.block, replace(self.part, x=x, top=top)):
            self.piece.draw(pen, x, top)


class _Plate(Recorder):
    """Keeps what is the same for all; what is drawn while a place is held only counts its marks and links."""

    def __init__(self) -> None:
        super().__init__()
        self.printed: list[tuple[Ink | Place, ...]] = []
        self.outline: list[Mark] = []
        self.owners: list[tuple[int, int, int] | None] = []
        self._runs: list[Ink | Place] = []
        self._links_held: int | None = None
        self._first_note = 0

    @contextmanager
    def held(self, block: int, part: Part) -> Iterator[None]:
        self._cut()
        last = self._runs[-1] if self._runs else None
        if isinstance(last, Place) and last.block == block:
            self._runs.pop()
        else:
            last = Place(block, (), len(self._slots), 0, 0)
        strange, self._links_held = set(self.strange), last.links
        yield
        marks, links = len(self._slots) - last.first_mcid, self._links_held
        self._runs.append(Place(block, (*last.parts, part), last.first_mcid, marks, links))
        self.out, self.strange, self._links_held = [], strange, None  # one patient's: not kept

    def _cut(self) -> None:
        if self.out:
            self._runs.append(ink_to_keep(self.source()))
            self.out = []

    def note(self, annotation: Annotation) -> None:
        annotation.slot.annotations.append((len(self.pages), len(self.annotations)))
        if self._links_held is None:
            self.owners.append(None)
        else:
            self.owners.append((len(self.pages), len(self._runs), self._links_held))
            self._links_held += 1
        super().note(annotation)

    def _new_page(self) -> bool:
        return len(self.annotations) == self._first_note

    def bookmark(self, title: str, level: int, top: float) -> None:
        self.outline.append(Mark(title, level, len(self.pages), top))

    def end_page(self) -> None:
        self._cut()
        self.printed.append(tuple(self._runs))
        self._runs = []
        self._end_page(tuple(note.slot for note in self.annotations[self._first_note :]))
        self._first_note = len(self.annotations)
