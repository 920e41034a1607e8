"""Check an uploaded schedule, run its batch in the background, and report its progress."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from packets.batch.options import BatchContext, BatchOptions
from packets.batch.plan import PlannedRow, RowAction
from packets.batch.run import BatchReport, preview_batch, run_batch
from packets.case_input.date_rules import QUESTIONED
from packets.errors import PacketsError, Problem, UsageError
from packets.schedule.profile import PLAIN, names
from packets.web.folders import folder_of
from packets.web.packet_service import PacketService

SORTS = (("schedule", "As in the schedule"), ("time", "Start time"), ("room", "Room"), ("surgeon", "Surgeon"))
SAID = {
    RowAction.MAKE: "New",
    RowAction.CHANGE: "Changed",
    RowAction.REPAIR: "Made again",
    RowAction.KEEP: "Left as it is",
}
_CONFIRM = "Compare the date with the chart. If it is right, tick the box above the table."


@dataclass(slots=True, eq=False, repr=False)
class Running:
    """One run in a thread of its own; what it says of itself changes while it goes on."""

    doing: str = "Reading the schedule"
    done: int = 0
    total: int = 0
    failed: int = 0
    report: BatchReport | None = None
    problems: tuple[Problem, ...] = ()
    asked_to_stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def progress(self, doing: str, done: int, total: int, failed: int) -> None:
        self.doing, self.done, self.total, self.failed = doing, done, total, failed


@dataclass(slots=True, eq=False, repr=False)
class Batch:
    """What was sent, and what would come of it: a report, or why not."""

    order: BatchOptions
    report: BatchReport | None = None
    problems: tuple[Problem, ...] = ()
    running: Running | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; `kind` is made, kept, held or refused."""

    row: int
    kind: str
    what: str
    packet: str
    why: tuple[str, ...]


class Batches:
    """A run draws and reads in processes of its own, and never takes the desk's press: no packet waits for it."""

    def __init__(self, service: PacketService) -> None:
        self.service = service
        self._going: set[Running] = set()

    def sources(self) -> tuple[str, ...]:
        """How schedules can be read; our own columns first."""
        return tuple(sorted(names(self.service.root), key=lambda name: (name != PLAIN, name)))

    def order(self, name: str, data: bytes, folder: str, source: str, sort: str, include_drafts: bool) -> BatchOptions:
        """Raises Misused (A03, A04, A07), each with its field."""
        problems = []
        if not name:
            problems.append(Problem("A03", "no schedule is chosen", "Choose a CSV or Excel file.", field="schedule"))
        try:
            kept_in = folder_of(folder)
        except UsageError as error:
            problems.extend(error.problems)
        if problems:
            raise UsageError(*problems)
        return BatchOptions(
            schedule=Path(name),
            folder=kept_in,
            content=self.service.root,
            profile=None if source == PLAIN else source,
            sort=sort,
            include_drafts=include_drafts,
            workers=_workers(),
            data=data,
        )

    def look_ahead(self, options: BatchOptions) -> Batch:
        """The dry run."""
        try:
            self.service.read_faces()
            return Batch(options, preview_batch(options, self.service.whole_library(), self._around(Running())))
        except PacketsError as error:
            return Batch(options, problems=error.problems)

    def confirm(self, batch: Batch) -> Batch:
        """Check the schedule again: a person has compared the unlikely dates of the refused rows with the charts."""
        questioned = batch.report.questioned if batch.report else frozenset()
        return self.look_ahead(replace(batch.order, confirmed=batch.order.confirmed | questioned))

    def start(self, batch: Batch) -> None:
        """Begin, unless it is going on already. Where packets were made before, what is new has a print run too."""
        if batch.running is None or batch.running.over.is_set():
            batch.running = Running()
            self._going.add(batch.running)
            made_before = batch.report is not None and batch.report.count(RowAction.KEEP) > 0
            order = replace(batch.order, only_changed=made_before)
            threading.Thread(target=self._run, args=(order, batch.running)).start()

    def stop_all(self) -> None:
        """What is begun is finished first."""
        for running in list(self._going):
            running.asked_to_stop.set()
        for running in list(self._going):
            running.over.wait(60)

    def _run(self, options: BatchOptions, running: Running) -> None:
        try:
            running.report = run_batch(options, self.service.whole_library(), self._around(running))
        except PacketsError as error:
            running.problems = error.problems
        except Exception as error:
            # Its text may hold what stands in the schedule.
            message = f"internal error ({type(error).__name__})"
            hint = "Make them again: what is finished is kept. If it comes back, report this line."
            running.problems = (Problem("A05", message, hint),)
        finally:
            self._going.discard(running)
            running.over.set()

    def _around(self, running: Running) -> BatchContext:
        return BatchContext(
            key=self.service.key(),
            clock=self.service.now,
            stop=running.asked_to_stop.is_set,
            progress=running.progress,
            only_in_workers=True,
        )


def _workers() -> int:
    """One processor is left to single packets, if there is more than one."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, found - 1)


def lines(report: BatchReport) -> tuple[Line, ...]:
    """One for each row of the schedule, in their order; then what is no longer in it."""
    return tuple(sorted(_lines(report), key=lambda line: (line.row == 0, line.row)))


def _listed(report: BatchReport, each: PlannedRow) -> str:
    return ", ".join(report.plan.earlier(each.packet))


def _lines(report: BatchReport) -> Iterator[Line]:
    refused: dict[int, list[str]] = {}
    said: dict[int, list[str]] = {}
    for problem in report.problems:
        where = f"In column {problem.column}: " if problem.column else ""
        hint = _CONFIRM if problem.code in QUESTIONED else problem.hint
        words = f"{where}{problem.message}. {hint}".strip()
        (said if problem.warning else refused).setdefault(problem.row, []).append(words)
    for each in report.plan.rows:
        why = [f"Replaces packet {_listed(report, each)}."] if each.action is RowAction.CHANGE else []
        if each.row in refused:
            yield Line(each.row, "refused", "Not made", each.packet.id, tuple(refused.pop(each.row)))
            continue
        kind = "kept" if each.action is RowAction.KEEP else "made"
        yield Line(each.row, kind, SAID[each.action], each.packet.id, (*why, *said.pop(each.row, ())))
    for row, packet in report.plan.cancelled:
        yield Line(row, "held", "Cancelled", packet.id if packet else "", tuple(said.pop(row, ())))
    held = {row: packet.id for row, packet in report.plan.on_hold}
    for row, reasons in refused.items():
        what = "Held" if row in held else "Not made"
        yield Line(row, "refused", what, held.get(row, ""), (*reasons, *said.pop(row, ())))
    for row, notes in said.items():
        yield from (Line(row, "held", "Look at it", "", (note,)) for note in notes)


def counts(report: BatchReport) -> tuple[tuple[str, int], ...]:
    """What happens to how many rows, without what happens to none; each row is counted once."""
    held = len({row for row, _ in report.plan.on_hold})
    found = (
        ("new", report.count(RowAction.MAKE)),
        ("changed", report.count(RowAction.CHANGE)),
        ("made again", report.count(RowAction.REPAIR)),
        ("left as they are", report.count(RowAction.KEEP)),
        ("held", held),
        ("cancelled", len(report.plan.cancelled)),
        ("no longer in the schedule", len(report.plan.missing_from_schedule)),
        ("not made", report.refused + report.failed - held),
    )
    return tuple((words, number) for words, number in found if number)
