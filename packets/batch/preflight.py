"""A schedule and the library in, everything that can be known before the first page is made out.

Every row is judged and every packet filled here, so that a hole shows before anything is made.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from packets.batch.plan import CaseFingerprints, PacketIds, fingerprint
from packets.batch.pool import Fault, OutOfMemory, OutOfTime, Pool, WorkerDied
from packets.batch.wanted_rows import WantedRows
from packets.case_input.date_rules import date_problems
from packets.case_input.person_names import name_notes
from packets.content.follow_up import follow_up_warnings
from packets.content.library import Library, surgeon_warnings
from packets.errors import InvalidInputError, Problem
from packets.model.case import Case, Print
from packets.model.printed_digest import digest
from packets.model.surgeon import normalized_name
from packets.pipeline import fill_packet, unprintable
from packets.schedule.excel import read_workbook
from packets.schedule.name_conflicts import NameConflicts
from packets.schedule.profile import PLAIN, ScheduleProfile, load_profile, names
from packets.schedule.rows import Row, RowProblem, ScheduleRows
from packets.schedule.table import MAX_BYTES, MISFIT, Table, open_schedule

WORKBOOK_MEMORY_BYTES = 1 << 30
WORKBOOK_DEADLINE_S = 60.0

_SPEAKS_AGAINST = {
    "Q01": ("mrn", "the same record number stands with another name in row {rows}"),
    "Q02": ("mrn", "the same record number stands with another date of birth in row {rows}"),
    "Q03": ("mrn", "the same patient stands for the same time in row {rows}"),
}
_HINTS = {
    "Q01": "Find out whose number it is. None of these rows is made.",
    "Q02": "Find out which is right. None of these rows is made.",
    "Q03": "Delete one, mark one as cancelled, or give both their start times. None of these rows is made.",
}


@dataclass(slots=True)
class Preflight:
    """What the rows ask for. `wanted` are the good rows, in order; `alike` are groups of their numbers."""

    wanted: WantedRows
    rows: int = 0
    cancelled: list[tuple[int, CaseFingerprints]] = field(default_factory=list)
    refused: list[tuple[int, bytes]] = field(default_factory=list)  # row, fingerprint of the record number
    problems: list[RowProblem] = field(default_factory=list)
    alike: tuple[tuple[int, ...], ...] = ()
    twins: tuple[tuple[int, ...], ...] = ()  # a date of birth and a name in common
    questioned: set[dt.date] = field(default_factory=set)  # dates that a person can confirm
    left_out: Counter[str] = field(default_factory=Counter)  # draft parts that are not printed, by rows


def read_schedule(path: Path) -> bytes:
    """All of it, at once: whoever saves it again during the run changes nothing. Raises Refused (B01)."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"the schedule cannot be read: {error.strerror}"
        raise InvalidInputError(Problem("B01", message, "Type the path of a CSV or XLSX file", str(path))) from None


def open_rows(data: bytes, shown: str, root: Path, library: Library, source: str | None) -> ScheduleRows:
    """The rows, by the profile that was named, or by `plain` if its header fits. Raises Refused, Misused."""
    profile = load_profile(root, source or PLAIN, library)
    try:
        return ScheduleRows(_table(data, shown, profile), profile, library)
    except InvalidInputError as error:
        if source is not None or [problem.code for problem in error.problems] != [MISFIT]:
            raise
        (problem,) = error.problems
        fitting = [name for name in names(root) if name != PLAIN and _fits(data, shown, root, library, name)]
        hint = "".join(f"\nIt fits another profile. Add: --source {name}" for name in fitting)
        raise InvalidInputError(replace(problem, hint=problem.hint + hint)) from None


def _fits(data: bytes, shown: str, root: Path, library: Library, name: str) -> bool:
    try:
        _table(data, shown, load_profile(root, name, library))
    except InvalidInputError:
        return False
    return True


def _table(data: bytes, shown: str, profile: ScheduleProfile) -> Table:
    try:
        return open_schedule(data, shown, profile, _bounded_workbook)
    except InvalidInputError as error:
        raise InvalidInputError(*(replace(problem, path=problem.path or shown) for problem in error.problems)) from None


def _bounded_workbook(data: bytes, sheet: str, hidden_rows: str) -> bytes:
    """In a process of its own: 4 kB of hostile workbook can ask for half a terabyte."""
    with Pool(1, deadline_s=WORKBOOK_DEADLINE_S, memory_bytes=WORKBOOK_MEMORY_BYTES) as pool:
        try:
            lines: bytes = pool.submit(read_workbook, data, sheet, hidden_rows).result()
        except (WorkerDied, OutOfTime, OutOfMemory, Fault):
            hint = "Copy the rows into a new workbook and save that, or save it as CSV UTF-8."
            raise InvalidInputError(
                Problem("B19", "the Excel file asks for more than a schedule can need", hint)
            ) from None
    return lines


