"""Define problems as data, the exceptions that carry them, and the exit codes of commands."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import IntEnum

from msgspec import Struct


class ExitCode(IntEnum):
    """The exit codes of commands; docs/errors.md explains them."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    SOME_ROWS_FAILED = 3
    INVALID_INPUT = 4
    CANNOT_WRITE = 5
    VERIFICATION_FAILED = 6
    UNKNOWN_MAIL = 7
    LOCKED = 75
    INTERRUPTED = 130


class Problem(Struct, frozen=True):
    """One problem: where it is, what is wrong, and what to do.

    `path` is a file as the user would type it, or an option such as `--mrn`. `line` and `column` count from 1.
    `field` names the form field or schedule column, so that the web form can show the problem beside it.
    `message` and `hint` never contain patient data.
    """

    code: str
    message: str
    hint: str = ""
    path: str = ""
    line: int | None = None
    column: int | None = None
    field: str = ""
    warning: bool = False

    def __str__(self) -> str:
        where = self.path
        if self.line is not None:
            where += f":{self.line}:{self.column if self.column is not None else 1}"
        first = f"{where}: {self.code} {self.message}" if where else f"{self.code} {self.message}"
        return first + "".join(f"\n    {line}" for line in self.hint.splitlines())

    def sort_key(self) -> tuple[str, int, int, str, str]:
        return (self.path, self.line or 0, self.column or 0, self.code, self.message)


def os_error_reason(error: OSError) -> str:
    """Return why the operating system refused, such as "Permission denied", without the name of the file."""
    return os.strerror(error.errno) if error.errno else "unknown reason"


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems in reading order, without duplicates."""
    return tuple(sorted(set(problems), key=Problem.sort_key))


class PacketsError(Exception):
    """The base of all exceptions here; each subclass has an exit code and holds problems."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = ordered(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UsageError(PacketsError):
    """The command line asks for something that cannot be done."""

    exit_code = ExitCode.USAGE


class InvalidInputError(PacketsError):
    """A file that was read (content, case, schedule, settings) is not valid."""

    exit_code = ExitCode.INVALID_INPUT


class WriteError(PacketsError):
    """The result could not be written; no partial file is left."""

    exit_code = ExitCode.CANNOT_WRITE


class VerificationError(PacketsError):
    """A PDF that was read back differs from what was asked for."""

    exit_code = ExitCode.VERIFICATION_FAILED


class LockedError(PacketsError):
    """Another run is using the same folder."""

    exit_code = ExitCode.LOCKED
