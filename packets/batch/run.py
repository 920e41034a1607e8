"""A surgery schedule in, every patient's packet and one print run out; to go on after any stop, run it again."""

from __future__ import annotations

import datetime as dt
import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import merge
from itertools import chain

from packets.batch.folder import CHANGES, MANIFEST, PRINT_RUN, PROBLEMS, Folder, refuse_network_drive
from packets.batch.ledger import WEB_OUTBOX, Ledger, Packet, State
from packets.batch.manifest import Line, manifest, problems_csv
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.plan import Plan, fingerprint, make_plan
from packets.batch.plan_rows import Planned, ReadyPackets, Step
from packets.batch.preflight import Preflight, open_rows, preflight, read_schedule
from packets.batch.print_run import Interrupted, Run, is_as_printed, place_of, print_run
from packets.batch.producer import BatchProducer
from packets.batch.row_records import keep_rows
from packets.batch.verify_folder import LISTS, lists_written
from packets.batch.void_packets import notified_packets as told_void
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError
from packets.schedule.rows import RowProblem, ScheduleRows
from packets.storage.files import make_folder, remove, sweep, write_whole
from packets.storage.lock import FolderLock


@dataclass(slots=True)
class BatchReport:
    """What a run did, or would do."""

    rows: int
    plan: Plan
    problems: tuple[RowProblem, ...]
    left_out: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    interrupted: bool = False
    questioned: frozenset[dt.date] = frozenset()  # dates of refused rows that a person can confirm
    runs: tuple[Run, ...] = ()  # the whole print run, then the one of the changes or from a packet on

    @property
    def missing(self) -> int:
        """Rows of the schedule that have no packet now, for whatever reason but that they are cancelled."""
        return len({problem.row for problem in self.problems if not problem.warning})

    @property
    def refused(self) -> int:
        """Rows that are not made, for what they say."""
        return len({problem.row for problem in self.problems if not problem.warning}) - self.failed

    def count(self, step: Step) -> int:
        return sum(row.step is step for row in self.plan.rows)


def preview_batch(options: BatchOptions, library: Library, context: BatchContext) -> BatchReport:
    """What a run would do. Nothing is made; a folder that is not there yet is not made either."""
    found, _, _ = _read(options, library, context)
    folder = Folder(options.folder)
    packets: tuple[Packet, ...] = ()
    number = 1
    if folder.ledger.exists():
        with FolderLock(options.folder, context.clock()), ExitStack() as stack:
            ledger = _open(folder, context, stack)
            packets, number = tuple(ledger.packets()), int(ledger.note("run") or 1)
    elif options.folder.exists():
        folder.refuse_lost_ledger()
    plan = _plan(found, packets, number, folder)
    if options.start_from:
        place_of(options.start_from, [row.packet.id for row in plan.rows])
    unreadable = _unreadable(folder, plan)
    problems = (*_problems(found, plan), *unreadable)
    questioned = frozenset(found.questioned)
    return BatchReport(found.rows, plan, problems, found.left_out, failed=len(unreadable), questioned=questioned)


def run_batch(options: BatchOptions, library: Library, context: BatchContext) -> BatchReport:
    """Make what has to be made.

    Raises Refused, CannotWrite, Locked; NotProved when a finished PDF is not what it should be: then nothing that this
    call has made is left under a final name. KeyboardInterrupt may be raised by a signal's handler at any time.
    """
    found, roster, schedule_sha256 = _read(options, library, context)
    refuse_network_drive(options.folder)
    make_folder(options.folder)
    folder = Folder(options.folder)
    with FolderLock(options.folder, context.clock()), ExitStack() as stack:
        sweep(options.folder)
        ledger = _open(folder, context, stack)
        if not ledger.note("site"):
            ledger.keep(site=fingerprint(context.key, "site").hex())
        plan = _begin(found, folder, ledger)
        keep_rows(ledger, schedule_sha256, plan)
        if options.start_from:
            place_of(options.start_from, [row.packet.id for row in plan.rows])
        making = BatchProducer(options, library, context, folder, ledger, plan, _unreadable(folder, plan))
        try:
            ready, failures = making.make_all(roster)
            told = [*_problems(found, plan), *failures, *_mailed(ledger, plan)]
            problems = tuple(sorted(told, key=lambda each: (each.row, each.code)))
            report = BatchReport(found.rows, plan, problems, found.left_out, len(failures), making.interrupted)
            if not making.interrupted:
                if options.start_from and not is_as_printed(options, ready, library, ledger, roster, report.missing):
                    report.problems = (_OTHER_RUN, *problems)
                report.runs = tuple(
                    _print_runs(options, library, context, folder, ledger, roster, ready, making, report.missing)
                )
        except VerificationError:
            making.withdraw()
            raise
        except Interrupted:
            report.interrupted = True
        finally:
            making.close()
        _write_lists(options, folder, report, ready, schedule_sha256)
        lists = {LISTS: lists_written(folder.path)}
        if report.interrupted:
            ledger.keep(**lists)
        else:
            ledger.record("finished", f"{len(ready)} packets", finished="yes", **lists)
        stack.pop_all()
        ledger.close()
    return report


