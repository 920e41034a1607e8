"""Lock a folder, so that one process at a time works in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import os
import re
import sys
from pathlib import Path

from packets.errors import LockedError, Problem
from packets.storage.files import explained, is_there

LOCK_NAME = ".packets.lock"
LOCK_TEXT = re.compile(r"process \d+, started \d{4}-\d\d-\d\d \d\d:\d\d")

# On Windows nobody can read a locked byte, so lock one far behind the text that names the holder.
_LOCKED_BYTE = 1 << 30


class FolderLock:
    """A context in which only this process works in `folder`; the lock file shows other runs its start time `now`.

    It is a lock of the operating system, so it ends with the process, even if that is killed. The file stays:
    removing it would let two runs hold a lock each. Raise LockedError (W11) and WriteError.
    """

    def __init__(self, folder: Path, now: dt.datetime) -> None:
        self._folder = folder
        self._now = now
        self._handle = -1

    def __enter__(self) -> FolderLock:
        file = self._folder / LOCK_NAME
        with explained(file if is_there(file) else self._folder, self._folder):
            handle = os.open(self._folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            try:
                if not acquire(handle):
                    raise _locked_error(self._folder, handle)
                os.ftruncate(handle, 0)
                os.write(handle, f"process {os.getpid()}, started {self._now:%Y-%m-%d %H:%M}\n".encode())
            except BaseException:
                os.close(handle)
                raise
        self._handle = handle
        return self

    def __exit__(self, *_: object) -> None:
        release(self._handle)
        os.close(self._handle)


def acquire(handle: int) -> bool:
    """Lock an open file; return False if another process holds the lock."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, 0):  # 0 under Wine
                return False
            raise
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
    else:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def release(handle: int) -> None:
    """Release the lock on Windows, where it may outlive the closed file for a while; elsewhere closing is enough."""
    if sys.platform == "win32":
        import msvcrt

        with contextlib.suppress(OSError):
            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)


def _locked_error(folder: Path, handle: int) -> LockedError:
    """Return an error that names the holder, unless it was killed before it wrote to the file."""
    holder = os.read(handle, 200).decode("ascii", "replace").strip()
    details = f" ({holder})" if LOCK_TEXT.fullmatch(holder) else ""
    message = f"another run is working in this folder{details}"
    return LockedError(Problem("W11", message, "Wait until it has ended, then run this command again", str(folder)))
