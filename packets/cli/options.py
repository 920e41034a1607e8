"""Define the options that several commands share, and print notes with their results."""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from packets.errors import Problem, UsageError

if TYPE_CHECKING:
    from packets.content.library import Library

F = TypeVar("F", bound=Callable[..., Any])

_PATH = click.Path(path_type=Path)


def clock() -> Callable[[], dt.datetime]:
    """Return the clock of the running command."""
    now: Callable[[], dt.datetime] = click.get_current_context().obj
    return now


def confirm_date(function: F) -> F:
    text = "Accept this unlikely date, such as a surgery half a year ahead. Can be used more than once."
    option = click.option("--confirm-date", "confirmed", multiple=True, metavar="DATE", help=text, callback=_dates)
    return option(function)


def confirm_changes(function: F) -> F:
    text = "Make the packets although record numbers or dates look damaged: they were compared with the charts."
    return click.option("--confirm-changes", is_flag=True, help=text)(function)


def _dates(context: click.Context, parameter: click.Parameter, typed: tuple[str, ...]) -> frozenset[dt.date]:
    if not all(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) for text in typed):
        raise UsageError(_not_a_date())
    try:
        return frozenset(dt.date.fromisoformat(text) for text in typed)
    except ValueError:
        raise UsageError(_not_a_date()) from None


def _not_a_date() -> Problem:
    hint = "Write year, month and day with two dashes: 2026-12-07"
    return Problem("U70", "this is not a date", hint, "--confirm-date")


def content(function: F) -> F:
    return click.option("--content", type=_PATH, help="The content folder; default: the shipped one.")(function)


def load_library(folder: Path | None) -> tuple[Path, Library]:
    """Return the content folder and its library. Raise InvalidInputError with every mistake."""
    from packets.content.library import load_valid
    from packets.resources import content_root

    root = content_root(folder)
    return root, load_valid(root)


def site_key(function: F) -> F:
    text = "The site key; default: in your settings."
    return click.option("--site-key", type=_PATH, metavar="FILE", help=text)(function)


def quiet(function: F) -> F:
    return click.option("--quiet", is_flag=True, help="Print only problems.")(function)


def as_json(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(function)


class _ProfileOption(click.Option):
    """An option whose help leaves out --source, the former name of --profile."""

    def get_help_record(self, context: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(context)
        return record and (record[0].replace(", --source", ""), record[1])


def schedule_profile(function: F) -> F:
    text = "How to read the schedule: a schedule profile. Default: plain, the standard columns."
    return click.option("--profile", "--source", "profile", cls=_ProfileOption, metavar="NAME", help=text)(function)


def print_options(function: F) -> F:
    large = click.option("--large-print", is_flag=True, help="Print in 18 points or larger.")
    paper = click.option("--paper", type=click.Choice(["letter", "a4"]), help="Default: the clinic's (clinic.yaml).")
    return large(paper(function))


def plan(function: F) -> F:
    text = "What to print; default: the plan that fits the handout, if only one does."
    return click.option("--plan", metavar="discharge|pre-op|handout", help=text)(function)


def site(function: F) -> F:
    text = "Where the patients are treated, if the clinic has several sites."
    return click.option("--site", metavar="SITE", help=text)(function)


def drafts(function: F) -> F:
    text = "Print content that no clinician has approved yet, marked as a draft."
    return click.option("--include-drafts", is_flag=True, help=text)(function)


def output(function: F) -> F:
    text = "The PDF to write."
    option = click.option(
        "-o", "--output", type=_PATH, required=True, metavar="FILE", help=text, callback=_refuse_screen
    )
    return option(function)


def _refuse_screen(context: click.Context, parameter: click.Parameter, path: Path) -> Path:
    if str(path) == "-":
        raise UsageError(Problem("U06", "a PDF is written to a file, not to the screen", "Type: -o packet.pdf", "-o"))
    return path


def standard_input(option: str) -> bytes:
    """Return all of standard input. Raise UsageError (U09) if there is none."""
    if sys.stdin is None:
        raise UsageError(Problem("U09", "there is no standard input to read", "Type the name of a file.", option))
    return sys.stdin.buffer.read()


def printer_options(function: F) -> F:
    printer = click.option("--print", "printer", metavar="PRINTER", help="Print the result on this printer (lp, CUPS).")
    copies = click.option("--copies", type=click.IntRange(1, 99), default=1, help="With --print: the number of copies.")
    one = click.option("--one-sided", is_flag=True, help="Print on one side of the paper only.")
    return printer(copies(one(function)))


def check_printer(printer: str | None, one_sided: bool, copies: int, *, one_sided_file: bool = False) -> None:
    """Raise UsageError before anything is made if the printer cannot do it. A one-sided print run needs no printer."""
    one_sided_only = one_sided and not one_sided_file
    if printer is None and (one_sided_only or copies > 1):
        option = "--one-sided" if one_sided_only else "--copies"
        raise UsageError(Problem("U28", "this option needs a printer", "Add --print PRINTER.", option))
    if printer is not None:
        from packets.batch import printer as batch_printer

        batch_printer.check_printer(printer, os.environ, both_sides=not one_sided)


def send_to_printer(path: Path, printer: str, title: str, copies: int, one_sided: bool) -> None:
    from packets.batch.printer import print_file

    job = print_file(path, printer, title, os.environ, copies=copies, both_sides=not one_sided)
    click.echo(f"Sent to {printer} as {job}. Check the printer for the result.", err=True)


@contextmanager
def ignore_broken_pipe() -> Iterator[None]:
    """Ignore a reader that closes the pipe early (`| head`), so that the command finishes with the right exit code."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)


def counted(count: int, one: str, several: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {several}"


def warn(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(f"Note: {problem}", err=True)


def note_left_out(left_out: tuple[str, ...]) -> None:
    for part in left_out:
        click.echo(f"Note: a draft part was left out ({part}). To print it, add --include-drafts.", err=True)
