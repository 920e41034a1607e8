"""Check that a picture of an HTML copy is the packet's, and that a QR code says what it should."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Sequence

from packets.content.pictures.picture_errors import PictureError
from packets.content.pictures.png import read_png
from packets.content.pictures.svg import read_svg
from packets.layout.qr import QUIET, symbol
from packets.model.picture import Picture, Shape
from packets.verify.html_reader import ReadItem

_PNG = "data:image/png;base64,"
_ROUNDING = 2e-5  # of the numbers of a drawing
_COLOR = 1 / 500  # of a part of a color, which is written in 255 steps


def is_picture(shown: ReadItem, picture: Picture) -> bool:
    """Return whether the same is drawn, as the readers of the content's own pictures see it."""
    try:
        if shown.role == "svg":
            drawn = read_svg(shown.drawn.encode())
            shapes = list(zip(drawn.shapes, picture.shapes, strict=True))
            size = _close((drawn.width, drawn.height), (picture.width, picture.height))
            return size and all(_same_shape(*pair) for pair in shapes)
        data = base64.b64decode(shown.drawn.removeprefix(_PNG), validate=True)
        return shown.drawn.startswith(_PNG) and read_png(data) == picture
    except (PictureError, ValueError, binascii.Error):
        return False


def _same_shape(shape: Shape, other: Shape) -> bool:
    if [letter for letter, _ in shape.path] != [letter for letter, _ in other.path]:
        return False
    stroke, its_stroke = shape.stroke, other.stroke
    if (stroke is None, shape.even_odd) != (its_stroke is None, other.even_odd):
        return False
    if stroke is not None and its_stroke is not None:
        if (stroke.cap, stroke.join) != (its_stroke.cap, its_stroke.join):
            return False
        numbers = (stroke.width, stroke.miter_limit, *stroke.dashes)
        if not _close(numbers, (its_stroke.width, its_stroke.miter_limit, *its_stroke.dashes)):
            return False
        if not _close(stroke.color, its_stroke.color, _COLOR):
            return False
    points = [number for _, numbers in shape.path for number in numbers]
    its_points = [number for _, numbers in other.path for number in numbers]
    same_fill = (shape.fill is None) == (other.fill is None) and _close(shape.fill or (), other.fill or (), _COLOR)
    return same_fill and _close(points, its_points) and _close(shape.matrix, other.matrix)


def _close(numbers: Sequence[float], others: Sequence[float], by: float = _ROUNDING) -> bool:
    return len(numbers) == len(others) and all(
        math.isclose(number, other, rel_tol=1e-6, abs_tol=by) for number, other in zip(numbers, others, strict=True)
    )


def is_qr_code(drawn: str, payload: str) -> bool:
    """Return whether the modules that the path fills are those of the payload's symbol, in its quiet zone."""
    rows = symbol(payload)
    side = len(rows) + 2 * QUIET
    match = re.fullmatch(
        r'<svg class="qr" role="img" aria-label="[^"<>]*" viewBox="0 0 (\d+) (\d+)">'
        r'<path d="((?:M\d+ \d+h\d+v1h-\d+z)*)" fill="#000000"/></svg>',
        drawn,
    )
    if match is None or (int(match[1]), int(match[2])) != (side, side):
        return False
    dark = set()
    for x, y, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", match[3]):
        if width != back:
            return False
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    return dark == {
        (across + QUIET, down + QUIET)
        for down, row in enumerate(rows)
        for across, value in enumerate(row)
        if value == "1"
    }
