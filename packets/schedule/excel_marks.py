"""Find the rows of an Excel sheet that a person has marked by hand: struck through, grey, white or with a comment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

STRUCK, GREY, GREY_FILL, WHITE, COMMENT = "struck through", "grey", "filled with grey", "white", "with a comment"
_WHITE_THEME = 0  # the place of white in the colors of the usual Office theme; 1 is black


def marks(rows: Sequence[tuple[int, Iterable[Any]]]) -> Mapping[int, str]:
    """Return how rows below the header are marked, by row number; `rows` contain filled cells only.

    Grey in every second row only makes a table easier to read, and is not a mark.
    """
    found = {number: mark for number, cells in rows[1:] if (mark := _mark(list(cells)))}
    below = [number for number, _ in rows[1:]]
    grey = [number for number, mark in found.items() if mark == GREY_FILL]
    if len(grey) > 1 and grey in (below[0::2], below[1::2]):
        found = {number: mark for number, mark in found.items() if mark != GREY_FILL}
    return found


def _mark(cells: list[Any]) -> str:
    if any(cell.comment is not None for cell in cells):
        return COMMENT
    if any(cell.font.strike or _is_partly_struck(cell.value) for cell in cells):
        return STRUCK
    tones = {_tone(cell.font.color, ink=True) for cell in cells}
    if len(tones) == 1 and (tone := tones.pop()):
        return tone
    # A single grey cell is a matter of that cell.
    if cells and all(cell.fill.fill_type == "solid" and _tone(cell.fill.fgColor, ink=False) == GREY for cell in cells):
        return GREY_FILL
    return ""


def _is_partly_struck(value: object) -> bool:
    """Return whether a cell of rich text has a part that is struck through."""
    parts = value if isinstance(value, list) else ()
    return any(getattr(getattr(part, "font", None), "strike", False) for part in parts)


def _tone(color: Any, *, ink: bool) -> str:
    """Return GREY or WHITE, "" for any other color; white is a tone of ink only."""
    if color is None:
        return ""
    if color.type == "theme":
        if color.theme == _WHITE_THEME:
            return (WHITE if ink else "") if color.tint > -0.04 else GREY
        return GREY if color.theme == 1 and color.tint > 0.3 else ""
    rgb = color.rgb if color.type == "rgb" and isinstance(color.rgb, str) else ""
    if len(rgb) != 8:
        return ""
    red, green, blue = (int(rgb[place : place + 2], 16) for place in (2, 4, 6))
    if min(red, green, blue) > 247:
        return WHITE if ink else ""
    is_grey = max(red, green, blue) - min(red, green, blue) <= 12 and red >= 96
    return GREY if is_grey else ""
