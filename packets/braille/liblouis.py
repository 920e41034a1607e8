"""Translate text into braille cells and back with liblouis' own program, lou_translate.

Its library has no package on PyPI; the program comes with the tables.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence

from msgspec import Struct

from packets.errors import Problem, UsageError

PROGRAM = "lou_translate"
TIMEOUT_S = 60
INSTALL = (
    "Install liblouis: sudo apt-get install liblouis-bin (Debian, Ubuntu), brew install liblouis (macOS), or put "
    "lou_translate.exe of its Windows download on the PATH."
)


class Liblouis(Struct, frozen=True):
    """The program, at its full path."""

    program: str
    environ: Mapping[str, str]

    def translate(self, lines: Sequence[str], table: str) -> list[str]:
        """Return each line in cells (U+2800 to U+28FF)."""
        return self._run("--forward", [line.replace("\\", "\\\\") for line in lines], table)

    def translate_back(self, lines: Sequence[str], table: str) -> list[str]:
        """Return each line of cells in letters."""
        return self._run("--backward", lines, table)

    def _run(self, direction: str, lines: Sequence[str], table: str) -> list[str]:
        if not lines:
            return []
        command = [self.program, direction, f"unicode.dis,{table}"]
        text = "".join(f"{line}\n" for line in lines).encode()
        try:
            ran = subprocess.run(  # noqa: S603  a list, and no shell
                command, input=text, capture_output=True, timeout=TIMEOUT_S, env=dict(self.environ), check=True
            )
            translated = ran.stdout.decode().removesuffix("\n").split("\n")
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            translated = []
        if len(translated) != len(lines):
            message = f"{PROGRAM} cannot translate with its table {table}"
            raise UsageError(Problem("U48", message, f"{INSTALL} Version 3.24 is known to work.", "--braille"))
        return translated


def find_liblouis(environ: Mapping[str, str]) -> Liblouis:
    """Find the program on the PATH. Raise UsageError (U47)."""
    program = shutil.which(PROGRAM, path=environ.get("PATH"))
    if program is None:
        raise UsageError(Problem("U47", f"the program {PROGRAM} is not installed", INSTALL, "--braille"))
    return Liblouis(program, environ)
