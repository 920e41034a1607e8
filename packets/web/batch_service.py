"""Check an uploaded schedule, run its batch in the background, and report its progress."""

from __future__ import annotations

import os
import secrets
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from msgspec import Struct, field
from msgspec.structs import replace

from packets.batch.options import BatchContext, BatchOptions
from packets.batch.plan import PlannedRow, RowAction
from packets.batch.print_run import index_of
from packets.batch.run import BatchReport, preview_batch, run_batch
from packets.errors import InvalidInputError, LockedError, PacketsError, Problem, UsageError
from packets.model.english_dates import in_words
from packets.schedule.profile import PLAIN
from packets.schedule.profile import names as profile_names
from packets.schedule.source_files import SourceFile, UploadedSchedule, source_files
from packets.schedule.typed_cells import TypedCells
from packets.storage.audit_file import Action
from packets.values import HiddenFields
from packets.web.audit import AuditError, Record
from packets.web.batch_progress import BatchRun
from packets.web.day_report import ready_packets
from packets.web.folders import Folders
from packets.web.nurse_words import nurse_message
from packets.web.packet_files import packet_file
from packets.web.packet_service import PacketService
from packets.web.printed_patients import PrintedPatients
from packets.web.schedule_cells import CellField, cell_fields, has_field, merged, row_hint

SORTS = (("schedule", "Schedule order"), ("time", "Start time"), ("room", "Room"), ("surgeon", "Surgeon"))
PAGE_ROWS = 100
STOP_S = 60.0  # how long to wait for the packets that are being made
ROW_BYTES = 2_000  # of a report, measured
ACTION_LABELS = {
    RowAction.MAKE: "New",
    RowAction.CHANGE: "Changed",
    RowAction.REPAIR: "Made again",
    RowAction.KEEP: "Unchanged",
}
_CHANGES = {  # for one row, and for several
    "Q86": (
        "One record number has lost its leading zeros since packets were last made in this folder",
        "{} record numbers have lost their leading zeros since packets were last made in this folder",
    ),
    "Q87": (
        "One surgery date has changed as if a spreadsheet had changed it",
        "{} surgery dates have changed as if a spreadsheet had changed them",
    ),
}


class UploadedBatch(HiddenFields, Struct, eq=False):
    """An uploaded schedule with the report of its dry run, or with the problems that prevent one."""

    no_longer_kept: ClassVar[str] = "Choose the schedule again on the Schedule page. Packets that were made are kept."
    options: BatchOptions
    report: BatchReport | None = None
    problems: tuple[Problem, ...] = ()
    running: BatchRun | None = None
    key: str = field(default_factory=secrets.token_hex)  # names this batch in addresses while it is running

    @property
    def report_bytes(self) -> int:
        """Return about how many bytes of memory the report takes."""
        return ROW_BYTES * self.report.rows if self.report else 0

    @property
    def in_progress(self) -> bool:
        return self.running is not None and not self.running.finished.is_set()

    @property
    def newest_report(self) -> BatchReport | None:
        """Return what the last run did, or what the check said if there was none."""
        return self.running.report if self.running and self.running.report else self.report


class TableRow(HiddenFields, Struct, frozen=True):
    """One row of the table; `kind` is made, kept, held or refused."""

    row: int
    kind: str
    action: str
    packet: str
    notes: tuple[str, ...]
    patient: str = ""  # name and record number
    room: str = ""
    file: bool = False  # whether the packet's file can be opened
    cells: tuple[CellField, ...] = ()  # that can be typed on the page


