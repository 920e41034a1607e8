"""Compare a schedule with the packets of its folder, and plan which to make, replace, cancel or keep."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import count

from msgspec import Struct, field
from msgspec.structs import replace

from packets.batch.packet_ledger import LIVE, Packet, State
from packets.model.packet_id import fingerprint, packet_id
from packets.values import HiddenFields


class CaseFingerprints(Struct, frozen=True):
    """Fingerprints of a row, made with the site key. The ledger and this module have no other patient data."""

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


class PlannedRow(Struct, frozen=True):
    """A schedule row and the packet that it gets."""

    row: int
    action: RowAction
    packet: Packet


class RequestedPacket(Struct, frozen=True):
    """The packet that an accepted row asks for.

    `make_id` computes the packet id from the number of the attempt and the ids of the packets that it replaces.
    """

    row: int
    person: CaseFingerprints
    digest: bytes
    performed: bool
    make_id: Callable[[int, tuple[str, ...]], str]


class BatchPlan(Struct, frozen=True):
    """What a run will do; `rows` are in schedule order."""

    rows: tuple[PlannedRow, ...]
    cancelled: tuple[tuple[int, Packet | None], ...]  # row, and its packet if it had one
    superseded_or_cancelled: tuple[Packet, ...]  # in their new state
    metadata_changed: tuple[Packet, ...]  # kept, but changed from planned to performed or back
    missing_from_schedule: tuple[Packet, ...]  # made from rows that are no longer in the schedule
    on_hold: tuple[tuple[int, Packet], ...]  # row and packet; the row has an error now
    packets_before: Mapping[str, Packet] = field(default_factory=dict)  # the ledger before this run, by id

    def to_make(self) -> tuple[PlannedRow, ...]:
        """Return the rows whose packet has to be made."""
        return tuple(row for row in self.rows if row.action is not RowAction.KEEP)

    def earlier(self, packet: Packet) -> tuple[str, ...]:
        """Return the ids of all packets that this one replaces, newest first: any may have been handed out."""
        return _earlier(packet.replaces, self.packets_before)

    @property
    def outcome(self) -> str:
        """Return a digest of the current and cancelled packets; equal for runs that change nothing."""
        ids = sorted(row.packet.id for row in self.rows)
        cancelled = sorted(packet.id for _, packet in self.cancelled if packet is not None)
        return hashlib.sha256(" ".join([*ids, "-", *cancelled]).encode()).hexdigest()


def _earlier(packet_id: str | None, packets: Mapping[str, Packet]) -> tuple[str, ...]:
    """Return this id and the ids that it replaced, newest first."""
    chain: list[str] = []
    while packet_id is not None and packet_id not in chain:
        chain.append(packet_id)
        packet_id = packets[packet_id].replaces if packet_id in packets else None
    return tuple(chain)


class PacketIds(HiddenFields, Struct, frozen=True):
    """Compute the packet ids of one case; `printed` is the fingerprint of what the packet prints."""

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
    is_unchanged: Callable[[Packet], bool],
    has_file: Callable[[Packet], bool],
) -> BatchPlan:
    """Plan a run.

    `refused` are rows with the fingerprint of the patient. `is_unchanged` returns whether the file of a ready packet is
    as it was made, `has_file` whether an unfinished packet has a file.
    """
    return _Planner(tuple(packets), run, is_unchanged, has_file).plan(requested, tuple(cancelled), tuple(refused))


class _Planner:
    def __init__(
        self,
        packets: tuple[Packet, ...],
        run: int,
        is_unchanged: Callable[[Packet], bool],
        has_file: Callable[[Packet], bool],
    ) -> None:
        self.run, self.is_unchanged, self.has_file = run, is_unchanged, has_file
        self.packets_before = {packet.id: packet for packet in packets}
        self.used_ids = set(self.packets_before)
        self.metadata_changed: list[Packet] = []
        self.versions: dict[bytes, int] = {}
        self.last_cancelled: dict[bytes, Packet] = {}
        self.live: dict[bytes, Packet] = {}  # by `day` fingerprint: at most one live packet each
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
        unmatched = sorted(self.live.values(), key=lambda packet: packet.id)
        refused_rows = {patient: row for row, patient in refused}
        return BatchPlan(
            rows,
            cancelled_rows,
            superseded_or_cancelled=tuple(void),
            metadata_changed=tuple(self.metadata_changed),
            missing_from_schedule=tuple(packet for packet in unmatched if packet.patient not in refused_rows),
            on_hold=tuple(
                (refused_rows[packet.patient], packet) for packet in unmatched if packet.patient in refused_rows
            ),
            packets_before=self.packets_before,
        )

    def match_corrected_rows(
        self, rows: list[RequestedPacket], before: dict[int, Packet], key: Callable[[Packet | CaseFingerprints], bytes]
    ) -> list[RequestedPacket]:
        """Match rows whose date or procedure was corrected with their packets, where one row and one packet are left.

        Add the matches to `before` and return the rows that still have no packet. The packet of a performed operation
        matches only a row that says performed: a planned row is another operation.
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
            if old.state is State.READY and self.is_unchanged(old):
                return PlannedRow(row.row, RowAction.KEEP, self.keep(old, row))
            return PlannedRow(
                row.row, RowAction.REPAIR, replace(old, state=State.PLANNED, performed=int(row.performed))
            )
        replaced = None
        if old is not None:
            void.append(replace(old, state=State.SUPERSEDED))
            # An unfinished packet was not handed out, but the one that it replaces may have been.
            replaced = old.id if old.state is State.READY or self.has_file(old) else old.replaces
        elif row.person.day in self.last_cancelled:
            replaced = self.last_cancelled[row.person.day].id
        packet = self.new(row, replaced)
        return PlannedRow(row.row, RowAction.MAKE if replaced is None else RowAction.CHANGE, packet)

    def keep(self, old: Packet, row: RequestedPacket) -> Packet:
        """Return the packet, planned or performed as the row says now."""
        if old.performed == row.performed:
            return old
        packet = replace(old, performed=int(row.performed))
        self.metadata_changed.append(packet)
        return packet

    def new(self, row: RequestedPacket, replaced: str | None) -> Packet:
        """Return the next version, with an id that was never used in this folder."""
        version = self.versions.get(row.person.day, 0) + 1
        earlier = _earlier(replaced, self.packets_before)
        new_id = next(id_ for attempt in count(1) if (id_ := row.make_id(attempt, earlier)) not in self.used_ids)
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
        """Yield each cancelled row with its packet, which this run or an earlier one cancelled."""
        for row, person in rows:
            old = self.live.pop(person.day, None)
            if old is not None:
                old = replace(old, state=State.CANCELLED)
                void.append(old)
            yield row, old or self.last_cancelled.get(person.day)
