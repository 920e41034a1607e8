"""A FilledPacket and how the paper should look in, the bytes of its PDF and the number of its pages out.

Whoever comes first with a shape pays for its layout; the bytes are the same for the first and for all others.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count

from packets.domain.case import Print
from packets.domain.filled import Block, FilledPacket, Furniture, Identifiers, Items
from packets.domain.once import Recent
from packets.layout import furniture
from packets.layout.engine import personal
from packets.layout.engine.clusters import Book
from packets.layout.engine.frame import Frame, Strange, frame, object_stream, row
from packets.layout.engine.ink import Ink, joined, stored
from packets.layout.engine.mold import Laid, Mold, Molds, Words, listened_to
from packets.layout.engine.places import Drawn, Filler, drawn
from packets.layout.engine.shape import HEAD, Place, Shape, shape
from packets.layout.page import for_language, page
from packets.layout.pieces import Piece
from packets.layout.story import Writer
from packets.layout.tagging import structure
from packets.layout.tagging.tree import Elem
from packets.layout.tagging.xmp import PRODUCER, Metadata, xmp
from packets.layout.text import Lines

_SHAPES = 64  # kept; a clinic's year has fewer
_MOLDS = 512  # kept
_BLOCKS = 4096  # kept: what patients of one day have in common is laid out once


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Laid:
    """One personal block on its own; `told` is its number among all that take the same room.

    `key` is None for what no two patients share.
    """

    key: Hashable
    alts: tuple[bytes, ...]
    told: int
    mold: Mold | None = None
    lines: Sequence[Lines] = ()  # of its own words, for the mold


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
    drawn: dict[int, Drawn]
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
        self._molds = Molds(_MOLDS)
        self._laid: Recent[Hashable, _Laid] = Recent(_BLOCKS)
        self._drawn: Recent[Hashable, Drawn] = Recent(_BLOCKS)
        self._fresh: dict[int, tuple[Piece, ...]] = {}  # of this packet; kept, they would be work for the collector

    def printed(
        self, packet: FilledPacket, look: Print, *, author: str = "", archival: bool = True
    ) -> tuple[bytes, int]:
        """Raises fonts.MissingGlyph; paginate.DoesNotFit where a single line is higher than the paper."""
        inked = self.inked(packet, look)
        pages = inked.shape.pages
        made = self._frame(inked.kept, inked.strange, packet.language, archival)
        runs = [[run if isinstance(run, Ink) else inked.inks[run] for run in page] for page in pages]
        book = Book(inked.strange)
        contents = [book.content(page) if book else joined(page) for page in runs]
        metadata = Metadata(packet.title, packet.language, author, archival)
        alts = [alt for block in inked.laid.values() for alt in block.alts]
        figures = [before + alt + after for (before, after), alt in zip(made.figures, alts, strict=True)]
        sources = [_information(metadata), *_links(inked, made), *figures]
        return _file(made, contents, xmp(metadata), sources), len(contents)

    def inked(self, packet: FilledPacket, look: Print) -> Inked:
        """The packet's shape, and what is drawn into its places. Raises as `printed` does."""
        self._fresh = {}
        look = for_language(look, packet.language)
        kept, laid = self._shape(packet, look)
        drawn = {place: self._block(kept, place, block, packet, look) for place, block in laid.items()}
        self._fresh = {}
        drawn[HEAD] = _drawn_head(kept, packet.furniture)
        inks: dict[Place, Ink] = {}
        for place, block in drawn.items():
            for where, run in zip(kept.places_of(place), block.inks, strict=True):
                inks[where] = run
        strange = kept.shape.strange.union(*[block.strange for block in drawn.values()])
        return Inked(kept, laid, drawn, inks, strange)

    def _shape(self, packet: FilledPacket, look: Print) -> tuple[_Kept, dict[int, _Laid]]:
        """The shape of a packet, made if it is new, and its personal blocks laid out."""
        sheet = furniture.with_room(page(look), packet.furniture)
        name = _name(look)
        key: list[Hashable] = [name, sheet.top, packet.furniture.bottom_left, packet.furniture.page_of]
        laid: dict[int, _Laid] = {}
        nobodys, shared = self._same.get, self._same_laid.get
        for place, block in enumerate(packet.blocks):
            same = nobodys(id(block))
            if same is not None:
                key.append(same[1])
                continue
            following = packet.blocks[place + 1 : place + 2]
            here = id(block), bool(following) and isinstance(following[0], Items), name
            known = shared(here)
            if known is not None:
                laid[place] = known[1]
            elif personal.is_personal(block):
                laid[place] = self._lay(here, block, following, look)
            else:
                number = self._number(personal.value(block))
                self._same.put(id(block), (block, number))
                key.append(number)
                continue
            key.append(laid[place].told)
        kept = self._shapes.get(tuple(key))
        if kept is None:
            made = shape(packet, sheet, frozenset(laid))
            kept = self._shapes.put(tuple(key), self._keep(made))
        return kept, laid

    def _lay(self, here: tuple[int, bool, str], block: Block, following: Sequence[Block], look: Print) -> _Laid:
        """As `story` lays it out between the others: nothing of a block depends on what is before it."""
        leads = here[1]
        own = personal.own(block)
        if own is not None and (molded := self._molded(own, block, leads, following, look)) is not None:
            if not isinstance(block, Identifiers):
                self._same_laid.put(here, (block, molded))
            return molded
        if isinstance(block, Identifiers):
            return self._new_laid(None, block, following, look)
        key = personal.value(block), leads, _name(look)
        known = self._laid.get(key) or self._laid.put(key, self._new_laid(key, block, following, look))
        self._same_laid.put(here, (block, known))
        return known

    def _molded(
        self,
        own: tuple[Hashable, Words],
        block: Block,
        leads: bool,
        following: Sequence[Block],
        look: Print,
    ) -> _Laid | None:
        said, words = own
        if not words or min(map(len, words)) < 2:
            return None  # such words are the same object wherever they stand
        key = said, leads, _name(look)
        mold, lines = self._molds.find(key, words)
        if mold is None:
            new = listened_to(block, words, tuple(following), look)
            if new is None:
                return None
            mold, lines = self._molds.learn(key, new, self._number), new.listener.lines
            _forget(new.root)
        shared = None if isinstance(block, Identifiers) else (key, words)
        return _Laid(shared, mold.alts_of(words), mold.told, mold, lines)

    def _new_laid(self, key: Hashable, block: Block, following: Sequence[Block], look: Print) -> _Laid:
        pieces, root = _pieces(block, following, look)
        told = self._number((personal.room(pieces), personal.structure(root)))
        alts = tuple(structure.string(alt) for alt in personal.alts(root))
        _forget(root)
        self._fresh[id(block)] = pieces
        return _Laid(key, alts, told)

    def _block(self, kept: _Kept, place: int, laid: _Laid, packet: FilledPacket, look: Print) -> Drawn:
        alike, places = kept.places.get(place, (-1, ()))
        key = (alike, laid.key)
        known = self._drawn.get(key) if laid.key is not None else None
        if known is None:
            block, following = packet.blocks[place], packet.blocks[place + 1 : place + 2]
            plate = laid.mold.plate(alike, places, partial(_listened, block, following, look)) if laid.mold else None
            if plate is not None:
                known = plate.drawn(laid.lines)
            else:
                known = drawn(self._fresh.get(id(block)) or _pieces(block, following, look)[0], places)
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


