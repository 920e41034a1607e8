"""Render a filled packet with reportlab."""

from __future__ import annotations

from packets.layout import header_footer
from packets.layout.page import COMPACT, for_language, page_for
from packets.layout.paginate import has_room_for_page_bottom, paginate
from packets.layout.story import story
from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket
from packets.pdf.metadata import Metadata
from tests.reference_renderer.canvas import CanvasPen
from tests.reference_renderer.catalog import finish


def draw(
    packet: FilledPacket, print_options: PrintOptions, *, author: str = "", archival: bool = True
) -> tuple[bytes, int]:
    """Return the bytes of the PDF and its number of pages.

    Raise fonts.MissingGlyphError, or paginate.DoesNotFitError if a single line is taller than the page.
    """
    print_options = for_language(print_options, packet.language)
    for compact in COMPACT:
        page = header_footer.with_room(page_for(print_options, compact), packet.header_footer)
        layout = story(packet, page)
        lines = 3 * page.styles.body.leading
        pages = paginate(layout.boxes, page.inner_height, lines, page_by_page=packet.page_by_page)
        if has_room_for_page_bottom(pages):
            break
    pen = CanvasPen(page.width, page.height)
    for number, placed in enumerate(pages, 1):
        header_footer.draw_header(pen, page, packet.header_footer)
        header_footer.draw_footer(pen, page, packet.header_footer, number, len(pages))
        for item in placed:
            item.box.draw(pen, page.left, page.height - page.top - item.top)
        pen.end_page()
    return finish(pen, layout.root, Metadata(packet.title, packet.language, author, archival)), len(pages)
