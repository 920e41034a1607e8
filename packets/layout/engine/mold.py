"""A personal block in, its mold out: all of its ink that is not the patient's own words, with holes for these.

A layout asks a `Setter` about words and nothing else: how many lines, does it fit. While a block is laid out the
questions about its own words are kept with their answers. Another block that says the same beside its own words, and
gives the same answers, has the same geometry: only its own words are set, into the holes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, NamedTuple

from packets.domain.case import Print
from packets.domain.filled import Block, Span, Spans
from packets.domain.once import Recent
from packets.layout import text
from packets.layout.engine import personal
from packets.layout.engine.frame import Strange
from packets.layout.engine.ink import Ink, ink_to_keep, stored
from packets.layout.engine.places import Drawn, Filler, ShapeDoesNotFit, draw_parts
from packets.layout.engine.shape import Place
from packets.layout.engine.stencil import Stencil, stencil
from packets.layout.page import Style, page
from packets.layout.pieces import Piece
from packets.layout.story import Writer
from packets.layout.tagging import structure
from packets.layout.tagging.tree import Elem
from packets.layout.text import Lines

_LEAST_GAIN = 100  # bytes, for which ink is packed

Words = tuple[str, ...]
Number = Callable[[Hashable], int]  # one number for one key


class Hole(NamedTuple):
    """Where one broken text goes: how it is drawn, and what a pen must know that begins there."""

    number: int
    how: Callable[..., None]
    where: tuple[Any, ...]
    mcid: int
    marks: int
    open: bool
    stencil: Stencil | None

    def drawn(self, pen: Filler, lines: Lines) -> bytes:
        if self.stencil is not None and (filled := self.stencil.filled(lines)) is not None:
            return filled
        pen.resume(self.mcid, inside=self.open)
        self.how(pen, lines, *self.where)
        if pen.marks != self.marks:
            raise ShapeDoesNotFit
        return pen.source()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plate:
    """A mold in the places of a shape. Ink that would not get fewer by packing is bytes here."""

    runs: tuple[tuple[Ink | bytes | Hole, ...], ...]
    strange: Strange

    def drawn(self, lines: Sequence[Lines]) -> Drawn:
        strange = self.strange
        pen = Filler()
        inks = tuple([_one(list(_inks(runs, lines, pen))) for runs in self.runs])
        strange = strange.union(pen.strange) if pen.strange else strange
        return Drawn(inks, strange, ((),) * len(inks))


def _inks(runs: Iterable[Ink | bytes | Hole], lines: Sequence[Lines], pen: Filler) -> Iterator[Ink]:
    loose: list[bytes] = []
    for run in runs:
        if isinstance(run, Hole):
            loose.append(run.drawn(pen, lines[run.number]))
        elif isinstance(run, bytes):
            loose.append(run)
        else:
            if loose:
                yield stored(b"".join(loose))
                loose = []
            yield run
    if loose:
        yield stored(b"".join(loose))


def _one(inks: list[Ink]) -> Ink:
    if len(inks) == 1:
        return inks[0]
    return Ink(b"".join([each.raw for each in inks]), b"".join([each.packed for each in inks]))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mold:
    """`told` is its number among all blocks that take the same room; an alternative text is one of the own words."""

    told: int
    alts: tuple[str | int, ...]
    plates: Recent[int, tuple[Plate | None]] = field(default_factory=lambda: Recent(16))

    def alts_of(self, words: Words) -> tuple[bytes, ...]:
        return tuple([structure.string(alt if isinstance(alt, str) else words[alt]) for alt in self.alts])

    def plate(self, alike: int, places: tuple[Place, ...], laid: Callable[[], Laid | None]) -> Plate | None:
        """None where the block must be drawn the ordinary way. `alike` is the number of all places like these."""
        known = self.plates.get(alike)
        if known is None:
            made = laid()
            known = self.plates.put(alike, (_plate(made, places) if made else None,))
        return known[0]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Question:
    """About own words, which it does not hold."""

    ask: str
    own: tuple[int, ...]  # which of the own words each span is; -1 for what is said to everybody
    spans: Spans
    about: tuple[Any, ...]
    more: dict[str, float] = field(default_factory=dict)

    def answer(self, words: Words, lines: list[Lines]) -> int:
        if self.ask != "broken":
            return int(getattr(text.SETTER, self.ask)(words[self.own[0]], *self.about))
        spans = tuple(
            [
                span if own < 0 else Span(words[own], span.strong, "", "", True)
                for own, span in zip(self.own, self.spans, strict=True)
            ]
        )
        style, width = self.about
        lines.append(text.newly_broken(spans, style, width, **self.more))
        return len(lines[-1].lines)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Step:
    question: _Question
    answers: dict[int, _Step | Mold] = field(default_factory=dict)


class Molds:
    """What was learned, as trees of questions; holds no patient's words."""

    def __init__(self, most: int) -> None:
        self._first: Recent[Hashable, _Step] = Recent(most)

    def find(self, key: Hashable, words: Words) -> tuple[Mold | None, list[Lines]]:
        """The mold, and the own words broken into lines."""
        lines: list[Lines] = []
        step: _Step | Mold | None = self._first.get(key)
        while isinstance(step, _Step):
            step = step.answers.get(step.question.answer(words, lines))
        return step, lines

    def learn(self, key: Hashable, laid: Laid, number: Number) -> Mold:
        root, own = laid.root, laid.listener.words
        alts = tuple(own.get(id(alt), alt) for alt in personal.alts(root))
        mold = Mold(number((personal.room(laid.pieces), personal.structure(root))), alts)
        asked = laid.listener.asked
        step = self._first.get(key) or self._first.put(key, _Step(asked[0][0]))
        for (_, answer), (question, _) in pairwise(asked):
            after = step.answers.setdefault(answer, _Step(question))
            if not isinstance(after, _Step):
                raise ShapeDoesNotFit
            step = after
        step.answers[asked[-1][1]] = mold
        return mold


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Laid:
    """A block that was listened to while it was laid out."""

    pieces: tuple[Piece, ...]
    root: Elem
    listener: _Listener


