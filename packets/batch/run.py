"""Make the packets and the print run of a surgery schedule, and continue after any stop."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from packets.batch.doubtful_changes import doubtful_changes
from packets.batch.folder import CHANGES, MANIFEST, PRINT_RUN, PROBLEMS, Folder, refuse_network_drive
from packets.batch.manifest import ManifestEntry, manifest, problems_csv
from packets.batch.newest_messages import hold_older, newest_messages, record_newest
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.packet_ledger import WEB_OUTBOX, Ledger, Packet, State
from packets.batch.plan import BatchPlan, PlannedRow, RowAction, make_plan
from packets.batch.plan_problems import PRINT_RUN_CHANGED, mailed_void, plan_problems, unreadable_files
from packets.batch.preflight import AcceptedRow, Preflight, RowPatient, SourceNotes, open_rows, preflight
from packets.batch.print_run import WORKER_FAILED, PrintRunStoppedError, Run, index_of, is_as_printed, print_run
from packets.batch.producer import BatchProducer
from packets.batch.row_records import record_rows
from packets.batch.verify_folder import LISTS, lists_written
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError, WriteError
from packets.model.packet_id import fingerprint
from packets.schedule.rows import RowProblem
from packets.schedule.source_files import files_of, sha256
from packets.storage.files import make_folder, remove, sweep, write_whole
from packets.storage.lock import FolderLock
from packets.values import HiddenFields


class BatchReport(HiddenFields, Struct):
    """What a run did, or would do in a dry run."""

    rows: int
    plan: BatchPlan
    problems: tuple[RowProblem, ...]
    left_out: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    interrupted: bool = False
    source: SourceNotes = field(default_factory=SourceNotes)
    questioned: frozenset[dt.date] = frozenset()  # unlikely dates of refused rows, which a person can confirm
    patients: Mapping[int, RowPatient] = field(default_factory=dict)  # by row number
    columns: Mapping[str, str] = field(default_factory=dict)  # the schedule's heading of each of our fields
    doubtful: tuple[RowProblem, ...] = ()  # changes that a person has to confirm before anything is made
    runs: tuple[Run, ...] = ()  # the full print run, then that of the changes or from a packet on

    @property
    def missing(self) -> int:
        """Return the number of rows without a packet, except cancelled ones."""
        return len({problem.row for problem in self.problems if not problem.warning})

    @property
    def refused(self) -> int:
        """Return the number of rows that were refused because of their content."""
        return len({problem.row for problem in self.problems if not problem.warning}) - self.failed

    def count(self, action: RowAction) -> int:
        return sum(row.action is action for row in self.plan.rows)


def preview_batch(options: BatchOptions, library: Library, context: BatchContext) -> BatchReport:
    """Return what a run would do. Nothing is written."""
    options = _with_copies(options, library)
    checked, _ = _read_schedule(options, library, context)
    folder = Folder(options.folder)
    packets: tuple[Packet, ...] = ()
    copies: dict[str, str] = {}
    number = 1
    if folder.ledger.exists():
        with FolderLock(options.folder, context.clock()), ExitStack() as stack:
            ledger = _open_ledger(folder, context, stack)
            packets, number = tuple(ledger.packets()), int(ledger.get_meta("run") or 1)
            copies = _html_digests(options, ledger, packets)
            hold_older(checked, newest_messages(ledger))
    elif options.folder.exists():
        folder.refuse_lost_ledger()
    plan = _plan(options, checked, packets, number, folder, copies)
    if options.start_from:
        index_of(options.start_from, [row.packet.id for row in plan.rows])
    unreadable = unreadable_files(folder, plan)
    report = _report(checked, plan, [*plan_problems(checked, plan), *unreadable], len(unreadable))
    report.questioned = frozenset(checked.questioned)
    report.doubtful = _doubtful_rows(options, checked, plan, context)
    return report


def _report(checked: Preflight, plan: BatchPlan, problems: Iterable[RowProblem], failed: int) -> BatchReport:
    placed = tuple(map(checked.source.with_place, problems)) if checked.source.places else tuple(problems)
    return BatchReport(
        checked.rows,
        plan,
        placed,
        checked.left_out,
        failed,
        source=checked.source,
        patients=checked.patients,
        columns=checked.columns,
    )


def run_batch(options: BatchOptions, library: Library, context: BatchContext) -> BatchReport:
    """Make the packets and the print run.

    Raise InvalidInputError, WriteError or LockedError. Raise VerificationError if a finished PDF is wrong; all files
    that this call has made are deleted then. A signal handler may raise KeyboardInterrupt.
    """
    options = _with_copies(options, library)
    checked, schedule_sha256 = _read_schedule(options, library, context)
    refuse_network_drive(options.folder)
    make_folder(options.folder)
    folder = Folder(options.folder)
    with FolderLock(options.folder, context.clock()), ExitStack() as stack:
        sweep(options.folder)
        ledger = _open_ledger(folder, context, stack)
        if not ledger.get_meta("site"):
            ledger.set_meta(site=fingerprint(context.key, "site").hex())
        hold_older(checked, newest_messages(ledger))
        plan, next_number = _next_plan(options, checked, folder, ledger)
        if doubtful := _doubtful_rows(options, checked, plan, context):
            report = _report(checked, plan, plan_problems(checked, plan), 0)
            report.doubtful = doubtful
            return report
        _record(plan, next_number, folder, ledger)
        record_newest(ledger, checked)
        record_rows(ledger, schedule_sha256, plan, options.typed)
        if options.start_from:
            index_of(options.start_from, [row.packet.id for row in plan.rows])
        rows = checked.accepted
        producer = BatchProducer(
            options, library, context, folder, ledger, plan, rows, unreadable_files(folder, plan)
        )  # fmt: skip
        try:
            ready, failures = producer.make_all()
            all_problems = [*plan_problems(checked, plan), *failures, *mailed_void(ledger, plan)]
            problems = sorted(all_problems, key=lambda problem: (problem.row, problem.code))
            report = _report(checked, plan, problems, len(failures))
            report.interrupted = producer.interrupted
            if not producer.interrupted:
                if options.start_from and not is_as_printed(options, ready, library, ledger, rows, report.missing):
                    report.problems = (PRINT_RUN_CHANGED, *report.problems)
                report.runs = tuple(
                    _print_runs(options, library, context, folder, ledger, rows, ready, producer, report.missing)
                )
        except VerificationError:
            producer.withdraw()
            raise
        except PrintRunStoppedError:
            report.interrupted = True
        finally:
            producer.close()
        _write_lists(options, folder, report, ready, schedule_sha256)
        lists = {LISTS: lists_written(folder.path)}
        if report.interrupted:
            ledger.set_meta(**lists)
        else:
            ledger.record("finished", f"{len(ready)} packets", finished="yes", **lists)
        stack.pop_all()
        ledger.close()
    return report


def _with_copies(options: BatchOptions, library: Library) -> BatchOptions:
    """Make HTML copies also if the clinic's mail carries them."""
    mail = library.clinic.mail
    return replace(options, html=True) if mail and mail.attach.has_html else options


