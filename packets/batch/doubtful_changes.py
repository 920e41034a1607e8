"""Find changes since the last run that a spreadsheet makes and a hospital hardly ever does.

Excel removes the zeros in front of record numbers and exchanges day and month. All rows would then become packets of
patients who do not exist, and the real packets would look like those of rows that were deleted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from packets.batch.packet_ledger import LIVE, Packet
from packets.batch.plan import BatchPlan, CaseFingerprints, RowAction
from packets.batch.preflight import AcceptedRow, Preflight
from packets.model.packet_id import fingerprint
from packets.schedule.rows import RowProblem

_MOST_DIGITS = 20  # of a record number
_FEW = 3  # below this number, packets that have all changed are no sign of a damaged schedule
_DATE_SYSTEMS = dt.timedelta(days=1462)  # between the two systems in which Excel counts days
_EXCEL = "Excel does this to a CSV file. Compare with the chart."


def doubtful_changes(checked: Preflight, plan: BatchPlan, key: bytes) -> tuple[RowProblem, ...]:
    """Return a problem for each change that a person has to confirm before anything is made."""
    problems = [*_without_zeros(checked, plan, key), *_damaged_dates(checked, plan, key)]
    before = [packet for packet in plan.packets_before.values() if packet.state in LIVE]
    if not problems and len(before) >= _FEW and len(plan.missing_from_schedule) == len(before):
        message = f"none of the {len(before)} packets of this folder is in this schedule"
        problems.append(RowProblem(0, "", "Q89", message, "Use the schedule and the folder of the same day."))
    moved = [row for row, packet in _replaced(plan) if packet.day != checked.accepted[row].request.person.day]
    if len(moved) >= _FEW and 2 * len(moved) > len(before):
        message = f"the procedure or the surgery date of {len(moved)} of the {len(before)} packets has changed"
        hint = "Use the schedule and the folder of the same day, or compare the dates with the charts."
        problems.append(RowProblem(0, "", "Q88", message, hint))
    return tuple(sorted(problems, key=lambda problem: (problem.row, problem.code)))


def _without_zeros(checked: Preflight, plan: BatchPlan, key: bytes) -> Iterator[RowProblem]:
    """Yield the rows whose record number, with zeros in front, is that of a packet without a row."""
    left = {packet.patient: packet for packet in plan.missing_from_schedule}
    column = checked.columns.get("mrn", "")
    new = [planned.row for planned in plan.rows if planned.action in (RowAction.MAKE, RowAction.CHANGE)]
    for row in [*new, *(row for row, packet in plan.cancelled if packet is None)] if left else ():
        number = checked.patients[row].record_number
        longer = ("0" * zeros + number for zeros in range(1, _MOST_DIGITS - len(number) + 1))
        for candidate in longer:
            if packet := left.get(fingerprint(key, "patient", candidate)):
                message = f"this is the record number of packet {packet.id} without its leading zeros"
                yield RowProblem(row, column, "Q86", message, _EXCEL)
                break


def _damaged_dates(checked: Preflight, plan: BatchPlan, key: bytes) -> Iterator[RowProblem]:
    """Yield the rows whose surgery date is that of their last packet, changed as a spreadsheet changes dates."""
    for row, packet in _replaced(plan):
        for date, change in _dates_before(checked.accepted[row]):
            if _day(key, checked.accepted[row], date) == packet.day:
                message = f"the surgery date is that of packet {packet.id} {change}"
                yield RowProblem(row, checked.columns.get("surgery_date", ""), "Q87", message, _EXCEL)


def _dates_before(row: AcceptedRow) -> Iterator[tuple[dt.date, str]]:
    date = row.case.surgery_date
    if date.day <= 12 and date.day != date.month:
        yield date.replace(month=date.day, day=date.month), "with day and month exchanged"
    for other in (date - _DATE_SYSTEMS, date + _DATE_SYSTEMS):
        yield other, f"moved by {_DATE_SYSTEMS.days:,} days"


def _day(key: bytes, row: AcceptedRow, date: dt.date) -> bytes:
    case = row.case
    return CaseFingerprints.of(key, case.record_number, case.procedure, date, case.patient_name).day


def _replaced(plan: BatchPlan) -> Iterator[tuple[int, Packet]]:
    """Yield each row whose new packet replaces an earlier one, with that packet."""
    for planned in plan.rows:
        if planned.action is RowAction.CHANGE and planned.packet.replaces is not None:
            yield planned.row, plan.packets_before[planned.packet.replaces]
