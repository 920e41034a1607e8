"""Read an SVG drawing: paths and simple shapes in plain colors, and nothing that could load or run anything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from xml.parsers import expat

from msgspec.structs import astuple

from packets.content.pictures import svg_style
from packets.content.pictures.picture_errors import PictureError, PictureProblem
from packets.content.pictures.svg_paths import SHAPES, path
from packets.content.pictures.svg_style import IDENTITY, INHERITED, UnsupportedError
from packets.model.picture import Matrix, Picture, Shape

MAX_SEGMENTS = 50_000
MAX_DEPTH = 50
_SVG = "http://www.w3.org/2000/svg"
_NEVER_DRAWN = frozenset({"title", "desc", "metadata", "defs"})
_TEXT_HINT = (
    "Put the words into the caption, where they can be translated and read aloud. For a single letter, turn it into a "
    "shape; in Inkscape: Path, Object to Path."
)
_PLAIN_HINT = "Draw it with lines and shapes in plain colors, or export it as PNG."
_HINTS = {
    "a style sheet": "In Inkscape, save it as Plain SVG; in Illustrator, choose Styling: Presentation Attributes.",
    "<use>": "Make the copy a shape of its own; in Inkscape: Edit, Clone, Unlink Clone.",
    "<symbol>": "Make it a shape of its own; in Inkscape: Edit, Clone, Unlink Clone.",
    "<image>": "Print the picture as an image: of its own, as PNG.",
    "transparency": "Choose a lighter color instead, without transparency.",
    "an arrowhead made of a marker": "Turn it into a shape; in Inkscape: Path, Stroke to Path.",
}


def read_svg(data: bytes) -> Picture:
    """Return the drawing. Raise PictureError with everything that it cannot have."""
    reader = _Reader()
    reader.parse(data)
    if reader.problems:
        raise PictureError(*reader.problems.values())
    width, height = reader.size
    if not reader.shapes:
        raise PictureError(
            PictureProblem("I12", "nothing is drawn in the SVG file", "Draw something in it, and export it again.")
        )
    if not width or not height:
        hint = 'Its <svg> needs a viewBox: viewBox="0 0 300 200"'
        raise PictureError(PictureProblem("I15", "the SVG file does not say how large it is", hint))
    shapes = tuple(reader.shapes)
    facts = [
        (each.path, each.matrix, each.fill, each.even_odd, each.stroke and astuple(each.stroke)) for each in shapes
    ]
    digest = hashlib.sha256(repr((width, height, facts)).encode()).hexdigest()
    return Picture(width, height, digest, shapes)


class _StopReadingError(Exception):
    pass


class _Reader:
    """Collect shapes and problems; of each kind of problem the first one."""

    def __init__(self) -> None:
        self.problems: dict[str, PictureProblem] = {}
        self.shapes: list[Shape] = []
        self.size = (0.0, 0.0)
        self._segments = 0
        self._hidden = 0  # how many open elements are not drawn
        self._open: list[tuple[dict[str, str], Matrix, bool]] = []  # style, matrix, and whether it is hidden
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._instruction

    def parse(self, data: bytes) -> None:
        try:
            self._parser.Parse(data, True)
        except _StopReadingError:
            pass
        except (expat.ExpatError, ValueError, LookupError):
            self._problem("I05", "the SVG file is damaged", "Export it again, as plain SVG.")

    def _problem(self, code: str, message: str, hint: str) -> None:
        line = f"line {self._parser.CurrentLineNumber}"
        self.problems.setdefault(message, PictureProblem(code, f"{message} ({line} of the SVG file)", hint))

    def _unsupported(self, what: str) -> None:
        hint = _HINTS.get(what, _PLAIN_HINT)
        self._problem("I09", f"the SVG file has {what}, which cannot be printed", hint)

    def _doctype(self, *declaration: object) -> None:
        """Refuse a DOCTYPE: its entities can make a small file endless, or load other files."""
        self._problem("I17", "the SVG file has a DOCTYPE", "Delete the line <!DOCTYPE …>, or save plain SVG.")
        raise _StopReadingError

    def _instruction(self, target: str, _: str) -> None:
        if target == "xml-stylesheet":
            self._problem("I07", "the SVG file has a link or loads another file", _HINTS["a style sheet"])

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        parent_style, parent_matrix, _ = self._open[-1] if self._open else (INHERITED, IDENTITY, False)
        style, matrix, hidden = dict(parent_style), parent_matrix, True
        if name == "script" or any(key.startswith("on") for key in attributes):
            self._problem("I06", "the SVG file has a script", "Export it again as plain SVG, without scripts.")
        elif not self._open and (name != "svg" or namespace not in ("", _SVG)):
            self._problem("I05", "the file is not an SVG drawing", "Export it again, as plain SVG.")
            raise _StopReadingError
        elif len(self._open) >= MAX_DEPTH:
            self._problem("I04", "the SVG file has too deeply nested groups", "Ungroup some of them.")
            raise _StopReadingError
        elif name == "style":
            self._unsupported("a style sheet")
        elif not self._hidden and namespace in ("", _SVG) and name not in _NEVER_DRAWN:
            style, matrix, hidden = self._read(name, attributes, parent_style, parent_matrix)
        self._open.append((style, matrix, hidden))
        self._hidden += hidden

    def _end(self, _: str) -> None:
        self._hidden -= self._open.pop()[2]

    def _read(
        self, name: str, attributes: Mapping[str, str], above: Mapping[str, str], matrix: Matrix
    ) -> tuple[dict[str, str], Matrix, bool]:
        """Read an element that may be drawn; return its style, its matrix, and whether it and its parts are hidden."""
        own = svg_style.declarations(attributes)
        style = svg_style.inherit(above, own)
        links = [key for key in attributes if key.rpartition(" ")[2] == "href"]
        if own.get("display") == "none":
            return style, matrix, True
        if name in ("text", "tspan", "textPath", "foreignObject"):
            self._problem("I08", "the SVG file has text", _TEXT_HINT)
            return style, matrix, True
        if links and (name == "a" or not attributes[links[0]].startswith("#")):
            self._problem("I07", "the SVG file has a link or loads another file", "Delete the link.")
            return style, matrix, True
        if name not in SHAPES and (name not in ("svg", "g") or (name == "svg" and self._open)):
            self._unsupported(f"<{name[:30]}>")
            return style, matrix, True
        try:
            if name == "svg":
                matrix = self._view_box(attributes)
            else:
                svg_style.check_own(own)
                matrix = svg_style.multiplied(svg_style.transform(attributes.get("transform", "")), matrix)
            if name in SHAPES and style["visibility"] == "visible":
                self._draw(name, attributes, style, matrix)
        except UnsupportedError as error:
            self._unsupported(str(error))
        return style, matrix, False

    def _view_box(self, attributes: Mapping[str, str]) -> Matrix:
        if "viewBox" in attributes:
            box = svg_style.numbers(attributes["viewBox"])
            if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
                raise UnsupportedError("a viewBox without a size")
            self.size = box[2], box[3]
            return (1, 0, 0, 1, -box[0], -box[1])
        if "width" in attributes and "height" in attributes:
            self.size = svg_style.length(attributes["width"]), svg_style.length(attributes["height"])
        return IDENTITY

    def _draw(self, name: str, attributes: Mapping[str, str], style: Mapping[str, str], matrix: Matrix) -> None:
        fill, even_odd, stroke = svg_style.paint(style)
        segments = path(name, attributes)
        self._segments += len(segments)
        if self._segments > MAX_SEGMENTS:
            hint = "Simplify the drawing; in Inkscape: Path, Simplify. Or export it as PNG."
            self._problem("I04", f"the SVG file has more than {MAX_SEGMENTS:,} lines and curves", hint)
            raise _StopReadingError
        if segments and (fill is not None or stroke is not None):
            self.shapes.append(Shape(segments, matrix, fill, even_odd, stroke))
