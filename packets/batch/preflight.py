"""Check every row of a schedule, so that all its problems are reported before the first packet is made.

Each row is parsed, checked and filled once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from packets.batch.plan import CaseFingerprints, PacketIds, RequestedPacket
from packets.batch.pool import Pool, TaskFailedError, TaskMemoryError, TaskTimeoutError, WorkerDiedError
from packets.case_input.date_rules import date_problems, other_dates
from packets.case_input.follow_up import follow_up_warnings
from packets.case_input.person_names import name_notes
from packets.content.library import Library, surgeon_warnings
from packets.errors import InvalidInputError, Problem
from packets.model.applicable import dated_for
from packets.model.case import Case, PrintOptions, Stage
from packets.model.packet_id import fingerprint
from packets.model.printed_digest import digest
from packets.model.surgeon import normalized_name
from packets.pipeline import fill_packet, unprintable
from packets.schedule.excel import read_workbook
from packets.schedule.interface_table import open_interface
from packets.schedule.name_conflicts import NameConflicts
from packets.schedule.profile import PLAIN, ScheduleProfile, load_profile, names
from packets.schedule.rows import Cell, Row, RowProblem, ScheduleRows
from packets.schedule.source_files import SourceFile
from packets.schedule.table import WRONG_HEADER, Table, open_schedule
from packets.values import HiddenFields

WORKBOOK_MEMORY_BYTES = 1 << 30
WORKBOOK_DEADLINE_S = 60.0

_CONFLICTS = {
    "Q01": ("mrn", "the same record number has another name in row {rows}"),
    "Q02": ("mrn", "the same record number has another date of birth in row {rows}"),
    "Q03": ("mrn", "the same patient is scheduled for the same time in row {rows}"),
}
_HINTS = {
    "Q01": "Find out whose number it is. None of these rows is made.",
    "Q02": "Find out which is right. None of these rows is made.",
    "Q03": "Delete one, mark one as cancelled, or give both their start times. None of these rows is made.",
}


class AcceptedRow(HiddenFields, Struct, frozen=True):
    """A row whose packet can be made."""

    row: Row
    case: Case
    print_options: PrintOptions
    request: RequestedPacket


class RowPatient(HiddenFields, Struct, frozen=True):
    """Who a row is about, as far as it can be read, and its cells by our field: for the screen only."""

    name: str
    record_number: str
    room: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    surgery_date: dt.date | None = None


class SourceNotes(Struct):
    """What a person should know about the files of an interface; empty for a CSV or Excel file."""

    places: dict[int, str] = field(default_factory=dict)  # where each row was found
    times: dict[int, str] = field(default_factory=dict)  # the start of each row as the source wrote it, and ours
    not_operations: tuple[tuple[str, int], ...] = ()  # what was left out, and how often
    sent: dict[int, tuple[str, str]] = field(
        default_factory=dict
    )  # fingerprint of each row's case, and the message's time
    older: tuple[str, ...] = ()  # places of messages that a later one replaces

    def with_place(self, problem: RowProblem) -> RowProblem:
        return replace(problem, place=self.places.get(problem.row, ""))


class Preflight(HiddenFields, Struct):
    """The result of checking a schedule; `accepted` is by row number, in schedule order."""

    accepted: dict[int, AcceptedRow] = field(default_factory=dict)
    rows: int = 0
    patients: dict[int, RowPatient] = field(default_factory=dict)  # by row number
    columns: Mapping[str, str] = field(default_factory=dict)  # the schedule's heading of each of our fields
    cancelled: list[tuple[int, CaseFingerprints]] = field(default_factory=list)
    refused: list[tuple[int, bytes]] = field(default_factory=list)  # row, fingerprint of the record number
    problems: list[RowProblem] = field(default_factory=list)
    similar_names: tuple[tuple[int, ...], ...] = ()  # groups of row numbers
    twins: tuple[tuple[int, ...], ...] = ()  # groups of row numbers with a date of birth and a name in common
    questioned: set[dt.date] = field(default_factory=set)  # unlikely dates that a person can confirm
    left_out: Counter[str] = field(default_factory=Counter)  # draft parts that are not printed, and in how many rows
    source: SourceNotes = field(default_factory=SourceNotes)


def open_rows(
    files: Sequence[SourceFile],
    display_path: str,
    root: Path,
    library: Library,
    profile_name: str | None,
    plan: str | None = None,
) -> ScheduleRows:
    """Open a schedule with the named profile, or with `plain`. Raise InvalidInputError or UsageError.

    Only a profile of an interface (`format: fhir-r4`, `format: hl7v2`) can read several files. With `plan`, the packet
    plan of each row is checked; "" means the one that fits the handout.
    """
    profile = load_profile(root, profile_name or PLAIN, library)
    try:
        return ScheduleRows(_table(files, display_path, profile), profile, library, plan=plan)
    except InvalidInputError as error:
        if profile_name is not None:
            raise
        is_table = [problem.code for problem in error.problems] == [WRONG_HEADER]
        fitting = [
            name for name in names(root) if name != PLAIN and _fits(files, display_path, root, library, name, is_table)
        ]
        hint = "".join(f"\nIt fits another profile. Add: --profile {name}" for name in fitting)
        first, *others = error.problems
        raise InvalidInputError(replace(first, hint=first.hint + hint), *others) from None


def _fits(
    files: Sequence[SourceFile], display_path: str, root: Path, library: Library, name: str, is_table: bool
) -> bool:
    """Return whether a profile can read the files; only profiles of interfaces are tried if they are no table."""
    try:
        profile = load_profile(root, name, library)
        if profile.interface is None and not is_table:
            return False
        _table(files, display_path, profile)
    except InvalidInputError:
        return False
    return True


def _table(files: Sequence[SourceFile], display_path: str, profile: ScheduleProfile) -> Table:
    try:
        if profile.interface is not None:
            return open_interface(files, display_path, profile.interface)
        if len(files) != 1:
            hint = "Name one file, or a schedule profile with format: hl7v2 or fhir-r4 (--profile)."
            raise InvalidInputError(
                Problem("B98", f'the folder has {len(files)} files, and "{profile.name}" reads one', hint)
            )
        return open_schedule(files[0].data, display_path, profile, _bounded_workbook)
    except InvalidInputError as error:
        raise InvalidInputError(
            *(replace(problem, path=problem.path or display_path) for problem in error.problems)
        ) from None


def _bounded_workbook(data: bytes, sheet: str, hidden_rows: str) -> bytes:
    """Read a workbook in a process with limits: a hostile one of 4 kB can ask for half a terabyte of memory."""
    with Pool(1, deadline_s=WORKBOOK_DEADLINE_S, memory_bytes=WORKBOOK_MEMORY_BYTES) as pool:
        try:
            lines: bytes = pool.submit(read_workbook, data, sheet, hidden_rows).result()
        except (WorkerDiedError, TaskTimeoutError, TaskMemoryError, TaskFailedError):
            hint = "Copy the rows into a new workbook and save that, or save it as CSV UTF-8."
            raise InvalidInputError(
                Problem("B19", "the Excel file needs more memory or time than a schedule can need", hint)
            ) from None
    return lines


def preflight(
    schedule_rows: ScheduleRows,
    key: bytes,
    include_drafts: bool,
    today: dt.date,
    confirmed: Collection[dt.date] = (),
    report_progress: Callable[[int], None] = lambda _rows: None,
) -> Preflight:
    """Check every row. `confirmed` are unlikely dates that a person has confirmed."""
    table = schedule_rows.table
    notes = SourceNotes(not_operations=table.left_out, older=table.older)
    columns = {field: table.headings[index] for field, index in table.header.items()}
    checked, conflicts = Preflight(source=notes, columns=columns), NameConflicts()
    surgeons: set[tuple[str, str]] = set()
    for row in schedule_rows:
        checked.rows += 1
        report_progress(checked.rows)
        checked.patients[row.number] = RowPatient(row.name, row.record_number, row.room, row.cells, row.surgery_date)
        conflicts.add(row)
        _note_source(checked, row, key)
        if row.cancelled and row.surgery_date is not None:
            checked.cancelled.append((row.number, _person(key, row)))
            continue
        problems = list(row.problems)
        if row.case is not None and row.print_options is not None:
            problems += _unprintable_problems(row.case, row, schedule_rows)
        if row.case is None or row.print_options is None or problems:
            _refuse(checked, key, row, problems)
            continue
        try:
            handout = schedule_rows.library.handout_for(
                row.case.procedure, row.case.language, row.case.surgeon, include_drafts=include_drafts
            )
            others = other_dates(row.case, handout)
            if dates := date_problems(
                row.case,
                dated_for(handout, row.case),
                today,
                confirmed,
                others,
                counts_down=schedule_rows.library.plans[row.plan].counts_down,
            ):
                checked.questioned |= {date.confirm for date in dates if date.confirm is not None}
                in_row = [_of_row(date.problem, row, date.problem.field, schedule_rows) for date in dates]
                _refuse(checked, key, row, in_row)
                continue
            packet = fill_packet(schedule_rows.library, row.case, plan=row.plan, include_drafts=include_drafts)
        except InvalidInputError as error:
            in_row = [_of_row(problem, row, problem.field or "procedure", schedule_rows) for problem in error.problems]
            _refuse(checked, key, row, in_row)
            continue
        checked.left_out.update(packet.left_out)
        languages = [schedule_rows.library.languages[row.case.language], *schedule_rows.library.languages.values()]
        warnings = [*follow_up_warnings(row.case, languages), *name_notes(row.case)]
        surgeon = (row.case.procedure, normalized_name(row.case.surgeon))
        if surgeon not in surgeons:  # warn of each once
            surgeons.add(surgeon)
            warnings += surgeon_warnings(schedule_rows.library, row.case.procedure, row.case.surgeon)
        checked.problems += [
            replace(_of_row(warning, row, warning.field, schedule_rows), warning=True) for warning in warnings
        ]
        printed = fingerprint(key, "digest", digest(packet, row.print_options, row.case))
        request = _request(key, row, row.case, printed)
        checked.accepted[row.number] = AcceptedRow(row, row.case, row.print_options, request)
    _drop_conflicting_rows(checked, conflicts, schedule_rows)
    return checked


def _note_source(checked: Preflight, row: Row, key: bytes) -> None:
    """Remember where a row of an interface was found, and its start as written and in local time."""
    if row.place:
        checked.source.places[row.number] = row.place
    if row.message is not None:
        case, sent = row.message
        checked.source.sent[row.number] = (fingerprint(key, "message", case).hex(), sent)
    if row.source_time and row.surgery_date is not None:
        ours = f"{row.surgery_date.isoformat()} {row.start_time}".rstrip()
        checked.source.times[row.number] = f"{row.source_time} = {ours}"
    if row.note:
        checked.problems.append(RowProblem(row.number, "", "B99", row.note, "", warning=True))


def _person(key: bytes, row: Row) -> CaseFingerprints:
    assert row.surgery_date is not None  # noqa: S101  an accepted or cancelled row has one
    return CaseFingerprints.of(key, row.record_number, row.procedure, row.surgery_date, row.name)


def _request(key: bytes, row: Row, case: Case, printed: bytes) -> RequestedPacket:
    make_id = PacketIds(key, case.record_number, case.procedure, case.surgery_date, printed)
    return RequestedPacket(row.number, _person(key, row), printed, case.stage is Stage.PERFORMED, make_id)


def _refuse(checked: Preflight, key: bytes, row: Row, problems: Iterable[RowProblem]) -> None:
    checked.problems += problems
    if row.record_number:
        checked.refused.append((row.number, fingerprint(key, "patient", row.record_number)))


def _unprintable_problems(case: Case, row: Row, schedule_rows: ScheduleRows) -> Iterator[RowProblem]:
    from packets.layout.fonts import PRINTABLE

    for problem in unprintable(case):
        # The characters are not shown: they are part of the patient's name.
        hint = f"Write it in letters that can be printed, if the patient agrees: {PRINTABLE}."
        message = "no font can print some of its characters"
        yield _of_row(replace(problem, message=message, hint=hint), row, problem.field, schedule_rows)


def _of_row(problem: Problem, row: Row, field_name: str, schedule_rows: ScheduleRows) -> RowProblem:
    column = schedule_rows.profile.columns.get(field_name, "")
    return RowProblem(row.number, column, problem.code, problem.message, problem.hint)


def _drop_conflicting_rows(checked: Preflight, conflicts: NameConflicts, schedule_rows: ScheduleRows) -> None:
    """Refuse all rows that contradict each other, and report similar names among the others."""
    for number, (code, rows) in conflicts.refused().items():
        name, message = _CONFLICTS[code]
        column = schedule_rows.profile.columns[name]
        checked.problems.append(RowProblem(number, column, code, message.format(rows=rows), _HINTS[code]))
        if dropped := checked.accepted.pop(number, None):
            checked.refused.append((number, dropped.request.person.patient))
    refused = {row for row in conflicts.rows() if row not in checked.accepted}
    checked.similar_names, checked.twins = conflicts.similar_names(refused), conflicts.twins(refused)
    order = {heading: column for column, heading in enumerate(schedule_rows.table.headings)}
    checked.problems.sort(key=lambda problem: (problem.row, order.get(problem.column, -1), problem.code))
