"""Run tasks that die, hang or exhaust memory in the worker pool, without affecting other tasks."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from functools import partial
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from packets.batch import print_run_pages, producer
from packets.batch.pool import Pool, TaskFailedError, TaskMemoryError, TaskTimeoutError, WorkerDiedError
from packets.errors import InvalidInputError, Problem, WriteError
from tests.batch import faults
from tests.batch.day import Day, patient
from tests.batch.faults import break_rows


def double(number: int) -> int:
    return 2 * number


def die(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hang(_: int) -> None:
    time.sleep(600)


def eat(_: int) -> None:
    bytearray(64 << 30)


def refuse(_: int) -> None:
    raise InvalidInputError(Problem("X99", "no"))


def lose_a_name(name: str) -> None:
    raise ValueError(name)


def answer_what_cannot_be_sent(_: int) -> object:
    return threading.Lock()


def test_many_tasks_return_their_results_in_order() -> None:
    with Pool(2) as pool:
        assert list(pool.map(double, range(500))) == [2 * number for number in range(500)]


def stop_yourself(_: int) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def test_an_exception_in_the_block_does_not_wait_for_submitted_tasks() -> None:
    with pytest.raises(TimeoutError), Pool(1, deadline_s=600) as pool:
        waiting = [pool.submit(hang, number) for number in range(3)]
        raise TimeoutError
    assert all(future.done() for future in waiting)


def test_a_stopped_worker_is_killed_at_its_deadline() -> None:
    with Pool(1, deadline_s=3) as pool:
        future = pool.submit(stop_yourself, 0)
    assert isinstance(future.exception(), TaskTimeoutError)


def stop_after_the_answer(_: int) -> int:
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGSTOP)).start()
    return 1


def test_a_stopped_idle_worker_does_not_delay_the_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packets.batch.pool._END_S", 1.0)
    with Pool(1) as pool:
        assert pool.submit(stop_after_the_answer, 0).result() == 1
        time.sleep(1.5)


def stop_in_the_middle_of_the_result(_: int) -> None:
    def send_half(pipe: Connection, data: memoryview) -> None:
        os.write(pipe.fileno(), data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGSTOP)

    Connection._send = send_half  # type: ignore[attr-defined]


LARGE = 8 << 20  # bytes: more than the buffer of a pipe holds


@contextlib.contextmanager
def killed_at_the_end(worker: int) -> Iterator[None]:
    """Kill a stopped worker, for which a failing test would wait forever."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


@pytest.mark.slow
def test_a_large_task_for_a_stopped_worker_is_retried() -> None:
    with Pool(1, deadline_s=3) as pool:
        worker = pool.submit(os.getpid).result()
        os.kill(worker, signal.SIGSTOP)
        with killed_at_the_end(worker):
            assert pool.submit(len, bytes(LARGE)).result(timeout=30) == LARGE


@pytest.mark.slow
def test_a_worker_that_stops_while_it_sends_its_result_is_ended() -> None:
    with Pool(1, deadline_s=3) as pool:
        worker = pool.submit(os.getpid).result()
        stopped = pool.submit(stop_in_the_middle_of_the_result, 0)
        with killed_at_the_end(worker):
            assert pool.submit(double, 4).result(timeout=30) == 8
    assert isinstance(stopped.exception(), WorkerDiedError)


def test_kill_does_not_wait_for_a_stopped_worker() -> None:
    pool = Pool(1, deadline_s=600)
    worker = pool.submit(os.getpid).result()
    os.kill(worker, signal.SIGSTOP)
    future = pool.submit(len, bytes(LARGE))
    while not future.running():
        time.sleep(0.01)
    with killed_at_the_end(worker):
        killing = threading.Thread(target=pool.kill)
        killing.start()
        assert isinstance(future.exception(timeout=30), WorkerDiedError)
    killing.join()