def _read_schedule(options: BatchOptions, library: Library, context: BatchContext) -> tuple[Preflight, str]:
    files = files_of(options.schedule)
    rows = open_rows(files, str(options.schedule), options.content, library, options.profile, options.plan)
    rows = replace(rows, typed=options.typed, include_drafts=options.include_drafts)
    checked = preflight(
        rows,
        context.key,
        options.include_drafts,
        library.clinic.date(context.clock()),
        options.confirmed,
        lambda count: context.progress("Reading", count, 0, 0),
    )
    return checked, sha256(files)


def _open_ledger(folder: Folder, context: BatchContext, stack: ExitStack) -> Ledger:
    """Open the folder's ledger. Raise InvalidInputError if it is of another site, of the web outbox, or an old copy."""
    folder.refuse_lost_ledger()
    ledger = Ledger(folder.ledger, context.clock)
    stack.callback(ledger.abandon)
    mark = fingerprint(context.key, "site").hex()
    if ledger.get_meta("site") not in ("", mark):
        hint = "Use the site key that the folder was created with (--site-key), or start in a new folder"
        raise InvalidInputError(Problem("D02", "this folder was created with another site key", hint, str(folder.path)))
    if ledger.get_meta(WEB_OUTBOX):
        hint = "Choose another folder: the outbox of the web form is not made from a schedule"
        raise InvalidInputError(Problem("D10", "this folder is the outbox of the web form", hint, str(folder.path)))
    folder.refuse_unknown_packets(ledger.packets())
    return ledger


def _plan(
    options: BatchOptions,
    checked: Preflight,
    packets: tuple[Packet, ...],
    number: int,
    folder: Folder,
    copies: Mapping[str, str],
) -> BatchPlan:
    """Plan the run; a packet whose HTML copy is wanted and missing is made again, the same as before."""
    requests = [row.request for row in checked.accepted.values()]

    def is_unchanged(packet: Packet) -> bool:
        has_copy = not options.html or folder.has_copy(packet, copies.get(packet.id, ""))
        return has_copy and folder.is_unchanged(packet)

    return make_plan(packets, requests, checked.cancelled, checked.refused, number, is_unchanged, folder.has_file)


def _html_digests(options: BatchOptions, ledger: Ledger, packets: Iterable[Packet]) -> dict[str, str]:
    """Return the sha256 of each packet's HTML copy, if the run makes them."""
    return {packet.id: ledger.html_sha256(packet.id) for packet in packets} if options.html else {}


def _doubtful_rows(
    options: BatchOptions, checked: Preflight, plan: BatchPlan, context: BatchContext
) -> tuple[RowProblem, ...]:
    if options.confirm_changes:
        return ()
    return tuple(map(checked.source.with_place, doubtful_changes(checked, plan, context.key)))


