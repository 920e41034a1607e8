"""Draw pictures of the content: line drawings and pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from packets.layout import text
from packets.layout.boxes import LayoutBox, StackBox
from packets.layout.decorations import FigureBox
from packets.layout.page import HAIRLINE, MM
from packets.layout.pen import Pen
from packets.model import filled_packet
from packets.model.picture import LOGO_SIZE, Picture, Shape
from packets.values import HiddenFields

if TYPE_CHECKING:
    from packets.layout.story import Writer

_HIGHEST = 0.55  # of the height of a page: there is room for the heading and words around it


class PictureDrawing(HiddenFields, Struct, frozen=True, eq=False):
    """A picture at its size on the page; sizes are in points. Draw it in a FigureBox, or in an artifact."""

    picture: Picture
    width: float
    height: float

    def paint(self, pen: Pen, x: float, y: float) -> None:
        pen.picture(self.picture, (x, y, x + self.width, y + self.height))


class _FramedPicture(HiddenFields, Struct, frozen=True, eq=False):
    """A picture in a thin frame, which shows where a picture on white ends."""

    inner: PictureDrawing
    pad: float

    @property
    def width(self) -> float:
        return self.inner.width + 2 * self.pad

    @property
    def height(self) -> float:
        return self.inner.height + 2 * self.pad

    def paint(self, pen: Pen, x: float, y: float) -> None:
        pen.frame((x, y, x + self.width, y + self.height), stroke=HAIRLINE, width=0.8, radius=4)
        self.inner.paint(pen, x + self.pad, y + self.pad)


def logo(picture: Picture) -> PictureDrawing:
    """Return a logo in the greatest size that it may have."""
    return PictureDrawing(picture, *picture.fitted(LOGO_SIZE[0] * MM, LOGO_SIZE[1] * MM))


def figure(writer: Writer, block: filled_packet.Figure) -> LayoutBox:
    """Return a picture with its caption below; a page never splits it. Raise fonts.MissingGlyphError."""
    page = writer.page
    pad = page.gap * 0.5
    room = page.inner_width * block.width - (page.gap if block.width < 1 else 0)
    width, height = block.picture.fitted(room - 2 * pad, page.inner_height * _HIGHEST)
    drawing = _FramedPicture(PictureDrawing(block.picture, width, height), pad)
    slot = writer.parent.add("Figure", alt=block.alt, alt_is_shared=True, Layout={"Placement": "/Block"}).slot()
    left = page.beside(0, drawing.width, page.inner_width)
    caption = writer.text_box(
        text.plain(block.caption), page.styles.body, writer.parent.add("P"), page.measure, within=page.inner_width
    )
    return StackBox(
        (FigureBox(drawing, slot, left=left, after=page.gap * 0.4), caption), before=page.gap * 0.5, after=page.gap
    )


def operators(picture: Picture) -> str:
    """Return the PDF operators of a line drawing in its own units, counted from its upper left corner."""
    return "\n".join(map(_shape, picture.shapes))


def _shape(shape: Shape) -> str:
    lines = ["q", f"{_numbers(shape.matrix)} cm"]
    if shape.fill is not None:
        lines.append(f"{_numbers(shape.fill)} rg")
    if stroke := shape.stroke:
        lines.append(f"{_numbers(stroke.color)} RG {_number(stroke.width)} w {stroke.cap} J {stroke.join} j")
        lines.append(f"{_number(stroke.miter_limit)} M [{_numbers(stroke.dashes)}] 0 d")
    lines += [f"{_numbers(points)} {letter}" if points else letter for letter, points in shape.path]
    rule = "*" if shape.even_odd else ""
    if shape.fill is None:
        paint = "S"
    elif shape.stroke is None:
        paint = f"f{rule}"
    else:
        paint = f"B{rule}"
    return "\n".join([*lines, paint, "Q"])


def _numbers(values: tuple[float, ...]) -> str:
    return " ".join(map(_number, values))


def _number(value: float) -> str:
    """Return at most five decimals, without an exponent, which PDF does not have."""
    return f"{round(value, 5) + 0.0:.5f}".rstrip("0").rstrip(".")  # + 0.0, or there would be -0