@pytest.mark.slow
def test_a_bad_task_does_not_affect_the_others() -> None:
    with Pool(2, deadline_s=10) as pool:  # on a busy machine, starting a worker takes part of it
        bad: list[Future[object]] = [pool.submit(task, 0) for task in (die, hang, eat, refuse)]
        good = [pool.submit(double, number) for number in range(40)]
        kinds = [type(future.exception()) for future in bad]
        assert [future.result() for future in good] == [2 * number for number in range(40)]
    assert kinds == [WorkerDiedError, TaskTimeoutError, TaskMemoryError, InvalidInputError]


def test_the_failure_of_a_task_has_no_patient_data() -> None:
    with Pool(1, deadline_s=30) as pool:
        named = pool.submit(lose_a_name, "Rosa Sample")
        unsent = pool.submit(answer_what_cannot_be_sent, 0)
        unreadable = pool.submit(lambda: 0)
        for future, kind in ((named, "ValueError"), (unsent, "TypeError")):
            error = future.exception()
            assert isinstance(error, TaskFailedError) and error.name == kind and "Rosa" not in str(error)
        assert isinstance(unreadable.exception(), TaskFailedError)


def test_a_row_whose_worker_dies_once_is_made(day: Day) -> None:
    day.write([patient(number) for number in range(1, 6)])
    with Pool(2) as pool:
        report = day.call(pool, partial(faults.dies_once, day.place / "mark", "packets.batch.task", "run_task"))
    assert (day.place / "mark").exists() and report.failed == 0 and len(day.packets()) == 5


def test_a_print_run_whose_worker_dies_once_is_written(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day.write([patient(number) for number in range(1, 6)])
    for name in ("extract_parts", "verify_pages"):
        day.folder = day.place / name
        dies_once = partial(faults.dies_once, day.place / f"{name}.mark", print_run_pages.__name__, name)
        with monkeypatch.context() as patched:
            patched.setattr(print_run_pages, name, dies_once)
            report = day.call()
        assert (day.place / f"{name}.mark").exists() and report.runs[0].packets == 5 and report.failed == 0


def test_tasks_fail_if_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Pool) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(Pool, "_start", full)
    with Pool(2) as pool:
        for future in [pool.submit(double, number) for number in range(5)]:
            assert isinstance(future.exception(timeout=20), WorkerDiedError)


def test_a_script_without_a_main_guard_ends_and_says_why(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from packets.batch.pool import Pool\nwith Pool(1) as pool:\n    pool.submit(abs, -1).result()\n")
    ran = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1] == "packets.batch.pool.WorkerDiedError"
    assert "if __name__ == '__main__':" in ran.stderr


