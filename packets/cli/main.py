"""Run one command and turn exceptions into messages and exit codes."""

from __future__ import annotations

import atexit
import datetime as dt
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

import click

from packets import __version__
from packets.cli.commands import COMMANDS
from packets.errors import ExitCode, PacketsError, os_error_reason
from packets.garbage import collect_rarely


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
    """Run one command and exit with its code. Bad input never ends in a traceback."""
    collect_rarely()
    atexit.register(gc.freeze)  # the operating system frees memory faster than the interpreter does at its end
    _write_utf8()
    try:
        code = run(arguments, clock)
    except OSError:  # not even the error message could be written
        code = ExitCode.CANNOT_WRITE
    sys.exit(_flush(code))


def _flush(code: int) -> int:
    """Flush both streams now, because a failure while the interpreter exits would end with code 120."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError as error:
            import errno

            with suppress(OSError, ValueError):  # otherwise the interpreter tries to flush again
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if code == ExitCode.OK and error.errno != errno.EPIPE:  # a closed pipe (`| head`) is not an error
                with suppress(OSError):
                    click.echo(_not_printed(error), err=True)
                code = ExitCode.CANNOT_WRITE
    return code


def _not_printed(error: OSError) -> str:
    reason = os_error_reason(error)
    return f"The output of this command could not be written: {reason}. Files that it wrote are complete."


def run(arguments: list[str] | None = None, clock: Callable[[], dt.datetime] = _now) -> int:
    """Run one command, and return its exit code. Commands take the time from `clock`; tests pass their own."""
    try:
        code = group.main(arguments, prog_name=_name(), standalone_mode=False, obj=clock)
        return int(code) if isinstance(code, int) else ExitCode.OK
    except PacketsError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.message.startswith("Got unexpected extra argument"):
            # click would repeat the argument, which may be part of a patient's name typed without quotes.
            hint = 'Put a value of several words in quotes: --surgeon "Dr. Jane Rivera"'
            error = click.UsageError(f"There is an extra word. {hint}", error.ctx)
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted. No partial file is left.", err=True)
        return ExitCode.INTERRUPTED
    except SystemExit:
        return ExitCode.OK  # click exits if the reader of a pipe (`| head`) has gone
    except OSError as error:
        import errno

        if error.errno == errno.ENOSPC:
            with suppress(OSError):  # stderr may be on the full disk too
                click.echo(_not_printed(error), err=True)
            return ExitCode.CANNOT_WRITE
        return _print_internal_error(error)
    except Exception as error:  # show a place in the code, never patient data
        return _print_internal_error(error)


def _print_internal_error(error: BaseException) -> int:
    """Show where the error is, but not its text, which may contain patient data."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "unknown"  # noqa: PTH119
    click.echo(f"Internal error ({type(error).__name__} at {place}). Nothing was written.", err=True)
    click.echo("Please report this line together with what you did, without patient data.", err=True)
    return ExitCode.INTERNAL


def _write_utf8() -> None:
    """On Windows, write UTF-8 to files and pipes too. Python's default code page lacks most letters."""
    if sys.platform == "win32":
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not stream.isatty():
                stream.reconfigure(encoding="utf-8")


def _name() -> str:
    """Return the name of the program in messages (packets.exe on Windows, the module in the portable copy)."""
    return "generate.py" if os.path.basename(sys.argv[0]) == "generate.py" else "packets"  # noqa: PTH119


if __name__ == "__main__":
    main()
