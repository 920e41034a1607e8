"""Define a packet as a document of the record system: new, a replacement, or void."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from packets.values import HiddenFields


class Document(HiddenFields, Struct, frozen=True):
    """One packet as the record system gets it.

    `pdf` is the file that was verified when it was made; a void document has none. `replaces` is the id of a document
    that the record system has.
    """

    packet_id: str
    record_number: str
    patient_name: str
    birth_date: dt.date | None
    title: str
    language: str
    written: dt.datetime
    pdf: bytes = b""
    replaces: str = ""
    is_void: bool = False

    @property
    def file_stem(self) -> str:
        return f"{self.packet_id}-void" if self.is_void else self.packet_id
