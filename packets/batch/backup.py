"""Write a folder into one backup file, while a batch may be working in the folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import stat
import time
import zipfile
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct, field
from msgspec.structs import asdict

from packets.batch.ledger_copy import copied, ledger_copy
from packets.batch.packet_ledger import LEDGER_NAME, LIVE, utc
from packets.batch.verify_folder import changed, expected_files, not_moved
from packets.errors import InvalidInputError, Problem
from packets.model.packet_id import is_packet_id
from packets.storage.audit_file import AUDIT_NAME
from packets.storage.files import TEMP_NAME, check_destination, reading, resolve_path, whole_file
from packets.storage.lock import LOCK_NAME, acquire

CONTENTS = "backup.json"  # the list of the files, each with its checksum
FORMAT = 1
PREFIX = "files/"  # of the names of the files in the backup
BLOCK = 1 << 20
_ATTEMPTS, _PAUSE_S = 5, 1.0  # a batch may just have changed what was read
_SQLITE = b"SQLite format 3\0"
_ZIP = b"PK\x03\x04"
_BESIDE_A_DATABASE = ("-wal", "-shm", "-journal")  # what they hold is in the copy of the database


class SavedFile(Struct, frozen=True):
    """A file in the backup; `path` is its path in the folder, with slashes."""

    path: str
    size: int
    sha256: str


class BackupReport(Struct):
    """What a backup holds.

    `left_out` are links, devices, and packets that were begun while the backup was made. `problems` are files that were
    missing or changed before.
    """

    folders: list[str] = field(default_factory=list)
    files: list[SavedFile] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def back_up(source: Path, target: Path, clock: Callable[[], dt.datetime]) -> BackupReport:
    """Write the folder `source`, with all folders in it, to the file `target`, which is complete or absent.

    Ledgers are copied with SQLite's own backup, so no batch has to stop. A folder's other files are compared with its
    copied ledger, and read again if a batch has just changed them. Raise InvalidInputError (D01, D03, J07 to J09) or
    WriteError.
    """
    check_destination(target)
    if not source.is_dir():
        hint = "Type the folder of a batch, or the folder that has all of them"
        raise InvalidInputError(Problem("J07", "there is no such folder to back up", hint, str(source)))
    if resolve_path(target).is_relative_to(resolve_path(source)):
        hint = "Type a file outside this folder, preferably on another disk"
        raise InvalidInputError(Problem("J08", "the backup would be inside the folder itself", hint, str(target)))
    _remove_unfinished(target.absolute().parent)
    earlier: list[Problem] = []
    with whole_file(target) as (file, _):
        with suppress(OSError):  # a network drive may have no locks
            acquire(file.fileno())  # so that no other backup takes it for one that was killed
        for attempt in range(1, _ATTEMPTS + 1):
            file.seek(0)
            file.truncate()
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                report = _Writer(source, archive, clock).write()
            if attempt == _ATTEMPTS or report.problems in ([], earlier):
                break
            earlier = report.problems
            time.sleep(_PAUSE_S)
    return report


def _remove_unfinished(folder: Path) -> None:
    """Delete what a killed backup has left: a temporary file that is a zip, and that nobody has locked."""
    for file in folder.iterdir():
        if TEMP_NAME.fullmatch(file.name) and file.is_file() and not file.is_symlink():
            with suppress(OSError), file.open("r+b") as stream:
                if stream.read(len(_ZIP)) == _ZIP and acquire(stream.fileno()):
                    file.unlink()


class _Writer:
    def __init__(self, source: Path, archive: zipfile.ZipFile, clock: Callable[[], dt.datetime]) -> None:
        self.source, self.archive, self.clock = source, archive, clock
        self.report = BackupReport()

    def write(self) -> BackupReport:
        with reading(self.source):
            self.add_folder(self.source)
        if not any(file.path.endswith(".db") for file in self.report.files):
            hint = "Type the folder of a batch, or the folder that has all of them"
            raise InvalidInputError(Problem("J09", "Packets has made nothing in this folder", hint, str(self.source)))
        contents = {
            "format": FORMAT,
            "written": utc(self.clock()),
            "folders": self.report.folders,
            "files": [asdict(file) for file in self.report.files],
        }
        self.archive.writestr(zipfile.ZipInfo(CONTENTS), json.dumps(contents, indent=1))
        return self.report

    def path(self, file: Path) -> str:
        return file.relative_to(self.source).as_posix()

    def add_folder(self, folder: Path, packets: Collection[str] | None = None) -> None:
        """Add the files of a folder. `packets` are the ids that its ledger knows, None for a folder without one."""
        if folder != self.source:
            self.report.folders.append(self.path(folder))
        if (folder / LEDGER_NAME).is_file():
            self.add_batch(folder)
            return
        for file in sorted(folder.iterdir()):
            self.add(file, packets)

    def add_batch(self, folder: Path) -> None:
        """Add the folder of a batch: a copy of its ledger, then the files, which the copy knows."""
        with ledger_copy(folder, self.clock) as ledger:
            packets = {packet.id: packet for packet in ledger.packets()}
            expected = list(expected_files(ledger))
            data = ledger.data()
        self.add_bytes(folder / LEDGER_NAME, data)
        first = len(self.report.files)
        for file in sorted(folder.iterdir()):
            if file.name != LEDGER_NAME:
                self.add(file, packets)
        saved = {file.path: file.sha256 for file in self.report.files[first:]}
        for each in expected:
            path = folder / each.name
            sha256 = saved.get(self.path(path))
            if sha256 != each.sha256 and (each.required or sha256):
                self.report.problems.append(changed(each, str(path), is_missing=sha256 is None))
        for packet in packets.values():
            file = folder / f"{packet.id}.pdf"
            if packet.state not in LIVE and self.path(file) in saved:
                self.report.problems.append(not_moved(packet, file))

    def add(self, file: Path, packets: Collection[str] | None) -> None:
        name = file.name
        if name == LOCK_NAME or TEMP_NAME.fullmatch(name) or name.endswith(_BESIDE_A_DATABASE):
            return
        try:
            kind = file.lstat().st_mode
        except FileNotFoundError:  # the batch has moved it since
            return
        if stat.S_ISDIR(kind):
            self.add_folder(file, packets)
        elif not stat.S_ISREG(kind) or (packets is not None and is_packet_id(file.stem) and file.stem not in packets):
            self.report.left_out.append(self.path(file))
        else:
            with suppress(FileNotFoundError), file.open("rb") as stream:
                if stream.read(len(_SQLITE)) == _SQLITE:
                    self.add_database(file)
                else:
                    stream.seek(0)
                    self.add_stream(file, stream)

    def add_database(self, file: Path) -> None:
        try:
            with closing(copied(file)) as copy:
                self.add_bytes(file, copy.serialize())
        except sqlite3.Error:
            hint = "Restore this file from an earlier backup, or delete it"
            raise InvalidInputError(Problem("J10", "this database is damaged or in use", hint, str(file))) from None

    def add_bytes(self, file: Path, data: bytes) -> None:
        self.archive.writestr(zipfile.ZipInfo(PREFIX + self.path(file)), data)
        self.report.files.append(SavedFile(self.path(file), len(data), hashlib.sha256(data).hexdigest()))

    def add_stream(self, file: Path, stream: BinaryIO) -> None:
        if file.name == AUDIT_NAME:  # the server may be writing a line
            data = stream.read()
            self.add_bytes(file, data[: data.rfind(b"\n") + 1])
            return
        digest, size = hashlib.sha256(), 0
        with self.archive.open(zipfile.ZipInfo(PREFIX + self.path(file)), "w", force_zip64=True) as member:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                member.write(block)
        self.report.files.append(SavedFile(self.path(file), size, digest.hexdigest()))
