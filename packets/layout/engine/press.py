"""A FilledPacket and how the paper should look in, the bytes of its PDF and the number of its pages out.

Whoever comes first with a shape pays for its layout; the bytes are the same for the first and for all others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from packets.domain.case import Print
from packets.domain.filled import Block, FilledPacket, Furniture, Identifiers, Items
from packets.domain.once import Recent
from packets.layout import furniture
from packets.layout.engine import personal
from packets.layout.engine.frame import Frame, Strange, frame, object_stream, row
from packets.layout.engine.ink import Ink, ink, joined, stored
from packets.layout.engine.recorder import Annotation, Recorder
from packets.layout.engine.shape import HEAD, Part, Place, Shape, shape
from packets.layout.page import page
from packets.layout.pieces import Piece
from packets.layout.story import Writer
from packets.layout.tagging import structure
from packets.layout.tagging.pen import Box
from packets.layout.tagging.tree import Elem, Slot
from packets.layout.tagging.xmp import PRODUCER, Metadata, xmp

_SHAPES = 64  # kept; a clinic's year has fewer
_BLOCKS = 4096  # kept: what patients of one day have in common is laid out once


class ShapeDoesNotFit(Exception):
    """A packet's blocks do not fit the shape that was found for it: a fault of the engine, never of the content."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Laid:
    """One personal block on its own; `told` is its number among all that take the same room.

    `key` is None for what no two patients share.
    """

    key: Hashable
    alts: tuple[Ink, ...]
    told: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Drawn:
    """What one block puts into its places, in their order."""

    inks: tuple[Ink, ...]
    strange: Strange
    notes: tuple[tuple[Annotation, ...], ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Kept:
    """A shape with its places by block (and a number for all places alike), its frames by language, claim and signs."""

    shape: Shape
    places: dict[int, tuple[int, tuple[Place, ...]]]
    frames: Recent[Hashable, Frame]
    owners: dict[int, tuple[int, int, int]]  # of each personal link: block, its place there, its number there

    def places_of(self, block: int) -> tuple[Place, ...]:
        return self.places[block][1] if block in self.places else ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Inked:
    """One packet, ready for its file: the shape, and the ink of each place."""

    kept: _Kept
    laid: dict[int, _Laid]
    drawn: dict[int, _Drawn]
    inks: dict[Place, Ink]
    strange: Strange

    @property
    def shape(self) -> Shape:
        return self.kept.shape


class Press:
    """Keeps shapes, and blocks that several patients share; holds nothing that cannot be made again."""

    def __init__(self) -> None:
        self._shapes: Recent[Hashable, _Kept] = Recent(_SHAPES)
        self._numbers = count()
        self._told: Recent[Hashable, int] = Recent(4 * _BLOCKS)
        # By identity; the blocks are kept with them, so that their ids stay theirs.
        self._same: Recent[int, tuple[Block, int]] = Recent(_BLOCKS)
        self._same_laid: Recent[Hashable, tuple[Block, _Laid]] = Recent(_BLOCKS)
        self._laid: Recent[Hashable, _Laid] = Recent(_BLOCKS)
        self._drawn: Recent[Hashable, _Drawn] = Recent(_BLOCKS)
        self._fresh: dict[int, tuple[Piece, ...]] = {}  # of this packet; kept, they would be work for the collector

    def printed(
        self, packet: FilledPacket, look: Print, *, author: str = "", archival: bool = True
    ) -> tuple[bytes, int]:
        """Raises fonts.MissingGlyph; paginate.DoesNotFit where a single line is higher than the paper."""
        inked = self.inked(packet, look)
        pages = inked.shape.pages
        made = self._frame(inked.kept, inked.strange, packet.language, archival)
        contents = [joined(run if isinstance(run, Ink) else inked.inks[run] for run in page) for page in pages]
        metadata = Metadata(packet.title, packet.language, author, archival)
        sources = [_information(metadata), *_links(inked, made)]
        alts = [alt for block in inked.laid.values() for alt in block.alts]
        figures = [(before, alt, after) for (before, after), alt in zip(made.figures, alts, strict=True)]
        return _file(made, contents, xmp(metadata), sources, figures), len(contents)

    def inked(self, packet: FilledPacket, look: Print) -> Inked:
        """The packet's shape, and what is drawn into its places. Raises as `printed` does."""
        self._fresh = {}
        kept, laid = self._shape(packet, look)
        drawn = {place: self._block(kept, place, block, packet, look) for place, block in laid.items()}
        self._fresh = {}
        head = _drawn_head(kept, packet.furniture)
        inks: dict[Place, Ink] = {}
        for place, block in ((HEAD, head), *drawn.items()):
            inks.update(zip(kept.places_of(place), block.inks, strict=True))
        strange = kept.shape.strange.union(head.strange, *(block.strange for block in drawn.values()))
        return Inked(kept, laid, drawn, inks, strange)

    def _shape(self, packet: FilledPacket, look: Print) -> tuple[_Kept, dict[int, _Laid]]:
        """The shape of a packet, made if it is new, and its personal blocks laid out."""
        sheet = furniture.with_head(page(look), packet.furniture)
        key: list[Hashable] = [_name(look), sheet.top, packet.furniture.bottom_left, packet.furniture.page_of]
        laid: dict[int, _Laid] = {}
        for place, block in enumerate(packet.blocks):
            same = self._same.get(id(block))
            if same is not None:
                key.append(same[1])
            elif personal.is_personal(block):
                laid[place] = self._lay(block, packet.blocks[place + 1 : place + 2], look)
                key.append(laid[place].told)
            else:
                number = self._number(personal.value(block))
                self._same.put(id(block), (block, number))
                key.append(number)
        known = self._shapes.get(tuple(key))
        if known is None:
            made = shape(packet, sheet, frozenset(laid))
            known = self._shapes.put(tuple(key), self._keep(made))
        return known, laid

    def _lay(self, block: Block, following: Sequence[Block], look: Print) -> _Laid:
        """As `story` lays it out between the others: nothing of a block depends on what is before it."""
        leads = bool(following) and isinstance(following[0], Items)
        here = id(block), leads, _name(look)
        same = self._same_laid.get(here)
        if same is not None:
            return same[1]
        if isinstance(block, Identifiers):
            return self._new_laid(None, block, following, look)
        key = personal.value(block), leads, _name(look)
        known = self._laid.get(key) or self._laid.put(key, self._new_laid(key, block, following, look))
        self._same_laid.put(here, (block, known))
        return known

    def _new_laid(self, key: Hashable, block: Block, following: Sequence[Block], look: Print) -> _Laid:
        pieces, root = _pieces(block, following, look)
        told = self._number((personal.room(pieces), personal.structure(root)))
        alts = tuple(ink(structure.string(alt)) for alt in _alts(root))
        _forget(root)
        self._fresh[id(block)] = pieces
        return _Laid(key, alts, told)

    def _block(self, kept: _Kept, place: int, laid: _Laid, packet: FilledPacket, look: Print) -> _Drawn:
        alike, places = kept.places.get(place, (-1, ()))
        key = (alike, laid.key)
        known = self._drawn.get(key) if laid.key is not None else None
        if known is None:
            block = packet.blocks[place]
            pieces = self._fresh.get(id(block)) or _pieces(block, packet.blocks[place + 1 : place + 2], look)[0]
            known = _drawn(pieces, places)
            if laid.key is not None:
                self._drawn.put(key, known)
        return known

    def _frame(self, kept: _Kept, strange: Strange, language: str, archival: bool) -> Frame:
        key = (strange, language, archival)
        known = kept.frames.get(key)
        if known is None:
            known = kept.frames.put(key, frame(kept.shape, strange, language, archival))
        return known

    def _keep(self, made: Shape) -> _Kept:
        places: dict[int, list[Place]] = {}
        for runs in made.pages:
            for run in runs:
                if isinstance(run, Place):
                    places.setdefault(run.block, []).append(run)
        alike = {
            block: (self._number(tuple(place.where for place in found)), tuple(found))
            for block, found in places.items()
        }
        owners = {}
        for number, (_, owner) in enumerate(made.links):
            if owner is not None:
                held = made.pages[owner[0]][owner[1]]
                if isinstance(held, Place):
                    owners[number] = held.block, places[held.block].index(held), owner[2]
        return _Kept(made, alike, Recent(4), owners)

    def _number(self, key: Hashable) -> int:
        """One number for one key: a short name for it."""
        known = self._told.get(key)
        if known is None:
            known = self._told.put(key, next(self._numbers))
        return known


def _alts(elem: Elem) -> Iterator[str]:
    if elem.alt:
        yield elem.alt
    for child in elem.children:
        if isinstance(child, Elem):
            yield from _alts(child)


def _pieces(block: Block, following: Sequence[Block], look: Print) -> tuple[tuple[Piece, ...], Elem]:
    root = Elem("Document")
    return tuple(Writer(page(look), root).block(block, tuple(following))), root


@lru_cache(maxsize=8)
def _name(look: Print) -> str:
    return f"{look.paper} {look.profile}"


def _forget(elem: Elem) -> None:
    """Takes a tree apart that has told what it is: its circles would wait for the garbage collector."""
    for child in elem.children:
        if isinstance(child, Elem):
            _forget(child)
    elem.children.clear()


# ---- drawing into the places


class _Filler(Recorder):
    """Draws one piece; where its marks belong in the tree is known from the shape."""

    def _place(self, slot: Slot, mcid: int, figure: Box | None) -> None:
        pass

    @property
    def marks(self) -> int:
        return len(self._slots)


def _drawn(pieces: tuple[Piece, ...], places: tuple[Place, ...]) -> _Drawn:
    inks: list[Ink] = []
    strange: set[tuple[str, str]] = set()
    notes: list[tuple[Annotation, ...]] = []
    for place in places:
        pen = _Filler(place.first_mcid)
        for part in place.parts:
            _cut(pieces[part.number], part).draw(pen, part.x, part.top)
        if (pen.marks, len(pen.annotations)) != (place.marks, place.links):
            raise ShapeDoesNotFit
        inks.append(pen.ink())
        strange |= pen.strange
        notes.append(tuple(pen.annotations))
    return _Drawn(tuple(inks), frozenset(strange), tuple(notes))


def _cut(piece: Piece, part: Part) -> Piece:
    for room, height, side in part.cuts:
        halves = piece.split(room, height)
        if halves is None:
            raise ShapeDoesNotFit
        piece = halves[side]
    return piece


def _drawn_head(kept: _Kept, words: Furniture) -> _Drawn:
    """Drawn once, printed on every page."""
    pen = _Filler()
    furniture.head(pen, kept.shape.sheet, words)
    made = pen.ink()
    return _Drawn((made,) * len(kept.places_of(HEAD)), frozenset(pen.strange), ())


def _links(inked: Inked, made: Frame) -> Iterator[bytes]:
    """In the order of the shape's links: by place on the pages, then as they were drawn there."""
    for number, key in made.links:
        block, place, rank = inked.kept.owners[number]
        yield inked.drawn[block].notes[place][rank].source(key)


# ---- the file


def _information(metadata: Metadata) -> bytes:
    author = b"/Author" + structure.string(metadata.author) if metadata.author else b""
    title, producer = structure.string(metadata.title), PRODUCER.encode("ascii")
    return b"<</Title%s/Producer(%s)%s>>" % (title, producer, author)


def _file(
    made: Frame, contents: list[bytes], packet: bytes, sources: list[bytes], figures: list[tuple[Ink, Ink, Ink]]
) -> bytes:
    """The frame, then the patient's objects; the identifier is the digest of all else (see output.seal)."""
    streams = [b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(data), data) for data in contents]
    streams.append(b"<</Type/Metadata/Subtype/XML/Length %d>>stream\n%s\nendstream" % (len(packet), packet))
    information = made.first + len(streams)
    holder = information + len(sources) + len(figures)
    rows: list[bytes] = []
    parts = [made.prefix]
    at = len(made.prefix)
    for number, stream in enumerate(streams, made.first):
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, stream))
        rows.append(row(1, at, 0))
        at += len(parts[-1])
    rows += [row(2, holder, place) for place in range(holder - information)]
    lengths = [len(source) for source in sources]
    lengths += [len(before.raw) + len(alt.raw) + len(after.raw) for before, alt, after in figures]
    runs = [run for figure in figures for run in figure]
    objects = object_stream(list(enumerate(lengths, information)), b"".join(sources), runs)
    parts.append(b"%d 0 obj\n%s\nendobj\n" % (holder, objects))
    rows.append(row(1, at, 0))
    at += len(parts[-1])
    rows.append(row(1, at, 0))
    table = joined((made.rows, stored(b"".join(rows))))
    parts.append(
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/Filter/FlateDecode/Length %d/ID[<"
        % (holder + 1, holder + 2, made.root, information, len(table))
    )
    end = b">]>>stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, at)
    digest = made.digest.copy()
    for part in (*parts[1:], b"><", end):
        digest.update(part)
    identifier = digest.hexdigest()[:32].encode("ascii")
    return b"".join((*parts, identifier, b"><", identifier, end))


_PRESS = Press()


def draw(packet: FilledPacket, look: Print, *, author: str = "", archival: bool = True) -> tuple[bytes, int]:
    """With this process's press: a packet alone and one among many give the same bytes."""
    return _PRESS.printed(packet, look, author=author, archival=archival)