def _pieces(block: Block, following: Sequence[Block], look: Print) -> tuple[tuple[Piece, ...], Elem]:
    root = Elem("Document")
    return tuple(Writer(page(look), root).block(block, tuple(following))), root


def _listened(block: Block, following: Sequence[Block], look: Print) -> Laid | None:
    own = personal.own(block)
    return listened_to(block, own[1], tuple(following), look) if own else None


@lru_cache(maxsize=8)
def _name(look: Print) -> str:
    return f"{look.paper} {look.profile} {look.from_right}"


def _forget(elem: Elem) -> None:
    """Takes a tree apart that has told what it is: its circles would wait for the garbage collector."""
    for child in elem.children:
        if isinstance(child, Elem):
            _forget(child)
    elem.children.clear()


# ---- drawing into the places


def _drawn_head(kept: _Kept, words: Furniture) -> Drawn:
    """Drawn once, printed on every page."""
    pen = Filler()
    furniture.head(pen, kept.shape.sheet, words)
    made = stored(pen.source())
    return Drawn((made,) * len(kept.places_of(HEAD)), frozenset(pen.strange), ())


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


_END_OF_STREAM = b"\nendstream\nendobj\n"


def _file(made: Frame, contents: list[bytes], packet: bytes, sources: list[bytes]) -> bytes:
    """The frame, then the patient's objects; the identifier is the digest of all else (see output.seal)."""
    information = made.first + len(contents) + 1
    holder = information + len(sources)
    streams = [(b"/Filter/FlateDecode", data) for data in contents]
    streams.append((b"/Type/Metadata/Subtype/XML", packet))
    streams.append(object_stream(list(enumerate(sources, information))))
    at = len(made.prefix)
    parts: list[bytes] = []
    rows: list[bytes] = []
    for number, (kind, data) in zip((*range(made.first, information), holder), streams, strict=True):
        head = b"%d 0 obj\n<<%s/Length %d>>stream\n" % (number, kind, len(data))
        parts += (head, data, _END_OF_STREAM)
        rows.append(row(1, at, 0))
        at += len(head) + len(data) + len(_END_OF_STREAM)
    inside = [row(2, holder, place) for place in range(len(sources))]
    table = joined((made.rows, stored(b"".join([*rows[:-1], *inside, rows[-1], row(1, at, 0)]))))
    parts.append(
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Info %d 0 R/Filter/FlateDecode/Length %d/ID[<"
        % (holder + 1, holder + 2, made.root, information, len(table))
    )
    body = b"".join(parts)
    end = b">]>>stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, at)
    digest = made.digest.copy()
    digest.update(body)
    digest.update(b"><" + end)
    identifier = digest.hexdigest()[:32].encode("ascii")
    return b"".join((made.prefix, body, identifier, b"><", identifier, end))


_PRESS = Press()


def draw(packet: FilledPacket, look: Print, *, author: str = "", archival: bool = True) -> tuple[bytes, int]:
    """With this process's press: a packet alone and one among many give the same bytes."""
    return _PRESS.printed(packet, look, author=author, archival=archival)
