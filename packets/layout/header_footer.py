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


def with_room(page: Page, header_footer: HeaderFooter) -> Page:
    """Return the page with less room for text if the header or footer takes several lines; neither is ever cut."""
    left, _ = _header_lines(page, header_footer)
    leading = page.styles.header_footer.leading
    extra_lines = len(left.lines) - 1
    bottom = (
        _EDGE
        + leading * len(_footer_lines(page, header_footer.bottom_left, header_footer.page_of).lines)
        + _ABOVE_FOOTER
    )
    if extra_lines <= 0 and bottom <= page.bottom:
        return page
    return replace(page, top=page.top + leading * max(0, extra_lines), bottom=max(page.bottom, bottom))


def draw_header(pen: Pen, page: Page, header_footer: HeaderFooter) -> None:
    """Draw the header, which has the patient's identifiers."""
    left, right = _header_lines(page, header_footer)
    style = page.styles.header_footer
    top = page.height - _EDGE
    with pen.artifact("Pagination"):
        _at_beginning(pen, left, page, top)
        end = page.width - page.right - right.width
        for number, line in enumerate(right.lines, 1):
            x = page.left if page.right_to_left else end
            text.draw_fragments(pen, line._replace(left=0), x, top - style.leading * number + 3, style)


def draw_footer(pen: Pen, page: Page, header_footer: HeaderFooter, number: int, count: int) -> None:
    """Draw the footer, which has the title, the revision and the page number."""
    style = page.styles.header_footer
    with pen.artifact("Pagination"):
        page_of = header_footer.page(number, count)
        width = text.drawn_width(page_of, False, style.size)
        lines = _footer_lines(page, header_footer.bottom_left, header_footer.page_of)
        bottom = _EDGE + style.leading * len(lines.lines)
        _at_beginning(pen, lines, page, bottom)
        end = page.left if page.right_to_left else page.width - page.right - width
        text.draw_unbroken(pen, end, bottom - style.leading + 3, page_of, style)


@lru_cache(maxsize=64)
def _footer_lines(page: Page, words: str, page_of: str) -> line_breaker.Lines:
    """Break the footer as if it were beside the longest page number, so that it is the same on every page."""
    style = page.styles.header_footer
    longest = page_of.replace("{page}", "99").replace("{pages}", "99")
    width = text.drawn_width(longest, False, style.size)
    return text.break_lines(text.plain(words), style, page.inner_width - width - 18)


@lru_cache(maxsize=2)  # used once for the room, once for drawing
def _header_lines(page: Page, header_footer: HeaderFooter) -> tuple[line_breaker.Lines, line_breaker.Lines]:
    style = page.styles.header_footer
    right = text.break_lines_uncached(text.plain(header_footer.top_right), style, page.inner_width / 2)
    left = text.break_lines_uncached(text.plain(header_footer.top_left), style, page.inner_width - right.width - 18)
    return left, right


def _at_beginning(pen: Pen, lines: line_breaker.Lines, page: Page, top: float) -> None:
    style = page.styles.header_footer
    for number, line in enumerate(lines.lines, 1):
        x = page.width - page.right - line.width if page.right_to_left else page.left
        text.draw_fragments(pen, line._replace(left=0), x, top - style.leading * number + 3, style)