def preflight(
    schedule_rows: ScheduleRows,
    key: bytes,
    plan: str,
    include_drafts: bool,
    today: dt.date,
    confirmed: Collection[dt.date] = (),
    tick: Callable[[int], None] = lambda _rows: None,
) -> Preflight:
    """Read every row. `confirmed` are questioned dates that are right; `tick` is told the number of rows so far."""
    found, mixups = Preflight(WantedRows(key)), NameConflicts()
    surgeons: set[tuple[str, str]] = set()
    for row in schedule_rows:
        found.rows += 1
        tick(found.rows)
        mixups.add(row)
        if row.cancelled and row.surgery_date is not None:
            found.cancelled.append((row.number, _person(key, row)))
            continue
        problems = list(row.problems)
        if row.case is not None and row.print_options is not None:
            problems += _unprintable_problems(row.case, row, schedule_rows)
        if row.case is None or row.print_options is None or problems:
            _refuse(found, key, row, problems)
            continue
        try:
            handout = schedule_rows.library.handout_for(
                row.case.procedure, row.case.language, row.case.surgeon, include_drafts=include_drafts
            )
            if dates := date_problems(row.case, handout.milestones, today, confirmed):
                found.questioned |= {date.confirm for date in dates if date.confirm is not None}
                named = (date.problem for date in dates)
                _refuse(found, key, row, [_of_row(each, row, each.field, schedule_rows) for each in named])
                continue
            packet = fill_packet(schedule_rows.library, row.case, plan=plan, include_drafts=include_drafts)
        except InvalidInputError as error:
            _refuse(
                found,
                key,
                row,
                [_of_row(problem, row, problem.field or "procedure", schedule_rows) for problem in error.problems],
            )
            continue
        found.left_out.update(packet.left_out)
        languages = [schedule_rows.library.languages[row.case.language], *schedule_rows.library.languages.values()]
        doubts = follow_up_warnings(row.case, languages)
        found.problems += [replace(_of_row(doubt, row, doubt.field, schedule_rows), warning=True) for doubt in doubts]
        if (about := (row.case.procedure, normalized_name(row.case.surgeon))) not in surgeons:  # once, not in every row
            surgeons.add(about)
            notes = surgeon_warnings(schedule_rows.library, row.case.procedure, row.case.surgeon)
            found.problems += [replace(_of_row(note, row, note.field, schedule_rows), warning=True) for note in notes]
        found.problems += [
            replace(_of_row(name_note, row, name_note.field, schedule_rows), warning=True)
            for name_note in name_notes(row.case)
        ]
        mark = fingerprint(key, "digest", digest(packet, row.print_options, row.case))
        _want(found.wanted, key, row, row.case, mark)
    _drop_conflicting_rows(found, mixups, schedule_rows, key)
    return found


def _person(key: bytes, row: Row) -> CaseFingerprints:
    assert row.surgery_date is not None  # noqa: S101  a good or cancelled row has one
    return CaseFingerprints.of(key, row.record_number, row.procedure, row.surgery_date, row.name)


def _want(wanted: WantedRows, key: bytes, row: Row, case: Case, mark: bytes) -> None:
    ids = PacketIds(key, case.record_number, case.procedure, case.surgery_date, mark)
    performed = case.stage is not None and case.stage.value == "performed"
    wanted.append(row.number, _person(key, row), mark, performed, ids)


def _refuse(found: Preflight, key: bytes, row: Row, problems: Iterable[RowProblem]) -> None:
    found.problems += problems
    if row.record_number:
        found.refused.append((row.number, fingerprint(key, "patient", row.record_number)))


def _unprintable_problems(case: Case, row: Row, schedule_rows: ScheduleRows) -> Iterator[RowProblem]:
    from packets.layout.fonts import PRINTABLE

    for problem in unprintable(case):
        # Which characters they are is left out: they are a part of the name.
        hint = f"Write it in letters that can be printed, if the patient agrees: {PRINTABLE}."
        message = "no font can print some of its characters"
        yield _of_row(replace(problem, message=message, hint=hint), row, problem.field, schedule_rows)


def _of_row(problem: Problem, row: Row, field_name: str, schedule_rows: ScheduleRows) -> RowProblem:
    column = schedule_rows.source.columns.get(field_name, "")
    return RowProblem(row.number, column, problem.code, problem.message, problem.hint)


def _drop_conflicting_rows(found: Preflight, mixups: NameConflicts, schedule_rows: ScheduleRows, key: bytes) -> None:
    """Rows that speak against each other are none of them made."""
    against = mixups.refused()
    for number, (code, rows) in against.items():
        name, message = _SPEAKS_AGAINST[code]
        column = schedule_rows.source.columns[name]
        found.problems.append(RowProblem(number, column, code, message.format(rows=rows), _HINTS[code]))
    if against:
        found.refused += [(each.row, each.person.patient) for each in found.wanted if each.row in against]
        found.wanted.keep(lambda row: row not in against)
    good = set(found.wanted.rows())
    refused = {row for row in mixups.rows() if row not in good}
    found.alike, found.twins = mixups.alike(refused), mixups.twins(refused)
    order = {heading: place for place, heading in enumerate(schedule_rows.table.headings)}
    found.problems.sort(key=lambda each: (each.row, order.get(each.column, -1), each.code))


@dataclass(frozen=True, slots=True, repr=False)
class Ready:
    """A good row once more, with its case and how it is printed."""

    row: Row
    case: Case
    print_options: Print


def good_rows(schedule_rows: ScheduleRows, rows: Iterable[int]) -> Iterator[Ready]:
    """These rows (ascending), read anew."""
    wanted = iter(rows)
    number = next(wanted, None)
    for row in schedule_rows:
        if row.number == number:
            assert row.case is not None and row.print_options is not None  # noqa: S101  it was good the first time
            yield Ready(row, row.case, row.print_options)
            number = next(wanted, None)
