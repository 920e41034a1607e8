"""Read the colors, lines and transforms of an SVG element."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from packets.model.picture import RGB, Matrix, Stroke

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
MAX_NUMBER = 1e6  # of a coordinate

INHERITED = {
    "fill": "black",
    "fill-rule": "nonzero",
    "fill-opacity": "1",
    "stroke": "none",
    "stroke-width": "1",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-miterlimit": "4",
    "stroke-dasharray": "none",
    "stroke-dashoffset": "0",
    "stroke-opacity": "1",
    "color": "black",
    "visibility": "visible",
    "marker": "none",
    "marker-start": "none",
    "marker-mid": "none",
    "marker-end": "none",
    "paint-order": "normal",
}
OWN = {
    "opacity": "1",
    "display": "inline",
    "clip-path": "none",
    "mask": "none",
    "filter": "none",
    "mix-blend-mode": "normal",
    "vector-effect": "none",
    "transform-origin": "0 0",
}
_WHAT = {
    "fill-opacity": "transparency",
    "stroke-opacity": "transparency",
    "opacity": "transparency",
    "clip-path": "a clipping path",
    "mask": "a mask",
    "filter": "a filter",
    "mix-blend-mode": "a blend mode",
    "marker": "an arrowhead made of a marker",
    "marker-start": "an arrowhead made of a marker",
    "marker-mid": "an arrowhead made of a marker",
    "marker-end": "an arrowhead made of a marker",
}
_USUAL = {
    "display": ("inline", "block"),
    "paint-order": (
        "normal",
        "fill stroke markers",
        "fill",
        "fill stroke",
        "fill markers stroke",
        "markers fill stroke",
    ),
    "transform-origin": ("0 0", "0px 0px"),
}
_CAPS = {"butt": 0, "round": 1, "square": 2}
_JOINS = {"miter": 0, "miter-clip": 0, "round": 1, "bevel": 2}
_TRANSFORM = re.compile(r"\s*,?\s*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)")


class UnsupportedError(Exception):
    """Name something that cannot be drawn, such as `a gradient`, for a message."""


def declarations(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the properties of an element; those in `style` override the attributes."""
    known = INHERITED.keys() | OWN.keys()
    values = {name: value.strip() for name, value in attributes.items() if name in known}
    for declaration in attributes.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in known:
            values[name.strip()] = value.replace("!important", "").strip()
    return values


