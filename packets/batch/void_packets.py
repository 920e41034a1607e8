"""Find packets that became void after they were mailed: their patients have wrong dates."""

from __future__ import annotations

from msgspec import Struct

from packets.batch.packet_ledger import Ledger, State
from packets.batch.row_records import rows_of

NOTIFIED = "told_void"  # ledger metadata: the ids of void packets whose patients know


class VoidPacket(Struct, frozen=True):
    """A packet that was mailed, or may have been, and is no longer valid."""

    packet_id: str
    reason: str


def void_mailed_packets(ledger: Ledger) -> tuple[VoidPacket, ...]:
    """Return the void packets whose patients have not been notified yet, by id."""
    mailed = ledger.mailed() - notified_packets(ledger)
    last_run = rows_of(ledger)
    in_schedule = set(last_run[1].values()) if last_run else set()
    void = []
    for packet in ledger.packets():
        if packet.id in mailed and packet.state is State.CANCELLED:
            void.append(VoidPacket(packet.id, "its row is marked as cancelled"))
        elif packet.id in mailed and packet.state is State.READY and last_run and packet.id not in in_schedule:
            void.append(VoidPacket(packet.id, "its row was removed from the schedule or has an error"))
    return tuple(void)


def notified_packets(ledger: Ledger) -> set[str]:
    """Return the ids of void packets whose patients have been notified."""
    return set(ledger.get_meta(NOTIFIED).split())
