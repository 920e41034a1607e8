"""Find packets that became void after they were mailed: their patients have wrong dates, on paper and in calendars."""

from __future__ import annotations

from dataclasses import dataclass

from packets.batch.ledger import Ledger, State
from packets.batch.row_records import rows_of

TOLD = "told_void"  # the note in the ledger: packets whose patients have been told


@dataclass(frozen=True, slots=True)
class Void:
    """A packet that was mailed, or may have been, and that no longer holds."""

    packet_id: str
    why: str


def mailed_and_void(ledger: Ledger) -> tuple[Void, ...]:
    """List the packets whose patients nobody has told yet, by id."""
    mailed = ledger.mailed() - told(ledger)
    run = rows_of(ledger)
    of_rows = set(run[1].values()) if run else set()
    found = []
    for packet in ledger.packets():
        if packet.id in mailed and packet.state is State.CANCELLED:
            found.append(Void(packet.id, "its row says cancelled"))
        elif packet.id in mailed and packet.state is State.READY and run and packet.id not in of_rows:
            found.append(Void(packet.id, "its row is gone from the schedule, or is refused"))
    return tuple(found)


def told(ledger: Ledger) -> set[str]:
    """Return the packets of which a person has said that the patient knows."""
    return set(ledger.note(TOLD).split())
