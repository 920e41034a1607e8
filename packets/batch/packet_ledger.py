"""Store in SQLite what a batch made in a folder; the tables are in migrations/.

The ledger contains no patient data: record numbers and names are fingerprints made with the site key. Each row has a
checksum, and each event's checksum includes that of the event before it, so that damage is found that SQLite overlooks.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple, replace

from packets.batch import migrations
from packets.errors import InvalidInputError, Problem, WriteError, os_error_reason

LEDGER_NAME = "ledger.db"
WAIT_S = 2.0  # for a program that reads the ledger: it opens and closes the write-ahead log under a lock
WEB_OUTBOX = "entered_on_page"  # metadata that marks the folder as the outbox of the web form

_DAMAGED = "Restore ledger.db from a backup of the whole folder, or start in a new folder"


class State(StrEnum):
    PLANNED = "planned"
    READY = "ready"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


LIVE = (State.PLANNED, State.READY)


class Packet(Struct, frozen=True):
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
    text_fingerprint: bytes = b""  # of the text of its pages; the column is `said`


class Paper(StrEnum):
    """What became of a packet's paper."""

    TO_PATIENT = "to the patient"
    TO_RELATIVE = "to a relative"
    TO_OTHER = "to another person"
    TAKEN_BACK = "taken back"


class Handover(Struct, frozen=True):
    """A paper that was handed over or taken back: when (UTC), and by whom."""

    at: str
    actor: str
    packet: str
    what: Paper


_COLUMNS = tuple("said" if name == "text_fingerprint" else name for name in Packet.__struct_fields__)
_INSERT = f"INSERT INTO packet({', '.join(_COLUMNS)}, seal) VALUES ({', '.join('?' * len(_COLUMNS))}, ?)"  # noqa: S608
_UPDATE = "UPDATE packet SET performed = ?, run = ?, state = ?, sha256 = ?, pages = ?, said = ?, seal = ? WHERE id = ?"
_SELECT = f"SELECT {', '.join(_COLUMNS)}, seal FROM packet"  # noqa: S608


def _html_of(packet_id: str) -> str:
    return f"html {packet_id}"  # the name of the metadata


