"""Write pictures into an HTML file: line drawings and QR codes as SVG, pixels as PNG in a data: address."""

from __future__ import annotations

import base64
import io
import re
import zlib
from collections.abc import Iterator

from packets.html.inline import attribute
from packets.layout.qr import QUIET, symbol
from packets.model.picture import RGB, Picture, Pixels, Shape

CAPS = ("butt", "round", "square")  # by the number of ISO 32000-1 8.4.3.3
JOINS = ("miter", "round", "bevel")  # 8.4.3.4


def picture(shown: Picture, alt: str) -> str:
    """Return a picture with its alternative text."""
    if shown.pixels is not None:
        address = "data:image/png;base64," + base64.b64encode(png(shown.pixels)).decode("ascii")
        return f'<img src="{address}" alt={attribute(alt)} width="{shown.pixels.width}" height="{shown.pixels.height}">'
    box = f"0 0 {number(shown.width)} {number(shown.height)}"
    return f'<svg role="img" aria-label={attribute(alt)} viewBox="{box}">{"".join(map(_shape, shown.shapes))}</svg>'


def qr_code(payload: str, alt: str) -> str:
    """Return a QR code with its quiet zone; a module is one unit."""
    rows = symbol(payload)
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{run.start() + QUIET} {down}h{len(run[0])}v1h-{len(run[0])}z"
        for down, row in enumerate(rows, QUIET)
        for run in re.finditer("1+", row)
    )
    start = f'<svg class="qr" role="img" aria-label={attribute(alt)} viewBox="0 0 {side} {side}">'
    return f'{start}<path d="{path}" fill="#000000"/></svg>'


def png(pixels: Pixels) -> bytes:
    from PIL import Image

    size = pixels.width, pixels.height
    image = Image.frombytes("L" if pixels.gray else "RGB", size, zlib.decompress(pixels.data))
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _shape(shape: Shape) -> str:
    attributes = " ".join(f'{name}="{value}"' for name, value in shape_attributes(shape))
    return f"<path {attributes}/>"


def shape_attributes(shape: Shape) -> Iterator[tuple[str, str]]:
    """Yield the attributes of a path that differ from their default values in SVG."""
    yield "d", "".join(f"{_LETTERS[letter]}{' '.join(map(number, points))}" for letter, points in shape.path)
    yield "fill", color(shape.fill) if shape.fill is not None else "none"
    if shape.even_odd:
        yield "fill-rule", "evenodd"
    if stroke := shape.stroke:
        yield "stroke", color(stroke.color)
        yield "stroke-width", number(stroke.width)
        yield "stroke-linecap", CAPS[stroke.cap]
        yield "stroke-linejoin", JOINS[stroke.join]
        yield "stroke-miterlimit", number(stroke.miter_limit)
        if stroke.dashes:
            yield "stroke-dasharray", " ".join(map(number, stroke.dashes))
    yield "transform", f"matrix({' '.join(map(number, shape.matrix))})"


_LETTERS = {"m": "M", "l": "L", "c": "C", "h": "Z"}


def number(value: float) -> str:
    """Return at most five decimals, as in the PDF."""
    return f"{round(value, 5) + 0.0:.5f}".rstrip("0").rstrip(".")  # + 0.0, or there would be -0


def color(rgb: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
