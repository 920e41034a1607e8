"""A number of rows in; how long each stage of a batch takes, how busy the cores are and how much memory it needs out.

python -m benchmarks.batch 10000 [--jobs N] [--without-read-back] [--dask] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
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
from packets.batch.print_run_pages import Expected, text_digest
from packets.batch.run import run_batch
from packets.batch.task import PacketTask, TaskResult, run_task
from packets.content.library import load
from packets.resources import content_root

FIRST = "Ada Bruno Carla Dieter Elif Farid Grete Hugo Ines Jonas Kofi Lena Mateo Nadia Omar Petra Quirin Rosa Saïd Tove"
LAST = "Abel Brandt Costa Dvořák Eriksen Fontaine Gupta Hidalgo Ivanova Jansen Kowalski Lindqvist Müller Nguyễn Okafor"
SYLLABLES = "ba be bi bo da de di do fa fe ga go ha he ka ke la le ma mi na no pa pe ra ri sa so ta te va vi wa za"


def rows(count: int) -> Iterator[str]:
    """People who do not exist, the same ones at every call."""
    chance = random.Random(1)
    yield "mrn,patient_name,dob,procedure,surgery_date,surgeon,collar"
    for number in range(count):
        middle = "".join(chance.choices(SYLLABLES.split(), k=4)).capitalize()
        name = f"{chance.choice(FIRST.split())} {chance.choice(LAST.split())} {middle}"
        born = dt.date(1930, 1, 1) + dt.timedelta(chance.randrange(25_000))
        surgery = dt.date(2026, 12, 7) + dt.timedelta(chance.randrange(5))
        surgeon = f"Dr. {chance.choice(LAST.split())} (sample)"
        collar = chance.choice(("yes", "no", "undecided"))
        yield f"{number:08},{name},{born},cervical-foraminotomy,{surgery},{surgeon},{collar}"


def unread(job: PacketTask) -> TaskResult:
    """As `render`, but what was made is not read back."""
    import packets.verified_pdf

    packets.verified_pdf.verify_packet = lambda *_, **__: ()  # type: ignore[assignment]
    return run_task(job)


def unread_pages(_path: Path, _first: int, expected: list[Expected]) -> tuple[bytes, ...]:
    return tuple(text_digest(()) for _ in expected)


class Stages:
    """Takes the run's progress; keeps for each stage its time, its processor time and how large this process was."""

    def __init__(self) -> None:
        self.began: dict[str, tuple[float, float, float]] = {}
        self.ended: dict[str, tuple[float, float, float]] = {}
        self.sizes: dict[str, float] = {}
        self.workers: dict[int, float] = {}

    def __call__(self, what: str, done: int, total: int, failed: int) -> None:
        if what in self.began and done % 100 and done != total:
            return
        now = (time.monotonic(), time.process_time(), self.workers_s())
        self.began.setdefault(what, now)
        self.ended[what] = now
        self.sizes[what] = size_mb()

    def workers_s(self) -> float:
        """Processor time of all processes of this session but this one; they are not our children."""
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[3]) == os.getsid(0) and stat.parent.name != str(os.getpid()):
                    self.workers[int(stat.parent.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return sum(self.workers.values())


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
    asked = parser.parse_args(arguments)
    place = asked.keep or Path(tempfile.mkdtemp(prefix="packets-bench-"))
    place.mkdir(exist_ok=True)
    try:
        with contextlib.ExitStack() as stack:
            executor = None
            if asked.dask:
                from distributed import Client, LocalCluster

                options = {"n_workers": asked.jobs, "threads_per_worker": 1, "dashboard_address": None}
                client = stack.enter_context(Client(stack.enter_context(LocalCluster(**options))))
                executor = stack.enter_context(client.get_executor(pure=False))
            measure(asked, place, executor)
    finally:
        if not asked.keep:
            shutil.rmtree(place)


def measure(asked: Any, place: Path, executor: Executor | None) -> None:
    schedule = place / "schedule.csv"
    schedule.write_text("\n".join(rows(asked.rows)) + "\n", "utf-8")
    root = content_root(None)
    library, problems = load(root)
    assert library is not None, problems
    stages = Stages()
    changes: dict[str, Any] = {"executor": executor} if executor else {}
    if asked.without_read_back:
        from packets.batch import print_run_pages

        print_run_pages.verify_pages = unread_pages  # type: ignore[assignment]
        changes["render"] = unread
    context = BatchContext(bytes(32), lambda: dt.datetime(2026, 12, 1, tzinfo=dt.UTC), progress=stages, **changes)
    began = time.monotonic()
    order = BatchOptions(schedule, place / "run", root, workers=asked.jobs)
    report = run_batch(order, library, context)
    seconds = time.monotonic() - began
    own_s, workers_s = time.process_time(), stages.workers_s()
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    write = sys.stdout.write
    write(
        f"{asked.rows} rows, {asked.jobs} workers, {'without' if asked.without_read_back else 'with'} read-back{', Dask' if asked.dask else ''}; "
    )
    write(f"load of the machine {os.getloadavg()[0]:.1f}\n")
    write(f"whole run {seconds:.1f} s, {asked.rows / seconds:.0f} packets a second; ")
    write(f"processor: this process {own_s:.1f} s, workers {workers_s:.1f} s\n")
    write(f"{report.runs[0].pages} pages, print run {(place / 'run' / 'print-run.pdf').stat().st_size / 1e6:.1f} MB\n")
    write(f"this process at most {largest:.0f} MB\n")
    for what, (at, own, workers) in stages.began.items():
        end, own_end, workers_end = stages.ended[what]
        took = end - at
        write(f"  {what:32} {took:7.2f} s {asked.rows / took if took else 0:6.0f} a second; processor: this process ")
        write(
            f"{own_end - own:6.2f} s, workers {workers_end - workers:6.2f} s; {stages.sizes[what]:.0f} MB at its end\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
