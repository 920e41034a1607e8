"""Draw the header and footer of every page, and make room for long ones."""

from __future__ import annotations

from functools import lru_cache

from msgspec.structs import replace

from packets.layout import line_breaker, text
from packets.layout.page import Page
from packets.layout.pen import Pen
from packets.model.filled_packet import HeaderFooter

_EDGE = 24  # points between the edge of the paper and the header or footer
_ABOVE_FOOTER = 8  # points, at least, between the text and the footer


def with_room(sheet: Page, header_footer: HeaderFooter) -> Page:
    """Return the page with less room for text if the header or footer takes several lines; neither is ever cut."""
    left, _ = _header_lines(sheet, header_footer)
    leading = sheet.styles.header_footer.leading
    extra_lines = len(left.lines) - 1
    bottom = (
        _EDGE
        + leading * len(_footer_lines(sheet, header_footer.bottom_left, header_footer.page_of).lines)
        + _ABOVE_FOOTER
    )
    if extra_lines <= 0 and bottom <= sheet.bottom:
        return sheet
    return replace(sheet, top=sheet.top + leading * max(0, extra_lines), bottom=max(sheet.bottom, bottom))


def draw_header(pen: Pen, sheet: Page, header_footer: HeaderFooter) -> None:
    """Draw the header, which has the patient's identifiers."""
    left, right = _header_lines(sheet, header_footer)
    style = sheet.styles.header_footer
    top = sheet.height - _EDGE
    with pen.artifact("Pagination"):
        _at_beginning(pen, left, sheet, top)
        end = sheet.width - sheet.right - right.width
        for number, line in enumerate(right.lines, 1):
            x = sheet.left if sheet.right_to_left else end
            text.draw_fragments(pen, line._replace(left=0), x, top - style.leading * number + 3, style)


def draw_footer(pen: Pen, sheet: Page, header_footer: HeaderFooter, number: int, count: int) -> None:
    """Draw the footer, which has the title, the revision and the page number."""
    style = sheet.styles.header_footer
    with pen.artifact("Pagination"):
        page_of = header_footer.page(number, count)
        width = text.drawn_width(page_of, False, style.size)
        lines = _footer_lines(sheet, header_footer.bottom_left, header_footer.page_of)
        bottom = _EDGE + style.leading * len(lines.lines)
        _at_beginning(pen, lines, sheet, bottom)
        end = sheet.left if sheet.right_to_left else sheet.width - sheet.right - width
        text.draw_unbroken(pen, end, bottom - style.leading + 3, page_of, style)


@lru_cache(maxsize=64)
def _footer_lines(sheet: Page, words: str, page_of: str) -> line_breaker.Lines:
    """Break the footer as if it were beside the longest page number, so that it is the same on every page."""
    style = sheet.styles.header_footer
    longest = page_of.replace("{page}", "99").replace("{pages}", "99")
    width = text.drawn_width(longest, False, style.size)
    return text.break_lines(text.plain(words), style, sheet.inner_width - width - 18)


@lru_cache(maxsize=2)  # used once for the room, once for drawing
def _header_lines(sheet: Page, header_footer: HeaderFooter) -> tuple[line_breaker.Lines, line_breaker.Lines]:
    style = sheet.styles.header_footer
    right = text.break_lines_uncached(text.plain(header_footer.top_right), style, sheet.inner_width / 2)
    left = text.break_lines_uncached(text.plain(header_footer.top_left), style, sheet.inner_width - right.width - 18)
    return left, right


def _at_beginning(pen: Pen, lines: line_breaker.Lines, sheet: Page, top: float) -> None:
    style = sheet.styles.header_footer
    for number, line in enumerate(lines.lines, 1):
        x = sheet.width - sheet.right - line.width if sheet.right_to_left else sheet.left
        text.draw_fragments(pen, line._replace(left=0), x, top - style.leading * number + 3, style)
