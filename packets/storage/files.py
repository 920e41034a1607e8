"""Write files so that they are complete or absent, and explain errors of the file system."""

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

from packets.errors import Problem, WriteError, os_error_reason

UNREADABLE = "W85"  # the problem code of an unreadable file
TEMP_NAME = re.compile(r"\.packets-[0-9a-f]{32}\.tmp")

# Windows refuses to replace a file that a reader or a virus scanner holds open; often for a moment only.
WAITS_S = (0.1, 0.2, 0.4, 0.8, 1.6) if sys.platform == "win32" else ()


def resolve_path(path: Path) -> Path:
    """Return where a path leads, also for circular links, for which Path.resolve raises; writing there reports them."""
    return Path(os.path.realpath(path))


def check_destination(path: Path) -> None:
    """Raise WriteError if the folder of `path` does not exist, or `path` is itself a folder."""
    with explained(path, path.parent):
        if not stat.S_ISDIR(path.parent.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "")
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISDIR(path.stat().st_mode):
                raise IsADirectoryError(errno.EISDIR, "")


def write_whole(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write `data` to `path` so that a crash at any moment leaves the whole file, or the previous one.

    Without `sync`, call `sync_written` for the folder after its last file: a power failure before that may lose all of
    these files.

    Only its owner can read the file (0600), regardless of the umask. A symbolic link is followed and stays a link.
    Raise WriteError (W01 to W10); `path` is then unchanged and no temporary file is left.
    """
    with _replacing(path, sync=sync) as (handle, _):
        try:
            _fill(handle, data)
        finally:
            os.close(handle)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Like `write_whole` for a file too large for memory: yield a file to write to, and its temporary path.

    The file appears at `path` if the block succeeds; otherwise it is removed.
    """
    with _replacing(path) as (handle, temp), os.fdopen(handle, "wb") as file:
        _allow_owner_only(handle)
        yield file, temp
        file.flush()
        os.fsync(handle)


@contextlib.contextmanager
def _replacing(path: Path, *, sync: bool = True) -> Iterator[tuple[int, Path]]:
    """Yield the handle and the path of a new file that replaces `path` if the block, which closes it, succeeds."""
    with explained(path, path.parent):
        target = _destination(path)
        temp = target.parent / f".packets-{secrets.token_hex(16)}.tmp"
        handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            yield handle, temp
            _replace(temp, target)
        except BaseException:
            with contextlib.suppress(OSError):
                temp.unlink()
            raise
        if sync or target != path:  # a symbolic link may lead to another folder
            sync_folder(target.parent)


def sync_written(folder: Path) -> None:
    """Sync a folder after files were written to it without `sync`. Raise WriteError."""
    with explained(folder, folder):
        sync_folder(folder)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Raise WriteError (W85) that names the file for every read error except FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except NotADirectoryError as error:
        code, message, hint = _explain(error, path, path.parent)
        raise WriteError(Problem(code, message, hint, str(path if path.is_file() else path.parent))) from None
    except OSError as error:
        hint = "Have the disk checked; delete the file, and the same batch command makes it again"
        if error.errno in (errno.EACCES, errno.EPERM):
            hint = f"Type: chmod u+rw {shlex.quote(str(path))}, or delete it: the same batch command makes it again"
        message = f"{path.name} cannot be read: {os_error_reason(error)}"
        raise WriteError(Problem(UNREADABLE, message, hint, str(path))) from None


def is_there(path: Path) -> bool:
    """Return whether anything exists at `path`, even if it cannot be examined."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def make_folder(path: Path) -> None:
    """Create the folder and its parents; only its owner can read a new one. Raise WriteError."""
    with explained(path, path.parent):
        if path.is_dir():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700)
        path.chmod(0o700)  # regardless of the umask
        sync_folder(path.parent)


def move(path: Path, folder: Path) -> None:
    """Move a file into another folder under the same name, and sync both folders. Raise WriteError."""
    with explained(path, folder):
        path.replace(folder / path.name)
        sync_folder(folder)
        sync_folder(path.parent)


def remove(path: Path) -> None:
    """Delete a file if it exists. Raise WriteError."""
    with explained(path, path.parent):
        path.unlink(missing_ok=True)


def sweep(folder: Path) -> int:
    """Delete the temporary files of killed runs, and return how many.

    Hold the FolderLock: the temporary file of a run that is still writing looks the same.
    """
    with explained(folder, folder):
        left = [entry for entry in folder.iterdir() if TEMP_NAME.fullmatch(entry.name) and not entry.is_symlink()]
        for entry in left:
            entry.unlink(missing_ok=True)
    return len(left)


def _destination(path: Path) -> Path:
    """Return where the file goes; raise if `path` is a folder or a device."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = stat.S_IFREG
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "")
    if not stat.S_ISREG(mode):  # replacing /dev/null would break the machine
        raise WriteError(Problem("W08", "this is not a regular file", "Type the name of a file", str(path)))
    return path.resolve() if path.is_symlink() else path


