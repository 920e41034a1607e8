"""Run the portable copy with Windows Python under Wine."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.batch.day import Outcome
from tests.clock import NOW
from tools.windows import build

# Debian's wine64 package adds no command to PATH.
WINE = "/usr/lib/wine/wine64"
WINESERVER = "/usr/lib/wine/wineserver64"
LIMIT_S = 240
AT_THE_FIXED_TIME = f"""
import datetime
from {build.start_module()} import main
main(clock=lambda: datetime.datetime.fromisoformat("{NOW.isoformat()}"))
"""


@dataclass(frozen=True)
class Windows:
    """A separate Wine prefix with the unpacked zip."""

    prefix: Path
    home: Path
    copy: Path

    def boot(self) -> None:
        """Create the prefix and its services; started by a command, they would keep its streams open."""
        self.prefix.mkdir()
        for command in ([WINESERVER, "-p"], [WINE, "wineboot", "-i"]):
            none = subprocess.DEVNULL
            environ = self._environ()
            subprocess.run(command, env=environ, check=True, timeout=600, stdin=none, stdout=none, stderr=none)

    def shut_down(self) -> None:
        """End every process of this prefix."""
        subprocess.run([WINESERVER, "-k"], env=self._environ(), check=False, capture_output=True, timeout=60)

    def run(self, *words: str | Path) -> Outcome:
        """Run `packets` with the Python and the module of packets.bat, at the fixed time of the tests."""
        return finish(self.start(*words))

    def batch_file(self, file: Path, *words: str | Path) -> Outcome:
        """Run a .bat file with cmd.exe."""
        return finish(self._popen("cmd", "/c", seen(file), *words))

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        return self.python("-c", AT_THE_FIXED_TIME, *words)

    def python(self, *words: str | Path) -> subprocess.Popen[str]:
        return self._popen(str(self.copy / "python" / "python.exe"), *words)

    def _popen(self, *words: str | Path) -> subprocess.Popen[str]:
        """Run a program with Windows paths. All streams are pipes: Python under Wine does not start otherwise."""
        command = [WINE, *(seen(word) if isinstance(word, Path) else word for word in words)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", env=self._environ(), cwd=self.home
        )

    def _environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),  # Wine's desktop and documents lie there
            "LANG": "C.UTF-8",
            "WINEPREFIX": str(self.prefix),
            "WINEARCH": "win64",
            "WINESERVER": WINESERVER,
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=",  # no downloads, no entries in Linux's menus
        }


def finish(process: subprocess.Popen[str]) -> Outcome:
    """Close standard input, wait for the process, and return its output.

    Not `communicate`: a service of Wine that the process has started may hold the streams open much longer.
    """
    assert process.stdin and process.stdout and process.stderr
    written: dict[int, bytes] = {process.stdout.fileno(): b"", process.stderr.fileno(): b""}
    until = time.monotonic() + LIMIT_S
    try:
        process.stdin.close()
        while True:
            ended = process.poll() is not None
            ready, _, _ = select.select(list(written), [], [], 0 if ended else 0.1)
            parts = [(number, os.read(number, 1 << 16)) for number in ready]
            for number, part in parts:
                written[number] += part
            if ended and not any(part for _, part in parts):
                break
            assert time.monotonic() < until, "the command does not end"
    finally:
        kill(process)
    out, err = (text.decode("utf-8").replace("\r\n", "\n") for text in written.values())
    return Outcome(process.returncode, out, err)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill the process as `kill -9` does."""
    process.kill()
    process.wait(60)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


def seen(path: Path) -> str:
    """Return the path as a Windows program sees it. Wine's drive Z: is the Linux file system."""
    return "Z:" + str(path).replace("/", "\\")


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + LIMIT_S
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