class BatchService:
    """Dry runs and batches. They use their own processes and never hold `pdf_lock`, so no single packet waits."""

    def __init__(self, service: PacketService, folders: Folders) -> None:
        self.service = service
        self.folders = folders
        self._start_lock = threading.Lock()
        self._running: dict[str, UploadedBatch] = {}

    def profile_names(self) -> tuple[str, ...]:
        """Return the names of the schedule profiles, the standard columns first."""
        return tuple(sorted(profile_names(self.service.root), key=lambda name: (name != PLAIN, name)))

    def options(
        self, uploads: Sequence[tuple[str, bytes]], folder: str, profile: str, sort: str, include_drafts: bool
    ) -> BatchOptions:
        """Return the options of a batch. Raise UsageError, each problem with its field (A03 to A07, A43, B02, B10)."""
        problems: list[Problem] = []
        files: tuple[SourceFile, ...] = ()
        if not uploads:
            hint = "Choose a CSV or Excel file, or the files of the hospital system."
            problems.append(Problem("A03", "no schedule was chosen", hint, field="schedule"))
        else:
            try:
                files = source_files(uploads, "")
            except InvalidInputError as error:
                problems += [replace(problem, field="schedule") for problem in error.problems]
        try:
            folder_path = self.folders.chosen(folder)
        except UsageError as error:
            problems.extend(error.problems)
        if problems:
            raise UsageError(*problems)
        return BatchOptions(
            schedule=UploadedSchedule(files[0].name if len(files) == 1 else f"{len(files)} files", files),
            folder=folder_path,
            content=self.service.root,
            profile=None if profile == PLAIN else profile,
            sort=sort,
            include_drafts=include_drafts,
            workers=_workers(),
        )

    def check(self, options: BatchOptions) -> UploadedBatch:
        """Do a dry run."""
        try:
            self.service.load_fonts()
            report = preview_batch(options, self.service.whole_library(), self._context(BatchRun()))
        except PacketsError as error:
            return UploadedBatch(options, problems=error.problems)
        day, days = self.folders.day_of(options.folder), {row.surgery_date for row in report.patients.values()}
        if day is not None and days and day not in days:
            hint = "Choose the day of this schedule, or the schedule of this day."
            problem = Problem("A50", f"no surgery of this schedule is on {in_words(day)}", hint)
            return UploadedBatch(options, problems=(problem,))
        return UploadedBatch(options, report)

    def confirm_dates(self, batch: UploadedBatch) -> UploadedBatch:
        """Check the schedule again, after a person compared the unlikely dates of its refused rows with the charts."""
        questioned = batch.report.questioned if batch.report else frozenset()
        return self.check(replace(batch.options, confirmed=batch.options.confirmed | questioned))

    def confirm_changes(self, batch: UploadedBatch) -> UploadedBatch:
        """Check the schedule again, after a person compared what may be damaged with the charts."""
        return self.check(replace(batch.options, confirm_changes=True))

    def correct(self, batch: UploadedBatch, changed: TypedCells) -> UploadedBatch:
        """Check the schedule again with cells that were typed on the page; the file stays as it is.

        Changes that a person has confirmed are asked about again: the typed cells may change more.
        """
        typed = merged(batch.options.typed, changed)
        return self.check(replace(batch.options, typed=typed, confirm_changes=False))

    def start(self, batch: UploadedBatch, record: Record, start_from: str = "") -> None:
        """Start the batch unless it is running or the server is closing.

        If packets exist already, the new ones get a print run too, or those from the packet `start_from` on. When the
        batch ends, `record` is called with the ids of the packets that were made.
        """
        with self._start_lock:  # Make packets may be pressed twice
            if batch.in_progress or self.service.closing.is_set():
                return
            running = batch.running = BatchRun(start_from)
        self._running[batch.key] = batch
        made_before = batch.report is not None and batch.report.count(RowAction.KEEP) > 0
        options = replace(batch.options, only_changed=made_before and not start_from, start_from=start_from)
        threading.Thread(target=self._run, args=(options, batch, running, record)).start()

    def print_from(self, batch: UploadedBatch, packet: str, record: Record) -> None:
        """Make a print run that begins with a packet, named by its id or the beginning. Raise UsageError (Q20)."""
        rows = batch.newest_report.plan.rows if batch.newest_report else ()
        index_of(packet or " ", [row.packet.id for row in rows])  # an id has no blank
        self.start(batch, record, packet)

    def running(self) -> tuple[UploadedBatch, ...]:
        """Return the batches that are being made, also those of a session that has ended."""
        return tuple(self._running.values())

    def stop_all(self) -> None:
        """Ask every batch to stop, and wait for the packets that are being made."""
        for running in self._runs():
            running.stop_requested.set()
        self.wait(STOP_S)

    def wait(self, seconds: float | None = None) -> None:
        """Wait until every batch has ended and is recorded, at most this many seconds for each."""
        for running in self._runs():
            running.finished.wait(seconds)

    def _runs(self) -> list[BatchRun]:
        return [batch.running for batch in self.running() if batch.running]

    def _run(self, options: BatchOptions, batch: UploadedBatch, running: BatchRun, record: Record) -> None:
        before: frozenset[str] | None = None
        try:
            before = ready_packets(options.folder, self.service.now)
            running.report = run_batch(options, self.service.whole_library(), self._context(running))
        except LockedError as error:
            running.problems, before = error.problems, None  # another run made what has changed
        except PacketsError as error:
            running.problems = error.problems
        except Exception as error:
            # The exception's text may contain data of the schedule.
            message = f"something went wrong ({type(error).__name__})"
            hint = "Press Make packets again: finished packets are kept. If it happens again, report this message."
            running.problems = (Problem("A05", message, hint),)
        finally:
            try:
                if before is not None:
                    self._record(options.folder, before, running, record)
            finally:
                self._running.pop(batch.key, None)
                running.finished.set()

    def _record(self, folder: Path, before: frozenset[str], running: BatchRun, record: Record) -> None:
        """Record the packets that this run has made: those of its plan that were not ready before."""
        try:
            made = ready_packets(folder, self.service.now) - before
            if running.report:  # another run may have ended after `before` was read
                rows = running.report.plan.rows
                made &= {row.packet.id for row in rows if row.action is not RowAction.KEEP}
            if made:
                record(Action.MADE, *sorted(made))
        except AuditError:
            message = "the packets were made, but the audit file cannot be written"
            running.problems = (*running.problems, Problem("A12", message, "Call IT now."))
        except PacketsError as error:
            running.problems = (*running.problems, *error.problems)

    def _context(self, running: BatchRun) -> BatchContext:
        return BatchContext(
            key=self.service.key(),
            clock=self.service.now,
            stop=lambda: running.stop_requested.is_set() or self.service.closing.is_set(),
            progress=running.progress,
            only_in_workers=True,
        )


