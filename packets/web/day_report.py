"""Report what is ready on a day and what needs a person, from its ledger and list of problems, without a lock."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from packets.batch.folder import CHANGES, PRINT_RUN, PROBLEMS
from packets.batch.ledger_copy import ledger_copy
from packets.batch.packet_ledger import LEDGER_NAME, LIVE, Handover, Ledger, Paper, State
from packets.batch.papers import ids_in, printed
from packets.values import HiddenFields
from packets.web.folders import Day
from packets.web.packet_files import can_be_opened
from packets.web.printed_patients import PrintedPatients

_SHOWN_WITH_THE_PACKET = ("Q11", "Q12", "Q13")
_NO_LONGER_IN_SCHEDULE = "Q11"


class RowNote(Struct, frozen=True):
    """A line of problems.csv; `row` is "" if it is about no row."""

    row: str
    code: str
    is_made: bool
    message: str
    hint: str


class DayPacket(HiddenFields, Struct, frozen=True):
    """A packet of a day. `doubt` says why it is not valid, or may not be; `newer` is the packet that replaces it."""

    day: Day
    packet_id: str
    pages: int
    state: State
    doubt: str
    newer: str
    was_printed: bool
    history: tuple[Handover, ...]
    has_file: bool
    patient_mark: bytes  # the fingerprint of the record number
    patient: str = ""  # name and record number, as the packet prints them

    @property
    def is_void(self) -> bool:
        return self.state not in LIVE

    @property
    def handover(self) -> Handover | None:
        """Return who has the paper: None if nobody was given it, or if it was taken back."""
        return self.history[-1] if self.history and self.history[-1].what is not Paper.TAKEN_BACK else None

    @property
    def is_out(self) -> bool:
        """Return whether its paper may still lie somewhere."""
        return self.handover is not None or (self.was_printed and not self.history)


class DayReport(HiddenFields, Struct, frozen=True):
    """A day. `packets` are those that are ready, in the order of the schedule, doubtful ones first.

    `take_back` are void packets whose paper is still out. `print_runs` are the files that can be printed. `new` are the
    packets that were made since a person last printed from the page.
    """

    day: Day
    patients: int
    finished: bool
    notes: tuple[RowNote, ...]
    packets: tuple[DayPacket, ...]
    take_back: tuple[DayPacket, ...]
    print_runs: tuple[str, ...]
    new: tuple[DayPacket, ...]
    printed_at: dt.datetime | None

    @property
    def ready(self) -> int:
        return sum(not packet.doubt for packet in self.packets)

    @property
    def not_made(self) -> tuple[RowNote, ...]:
        return tuple(note for note in self.notes if not note.is_made)

    @property
    def other_notes(self) -> tuple[RowNote, ...]:
        return tuple(note for note in self.notes if note.is_made and note.code not in _SHOWN_WITH_THE_PACKET)

    @property
    def need_attention(self) -> int:
        missing = sum(note.code == _NO_LONGER_IN_SCHEDULE for note in self.notes)
        return len({note.row for note in self.not_made}) + len(self.take_back) + missing

    @property
    def handed_over(self) -> int:
        return sum(packet.handover is not None for packet in self.packets)


def day_report(root: Path, day: Day, clock: Callable[[], dt.datetime]) -> DayReport:
    """Return the report of a day that has packets. Raise InvalidInputError (D01, D03) or WriteError (D04, D12)."""
    folder = root / day.name
    with ledger_copy(folder, clock) as ledger:
        planned = _planned(ledger)
        packets = {packet.packet_id: packet for packet in _packets(folder, day, ledger, planned)}
        finished = ledger.get_meta("finished") == "yes"
        printed_at, _ = printed(ledger)
        in_run = {name: set(ids_in(ledger, name)) for name in (PRINT_RUN, CHANGES)}
    notes = tuple(_notes(folder)) if finished else ()
    ready = [packet for packet in packets.values() if packet.state is State.READY]
    new = tuple(packet for packet in ready if printed_at and not packet.was_printed and not packet.doubt)
    if in_run[CHANGES] != {packet.packet_id for packet in new}:
        in_run[CHANGES] = set()  # it has other packets than those that were not printed yet
    rows = {row for row, packet_id in planned.items() if packet_id in packets}
    return DayReport(
        day,
        patients=len(rows | {note.row for note in notes if not note.is_made}),
        finished=finished,
        notes=notes,
        packets=tuple(sorted(ready, key=lambda packet: not packet.doubt)),
        take_back=tuple(packet for packet in packets.values() if packet.is_void and packet.is_out),
        print_runs=tuple(name for name, ids in in_run.items() if ids and (folder / name).is_file()),
        new=new,
        printed_at=dt.datetime.fromisoformat(printed_at) if printed_at else None,
    )


def ids_in_run(root: Path, day: Day, name: str, clock: Callable[[], dt.datetime]) -> tuple[str, ...]:
    """Return the ids of the packets in a print run. Raise what `day_report` raises."""
    with ledger_copy(root / day.name, clock) as ledger:
        return ids_in(ledger, name)


def packets_of(root: Path, day: Day, clock: Callable[[], dt.datetime]) -> list[DayPacket]:
    """Return the packets of a day that were made. Raise what `day_report` raises."""
    folder = root / day.name
    with ledger_copy(folder, clock) as ledger:
        packets = _packets(folder, day, ledger, _planned(ledger))
        return [packet for packet in packets if packet.state is not State.PLANNED]


def find_packet(root: Path, day: Day, packet_id: str, clock: Callable[[], dt.datetime]) -> DayPacket | None:
    """Return the packet with this id, None if the day has none. Raise what `day_report` raises."""
    return next((packet for packet in packets_of(root, day, clock) if packet.packet_id == packet_id), None)


def ready_packets(folder: Path, clock: Callable[[], dt.datetime]) -> frozenset[str]:
    """Return the ids of the packets that are ready; none if the folder has no ledger. Raise what LedgerCopy raises."""
    if not (folder / LEDGER_NAME).is_file():
        return frozenset()
    with ledger_copy(folder, clock) as ledger:
        return frozenset(packet.id for packet in ledger.packets() if packet.state is State.READY)


def with_patient(packet: DayPacket, root: Path, patients: PrintedPatients) -> DayPacket:
    """Return the packet with its patient; `root` has the folders of the days."""
    return replace(packet, patient=patients.patient(root / packet.day.name, packet.packet_id))


def _planned(ledger: Ledger) -> dict[str, str]:
    """Return the packet of each row of the newest plan, also of one that was not carried out to its end."""
    rows: dict[str, str] = json.loads(ledger.get_meta("rows") or "{}")
    return rows


def _packets(folder: Path, day: Day, ledger: Ledger, planned: dict[str, str]) -> Iterator[DayPacket]:
    """Yield the packets of the plan in the order of the schedule, then all others."""
    all_packets = {packet.id: packet for packet in ledger.packets()}
    newer = {packet.replaces: packet.id for packet in all_packets.values() if packet.replaces}
    _, were_printed = printed(ledger)
    history = ledger.handovers()
    in_order = [packet_id for packet_id in planned.values() if packet_id in all_packets]
    for packet_id in dict.fromkeys([*in_order, *all_packets]):
        packet = all_packets[packet_id]
        replaced_by = newer.get(packet_id, "")
        match packet.state:
            case State.SUPERSEDED:
                doubt = f"replaced by packet {replaced_by}" if replaced_by else "replaced"
            case State.CANCELLED:
                doubt = "the operation was cancelled"
            case _ if packet_id in in_order:
                doubt = ""
            case _:
                doubt = "its row was removed from the schedule, or has an error now"
        yield DayPacket(
            day,
            packet_id,
            packet.pages,
            packet.state,
            doubt,
            replaced_by,
            packet_id in were_printed,
            tuple(each for each in history if each.packet == packet_id),
            can_be_opened(folder, packet_id, packet.state),
            packet.patient,
        )


def _notes(folder: Path) -> Iterator[RowNote]:
    """Yield the lines of problems.csv; the folder has none if there are no problems."""
    try:
        text = (folder / PROBLEMS).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return
    for cells in list(csv.reader(io.StringIO(text)))[1:]:
        if len(cells) == 6:
            row, _, code, kind, message, hint = cells
            yield RowNote(row.partition(" ")[0], code, kind != "not made", message, hint)