def _allow_owner_only(handle: int) -> None:
    """Let only the owner read a file. A disk without permissions (a USB stick) may refuse that."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.fchmod(handle, 0o600)


def _fill(handle: int, data: bytes) -> None:
    _allow_owner_only(handle)
    remaining = memoryview(data)
    while remaining:
        remaining = remaining[os.write(handle, remaining) :]
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


def sync_folder(folder: Path) -> None:
    """Sync a folder: a rename is on the disk only after its folder is."""
    if sys.platform == "win32":
        return  # Windows cannot open a folder
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have no fsync for folders
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def explained(path: Path, folder: Path) -> Iterator[None]:
    """Turn every OSError into a WriteError that says what is wrong with `path` and what to do."""
    try:
        yield
    except OSError as error:
        code, message, hint = _explain(error, path, folder)
        raise WriteError(Problem(code, message, hint, str(path))) from None


def _explain(error: OSError, path: Path, folder: Path) -> tuple[str, str, str]:
    """Return code, message and hint; an error number without a case keeps the system's message."""
    match error.errno:
        case errno.ENOENT:
            return "W01", "the folder does not exist", f"Make it first: {_mkdir(folder)}"
        case errno.ENOTDIR | errno.EEXIST:  # EEXIST: a file is where a folder should be created
            return "W02", "part of this path is a file, not a folder", "Type the path of a folder"
        case errno.EISDIR:
            return "W03", "this is a folder, not a file", f"Add a file name: {path / 'packet.pdf'}"
        case errno.EACCES | errno.EPERM:
            return "W04", "you may not write here", "Close the file if it is open, or choose a folder of your own"
        case errno.EROFS:
            return "W05", "this disk can be read but not written", "Type a folder on another disk"
        case errno.ENOSPC | errno.EDQUOT:
            return "W06", "the disk is full", "Delete files to make room, or type a folder on another disk"
        case errno.ENAMETOOLONG:
            return "W07", "this name is too long for the disk", "Choose a shorter name"
        case errno.EIO:
            return "W09", "the disk reports an error", "Type a folder on another disk, and have this disk checked"
        case _:
            return "W10", f"cannot be written: {os_error_reason(error)}", _hint(error.errno)


def _hint(number: int | None) -> str:
    """Return what to do about an error number that has no problem code of its own."""
    match number:
        case errno.ELOOP:
            return "A symbolic link leads back to itself: delete it, or type another path"
        case errno.ENOLCK:
            return "Type a folder on this computer: some network drives cannot lock files"
        case errno.EBUSY | errno.ETXTBSY:
            return "Close other programs that use this file or folder, then run this command again"
        case errno.EMFILE | errno.ENFILE | errno.ENOMEM:
            return "Close other programs, then run this command again"
        case errno.EFBIG:
            return "This disk cannot hold so large a file: type a folder on another disk"
        case errno.ESTALE | errno.ETIMEDOUT | errno.EHOSTDOWN | errno.EHOSTUNREACH | errno.ENOTCONN:
            return "Check the connection to the network drive, then run this command again"
        case _:
            return "Run this command again; if it fails again, type a folder on another disk"


def _mkdir(folder: Path) -> str:
    """Return the shell command that creates the folder and its parents."""
    return f'mkdir "{folder}"' if sys.platform == "win32" else f"mkdir -p {shlex.quote(str(folder))}"