def utc(moment: dt.datetime) -> str:
    """Return a time as the ledger stores it: UTC, ISO 8601, whole seconds."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def checksum_of(*values: object) -> bytes:
    return hashlib.sha256(repr(tuple(str(v) if isinstance(v, str) else v for v in values)).encode()).digest()[:16]


def _end(number: int, checksum: bytes) -> str:
    """Return the metadata about the last row of a table."""
    return f"{number} {checksum.hex()}"


def _create_owner_only(path: Path) -> None:
    """Create the file with mode 0600 whatever the umask is; SQLite gives its other files the same mode."""
    is_new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if is_new and os.name == "posix":
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


class Ledger:
    """The ledger of a folder. Open it only while holding the folder's lock, and use it in one thread at a time.

    Every method may raise InvalidInputError (D01, D03) or WriteError (D04, D12, W06).
    """

    def __init__(self, path: Path, clock: Callable[[], dt.datetime]) -> None:
        self._path, self._clock = path, clock
        self._ends: dict[str, str] = {}  # by table: number and checksum of the last row that the transaction added
        with self._explained():
            self._db = self._connect()
            try:
                self._prepare()
                self._verify()
            except BaseException:
                self._db.close()
                raise

    def _connect(self) -> sqlite3.Connection:
        _create_owner_only(self._path)
        return sqlite3.connect(self._path, isolation_level=None, timeout=WAIT_S, check_same_thread=False)

    def _prepare(self) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL may lose the last commits in a power cut
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        if migrations.version(self._db) > migrations.newest(migrations.LEDGER):
            hint = "Use the newer version of Packets that wrote it"
            raise InvalidInputError(Problem("D03", "the ledger was written by a newer version", hint, str(self._path)))
        migrations.migrate(self._db, migrations.LEDGER)
        self._db.execute("BEGIN IMMEDIATE")  # raises if another program is writing
        self._db.execute("ROLLBACK")

    def close(self) -> None:
        """Merge the write-ahead log into the ledger, so that one file is left, and close it."""
        with self._explained(), closing(self._db):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def abandon(self) -> None:
        """Close without writing; the next run reads the write-ahead log."""
        self._db.close()

    # ---- reading

    def packets(self) -> Iterator[Packet]:
        with self._explained():
            for *values, checksum in self._db.execute(_SELECT + " ORDER BY id"):
                packet = Packet(*values)
                if checksum != checksum_of(*astuple(packet)):
                    raise self._damaged()
                yield replace(packet, state=State(packet.state))

    def get_meta(self, name: str) -> str:
        """Return a stored value, or "" if there is none."""
        with self._explained():
            row = self._db.execute("SELECT value, seal FROM meta WHERE name = ?", (name,)).fetchone()
        if row is None:
            return ""
        if row[1] != checksum_of(name, row[0]):
            raise self._damaged()
        return str(row[0])

    def html_sha256(self, packet_id: str) -> str:
        """Return the sha256 of a packet's HTML copy, or "" if none was made."""
        return self.get_meta(_html_of(packet_id))

    def mailed(self) -> set[str]:
        """Return the ids of packets that were mailed or may have been."""
        query = "SELECT packet FROM message WHERE state IN ('committing', 'sent', 'unknown')"
        with self._explained():
            return {str(packet) for (packet,) in self._db.execute(query)}

    def handovers(self) -> tuple[Handover, ...]:
        """Return what became of the papers, oldest first; a paper may have been handed over more than once."""
        with self._explained():
            rows = self._db.execute("SELECT at, actor, packet, what FROM handover ORDER BY id").fetchall()
        return tuple(Handover(at, actor, packet, Paper(what)) for at, actor, packet, what in rows)

    # ---- writing: each method is one transaction

    def set_meta(self, **meta: str) -> None:
        with self._transaction():
            self._set_meta(**meta)

    def plan(self, changed: Iterable[Packet], begun: Iterable[Packet], **meta: str) -> None:
        """Record what the folder will contain before any of it is made, so that no packet id is used twice.

        `changed` are existing packets in their new state, `begun` are new packets.
        """
        with self._transaction():
            for packet in changed:
                self._update(packet, packet.state)
            for packet in begun:
                values = astuple(packet)
                self._db.execute(_INSERT, (*values, checksum_of(*values)))
                self._event("planned", packet.id, packet.replaces or "")
            self._set_meta(**meta)

    def ready(self, packets: Iterable[Packet], copies: Mapping[str, str] | None = None) -> None:
        """Record that the files of these packets are complete; `copies` has the sha256 of each HTML copy by packet."""
        with self._transaction():
            for packet in packets:
                self._update(packet, "ready", packet.sha256)
            self._set_meta(**{_html_of(packet_id): sha256 for packet_id, sha256 in (copies or {}).items()})

    def withdraw(self, packets: Iterable[Packet]) -> None:
        """Record that these packets must be made again because the run that made them is not trusted."""
        with self._transaction():
            for packet in packets:
                self._update(
                    replace(packet, state=State.PLANNED, sha256="", pages=0, text_fingerprint=b""), "withdrawn"
                )

    def record(self, kind: str, detail: str = "", **meta: str) -> None:
        """Record an event of the whole run, with metadata."""
        with self._transaction():
            self._event(kind, "", detail)
            self._set_meta(**meta)

    def hand_over(self, packet_id: str, what: Paper, actor: str) -> None:
        """Record that a packet's paper was handed over or taken back, on the disk when this returns."""
        with self._transaction():
            self._append("handover", actor, packet_id, str(what))

    def _set_meta(self, **meta: str) -> None:
        for name, value in meta.items():
            row = (name, value, checksum_of(name, value))
            self._db.execute("INSERT OR REPLACE INTO meta(name, value, seal) VALUES (?, ?, ?)", row)

    def _update(self, packet: Packet, kind: str, detail: str = "") -> None:
        values = (
            packet.performed,
            packet.run,
            packet.state,
            packet.sha256,
            packet.pages,
            packet.text_fingerprint,
            checksum_of(*astuple(packet)),
            packet.id,
        )
        if self._db.execute(_UPDATE, values).rowcount != 1:
            raise self._damaged()
        self._event(kind, packet.id, detail)

    def _event(self, kind: str, packet: str, detail: str) -> None:
        self._append("event", kind, packet, detail)

    def _append(self, table: str, *values: object) -> None:
        """Add a row with its number, the time, these values, and a checksum of it and of all rows before."""
        query = f"SELECT id, chain FROM {table} ORDER BY id DESC LIMIT 1"  # noqa: S608  a name of this program
        number, last = self._db.execute(query).fetchone() or (0, b"")
        row = (number + 1, utc(self._clock()), *values)
        chain = checksum_of(last, *row)
        places = ", ".join("?" * (len(row) + 1))
        self._db.execute(f"INSERT INTO {table} VALUES ({places})", (*row, chain))  # noqa: S608
        self._ends[table] = _end(number + 1, chain)

    # ---- verification

    def _verify(self) -> None:
        """Verify every row and every event, after SQLite's own check."""
        if self._db.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise self._damaged()
        states: dict[str, str] = {}
        for _, _, kind, packet, _ in self._verified_rows("event"):
            if packet:
                states[packet] = State.PLANNED if kind == "withdrawn" else kind
        if {packet.id: packet.state for packet in self.packets()} != states:
            raise self._damaged()
        for _ in self._verified_rows("handover"):
            pass
        for (name,) in self._db.execute("SELECT name FROM meta").fetchall():
            self.get_meta(name)

    def _verified_rows(self, table: str) -> Iterator[list[Any]]:
        """Yield the rows that `_append` has added, without checksums. Raise if anything else has changed them."""
        number, chain = 0, b""
        for *row, checksum in self._db.execute(f"SELECT * FROM {table} ORDER BY id"):  # noqa: S608
            number += 1
            if row[0] != number or checksum != checksum_of(chain, *row):
                raise self._damaged()
            chain = checksum
            yield row
        if self.get_meta(f"last_{table}") != (_end(number, chain) if number else ""):
            raise self._damaged()

    def _damaged(self) -> InvalidInputError:
        return InvalidInputError(Problem("D01", "the ledger is damaged", _DAMAGED, str(self._path)))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            self._ends.clear()
            try:
                yield
                self._set_meta(**{f"last_{table}": end for table, end in self._ends.items()})
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Convert SQLite errors to problems, by their error codes."""
        try:
            yield
        except OSError as error:
            message = f"the ledger cannot be written: {os_error_reason(error)}"
            raise WriteError(Problem("D04", message, "Choose a folder that you own", str(self._path))) from None
        except UnicodeDecodeError:
            raise self._damaged() from None
        except sqlite3.ProgrammingError:
            raise  # a bug in this program, not in the file
        except sqlite3.DatabaseError as error:
            match error.sqlite_errorcode & 0xFF if hasattr(error, "sqlite_errorcode") else sqlite3.SQLITE_ERROR:
                case sqlite3.SQLITE_FULL:
                    hint = "Free some space, then run this command again"
                    raise WriteError(Problem("W06", "the disk is full", hint, str(self._path))) from None
                case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_IOERR:
                    hint = "Check that you can write to this file and its folder, and that the disk is not read-only"
                    raise WriteError(Problem("D04", "the ledger cannot be written", hint, str(self._path))) from None
                case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                    hint = "Close the program that uses it, then run this command again"
                    raise WriteError(Problem("D12", "the ledger is in use", hint, str(self._path))) from None
                case _:
                    raise self._damaged() from None
