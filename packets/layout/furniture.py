"""A page's size and what stands on every page of a packet in, heads and feet out."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from packets.domain.filled import Furniture
from packets.layout import text
from packets.layout.page import Page, Style
from packets.layout.tagging.pen import Pen


def with_head(sheet: Page, furniture: Furniture) -> Page:
    """A name of three lines pushes the text down: it is never cut."""
    left, _ = _head_lines(sheet, furniture)
    more = len(left.lines) - 1
    return replace(sheet, top=sheet.top + sheet.styles.furniture.leading * more) if more > 0 else sheet


def head(pen: Pen, sheet: Page, furniture: Furniture) -> None:
    """The patient's part: the same on every page."""
    left, right = _head_lines(sheet, furniture)
    style = sheet.styles.furniture
    top = sheet.height - 24
    with pen.artifact("Pagination"):
        _at_beginning(pen, left, sheet, top)
        end = sheet.width - sheet.right - right.width
        for place, line in enumerate(right.lines, 1):
            _line(pen, line, sheet.left if sheet.from_right else end, top - style.leading * place + 3, style)


def foot(pen: Pen, sheet: Page, furniture: Furniture, number: int, count: int) -> None:
    style = sheet.styles.furniture
    with pen.artifact("Pagination"):
        page_of = furniture.page(number, count)
        width = text.drawn_width(page_of, False, style.size)
        foot = text.broken(text.plain(furniture.bottom_left), style, sheet.inner_width - width - 18)
        bottom = 24 + style.leading * len(foot.lines)
        _at_beginning(pen, foot, sheet, bottom)
        end = sheet.left if sheet.from_right else sheet.width - sheet.right - width
        text.line_of(pen, end, bottom - style.leading + 3, page_of, style)


@lru_cache(maxsize=2)  # asked for the room, then drawn
def _head_lines(sheet: Page, furniture: Furniture) -> tuple[text.Lines, text.Lines]:
    style = sheet.styles.furniture
    right = text.newly_broken(text.plain(furniture.top_right), style, sheet.inner_width / 2)
    left = text.newly_broken(text.plain(furniture.top_left), style, sheet.inner_width - right.width - 18)
    return left, right


def _at_beginning(pen: Pen, lines: text.Lines, sheet: Page, top: float) -> None:
    style = sheet.styles.furniture
    for place, line in enumerate(lines.lines, 1):
        x = sheet.width - sheet.right - line.width if sheet.from_right else sheet.left
        _line(pen, line, x, top - style.leading * place + 3, style)


def _line(pen: Pen, line: text.Line, x: float, y: float, style: Style) -> None:
    for at, part in text.placed(line._replace(left=0) if line.left else line, x):
        pen.text(at, y, part.text, part.face, style.size, style.colour)
