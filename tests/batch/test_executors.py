"""Run a batch on other executors, such as Dask: each gives the same bytes."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import multiprocessing
import os
import pickle
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Any

import pytest

from packets.batch.pool import Pool
from packets.batch.task import PacketTask, TaskResult, pickle_library, program_version, run_task
from packets.content.library import load
from packets.model.case import PrintOptions
from tests.batch.day import CHECKOUT, Day, patient
from tests.batch.test_mixups import InProcessExecutor
from tests.samples import case


def job(day: Day) -> PacketTask:
    library, problems = load(day.content)
    assert library is not None, problems
    one = case()
    part = pickle_library(library, one.procedure, one.language, "discharge")
    return PacketTask(
        2, one.patient_name, one.record_number, one, PrintOptions(), part, "discharge", False, program_version()
    )


def test_a_task_is_self_contained_and_gives_the_same_bytes_each_time(day: Day) -> None:
    one = job(day)
    first = run_task(one)
    assert (first.row, first.packet_id, first.problems) == (2, one.case.packet_id, ())
    sent = pickle.loads(pickle.dumps(one))  # noqa: S301  as an executor does
    assert run_task(sent).data == first.data
    assert "Rosa" not in repr(one) + repr(first)


def test_a_wrong_result_is_reported_without_the_patients_name(day: Day) -> None:
    one = job(day)
    answer = run_task(
        PacketTask(
            2,
            "Ada Abel",
            one.record_number,
            one.case,
            PrintOptions(),
            one.library,
            "discharge",
            False,
            program_version(),
        )
    )
    assert answer.unverified and {problem.code for problem in answer.problems} == {"V30"}
    assert str(answer.problems[0]) == "V30 page 1 does not show the name of row 2"
    answer = run_task(PacketTask(2, "x", "y", one.case, PrintOptions(), one.library, "discharge", False, "0.1 other"))
    assert [str(problem) for problem in answer.problems] == [
        "E05 this worker has another version of Packets or other fonts\n    Install the same version of Packets there."
    ]


def executors() -> Iterator[tuple[str, Executor]]:
    yield "this process", InProcessExecutor()
    yield "the standard library's processes", ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))
    yield "our own pool", Pool(2)


def test_every_executor_gives_the_same_folder(day: Day) -> None:
    day.write([*(patient(number) for number in range(8)), patient(8, collar="")])
    assert day.run().code == 3
    expected = day.bytes()
    for name, executor in executors():
        day.folder = day.place / name
        with executor:
            report = day.call(executor)
        assert report.failed == 0
        assert day.bytes() == expected, name


class FailsNeighborsOnce(InProcessExecutor):
    """Fail the rows next to row 4 once, as Dask does when a worker that has several rows dies."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        row = args[0].row
        self.asked.append(row)
        if row == 4 or (row in (3, 5) and self.asked.count(row) == 1):
            future: Future[Any] = Future()
            future.set_exception(ChildProcessError("Rosa Example"))
            return future
        return super().submit(fn, *args, **kwargs)


def test_rows_that_fail_with_one_that_kills_its_worker_are_retried_alone(day: Day) -> None:
    day.write([patient(number) for number in range(8)])
    executor = FailsNeighborsOnce()
    report = day.call(executor)
    assert sorted(executor.asked[-3:]) == [3, 4, 5] and len(executor.asked) == 8 + 3
    assert report.failed == 1 and day.codes() == [(4, "", "E01")]
    assert "Rosa" not in str(day.manifest())


def test_a_broken_executor_fails_its_rows_without_a_traceback(day: Day) -> None:
    day.write([patient(number) for number in range(8)])
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as executor:
        report = day.call(executor, dies_for_row_4)
    assert {4} <= {row for row, state in day.states().items() if state == "failed"}
    assert report.failed == len(day.codes()) and {code for _, _, code in day.codes()} == {"E01"}
    assert day.call(InProcessExecutor()).failed == 0 and len(day.packets()) == 8


