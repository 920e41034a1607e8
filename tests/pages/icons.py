"""Find the icons of a page and the words beside each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from tests.pages.measure import Box, Line, MeasuredPage, Shape

_LEAST_SEGMENTS = 8  # an octagon; bars and plain rectangles have fewer
_SIZES = (12, 45)  # points


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon; `shape` is the same for all icons of one kind, `words` is "" if there are none beside it."""

    shape: int  # the number of segments of its path
    is_white: bool  # on a black bar
    words: str


def icons(page: MeasuredPage) -> list[Icon]:
    """Return the icons with the label of their row, or with the heading at the same height."""
    return [Icon(shape.segments, shape.fill == 1, _words(page, shape.box)) for shape in page.shapes if _is_icon(shape)]


def _is_icon(shape: Shape) -> bool:
    least, most = _SIZES
    is_square = abs(shape.box.width - shape.box.height) < 2
    is_filled = shape.fill is not None and shape.segments >= _LEAST_SEGMENTS
    return is_filled and is_square and least <= shape.box.width <= most


def _words(page: MeasuredPage, icon: Box) -> str:
    middle = (icon.bottom + icon.top) / 2
    rows: dict[tuple[int, int], list[Line]] = {}
    for line in page.body():
        if line.element and "TR" in line.element.path:
            rows.setdefault(line.element.ancestors[line.element.path.index("TR")], []).append(line)
    for row in rows.values():
        if min(line.box.bottom for line in row) - 2 <= middle <= max(line.box.top for line in row) + 2:
            return " ".join(line.text.strip() for line in row if _is_label(line, page))
    blocks = [list(lines) for _, lines in groupby(page.body(), lambda line: line.element)]
    beside = [
        line
        for block in blocks
        for line in block
        if min(each.box.bottom for each in block) <= middle <= max(each.box.top for each in block)
        and max(line.box.left - icon.right, icon.left - line.box.right) < icon.width
    ]
    return " ".join(line.text.strip() for line in beside)


def _is_label(line: Line, page: MeasuredPage) -> bool:
    """Return whether a line is in a small frame or on a small tint of its own."""
    return any(
        shape.box.holds(line.box, 0.5) and shape.box.height < 2.5 * line.size and shape.segments > _LEAST_SEGMENTS
        for shape in page.shapes
    )
