"""Name the files of a batch folder, check that they are unchanged, and refuse folders on network drives."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import Any

from msgspec import Struct

from packets.batch.packet_ledger import LEDGER_NAME, LIVE, Ledger, Packet
from packets.errors import InvalidInputError, Problem, WriteError
from packets.storage.files import is_there, make_folder, move, reading, remove, resolve_path
from packets.storage.lock import LOCK_NAME, FolderLock

SUPERSEDED = "superseded"
MANIFEST = "manifest.json"
PROBLEMS = "problems.csv"
PRINT_RUN = "print-run.pdf"
CHANGES = "print-run-changes.pdf"
_PACKET_FILE = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\.(pdf|html)")
FROM = re.compile(r"print-run-from-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\.pdf")
# Network file systems: two machines at once, or a lost connection, would damage the ledger.
_NETWORK = {
    *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "davfs", "ceph", "lustre", "beegfs", "gpfs"),
    *("fuse.sshfs", "fuse.davfs2", "fuse.glusterfs", "fuse.ceph", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs"),
    *("fuse.gvfsd-fuse",),  # a share that was opened in a file manager
}


class Folder(Struct, frozen=True):
    """The folder of a batch, and its files."""

    path: Path

    def file(self, packet: Packet) -> Path:
        return self.path / f"{packet.id}.pdf"

    def html(self, packet: Packet) -> Path:
        """Return the path of the packet's HTML copy, which not every folder has."""
        return self.path / f"{packet.id}.html"

    @property
    def ledger(self) -> Path:
        return self.path / LEDGER_NAME

    def is_batch_file(self, path: Path) -> bool:
        """Return whether a batch itself writes this file: the ledger, a packet, a list or the print run."""
        if resolve_path(path).parent not in (resolve_path(self.path), resolve_path(self.path / SUPERSEDED)):
            return False
        lists = (MANIFEST, PROBLEMS, PRINT_RUN, CHANGES, LOCK_NAME)
        return path.name in lists or path.name.startswith(LEDGER_NAME) or bool(_PACKET_FILE.fullmatch(path.name))

    def is_unchanged(self, packet: Packet) -> bool:
        """Return whether the packet's file is byte for byte as it was made; False if it cannot be read."""
        try:
            return digest_of(self.file(packet)) == packet.sha256
        except WriteError:
            return False

    def has_copy(self, packet: Packet, sha256: str) -> bool:
        """Return whether the packet's HTML copy is byte for byte as it was made; False if it cannot be read."""
        try:
            return bool(sha256) and digest_of(self.html(packet)) == sha256
        except WriteError:
            return False

    def has_file(self, packet: Packet) -> bool:
        return is_there(self.file(packet))

    def unreadable(self, packet: Packet) -> tuple[Problem, ...]:
        """Return a problem (W85) if the packet's file exists but cannot be read."""
        try:
            digest_of(self.file(packet))
        except WriteError as error:
            return error.problems
        return ()

    def packet_files(self) -> Iterator[Path]:
        for folder in (self.path, self.path / SUPERSEDED):
            try:
                with reading(folder):
                    files = sorted(folder.iterdir())
            except FileNotFoundError:
                continue
            yield from (file for file in files if _PACKET_FILE.fullmatch(file.name))

    def refuse_lost_ledger(self) -> None:
        """Raise InvalidInputError (D05) if there are packets but no ledger: their ids could be used a second time."""
        if not self.ledger.exists() and any(self.packet_files()):
            raise self._lost_ledger_error("D05", "the folder contains packets, but no ledger")

    def refuse_unknown_packets(self, packets: Iterable[Packet]) -> None:
        """Raise InvalidInputError (D11) if a packet is not in the ledger: the ledger is then an old copy."""
        ids = {packet.id for packet in packets}
        unknown = sorted({file.stem for file in self.packet_files()} - ids)
        if unknown:
            more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
            raise self._lost_ledger_error(
                "D11", f"the ledger lacks packet {', '.join(unknown[:3])}{more}: it may be an old copy"
            )

    def _lost_ledger_error(self, code: str, message: str) -> InvalidInputError:
        hint = "Restore the whole folder from one backup, or start in a new folder"
        return InvalidInputError(Problem(code, message, hint, str(self.path)))

    def move_superseded(self, packets: Iterable[Packet]) -> None:
        """Move the files of superseded and cancelled packets to superseded/. This can be repeated."""
        for packet in packets:
            for file in (self.file(packet), self.html(packet)):
                if packet.state not in LIVE and is_there(file):
                    make_folder(self.path / SUPERSEDED)
                    move(file, self.path / SUPERSEDED)

    def remove_print_runs(self) -> None:
        """Delete print runs and lists, so that outdated ones are not taken for current ones.

        Raise WriteError for those that cannot be deleted, after all others are.
        """
        problems: list[Problem] = []
        for file in sorted(self.path.iterdir()):
            if file.name in (PRINT_RUN, CHANGES, MANIFEST, PROBLEMS) or FROM.fullmatch(file.name):
                try:
                    remove(file)
                except WriteError as error:
                    problems += error.problems
        if problems:
            raise WriteError(*problems)


