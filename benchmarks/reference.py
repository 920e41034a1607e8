"""Generate the reference packet (four Letter pages) for made-up patients, for packets and as plain data for the peers.

The peers get the finished text and QR symbols as JSON, one patient per line; only packets fills in dates and encodes
symbols within the measured time.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from packets.content.library import Library, load_for_packet
from packets.fill.packet import fill
from packets.model import filled_packet
from packets.model.case import Case, Clinic, PrintOptions
from packets.model.handout import PacketPlan
from packets.model.packet_id import packet_id

CONTENT = Path(__file__).resolve().parent.parent / "content"
LOOK = PrintOptions()
# The patient's packet and the staff sheet: four pages with every kind of block.
PLAN = PacketPlan(
    "reference",
    (
        *("title", "identifiers", "dates", "notices", "booking", "new page", "sections", "new page"),
        *("common/going-home", "ends", "about", "new page", "common/staff-sheet"),
    ),
)
PATIENTS = 6000
VARIANTS = ("year", "qr", "random")
_GIVEN = "James Mary Robert Patricia José Jennifer Michael Linda Zoë Elizabeth David Barbara André Susan Thomas Sarah"
_FAMILY = (
    "Smith Johnson Williams Garcia Rodriguez Hernandez González Núñez O’Connor Müller Nguyen Featherstonehaugh-Lee"
)
_SURGEONS = ("Dr. Avery Lindqvist", "Dr. P. Okonkwo", "Dr. María del Carmen Villanueva", "Dr. J. Wu", "Dr. S. O’Rourke")


def library() -> Library:
    return load_for_packet(CONTENT, "cervical-foraminotomy", "en", ("discharge", "staff-sheet"))


def case(number: int, variant: str) -> Case:
    """Return a made-up case. `random`: any of a million surgeons, any day of ten years, so packets share few lines."""
    pick = random.Random(f"{variant} {number}")
    name = f"{pick.choice(_GIVEN.split())} {pick.choice('ABCDEFGHIJKLMNOPRSTW')}. {pick.choice(_FAMILY.split())}"
    day, surgeon = dt.date(2026, 1, 5) + dt.timedelta(days=pick.randrange(365)), pick.choice(_SURGEONS)
    if variant == "random":
        day = dt.date(2026, 1, 5) + dt.timedelta(days=pick.randrange(3650))
        surgeon = f"Dr. {pick.choice(_GIVEN.split())} {pick.choice(_FAMILY.split())} {pick.randrange(10**6)}"
    record = f"{pick.randrange(10**8):08d}"
    return Case(
        procedure="cervical-foraminotomy",
        patient_name=name,
        record_number=record,
        surgery_date=day,
        surgeon=surgeon,
        answers={"collar": pick.choice(("yes", "no", "undecided"))},
        packet_id=packet_id(b"sample", record, "cervical-foraminotomy", day, b""),
        language="en",
    )


def clinic(shared: Clinic, number: int, variant: str) -> Clinic:
    """Return the clinic; in the variant `qr` with another booking address for each patient."""
    if variant != "qr":
        return shared
    token = random.Random(number).randbytes(6).hex()
    return replace(shared, booking_url=f"https://clinic.example.org/appointments/{token}")


class Filling:
    """Fill packets for the cases of one variant."""

    def __init__(self, variant: str, *, cases: int = PATIENTS) -> None:
        self.variant = variant
        self.library = library()
        self.commons = {name: part for (name, _), part in self.library.common.items()}
        self.handout = self.library.handouts["cervical-foraminotomy", "en"]
        self.language = self.library.languages["en"]
        self.clinic = self.library.clinic
        self.cases = [case(number, variant) for number in range(cases)]  # prepared before time is measured
        self.clinics = [clinic(self.library.clinic, number, variant) for number in range(cases)]

    def packet(self, number: int) -> filled_packet.FilledPacket:
        case, clinic = self.cases[number % PATIENTS], self.clinics[number % PATIENTS]
        return fill(self.handout, PLAN, self.commons, clinic, self.language, case)


def write_peer_data(path: Path, variant: str, count: int) -> None:
    filling = Filling(variant)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(plain(filling.packet(number)), ensure_ascii=False) + "\n")


def plain(packet: filled_packet.FilledPacket) -> dict[str, Any]:
    lines = packet.header_footer
    return {
        "title": packet.title,
        "language": packet.language,
        "header": [lines.top_left, lines.top_right],
        "footer": lines.bottom_left,
        "blocks": [_block(block) for block in packet.blocks],
    }


def _spans(spans: filled_packet.Spans) -> list[list[Any]]:
    return [[span.text, span.strong, span.link] for span in spans]


def _booking(
    block: filled_packet.Booking | filled_packet.HelpStrip, paragraphs: list[filled_packet.Spans]
) -> dict[str, Any]:
    from packets.layout.qr import symbol

    return {
        "kind": "booking",
        "heading": block.heading,
        "paragraphs": [_spans(spans) for spans in paragraphs],
        "number": _spans((block.number,)),
        "symbol": list(symbol(block.qr_payload)),
        "alt": block.qr_alt,
        "caption": block.qr_caption,
    }


def _block(block: filled_packet.Block) -> dict[str, Any]:
    match block:
        case filled_packet.Title():
            return {"kind": "title", "text": block.text, "subtitle": block.subtitle}
        case filled_packet.Heading() | filled_packet.DraftMark():
            return {"kind": "heading", "text": block.text}
        case filled_packet.Identifiers():
            return {"kind": "identifiers", "pairs": block.pairs}
        case filled_packet.Paragraph():
            return {"kind": "paragraph", "spans": _spans(block.spans), "small": block.small}
        case filled_packet.ListBlock():
            return {"kind": "items", "items": [_spans(item) for item in block.items], "numbered": block.numbered}
        case filled_packet.DateTable():
            rows = [[f"{row.when} {row.more}", f"{row.label} {row.interval}", row.kind_label] for row in block.rows]
            return {"kind": "table", "headings": block.heads, "rows": rows}
        case filled_packet.HelpStrip():
            return _booking(block, [*block.paragraphs, *block.phones])
        case filled_packet.NoticeBox():
            return {"kind": "box", "label": block.label, "blocks": [_block(inner) for inner in block.blocks]}
        case filled_packet.Booking():
            return _booking(block, [*block.paragraphs, *((block.site,) for _ in "1" if block.site)])
        case filled_packet.FillIn():
            return {
                "kind": "fill-in",
                "label": block.label,
                "value": block.value,
                "lines": block.lines,
                "note": block.note,
            }
        case filled_packet.CheckItem():
            return {"kind": "tick", "spans": _spans(block.spans)}
        case filled_packet.Disclaimer():
            return {"kind": "disclaimer", "paragraphs": [_spans(spans) for spans in block.paragraphs]}
        case filled_packet.NewPage():
            return {"kind": "new page"}
