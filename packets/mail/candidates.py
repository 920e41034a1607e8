"""Packets with the rows that they were made from, or with what was entered for them, in; candidates for mail out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packets.batch.ledger import WEB_OUTBOX, Packet, State
from packets.batch.plan import CaseFingerprints
from packets.batch.preflight import open_rows, read_schedule
from packets.batch.row_records import rows_of
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError
from packets.mail.ledger import MailLedger
from packets.mail.web_entries import WebEntry, read_entry
from packets.model.case import Case


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A packet that is ready, with its case, and the words that were read or typed: `mail` is address, consent,
    confirmed. `row` is 0 where there is no schedule."""

    packet: Packet
    row: int
    name: str
    record_number: str
    mail: tuple[str, str, str]
    case: Case


def candidates(
    folder: Path,
    key: bytes,
    ledger: MailLedger,
    library: Library,
    content: Path,
    schedule: Path | None,
    source: str | None,
) -> Iterator[Candidate]:
    """A run's packets in the order of the schedule that they were made from; without a schedule, an outbox's.

    Raises Refused (X33, X34) where there should be a schedule or none; (X25, X26) unless the run is whole and the
    schedule is byte for byte the run's; NotProved (X27) where a row or an entry is not that of its packet.
    """
    if ledger.note(WEB_OUTBOX):
        if schedule is not None or source is not None:
            hint = "Leave --schedule and --source out: what was typed on the page stands in the folder."
            raise InvalidInputError(Problem("X34", "an outbox of the page has no schedule", hint, str(folder)))
        yield from _web_candidates(folder, key, ledger, library)
    elif schedule is None:
        hint = "Type the schedule of the batch: --schedule FILE"
        raise InvalidInputError(Problem("X33", "the schedule is missing", hint, str(folder)))
    else:
        yield from _schedule_candidates(folder, key, ledger, library, content, schedule, source)


def _web_candidates(folder: Path, key: bytes, ledger: MailLedger, library: Library) -> Iterator[Candidate]:
    for packet in ledger.packets():
        if packet.state is not State.READY:
            continue
        entry = read_entry(folder, packet.id)
        # Otherwise it was taken out or purged; or its handout, with the dates for the calendar, is no longer there.
        if entry is not None and (entry.procedure, entry.language) in library.handouts:
            yield web_candidate(key, packet, entry)


def web_candidate(key: bytes, packet: Packet, entry: WebEntry) -> Candidate:
    """Raises NotProved (X27) where this was not entered for this packet."""
    case = entry.case(packet.id)
    _check_same_patient(key, packet, case, case.record_number, case.patient_name, "what was entered")
    return Candidate(packet, 0, case.patient_name, case.record_number, entry.mail, case)


def _schedule_candidates(
    folder: Path,
    key: bytes,
    ledger: MailLedger,
    library: Library,
    content: Path,
    schedule: Path,
    source: str | None,
) -> Iterator[Candidate]:
    data = read_schedule(schedule)
    run = rows_of(ledger)
    if run is None:
        hint = "Run the same batch command again, to its end."
        raise InvalidInputError(Problem("X25", "the run in this folder is not finished", hint, str(folder)))
    sha256, ids = run
    if hashlib.sha256(data).hexdigest() != sha256:
        hint = "Run the batch again with this schedule, or type the schedule of the run."
        raise InvalidInputError(Problem("X26", "the packets were made from another schedule", hint, str(schedule)))
    packets = {packet.id: packet for packet in ledger.packets() if packet.state is State.READY}
    for row in open_rows(data, str(schedule), content, library, source):
        packet = packets.get(ids.get(row.number, ""))
        if packet is None or row.case is None or row.cancelled:
            continue
        _check_same_patient(key, packet, row.case, row.record_number, row.name, f"row {row.number}")
        yield Candidate(packet, row.number, row.name, row.record_number, row.mail, row.case)


def cancelled_rows(
    key: bytes, library: Library, content: Path, schedule: Path, source: str | None
) -> Iterator[tuple[int, CaseFingerprints]]:
    """Give the number and the fingerprints of each row that says cancelled."""
    for row in open_rows(read_schedule(schedule), str(schedule), content, library, source):
        if row.cancelled and row.surgery_date is not None:
            yield row.number, CaseFingerprints.of(key, row.record_number, row.procedure, row.surgery_date, row.name)


def _check_same_patient(key: bytes, packet: Packet, case: Case, record_number: str, name: str, what: str) -> None:
    person = CaseFingerprints.of(key, record_number, case.procedure, case.surgery_date, name)
    if (person.patient, person.day, person.name) != (packet.patient, packet.day, packet.name):
        message = f"{what} is not the one that packet {packet.id} was made from"
        raise VerificationError(Problem("X27", message, "Nothing was sent. Report this as a fault of packets."))