def digest_of(file: Path) -> str:
    """Return the sha256 of a file, "" if it does not exist. Raise WriteError (W85) if it cannot be read."""
    try:
        with reading(file), file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


_DRIVE_REMOTE = 4  # fileapi.h
_LOCAL_DISK = "Choose a folder on this computer's own disk, and copy the print run from there"


def refuse_network_drive(path: Path, mounts: Path = Path("/proc/self/mounts"), hint: str = _LOCAL_DISK) -> None:
    """Raise InvalidInputError (D06) if the folder, or its nearest existing parent, is on a network drive."""
    if sys.platform == "win32" and is_windows_share(str(path.absolute()), _windows_drive_type):
        raise InvalidInputError(Problem("D06", "the folder is on a network drive", hint, str(path)))
    if sys.platform != "linux" or not mounts.exists():
        return
    existing = path.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    existing = existing.resolve()
    longest, file_system = Path(), ""
    for line in mounts.read_text("utf-8", "surrogateescape").splitlines():
        _, mount_point, name, *_ = line.split(" ")
        mount = Path(mount_point.replace("\\040", " "))
        if existing.is_relative_to(mount) and len(mount.parts) >= len(longest.parts):
            longest, file_system = mount, name
    if file_system in _NETWORK:
        raise InvalidInputError(Problem("D06", f"the folder is on a network drive ({file_system})", hint, str(path)))


def is_windows_share(path: str, drive_type: Callable[[str], int]) -> bool:
    r"""Return whether an absolute Windows path is a share (`\\\\server\\share`) or on a mapped drive.

    `drive_type` is Windows' GetDriveTypeW.
    """
    path = re.sub(r"^\\\\[?.]\\UNC\\", r"\\\\", path, flags=re.IGNORECASE)
    path = re.sub(r"^\\\\[?.]\\", "", path)
    drive = PureWindowsPath(path).drive
    return drive.startswith("\\\\") or drive_type(drive + "\\") == _DRIVE_REMOTE


def _windows_drive_type(root: str) -> int:
    import ctypes

    windows: Any = ctypes
    return int(windows.windll.kernel32.GetDriveTypeW(root))


@contextmanager
def locked_ledger(path: Path, clock: Callable[[], dt.datetime], lent: Ledger | None = None) -> Iterator[Ledger]:
    """Yield the ledger of a batch folder while holding the folder's lock.

    `lent` is its ledger if another thread of this process has it open, and lets this one use it.

    Raise LockedError, InvalidInputError (D05, D09), or what Ledger raises.
    """
    if lent is not None:
        yield lent
        return
    folder = Folder(path)
    with FolderLock(path, clock()):
        folder.refuse_lost_ledger()
        if not folder.ledger.exists():
            hint = "Type the folder of the batch (its option -o)"
            raise InvalidInputError(Problem("D09", "this folder was not made by a batch", hint, str(path)))
        ledger = Ledger(folder.ledger, clock)
        try:
            yield ledger
        finally:
            ledger.close()
