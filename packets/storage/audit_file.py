"""Record who did what with which packet, in a file of lines that each hold a hash of all lines before.

Anyone who can write the file can also compute every hash again; only a hash that was noted elsewhere reveals that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from packets.errors import InvalidInputError, LockedError, Problem, os_error_reason
from packets.model.packet_id import is_packet_id
from packets.storage.files import UNREADABLE, explained, sync_folder
from packets.storage.lock import acquire, release

AUDIT_NAME = "audit.jsonl"
RECOVERY = "packets"  # the user of an entry that the program writes on its own
_FIELDS = ("number", "at", "user", "action", "packet", "hash")
_KEEP = "Keep this file unchanged, and find out who could write to it"


class Action(StrEnum):
    """What a person did with a packet."""

    MADE = "made"
    OPENED = "opened"
    PRINTED = "printed"
    SAVED = "saved"
    QUEUED = "queued"
    CANCELLED = "cancelled"
    RELEASED = "sent anyway"
    RESOLVED = "resolved"
    SHOWED_PASSWORD = "password shown"  # noqa: S105  no password
    HANDED_OVER = "handed over"
    TAKEN_BACK = "taken back"
    # by the user RECOVERY:
    INCOMPLETE_LINE = "removed an incomplete line"
    RECORDED_LATER = "recorded afterwards"  # a packet that was made, and whose making was not recorded


class AuditReport(Struct, frozen=True):
    """What a check of an audit file found.

    `head` is the hash of its last line, `end` the size of its whole lines, and `made` are the packets that it says were
    made or recorded afterwards.
    """

    entries: int
    head: str
    end: int
    problems: tuple[Problem, ...]
    made: frozenset[str]


class AuditFile:
    """An audit file that this process alone appends to. Any thread may call `record`.

    Raise InvalidInputError (J01 to J03) if the file was changed, LockedError (J05) if another process appends to it,
    WriteError if it cannot be written. A last line that a power cut left incomplete is removed, which is recorded.
    """

    def __init__(self, path: Path, clock: Callable[[], dt.datetime]) -> None:
        self.path, self._clock = path, clock
        self._lock = threading.Lock()
        with explained(path, path.parent):
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            self._handle = os.open(path, flags, 0o600)
            try:
                self._begin()
                sync_folder(path.parent)
            except BaseException:
                os.close(self._handle)
                raise

    def _begin(self) -> None:
        if not acquire(self._handle):
            hint = "Stop the other server first."
            raise LockedError(Problem("J05", "another server writes this audit file", hint, str(self.path)))
        report = verify_audit(self.path)
        if damage := [problem for problem in report.problems if problem.code != "J04"]:
            raise InvalidInputError(*damage)
        self._number, self._head, self._made = report.entries, report.head, set(report.made)
        if report.problems:
            os.ftruncate(self._handle, report.end)
            self._append([self._line(RECOVERY, Action.INCOMPLETE_LINE, "")])

    def record(self, user: str, action: Action, *packet_ids: str) -> None:
        """Append a line for each packet; they are on the disk when this returns.

        Raise WriteError if they cannot be written; the file is then as it was before.
        """
        if not all(map(is_packet_id, packet_ids)):  # a name must never get into this file
            raise ValueError("not a packet id")
        if not packet_ids:
            return
        with self._lock, explained(self.path, self.path.parent):
            number, head = self._number, self._head
            try:
                self._append([self._line(user, action, packet_id) for packet_id in packet_ids])
            except BaseException:
                self._number, self._head = number, head
                raise

    def record_later(self, packet_ids: Iterable[str]) -> None:
        """Record those of these packets whose making this file had not recorded when it was opened."""
        missing = [packet_id for packet_id in packet_ids if packet_id not in self._made]
        self.record(RECOVERY, Action.RECORDED_LATER, *missing)
        self._made.update(missing)

    def close(self) -> None:
        """Close the file, after which nothing can be recorded."""
        with self._lock:
            release(self._handle)
            os.close(self._handle)
            self._handle = -1  # the system gives the number to another file

    def _line(self, user: str, action: Action, packet_id: str) -> bytes:
        """Return the next line. Its number and hash follow the last line that this process has written or read."""
        at = self._clock().astimezone(dt.UTC).isoformat(timespec="seconds")
        entry = {"number": self._number + 1, "at": at, "user": user, "action": str(action), "packet": packet_id}
        self._number, self._head = self._number + 1, _hash_of(self._head, entry)
        return _as_line(entry | {"hash": self._head})

    def _append(self, lines: list[bytes]) -> None:
        size = os.fstat(self._handle).st_size
        remaining = b"".join(lines)
        try:
            while remaining:
                remaining = remaining[os.write(self._handle, remaining) :]
            os.fsync(self._handle)
        except BaseException:
            with suppress(OSError):
                os.ftruncate(self._handle, size)
            raise


def verify_audit(path: Path, known_hash: str = "") -> AuditReport:
    """Compare each line with its hash and with the line before it.

    An edited, removed, added or moved line is found. Lines cut off at the end are found only with `known_hash`, the
    hash of a line that must be there. Raise InvalidInputError (W85) if the file cannot be read.
    """
    number, end = 0, 0
    head: str | None = ""  # None: the line before has no hash that can be read
    found = not known_hash
    problems: list[Problem] = []
    made: set[str] = set()
    for place, line in enumerate(_lines(path), 1):
        if not line.endswith(b"\n"):
            hint = "If the power failed as it was written, start the server: it removes this part, and records that"
            problems.append(Problem("J04", "the last line is incomplete", hint, str(path), place))
            break
        end += len(line)
        entry = _entry(line)
        if entry is None:
            problems.append(Problem("J01", "this line is not in the form that Packets writes", _KEEP, str(path), place))
            number, head = number + 1, None
            continue
        stated, this = str(entry.pop("hash")), int(str(entry["number"]))
        if this != number + 1:
            message = f"this is entry {this}, but entry {number + 1} belongs here: lines were removed or moved"
            problems.append(Problem("J02", message, _KEEP, str(path), place))
        elif head is not None and stated != _hash_of(head, entry):
            message = "this line, or the one before it, was changed after it was written"
            problems.append(Problem("J03", message, _KEEP, str(path), place))
        found = found or stated == known_hash
        if entry["action"] in (Action.MADE, Action.RECORDED_LATER):
            made.add(str(entry["packet"]))
        number, head = this, stated
    if not found:
        message = "no line has this hash: lines were cut off at the end, or the whole file was rewritten"
        problems.append(Problem("J06", message, _KEEP, str(path)))
    return AuditReport(number, head or "", end, tuple(problems), frozenset(made))


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            yield from file
    except OSError as error:
        message = f"{path.name} cannot be read: {os_error_reason(error)}"
        raise InvalidInputError(Problem(UNREADABLE, message, "Type the path of the audit file", str(path))) from None


def _entry(line: bytes) -> dict[str, object] | None:
    """Return the fields of a line, None unless it is byte for byte as this module writes it."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or tuple(entry) != _FIELDS or type(entry["number"]) is not int:
        return None
    return entry if _as_line(entry) == line else None


def _as_line(entry: dict[str, object]) -> bytes:
    return json.dumps(entry).encode() + b"\n"


def _hash_of(head: str, entry: dict[str, object]) -> str:
    return hashlib.sha256(f"{head}\n{json.dumps(entry)}".encode()).hexdigest()
