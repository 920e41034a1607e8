"""Read a folder's ledger while a batch may be writing it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from packets.batch.packet_ledger import LEDGER_NAME, WAIT_S, Ledger


class LedgerCopy(Ledger):
    """A copy in memory of a folder's ledger, as of the last finished transaction. It needs no lock of the folder.

    What is written to it is lost. Raise InvalidInputError (D01, D03) or WriteError (D04, D12).
    """

    def _connect(self) -> sqlite3.Connection:
        return copied(self._path)

    def data(self) -> bytes:
        """Return the database as the bytes of a file."""
        return self._db.serialize()


@contextmanager
def ledger_copy(folder: Path, clock: Callable[[], dt.datetime]) -> Iterator[LedgerCopy]:
    """Open a copy of a folder's ledger. Raise what LedgerCopy raises."""
    ledger = LedgerCopy(folder / LEDGER_NAME, clock)
    try:
        yield ledger
    finally:
        ledger.abandon()


def copied(path: Path) -> sqlite3.Connection:
    """Return a copy in memory of an SQLite database that other processes may be writing. Raise sqlite3.Error."""
    # Not mode=ro, which leaves a write-ahead log behind.
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=WAIT_S)) as source:
        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            source.backup(memory)
        except BaseException:
            memory.close()
            raise
    return memory
