"""Measure the pages of a finished PDF: lines of text, shapes, and the structure element of each line.

Shares no code with the layout: pdfium reads positions and sizes, pikepdf the structure tree.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from ctypes import addressof, byref, c_double, c_float, c_int, c_uint
from dataclasses import dataclass, field
from typing import Any

import pikepdf
import pypdfium2
from pypdfium2 import raw

INLINE = frozenset({"Link", "Span", "Strong", "Em"})
_HYPHENS = dict.fromkeys((0xFFFE, 0x02, 0xAD), "-")  # pdfium writes these at the end of a line


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points; y grows upward from the lower edge of the paper."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    def and_(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.bottom, other.bottom),
            max(self.right, other.right),
            max(self.top, other.top),
        )

    def overlap(self, other: Box) -> tuple[float, float]:
        """Return the width and height of the common part; negative numbers are distances."""
        return (
            min(self.right, other.right) - max(self.left, other.left),
            min(self.top, other.top) - max(self.bottom, other.bottom),
        )

    def holds(self, other: Box, tolerance: float = 0) -> bool:
        return (
            self.left - tolerance <= other.left
            and other.right <= self.right + tolerance
            and self.bottom - tolerance <= other.bottom
            and other.top <= self.top + tolerance
        )


@dataclass(frozen=True, slots=True)
class Element:
    """A block-level structure element; `path` has the roles from the root down to its own."""

    id: tuple[int, int]
    path: tuple[str, ...]
    ancestors: tuple[tuple[int, int], ...]  # ids, from the root down to its own

    @property
    def role(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    width: float


@dataclass(slots=True)
class Line:
    """The text of one element on one baseline, in the order in which it is drawn."""

    element: Element | None  # None for an artifact
    baseline: float
    size: float  # the smallest on the line
    text: str
    box: Box  # of the ink
    characters: list[tuple[str, float]] = field(default_factory=list)  # with their widths

    @property
    def role(self) -> str:
        return self.element.role if self.element else ""

    @property
    def is_heading(self) -> bool:
        return len(self.role) == 2 and self.role[0] == "H"

    def words(self) -> list[Word]:
        """Return what is between plain spaces; a no-break space is part of a word."""
        words: list[Word] = []
        text, width = "", 0.0
        for character, advance in [*self.characters, (" ", 0.0)]:
            if character != " ":
                text, width = text + character, width + advance
            elif text:
                words.append(Word(text, width))
                text, width = "", 0.0
        return words


@dataclass(frozen=True, slots=True)
class Shape:
    """A drawn path. `fill` is its gray value from 0 (black) to 1, None if it is only outlined."""

    box: Box
    fill: float | None
    stroked: bool
    segments: int

    @property
    def is_line(self) -> bool:
        return min(self.box.width, self.box.height) < 3


@dataclass(frozen=True, slots=True)
class MeasuredPage:
    width: float
    height: float
    lines: tuple[Line, ...]  # in drawing order, which is the reading order
    shapes: tuple[Shape, ...]

    def body(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.element)


def measure(data: bytes) -> tuple[MeasuredPage, ...]:
    """Measure every page. A file without a structure tree, such as a print run, has an element for each mark."""
    with pikepdf.open(io.BytesIO(data)) as file:
        elements = [_elements(file, page.obj) for page in file.pages]
    document = pypdfium2.PdfDocument(data)
    try:
        return tuple(_page(document[number], number, known) for number, known in enumerate(elements))
    finally:
        document.close()


def _elements(file: pikepdf.Pdf, page: pikepdf.Object) -> dict[int, Element]:
    """Return the element of each marked-content id of a page."""
    root = file.Root.get("/StructTreeRoot")
    key = page.get("/StructParents")
    if root is None or key is None:
        return {}
    numbers = root.ParentTree.Nums
    array = next(numbers[place + 1] for place in range(0, len(numbers), 2) if int(numbers[place]) == int(key))
    return {mcid: _element(owner) for mcid, owner in enumerate(array) if isinstance(owner, pikepdf.Dictionary)}


def _element(element: pikepdf.Object) -> Element:
    owner: pikepdf.Object | None = element
    path: list[str] = []
    ids: list[tuple[int, int]] = []
    while owner is not None and "/S" in owner:
        role = str(owner.S)[1:]
        if path or role not in INLINE:
            path.insert(0, role)
            ids.insert(0, owner.objgen)
        owner = owner.get("/P")
    return Element(ids[-1], tuple(path), tuple(ids))


def _page(page: Any, number: int, elements: dict[int, Element]) -> MeasuredPage:
    width, height = page.get_size()
    text = page.get_textpage()
    owners: dict[int, Element | None] = {}
    shapes: list[Shape] = []
    for item in _objects(page.raw):
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            mcid = raw.FPDFPageObj_GetMarkedContentID(item)
            known = elements.get(mcid)
            if mcid >= 0 and known is None:
                known = Element((number, mcid), ("P",), ((number, mcid),))
            owners[addressof(item.contents)] = known
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            shapes.append(_shape(item))
    lines = tuple(_lines(text, owners))
    text.close()
    page.close()
    return MeasuredPage(width, height, lines, tuple(shapes))


def _objects(page: Any) -> Iterator[Any]:
    for place in range(raw.FPDFPage_CountObjects(page)):
        yield raw.FPDFPage_GetObject(page, place)


def _shape(item: Any) -> Shape:
    edges = [c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *map(byref, edges))
    mode, stroked = c_int(), c_int()
    raw.FPDFPath_GetDrawMode(item, mode, stroked)
    fill = None
    if mode.value != raw.FPDF_FILLMODE_NONE:
        parts = [c_uint() for _ in range(4)]
        raw.FPDFPageObj_GetFillColor(item, *map(byref, parts))
        red, green, blue = (part.value / 255 for part in parts[:3])
        fill = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    box = Box(*(edge.value for edge in edges))
    return Shape(box, fill, bool(stroked.value), raw.FPDFPath_CountSegments(item))


def _lines(text: Any, owners: dict[int, Element | None]) -> Iterator[Line]:
    """Yield the lines of each element; artifacts and the text of figures are also divided at wide gaps."""
    lines: dict[tuple[object, int, int], Line] = {}
    sizes: dict[int, float] = {}  # by text object
    last_line: Line | None = None
    part = 0
    x, y = c_double(), c_double()
    edges = (left, right, bottom, top) = c_double(), c_double(), c_double(), c_double()
    loose = raw.FS_RECTF()
    handle = text.raw
    for place in range(text.count_chars()):
        item = raw.FPDFText_GetTextObject(handle, place)
        unicode = raw.FPDFText_GetUnicode(handle, place)
        if not item or raw.FPDFText_IsGenerated(handle, place) == 1:
            if last_line is not None and unicode == ord(" "):
                last_line.text += " "
                last_line.characters.append((" ", 0.0))
            continue
        address = addressof(item.contents)
        owner = owners.get(address)
        character = _HYPHENS.get(unicode) or chr(unicode)
        is_space = not character.strip()
        is_loose = owner is None or owner.role == "Figure"
        raw.FPDFText_GetCharOrigin(handle, place, x, y)
        baseline = y.value
        size = sizes.get(address)
        if size is None:
            size = sizes[address] = raw.FPDFText_GetFontSize(handle, place) * _scale(handle, place)
        raw.FPDFText_GetCharBox(handle, place, *edges)
        raw.FPDFText_GetLooseCharBox(handle, place, loose)
        if is_loose and not is_space:
            near = last_line is not None and abs(last_line.baseline - baseline) < 0.5
            if last_line is None or not near or not -1 < left.value - last_line.box.right < size:
                part += 1
        key = owner.id if owner else None, round(baseline * 2), part if is_loose else 0
        line = lines.get(key)
        if line is None and is_space:
            continue
        if line is None or not is_space:
            ink = Box(left.value, bottom.value, right.value, top.value)
            if line is None:
                line = lines[key] = Line(owner, baseline, size, "", ink)
            else:
                line.box = line.box.and_(ink)
                line.size = min(line.size, size)
        line.text += character
        line.characters.append((character, loose.right - loose.left))
        last_line = line
    yield from lines.values()


def _scale(text: Any, place: int) -> float:
    matrix = raw.FS_MATRIX()
    raw.FPDFText_GetMatrix(text, place, matrix)
    return float(abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5)
