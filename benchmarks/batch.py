"""Measure the time, processor use and memory of each stage of a batch.

python -m benchmarks.batch ROWS [--jobs N] [--without-read-back] [--dask] [--keep FOLDER] [--json]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from packets.batch.options import BatchContext, BatchOptions
from packets.batch.pool import load_ahead
from packets.batch.print_run_pages import Expected, text_digest
from packets.batch.run import run_batch
from packets.batch.task import PacketTask, TaskResult, run_task
from packets.content.library import load
from packets.resources import content_root

FIRST = "Ada Bruno Carla Dieter Elif Farid Grete Hugo Ines Jonas Kofi Lena Mateo Nadia Omar Petra Quirin Rosa Saïd Tove"
LAST = "Abel Brandt Costa Dvořák Eriksen Fontaine Gupta Hidalgo Ivanova Jansen Kowalski Lindqvist Müller Nguyễn Okafor"
SYLLABLES = "ba be bi bo da de di do fa fe ga go ha he ka ke la le ma mi na no pa pe ra ri sa so ta te va vi wa za"


def rows(count: int) -> Iterator[str]:
    """Yield a schedule of made-up patients, the same ones each time."""
    rng = random.Random(1)
    yield "mrn,patient_name,dob,procedure,surgery_date,surgeon,collar"
    for number in range(count):
        middle = "".join(rng.choices(SYLLABLES.split(), k=4)).capitalize()
        name = f"{rng.choice(FIRST.split())} {rng.choice(LAST.split())} {middle}"
        born = dt.date(1930, 1, 1) + dt.timedelta(rng.randrange(25_000))
        surgery = dt.date(2026, 12, 7) + dt.timedelta(rng.randrange(5))
        surgeon = f"Dr. {rng.choice(LAST.split())} (sample)"
        collar = rng.choice(("yes", "no", "undecided"))
        yield f"{number:08},{name},{born},cervical-foraminotomy,{surgery},{surgeon},{collar}"


def run_without_read_back(task: PacketTask) -> TaskResult:
    """Run a task as `run_task` does, but do not verify the PDF."""
    import packets.verified_pdf

    packets.verified_pdf.verify_packet = lambda *_, **__: ()  # type: ignore[assignment]
    return run_task(task)


def skip_verify_pages(_path: Path, _first: int, expected: list[Expected]) -> tuple[bytes, ...]:
    return tuple(text_digest(()) for _ in expected)


class Stages:
    """A progress callback that records when each stage began, its processor time, and this process's size."""

    def __init__(self) -> None:
        self.began: dict[str, tuple[float, float, float]] = {}
        self.sizes: dict[str, float] = {}
        self.worker_times: dict[int, float] = {}

    def __call__(self, stage: str, done: int, total: int, failed: int) -> None:
        if stage in self.began and done % 100 and done != total:
            return
        now = (time.monotonic(), time.process_time(), self.workers_s())
        self.began.setdefault(stage, now)
        self.sizes[stage] = size_mb()

    def costs(self) -> dict[str, tuple[float, float, float, float]]:
        """Return for each stage its seconds, the CPU seconds of this process and of the workers, and the size in MB.

        A stage ends where the next one begins; the last one ends now.
        """
        names = list(self.began)
        ends = [*(self.began[name] for name in names[1:]), (time.monotonic(), time.process_time(), self.workers_s())]
        result = {}
        for name, end in zip(names, ends, strict=True):
            took, parent, workers = (after - before for before, after in zip(self.began[name], end, strict=True))
            result[name] = took, parent, workers, self.sizes[name]
        return result

    def workers_s(self) -> float:
        """Return the processor time of all descendants of this process, those that have ended included."""
        parents, times = {}, {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                pid = int(stat.parent.name)
                parents[pid] = int(fields[1])
                times[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        for pid, seconds in times.items():
            ancestor = parents[pid]
            while ancestor not in (0, os.getpid()):
                ancestor = parents.get(ancestor, 0)
            if ancestor == os.getpid():
                self.worker_times[pid] = seconds
        return sum(self.worker_times.values())


def size_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--without-read-back", action="store_true")
    parser.add_argument("--dask", action="store_true", help="on a cluster of this machine's processes")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args(arguments)
    folder = args.keep or Path(tempfile.mkdtemp(prefix="packets-bench-"))
    folder.mkdir(exist_ok=True)
    try:
        with contextlib.ExitStack() as stack:
            executor = None
            if args.dask:
                from distributed import Client, LocalCluster

                options = {"n_workers": args.jobs, "threads_per_worker": 1, "dashboard_address": None}
                client = stack.enter_context(Client(stack.enter_context(LocalCluster(**options))))
                executor = stack.enter_context(client.get_executor(pure=False))
            measure(args, folder, executor)
    finally:
        if not args.keep:
            shutil.rmtree(folder)


def measure(args: Any, folder: Path, executor: Executor | None) -> None:
    schedule = folder / "schedule.csv"
    schedule.write_text("\n".join(rows(args.rows)) + "\n", "utf-8")
    root = content_root(None)
    library, problems = load(root)
    assert library is not None, problems
    stages = Stages()
    changes: dict[str, Any] = {"executor": executor} if executor else {}
    if args.without_read_back:
        from packets.batch import print_run_pages

        print_run_pages.verify_pages = skip_verify_pages  # type: ignore[assignment]
        changes["render"] = run_without_read_back
    context = BatchContext(bytes(32), lambda: dt.datetime(2026, 12, 1, tzinfo=dt.UTC), progress=stages, **changes)
    began = time.monotonic()
    load_ahead()  # as the command does
    options = BatchOptions(schedule, folder / "run", root, workers=args.jobs)
    report = run_batch(options, library, context)
    seconds = time.monotonic() - began
    result = {
        "rows": args.rows,
        "workers": args.jobs,
        "load": os.getloadavg()[0],
        "seconds": seconds,
        "parent_cpu": time.process_time(),
        "workers_cpu": stages.workers_s(),
        "parent_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "pages": report.runs[0].pages,
        "print_run_bytes": (folder / "run/print-run.pdf").stat().st_size,
        "stages": stages.costs(),
    }
    sys.stdout.write(json.dumps(result) + "\n" if args.json else in_words(result, args))


def in_words(result: dict[str, Any], args: argparse.Namespace) -> str:
    rows = result["rows"]
    read_back = f"{'without' if args.without_read_back else 'with'} read-back{', Dask' if args.dask else ''}"
    lines = [
        f"{rows} rows, {result['workers']} workers, {read_back}; load average {result['load']:.1f}",
        f"total {result['seconds']:.1f} s, {rows / result['seconds']:.0f} packets/s; CPU: parent "
        f"{result['parent_cpu']:.1f} s, workers {result['workers_cpu']:.1f} s; parent at most "
        f"{result['parent_mb']:.0f} MB",
        f"{result['pages']} pages, print run {result['print_run_bytes'] / 1e6:.1f} MB",
    ]
    for stage, (took, parent, workers, megabytes) in result["stages"].items():
        rate = f"{rows / took if took else 0:6.0f} rows/s"
        lines.append(
            f"  {stage:32} {took:7.2f} s {rate}; CPU: parent {parent:6.2f} s, workers {workers:6.2f} s; "
            f"{megabytes:.0f} MB"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main(sys.argv[1:])
