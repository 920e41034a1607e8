"""Find packets that became void after they were mailed: their patients have wrong dates, on paper and in calendars."""

from __future__ import annotations

from dataclasses import dataclass

from packets.batch.ledger import Ledger, State
from packets.batch.row_records import rows_of

NOTIFIED = "told_void"  # the note in the ledger: packets whose patients have been told


@dataclass(frozen=True, slots=True)
class VoidPacket:
    """A packet that was mailed, or may have been, and that no longer holds."""

    packet_id: str
    why: str


def void_mailed_packets(ledger: Ledger) -> tuple[VoidPacket, ...]:
    """List the packets whose patients nobody has told yet, by id."""
    mailed = ledger.mailed() - notified_packets(ledger)
    run = rows_of(ledger)
    of_rows = set(run[1].values()) if run else set()
    found = []
    for packet in ledger.packets():
        if packet.id in mailed and packet.state is State.CANCELLED:
            found.append(VoidPacket(packet.id, "its row says cancelled"))
        elif packet.id in mailed and packet.state is State.READY and run and packet.id not in of_rows:
            found.append(VoidPacket(packet.id, "its row is gone from the schedule, or is refused"))
    return tuple(found)


def notified_packets(ledger: Ledger) -> set[str]:
    """Return the packets of which a person has said that the patient knows."""
    return set(ledger.note(NOTIFIED).split())
