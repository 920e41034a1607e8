"""Store what a batch made in a folder, in SQLite; the tables are in migrations/.

It contains no patient data: record numbers and names are fingerprints made with the site key. Every row has a
digest of itself and every event one of the event before, so that a flipped bit is found that SQLite does not notice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from pathlib import Path

from packets.batch import migrations
from packets.errors import InvalidInputError, Problem, WriteError

LEDGER_NAME = "ledger.db"
WEB_OUTBOX = "entered_on_page"  # the note that marks the folder of the web form's outbox

_DAMAGED = "Bring ledger.db back from a backup of the whole folder, or begin in a new folder"


class State(StrEnum):
    PLANNED = "planned"
    READY = "ready"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


LIVE = (State.PLANNED, State.READY)


@dataclass(frozen=True, slots=True)
class Packet:
    """One version of one case's packet."""

    id: str
    patient: bytes
    episode: bytes
    day: bytes
    name: bytes
    version: int
    digest: bytes
    performed: int
    replaces: str | None
    run: int
    state: State = State.PLANNED
    sha256: str = ""
    pages: int = 0
    said: bytes = b""


_COLUMNS = tuple(Packet.__dataclass_fields__)
_INSERT = f"INSERT INTO packet({', '.join(_COLUMNS)}, seal) VALUES ({', '.join('?' * len(_COLUMNS))}, ?)"  # noqa: S608
_UPDATE = "UPDATE packet SET performed = ?, run = ?, state = ?, sha256 = ?, pages = ?, said = ?, seal = ? WHERE id = ?"
_SELECT = f"SELECT {', '.join(_COLUMNS)}, seal FROM packet"  # noqa: S608


def _seal(*values: object) -> bytes:
    return hashlib.sha256(repr(tuple(str(v) if isinstance(v, str) else v for v in values)).encode()).digest()[:16]


def _create_owner_only(path: Path) -> None:
    """Create the file for its owner alone, whatever the umask is; SQLite gives its other files the same mode."""
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if is_new and os.name == "posix":
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


