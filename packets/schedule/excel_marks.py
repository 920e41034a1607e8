"""Find the rows of an Excel sheet that a person has marked: struck through, gray, white or with a comment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

STRUCK, GRAY, GRAY_FILL, WHITE, COMMENT = "struck through", "gray", "filled with gray", "white", "with a comment"
_WHITE_THEME = 0  # index of white in the colors of the usual Office theme; 1 is black


def marks(rows: Sequence[tuple[int, Iterable[Any]]]) -> Mapping[int, str]:
    """Return the marks of rows below the header by row number; `rows` contain filled cells only.

    Gray in every second row is not a mark: it only makes a table easier to read.
    """
    marked = {number: mark for number, cells in rows[1:] if (mark := _mark(list(cells)))}
    below = [number for number, _ in rows[1:]]
    gray = [number for number, mark in marked.items() if mark == GRAY_FILL]
    if len(gray) > 1 and gray in (below[0::2], below[1::2]):
        marked = {number: mark for number, mark in marked.items() if mark != GRAY_FILL}
    return marked


def _mark(cells: list[Any]) -> str:
    if any(cell.comment is not None for cell in cells):
        return COMMENT
    if any(cell.font.strike or _is_partly_struck(cell.value) for cell in cells):
        return STRUCK
    tones = {_tone(cell.font.color, is_text=True) for cell in cells}
    if len(tones) == 1 and (tone := tones.pop()):
        return tone
    fills = {cell.fill.fill_type == "solid" and _tone(cell.fill.fgColor, is_text=False) for cell in cells}
    if fills == {GRAY}:  # a single gray cell is no mark of the row
        return GRAY_FILL
    return ""


def _is_partly_struck(value: object) -> bool:
    """Return whether a part of a rich-text cell is struck through."""
    parts = value if isinstance(value, list) else ()
    return any(getattr(getattr(part, "font", None), "strike", False) for part in parts)


def _tone(color: Any, *, is_text: bool) -> str:
    """Return GRAY or WHITE, "" for any other color. White counts for text only: as a fill it is no mark."""
    if color is None:
        return ""
    if color.type == "theme":
        if color.theme == _WHITE_THEME:
            return (WHITE if is_text else "") if color.tint > -0.04 else GRAY
        return GRAY if color.theme == 1 and color.tint > 0.3 else ""
    rgb = color.rgb if color.type == "rgb" and isinstance(color.rgb, str) else ""
    if len(rgb) != 8:
        return ""
    red, green, blue = (int(rgb[place : place + 2], 16) for place in (2, 4, 6))
    if min(red, green, blue) > 247:
        return WHITE if is_text else ""
    is_gray = max(red, green, blue) - min(red, green, blue) <= 12 and red >= 96
    return GRAY if is_gray else ""
