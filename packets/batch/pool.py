"""Run tasks in worker processes, which may die, hang or run out of memory without affecting other tasks.

ProcessPoolExecutor, in contrast, fails all its tasks when one worker dies, and cannot stop a task that hangs.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from multiprocessing.connection import Connection, wait
from typing import Any

from msgspec import Struct, field

from packets.errors import PacketsError
from packets.garbage import collect_rarely

MEMORY_BYTES = 2 << 30
DEADLINE_S = 30.0
STARTS = 3  # attempts to start a worker, and workers that may die before they begin a task
_START_DELAY_S = 0.2  # between attempts: how long a killed helper process takes to end on a busy machine
_LATE_S = 2.0  # past its deadline, when a worker has blocked the pool's thread: see _watch
_END_S = 5.0  # how long a process may take to end after its pipe was closed, or after SIGKILL
_WAKE = b"."  # not empty: Windows cannot receive an empty message
_MAX_WORKERS = 60 if sys.platform == "win32" else 256  # Windows waits for at most 63 objects at once
_PRELOAD = ["packets.batch.task", "packets.pdf.renderer", "packets.verify.proof", "pypdfium2_raw", "pikepdf"]


class WorkerDiedError(Exception):
    """The worker process ended during this task, or no worker could be started."""


class TaskTimeoutError(Exception):
    """The task was stopped at its deadline."""


class TaskMemoryError(Exception):
    """The task exceeded its memory limit."""


class TaskFailedError(Exception):
    """The task raised another exception: `name` is its class, `place` a line of code. Its text may contain names."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(name, place)
        self.name, self.place = name, place


class _Task(Struct, eq=False):
    future: Future[Any]
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    deadline_s: float
    starts: int = 0  # workers that were given the task; one that dies before it begins is not counted


class _Worker(Struct, eq=False):
    process: Any
    pipe: Connection
    task: _Task | None = None
    begun: bool = False  # the worker has reported that it runs the task
    deadline: float = field(default=0.0)


def _start_context() -> Any:
    """Return how workers are started."""
    # A forked worker would inherit the folder's lock and keep it if this process is killed.
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def load_ahead() -> None:
    """Start the process that workers are forked from: it loads the program while this process does other work.

    Call it in the main thread.
    """
    if _start_context().get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        # Ctrl-C reaches this process too: until the program is loaded, it would print a traceback.
        interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            with contextlib.suppress(OSError):  # the first worker needs it, and reports that
                ensure_running()
        finally:
            signal.signal(signal.SIGINT, interrupt)


