"""Find the packets of a patient, or one packet, in all days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from packets.errors import PacketsError
from packets.model.packet_id import fingerprint
from packets.web.day_report import DayPacket, packets_of, with_patient
from packets.web.finder import plain
from packets.web.folders import Day
from packets.web.printed_patients import PrintedPatients


@dataclass(frozen=True, slots=True)
class Search:
    """Find packets of all days. `words` are parts of a name, record number or packet id; `most` limits the result.

    A whole record number or packet id is looked up in the ledgers first, which is quicker than reading packets.
    """

    words: str
    key: bytes
    most: int
    patients: PrintedPatients

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
            return [with_patient(packet, root, self.patients) for packet in known[: self.most]], unreadable
        self.patients.forget_deleted()
        found = []
        for packet in packets:
            with_name = with_patient(packet, root, self.patients)
            if self.fits(with_name):
                found.append(with_name)
                if len(found) == self.most:
                    break
        return found, unreadable

    def fits(self, packet: DayPacket) -> bool:
        text = plain(f"{packet.packet_id} {packet.packet_id.replace('-', '')} {packet.patient}")
        return all(word in text for word in plain(self.words).split())


def read_patients(
    root: Path,
    days: Iterable[Day],
    patients: PrintedPatients,
    clock: Callable[[], dt.datetime],
    stop: Callable[[], bool],
) -> None:
    """Read whose all packets are, so that the first search by name does not wait for it. End early on `stop`."""
    for day in days:
        with suppress(PacketsError):  # the page of the day reports it
            for packet in packets_of(root, day, clock):
                if stop():
                    return
                patients.patient(root / day.name, packet.packet_id)
