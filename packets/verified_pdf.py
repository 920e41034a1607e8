"""Render, encrypt and verify PDFs."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket
from packets.pdf.file_id import with_digest_id
from packets.values import HiddenFields
from packets.verify.proof import first_pages, verify_packet, verify_pair


class RenderedPdf(HiddenFields, Struct, frozen=True):
    """A verified PDF. Without a password the same packet gives the same bytes.

    `texts` are the pages as read back, without white space, for comparison with other records.
    """

    data: bytes
    pages: int
    texts: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def render(
    packet: FilledPacket, print_options: PrintOptions, *, author: str = "", password: str | None = None
) -> RenderedPdf:
    """Render a packet.

    Raise VerificationError if the PDF does not say what `packet` says, InvalidInputError (I41) and
    fonts.MissingGlyphError.
    """
    from packets.pdf import renderer

    if packet.attached:
        from packets.pdf import attach

        data, pages = attach.render(packet, print_options, author=author)
        data = with_digest_id(data)
    else:
        data, pages = renderer.render(packet, print_options, author=author, archival=password is None)
    if password is not None:
        from packets.pdf.encrypt import encrypt

        data = with_digest_id(encrypt(data, password))
    texts = verify_packet(data, packet, pages, password=password)
    return RenderedPdf(data, pages, texts)


def render_pair(
    packet: FilledPacket,
    translation: FilledPacket,
    print_options: PrintOptions,
    blank_pages: tuple[str, str],
    *,
    author: str = "",
    password: str | None = None,
) -> RenderedPdf:
    """Render each page of the packet with its translation on the back.

    `blank_pages` is what a blank page says in each language. Raise VerificationError, fonts.MissingGlyphError and
    InvalidInputError (V18).
    """
    from packets.pdf import bilingual, renderer

    archival = password is None

    def pages_of(filled: FilledPacket) -> bilingual.RenderedPages:
        data, count = renderer.render(filled, print_options, author=author, archival=archival)
        return bilingual.RenderedPages(filled, data, first_pages(filled, verify_packet(data, filled, count)), count)

    pages, translated = bilingual.align(packet, translation, blank_pages, pages_of)
    both = bilingual.merge(pages.data, translated.data, translation.language)
    if password is not None:
        from packets.pdf.encrypt import encrypt

        both = encrypt(both, password)
    both = with_digest_id(both)
    is_translated = [False, True] * pages.count
    texts = verify_pair(both, pages.packet, translated.packet, is_translated, password=password)
    return RenderedPdf(both, len(is_translated), texts)
