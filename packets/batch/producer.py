"""A plan in, its packets made in worker processes, held against the schedule, written and entered in the ledger."""

from __future__ import annotations

import hashlib
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace

from packets.batch.folder import Folder
from packets.batch.ledger import Ledger, Packet, State
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.plan import Plan, fingerprint
from packets.batch.plan_rows import Planned, ReadyPackets
from packets.batch.pool import Fault, OutOfMemory, OutOfTime, Pool, WorkerDied
from packets.batch.preflight import Ready, good_rows
from packets.batch.task import PacketTask, TaskResult, pickle_library, program_version
from packets.content.library import Library
from packets.errors import PacketsError, Problem, VerificationError
from packets.model.case import Case
from packets.schedule.rows import RowProblem, ScheduleRows
from packets.storage.files import remove, write_whole

MANY = 300
_GLANCE_S = 0.2  # how long nobody asks whether to stop now
AHEAD = 3  # jobs handed out for each worker: enough that none waits, few enough that memory stays flat


class NoAnswer(Exception):
    """Another executor has answered nothing for as long as `Surroundings.patience_s` allows."""


@dataclass(slots=True)
class BatchProducer:
    """One run's making. `executor` stays open for what comes after; `close` ends it."""

    order: BatchOptions
    library: Library
    context: BatchContext
    folder: Folder
    ledger: Ledger
    plan: Plan
    unreadable: tuple[RowProblem, ...] = ()  # rows that are not made, for their files cannot be read
    interrupted: bool = False
    _written: array[int] = field(default_factory=lambda: array("I"))  # rows
    _failures: list[RowProblem] = field(default_factory=list)
    # Another executor may fail the rows that stood beside the one that killed a worker: each is tried again, alone.
    _suspects: list[tuple[Planned, Ready]] = field(default_factory=list)
    _tried: set[int] = field(default_factory=set)
    _silent: bool = False  # the executor is given up: nothing more is handed out to it
    _libraries: dict[tuple[str, str], bytes] = field(default_factory=dict)
    pool: Pool | None = None  # our own; None where another executor does the work

    def make_all(self, schedule_rows: ScheduleRows) -> tuple[ReadyPackets, list[RowProblem]]:
        """The packets that are ready, by row, and what went wrong with the others."""
        rows = self.plan.rows
        self._failures += self.unreadable
        ready = ReadyPackets(rows)
        self._tell(len(ready), len(rows))
        if len(ready) < len(rows):
            executor = self.executor()
            try:
                for row, packet in self._rounds(executor, schedule_rows):
                    ready.put(row, packet)
                    self._tell(len(ready) + len(self._failures), len(rows))
            except BaseException:
                self._stop()
                raise
        return ready, self._failures

    def executor(self) -> Executor:
        if self.context.executor is not None:
            return self.context.executor
        if self.pool is None:
            self.pool = Pool(self.order.workers)
        return self.pool

    def reader(self, packets: int) -> Pool | None:
        """Who reads a print run back: this process alone if it is short, or if the workers may be far away."""
        if self.context.executor is None and (packets > MANY or self.context.apart):
            self.executor()
        return self.pool

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def _stop(self) -> None:
        if self.pool is not None:
            self.pool.kill()

    def _tell(self, done: int, total: int) -> None:
        self.context.progress("Making", done, total, len(self._failures))

    def _rounds(self, executor: Executor, schedule_rows: ScheduleRows) -> Iterator[tuple[int, Packet]]:
        """Hand out, wait, take in what is done: each round ends in one transaction."""
        skipped = {each.row for each in self.unreadable}
        todo = [each.row for each in self.plan.rows.todo() if each.row not in skipped]
        planned_rows = (each for each in self.plan.rows.todo() if each.row not in skipped)
        coming = zip(planned_rows, good_rows(schedule_rows, todo), strict=True)
        most = max(2, AHEAD * self.order.workers)
        flying: dict[Future[TaskResult], tuple[Planned, Ready]] = {}
        while True:
            while not self.interrupted and len(flying) < most:
                self.interrupted = self.context.stop()
                pair = None if self.interrupted else next(coming, None)
                if pair is None and not flying and not self.interrupted:
                    pair = self._suspect()  # alone: whatever happens now is its own doing
                if pair is None:
                    break
                flying[self._handed_out(executor, pair)] = pair
                if pair[0].row in self._tried:
                    break
            if not flying:
                return
            packets = []
            for future in self._done(flying):
                planned, ready = flying.pop(future)
                packet = self._taken_in(future, planned, ready)
                if packet is not None:
                    packets.append((planned.row, packet))
            if packets:
                self.ledger.ready(packet for _, packet in packets)
                yield from packets
            else:
                self._tell(len(self._written) + len(self._failures), len(self.plan.rows))

    def _done(self, flying: dict[Future[TaskResult], tuple[Planned, Ready]]) -> set[Future[TaskResult]]:
        """Wait until at least one is done. When another executor has been silent for too long, fail all of them."""
        until = time.monotonic() + self.context.patience_s
        while not (done := wait(flying, _GLANCE_S, FIRST_COMPLETED).done):
            self.interrupted = self.context.stop()
            if self.pool is None and time.monotonic() > until:
                self._silent = True
                pairs = list(flying.items())
                flying.clear()
                for future, pair in pairs:
                    future.cancel()  # or the executor's own shutdown would wait for it
                    flying[_failed(NoAnswer())] = pair
                return set(flying)
        return done

    def _suspect(self) -> tuple[Planned, Ready] | None:
        if not self._suspects:
            return None
        pair = self._suspects.pop(0)
        self._tried.add(pair[0].row)
        return pair

    def _handed_out(self, executor: Executor, pair: tuple[Planned, Ready]) -> Future[TaskResult]:
        if self._silent:
            return _failed(NoAnswer())
        try:
            return executor.submit(self.context.render, self._job(*pair))
        except BrokenExecutor as error:  # it takes nothing more: each row then says so
            return _failed(error)

    def _job(self, planned: Planned, ready: Ready) -> PacketTask:
        packet, case = planned.packet, ready.case
        case = replace(case, packet_id=packet.id, replaces=self.plan.earlier(packet))
        return PacketTask(
            row=planned.row,
            name=ready.row.name,
            record_number=ready.row.record_number,
            case=case,
            print_options=ready.print_options,
            library=self._packed(case),
            plan=self.order.plan,
            include_drafts=self.order.include_drafts,
            program=program_version(),
        )

    def _packed(self, case: Case) -> bytes:
        key = (case.procedure, case.language)
        if key not in self._libraries:
            self._libraries[key] = pickle_library(self.library, *key, self.order.plan)
        return self._libraries[key]

    def _taken_in(self, future: Future[TaskResult], planned: Planned, ready: Ready) -> Packet | None:
        """The packet, on the disk; None where the row has failed."""
        try:
            result = future.result()
        except VerificationError:
            raise
        except PacketsError as error:
            self._fail(planned.row, *error.problems)
            return None
        except OutOfTime:
            self._fail(planned.row, Problem("E02", "making it took too long, and was stopped", _AGAIN))
            return None
        except OutOfMemory:
            self._fail(planned.row, Problem("E03", "making it took more memory than there is for one packet", _AGAIN))
            return None
        except WorkerDied:
            message = "the process that made it ended, twice, or could not be started"
            self._fail(planned.row, Problem("E01", message, _AGAIN))
            return None
        except NoAnswer:
            message = f"no worker has answered for {self.context.patience_s:g} seconds"
            self._fail(planned.row, Problem("E06", message, _WORKERS))
            return None
        except Fault as fault:
            message = f"a fault in packets itself ({fault.name} at {fault.place})"
            self._fail(planned.row, Problem("E04", message, _REPORT))
            return None
        except Exception as error:  # another executor's own: its text may hold what it was working on
            if planned.row not in self._tried:
                self._suspects.append((planned, ready))
                return None
            self._fail(planned.row, Problem("E01", f"the worker failed ({type(error).__name__})", _AGAIN))
            return None
        if result.problems:
            if result.unproved:
                raise VerificationError(*(replace(problem, path=f"row {planned.row}") for problem in result.problems))
            self._fail(planned.row, *result.problems)
            return None
        self._check(result, planned)
        self._written.append(planned.row)
        write_whole(self.folder.file(planned.packet), result.data)
        said = fingerprint(self.context.key, "said", result.said)
        return replace(planned.packet, state=State.READY, sha256=result.sha256, pages=result.pages, said=said)

    def _fail(self, row: int, *problems: Problem) -> None:
        self._failures += [RowProblem(row, "", problem.code, problem.message, problem.hint) for problem in problems]

    def _check(self, result: TaskResult, planned: Planned) -> None:
        """Whether this is the answer to what was asked: no worker and no executor is believed. Raises NotProved."""
        packet = planned.packet
        wrong = ""
        if (result.row, result.packet_id) != (planned.row, packet.id):
            wrong = "the answer belongs to another row"
        elif fingerprint(self.context.key, "digest", result.digest) != packet.digest:
            wrong = "what was printed is not what the schedule and the content say"
        elif hashlib.sha256(result.data).hexdigest() != result.sha256 or packet.id.encode() not in result.data:
            wrong = "the file is not the one that was proved"
        if wrong:
            hint = "Nothing of this run is left. Report this as a fault of packets"
            raise VerificationError(Problem("V31", wrong, hint, f"row {planned.row}"))

    def withdraw(self) -> None:
        """A program that has mixed one patient up is not believed about the others it has made just now."""
        with suppress(PacketsError):
            self.folder.take_away_runs()
            for row in self._written:
                remove(self.folder.file(self.plan.rows.packet(row)))
            self.ledger.withdraw(self.plan.rows.packet(row) for row in self._written)


def _failed(error: BaseException) -> Future[TaskResult]:
    future: Future[TaskResult] = Future()
    future.set_exception(error)
    return future


_WORKERS = "Look whether the workers are running, then run the same command again: what is finished is kept."
_AGAIN = "Run the same command again; if it happens again, make this packet with the command packet."
_REPORT = "Report this line, without any patient's data."
