"""The rows of a schedule and what a folder holds in, what has to be made, replaced, taken back or left alone out."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from packets.batch.ledger import LIVE, Packet, State
from packets.batch.plan_rows import Planned, PlannedRows
from packets.batch.plan_rows import Step as Step
from packets.model.packet_id import fingerprint as fingerprint
from packets.model.packet_id import packet_id


@dataclass(frozen=True, slots=True)
class CaseFingerprints:
    """Fingerprints of a row, made with the site's key: the ledger and this module know no more of the patient."""

    marks: bytes  # four of 16 bytes, in one piece: there is one for each row of a long schedule

    @property
    def patient(self) -> bytes:
        return self.marks[:16]

    @property
    def episode(self) -> bytes:
        return self.marks[16:32]

    @property
    def day(self) -> bytes:
        return self.marks[32:48]

    @property
    def name(self) -> bytes:
        return self.marks[48:]

    @staticmethod
    def of(key: bytes, record_number: str, procedure: str, surgery_date: dt.date, name: str) -> CaseFingerprints:
        marks = (
            fingerprint(key, "patient", record_number),
            fingerprint(key, "episode", record_number, procedure),
            fingerprint(key, "day", record_number, procedure, surgery_date.isoformat()),
            fingerprint(key, "name", " ".join(name.casefold().split())),
        )
        return CaseFingerprints(b"".join(marks))