class Pool(Executor):
    """An executor with up to `workers` processes, which start when needed and run one task at a time."""

    def __init__(self, workers: int, *, deadline_s: float = DEADLINE_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._context = _start_context()
        self._size, self._deadline_s, self._memory_bytes = min(workers, _MAX_WORKERS), deadline_s, memory_bytes
        self._workers: list[_Worker] = []
        self._waiting: deque[_Task] = deque()
        self._lock = threading.Lock()
        self._closing = self._killed = False
        self._woken, self._wake = multiprocessing.Pipe(duplex=False)
        self._thread = threading.Thread(target=self._serve, name="packets pool", daemon=True)
        self._thread.start()
        self._finished = threading.Event()
        threading.Thread(target=self._watch, name="packets pool watchdog", daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if kwargs:
            raise TypeError("tasks take positional arguments only")
        return self.submit_long(0, fn, *args)

    def submit_long(self, deadline_s: float, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        """Submit a task with a longer deadline than the pool's; a shorter one is ignored."""
        future: Future[Any] = Future()
        with self._lock:
            if self._closing:
                raise RuntimeError("the pool is closed")
            self._waiting.append(_Task(future, fn, args, max(deadline_s, self._deadline_s)))
        self._wake.send_bytes(_WAKE)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for all submitted tasks; with `cancel_futures`, only for those that have begun."""
        with self._lock:
            self._closing = True
            if cancel_futures:
                while self._waiting:
                    self._waiting.pop().future.cancel()
        with contextlib.suppress(OSError):  # closed by an earlier call
            self._wake.send_bytes(_WAKE)
        if wait:
            self._thread.join()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the tasks; after an exception (a timeout, Ctrl-C), end them at once."""
        self.shutdown() if kind is None else self.kill()

    def kill(self) -> None:
        """End all workers at once and fail their tasks."""
        with self._lock:
            self._closing = self._killed = True
            tasks = list(self._waiting)
            self._waiting.clear()
        for task in tasks:
            task.future.cancel()
        self.shutdown()  # wakes the thread, which ends the workers, even one that is just starting

    def _watch(self) -> None:
        """Kill workers long past their deadline, which the pool's own thread cannot do while it is blocked.

        It blocks when a worker is stopped (SIGSTOP, a debugger) and a task or result is larger than the pipe's buffer.
        Killing the worker unblocks the thread, which discards it; a task that had not begun gets another worker.
        """
        while not self._finished.wait(1.0):
            latest = time.monotonic() - _LATE_S
            for worker in list(self._workers):
                if worker.task is not None and (self._killed or worker.deadline < latest):
                    with contextlib.suppress(ValueError):  # just discarded by the thread
                        worker.process.kill()

    # ---- everything below runs in the pool's thread

    def _serve(self) -> None:
        try:
            while self._assign():
                self._listen()
        finally:
            for worker in self._workers:
                worker.pipe.close()  # a worker ends when its pipe does
            for worker in self._workers:
                worker.process.join(_END_S)
                if worker.process.is_alive():  # stopped, or busy with something else
                    worker.process.kill()
                    worker.process.join(_END_S)
            self._woken.close()
            self._wake.close()
            self._finished.set()

    def _assign(self) -> bool:
        """Assign tasks to idle workers. Return False when all tasks are done and the pool is closing."""
        while True:
            busy = sum(worker.task is not None for worker in self._workers)
            with self._lock:
                if not self._waiting or busy == self._size:
                    return bool(busy or self._waiting or not self._closing)
                task = self._waiting.popleft()
            if task.future.running() or task.future.set_running_or_notify_cancel():
                self._begin(task)

    def _begin(self, task: _Task) -> None:
        try:
            worker = next((worker for worker in self._workers if worker.task is None), None) or self._start_worker()
        except (OSError, EOFError, RuntimeError) as error:
            # The system has no process or memory left; or this is a worker that runs a script without a main guard.
            died = WorkerDiedError()
            died.__cause__ = error
            task.future.set_exception(died)
            return
        task.starts += 1
        worker.deadline = time.monotonic() + task.deadline_s
        worker.task, worker.begun = task, False
        try:
            worker.pipe.send((task.function, task.arguments))
        except OSError:
            self._discard_worker(worker)
        except BaseException as error:  # it cannot be pickled
            worker.task = None
            task.future.set_exception(_task_failed(error))

    def _start_worker(self) -> _Worker:
        """Start a worker; try again if a helper process of multiprocessing was just killed."""
        for _ in range(STARTS - 1):
            with contextlib.suppress(OSError, EOFError):
                return self._start()
            time.sleep(_START_DELAY_S)
        return self._start()

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_work, args=(theirs, self._memory_bytes), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _listen(self) -> None:
        busy: dict[Any, _Worker] = {worker.pipe: worker for worker in self._workers if worker.task is not None}
        deadline = min((worker.deadline for worker in busy.values()), default=None)
        timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
        for ready in wait([self._woken, *busy], timeout):
            if ready is self._woken:
                self._woken.recv_bytes()
            elif self._killed:
                continue
            elif ready in busy:
                self._receive(busy[ready])
        if self._killed:
            for worker in busy.values():
                if worker in self._workers:  # or it was discarded above, just when kill was called
                    worker.begun = True  # the task fails instead of waiting for another worker
                    self._discard_worker(worker)
            return
        now = time.monotonic()
        for worker in list(busy.values()):
            if worker.task is not None and worker in self._workers and now >= worker.deadline:
                worker.task.future.set_exception(TaskTimeoutError())
                worker.task = None
                self._discard_worker(worker)

    def _receive(self, worker: _Worker) -> None:
        try:
            kind, value = worker.pipe.recv()
        except (EOFError, OSError):
            self._discard_worker(worker)
            return
        except BaseException as error:  # the result cannot be unpickled here
            kind, value = "exception", _task_failed(error)
        if kind == "begun":
            worker.begun = True
            return
        task, worker.task = worker.task, None
        assert task is not None  # noqa: S101  only busy workers are listened to
        if kind == "result":
            task.future.set_result(value)
        else:
            task.future.set_exception(value)
        if isinstance(value, TaskMemoryError):  # the process may be damaged
            self._discard_worker(worker)

    def _discard_worker(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join(_END_S)
        with contextlib.suppress(ValueError):  # it has not ended yet, for example because it waits for a disk
            worker.process.close()
        worker.pipe.close()
        self._workers.remove(worker)
        task = worker.task
        if task is None:
            return
        if worker.begun or task.starts == STARTS:
            task.future.set_exception(WorkerDiedError())
        else:
            with self._lock:
                self._waiting.appendleft(task)


def _task_failed(error: BaseException) -> TaskFailedError:
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    file, line = frames[-1] if frames else ("unknown", 0)
    return TaskFailedError(type(error).__name__, f"{os.path.basename(file)}:{line}")  # noqa: PTH119


def _work(pipe: Connection, memory_bytes: int) -> None:
    """Run the tasks that come through the pipe until it is closed."""
    _apply_limits(memory_bytes)
    collect_rarely()
    while True:
        try:
            function, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        except BaseException as error:  # a function that is not importable here
            pipe.send(("exception", _task_failed(error)))
            continue
        pipe.send(("begun", None))
        try:
            response = ("result", function(*arguments))
        except MemoryError:
            response = ("exception", TaskMemoryError())
        except PacketsError as error:
            response = ("exception", error)
        except BaseException as error:
            response = ("exception", _task_failed(error))
        try:
            pipe.send(response)
        except OSError:
            return
        except MemoryError:
            pipe.send(("exception", TaskMemoryError()))
        except BaseException as error:
            pipe.send(("exception", _task_failed(error)))


def _apply_limits(memory_bytes: int) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):  # Ctrl-C reaches the whole process group
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    with contextlib.suppress(ImportError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would contain patient data
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # What a library prints before it crashes may contain patient data.
    devnull = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(devnull, stream)
    os.close(devnull)
