"""Find the packets of a patient, or one packet, in all days."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from packets.batch.packet_ledger import LEDGER_NAME
from packets.errors import PacketsError
from packets.model.packet_id import fingerprint
from packets.values import HiddenFields
from packets.web.day_report import DayPacket, packets_of, with_patient
from packets.web.finder import plain
from packets.web.folders import Day, DayFolders
from packets.web.packet_files import can_be_opened
from packets.web.printed_patients import PrintedPatients

MAX_REMEMBERED = 20_000  # packets, with about 0.6 kB each
_SETTLED_S = 2.0  # a file that was changed more recently may change again without another time or size

Stamp = tuple[tuple[int, int, int], ...]


class PacketsOfDays(HiddenFields, Struct):
    """The packets of days. A ledger is read again when it has changed: reading takes 2 ms, and a search reads all."""

    _known: dict[Path, tuple[Stamp, list[DayPacket]]] = field(default_factory=dict)

    def read(
        self, root: Path, days: Iterable[Day], clock: Callable[[], dt.datetime]
    ) -> tuple[list[DayPacket], list[Day]]:
        """Return the packets of these days, and the days that cannot be read."""
        found: list[DayPacket] = []
        unreadable: list[Day] = []
        known: dict[Path, tuple[Stamp, list[DayPacket]]] = {}
        remembered = 0
        for day in days:
            folder = root / day.name
            stamp, settled = _stamp(folder / LEDGER_NAME)
            before = self._known.get(folder)
            try:
                packets = before[1] if before and before[0] == stamp else packets_of(root, day, clock)
            except PacketsError:
                unreadable.append(day)
                continue
            if settled and remembered + len(packets) <= MAX_REMEMBERED:
                known[folder] = stamp, packets
                remembered += len(packets)
            for packet in packets:
                has_file = can_be_opened(folder, packet.packet_id, packet.state)
                found.append(replace(packet, day=day, has_file=has_file))
        self._known = known
        return found, unreadable


def _stamp(ledger: Path) -> tuple[Stamp, bool]:
    """Return a stamp of the ledger and its write-ahead log that changes with them, and whether it can be relied on."""
    stats = []
    for file in (ledger, ledger.with_name(f"{ledger.name}-wal")):
        with suppress(OSError):
            stats.append(file.stat())
    settled = bool(stats) and all(time.time() - stat.st_mtime > _SETTLED_S for stat in stats)
    return tuple((stat.st_ino, stat.st_mtime_ns, stat.st_size) for stat in stats), settled


class Search(Struct, frozen=True):
    """Find packets of all days. `words` are parts of a name, record number or packet id; `most` limits the result.

    A whole record number or packet id is looked up in the ledgers first, which is quicker than reading packets.
    """

    words: str
    key: bytes
    most: int
    patients: PrintedPatients
    ledgers: PacketsOfDays

    def in_days(
        self, root: Path, days: Iterable[Day], clock: Callable[[], dt.datetime]
    ) -> tuple[list[DayPacket], list[Day]]:
        """Return the packets that have all words, and the days that cannot be read."""
        packets, unreadable = self.ledgers.read(root, days, clock)
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


def prepare_search(
    folders: DayFolders,
    ledgers: PacketsOfDays,
    patients: PrintedPatients,
    clock: Callable[[], dt.datetime],
    stop: Callable[[], bool],
) -> None:
    """Read all ledgers and packets, so that the first search does not wait for it. End early on `stop`."""
    packets, _ = ledgers.read(folders.root, folders.days_with_packets(), clock)  # the page of a day reports mistakes
    for packet in packets:
        if stop():
            return
        patients.patient(folders.root / packet.day.name, packet.packet_id)