@dataclass(frozen=True, slots=True)
class RequestedPacket:
    """A good row. `ids` gives the id of its packet, by attempt and by the packets that it replaces."""

    row: int
    person: CaseFingerprints
    digest: bytes
    performed: bool
    ids: Callable[[int, tuple[str, ...]], str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` in the order of the schedule."""

    rows: PlannedRows
    cancelled: tuple[tuple[int, Packet | None], ...]  # row, and the packet that it had
    retired: tuple[Packet, ...]  # superseded or cancelled, in their new state
    noted: tuple[Packet, ...]  # left as they are; what is known of them has changed
    vanished: tuple[Packet, ...]  # their rows are gone
    doubtful: tuple[tuple[int, Packet], ...]  # their rows are refused now
    known: Mapping[str, Packet] = field(default_factory=dict)  # all of the ledger before this run, by id

    def earlier(self, packet: Packet) -> tuple[str, ...]:
        """Return every packet that this one replaces, the newest first: any of them may have been handed over."""
        return _earlier(packet.replaces, self.known)

    @property
    def outcome(self) -> str:
        """The same for every run that leaves the same packets behind."""
        ids = sorted(row.packet.id for row in self.rows)
        gone = sorted(packet.id for _, packet in self.cancelled if packet is not None)
        return hashlib.sha256(" ".join([*ids, "-", *gone]).encode()).hexdigest()


def _earlier(packet_id: str | None, known: Mapping[str, Packet]) -> tuple[str, ...]:
    found: list[str] = []
    while packet_id is not None and packet_id not in found:
        found.append(packet_id)
        packet_id = known[packet_id].replaces if packet_id in known else None
    return tuple(found)


@dataclass(frozen=True, slots=True, repr=False)
class PacketIds:
    """Gives the id of one case's packet; `printed` is the fingerprint of what its pages print."""

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
    wanted: Collection[RequestedPacket],
    cancelled: Iterable[tuple[int, CaseFingerprints]],
    refused: Iterable[tuple[int, bytes]],
    run: int,
    is_whole: Callable[[Packet], bool],
    was_begun: Callable[[Packet], bool],
) -> Plan:
    """`refused` are rows with the patient's fingerprint; `is_whole` says whether a ready packet's file is as it was
    made; `was_begun` whether there is a file of a packet that was planned and never finished."""
    return _Planning(tuple(packets), run, is_whole, was_begun).plan(wanted, tuple(cancelled), tuple(refused))


class _Planning:
    def __init__(
        self,
        packets: tuple[Packet, ...],
        run: int,
        is_whole: Callable[[Packet], bool],
        was_begun: Callable[[Packet], bool],
    ) -> None:
        self.run, self.is_whole, self.was_begun = run, is_whole, was_begun
        self.known = {packet.id: packet for packet in packets}
        self.taken = set(self.known)
        self.notes: list[Packet] = []
        self.versions: dict[bytes, int] = {}
        self.last_cancelled: dict[bytes, Packet] = {}
        self.live: dict[bytes, Packet] = {}  # by day; only one is live
        for packet in sorted(packets, key=lambda each: each.version):
            self.versions[packet.day] = packet.version
            if packet.state in LIVE:
                self.live[packet.day] = packet
            elif packet.state is State.CANCELLED:
                self.last_cancelled[packet.day] = packet

    def plan(
        self,
        wanted: Collection[RequestedPacket],
        cancelled: tuple[tuple[int, CaseFingerprints], ...],
        refused: tuple[tuple[int, bytes], ...],
    ) -> Plan:
        before: dict[int, Packet] = {}
        open_rows = []
        for each in wanted:
            old = self.live.pop(each.person.day, None)
            if old is not None:
                before[each.row] = old
            elif self.live:
                open_rows.append(each)
        open_rows = self.matched(open_rows, before, lambda p: p.episode)
        self.matched(open_rows, before, lambda p: p.patient)
        retired: list[Packet] = []
        rows = PlannedRows(self.planned(each, before.get(each.row), retired) for each in wanted)
        cancelled_rows = tuple(self.cancelled(cancelled, retired))
        left = sorted(self.live.values(), key=lambda each: each.id)
        in_doubt = {patient: row for row, patient in refused}
        return Plan(
            rows,
            cancelled_rows,
            tuple(retired),
            tuple(self.notes),
            tuple(packet for packet in left if packet.patient not in in_doubt),
            tuple((in_doubt[packet.patient], packet) for packet in left if packet.patient in in_doubt),
            self.known,
        )

    def matched(
        self, rows: list[RequestedPacket], before: dict[int, Packet], key: Callable[[Packet | CaseFingerprints], bytes]
    ) -> list[RequestedPacket]:
        """Find the packet of a row whose date or procedure was corrected: where one row and one packet are left over.

        Gives the rows that are still without one. A packet of a performed operation is only replaced by a row that
        says performed as well: a planned row is another operation.
        """
        packets = defaultdict(list)
        for packet in self.live.values():
            packets[key(packet)].append(packet)
        candidates = defaultdict(list)
        for row in rows:
            candidates[key(row.person)].append(row)
        for mark, group in candidates.items():
            if len(group) == 1:
                planned = [packet for packet in packets[mark] if not packet.performed]
                fitting = planned or [packet for packet in packets[mark] if group[0].performed]
                if len(fitting) == 1:
                    before[group[0].row] = self.live.pop(fitting[0].day)
        return [row for row in rows if row.row not in before]

    def planned(self, row: RequestedPacket, old: Packet | None, retired: list[Packet]) -> Planned:
        if old is not None and old.day == row.person.day and old.digest == row.digest:
            if old.state is State.READY and self.is_whole(old):
                return Planned(row.row, Step.KEEP, self.noted(old, row))
            return Planned(row.row, Step.REPAIR, replace(old, state=State.PLANNED, performed=int(row.performed)))
        replaced = None
        if old is not None:
            retired.append(replace(old, state=State.SUPERSEDED))
            # What was never finished has not been handed to anybody; what it was to replace may have been.
            replaced = old.id if old.state is State.READY or self.was_begun(old) else old.replaces
        elif row.person.day in self.last_cancelled:
            replaced = self.last_cancelled[row.person.day].id
        packet = self.new(row, replaced)
        return Planned(row.row, Step.MAKE if replaced is None else Step.CHANGE, packet)

    def noted(self, old: Packet, row: RequestedPacket) -> Packet:
        """The packet as it is, but for what its pages do not say."""
        if old.performed == row.performed:
            return old
        packet = replace(old, performed=int(row.performed))
        self.notes.append(packet)
        return packet

    def new(self, row: RequestedPacket, replaced: str | None) -> Packet:
        """The next version, with an id that has never been used, here or for another case."""
        version = self.versions.get(row.person.day, 0) + 1
        earlier = _earlier(replaced, self.known)
        name = next(found for attempt in count(1) if (found := row.ids(attempt, earlier)) not in self.taken)
        self.taken.add(name)
        self.versions[row.person.day] = version
        person = row.person
        return Packet(
            id=name,
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

    def cancelled(
        self, rows: tuple[tuple[int, CaseFingerprints], ...], retired: list[Packet]
    ) -> Iterator[tuple[int, Packet | None]]:
        """A cancelled row takes its packet back; on a later run it is known as cancelled already."""
        for row, person in rows:
            old = self.live.pop(person.day, None)
            if old is not None:
                old = replace(old, state=State.CANCELLED)
                retired.append(old)
            yield row, old or self.last_cancelled.get(person.day)
