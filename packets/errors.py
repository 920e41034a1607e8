"""What can be wrong: problems as data, the exceptions that carry them, and the exit codes they end in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What a command ends with; the table stands in docs/errors.md."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    SOME_ROWS_FAILED = 3
    REFUSED = 4
    CANNOT_WRITE = 5
    NOT_PROVED = 6
    UNKNOWN_MAIL = 7
    LOCKED = 75
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where, what, and what to do.

    `path` is a file as the reader would type it, or an option such as `--mrn`. `line` and `column` count from 1.
    `field` is the name of the form field or schedule column, so that a page can show the problem beside it.
    Neither `message` nor `hint` ever holds a value of a patient's.
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


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems in reading order, each once."""
    return tuple(sorted(set(problems), key=Problem.sort_key))


class PacketsError(Exception):
    """The family: each member knows its exit code, and holds problems instead of a sentence."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = ordered(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UsageError(PacketsError):
    """What was typed on the command line cannot be done."""

    exit_code = ExitCode.USAGE


class InvalidInputError(PacketsError):
    """A file that was read (content, case, schedule, settings) is not good enough to work from."""

    exit_code = ExitCode.REFUSED


class WriteError(PacketsError):
    """The result could not be put where it was asked for; nothing partial is left there."""

    exit_code = ExitCode.CANNOT_WRITE


class VerificationError(PacketsError):
    """A PDF, read back, is not the one that was asked for."""

    exit_code = ExitCode.NOT_PROVED


class LockedError(PacketsError):
    """Another run is working in the same folder."""

    exit_code = ExitCode.LOCKED
