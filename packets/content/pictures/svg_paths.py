"""Turn the shapes of an SVG drawing into paths of lines and curves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from packets.content.pictures.svg_style import UnsupportedError, length, limited, numbers
from packets.model.picture import Segment

SHAPES = frozenset({"path", "line", "polyline", "polygon", "rect", "circle", "ellipse"})
_PATH_CHARACTERS = re.compile(r"[MmZzLlHhVvCcSsQqTtAa0-9eE+\-., \t\r\n]*")
_HANDLE = 0.5522847498  # distance of a Bezier handle, so that four curves look like a circle


def path(kind: str, attributes: Mapping[str, str]) -> tuple[Segment, ...]:
    """Return the path of a shape; () for one without a size. Raise UnsupportedError."""

    def value(name: str, default: str = "0") -> float:
        return length(attributes.get(name, default))

    match kind:
        case "path":
            return _path_data(attributes.get("d", ""))
        case "line":
            return (("m", (value("x1"), value("y1"))), ("l", (value("x2"), value("y2"))))
        case "polyline" | "polygon":
            return _polyline(attributes.get("points", ""), closed=kind == "polygon")
        case "rect":
            return _rectangle(attributes, value)
        case "circle":
            return _ellipse(value("cx"), value("cy"), value("r"), value("r"))
        case _:
            return _ellipse(value("cx"), value("cy"), value("rx"), value("ry"))


def _polyline(points: str, closed: bool) -> tuple[Segment, ...]:
    values = numbers(points)
    if len(values) % 2:
        raise UnsupportedError("points with an odd number of coordinates")
    segments: list[Segment] = [
        ("l" if place else "m", (values[place], values[place + 1])) for place in range(0, len(values), 2)
    ]
    return (*segments, ("h", ())) if closed and segments else tuple(segments)


def _rectangle(attributes: Mapping[str, str], value: Callable[[str], float]) -> tuple[Segment, ...]:
    x, y, width, height = value("x"), value("y"), value("width"), value("height")
    if width <= 0 or height <= 0:
        return ()
    given = [length(attributes[name]) for name in ("rx", "ry") if attributes.get(name, "auto") != "auto"]
    rx, ry = (given[0], given[-1]) if given else (0.0, 0.0)
    rx, ry = min(max(rx, 0), width / 2), min(max(ry, 0), height / 2)
    right, low = x + width, y + height
    if not rx or not ry:
        return (("m", (x, y)), ("l", (right, y)), ("l", (right, low)), ("l", (x, low)), ("h", ()))
    kx, ky = rx * (1 - _HANDLE), ry * (1 - _HANDLE)
    return (
        ("m", (x + rx, y)),
        ("l", (right - rx, y)),
        ("c", (right - kx, y, right, y + ky, right, y + ry)),
        ("l", (right, low - ry)),
        ("c", (right, low - ky, right - kx, low, right - rx, low)),
        ("l", (x + rx, low)),
        ("c", (x + kx, low, x, low - ky, x, low - ry)),
        ("l", (x, y + ry)),
        ("c", (x, y + ky, x + kx, y, x + rx, y)),
        ("h", ()),
    )


def _ellipse(x: float, y: float, rx: float, ry: float) -> tuple[Segment, ...]:
    if rx <= 0 or ry <= 0:
        return ()
    kx, ky = rx * _HANDLE, ry * _HANDLE
    return (
        ("m", (x + rx, y)),
        ("c", (x + rx, y + ky, x + kx, y + ry, x, y + ry)),
        ("c", (x - kx, y + ry, x - rx, y + ky, x - rx, y)),
        ("c", (x - rx, y - ky, x - kx, y - ry, x, y - ry)),
        ("c", (x + kx, y - ry, x + rx, y - ky, x + rx, y)),
        ("h", ()),
    )


def _path_data(data: str) -> tuple[Segment, ...]:
    """Read the `d` of a path with fontTools, which knows its grammar and turns arcs into curves."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path.parser import parse_path

    if not data.strip():
        return ()
    pen = RecordingPen()
    try:
        if not _PATH_CHARACTERS.fullmatch(data) or data.lstrip()[0] not in "Mm":
            raise ValueError
        parse_path(data, pen)
    except (ValueError, IndexError, TypeError, AssertionError, ArithmeticError):
        raise UnsupportedError("a path that cannot be read") from None
    return tuple(_segments(pen.value))


def _segments(recorded: list[tuple[str, tuple[tuple[float, float], ...]]]) -> Iterator[Segment]:
    x = y = 0.0
    for command, points in recorded:
        flat = tuple(limited(number) for point in points for number in point)
        match command:
            case "moveTo":
                yield "m", flat
            case "lineTo":
                yield "l", flat
            case "curveTo":
                yield "c", flat
            case "qCurveTo":  # ISO 32000-1 has only cubic curves
                qx, qy, ex, ey = flat
                handles = (x + 2 / 3 * (qx - x), y + 2 / 3 * (qy - y), ex + 2 / 3 * (qx - ex), ey + 2 / 3 * (qy - ey))
                yield "c", (*handles, ex, ey)
            case "closePath":
                yield "h", ()
            case _:  # endPath
                continue
        if flat:
            x, y = flat[-2:]