def test_no_row_fails_if_a_worker_starts_at_a_later_attempt(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting fails with EOFError or ConnectionError if a helper process of multiprocessing was killed."""
    start, calls = Pool._start, list[int]()

    def first_fails(pool: Pool) -> object:
        calls.append(1)
        if len(calls) in (1, 2):
            raise EOFError if len(calls) == 1 else ConnectionResetError(104, "Connection reset by peer")
        return start(pool)

    monkeypatch.setattr(Pool, "_start", first_fails)
    day.write([patient(1), patient(2), patient(3)])
    assert day.run().code == 0
    assert set(day.states().values()) == {"ready"} and day.manifest()["print_run"]["packets"] == 3
    assert len(calls) > 2


def test_a_worker_killed_between_two_tasks_fails_no_task() -> None:
    with Pool(1) as pool:
        for _ in range(5):
            worker = pool.submit(os.getpid).result()
            os.kill(worker, signal.SIGKILL)
            assert pool.submit(double, 4).result() == 8


def test_a_task_fails_if_all_its_workers_die_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    start = Pool._start

    def stillborn(pool: Pool) -> object:
        worker = start(pool)
        worker.process.kill()
        worker.process.join()
        return worker

    monkeypatch.setattr(Pool, "_start", stillborn)
    with Pool(1) as pool:
        assert isinstance(pool.submit(double, 4).exception(timeout=60), WorkerDiedError)


def test_kill_ends_running_tasks_and_cancels_waiting_ones() -> None:
    pool = Pool(1)
    begun, waiting = pool.submit(hang, 0), pool.submit(double, 1)
    while not begun.running():
        time.sleep(0.01)
    pool.kill()
    assert isinstance(begun.exception(), WorkerDiedError)
    with pytest.raises(CancelledError):
        waiting.result()
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(double, 1)


class OtherConnection:
    """A pipe end as on Windows: not an instance of Connection, and an empty message is never received."""

    def __init__(self, end: Connection) -> None:
        self.end = end
        self.fileno, self.close, self.recv, self.recv_bytes = end.fileno, end.close, end.recv, end.recv_bytes
        self.send = end.send

    def send_bytes(self, data: bytes) -> None:
        if data:
            self.end.send_bytes(data)


@pytest.mark.timeout(60)  # a pool that is not woken waits forever
def test_the_pool_works_with_the_pipes_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe(duplex: bool = True) -> tuple[object, object]:
        ours, theirs = make_pipe(duplex)
        # One end of a duplex pipe is sent to a worker; the other pipe only wakes the pool's thread.
        return OtherConnection(ours), theirs if duplex else OtherConnection(theirs)

    make_pipe = connection.Pipe
    monkeypatch.setattr(connection, "Pipe", pipe)
    with Pool(2, deadline_s=10) as pool:
        futures = [pool.submit(double, number) for number in range(5)]
        assert [future.result(timeout=60) for future in futures] == [0, 2, 4, 6, 8]


def test_workers_end_with_their_pool() -> None:
    with Pool(2) as pool:
        assert list(pool.map(double, [1, 2, 3])) == [2, 4, 6]
        processes = [worker.process.pid for worker in pool._workers]
    assert processes
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_a_row_that_breaks_its_worker_does_not_affect_the_others(day: Day) -> None:
    day.write([patient(number) for number in range(12)])
    with Pool(2, deadline_s=3) as pool:
        report = day.call(pool, break_rows)
    assert (report.failed, report.refused) == (6, 0)
    states = day.states()
    assert [row for row, state in states.items() if state == "failed"] == [3, 4, 5, 6, 7, 8]
    assert [row for row, state in states.items() if state == "ready"] == [2, 9, 10, 11, 12, 13]
    messages = {problem["row"]: f"{problem['code']} {problem['message']}" for problem in day.manifest()["problems"]}
    again = " Run the same command again; if it happens again, make this packet with: packets packet."
    died = "E01 the worker process ended twice, or could not be started." + again
    assert messages[3] == messages[4] == messages[8] == died
    assert messages[5] == "E02 making this packet took too long and was stopped." + again
    assert messages[6] == "E03 making this packet took more memory than allowed." + again
    assert messages[7].startswith("E04 internal error (ValueError at faults.py:")
    assert messages[7].endswith("). Report this line, without any patient's data.")
    assert len(day.packets()) == 6
    outcome = day.run()  # the next run makes the missing packets
    assert outcome.code == 0 and "6 made again, 6 unchanged" in outcome.out


def test_workers_that_die_twice_cost_only_the_print_run(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day.write([patient(number) for number in range(1, 6)])
    for function in ("extract_parts", "verify_pages", "sheet_part"):
        with monkeypatch.context() as patched:
            patched.setattr(producer, "MANY", 0)  # short print runs use the workers too
            patched.setattr(print_run_pages, function, faults.die)
            with pytest.raises(WriteError) as caught:
                day.call()
        assert str(caught.value) == (
            "W12 the print run could not be assembled and verified (WorkerDiedError)\n"
            "    The packets are finished. Run the same command again"
        )
        assert len(day.packets()) == 5 and not (day.folder / "print-run.pdf").exists() and day.leftovers() == []
    assert "5 unchanged" in day.run().out


@pytest.mark.slow
def test_verifying_many_packets_may_exceed_the_deadline_of_one(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    day.write([patient(number) for number in range(1, 21)])
    monkeypatch.setattr(producer, "MANY", 0)
    monkeypatch.setattr(producer, "Pool", partial(Pool, deadline_s=3))
    monkeypatch.setattr(print_run_pages, "verify_pages", faults.verify_slowly)
    assert day.call().runs[0].packets == 20
