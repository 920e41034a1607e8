"""Read the schedule that a user names: one file, or a folder of files from an interface engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from packets.errors import InvalidInputError, Problem, os_error_reason
from packets.values import HiddenFields

MAX_BYTES = 10_000_000  # of a file
MAX_FOLDER_BYTES = 100_000_000
MAX_FILES = 20_000
_HINT = "Type the path of a CSV or XLSX file, or of a folder of HL7 v2 or FHIR files"


class SourceFile(HiddenFields, Struct, frozen=True):
    """A file and its content; `name` is for messages, and relative to the folder."""

    name: str
    data: bytes


def read_source(path: Path) -> tuple[SourceFile, ...]:
    """Return the content of a file or of every file in a folder, so that later changes do not matter.

    Files are ordered by name; those whose name begins with a dot or ends in .tmp are skipped, since an engine may
    still be writing them. Raise InvalidInputError (B01, B02); a file that is too large is not read.
    """
    try:
        if not path.is_dir():
            return (SourceFile(path.name, _content(path)),)
        entries = sorted(entry for entry in path.iterdir() if entry.is_file())
        return source_files(
            ((entry.name, _content(entry)) for entry in entries if not _is_skipped(entry.name)), str(path)
        )
    except OSError as error:
        raise InvalidInputError(
            Problem("B01", f"the schedule cannot be read: {os_error_reason(error)}", _HINT, str(path))
        ) from None


class UploadedSchedule(HiddenFields, Struct, frozen=True):
    """The files of a schedule that a browser sent; `name` is for messages."""

    name: str
    files: tuple[SourceFile, ...]

    def __str__(self) -> str:
        return self.name

    @property
    def size(self) -> int:
        return sum(len(file.data) for file in self.files)


ScheduleSource = Path | UploadedSchedule


def uploaded(schedule: ScheduleSource | None) -> UploadedSchedule | None:
    """Return the schedule if a browser sent it, None if not."""
    return schedule if isinstance(schedule, UploadedSchedule) else None


def files_of(schedule: ScheduleSource) -> tuple[SourceFile, ...]:
    """Return the files of a schedule. Raise InvalidInputError (B01, B02, B10)."""
    return schedule.files if isinstance(schedule, UploadedSchedule) else read_source(schedule)


def source_files(contents: Iterable[tuple[str, bytes]], shown: str) -> tuple[SourceFile, ...]:
    """Return the files of a folder or of an upload by name, without those that are skipped.

    Raise InvalidInputError (B02, B10) if there are too many, one is too large, or none is left.
    """
    files, total = [], 0
    for name, data in contents:
        if _is_skipped(name):
            continue
        if len(data) > MAX_BYTES:
            raise _too_large(name)
        files.append(SourceFile(name, data))
        total += len(data)
        if len(files) > MAX_FILES or total > MAX_FOLDER_BYTES:
            hint = f"At most {MAX_FILES} files with {MAX_FOLDER_BYTES // 1_000_000} MB are read. Use one day's folder."
            raise InvalidInputError(Problem("B02", "the folder is too large", hint, shown))
    if not files:
        raise InvalidInputError(Problem("B10", "the folder has no files", _HINT, shown))
    return tuple(sorted(files, key=lambda file: file.name))


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name.endswith(".tmp")


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise _too_large(str(path))
    return data


def _too_large(shown: str) -> InvalidInputError:
    hint = f"At most {MAX_BYTES // 1_000_000} MB are read. Export one day only."
    return InvalidInputError(Problem("B02", "the schedule is too large", hint, shown))


def sha256(files: Sequence[SourceFile]) -> str:
    """Return the digest of one file's content, or of all names and contents."""
    if len(files) == 1:
        return hashlib.sha256(files[0].data).hexdigest()
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{len(file.name)} {file.name} {len(file.data)}\n".encode())
        digest.update(file.data)
    return digest.hexdigest()
