"""Bytes and a path in, a file that is whole or absent out."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shlex
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from packets.errors import Problem, WriteError

UNREADABLE = "W85"  # the code of a file in the folder that cannot be read
TEMP_NAME = re.compile(r"\.packets-[0-9a-f]{32}\.tmp")

# Windows refuses to replace a file that a reader or a virus scanner holds open; often for a moment only.
WAITS_S = (0.1, 0.2, 0.4, 0.8, 1.6) if sys.platform == "win32" else ()


def resolve_path(path: Path) -> Path:
    """Where a path leads. Of links in a circle too, where Path.resolve raises: writing there says what they are."""
    return Path(os.path.realpath(path))


def check_destination(path: Path) -> None:
    """Its folder is there, and it is no folder itself: known before anything is made. Raises CannotWrite."""
    with explained(path, path.parent):
        if not stat.S_ISDIR(path.parent.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "")
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISDIR(path.stat().st_mode):
                raise IsADirectoryError(errno.EISDIR, "")


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` so that a crash at any moment leaves the whole file, or what was there before.

    Its owner alone can read the file (0600), whatever the umask. A symbolic link is followed and stays a link.
    Raises CannotWrite, W01 to W10; what was at `path` is then untouched, and no temporary file is left.
    """
    with explained(path, path.parent):
        target = _place(path)
        temp = target.parent / f".packets-{secrets.token_hex(16)}.tmp"
        handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            try:
                _fill(handle, data)
            finally:
                os.close(handle)
            _replace(temp, target)
        except BaseException:
            with contextlib.suppress(OSError):
                temp.unlink()
            raise
        _sync_folder(target.parent)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Like `write_whole` for a file too long to be held: a file to write to, and where it is until the block ends.

    The file stands at `path` when the block has ended well, and nowhere when it has not.
    """
    with explained(path, path.parent):
        target = _place(path)
        temp = target.parent / f".packets-{secrets.token_hex(16)}.tmp"
        handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                if sys.platform != "win32":
                    with contextlib.suppress(OSError):  # see _fill
                        os.fchmod(handle, 0o600)
                yield file, temp
                file.flush()
                os.fsync(handle)
            _replace(temp, target)
        except BaseException:
            with contextlib.suppress(OSError):
                temp.unlink()
            raise
        _sync_folder(target.parent)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise CannotWrite (W85) that names the file for any error of reading, except that it is not there."""
    try:
        yield
    except FileNotFoundError:
        raise
    except NotADirectoryError:
        code, message, hint = _words(errno.ENOTDIR, path, path.parent)
        raise WriteError(Problem(code, message, hint, str(path if path.is_file() else path.parent))) from None
    except OSError as error:
        hint = "Have the disk looked at; delete the file, and the same batch command makes it again"
        if error.errno in (errno.EACCES, errno.EPERM):
            hint = f"Type: chmod u+rw {shlex.quote(str(path))}, or delete it: the same batch command makes it again"
        message = f"{path.name} cannot be read: {os.strerror(error.errno or 0)}"
        raise WriteError(Problem(UNREADABLE, message, hint, str(path))) from None


def is_there(path: Path) -> bool:
    """Return whether there is anything at `path`, even if it cannot be looked at."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def make_folder(path: Path) -> None:
    """The folder and those above it; a new one can be read by its owner alone. Raises CannotWrite."""
    with explained(path, path.parent):
        if path.is_dir():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
        path.chmod(0o700)  # whatever the umask
        _sync_folder(path.parent)


def move(path: Path, folder: Path) -> None:
    """Put a file into another folder under its own name, in both folders' records too. Raises CannotWrite."""
    with explained(path, folder):
        path.replace(folder / path.name)
        _sync_folder(folder)
        _sync_folder(path.parent)


def remove(path: Path) -> None:
    """Take a file away, if it is there. Raises CannotWrite."""
    with explained(path, path.parent):
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Remove what killed runs left behind, and say how many.

    Only under a FolderLock: a temporary file of a run that is still writing looks the same.
    """
    with explained(folder, folder):
        left = [entry for entry in folder.iterdir() if TEMP_NAME.fullmatch(entry.name) and not entry.is_symlink()]
        for entry in left:
            entry.unlink(missing_ok=True)
    return len(left)


def _place(path: Path) -> Path:
    """Where the file goes, if nothing that can be known beforehand speaks against it."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "")
    if not stat.S_ISREG(mode):  # replacing /dev/null would break the machine
        raise WriteError(Problem("W08", "this is not a regular file", "Type the name of a file", str(path)))
    return path.resolve() if path.is_symlink() else path


def _fill(handle: int, data: bytes) -> None:
    # A disk without permissions (a USB stick) may refuse; the mode at creation is never wider than 0600.
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.fchmod(handle, 0o600)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.fsync(handle)


def _replace(temp: Path, target: Path, waits_s: Sequence[float] = WAITS_S) -> None:
    for wait_s in waits_s:
        try:
            temp.replace(target)
        except PermissionError:
            time.sleep(wait_s)
        else:
            return
    temp.replace(target)


def _sync_folder(folder: Path) -> None:
    """A rename is on the disk only when its folder is."""
    if sys.platform == "win32":
        return  # a folder cannot be opened there
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have no fsync for folders
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def explained(shown: Path, folder: Path) -> Iterator[None]:
    """Turn every OSError into a CannotWrite that says what is wrong and what to do about it."""
    try:
        yield
    except OSError as error:
        code, message, hint = _words(error.errno or 0, shown, folder)
        raise WriteError(Problem(code, message, hint, str(shown))) from None


def _words(number: int, shown: Path, folder: Path) -> tuple[str, str, str]:
    """Code, message and hint; an error number that is not in the table keeps the system's own words."""
    match number:
        case errno.ENOENT:
            return "W01", "the folder does not exist", f"Make it first: {_mkdir(folder)}"
        case errno.ENOTDIR | errno.EEXIST:  # a folder is to be made where a file is
            return "W02", "part of this path is a file, not a folder", "Type the path of a folder"
        case errno.EISDIR:
            return "W03", "this is a folder, not a file", f"Add a file name: {shown / 'packet.pdf'}"
        case errno.EACCES | errno.EPERM:
            return "W04", "you may not write here", "Close the file if it is open, or choose a folder of your own"
        case errno.EROFS:
            return "W05", "this disk can be read but not written", "Choose a place on another disk"
        case errno.ENOSPC | errno.EDQUOT:
            return "W06", "the disk is full", "Make room, or choose a place on another disk"
        case errno.ENAMETOOLONG:
            return "W07", "this name is too long for the disk", "Choose a shorter name"
        case errno.EIO:
            return "W09", "the disk reports an error", "Choose another disk, and have this one looked at"
        case _:
            return "W10", f"cannot be written: {os.strerror(number)}", "Choose a place on another disk"


def _mkdir(folder: Path) -> str:
    """The command that makes the folder and those above it, as the system's own shell takes it."""
    return f'mkdir "{folder}"' if sys.platform == "win32" else f"mkdir -p {shlex.quote(str(folder))}"
