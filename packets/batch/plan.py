"""Compare a schedule with what its folder holds, and plan what to make, replace, withdraw or keep."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count

from packets.batch.packet_ledger import LIVE, Packet, State
from packets.model.packet_id import fingerprint as fingerprint
from packets.model.packet_id import packet_id


@dataclass(frozen=True, slots=True)
class CaseFingerprints:
    """Fingerprints of a row, made with the site key: the ledger and this module know nothing else about the patient."""

    patient: bytes
    episode: bytes
    day: bytes
    name: bytes

    @staticmethod
    def of(key: bytes, record_number: str, procedure: str, surgery_date: dt.date, name: str) -> CaseFingerprints:
        return CaseFingerprints(
            patient=fingerprint(key, "patient", record_number),
            episode=fingerprint(key, "episode", record_number, procedure),
            day=fingerprint(key, "day", record_number, procedure, surgery_date.isoformat()),
            name=fingerprint(key, "name", " ".join(name.casefold().split())),
        )


class RowAction(StrEnum):
    """What a run does with a row."""

    MAKE = "make"
    CHANGE = "change"  # make a packet that replaces an earlier one
    REPAIR = "repair"  # make the same packet again: it was never finished, or its file is missing or altered
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A schedule row and the packet that it gets."""

    row: int
    action: RowAction
    packet: Packet


