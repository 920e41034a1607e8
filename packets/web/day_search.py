"""Find the packets of a patient, or one packet, in all days."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from packets.batch.plan import fingerprint
from packets.errors import PacketsError
from packets.web.day_report import DayPacket, packets_of, with_patient
from packets.web.folders import Day


@dataclass(frozen=True, slots=True)
class Search:
    """Finds packets of all days. `words` are parts of a name, record number or packet id; `most` limits the result.

    Reading a packet's patient takes 2 ms, so a whole record number or packet id is looked up in the ledgers first.
    """

    words: str
    key: bytes
    most: int
    pdf_lock: threading.Lock

    def in_days(
        self, root: Path, days: Iterable[Day], clock: Callable[[], dt.datetime]
    ) -> tuple[list[DayPacket], list[Day]]:
        """Return the packets that have all words, and the days that cannot be read."""
        packets: list[DayPacket] = []
        unreadable: list[Day] = []
        for day in days:
            try:
                packets += packets_of(root, day, clock)
            except PacketsError:
                unreadable.append(day)
        patient = fingerprint(self.key, "patient", self.words)
        known = [packet for packet in packets if packet.patient_mark == patient or self.words == packet.packet_id]
        if known:
            return [
                with_patient(packet, root / packet.day.name, self.pdf_lock) for packet in known[: self.most]
            ], unreadable
        found = []
        for packet in packets:
            with_name = with_patient(packet, root / packet.day.name, self.pdf_lock)
            if self.fits(with_name):
                found.append(with_name)
                if len(found) == self.most:
                    break
        return found, unreadable

    def fits(self, packet: DayPacket) -> bool:
        text = f"{packet.packet_id} {packet.packet_id.replace('-', '')} {packet.patient}".casefold()
        return all(word in text for word in self.words.casefold().split())
