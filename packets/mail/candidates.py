"""Pair each finished packet with the schedule row or web form entry it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from packets.batch.packet_ledger import WEB_OUTBOX, Ledger, Packet, State
from packets.batch.plan import CaseFingerprints
from packets.batch.preflight import open_rows
from packets.batch.row_records import corrected_rows, rows_of
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError
from packets.mail.web_entries import WebEntry, read_entry
from packets.model.case import Case
from packets.schedule.source_files import ScheduleSource, files_of, sha256
from packets.values import HiddenFields


class Candidate(HiddenFields, Struct, frozen=True):
    """A finished packet that might be mailed, with its case and what was typed about its mail.

    `mail` is the address, the consent and the confirmation, as typed. `row` is 0 for an entry from the web form.
    """

    packet: Packet
    row: int
    name: str
    record_number: str
    mail: tuple[str, str, str]
    case: Case


def candidates(
    folder: Path,
    key: bytes,
    ledger: Ledger,
    library: Library,
    content: Path,
    schedule: ScheduleSource | None,
    profile: str | None,
) -> Iterator[Candidate]:
    """Yield a batch's packets in schedule order, or the packets of a web outbox if the folder is one.

    Raise InvalidInputError (X33, X34) if the schedule is missing or must not be given, (X25, X26) unless the batch is
    finished and the schedule is byte for byte the batch's; VerificationError (X27) if a row or an entry does not
    belong to its packet. A row with cells that were typed on the web page (`corrected_rows`) is left out.
    """
    if ledger.get_meta(WEB_OUTBOX):
        if schedule is not None or profile is not None:
            hint = "Leave out --schedule and --profile: the folder holds what was typed in the web form."
            raise InvalidInputError(Problem("X34", "a web outbox has no schedule", hint, str(folder)))
        yield from _web_candidates(folder, key, ledger)
    elif schedule is None:
        hint = "Type the schedule of the batch: --schedule FILE"
        raise InvalidInputError(Problem("X33", "the schedule is missing", hint, str(folder)))
    else:
        yield from _schedule_candidates(folder, key, ledger, library, content, schedule, profile)


def _web_candidates(folder: Path, key: bytes, ledger: Ledger) -> Iterator[Candidate]:
    for packet in ledger.packets():
        if packet.state is not State.READY:
            continue
        entry = read_entry(folder, packet.id)
        if entry is not None:  # otherwise its mail was withdrawn or purged
            yield _web_candidate(key, packet, entry)


def _web_candidate(key: bytes, packet: Packet, entry: WebEntry) -> Candidate:
    """Return the candidate of a web form entry. Raise VerificationError (X27) if the entry is another patient's."""
    case = entry.case(packet.id)
    _check_same_patient(key, packet, case, case.record_number, case.patient_name, "the entry")
    return Candidate(packet, 0, case.patient_name, case.record_number, entry.mail, case)


def _schedule_candidates(
    folder: Path,
    key: bytes,
    ledger: Ledger,
    library: Library,
    content: Path,
    schedule: ScheduleSource,
    profile: str | None,
) -> Iterator[Candidate]:
    files = files_of(schedule)
    last_run = rows_of(ledger)
    if last_run is None:
        hint = "Run the same batch command again and let it finish."
        raise InvalidInputError(Problem("X25", "the batch in this folder is not finished", hint, str(folder)))
    digest, ids = last_run
    if sha256(files) != digest:
        hint = "Run the batch again with this schedule, or type the schedule that the batch was run with."
        raise InvalidInputError(Problem("X26", "the packets were made from another schedule", hint, str(schedule)))
    ready = {packet.id: packet for packet in ledger.packets() if packet.state is State.READY}
    corrected = corrected_rows(ledger)
    for row in open_rows(files, str(schedule), content, library, profile):
        packet = ready.get(ids.get(row.number, ""))
        if packet is None or row.case is None or row.cancelled or row.number in corrected:
            continue
        _check_same_patient(key, packet, row.case, row.record_number, row.name, f"row {row.number}")
        yield Candidate(packet, row.number, row.name, row.record_number, row.mail, row.case)


def cancelled_rows(
    key: bytes, library: Library, content: Path, schedule: ScheduleSource, profile: str | None
) -> Iterator[tuple[int, CaseFingerprints]]:
    """Yield the number and the fingerprints of each row marked as cancelled."""
    for row in open_rows(files_of(schedule), str(schedule), content, library, profile):
        if row.cancelled and row.surgery_date is not None:
            yield row.number, CaseFingerprints.of(key, row.record_number, row.procedure, row.surgery_date, row.name)


def _check_same_patient(key: bytes, packet: Packet, case: Case, record_number: str, name: str, source: str) -> None:
    fingerprints = CaseFingerprints.of(key, record_number, case.procedure, case.surgery_date, name)
    if (fingerprints.patient, fingerprints.day, fingerprints.name) != (packet.patient, packet.day, packet.name):
        message = f"{source} is not the one that packet {packet.id} was made from"
        raise VerificationError(Problem("X27", message, "Nothing was sent. Report this as an error in Packets."))
