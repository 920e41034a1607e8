"""A surgery day for the tests: a schedule of fictional patients, a folder, and the batch command."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packets.batch import task
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.run import BatchReport, run_batch
from packets.batch.task import PacketTask, TaskResult
from packets.cli import main
from packets.storage.site_key import site_key
from tests.clock import PROGRAM, now
from tests.samples import loaded

CHECKOUT = Path(__file__).resolve().parents[2]
HEADER = ("mrn", "patient_name", "dob", "procedure", "surgery_date", "surgeon", "collar")
FIRST = ("Ada", "Bruno", "Carla", "Dieter", "Elif", "Farid", "Grete", "Hugo", "Ines", "Jonas", "Kofi", "Lena")
LAST = ("Abel", "Brandt", "Costa", "Dvorak", "Eriksen", "Fontaine", "Gupta", "Hidalgo", "Ivanova", "Jansen")
Row = dict[str, str]


def patient(number: int, **changes: str) -> Row:
    """Return a row of a fictional patient; no two numbers have similar names."""
    first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
    more = "" if number < 120 else hashlib.sha256(str(number).encode()).hexdigest()[:8].translate(_LETTERS)
    row = {
        "mrn": f"{number:08}",
        "patient_name": f"{first} {last}{more}",
        "dob": f"19{50 + number % 50}-03-09",
        "procedure": "cervical-foraminotomy",
        "surgery_date": "2026-12-07",
        "surgeon": "Dr. Jane Sample",
        "collar": ("yes", "no", "undecided")[number % 3],
    }
    return {**row, **changes}


_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def as_csv(rows: list[Row], delimiter: str = ",") -> str:
    header = list(HEADER) + sorted({field for row in rows for field in row} - set(HEADER))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, header, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


def reset_signals() -> None:
    """Stop ignoring signals, as tests do that run in the background or under nohup."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Day:
    """A schedule and its batch folder, in a directory of their own."""

    jobs = 2  # worker processes; each has to lay out the handout first

    def __init__(self, place: Path, content: Path) -> None:
        self.place, self.content = place, content
        self.schedule, self.folder = place / "schedule.csv", place / "monday"
        self.key = place / "site.key"
        if not self.key.exists():
            self.key.write_text("5a" * 32)
            self.key.chmod(0o600)

    def now(self) -> dt.datetime:
        return now()

    def write(self, rows: list[Row]) -> None:
        self.schedule.write_text(as_csv(rows), "utf-8")

    def arguments(self, *more: str) -> list[str]:
        options = ["--content", str(self.content), "--site-key", str(self.key), "--jobs", str(self.jobs)]
        return ["batch", str(self.schedule), "-o", str(self.folder), *options, *more]

    def run(self, *more: str) -> Outcome:
        """Run the batch command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main.run(self.arguments(*more), self.now)
        return Outcome(int(code), out.getvalue(), err.getvalue())

    def start(self, *more: str, **options: Any) -> subprocess.Popen[str]:
        """Start the batch command in another process, which can be killed."""
        command = [sys.executable, PROGRAM, *self.arguments(*more)]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        return subprocess.Popen(command, text=True, env=environ, preexec_fn=reset_signals, **streams)

    def manifest(self) -> Any:
        return json.loads((self.folder / "manifest.json").read_text("utf-8"))

    def ids(self) -> dict[int | None, str]:
        """Return the packet id of each row whose packet is ready."""
        return {entry["row"]: entry["packet_id"] for entry in self.manifest()["packets"] if entry["state"] == "ready"}

    def states(self) -> dict[int | None, str]:
        return {entry["row"]: entry["state"] for entry in self.manifest()["packets"]}

    def codes(self) -> list[tuple[int | None, str, str]]:
        return [(problem["row"], problem["column"], problem["code"]) for problem in self.manifest()["problems"]]

    def packets(self) -> list[str]:
        """Return the names of the packets' files."""
        return sorted(file.name for file in self.folder.glob("????-????.pdf"))

    def bytes(self) -> dict[str, str]:
        """Return the sha256 of every PDF and list, by name."""
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.suffix in (".pdf", ".json", ".csv")]
        assert files, "there is nothing to compare"
        return {str(file.relative_to(self.folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def leftovers(self) -> list[str]:
        return sorted(file.name for file in self.folder.iterdir() if file.name.endswith(".tmp"))

    def call(
        self,
        executor: Executor | None = None,
        render: Callable[[PacketTask], TaskResult] = task.run_task,
        patience_s: float = 300.0,
        **changes: Any,
    ) -> BatchReport:
        """Run the batch without the command line, so that exceptions reach the test."""
        options: dict[str, Any] = {
            "schedule": self.schedule,
            "folder": self.folder,
            "content": self.content,
            "workers": 2,
        }
        context = BatchContext(
            key=site_key(self.key, {}),
            clock=now,
            executor=executor,
            render=render,
            patience_s=patience_s,
        )
        return run_batch(BatchOptions(**(options | changes)), loaded(self.content), context)
