"""Run one command and turn exceptions into messages and exit codes."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

import click

from packets import __version__
from packets.errors import ExitCode, PacketsError

# Name, and the line that `--help` shows: known here so that no command's libraries are read to list it.
COMMANDS = {
    "packet": "Make one patient's packet as a PDF.",
    "batch": "Make the packets of a surgery day and one print run.",
    "handout": "Make the rack copy of a handout: nobody's, with lines to write dates on.",
    "explain": "Show for each recovery date the source sentence, the rule and the arithmetic.",
    "verify": "Read PDFs back and check that they are whole and consistent.",
    "check": "Check the content files and report every mistake.",
    "list": "List procedures, languages, status and review dates.",
    "new": "Write a commented starter for a new procedure.",
    "preview": "Show the pages of a made-up patient's packet as pictures, at each save if wanted.",
    "diff": "Show what two revisions of a handout say differently, as a patient would read them.",
    "mail": "Mail the packets of a batch, each at most once: queue, list, send, show, resolve, cancel.",
    "serve": "Open the nurse's page in a browser on this machine.",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"packets.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], COMMANDS, 1)
            hint = f' Did you mean "{close[0]}"?' if close else ""
            raise click.UsageError(error.message + hint, ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="packets")
def group() -> None:
    """Patient handouts and discharge packets from YAML content.

    \b
    Example:
      packets packet cervical-foraminotomy --surgery-date 2026-12-07 \\
        --surgeon "Dr. Jane Rivera" --collar yes \\
        --patient-name "Rosa Martinez" --mrn 00418823 -o packet.pdf
    """


def _now() -> dt.datetime:
    return dt.datetime.now().astimezone()


def main(arguments: list[str] | None = None, clock: Callable[[], dt.datetime] = _now) -> None:
    """Run one command and leave the process with its exit code; no fault of the input ends in a traceback."""
    _write_utf8()
    try:
        code = run(arguments, clock)
    except OSError:  # not even the message could be written
        code = ExitCode.CANNOT_WRITE
    sys.exit(_flush(code))


def _flush(code: int) -> int:
    """Write what is still buffered, so that nothing can fail (exit code 120) when the interpreter ends."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError as error:
            import errno

            with suppress(OSError, ValueError):  # or the interpreter tries the same again
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if code == ExitCode.OK and error.errno != errno.EPIPE:  # a reader (`| head`) that has gone is no fault
                with suppress(OSError):
                    click.echo(_NOT_PRINTED, err=True)
                code = ExitCode.CANNOT_WRITE
    return code


_NOT_PRINTED = "What this command prints could not be written: no space is left. Files that it wrote are whole."


def run(arguments: list[str] | None = None, clock: Callable[[], dt.datetime] = _now) -> int:
    """`clock` is what every command takes the time from; only the tests pass another one than this computer's."""
    try:
        code = group.main(arguments, prog_name=_name(), standalone_mode=False, obj=clock)
        return int(code) if isinstance(code, int) else ExitCode.OK
    except PacketsError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.message.startswith("Got unexpected extra argument"):
            # click would repeat it, and it may be the rest of a name that was typed without quotes.
            quote = 'Put a value of several words in quotes: --surgeon "Dr. Jane Rivera"'
            error = click.UsageError(f"There is a word too many. {quote}", error.ctx)
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. Nothing partial is left.", err=True)
        return ExitCode.INTERRUPTED
    except SystemExit:
        return ExitCode.OK  # click's answer to a reader (`| head`) that has gone
    except OSError as error:
        import errno

        if error.errno == errno.ENOSPC:
            with suppress(OSError):  # it may be this stream that is full
                click.echo(_NOT_PRINTED, err=True)
            return ExitCode.CANNOT_WRITE
        return _internal(error)
    except Exception as error:  # the last door: a person gets a place in the code, never a patient's data
        return _internal(error)


def _internal(error: BaseException) -> int:
    """Where the fault is; not its text, which may hold what was typed."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "unknown"  # noqa: PTH119
    click.echo(f"Internal error ({type(error).__name__} at {place}). Nothing was written.", err=True)
    click.echo("Please report this line together with what you did, without any patient's data.", err=True)
    return ExitCode.INTERNAL


def _write_utf8() -> None:
    """On Windows a file or another program gets UTF-8 too: the code page that Python would use lacks most letters."""
    if sys.platform == "win32":
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.isatty():
                stream.reconfigure(encoding="utf-8")


def _name() -> str:
    """On Windows the installed command is packets.exe, and the portable copy runs this module."""
    return "generate.py" if os.path.basename(sys.argv[0]) == "generate.py" else "packets"  # noqa: PTH119


if __name__ == "__main__":
    main()