def listened_to(block: Block, words: Words, following: tuple[Block, ...], look: Print) -> Laid | None:
    """None where own words get lost on the way: they are told from others by being other objects."""
    copies = ["".join([*word]) for word in words]
    listener = _Listener({id(copy): place for place, copy in enumerate(copies)})
    root = Elem("Document")
    alone = personal.rewritten(block, iter(copies))
    pieces = tuple(Writer(page(look), root, listener).block(alone, following))
    shown = {place for question, _ in listener.asked if question.ask == "broken" for place in question.own}
    shown |= {listener.words[id(alt)] for alt in personal.alts(root) if id(alt) in listener.words}
    return Laid(pieces, root, listener) if shown >= set(range(len(words))) and listener.asked else None


class _Listener(text.Setter):
    def __init__(self, words: dict[int, int]) -> None:
        self.words = words
        self.asked: list[tuple[_Question, int]] = []
        self.lines: list[Lines] = []

    def broken(self, spans: Spans, style: Style, width: float, **more: float) -> Lines:
        own = tuple(self.words.get(id(span.text), -1) for span in spans)
        if all(place < 0 for place in own):
            return super().broken(spans, style, width, **more)
        lines = text.newly_broken(spans, style, width, **more)
        silent = tuple(span if place < 0 else replace(span, text="") for span, place in zip(spans, own, strict=True))
        self.asked.append((_Question("broken", own, silent, (style, width), more), len(lines.lines)))
        self.lines.append(lines)
        return lines

    def fits(self, text: str, strong: bool, size: float, width: float) -> bool:
        return self._kept("fits", super().fits(text, strong, size, width), text, strong, size, width)

    def words_fit(self, text: str, strong: bool, size: float, width: float) -> bool:
        return self._kept("words_fit", super().words_fit(text, strong, size, width), text, strong, size, width)

    def _kept(self, ask: str, answer: bool, word: str, *about: Any) -> bool:
        if id(word) in self.words:
            self.asked.append((_Question(ask, (self.words[id(word)],), (), about), int(answer)))
        return answer


class _Pen(Filler):
    """Draws a block and leaves holes."""

    def __init__(self, place: Place, lines: dict[int, int]) -> None:
        super().__init__(place.first_mcid)
        self._own = lines
        self.runs: list[Ink | bytes | Hole] = []

    def cut(self) -> None:
        if self.out:
            kept = ink_to_keep(self.source())
            self.runs.append(kept if len(kept.packed) < len(kept.raw) - _LEAST_GAIN else kept.raw)
            self.out = []

    def lines(self, how: Callable[..., None], lines: Any, *where: Any) -> None:
        if id(lines) not in self._own:
            how(self, lines, *where)
            return
        self.cut()
        before, strange = self.marks, set(self.strange)
        self._colour = None
        how(self, lines, *where)
        self._colour = None
        marks = self.marks - before
        found = stencil(self.source(), how, marks, lines)
        self.out, self.strange = [], strange
        self.runs.append(Hole(self._own[id(lines)], how, where, self._first_mcid + before, marks, self._open, found))


def _plate(laid: Laid, places: tuple[Place, ...]) -> Plate | None:
    own = {id(lines): number for number, lines in enumerate(laid.listener.lines)}
    runs: list[tuple[Ink | bytes | Hole, ...]] = []
    strange: Strange = frozenset()
    for place in places:
        pen = _Pen(place, own)
        draw_parts(pen, laid.pieces, place)
        pen.cut()
        if pen.annotations or any(part.cuts for part in place.parts):
            return None  # what is cut has other lines
        runs.append(tuple(pen.runs))
        strange = strange.union(pen.strange)
    holes = sorted(run.number for run in _holes(runs))
    return Plate(tuple(runs), strange) if holes == sorted(own.values()) else None


def _holes(runs: Sequence[tuple[Ink | bytes | Hole, ...]]) -> Iterator[Hole]:
    return (run for several in runs for run in several if isinstance(run, Hole))
