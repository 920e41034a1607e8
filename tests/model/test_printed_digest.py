"""The digest that decides whether a row is rendered again."""

from __future__ import annotations

import datetime as dt
from typing import get_args

from msgspec import Struct
from msgspec.structs import replace

from packets.model import filled_packet, printed_digest
from packets.model.attached_pdf import AttachedPdf
from packets.model.case import Case, PrintOptions
from packets.model.filled_packet import FilledPacket, HeaderFooter, Paragraph, PrintedDay, Span, Title
from packets.model.picture import Picture

CASE = Case(
    procedure="cervical-foraminotomy",
    patient_name="Ada Abel",
    record_number="00000001",
    surgery_date=dt.date(2026, 12, 7),
    surgeon="Dr. A",
    answers={},
    packet_id="7K3F-9Q2M",
    language="en",
)


def packet(*blocks: filled_packet.Block) -> FilledPacket:
    header_footer = HeaderFooter("Ada Abel", "Packet 7K3F-9Q2M", "Title", "Page {page} of {pages}")
    return FilledPacket("en", "Packet 7K3F-9Q2M", "7K3F-9Q2M", blocks, header_footer, ())


def test_each_block_type_has_a_tag_of_its_own() -> None:
    """The digest of a packet with an untagged block would fail, and two types must not share a tag.

    A picture and an attached PDF have a digest of their own, and a printed day is part of no block.
    """
    types = {
        value
        for value in vars(filled_packet).values()
        if isinstance(value, type) and issubclass(value, Struct) and value is not Struct
    }
    assert set(printed_digest._TAGS) == types - {FilledPacket, PrintedDay, Picture, AttachedPdf}
    assert set(get_args(filled_packet.Block)) <= set(printed_digest._TAGS)
    assert len(set(printed_digest._TAGS.values())) == len(printed_digest._TAGS)


def test_digest_of_a_known_packet_never_changes() -> None:
    """A new digest for the same text would render every row of every existing folder again."""
    title = packet(Title("Cervical foraminotomy", "Discharge"), Paragraph((Span("Rest.", strong=True),)))
    assert (
        printed_digest.digest(title, PrintOptions(), CASE).hex()
        == "36fb620dad8367260593cc3c1d5c50f23f9e17fb4f6eeb3058413998e853953f"
    )


def test_digest_changes_with_the_text_but_not_with_the_packet_id() -> None:
    first = printed_digest.digest(packet(Paragraph((Span("Rest.  7K3F-9Q2M"),))), PrintOptions(), CASE)
    other = printed_digest.digest(packet(Paragraph((Span("Walk.  7K3F-9Q2M"),))), PrintOptions(), CASE)
    assert first != other
    moved = replace(
        packet(Paragraph((Span("Rest.  AAAA-BBBB"),))),
        title="Packet AAAA-BBBB",
        header_footer=HeaderFooter("Ada Abel", "Packet AAAA-BBBB", "Title", "Page {page} of {pages}"),
    )
    assert printed_digest.digest(moved, PrintOptions(), replace(CASE, packet_id="AAAA-BBBB")) == first
