"""Print a finished PDF with the system's own program, lp (CUPS).

What the printer cannot do is refused here before anything is sent, because CUPS would silently print in another way.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from packets.errors import Problem, UsageError

TIMEOUT_S = 60
_JOB = re.compile(r"request id is (\S+-\d+) ")
_TITLE = re.compile(r"[A-Za-z0-9-]{1,40}")
_TYPE = re.compile(r"(?:^| )printer-type=(\d+)")
_DUPLEX = 0x10  # CUPS_PRINTER_DUPLEX of cups.h


def check_printer(
    printer: str, environ: Mapping[str, str], *, both_sides: bool = True, platform: str = sys.platform
) -> None:
    """Raise UsageError (N01 to N03, N05, N92) if the printer does not exist or cannot print on both sides."""
    if platform == "win32":
        hint = "Leave out --print, open the PDF that was made, and print it from there."
        raise UsageError(Problem("N92", "Packets cannot print by itself on Windows", hint, "--print"))
    printers = _run(["lpstat", "-e"], environ).stdout.split()
    if printer not in printers:
        none = "No printer is set up. Add one in the system's settings."
        hint = f"There are: {', '.join(printers)}." if printers else none
        raise UsageError(Problem("N02", "there is no printer of this name", hint, "--print"))
    kind = _TYPE.search(_run(["lpoptions", "-p", printer], environ).stdout)
    if both_sides and (kind is None or not int(kind[1]) & _DUPLEX):
        hint = "Add --one-sided, or choose another printer."
        raise UsageError(Problem("N03", "this printer does not say that it prints on both sides", hint, "--print"))


def print_file(
    path: Path, printer: str, title: str, environ: Mapping[str, str], *, copies: int = 1, both_sides: bool = True
) -> str:
    """Send a print job and return its name. Whether it is printed cannot be known from here.

    `title` is a packet id or the name of a print run, never a patient's name: printers and logs show it.
    Raise UsageError (N01 to N05); then nothing was sent.
    """
    if not _TITLE.fullmatch(title):
        raise ValueError("a job title is an id")
    check_printer(printer, environ, both_sides=both_sides)
    command = ["lp", "-d", printer, "-n", str(copies), "-t", title]
    command += ["-o", f"sides={'two-sided-long-edge' if both_sides else 'one-sided'}"]
    command += ["-o", "collate=true", "-o", "print-scaling=none", "-o", "ipp-attribute-fidelity=true", "--", str(path)]
    answer = _run(command, environ)
    job = _JOB.search(answer.stdout)
    if answer.returncode != 0 or job is None:
        raise UsageError(Problem("N04", "the printer does not accept the job", _first_line(answer.stderr), "--print"))
    return job[1]


def _run(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603  a list, and no shell
            command,
            env={**environ, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except FileNotFoundError:
        hint = "Install CUPS (apt-get install cups-client), or open the PDF and print it from there."
        raise UsageError(Problem("N01", f'the program "{command[0]}" is not installed', hint, "--print")) from None
    except subprocess.TimeoutExpired:
        hint = "Check that the printer's queue is running: lpstat -t"
        raise UsageError(Problem("N05", f'the program "{command[0]}" does not answer', hint, "--print")) from None


def _first_line(text: str) -> str:
    """Return the first line of lp's own message."""
    lines = [line.removeprefix("lp: ").strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else "Look at its queue: lpstat -t"
