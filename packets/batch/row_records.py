"""Record in the ledger which schedule row each packet of the newest plan comes from.

The ledger stores row numbers and a checksum of the schedule, not the content of the rows.
"""

from __future__ import annotations

import json

from packets.batch.packet_ledger import Ledger
from packets.batch.plan import BatchPlan


def record_rows(ledger: Ledger, schedule_sha256: str, plan: BatchPlan) -> None:
    """Record the rows of a plan that the ledger has begun."""
    rows = json.dumps({row.row: row.packet.id for row in plan.rows})
    if (ledger.get_meta("schedule"), ledger.get_meta("rows")) != (schedule_sha256, rows):
        ledger.set_meta(schedule=schedule_sha256, rows=rows)


def rows_of(ledger: Ledger) -> tuple[str, dict[int, str]] | None:
    """Return the checksum of the schedule and the packet of each row; None unless the newest plan was carried out."""
    schedule = ledger.get_meta("schedule")
    if not schedule or ledger.get_meta("finished") != "yes":
        return None
    return schedule, {int(row): packet_id for row, packet_id in json.loads(ledger.get_meta("rows")).items()}
