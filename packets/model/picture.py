"""Define a picture of the content: a line drawing or pixels, read and checked, the same for every patient."""

from __future__ import annotations

from msgspec import Struct

from packets.values import HiddenFields

LOGO_SIZE = 45.0, 14.0  # mm: the most that a logo takes

RGB = tuple[float, float, float]
Matrix = tuple[float, float, float, float, float, float]  # of ISO 32000-1 8.3.3; SVG has the same
Segment = tuple[str, tuple[float, ...]]


class Stroke(HiddenFields, Struct, frozen=True):
    """The line along a path; `cap` and `join` are those of ISO 32000-1 8.4.3."""

    color: RGB
    width: float
    cap: int = 0
    join: int = 0
    miter_limit: float = 4
    dashes: tuple[float, ...] = ()


class Shape(HiddenFields, Struct, frozen=True):
    """A path with its colors.

    `path` has a letter and its points for each segment: m, l, c (two handles and the end) or h, which closes it.
    `matrix` leads from its points to those of the picture.
    """

    path: tuple[Segment, ...]
    matrix: Matrix
    fill: RGB | None = None
    even_odd: bool = False
    stroke: Stroke | None = None


class Pixels(HiddenFields, Struct, frozen=True):
    """Rows of samples from the top, one byte each, compressed by zlib: one sample for a gray pixel, else three."""

    width: int
    height: int
    gray: bool
    data: bytes


class Picture(HiddenFields, Struct, frozen=True, eq=False):
    """A picture has either `shapes` or `pixels`.

    `width` and `height` are in units of its own, counted from its upper left corner; only their ratio matters on the
    page. `sha256` is that of what is drawn.
    """

    width: float
    height: float
    sha256: str
    shapes: tuple[Shape, ...] = ()
    pixels: Pixels | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def fitted(self, width: float, height: float) -> tuple[float, float]:
        """Return the greatest size in this box that has the picture's proportions."""
        scale = min(width / self.width, height / self.height)
        return self.width * scale, self.height * scale
