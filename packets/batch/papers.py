"""Record what becomes of the papers of a folder: printed, handed over, taken back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from packets.batch.folder import CHANGES, FROM, PRINT_RUN, locked_ledger
from packets.batch.manifest import csv_file, plain_cell
from packets.batch.packet_ledger import Handover, Ledger, Paper, State, utc
from packets.batch.row_records import rows_of
from packets.errors import InvalidInputError, Problem

_PRINTED = "printed"  # ledger metadata: when (UTC), and the ids of all packets that were ever printed


def hand_over(
    folder: Path, packet_id: str, what: Paper, actor: str, clock: Callable[[], dt.datetime], lent: Ledger | None = None
) -> None:
    """Record what became of a packet's paper; `lent` is as in `locked_ledger`.

    Raise InvalidInputError (D13, D14) if the folder has no such packet, or if one is handed over that is not valid,
    LockedError while a batch works in the folder, or what Ledger raises.
    """
    with locked_ledger(folder, clock, lent) as ledger:
        packets = {packet.id: packet for packet in ledger.packets()}
        if packet_id not in packets:
            raise _unknown_packet(folder)
        if what is not Paper.TAKEN_BACK and packets[packet_id].state is not State.READY:
            newer = next((packet.id for packet in packets.values() if packet.replaces == packet_id), "")
            hint = f"Hand over packet {newer}, which replaces it." if newer else "Take it out of what was printed."
            message = f"packet {packet_id} is no longer valid, and must not be handed over"
            raise InvalidInputError(Problem("D14", message, hint, str(folder)))
        ledger.hand_over(packet_id, what, actor)


def record_printed(
    folder: Path, name: str, clock: Callable[[], dt.datetime], lent: Ledger | None = None
) -> tuple[str, ...]:  # fmt: skip
    """Record that a packet or a print run was opened to be printed; `name` is a packet id or the name of a file.

    `lent` is as in `locked_ledger`.

    Return the ids of its packets. Raise InvalidInputError (D13), LockedError, or what Ledger raises.
    """
    with locked_ledger(folder, clock, lent) as ledger:
        ids = ids_in(ledger, name)
        if not ids:
            raise _unknown_packet(folder)
        before = printed(ledger)[1]
        ledger.set_meta(**{_PRINTED: json.dumps({"at": utc(clock()), "packets": sorted({*before, *ids})})})
    return ids


def _unknown_packet(folder: Path) -> InvalidInputError:
    hint = "Look at the id at the top of its pages"
    return InvalidInputError(Problem("D13", "no packet of this day has this id", hint, str(folder)))


def printed(ledger: Ledger) -> tuple[str, frozenset[str]]:
    """Return when something was last opened to be printed ("" if never), and the ids of all packets in it."""
    stored = json.loads(ledger.get_meta(_PRINTED) or '{"at": "", "packets": []}')
    return stored["at"], frozenset(stored["packets"])


def ids_in(ledger: Ledger, name: str) -> tuple[str, ...]:
    """Return the packets of a print run, or the one packet with this id; none if there is no such thing."""
    ready = {packet.id: packet for packet in ledger.packets() if packet.state is State.READY}
    rows = rows_of(ledger)
    in_run = [ready[packet_id] for packet_id in (rows[1].values() if rows else ()) if packet_id in ready]
    if FROM.fullmatch(name):
        first = ready.get(name.removeprefix("print-run-from-").removesuffix(".pdf"))
        if first not in in_run:
            return ()
        in_schedule_order = ledger.get_meta("sort") in ("", "schedule")  # otherwise which packets follow is not known
        return tuple(packet.id for packet in in_run[in_run.index(first) :]) if in_schedule_order else (first.id,)
    if name not in (PRINT_RUN, CHANGES):
        return (name,) if name in ready else ()
    last = int(ledger.get_meta("run") or 0)
    return tuple(packet.id for packet in in_run if name == PRINT_RUN or packet.run == last)


def handovers_csv(handovers: tuple[Handover, ...]) -> bytes:
    """Return a list for a spreadsheet or a record system, without patient data."""
    rows: list[tuple[str, ...]] = [("packet_id", "what", "by", "at (UTC)")]
    for each in handovers:
        what = each.what if each.what is Paper.TAKEN_BACK else f"handed over {each.what}"
        rows.append((each.packet, what, plain_cell(each.actor), each.at))
    return csv_file(rows)
