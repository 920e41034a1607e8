"""Write the content of a page (ISO 32000-1 8 and 9) as several streams, so that files can share some of them."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct, field

from packets.layout.fonts import SHAPED_FONTS, MissingGlyphError
from packets.layout.page import Color
from packets.layout.pen import Box, Pen
from packets.layout.structure_tree import Slot
from packets.model.picture import Picture
from packets.pdf import font_objects, picture_objects
from packets.pdf.file_format import compressed_stream, literal, stream, text_string
from packets.values import HiddenFields

_TOO_SHORT = 2048  # bytes: compressing them takes longer than it is worth
_CURVE = 0.4472  # distance of a Bezier handle from the corner of a rounded box, as reportlab has it


# ---- streams


class ContentStream(NamedTuple):
    """One of the streams of a page's content, which begin and end between operators; `source` is its PDF object."""

    raw: bytes
    source: bytes

    def __repr__(self) -> str:
        return "ContentStream"  # its text may be a patient's


def personal_stream(raw: bytes) -> ContentStream:
    """Compress what few files share: fast, in a small window, which costs least to set up; or not, if it is short."""
    if len(raw) < _TOO_SHORT:
        return ContentStream(raw, stream(raw))
    compressor = zlib.compressobj(1, zlib.DEFLATED, 12, 5)
    return ContentStream(raw, stream(compressor.compress(raw) + compressor.flush(), b"/Filter/FlateDecode"))


def shared_stream(raw: bytes) -> ContentStream:
    """Compress what many files share, as small as possible."""
    return ContentStream(raw, compressed_stream(raw))


# ---- drawing


class LinkAnnotation(HiddenFields, Struct, eq=False):
    """A link with one box for each line of its text."""

    slot: Slot
    address: str
    title: str
    points: list[float] = field(default_factory=list)

    def source(self, struct_parent: int) -> bytes:
        """Return the annotation's dictionary; `struct_parent` is its key in the parent tree."""
        box = min(self.points[::2]), min(self.points[1::2]), max(self.points[::2]), max(self.points[1::2])
        return (
            b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%s]/QuadPoints[%s]/Contents%s/StructParent %d"
            b"/A<</Type/Action/S/URI/URI%s>>>>"
        ) % (
            _numbers(*box),
            _numbers(*self.points),
            text_string(self.title),
            struct_parent,
            literal(self.address.encode("ascii")),
        )


class ContentStreamWriter(Pen):
    """Collect the operators of what is drawn."""

    def __init__(self, first_mcid: int = 0) -> None:
        super().__init__(first_mcid)
        self.operators: list[bytes] = []
        self.extra_glyphs: set[font_objects.ExtraGlyphs] = set()
        self.pictures: set[Picture] = set()
        self.annotations: list[LinkAnnotation] = []

    def source(self) -> bytes:
        source = b"\n".join([*self.operators, b""])
        if b"e-" in source:  # texts have two-byte codes, and no operator has these letters
            raise ValueError("a number too close to 0 for PDF, which has no exponents")
        return source

    def operator(self, source: str) -> None:
        self.operators.append(source.encode("ascii"))

    def text(self, x: float, y: float, text: str, name: str, size: float, color: Color) -> None:
        self._inside()
        self._fill(color)
        if name in SHAPED_FONTS:
            from packets.pdf import glyph_clusters

            shown, found = glyph_clusters.drawn(text, name)
            self.extra_glyphs |= found
        else:
            if not font_objects.BASE_CHARACTERS[name].issuperset(text):
                self._add_extra_glyphs(text, name)
            shown = literal(text.encode("utf-16-be"))
        self.operators.append(b"BT %s %g Tf %.7g %.7g Td %s Tj ET" % (font_objects.RESOURCES[name], size, x, y, shown))

    def _add_extra_glyphs(self, text: str, name: str) -> None:
        if beyond := tuple(sorted({character for character in text if character > "\uffff"})):
            raise MissingGlyphError(beyond)  # codes have two bytes
        self.extra_glyphs |= {(name, character) for character in set(text) - font_objects.BASE_CHARACTERS[name]}

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float, color: Color) -> None:
        self._inside()
        self.operators.append(b"%s %.7g w %.7g %.7g m %.7g %.7g l S" % (_color(color).upper(), width, x0, y0, x1, y1))

    def frame(
        self,
        box: Box,
        *,
        fill: Color | None = None,
        stroke: Color | None = None,
        width: float = 1,
        radius: float = 0,
    ) -> None:
        self._inside()
        if fill is not None:
            self._fill(fill)
        if stroke is not None:
            self.operators.append(b"%s %.7g w" % (_color(stroke).upper(), width))
        paint = b"B" if fill is not None and stroke is not None else b"f" if stroke is None else b"S"
        self.operators.append(_outline(box, radius) + paint)

    def _fill(self, color: Color) -> None:
        if color != self._color:
            self.operators.append(_color(color))
            self._color = color

    def _picture(self, picture: Picture, box: Box) -> None:
        self.pictures.add(picture)
        x0, y0, x1, y1 = box
        place = _numbers(x1 - x0, 0, 0, y1 - y0, x0, y0)
        self.operators.append(b"q %s cm %s Do Q" % (place, picture_objects.name(picture)))

    def link(self, slot: Slot, box: Box, address: str, title: str) -> None:
        last = self.annotations[-1] if self.annotations else None
        if last is None or last.slot is not slot or self._is_new_page():
            last = LinkAnnotation(slot, address, title)
            self.annotate(last)
        x0, y0, x1, y1 = box
        last.points += [x0, y1, x1, y1, x0, y0, x1, y0]  # upper edge first: what readers expect of 12.5.6.5

    def annotate(self, annotation: LinkAnnotation) -> None:
        self.annotations.append(annotation)

    def _is_new_page(self) -> bool:
        """Return whether no link was drawn on this page yet."""
        return False

    def bookmark(self, title: str, level: int, top: float) -> None:
        """Do nothing: the outline is part of the template."""

    def end_page(self) -> None:
        self._end_page(())


def number(value: float) -> bytes:
    """Return seven digits: what reportlab rounds to, so that no viewer draws a thin line one pixel off."""
    return b"%.7g" % value


def _numbers(*values: float) -> bytes:
    return b" ".join(map(number, values))


@lru_cache(maxsize=64)
def _color(color: Color) -> bytes:
    return _numbers(*color) + b" rg"


def _outline(box: Box, radius: float) -> bytes:
    x0, y0, x1, y1 = box
    if not radius:
        return b"%.7g %.7g %.7g %.7g re " % (x0, y0, x1 - x0, y1 - y0)
    handle = _CURVE * radius
    left, right, low, high = x0 + radius, x1 - radius, y0 + radius, y1 - radius
    return _ROUND % (
        *(left, y0, right, y0),  # counterclockwise from the lower left corner
        *(x1 - handle, y0, x1, y0 + handle, x1, low, x1, high),
        *(x1, y1 - handle, x1 - handle, y1, right, y1, left, y1),
        *(x0 + handle, y1, x0, y1 - handle, x0, high, x0, low),
        *(x0, y0 + handle, x0 + handle, y0, left, y0),
    )


_LINE, _BEND = b"%.7g %.7g l ", b"%.7g %.7g %.7g %.7g %.7g %.7g c "
_ROUND = b"%.7g %.7g m " + (_LINE + _BEND) * 4 + b"h "
