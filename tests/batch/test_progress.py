"""Show a progress bar on a terminal, and nothing without one."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest

from packets.cli.progress import Bar
from tests.batch.day import Day, patient
from tests.clock import PROGRAM


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_shows_rate_time_left_and_failures() -> None:
    stream, now = Terminal(), [100.0]
    bar = Bar(stream, lambda: now[0])
    bar("Reading", 500, 0, 0)
    bar("Making", 400, 1600, 0)  # an earlier run had made 400
    now[0] += 10
    bar("Making", 1000, 1600, 3)
    now[0] += 0.01
    bar("Making", 1001, 1600, 3)  # too soon to be shown
    now[0] += 10
    bar("Making", 1600, 1600, 3)
    bar.end()
    assert stream.getvalue().replace("\r", "\n").split("\n") == [
        "",
        "Reading: 500 rows",
        "",
        "Making [#######.......................] 400 of 1,600",
        "Making [##################............] 1,000 of 1,600, 60 per second, 0:10 left, 3 failed",
        "Making [##############################] 1,600 of 1,600, 60 per second, 0:00 left, 3 failed",
        "",
    ]


def test_without_a_terminal_nothing_is_shown(day: Day) -> None:
    stream = io.StringIO()
    Bar(stream)("Making", 1, 2, 0)
    assert stream.getvalue() == ""
    day.write([patient(1)])
    assert day.run().err == ""


def test_a_lost_terminal_does_not_stop_the_run() -> None:
    class Gone(io.StringIO):
        def isatty(self) -> bool:
            return True

        def write(self, _text: str) -> int:
            raise OSError(5, "Input/output error")

    for stream in (None, Gone()):  # started without one; closed in the middle
        bar = Bar(stream)
        for done in (1, 2):
            bar("Making", done, 2, 0)
        bar.end()


def test_a_run_on_a_terminal_shows_the_bar_and_no_patient_data(day: Day) -> None:
    rows = [patient(number) for number in range(12)]
    day.write(rows)
    try:
        terminal, program_end = pty.openpty()
    except OSError:
        pytest.skip("this system gives no terminal (/dev/pts is not mounted)")
    command = [sys.executable, PROGRAM, *day.arguments()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=program_end, env={**os.environ})
    os.close(program_end)
    shown = b""
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(terminal)
    assert process.wait() == 0
    process.communicate()
    text = shown.decode()
    assert "Making [" in text and "] 12 of 12" in text and "Assembling the print run [" in text
    for row in rows:
        assert row["patient_name"] not in text and row["mrn"] not in text