def _next_plan(options: BatchOptions, checked: Preflight, folder: Folder, ledger: Ledger) -> tuple[BatchPlan, int]:
    """Return the plan, and the number of the run if it changes anything."""
    packets = tuple(ledger.packets())
    finished = ledger.get_meta("finished") == "yes"
    number = int(ledger.get_meta("run") or 0)
    next_number = number + 1 if finished else max(number, 1)
    return _plan(options, checked, packets, next_number, folder, _html_digests(options, ledger, packets)), next_number


def _record(plan: BatchPlan, next_number: int, folder: Folder, ledger: Ledger) -> None:
    """Record the plan, then move the files of packets that became void."""
    number = int(ledger.get_meta("run") or 0)
    is_new = plan.outcome != ledger.get_meta("outcome")
    if is_new:
        folder.remove_print_runs()  # first: if killed before the plan is recorded, the next run removes them again
        number = next_number
    if is_new or plan.superseded_or_cancelled or plan.metadata_changed or plan.to_make():
        begun = (row.packet for row in plan.rows if row.action in (RowAction.MAKE, RowAction.CHANGE))
        repaired = (row.packet for row in plan.rows if row.action is RowAction.REPAIR)
        changed = chain(repaired, plan.superseded_or_cancelled, plan.metadata_changed)
        ledger.plan(changed, begun, run=str(number), outcome=plan.outcome, finished="", **{LISTS: ""})
    folder.move_superseded([*plan.packets_before.values(), *plan.superseded_or_cancelled])


def _print_runs(
    options: BatchOptions,
    library: Library,
    context: BatchContext,
    folder: Folder,
    ledger: Ledger,
    accepted_rows: Mapping[int, AcceptedRow],
    ready: Mapping[int, Packet],
    producer: BatchProducer,
    missing: int,
) -> Iterator[Run]:
    """Write the print runs. The full one is always written: an old one would contain void packets."""
    partial = options.only_changed or options.start_from
    number = int(ledger.get_meta("run"))
    rows = list(ready)
    jobs = [("print_run", (None if partial else options.print_run) or folder.path / PRINT_RUN, rows)]
    if options.only_changed:
        changed = [row for row, packet in ready.items() if packet.run == number]
        jobs.append(("changes", options.print_run or folder.path / CHANGES, changed))
    if options.start_from:
        jobs.append(("from", options.print_run or folder.path / PRINT_RUN, rows))
    for name, path, chosen in jobs:
        if not chosen:
            remove(path)
            yield Run(name, path, "", 0, 0)
            continue
        reader = producer.reader(len(chosen))
        arguments = (name, path, chosen, ready, options, library, context, folder, ledger, accepted_rows, reader)
        try:
            run = print_run(*arguments, missing)
        except WriteError as error:
            if error.problems[0].code != WORKER_FAILED:
                raise
            run = print_run(*arguments, missing)  # once more: a worker may have been killed by chance
        yield run


def _write_lists(
    options: BatchOptions, folder: Folder, report: BatchReport, ready: Mapping[int, Packet], schedule_sha256: str
) -> None:
    plan = report.plan
    others = [ManifestEntry(row, packet.id if packet else None, "cancelled") for row, packet in plan.cancelled]
    others += [_earlier_entry(row, packet, "on_hold") for row, packet in plan.on_hold]
    failed = {problem.row for problem in report.problems if not problem.warning}
    entries = [_planned_entry(row, ready, failed) for row in plan.rows] + others
    entries.sort(key=lambda entry: (entry.row or 0, entry.packet_id or ""))
    entries += [_earlier_entry(None, packet, "missing_from_schedule") for packet in plan.missing_from_schedule]
    runs = {run.name: run.manifest_entry(options.folder) for run in report.runs}
    print_runs = runs.pop("print_run", None)
    if print_runs is not None and runs:
        print_runs |= runs
    data = manifest(schedule_sha256, report.rows, entries, report.problems, print_runs)
    if report.problems:
        write_whole(folder.path / PROBLEMS, problems_csv(report.problems))
    else:
        remove(folder.path / PROBLEMS)
    write_whole(folder.path / MANIFEST, data)


def _planned_entry(planned: PlannedRow, ready: Mapping[int, Packet], failed: set[int]) -> ManifestEntry:
    packet = ready.get(planned.row)
    if packet is None:
        return ManifestEntry(planned.row, planned.packet.id, "failed" if planned.row in failed else "waiting")
    return ManifestEntry(planned.row, packet.id, "ready", f"{packet.id}.pdf", packet.sha256, packet.pages)


def _earlier_entry(row: int | None, packet: Packet, state: str) -> ManifestEntry:
    """Return the entry of an earlier packet that this run did not make; an unfinished one has no file."""
    if packet.state is not State.READY:
        return ManifestEntry(row, packet.id, state)
    return ManifestEntry(row, packet.id, state, f"{packet.id}.pdf", packet.sha256, packet.pages)
