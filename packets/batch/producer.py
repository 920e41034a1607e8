"""Make the packets of a batch plan in worker processes, check each result, and record it in the ledger."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import suppress

from msgspec import Struct, field
from msgspec.structs import replace

from packets.batch.folder import Folder
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.packet_ledger import Ledger, Packet, State
from packets.batch.plan import BatchPlan, PlannedRow, RowAction
from packets.batch.pool import Pool, TaskFailedError, TaskMemoryError, TaskTimeoutError, WorkerDiedError
from packets.batch.preflight import AcceptedRow
from packets.batch.task import PacketTask, TaskResult, pickle_library, program_version
from packets.content.library import Library
from packets.errors import PacketsError, Problem, VerificationError
from packets.model.case import Case
from packets.model.packet_id import fingerprint
from packets.schedule.rows import RowProblem
from packets.storage.files import remove, sync_written, write_whole

MANY = 300  # packets: a longer print run is verified by workers
_ROUND_S = 0.05  # packets that are ready within this time are written together, and the stop request is checked
WRITERS = 8  # files written at once: a disk makes several of them permanent in the time that it needs for one
TASKS_PER_WORKER = 12  # submitted at once: enough for longer than a round, few enough to keep memory flat


class NoAnswerError(Exception):
    """An external executor gave no answer within `BatchContext.patience_s`."""


class BatchProducer(Struct):
    """Make the packets of one run. The workers stay open for the print run until `close`."""

    options: BatchOptions
    library: Library
    context: BatchContext
    folder: Folder
    ledger: Ledger
    plan: BatchPlan
    rows: Mapping[int, AcceptedRow]
    unreadable: tuple[RowProblem, ...] = ()  # rows that are skipped because their file cannot be read
    interrupted: bool = False
    _written: list[Packet] = field(default_factory=list)
    _copies: dict[str, str] = field(default_factory=dict)  # the sha256 of each HTML copy that was written
    _failures: list[RowProblem] = field(default_factory=list)
    # Rows whose worker failed are retried once, one at a time, so that a row that kills its worker is certainly found:
    # an external executor may also fail the rows that ran at the same time.
    _retry_alone: list[PlannedRow] = field(default_factory=list)
    _retried: set[int] = field(default_factory=set)
    _silent: bool = False  # the executor no longer answers, so nothing more is submitted to it
    _libraries: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    pool: Pool | None = None  # None with an external executor
    _writers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WRITERS, "packets writer"))

    def make_all(self) -> tuple[dict[int, Packet], list[RowProblem]]:
        """Return the ready packets by row, in schedule order, and the problems of the other rows."""
        rows = self.plan.rows
        self._failures += self.unreadable
        ready = {row.row: row.packet for row in rows if row.action is RowAction.KEEP}
        self._report_progress(len(ready), len(rows))
        if len(ready) < len(rows):
            executor = self.executor()
            try:
                for row, packet in self._rounds(executor):
                    ready[row] = packet
                    self._report_progress(len(ready) + len(self._failures), len(rows))
            except BaseException:
                self._stop()
                raise
        return dict(sorted(ready.items())), self._failures

    def executor(self) -> Executor:
        if self.context.executor is not None:
            return self.context.executor
        if self.pool is None:
            self.pool = Pool(self.options.workers)
        return self.pool

    def reader(self, packets: int) -> Pool | None:
        """Return the pool for a print run; None to assemble and verify it in this process."""
        if self.context.executor is None and (packets > MANY or self.context.only_in_workers):
            self.executor()
        return self.pool

    def close(self) -> None:
        self._writers.shutdown()
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def _stop(self) -> None:
        if self.pool is not None:
            self.pool.kill()

    def _report_progress(self, done: int, total: int) -> None:
        self.context.progress("Making", done, total, len(self._failures))

    def _rounds(self, executor: Executor) -> Iterator[tuple[int, Packet]]:
        """Submit tasks, wait, and yield each packet that is done. Each round is one transaction of the ledger."""
        skipped = {problem.row for problem in self.unreadable}
        waiting = iter([row for row in self.plan.to_make() if row.row not in skipped])
        limit = max(2, TASKS_PER_WORKER * self.options.workers)
        pending: dict[Future[TaskResult], PlannedRow] = {}
        while True:
            while not self.interrupted and len(pending) < limit:
                self.interrupted = self.context.stop()
                row = None if self.interrupted else next(waiting, None)
                if row is None and not pending and not self.interrupted:
                    row = self._next_retry()
                if row is None:
                    break
                pending[self._submit(executor, row)] = row
                if row.row in self._retried:
                    break
            if self.interrupted:  # what no worker has begun is made by the next run
                pending = {future: row for future, row in pending.items() if not future.cancel()}
            if not pending:
                return
            results = []
            for future in self._done(pending):
                planned = pending.pop(future)
                result = self._accepted_result(future, planned)
                if result is not None:
                    results.append((planned, result))
            if packets := self._write_all(results):
                copies = {packet.id: self._copies[packet.id] for _, packet in packets if packet.id in self._copies}
                self.ledger.ready((packet for _, packet in packets), copies)
                yield from packets
            else:
                self._report_progress(len(self._written) + len(self._failures), len(self.plan.rows))

    def _done(self, pending: dict[Future[TaskResult], PlannedRow]) -> set[Future[TaskResult]]:
        """Wait for a round, and until at least one is done; if an external executor is too late, fail all of them."""
        deadline = time.monotonic() + self.context.patience_s
        while not (done := wait(pending, _ROUND_S).done):
            self.interrupted = self.context.stop()
            if self.pool is None and time.monotonic() > deadline:
                self._silent = True
                unanswered = list(pending.items())
                pending.clear()
                for future, row in unanswered:
                    future.cancel()  # otherwise the executor's shutdown waits for it
                    pending[_failed_future(NoAnswerError())] = row
                return set(pending)
        return done

    def _next_retry(self) -> PlannedRow | None:
        if not self._retry_alone:
            return None
        row = self._retry_alone.pop(0)
        self._retried.add(row.row)
        return row

    def _submit(self, executor: Executor, row: PlannedRow) -> Future[TaskResult]:
        if self._silent:
            return _failed_future(NoAnswerError())
        try:
            return executor.submit(self.context.render, self._task(row))
        except BrokenExecutor as error:  # it accepts no more tasks
            return _failed_future(error)

    def _task(self, planned: PlannedRow) -> PacketTask:
        accepted = self.rows[planned.row]
        packet, case = planned.packet, accepted.case
        case = replace(case, packet_id=packet.id, replaces=self.plan.earlier(packet))
        return PacketTask(
            row=planned.row,
            name=accepted.row.name,
            record_number=accepted.row.record_number,
            case=case,
            print_options=accepted.print_options,
            library=self._pickled_library(case, accepted.row.plan),
            plan=accepted.row.plan,
            include_drafts=self.options.include_drafts,
            program=program_version(),
            html=self.options.html,
        )

    def _pickled_library(self, case: Case, plan: str) -> bytes:
        key = (case.procedure, case.language, plan)
        if key not in self._libraries:
            self._libraries[key] = pickle_library(self.library, *key)
        return self._libraries[key]

    def _accepted_result(self, future: Future[TaskResult], planned: PlannedRow) -> TaskResult | None:
        """Return the checked result, or None if the row failed."""
        try:
            result = future.result()
        except VerificationError:
            raise
        except PacketsError as error:
            self._fail(planned.row, *error.problems)
            return None
        except TaskTimeoutError:
            self._fail(planned.row, Problem("E02", "making this packet took too long and was stopped", _AGAIN))
            return None
        except TaskMemoryError:
            self._fail(planned.row, Problem("E03", "making this packet took more memory than allowed", _AGAIN))
            return None
        except NoAnswerError:
            message = f"no worker has answered for {self.context.patience_s:g} seconds"
            self._fail(planned.row, Problem("E06", message, _WORKERS))
            return None
        except TaskFailedError as error:
            message = f"internal error ({error.name} at {error.place})"
            self._fail(planned.row, Problem("E04", message, _REPORT))
            return None
        except Exception as error:  # its text may contain patient data
            if planned.row not in self._retried:
                self._retry_alone.append(planned)
                return None
            died = "the worker process ended twice, or could not be started"
            message = died if isinstance(error, WorkerDiedError) else f"the worker failed ({type(error).__name__})"
            self._fail(planned.row, Problem("E01", message, _AGAIN))
            return None
        if result.problems:
            if result.unverified:
                raise VerificationError(*(replace(problem, path=f"row {planned.row}") for problem in result.problems))
            self._fail(planned.row, *result.problems)
            return None
        self._check(result, planned)
        self._written.append(planned.packet)
        return result

    def _write_all(self, made: Iterable[tuple[PlannedRow, TaskResult]]) -> list[tuple[int, Packet]]:
        """Write the packets' files so that they are on the disk; return each row and its packet."""
        packets = list(self._writers.map(self._write, made))
        if packets:
            sync_written(self.folder.path)
        return packets

    def _write(self, made: tuple[PlannedRow, TaskResult]) -> tuple[int, Packet]:
        """Write the packet's files, in a thread of `_writers`, but do not sync the folder yet."""
        planned, result = made
        if result.html:
            write_whole(self.folder.html(planned.packet), result.html, sync=False)
            self._copies[planned.packet.id] = hashlib.sha256(result.html).hexdigest()
        write_whole(self.folder.file(planned.packet), result.data, sync=False)
        text = fingerprint(self.context.key, "said", result.text_digest)
        packet = replace(
            planned.packet, state=State.READY, sha256=result.sha256, pages=result.pages, text_fingerprint=text
        )
        return planned.row, packet

    def _fail(self, row: int, *problems: Problem) -> None:
        self._failures += [RowProblem(row, "", problem.code, problem.message, problem.hint) for problem in problems]

    def _check(self, result: TaskResult, planned: PlannedRow) -> None:
        """Raise VerificationError (V31) unless this is the result of this task; workers are not trusted."""
        packet = planned.packet
        wrong = ""
        if (result.row, result.packet_id) != (planned.row, packet.id):
            wrong = "the result belongs to another row"
        elif fingerprint(self.context.key, "digest", result.digest) != packet.digest:
            wrong = "the packet does not show what the schedule and the content say"
        elif bool(result.html) is not self.options.html or (result.html and packet.id.encode() not in result.html):
            wrong = "the HTML copy is missing or of another packet"
        elif hashlib.sha256(result.data).hexdigest() != result.sha256 or packet.id.encode() not in result.data:
            wrong = "the file is not the one that was verified"
        if wrong:
            hint = "Nothing of this run was kept. Report this as an error in Packets"
            raise VerificationError(Problem("V31", wrong, hint, f"row {planned.row}"))

    def withdraw(self) -> None:
        """Trust nothing that this run has made, because one of its packets was wrong, and delete all that can be."""
        with suppress(PacketsError):
            self.folder.remove_print_runs()
        with suppress(PacketsError):
            self.ledger.withdraw(self._written)
        for packet in self._written:
            for file in (self.folder.file(packet), self.folder.html(packet)):
                with suppress(PacketsError):
                    remove(file)


def _failed_future(error: BaseException) -> Future[TaskResult]:
    future: Future[TaskResult] = Future()
    future.set_exception(error)
    return future


_WORKERS = "Check that the workers are running, then run the same command again: finished packets are kept."
_AGAIN = "Run the same command again; if it happens again, make this packet with: packets packet"
_REPORT = "Report this line, without any patient's data."
