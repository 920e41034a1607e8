"""Record in the ledger which schedule row each packet of the newest plan comes from.

The ledger stores row numbers and a checksum of the schedule, not the content of the rows.
"""

from __future__ import annotations

import json
from collections.abc import Container

from packets.batch.packet_ledger import Ledger
from packets.batch.plan import BatchPlan


def record_rows(ledger: Ledger, schedule_sha256: str, plan: BatchPlan, typed: Container[int] = ()) -> None:
    """Record the rows of a plan that the ledger has begun. `typed` are rows with cells that a person typed."""
    rows = json.dumps({row.row: row.packet.id for row in plan.rows})
    corrected = json.dumps([row.row for row in plan.rows if row.row in typed])
    recorded = {"schedule": schedule_sha256, "rows": rows, "corrected_rows": corrected}
    if any((ledger.get_meta(name) or "[]") != value for name, value in recorded.items()):
        ledger.set_meta(**recorded)


def rows_of(ledger: Ledger) -> tuple[str, dict[int, str]] | None:
    """Return the checksum of the schedule and the packet of each row; None unless the newest plan was carried out."""
    schedule = ledger.get_meta("schedule")
    if not schedule or ledger.get_meta("finished") != "yes":
        return None
    return schedule, {int(row): packet_id for row, packet_id in json.loads(ledger.get_meta("rows")).items()}


def corrected_rows(ledger: Ledger) -> dict[int, str]:
    """Return the packet of each row of the newest plan that does not print what the schedule says in this row."""
    packets = json.loads(ledger.get_meta("rows") or "{}")
    return {row: packets[str(row)] for row in json.loads(ledger.get_meta("corrected_rows") or "[]")}
