"""Compute a digest of everything that a packet prints: packets with the same digest read the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from packets.model import filled_packet
from packets.model.case import Case, PrintOptions
from packets.model.filled_packet import FilledPacket
from packets.model.packet_id import NO_ID
from packets.model.picture import Picture

# The name of each type in the digest. Never change a tag: every folder would make all its packets again. Tags are
# separate from class names so that the classes can be renamed.
_TAGS: dict[type, str] = {
    filled_packet.Span: "Span",
    filled_packet.Title: "Title",
    filled_packet.Letterhead: "Letterhead",
    filled_packet.HelpStrip: "HelpStrip",
    filled_packet.Identifiers: "Identifiers",
    filled_packet.Heading: "Heading",
    filled_packet.Paragraph: "Paragraph",
    filled_packet.ListBlock: "Items",
    filled_packet.DateRow: "DateRow",
    filled_packet.DateTable: "DateTable",
    filled_packet.Countdown: "Countdown",
    filled_packet.NoticeBox: "Box",
    filled_packet.Callout: "Callout",
    filled_packet.Table: "Table",
    filled_packet.FormRow: "FormRow",
    filled_packet.FormTable: "FormTable",
    filled_packet.Figure: "Figure",
    filled_packet.Together: "Together",
    filled_packet.Booking: "Booking",
    filled_packet.FillIn: "FillIn",
    filled_packet.CheckItem: "Tick",
    filled_packet.Disclaimer: "Small",
    filled_packet.DraftMark: "DraftMark",
    filled_packet.NewPage: "NewPage",
    filled_packet.TurnPage: "TurnPage",
    filled_packet.HeaderFooter: "Furniture",
}


def digest(packet: FilledPacket, print_options: PrintOptions, case: Case) -> bytes:
    """Return the digest of what is printed, except the packet's own id and the ids of the packets that it replaces.

    A schedule row whose digest has not changed is not rendered again.
    """
    blocks = [block for block in packet.blocks if not _mentions(block, case.replaces)]
    printed = (
        print_options.paper,
        print_options.print_size,
        packet.language,
        packet.title,
        packet.header_footer,
        f"[{len(blocks)}",
        *blocks,
        *(file.sha256 for file in packet.attached),
    )
    encoded = "".join([_encoded(part, case.packet_id) for part in printed])
    return hashlib.sha256(encoded.encode()).digest()


def _encoded(part: object, packet_id: str) -> str:
    """Return every text of a part after its length, without the packet's id."""
    encoded = _encoded_with_id(part)
    return encoded if packet_id not in encoded else _joined(text.replace(packet_id, NO_ID) for text in _texts(part))


@lru_cache(maxsize=2048)  # most parts of a packet are the same as in the one before
def _encoded_with_id(part: object) -> str:
    return _joined(_texts(part))


def _joined(texts: Iterable[str]) -> str:
    return "".join([f"{len(text)} {text}" for text in texts])


def _texts(part: object) -> list[str]:
    texts: list[str] = []
    _append_texts(texts, part)
    return texts


def _mentions(block: filled_packet.Block, replaced: tuple[str, ...]) -> bool:
    return bool(replaced) and any(packet_id in text for text in filled_packet.texts(block) for packet_id in replaced)


def _append_texts(texts: list[str], part: object) -> None:
    """Append every value of a part in order, with the type of each object and the length of each sequence."""
    if isinstance(part, str):
        texts.append(part)
    elif isinstance(part, list | tuple):
        texts.append(f"[{len(part)}")
        for item in part:
            _append_texts(texts, item)
    elif isinstance(part, Picture):
        texts.append(part.sha256)
    elif isinstance(part, Struct):
        texts.append(_TAGS[type(part)])
        for name in part.__struct_fields__:
            _append_texts(texts, getattr(part, name))
    else:
        texts.append(repr(part))
