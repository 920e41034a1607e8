"""Record in the audit file the packets of days that were made without a record, such as by a batch that was killed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from packets.batch.ledger_copy import ledger_copy
from packets.batch.packet_ledger import LEDGER_NAME
from packets.errors import PacketsError
from packets.storage.audit_file import AuditFile
from packets.web.folders import DayFolders


def record_unrecorded(
    audit: AuditFile, folders: DayFolders, clock: Callable[[], dt.datetime], log: Callable[[str], None]
) -> None:
    """Compare the ledger of each day with the audit file, before a batch of this server can be running.

    A day that cannot be compared gets a line in the log. Raise WriteError if the audit file cannot be written.
    """
    for day in folders.existing_days():
        folder = folders.root / str(day)
        if not (folder / LEDGER_NAME).is_file():
            continue
        try:
            with ledger_copy(folder, clock) as ledger:
                made = [packet.id for packet in ledger.packets() if packet.sha256]
        except PacketsError as error:
            log(f"audit: the packets of {day} cannot be compared: {error.problems[0].message}")
            continue
        audit.record_later(made)