def _workers() -> int:
    """Return the number of worker processes, which leaves one processor to single packets if possible."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def table_rows(
    report: BatchReport, options: BatchOptions, patients: PrintedPatients, page: int
) -> tuple[tuple[TableRow, ...], int]:
    """Return one page of the table, and the number of pages.

    What needs a person comes first, then the other rows in the order of the schedule.
    """
    rows = sorted(
        _doubtful_rows(report) if report.doubtful else _table_rows(report),
        key=lambda row: (not _needs_a_person(row), row.row == 0, row.row),
    )
    cells = {} if report.doubtful else cell_fields(report, options.typed)
    first = (page - 1) * PAGE_ROWS
    shown = []
    for row in rows[first : first + PAGE_ROWS]:
        file = packet_file(options.folder, row.packet)
        known = report.patients.get(row.row)
        who = ", ".join(filter(None, (known.name, known.record_number))) if known else ""
        if not who and row.packet:
            who = patients.patient(options.folder, row.packet)
        room, fields = known.room if known else "", cells.get(row.row, ())
        shown.append(replace(row, patient=who, room=room, file=file is not None, cells=fields))
    return tuple(shown), max(1, -(-len(rows) // PAGE_ROWS))


def _needs_a_person(row: TableRow) -> bool:
    """Return whether a row was refused, or is to be looked at; a cancelled row that had no packet is neither."""
    return row.kind == "refused" or (row.kind == "held" and bool(row.notes))


def _replaced(report: BatchReport, row: PlannedRow) -> str:
    return ", ".join(report.plan.earlier(row.packet))


def _doubtful_rows(report: BatchReport) -> Iterator[TableRow]:
    for problem in report.doubtful:
        if problem.row:
            yield TableRow(problem.row, "refused", "Not made", "", (f"In column {problem.column}: {problem.message}.",))


def doubts(report: BatchReport) -> tuple[tuple[str, str], ...]:
    """Return what may be damaged and what to do, once for all rows with the same change."""
    rows = Counter(problem.code for problem in report.doubtful)
    hints = {}
    for problem in report.doubtful:
        message = problem.message
        if problem.code in _CHANGES:
            one, several = _CHANGES[problem.code]
            message = one if rows[problem.code] == 1 else several.format(rows[problem.code])
        hints[message] = problem.hint
    return tuple(hints.items())


def _table_rows(report: BatchReport) -> Iterator[TableRow]:
    refused: dict[int, list[str]] = {}
    warnings: dict[int, list[str]] = {}
    for problem in report.problems:
        if has_field(report, problem):
            refused.setdefault(problem.row, [])  # its fields say why
            continue
        where = f"In column {problem.column}: " if problem.column else ""
        text = f"{where}{nurse_message(problem)}. {row_hint(problem)}".strip()
        (warnings if problem.warning else refused).setdefault(problem.row, []).append(text)
    for planned in report.plan.rows:
        notes = [f"Replaces packet {_replaced(report, planned)}."] if planned.action is RowAction.CHANGE else []
        if planned.row in refused:
            yield TableRow(planned.row, "refused", "Not made", planned.packet.id, tuple(refused.pop(planned.row)))
            continue
        kind = "kept" if planned.action is RowAction.KEEP else "made"
        yield TableRow(
            planned.row,
            kind,
            ACTION_LABELS[planned.action],
            planned.packet.id,
            (*notes, *warnings.pop(planned.row, ())),
        )
    for row, packet in report.plan.cancelled:
        yield TableRow(row, "held", "Cancelled", packet.id if packet else "", tuple(warnings.pop(row, ())))
    held = {row: packet.id for row, packet in report.plan.on_hold}
    for row, reasons in refused.items():
        action = "Held" if row in held else "Not made"
        yield TableRow(row, "refused", action, held.get(row, ""), (*reasons, *warnings.pop(row, ())))
    missing = {packet.id for packet in report.plan.missing_from_schedule}
    for row, texts in warnings.items():
        for text in texts:
            named = next((packet_id for packet_id in missing if packet_id in text), "")
            yield TableRow(row, "held", "Check", named, (text,))


def counts(report: BatchReport) -> tuple[tuple[str, int], ...]:
    """Return each outcome and its number of rows, without outcomes that have none; a row is counted once."""
    held = len({row for row, _ in report.plan.on_hold})
    all_counts = (
        ("new", report.count(RowAction.MAKE)),
        ("changed", report.count(RowAction.CHANGE)),
        ("made again", report.count(RowAction.REPAIR)),
        ("unchanged", report.count(RowAction.KEEP)),
        ("held", held),
        ("cancelled", len(report.plan.cancelled)),
        ("no longer in the schedule", len(report.plan.missing_from_schedule)),
        ("not made", report.refused + report.failed - held),
    )
    return tuple((label, number) for label, number in all_counts if number)
