"""Report what a person should know about a plan: void packets, packets without a row, similar names."""

from __future__ import annotations

from collections.abc import Iterator

from packets.batch.folder import Folder
from packets.batch.packet_ledger import Ledger, Packet
from packets.batch.plan import BatchPlan, RowAction
from packets.batch.preflight import Preflight
from packets.batch.void_packets import notified_packets
from packets.schedule.rows import RowProblem

PRINT_RUN_CHANGED = RowProblem(
    0,
    "",
    "Q14",
    "the print run is not the one that was made last, and packets that were never printed may come before this one",
    "Compare its run sheet with the paper, or print the whole run.",
    warning=True,
)


def plan_problems(checked: Preflight, plan: BatchPlan) -> tuple[RowProblem, ...]:
    """Return the problems of all rows, and warnings for a person to check."""
    problems = list(checked.problems)
    ids = {row.row: row.packet.id for row in plan.rows}
    similar = [("Q10", "the same or nearly the same name", group) for group in checked.similar_names]
    twins = [("Q60", "the same date of birth and a name in common, as twins have", group) for group in checked.twins]
    for code, what, group in (*similar, *twins):
        listed = ", ".join(ids[row] for row in group[:10]) + (f" and {len(group) - 10} more" if group[10:] else "")
        message = f"patients of the same day have {what}: packets {listed}"
        hint = "When handing them over, check name and record number of each."
        problems.append(RowProblem(group[0], "", code, message, hint, warning=True))
    for row, cancelled in plan.cancelled:
        if cancelled is not None:
            message = f"packet {cancelled.id} is void: its row is marked as cancelled"
            hint = "Remove it from what was printed. If it was handed over, ask for it back."
            problems.append(RowProblem(row, "", "Q13", message, hint, warning=True))
    for packet in plan.missing_from_schedule:
        message = f"packet {packet.id} was made from a row that is no longer in the schedule"
        hint = "Find out why. Its file is still there; if it was handed over, ask for it back."
        hint = _correction_hint(packet, plan) + hint
        problems.append(RowProblem(0, "", "Q11", message, hint, warning=True))
    problems += _replaced_performed(plan)
    for row, packet in plan.on_hold:
        message = f"packet {packet.id} was made for this patient before, and is not in the print run"
        problems.append(RowProblem(row, "", "Q12", message, "Correct the row, then run this again.", warning=True))
    return tuple(sorted(problems, key=lambda problem: (problem.row, problem.code, problem.message)))


def unreadable_files(folder: Folder, plan: BatchPlan) -> tuple[RowProblem, ...]:
    """Return a problem for each row whose packet file exists but cannot be read; the row is skipped."""
    return tuple(
        RowProblem(row.row, "", problem.code, problem.message, problem.hint)
        for row in plan.rows
        if row.action is RowAction.REPAIR
        for problem in folder.unreadable(row.packet)
    )


def _correction_hint(packet: Packet, plan: BatchPlan) -> str:
    """Return a hint that names a newer packet which may be a correction of this one; the same on every run."""
    later = [row.packet for row in plan.rows if row.packet.run > packet.run and not row.packet.replaces]
    for other in later:
        if other.patient == packet.patient:
            return f"Packet {other.id} is for the same patient: was the date or the procedure corrected? "
    for other in later:
        if other.name == packet.name:
            return f"Packet {other.id} has the same name: was the record number corrected? "
    return ""


def _replaced_performed(plan: BatchPlan) -> Iterator[RowProblem]:
    """Yield warnings about packets that replace that of a performed operation with another date or procedure."""
    for row in plan.rows:
        old = plan.packets_before.get(row.packet.replaces or "")
        if old is not None and old.performed and old.day != row.packet.day:
            message = (
                f"packet {row.packet.id} replaces packet {old.id}, whose operation was performed: "
                "the date or the procedure was corrected"
            )
            hint = "If it is another operation, make its packet in another folder: this one replaces the first."
            yield RowProblem(row.row, "", "Q85", message, hint, warning=True)


def mailed_void(ledger: Ledger, plan: BatchPlan) -> Iterator[RowProblem]:
    """Yield warnings about void packets that were mailed."""
    rows = {packet.id: row for row, packet in plan.cancelled if packet is not None}
    rows |= {packet.id: row for row, packet in plan.on_hold}
    void = {**rows, **{packet.id: 0 for packet in plan.missing_from_schedule}}
    for packet_id in sorted(void.keys() & (ledger.mailed() - notified_packets(ledger))):
        message = f"packet {packet_id} was mailed, with dates for a calendar, and is void now"
        hint = f"Call the patient. Then type: mail withdraw FOLDER {packet_id} --patient-knows"
        yield RowProblem(void[packet_id], "", "Q80", message, hint, warning=True)
