"""Keep in the ledger which row of which schedule each packet of the newest plan was made from.

The ledger knows row numbers and a checksum of the schedule, and nothing of what the rows say.
"""

from __future__ import annotations

import json

from packets.batch.ledger import Ledger
from packets.batch.plan import Plan


def keep_rows(ledger: Ledger, schedule_sha256: str, plan: Plan) -> None:
    """Write down the rows of a plan that the ledger has begun."""
    rows = json.dumps({row.row: row.packet.id for row in plan.rows})
    if (ledger.note("schedule"), ledger.note("rows")) != (schedule_sha256, rows):
        ledger.keep(schedule=schedule_sha256, rows=rows)


def rows_of(ledger: Ledger) -> tuple[str, dict[int, str]] | None:
    """Return the checksum of the schedule and the packet of each row; None unless the newest plan was carried out."""
    schedule = ledger.note("schedule")
    if not schedule or ledger.note("finished") != "yes":
        return None
    return schedule, {int(row): packet_id for row, packet_id in json.loads(ledger.note("rows")).items()}
