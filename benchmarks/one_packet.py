"""Measure the CPU time of single commands, each in a fresh process: `python benchmarks/one_packet.py [RUNS]`."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASE = [
    "--surgery-date",
    "2026-12-07",
    "--confirm-date",
    "2026-12-07",
    "--surgeon",
    "Dr. Jane Rivera",
    "--collar",
    "yes",
]
CASE += ["--patient-name", "Rosa Sample", "--mrn", "00418823", "--packet-id", "SAMP-LE2Z"]
COMMANDS = {
    "packet": ["packet", "cervical-foraminotomy", *CASE, "--quiet", "-o", "packet.pdf"],
    "check": ["check", "--quiet"],
    "--help": ["--help"],
    "python -c pass": [],
}


def cpu_s(arguments: list[str], folder: str) -> float:
    program = [sys.executable, str(ROOT / "generate.py"), *arguments] if arguments else [sys.executable, "-c", "pass"]
    # Compiled modules are kept, as on a nurse's computer.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = os.times()
    subprocess.run(
        program, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main(runs: int) -> None:
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {runs} runs each")
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in COMMANDS.items():
            cpu_s(arguments, folder)  # the first run compiles the modules
            times = sorted(cpu_s(arguments, folder) for _ in range(runs))
            low, _, high = statistics.quantiles(times, n=4)
            print(f"{name:15} {statistics.median(times):.3f} s CPU (quartiles {low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