# Dask: the same batch on a cluster of this machine. A cluster that hangs may also hang while an exception closes it, so
# this timeout prints the stack of each thread and ends the process.
dask = pytest.mark.timeout(240, method="thread")


def dies_for_row_4(job: PacketTask) -> TaskResult:
    import os

    if job.row == 4:
        os._exit(1)
    return run_task(job)


@contextlib.contextmanager
def port_8787_is_taken() -> Iterator[None]:
    """Another program has the port that Dask wants for its dashboard."""
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # it is taken already
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        yield


@dask
def test_a_cluster_without_a_worker_ends_with_a_message(day: Day) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    day.write([patient(number) for number in range(20)])  # more than are submitted at once
    options = {"n_workers": 0, "processes": True, "dashboard_address": ":0"}
    with (
        distributed.LocalCluster(**options) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor(pure=False) as executor,
    ):
        report = day.call(executor, patience_s=1.5)
    assert report.failed == 20 and day.packets() == []
    problems = day.manifest()["problems"]
    assert {f"{problem['code']} {problem['message']}" for problem in problems} == {
        "E06 no worker has answered for 1.5 seconds. "
        "Check that the workers are running, then run the same command again: finished packets are kept."
    }
    assert day.call(InProcessExecutor()).failed == 0 and len(day.packets()) == 20


class NeverForRow4(InProcessExecutor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return Future() if args[0].row == 4 else super().submit(fn, *args, **kwargs)


def test_a_row_that_is_never_answered_fails_and_the_others_are_made(day: Day) -> None:
    day.write([patient(number) for number in range(8)])
    report = day.call(NeverForRow4(), patience_s=0.5)
    assert report.failed == 1 and day.codes() == [(4, "", "E06")]


@dask
@pytest.mark.slow
def test_dask_gives_the_same_folder_and_survives_a_dead_worker(day: Day) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    day.write([patient(number) for number in range(12)])
    assert day.run().code == 0
    expected = day.bytes()
    day.folder = day.place / "dask"
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    with (
        port_8787_is_taken(),
        distributed.LocalCluster(**options) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor(pure=False) as executor,
    ):
        assert day.call(executor).failed == 0
        assert day.bytes() == expected
        day.folder = day.place / "a worker dies"
        for _ in range(3):  # Dask may lose an answer with the worker that had it; E06 says to run again
            report = day.call(executor, dies_for_row_4, patience_s=30)
            assert all(code == "E06" for row, _, code in day.codes() if row != 4)
            if report.failed == 1:
                break
    assert report.failed == 1
    assert {row for row, state in day.states().items() if state == "failed"} == {4}
    assert day.codes() == [(4, "", "E01")]
    assert day.manifest()["problems"][0]["message"].startswith("the worker failed (KilledWorker).")


@pytest.mark.slow
@dask
def test_the_program_in_scale_md_works(day: Day) -> None:
    """Run the program for a cluster that docs/scale.md shows."""
    distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    programs = re.findall(r"^```python\n(.*?)^```", (CHECKOUT / "docs/scale.md").read_text("utf-8"), re.M | re.S)
    program = day.place / "dask_batch.py"
    program.write_text(programs[0], "utf-8")
    today = dt.date.today().isoformat()  # noqa: DTZ011  the program takes this computer's date
    day.write([patient(number, surgery_date=today) for number in range(4)])
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": True, "dashboard_address": ":0"}
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT), "XDG_CONFIG_HOME": str(day.place / "settings")}
    with distributed.LocalCluster(**options) as cluster:
        arguments = [str(day.schedule), str(day.folder), cluster.scheduler_address]
        command = [sys.executable, str(program), *arguments]
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    assert (ran.returncode, ran.stdout) == (0, "4 rows, 0 failed, 0 refused\n"), ran.stderr
    assert len(day.packets()) == 4 and day.manifest()["print_run"]["packets"] == 4
