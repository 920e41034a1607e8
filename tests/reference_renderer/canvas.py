"""Draw pages on a reportlab canvas through the same Pen interface as the product's renderer."""

from __future__ import annotations

import io
import zlib
from functools import cache

from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from packets.layout.fonts import font_name
from packets.layout.page import Color
from packets.layout.pen import Box, Pen
from packets.layout.pictures import operators
from packets.layout.structure_tree import Slot
from packets.model.picture import Picture
from packets.resources import fonts_root

# Settings files and RL_* environment variables must not change the bytes.
rl_config.invariant = 1
rl_config.useA85 = 0
rl_config.pdfComments = 0


@cache
def registered(name: str) -> str:
    """Register a font with reportlab, which must not shape text as the product does not."""
    pdfmetrics.registerFont(TTFont(name, str(fonts_root() / f"{name}.ttf"), asciiReadable=1, shapable=False))
    return name


class CanvasPen(Pen):
    """Draw on a reportlab canvas; `catalog.finish` turns it into a file."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.canvas = Canvas(
            io.BytesIO(),
            pagesize=(width, height),
            pageCompression=1,
            invariant=1,
            initialFontName=registered(font_name(False)),
            pdfVersion=(1, 7),
        )
        self.link_objects: list[PDFDictionary] = []  # in the order of their StructParent keys
        self._links: dict[Slot, PDFDictionary] = {}

    def operator(self, source: str) -> None:
        self.canvas.addLiteral(source)

    def text(self, x: float, y: float, text: str, name: str, size: float, color: Color) -> None:
        self._inside()
        self._fill(color)
        self.canvas.setFont(registered(name), size)
        self.canvas.drawString(x, y, text)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float, color: Color) -> None:
        self._inside()
        self.canvas.setStrokeColorRGB(*color)
        self.canvas.setLineWidth(width)
        self.canvas.line(x0, y0, x1, y1)

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
        canvas = self.canvas
        if fill is not None:
            self._fill(fill)
        if stroke is not None:
            canvas.setStrokeColorRGB(*stroke)
            canvas.setLineWidth(width)
        x0, y0, x1, y1 = box
        size = x0, y0, x1 - x0, y1 - y0
        if radius:
            canvas.roundRect(*size, radius, stroke=int(stroke is not None), fill=int(fill is not None))
        else:  # viewers draw a plain rectangle with sharper edges than one with corners of radius 0
            canvas.rect(*size, stroke=int(stroke is not None), fill=int(fill is not None))

    def _picture(self, picture: Picture, box: Box) -> None:
        x0, y0, x1, y1 = box
        if pixels := picture.pixels:
            mode = "L" if pixels.gray else "RGB"
            image = Image.frombytes(mode, (pixels.width, pixels.height), zlib.decompress(pixels.data))
            self.canvas.drawImage(ImageReader(image), x0, y0, x1 - x0, y1 - y0)
            return
        across, down = (x1 - x0) / picture.width, (y1 - y0) / picture.height
        self.operator(f"q {across:.7g} 0 0 {-down:.7g} {x0:.7g} {y1:.7g} cm")
        self.operator(f"0 0 {picture.width:.7g} {picture.height:.7g} re W n")
        self.operator(operators(picture))
        self.operator("Q")

    def _fill(self, color: Color) -> None:
        if color != self._color:
            self.canvas.setFillColorRGB(*color)
            self._color = color

    def link(self, slot: Slot, box: Box, address: str, title: str) -> None:
        x0, y0, x1, y1 = box
        quad = [
            x0,
            y1,
            x1,
            y1,
            x0,
            y0,
            x1,
            y0,
        ]  # ISO 32000-1 12.5.6.5, in the order that viewers expect: upper edge first
        earlier = self._links.get(slot)
        if earlier is not None:
            points = [*earlier.dict["QuadPoints"].sequence, *quad]
            earlier.dict["QuadPoints"] = PDFArray(points)
            earlier.dict["Rect"] = PDFArray([min(points[::2]), min(points[1::2]), max(points[::2]), max(points[1::2])])
            return
        annotation = PDFDictionary(
            {
                "Type": PDFName("Annot"),
                "Subtype": PDFName("Link"),
                "F": 4,
                "Border": PDFArray([0, 0, 0]),
                "Rect": PDFArray([x0, y0, x1, y1]),
                "QuadPoints": PDFArray(quad),
                "Contents": PDFString(title),
                "A": PDFDictionary({"Type": PDFName("Action"), "S": PDFName("URI"), "URI": PDFString(address)}),
            }
        )
        slot.annotations.append((len(self.pages), len(self.link_objects)))
        self.link_objects.append(annotation)
        self._links[slot] = annotation

    def bookmark(self, title: str, level: int, top: float) -> None:
        key = f"b{len(self.canvas._destinations)}"
        self.canvas.bookmarkHorizontalAbsolute(key, top)
        self.canvas.addOutlineEntry(title, key, level)

    def end_page(self) -> None:
        number = len(self.pages)
        self._end_page(tuple(self._links))
        self.canvas.showPage()
        page = self.canvas._doc.Pages.pages[-1]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.Tabs = PDFName("S")
        page.StructParents = number
        page.Annots = (
            PDFArray([self.canvas._doc.Reference(link) for link in self._links.values()]) if self._links else None
        )
        self._links = {}
