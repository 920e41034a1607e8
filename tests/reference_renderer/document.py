"""A FilledPacket and how the paper should look in, the bytes of its PDF and the number of its pages out."""

from __future__ import annotations

from packets.layout import header_footer
from packets.layout.page import for_language, page
from packets.layout.paginate import paginate
from packets.layout.story import story
from packets.model.case import Print
from packets.model.filled_packet import FilledPacket
from packets.pdf.metadata import Metadata
from tests.reference_renderer.canvas import CanvasPen
from tests.reference_renderer.catalog import finish


def draw(packet: FilledPacket, print_options: Print, *, author: str = "", archival: bool = True) -> tuple[bytes, int]:
    """Raises fonts.MissingGlyph; paginate.DoesNotFit where a single line is higher than the paper."""
    sheet = header_footer.with_room(page(for_language(print_options, packet.language)), packet.header_footer)
    told = story(packet, sheet)
    pages = paginate(told.pieces, sheet.inner_height)
    pen = CanvasPen(sheet.width, sheet.height)
    for number, placed in enumerate(pages, 1):
        header_footer.head(pen, sheet, packet.header_footer)
        header_footer.foot(pen, sheet, packet.header_footer, number, len(pages))
        for item in placed:
            item.piece.draw(pen, sheet.left, sheet.height - sheet.top - item.top)
        pen.end_page()
    return finish(pen, told.root, Metadata(packet.title, packet.language, author, archival)), len(pages)