@dataclass(frozen=True, slots=True)
class RequestedPacket:
    """The packet that an accepted row asks for.

    `ids` returns the packet id for an attempt and the packets that it replaces.
    """

    row: int
    person: CaseFingerprints
    digest: bytes
    performed: bool
    ids: Callable[[int, tuple[str, ...]], str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a run will do; `rows` are in schedule order."""

    rows: tuple[PlannedRow, ...]
    cancelled: tuple[tuple[int, Packet | None], ...]  # row, and its packet if it had one
    superseded_or_cancelled: tuple[Packet, ...]  # in their new state
    metadata_changed: tuple[Packet, ...]  # kept, but planned has become performed or the reverse
    missing_from_schedule: tuple[Packet, ...]  # made from rows that the schedule no longer has
    on_hold: tuple[tuple[int, Packet], ...]  # row and packet; the row is refused now
    packets_before: Mapping[str, Packet] = field(default_factory=dict)  # the ledger before this run, by id

    def to_make(self) -> tuple[PlannedRow, ...]:
        """Return the rows whose packet has to be made."""
        return tuple(row for row in self.rows if row.action is not RowAction.KEEP)

    def earlier(self, packet: Packet) -> tuple[str, ...]:
        """Return every packet that this one replaces, newest first: any of them may have been handed over."""
        return _earlier(packet.replaces, self.packets_before)

    @property
    def outcome(self) -> str:
        """Return a digest that is equal for all runs that leave the same packets."""
        ids = sorted(row.packet.id for row in self.rows)
        gone = sorted(packet.id for _, packet in self.cancelled if packet is not None)
        return hashlib.sha256(" ".join([*ids, "-", *gone]).encode()).hexdigest()


def _earlier(packet_id: str | None, packets: Mapping[str, Packet]) -> tuple[str, ...]:
    """Return this id and the ids that it replaced, newest first."""
    chain: list[str] = []
    while packet_id is not None and packet_id not in chain:
        chain.append(packet_id)
        packet_id = packets[packet_id].replaces if packet_id in packets else None
    return tuple(chain)


@dataclass(frozen=True, slots=True, repr=False)
class PacketIds:
    """Compute packet ids of one case; `printed` is the fingerprint of what the pages print."""

    key: bytes
    record_number: str
    procedure: str
    surgery_date: dt.date
    printed: bytes

    def __call__(self, attempt: int, replaces: tuple[str, ...]) -> str:
        case = self.record_number, self.procedure, self.surgery_date, self.printed
        return packet_id(self.key, *case, attempt, replaces)


def make_plan(
    packets: Iterable[Packet],
    requested: Sequence[RequestedPacket],
    cancelled: Iterable[tuple[int, CaseFingerprints]],
    refused: Iterable[tuple[int, bytes]],
    run: int,
    is_whole: Callable[[Packet], bool],
    was_begun: Callable[[Packet], bool],
) -> BatchPlan:
    """Plan a run.

    `refused` are rows with the patient's fingerprint. `is_whole` says whether the file of a ready packet is unchanged,
    `was_begun` whether an unfinished packet has a file.
    """
    return _Planner(tuple(packets), run, is_whole, was_begun).plan(requested, tuple(cancelled), tuple(refused))


class _Planner:
    def __init__(
        self,
        packets: tuple[Packet, ...],
        run: int,
        is_whole: Callable[[Packet], bool],
        was_begun: Callable[[Packet], bool],
    ) -> None:
        self.run, self.is_whole, self.was_begun = run, is_whole, was_begun
        self.packets_before = {packet.id: packet for packet in packets}
        self.used_ids = set(self.packets_before)
        self.metadata_changed: list[Packet] = []
        self.versions: dict[bytes, int] = {}
        self.last_cancelled: dict[bytes, Packet] = {}
        self.live: dict[bytes, Packet] = {}  # by day fingerprint, which has one live packet at most
        for packet in sorted(packets, key=lambda packet: packet.version):
            self.versions[packet.day] = packet.version
            if packet.state in LIVE:
                self.live[packet.day] = packet
            elif packet.state is State.CANCELLED:
                self.last_cancelled[packet.day] = packet

    def plan(
        self,
        requested: Sequence[RequestedPacket],
        cancelled: tuple[tuple[int, CaseFingerprints], ...],
        refused: tuple[tuple[int, bytes], ...],
    ) -> BatchPlan:
        before: dict[int, Packet] = {}
        open_rows = []
        for request in requested:
            old = self.live.pop(request.person.day, None)
            if old is not None:
                before[request.row] = old
            elif self.live:
                open_rows.append(request)
        open_rows = self.match_corrected_rows(open_rows, before, lambda p: p.episode)
        self.match_corrected_rows(open_rows, before, lambda p: p.patient)
        void: list[Packet] = []
        rows = tuple(self.plan_row(request, before.get(request.row), void) for request in requested)
        cancelled_rows = tuple(self.cancel(cancelled, void))
        left = sorted(self.live.values(), key=lambda packet: packet.id)
        refused_rows = {patient: row for row, patient in refused}
        return BatchPlan(
            rows,
            cancelled_rows,
            superseded_or_cancelled=tuple(void),
            metadata_changed=tuple(self.metadata_changed),
            missing_from_schedule=tuple(packet for packet in left if packet.patient not in refused_rows),
            on_hold=tuple((refused_rows[packet.patient], packet) for packet in left if packet.patient in refused_rows),
            packets_before=self.packets_before,
        )

    def match_corrected_rows(
        self, rows: list[RequestedPacket], before: dict[int, Packet], key: Callable[[Packet | CaseFingerprints], bytes]
    ) -> list[RequestedPacket]:
        """Find the packet of each row whose date or procedure was corrected: one row and one packet are left over.

        Add the matches to `before` and return the rows that still have no packet. Only a row that says performed
        replaces the packet of a performed operation: a planned row is another operation.
        """
        packets = defaultdict(list)
        for packet in self.live.values():
            packets[key(packet)].append(packet)
        candidates = defaultdict(list)
        for row in rows:
            candidates[key(row.person)].append(row)
        for value, group in candidates.items():
            if len(group) == 1:
                planned = [packet for packet in packets[value] if not packet.performed]
                matches = planned or [packet for packet in packets[value] if group[0].performed]
                if len(matches) == 1:
                    before[group[0].row] = self.live.pop(matches[0].day)
        return [row for row in rows if row.row not in before]

    def plan_row(self, row: RequestedPacket, old: Packet | None, void: list[Packet]) -> PlannedRow:
        if old is not None and old.day == row.person.day and old.digest == row.digest:
            if old.state is State.READY and self.is_whole(old):
                return PlannedRow(row.row, RowAction.KEEP, self.keep(old, row))
            return PlannedRow(
                row.row, RowAction.REPAIR, replace(old, state=State.PLANNED, performed=int(row.performed))
            )
        replaced = None
        if old is not None:
            void.append(replace(old, state=State.SUPERSEDED))
            # A packet that was never finished was not handed to anyone, but the one it was to replace may have been.
            replaced = old.id if old.state is State.READY or self.was_begun(old) else old.replaces
        elif row.person.day in self.last_cancelled:
            replaced = self.last_cancelled[row.person.day].id
        packet = self.new(row, replaced)
        return PlannedRow(row.row, RowAction.MAKE if replaced is None else RowAction.CHANGE, packet)

    def keep(self, old: Packet, row: RequestedPacket) -> Packet:
        """Return the packet, with whether the operation was performed as the row says now."""
        if old.performed == row.performed:
            return old
        packet = replace(old, performed=int(row.performed))
        self.metadata_changed.append(packet)
        return packet

    def new(self, row: RequestedPacket, replaced: str | None) -> Packet:
        """Return the next version, with an id that no packet of this folder has ever had."""
        version = self.versions.get(row.person.day, 0) + 1
        earlier = _earlier(replaced, self.packets_before)
        new_id = next(id_ for attempt in count(1) if (id_ := row.ids(attempt, earlier)) not in self.used_ids)
        self.used_ids.add(new_id)
        self.versions[row.person.day] = version
        person = row.person
        return Packet(
            id=new_id,
            patient=person.patient,
            episode=person.episode,
            day=person.day,
            name=person.name,
            version=version,
            digest=row.digest,
            performed=int(row.performed),
            replaces=replaced,
            run=self.run,
        )

    def cancel(
        self, rows: tuple[tuple[int, CaseFingerprints], ...], void: list[Packet]
    ) -> Iterator[tuple[int, Packet | None]]:
        """Return each cancelled row with its packet, cancelled in this run or in an earlier one."""
        for row, person in rows:
            old = self.live.pop(person.day, None)
            if old is not None:
                old = replace(old, state=State.CANCELLED)
                void.append(old)
            yield row, old or self.last_cancelled.get(person.day)