def _read(options: BatchOptions, library: Library, context: BatchContext) -> tuple[Preflight, ScheduleRows, str]:
    data = read_schedule(options.schedule) if options.data is None else options.data
    roster = open_rows(data, str(options.schedule), options.content, library, options.source)
    found = preflight(
        roster,
        context.key,
        options.plan,
        options.include_drafts,
        library.clinic.date(context.clock()),
        options.confirmed,
        lambda rows: context.progress("Reading", rows, 0, 0),
    )
    return found, roster, hashlib.sha256(data).hexdigest()


def _open(folder: Folder, context: BatchContext, stack: ExitStack) -> Ledger:
    """The folder's ledger, if it is this site's and as young as the folder."""
    folder.refuse_lost_ledger()
    ledger = Ledger(folder.ledger, context.clock)
    stack.callback(ledger.abandon)
    mark = fingerprint(context.key, "site").hex()
    if ledger.note("site") not in ("", mark):
        hint = "Use the site key that the folder was begun with (--site-key), or begin in a new folder"
        raise InvalidInputError(Problem("D02", "this folder was begun with another site key", hint, str(folder.path)))
    if ledger.note(WEB_OUTBOX):
        hint = "Choose another folder, for the page's outbox is not made from a schedule"
        raise InvalidInputError(Problem("D10", "this folder is the outbox of the page", hint, str(folder.path)))
    folder.refuse_strangers(ledger.packets())
    return ledger


def _plan(found: Preflight, packets: tuple[Packet, ...], number: int, folder: Folder) -> Plan:
    return make_plan(
        packets, found.wanted, found.cancelled, found.refused, number, folder.is_whole, folder.was_begun
    )  # fmt: skip


def _begin(found: Preflight, folder: Folder, ledger: Ledger) -> Plan:
    """Write the plan down, then put aside what it makes void."""
    packets = tuple(ledger.packets())
    finished = ledger.note("finished") == "yes"
    number = int(ledger.note("run") or 0)
    plan = _plan(found, packets, number + 1 if finished else max(number, 1), folder)
    news = plan.outcome != ledger.note("outcome")
    if news:
        folder.take_away_runs()  # before the plan is written: a kill in between only takes them away again
        number = number + 1 if finished else max(number, 1)
    if news or plan.retired or plan.noted or next(plan.rows.todo(), None):
        begun = (row.packet for row in plan.rows if row.step in (Step.MAKE, Step.CHANGE))
        repaired = (row.packet for row in plan.rows if row.step is Step.REPAIR)
        changed = chain(repaired, plan.retired, plan.noted)
        ledger.plan(changed, begun, run=str(number), outcome=plan.outcome, finished="", **{LISTS: ""})
    folder.settle([*packets, *plan.retired])
    found.wanted.clear()  # the plan knows all of it
    return plan


def _problems(found: Preflight, plan: Plan) -> tuple[RowProblem, ...]:
    """What is wrong with rows, and what a person should look at."""
    problems = list(found.problems)
    alike = [("Q10", "the same or nearly the same name", group) for group in found.alike]
    twins = [("Q60", "the same date of birth and a name in common, as twins have", group) for group in found.twins]
    for code, what, group in (*alike, *twins):
        named = ", ".join(plan.rows.packet(row).id for row in group[:10]) + (
            f" and {len(group) - 10} more" if group[10:] else ""
        )
        message = f"patients of the same day have {what}: packets {named}"
        hint = "When handing them over, check name and record number of each."
        problems.append(RowProblem(group[0], "", code, message, hint, warning=True))
    for row, cancelled in plan.cancelled:
        if cancelled is not None:
            message = f"packet {cancelled.id} is void: its row says cancelled"
            hint = "Take it out of what was printed. If it was handed over, ask for it back."
            problems.append(RowProblem(row, "", "Q13", message, hint, warning=True))
    for packet in plan.vanished:
        message = f"packet {packet.id} was made from a row that is no longer in the schedule"
        hint = (
            f"{_looks_like(packet, plan)}Find out why. Its file is still there; if it was handed over, ask for it back."
        )
        problems.append(RowProblem(0, "", "Q11", message, hint, warning=True))
    problems += _moved(plan)
    for row, packet in plan.doubtful:
        message = f"packet {packet.id} was made for this patient before, and is not in the print run"
        problems.append(RowProblem(row, "", "Q12", message, "Correct the row, then run this again.", warning=True))
    return tuple(sorted(problems, key=lambda each: (each.row, each.code, each.message)))


def _unreadable(folder: Folder, plan: Plan) -> tuple[RowProblem, ...]:
    """Rows whose packet was made before and whose file cannot be read now: it is left for a person to look at."""
    return tuple(
        RowProblem(row.row, "", problem.code, problem.message, problem.hint)
        for row in plan.rows
        if row.step is Step.REPAIR
        for problem in folder.unreadable(row.packet)
    )


