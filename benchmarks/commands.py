"""Run commands in fresh processes and measure what they cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
PACKETS = (sys.executable, str(CHECKOUT / "generate.py"))
# Compiled modules are kept, as on a nurse's computer.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Cost(NamedTuple):
    """Seconds from start to end, CPU seconds, and the most memory of one process in MB."""

    seconds: float
    cpu: float
    megabytes: float


def run(command: Sequence[str], folder: Path, text: str = "") -> Cost:
    """Run a command with `text` as its standard input. Raises CalledProcessError."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write(text.encode())
    process.stdin.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Cost(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def interleaved(commands: Mapping[str, tuple[Sequence[str], Path, str]], rounds: int) -> dict[str, list[Cost]]:
    """Run each command once per round, after one round that is not measured."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, (command, folder, text) in commands.items():
            cost = run(command, folder, text)
            if number:
                costs[name].append(cost)
    return costs


def quartiles(values: Sequence[float]) -> list[float]:
    """Return the lower quartile, the median and the upper quartile."""
    return statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