def inherit(above: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return the inherited properties of an element."""
    style = dict(above)
    for name, value in own.items():
        if name in INHERITED and value != "inherit":
            style[name] = value
    return style


def check_own(own: Mapping[str, str]) -> None:
    """Raise UnsupportedError for an effect on an element and on everything in it."""
    for name in OWN.keys() & own.keys():
        _check_usual(name, own[name], OWN[name])


def paint(style: Mapping[str, str]) -> tuple[RGB | None, bool, Stroke | None]:
    """Return the fill, whether it is by the even-odd rule, and the stroke. Raise UnsupportedError."""
    fill, line = _color(style["fill"], style), _color(style["stroke"], style)
    for name in INHERITED.keys() - {"stroke-dashoffset", "fill-opacity", "stroke-opacity"}:
        if name in _WHAT or name == "paint-order":
            _check_usual(name, style[name], INHERITED[name])
    if fill is not None:
        _check_usual("fill-opacity", style["fill-opacity"], "1")
    if style["fill-rule"] not in ("nonzero", "evenodd"):
        raise UnsupportedError(f'fill-rule "{style["fill-rule"][:20]}"')
    width = length(style["stroke-width"])
    stroke = None
    if line is not None and width > 0:
        _check_usual("stroke-opacity", style["stroke-opacity"], "1")
        stroke = Stroke(
            line,
            width,
            _one_of(_CAPS, "stroke-linecap", style),
            _one_of(_JOINS, "stroke-linejoin", style),
            max(1.0, length(style["stroke-miterlimit"])),
            _dashes(style),
        )
    return fill, style["fill-rule"] == "evenodd", stroke


def length(text: str) -> float:
    """Return a length in units of the drawing. Raise UnsupportedError for another unit."""
    match = re.fullmatch(rf"\s*({NUMBER})\s*(px)?\s*", text)
    if match is None:
        raise UnsupportedError(f'the length "{text.strip()[:20]}"')
    return limited(float(match[1]))


def numbers(text: str) -> list[float]:
    """Return the numbers of a list. Raise UnsupportedError if there is anything else in it."""
    if not re.fullmatch(rf"\s*(?:{NUMBER}\s*,?\s*)*", text):
        raise UnsupportedError(f'the numbers "{text.strip()[:20]}"')
    return [limited(float(number)) for number in re.findall(NUMBER, text)]


def limited(value: float) -> float:
    if not abs(value) <= MAX_NUMBER:
        raise UnsupportedError("a number that is too large")
    return value


def transform(text: str) -> Matrix:
    """Return the matrix of a `transform` attribute. Raise UnsupportedError."""
    matrix, done = IDENTITY, 0
    for match in _TRANSFORM.finditer(text):
        if match.start() != done:
            break
        matrix = multiplied(_matrix(match[1], numbers(match[2])), matrix)
        done = match.end()
    if text[done:].strip():
        raise UnsupportedError(f'the transform "{text.strip()[:30]}"')
    return matrix


def multiplied(inner: Matrix, outer: Matrix) -> Matrix:
    """Return the matrix that applies `inner` first, then `outer`. Raise UnsupportedError for numbers out of range."""
    a, b, c, d, e, f = inner
    k, m, n, p, q, r = outer
    product = (a * k + b * n, a * m + b * p, c * k + d * n, c * m + d * p, e * k + f * n + q, e * m + f * p + r)
    return tuple(map(limited, product))  # type: ignore[return-value]


def _matrix(kind: str, values: list[float]) -> Matrix:
    match kind, values:
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
        case "translate", [x]:
            return (1, 0, 0, 1, x, 0)
        case "translate", [x, y]:
            return (1, 0, 0, 1, x, y)
        case "scale", [x]:
            return (x, 0, 0, x, 0, 0)
        case "scale", [x, y]:
            return (x, 0, 0, y, 0, 0)
        case "rotate", [angle]:
            sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
            return (cosine, sine, -sine, cosine, 0, 0)
        case "rotate", [angle, x, y]:
            return multiplied(multiplied((1, 0, 0, 1, -x, -y), _matrix("rotate", [angle])), (1, 0, 0, 1, x, y))
        case "skewX", [angle]:
            return (1, 0, math.tan(math.radians(angle)), 1, 0, 0)
        case "skewY", [angle]:
            return (1, math.tan(math.radians(angle)), 0, 1, 0, 0)
        case _:
            raise UnsupportedError(f"a {kind} with {len(values)} numbers")


def _color(text: str, style: Mapping[str, str]) -> RGB | None:
    if text in ("none", "transparent"):
        return None
    if text.startswith("url("):
        raise UnsupportedError("a gradient or pattern")
    if text.lower() == "currentcolor":
        text = style["color"]
    from PIL import ImageColor

    try:
        values = ImageColor.getrgb(text)
    except ValueError:
        raise UnsupportedError(f'the color "{text[:20]}"') from None
    if len(values) == 4 and values[3] < 255:
        raise UnsupportedError("transparency")
    red, green, blue = (round(value / 255, 4) for value in values[:3])
    return red, green, blue


def _dashes(style: Mapping[str, str]) -> tuple[float, ...]:
    if style["stroke-dasharray"] == "none":
        return ()
    dashes = numbers(style["stroke-dasharray"].replace("px", ""))
    if any(dash < 0 for dash in dashes):
        raise UnsupportedError("a negative dash")
    return tuple(dashes) if any(dashes) else ()


def _one_of(known: Mapping[str, int], name: str, style: Mapping[str, str]) -> int:
    if style[name] not in known:
        raise UnsupportedError(f'{name} "{style[name][:20]}"')
    return known[style[name]]


def _check_usual(name: str, value: str, usual: str) -> None:
    if value in (usual, *_USUAL.get(name, ())) or (name.endswith("opacity") and _is_one(value)):
        return
    raise UnsupportedError(_WHAT.get(name, f"{name}: {value[:20]}"))


def _is_one(text: str) -> bool:
    return bool(re.fullmatch(r"1(\.0*)?|100%", text))