class Ledger:
    """The ledger of a folder; open it under the folder's lock only.

    Every method raises InvalidInputError (D01, D03) or WriteError (D04).
    """

    def __init__(self, path: Path, clock: Callable[[], dt.datetime]) -> None:
        self._path, self._clock = path, clock
        self._last: tuple[int, bytes] | None = None  # number and digest of the transaction's last event
        with self._explained():
            _create_owner_only(path)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=0)
            try:
                self._prepare()
                self._verify()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        for pragma in (
            "locking_mode=EXCLUSIVE",
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose the last commits in a power cut
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        if migrations.version(self._db) > migrations.newest(migrations.LEDGER):
            hint = "Use the newer version of packets that has written here"
            raise InvalidInputError(Problem("D03", "the ledger was written by a newer version", hint, str(self._path)))
        migrations.migrate(self._db, migrations.LEDGER)

    def close(self) -> None:
        """Close the ledger and move the write-ahead log into it, so that one file is left."""
        with self._explained(), closing(self._db):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def abandon(self) -> None:
        """Close without another write; the next run reads the write-ahead log."""
        self._db.close()

    # ---- reading

    def packets(self) -> Iterator[Packet]:
        with self._explained():
            for *values, seal in self._db.execute(_SELECT + " ORDER BY id"):
                packet = Packet(*values)
                if seal != _seal(*astuple(packet)):
                    raise self._damaged()
                yield replace(packet, state=State(packet.state))

    def get_meta(self, name: str) -> str:
        """Return a stored value, or "" if there is none."""
        with self._explained():
            row = self._db.execute("SELECT value, seal FROM meta WHERE name = ?", (name,)).fetchone()
        if row is None:
            return ""
        if row[1] != _seal(name, row[0]):
            raise self._damaged()
        return str(row[0])

    def mailed(self) -> set[str]:
        """Return the packets that went out by mail, or may have."""
        query = "SELECT packet FROM message WHERE state IN ('committing', 'sent', 'unknown')"
        with self._explained():
            return {str(packet) for (packet,) in self._db.execute(query)}

    # ---- writing: each is one transaction

    def set_meta(self, **meta: str) -> None:
        with self._transaction():
            self._set_meta(**meta)

    def plan(self, changed: Iterable[Packet], begun: Iterable[Packet], **meta: str) -> None:
        """Record what the folder will contain before any of it is made, so that no id is given twice.

        `changed` are known packets in their new state, `begun` are new ones.
        """
        with self._transaction():
            for packet in changed:
                self._update(packet, packet.state)
            for packet in begun:
                self._db.execute(_INSERT, (*astuple(packet), _seal(*astuple(packet))))
                self._event("planned", packet.id, packet.replaces or "")
            self._set_meta(**meta)

    def ready(self, packets: Iterable[Packet]) -> None:
        """Record that the files of these packets are on the disk."""
        with self._transaction():
            for packet in packets:
                self._update(packet, "ready", packet.sha256)

    def withdraw(self, packets: Iterable[Packet]) -> None:
        """Record that these packets have to be made again: the run that made them is not trusted."""
        with self._transaction():
            for packet in packets:
                self._update(replace(packet, state=State.PLANNED, sha256="", pages=0, said=b""), "withdrawn")

    def record(self, kind: str, detail: str = "", **meta: str) -> None:
        """Record an event of the whole run, and metadata with it."""
        with self._transaction():
            self._event(kind, "", detail)
            self._set_meta(**meta)

    def _set_meta(self, **meta: str) -> None:
        for name, value in meta.items():
            row = (name, value, _seal(name, value))
            self._db.execute("INSERT OR REPLACE INTO meta(name, value, seal) VALUES (?, ?, ?)", row)

    def _update(self, packet: Packet, kind: str, detail: str = "") -> None:
        values = (
            packet.performed,
            packet.run,
            packet.state,
            packet.sha256,
            packet.pages,
            packet.said,
            _seal(*astuple(packet)),
            packet.id,
        )
        if self._db.execute(_UPDATE, values).rowcount != 1:
            raise self._damaged()
        self._event(kind, packet.id, detail)

    def _event(self, kind: str, packet: str, detail: str) -> None:
        at = self._clock().astimezone(dt.UTC).isoformat(timespec="seconds")
        row = self._db.execute("SELECT id, chain FROM event ORDER BY id DESC LIMIT 1").fetchone() or (0, b"")
        chain = _seal(row[1], row[0] + 1, at, kind, packet, detail)
        self._db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", (row[0] + 1, at, kind, packet, detail, chain))
        self._last = (row[0] + 1, chain)

    # ---- trust

    def _verify(self) -> None:
        """Verify the whole ledger: SQLite's own check, each row, each event."""
        if self._db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise self._damaged()
        states: dict[str, str] = {}
        number, chain = 0, b""
        for each, at, kind, packet, detail, seal in self._db.execute("SELECT * FROM event ORDER BY id"):
            number += 1
            if each != number or seal != _seal(chain, each, at, kind, packet, detail):
                raise self._damaged()
            chain = seal
            if packet:
                states[packet] = State.PLANNED if kind == "withdrawn" else kind
        if {packet.id: packet.state for packet in self.packets()} != states:
            raise self._damaged()
        for (name,) in self._db.execute("SELECT name FROM meta").fetchall():
            self.get_meta(name)
        last = self.get_meta("last_event")
        if last != (f"{number} {chain.hex()}" if number else ""):
            raise self._damaged()

    def _damaged(self) -> InvalidInputError:
        return InvalidInputError(Problem("D01", "the ledger is damaged", _DAMAGED, str(self._path)))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            self._last = None
            try:
                yield
                if self._last is not None:
                    self._set_meta(last_event=f"{self._last[0]} {self._last[1].hex()}")
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Convert SQLite errors to ours, by their codes."""
        try:
            yield
        except OSError as error:
            message = f"the ledger cannot be written: {os.strerror(error.errno or 0)}"
            raise WriteError(Problem("D04", message, "Choose a folder of your own", str(self._path))) from None
        except UnicodeDecodeError:
            raise self._damaged() from None
        except sqlite3.ProgrammingError:
            raise  # our own fault, not the file's
        except sqlite3.DatabaseError as error:
            match error.sqlite_errorcode & 0xFF if hasattr(error, "sqlite_errorcode") else sqlite3.SQLITE_ERROR:
                case sqlite3.SQLITE_FULL:
                    hint = "Make room, then run this command again"
                    raise WriteError(Problem("D04", "the disk is full", hint, str(self._path))) from None
                case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR:
                    hint = "Check that you may write to this file and its folder, and that the disk is not read-only"
                    raise WriteError(Problem("D04", "the ledger cannot be written", hint, str(self._path))) from None
                case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                    hint = "Close the program that has it open, then run this command again"
                    raise WriteError(Problem("D04", "the ledger is held open", hint, str(self._path))) from None
                case _:
                    raise self._damaged() from None
