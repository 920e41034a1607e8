"""Restore a folder from a backup file, and compare every file with its checksum."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct

from packets.batch.backup import BLOCK, CONTENTS, FORMAT, PREFIX, SavedFile
from packets.batch.folder import refuse_network_drive
from packets.errors import InvalidInputError, Problem, os_error_reason
from packets.storage.files import explained, sync_folder


class Contents(Struct, frozen=True):
    """What a backup says about itself; `written` is a time in UTC."""

    written: str
    folders: tuple[str, ...]
    files: tuple[SavedFile, ...]


def restore(file: Path, folder: Path) -> Contents:
    """Write the files of a backup to a new or empty folder, which is complete or absent.

    Raise InvalidInputError (D06, J11 to J15) or WriteError.
    """
    refuse_network_drive(folder)
    with explained(folder, folder.absolute().parent):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            hint = "Type the path of a folder that does not exist yet"
            raise InvalidInputError(Problem("J14", "there is already something at this path", hint, str(folder)))
    target = folder.absolute()
    unfinished = target.parent / f".{target.name}.restoring"
    with _open_backup(file) as archive:
        contents = _contents(archive, file)
        with explained(folder, target.parent):
            shutil.rmtree(unfinished, ignore_errors=True)  # a killed restore has left it
            unfinished.mkdir(mode=0o700)
        try:
            _extract(archive, contents, unfinished, file)
            with explained(folder, target.parent):
                if folder.exists():
                    folder.rmdir()
                unfinished.rename(target)
                sync_folder(target.parent)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    return contents


def _extract(archive: zipfile.ZipFile, contents: Contents, target: Path, file: Path) -> None:
    """Write every file and sync it; compare each with its checksum. Raise InvalidInputError (J12) or WriteError."""
    folders = [target, *(target / path for path in contents.folders)]
    with explained(target, target.parent):
        for folder in folders[1:]:
            folder.mkdir(mode=0o700)
    for saved in contents.files:
        digest = hashlib.sha256()
        with explained(target / saved.path, target), os.fdopen(_new_file(target / saved.path), "wb") as out:
            with archive.open(PREFIX + saved.path) as member:
                while block := member.read(BLOCK):
                    digest.update(block)
                    out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if digest.hexdigest() != saved.sha256:
            hint = "Use another backup: nothing was restored"
            message = f"{saved.path} is not what was backed up: the backup is damaged"
            raise InvalidInputError(Problem("J12", message, hint, str(file)))
    with explained(target, target.parent):
        for folder in folders:
            sync_folder(folder)


def _new_file(path: Path) -> int:
    """Create a file that only its owner can read."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


@contextmanager
def _open_backup(file: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup. Raise InvalidInputError (J11) if it is none, or is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
        raise _not_a_backup(file) from None
    except OSError as error:
        message = f"the backup cannot be read: {os_error_reason(error)}"
        raise InvalidInputError(Problem("J15", message, "Type the path of a backup file", str(file))) from None


def _not_a_backup(file: Path) -> InvalidInputError:
    hint = "Type a file that packets backup has written, and that is complete"
    return InvalidInputError(Problem("J11", "this is not a backup, or it is damaged", hint, str(file)))


def _contents(archive: zipfile.ZipFile, file: Path) -> Contents:
    """Return the list of files. Raise InvalidInputError (J11, J13) unless the backup has exactly these."""
    try:
        found: Any = json.loads(archive.read(CONTENTS))
        if isinstance(found, dict) and type(found.get("format")) is int and found["format"] > FORMAT:
            hint = "Use the newer version of Packets that wrote it"
            raise InvalidInputError(Problem("J13", "the backup was written by a newer version", hint, str(file)))
        contents = Contents(
            str(found["written"]),
            tuple(map(str, found["folders"])),
            tuple(SavedFile(str(each["path"]), int(each["size"]), str(each["sha256"])) for each in found["files"]),
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        raise _not_a_backup(file) from None
    names = [PREFIX + each.path for each in contents.files] + [CONTENTS]
    paths = [*contents.folders, *(each.path for each in contents.files)]
    sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if sorted(names) != sorted(entry.filename for entry in archive.infolist()) or not all(map(_is_safe, paths)):
        raise _not_a_backup(file)
    if any(sizes[PREFIX + each.path] != each.size for each in contents.files):
        raise _not_a_backup(file)
    return contents


def _is_safe(path: str) -> bool:
    """Return whether a path stays in the folder, on every system."""
    parts = PurePosixPath(path).parts
    return bool(parts) and path == "/".join(parts) and not path.startswith("/") and not (
        set(parts) & {".", ".."} or set(path) & set("\\:\0")
    )  # fmt: skip
