"""Text, lines and marks in, the operators of a page out (ISO 32000-1 8 and 9): the pen of the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from packets.layout.engine import typeface
from packets.layout.engine.ink import Ink, ink
from packets.layout.fonts import SHAPED_FACES, MissingGlyph
from packets.layout.page import Colour
from packets.layout.tagging.pen import Box, Pen
from packets.layout.tagging.structure import string
from packets.layout.tagging.tree import Slot

_CURVE = 0.4472  # how far the handles of a corner stand from it, as reportlab draws rounded boxes
_ESCAPED = re.compile(rb"[()\\\r]")


@dataclass(slots=True, eq=False, repr=False)
class Annotation:
    """A link over one box for each line of its text."""

    slot: Slot
    address: str
    title: str
    points: list[float] = field(default_factory=list)
    _sources: dict[int, bytes] = field(default_factory=dict)

    def source(self, parent: int) -> bytes:
        """`parent` is its key in the structure's way back."""
        known = self._sources.get(parent)
        if known is None:
            known = self._sources[parent] = self._source(parent)
        return known

    def _source(self, parent: int) -> bytes:
        box = min(self.points[::2]), min(self.points[1::2]), max(self.points[::2]), max(self.points[1::2])
        return (
            b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%s]/QuadPoints[%s]/Contents%s/StructParent %d"
            b"/A<</Type/Action/S/URI/URI%s>>>>"
        ) % (_numbers(*box), _numbers(*self.points), string(self.title), parent, literal(self.address.encode("ascii")))


class Recorder(Pen):
    """Collects the operators of what is drawn in `out`."""

    def __init__(self, first_mcid: int = 0) -> None:
        super().__init__(first_mcid)
        self.out: list[bytes] = []
        self.strange: set[typeface.Strange] = set()
        self.annotations: list[Annotation] = []

    def ink(self) -> Ink:
        """What has been drawn."""
        return ink(self.source())

    def source(self) -> bytes:
        whole = b"\n".join([*self.out, b""])
        if b"e-" in whole:  # texts have two-byte codes, and no operator of ours has it
            raise ValueError("a number too near to 0 for PDF, which knows no exponents")
        return whole

    def resume(self, first_mcid: int, *, inside: bool) -> None:
        """Begins again where another pen stopped, inside a mark or not; only `strange` is kept."""
        self._first_mcid, self._open, self._colour = first_mcid, inside, None
        self._slots, self.out = [], []

    def operator(self, source: str) -> None:
        self.out.append(source.encode("ascii"))

    def text(self, x: float, y: float, text: str, name: str, size: float, colour: Colour) -> None:
        self._inside()
        self._fill(colour)
        if name in SHAPED_FACES:
            return self._shaped(x, y, text, name, size)
        if not typeface.BASE_SIGNS[name].issuperset(text):
            self._strange(text, name)
        shown = literal(text.encode("utf-16-be"))
        font = typeface.RESOURCES[name]
        self.out.append(b"BT %s %g Tf %.7g %.7g Td %s Tj ET" % (font, size, x, y, shown))

    def _shaped(self, x: float, y: float, text: str, name: str, size: float) -> None:
        from packets.layout.engine import clusters

        keys, found = clusters.drawn(text, name)
        self.strange |= found
        self.out.append(b"BT %s %g Tf %.7g %.7g Td %s Tj ET" % (typeface.RESOURCES[name], size, x, y, keys))

    def _strange(self, text: str, name: str) -> None:
        if beyond := tuple(sorted({sign for sign in text if sign > "\uffff"})):
            raise MissingGlyph(beyond)  # a code here has two bytes
        self.strange |= {(name, sign) for sign in text} - {(name, sign) for sign in typeface.BASE_SIGNS[name]}

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float, colour: Colour) -> None:
        self._inside()
        self.out.append(b"%s %.7g w %.7g %.7g m %.7g %.7g l S" % (_colour(colour).upper(), width, x0, y0, x1, y1))

    def frame(
        self,
        box: Box,
        *,
        fill: Colour | None = None,
        stroke: Colour | None = None,
        width: float = 1,
        radius: float = 0,
    ) -> None:
        self._inside()
        if fill is not None:
            self._fill(fill)
        if stroke is not None:
            self.out.append(b"%s %.7g w" % (_colour(stroke).upper(), width))
        how = b"B" if fill is not None and stroke is not None else b"f" if stroke is None else b"S"
        self.out.append(_outline(box, radius) + how)

    def _fill(self, colour: Colour) -> None:
        if colour != self._colour:
            self.out.append(_colour(colour))
            self._colour = colour

    def link(self, slot: Slot, box: Box, address: str, title: str) -> None:
        last = self.annotations[-1] if self.annotations else None
        if last is None or last.slot is not slot or self._new_page():
            last = Annotation(slot, address, title)
            self.note(last)
        x0, y0, x1, y1 = box
        last.points += [x0, y1, x1, y1, x0, y0, x1, y0]  # ISO 32000-1 12.5.6.5 as readers take it: upper edge first

    def note(self, annotation: Annotation) -> None:
        self.annotations.append(annotation)

    def _new_page(self) -> bool:
        return False

    def bookmark(self, title: str, level: int, top: float) -> None:
        """Where the outline leads belongs to the shape."""

    def end_page(self) -> None:
        self._end_page(())


def literal(data: bytes) -> bytes:
    """A string (ISO 32000-1 7.3.4.2)."""
    return b"(" + _ESCAPED.sub(_escape, data) + b")"


def _escape(match: re.Match[bytes]) -> bytes:
    return b"\\r" if match[0] == b"\r" else b"\\" + match[0]


def number(value: float) -> bytes:
    """Seven digits, as reportlab rounds: then no viewer draws a thin line one pixel beside the other writer's."""
    return b"%.7g" % value


def _numbers(*values: float) -> bytes:
    return b" ".join(map(number, values))


@lru_cache(maxsize=64)
def _colour(colour: Colour) -> bytes:
    return _numbers(*colour) + b" rg"


def _outline(box: Box, radius: float) -> bytes:
    x0, y0, x1, y1 = box
    if not radius:
        return b"%.7g %.7g %.7g %.7g re " % (x0, y0, x1 - x0, y1 - y0)
    handle = _CURVE * radius
    left, right, low, high = x0 + radius, x1 - radius, y0 + radius, y1 - radius
    return _ROUND % (
        *(left, y0, right, y0),  # from the lower left corner, against the clock
        *(x1 - handle, y0, x1, y0 + handle, x1, low, x1, high),
        *(x1, y1 - handle, x1 - handle, y1, right, y1, left, y1),
        *(x0 + handle, y1, x0, y1 - handle, x0, high, x0, low),
        *(x0, y0 + handle, x0 + handle, y0, left, y0),
    )


_LINE, _BEND = b"%.7g %.7g l ", b"%.7g %.7g %.7g %.7g %.7g %.7g c "
_ROUND = b"%.7g %.7g m " + (_LINE + _BEND) * 4 + b"h "