def _looks_like(packet: Packet, plan: Plan) -> str:
    """Ask whether a later packet is a correction of this one, whose row is gone. The same answer on every run."""
    later = [row.packet for row in plan.rows if row.packet.run > packet.run and not row.packet.replaces]
    for other in later:
        if other.patient == packet.patient:
            return f"Packet {other.id} is the same patient's: was the date or the procedure corrected? "
    for other in later:
        if other.name == packet.name:
            return f"Packet {other.id} has the same name: was the record number corrected? "
    return ""


def _moved(plan: Plan) -> Iterator[RowProblem]:
    """Packets that replace the packet of a performed operation with another date or procedure."""
    for row in plan.rows:
        old = plan.known.get(row.packet.replaces or "")
        if old is not None and old.performed and old.day != row.packet.day:
            message = (
                f"packet {row.packet.id} replaces packet {old.id}, whose operation was performed: "
                "the date or the procedure was corrected"
            )
            hint = "If it is another operation, make its packet in another folder: this one says to discard the first."
            yield RowProblem(row.row, "", "Q85", message, hint, warning=True)


def _mailed(ledger: Ledger, plan: Plan) -> Iterator[RowProblem]:
    """Packets that went out by mail before their rows were cancelled, or went away."""
    rows = {packet.id: row for row, packet in plan.cancelled if packet is not None}
    rows |= {packet.id: row for row, packet in plan.doubtful}
    void = {**rows, **{packet.id: 0 for packet in plan.vanished}}
    for packet_id in sorted(void.keys() & (ledger.mailed() - told_void(ledger))):
        message = f"packet {packet_id} went out by mail, with dates for a calendar, and is void now"
        hint = f"Call the patient. Then type: mail withdraw FOLDER {packet_id} --told"
        yield RowProblem(void[packet_id], "", "Q80", message, hint, warning=True)


_OTHER_RUN = RowProblem(
    0,
    "",
    "Q14",
    "the print run is not the one that was made last, and packets that were never printed may stand before this one",
    "Compare its run sheet with the paper, or print the whole run.",
    warning=True,
)


def _print_runs(
    options: BatchOptions,
    library: Library,
    context: BatchContext,
    folder: Folder,
    ledger: Ledger,
    schedule_rows: ScheduleRows,
    ready: ReadyPackets,
    making: BatchProducer,
    missing: int,
) -> Iterator[Run]:
    """The whole run is always made: an old one would hold packets that are void now."""
    asked = options.only_changed or options.start_from
    number = int(ledger.note("run"))
    rows = array("I", ready)
    jobs = [("print_run", (None if asked else options.print_run) or folder.path / PRINT_RUN, rows)]
    if options.only_changed:
        changed = array("I", (row for row, packet in ready.items() if packet.run == number))
        jobs.append(("changes", options.print_run or folder.path / CHANGES, changed))
    if options.start_from:
        jobs.append(("from", options.print_run or folder.path / PRINT_RUN, rows))
    for name, path, chosen in jobs:
        if not chosen:
            remove(path)
            yield Run(name, path, "", 0, 0)
            continue
        yield print_run(
            name,
            path,
            chosen,
            ready,
            options,
            library,
            context,
            folder,
            ledger,
            schedule_rows,
            making.reader(len(chosen)),
            missing,
        )


def _write_lists(
    options: BatchOptions, folder: Folder, report: BatchReport, ready: ReadyPackets, schedule_sha256: str
) -> None:
    others = [
        Line(row, packet.id if packet else None, None, None, None, "cancelled") for row, packet in report.plan.cancelled
    ]
    others += [_old(row, packet, "doubtful") for row, packet in report.plan.doubtful]
    others.sort(key=_place)
    failed = {problem.row for problem in report.problems if not problem.warning}
    lines = merge((_line(each, ready, failed) for each in report.plan.rows), others, key=_place)
    gone = (_old(None, packet, "vanished") for packet in report.plan.vanished)
    runs = {run.name: run.told(options.folder) for run in report.runs}
    told = runs.pop("print_run", None)
    if told is not None and runs:
        told |= runs
    data = manifest(schedule_sha256, report.rows, chain(lines, gone), report.problems, told)
    if report.problems:
        write_whole(folder.path / PROBLEMS, problems_csv(report.problems))
    else:
        remove(folder.path / PROBLEMS)
    write_whole(folder.path / MANIFEST, data)


def _place(line: Line) -> tuple[int, str]:
    return line.row or 0, line.packet_id or ""


def _line(each: Planned, ready: ReadyPackets, failed: set[int]) -> Line:
    packet = ready.get(each.row)
    if packet is not None:
        return Line(each.row, packet.id, f"{packet.id}.pdf", packet.sha256, packet.pages, "ready")
    return Line(each.row, each.packet.id, None, None, None, "failed" if each.row in failed else "waiting")


def _old(row: int | None, packet: Packet, state: str) -> Line:
    if packet.state is not State.READY:
        return Line(row, packet.id, None, None, None, state)
    return Line(row, packet.id, f"{packet.id}.pdf", packet.sha256, packet.pages, state)
