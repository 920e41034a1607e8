"""Break braille cells into lines."""

from __future__ import annotations

from collections.abc import Iterator

from packets.braille.braille_cells import BLANK

_HYPHEN = "⠤"
_CONTINUES, _SLASHES = "⠐", ("⠸⠌⠸⠌", "⠠⠂⠠⠂", "⠐⠂⠐⠂")  # in a web address, which a hyphen would change
# A line never ends between one of these cells and what they belong to.
_PREFIXES = "⠼⠠⠘⠸⠐⠈⠨⠰"
_DIGITS = "⠼⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚"


def wrapped(cells: str, first: int, rest: int, width: int) -> Iterator[str]:
    """Yield the lines of a text, indented by `first` or `rest` cells; a word longer than a line is divided."""
    indent, line = first, ""
    for word in cells.split(BLANK):
        for piece, is_last in _pieces(word, width - max(first, rest)):
            longer = f"{line}{BLANK}{piece}" if line else piece
            if line and indent + len(longer) > width:
                yield BLANK * indent + line
                indent, longer = rest, piece
            line = longer
            if not is_last:
                yield BLANK * indent + line
                indent, line = rest, ""
    if line:
        yield BLANK * indent + line


def centered(cells: str, margin: int, width: int) -> Iterator[str]:
    for line in wrapped(cells, 0, 0, width - 2 * margin):
        yield BLANK * ((width - len(line)) // 2) + line


def _pieces(word: str, room: int) -> Iterator[tuple[str, bool]]:
    """Yield a word whole, or in pieces that fit, and whether it is the last one."""
    sign = _CONTINUES if any(slashes in word for slashes in _SLASHES) else _HYPHEN
    while len(word) > room:
        cut = room - len(sign)
        while cut > 1 and (word[cut - 1] in _PREFIXES or (word[cut - 1] in _DIGITS and word[cut] in _DIGITS)):
            cut -= 1
        if cut <= 1:
            cut = room - len(sign)
        yield (word[:cut] if word[cut - 1] == _HYPHEN else word[:cut] + sign), False
        word = word[cut:]
    yield word, True
