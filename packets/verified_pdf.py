"""Make PDFs that have been checked: rendered, encrypted, with their identifier."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from packets.model.case import Print
from packets.model.filled_packet import FilledPacket
from packets.pdf.file_id import with_digest_id
from packets.verify.proof import first_pages, verify_packet, verify_pair


@dataclass(frozen=True, slots=True, repr=False)
class RenderedPdf:
    """`data` has been checked; without a password the same packet gives the same bytes.

    `texts` are the pages as read back, without white space, to be compared with other records.
    """

    data: bytes
    pages: int
    texts: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def render(packet: FilledPacket, print_options: Print, *, author: str = "", password: str | None = None) -> RenderedPdf:
    """Raises NotProved where the finished bytes do not say what `packet` says; fonts.MissingGlyph."""
    from packets.pdf import renderer

    data, pages = renderer.render(packet, print_options, author=author, archival=password is None)
    if password is not None:
        from packets.pdf.encrypt import encrypt

        data = with_digest_id(encrypt(data, password))
    texts = verify_packet(data, packet, pages, password=password)
    return RenderedPdf(data, pages, texts)


def render_pair(
    packet: FilledPacket,
    translation: FilledPacket,
    print_options: Print,
    *,
    author: str = "",
    password: str | None = None,
) -> RenderedPdf:
    """Render each page of the packet with its translation behind it.

    Raises NotProved, fonts.MissingGlyph, Refused (V18).
    """
    from packets.pdf import bilingual, renderer

    archival = password is None
    data, pages = renderer.render(packet, print_options, author=author, archival=archival)
    starts = first_pages(packet, verify_packet(data, packet, pages))
    translation, first_blocks = bilingual.with_page_breaks(packet, translation, starts)
    translated, translated_pages = renderer.render(translation, print_options, author=author, archival=archival)
    translated_starts = first_pages(translation, verify_packet(translated, translation, translated_pages))
    counterparts = {page: translated_starts[block] for block, page in first_blocks}
    order = bilingual.page_order(pages, translated_pages, counterparts)
    both = bilingual.merge(data, translated, order, translation.language)
    if password is not None:
        from packets.pdf.encrypt import encrypt

        both = encrypt(both, password)
    both = with_digest_id(both)
    texts = verify_pair(both, packet, translation, [is_translated for is_translated, _ in order], password=password)
    return RenderedPdf(both, len(order), texts)
