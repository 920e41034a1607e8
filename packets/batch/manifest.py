"""What a run has made, in; manifest.json and problems.csv, the same bytes for the same outcome, out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass

from packets.schedule.rows import RowProblem


@dataclass(frozen=True, slots=True)
class Line:
    """One packet; `row` is None where the schedule no longer has it, `packet_id` where there never was one."""

    row: int | None
    packet_id: str | None
    file: str | None
    sha256: str | None
    pages: int | None
    state: str  # ready, failed, waiting, cancelled, on_hold or missing_from_schedule


def manifest(
    schedule_sha256: str, rows: int, lines: Iterable[Line], problems: Iterable[RowProblem], print_run: object
) -> bytes:
    """One line of text for each packet, so that a person can read it too; no patient's data, no time of day."""
    head = json.dumps({"sha256": schedule_sha256, "rows": rows})
    packets = (
        json.dumps(
            {
                "row": line.row,
                "packet_id": line.packet_id,
                "file": line.file,
                "sha256": line.sha256,
                "pages": line.pages,
                "state": line.state,
            }
        )
        for line in lines
    )
    told = (
        json.dumps(
            {"row": problem.row or None, "column": problem.column, "code": problem.code, "message": _sentence(problem)},
            ensure_ascii=False,
        )
        for problem in problems
    )
    text = (
        f'{{\n"schedule": {head},\n"packets": [\n{_joined(packets)}],\n'
        f'"problems": [\n{_joined(told)}],\n"print_run": {json.dumps(print_run)}\n}}\n'
    )
    return text.encode()


def _joined(lines: Iterable[str]) -> str:
    text = ",\n".join(lines)
    return text + "\n" if text else ""


def _sentence(problem: RowProblem) -> str:
    return ". ".join(part.strip().rstrip(".") for part in (problem.message, problem.hint) if part) + "."


def problems_csv(problems: Iterable[RowProblem]) -> bytes:
    """For a spreadsheet: codes and words of ours only, so that no cell can be taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["row", "column", "code", "kind", "what is wrong", "what to do"])
    for problem in problems:
        kind = "look at it" if problem.warning else "not made"
        writer.writerow([problem.row or "", _safe(problem.column), problem.code, kind, problem.message, problem.hint])
    return "\ufeff".encode() + out.getvalue().encode()  # with the mark, Excel reads it as UTF-8


def _safe(heading: str) -> str:
    """A heading comes from the schedule's program; a spreadsheet would run one that begins like a formula."""
    return "'" + heading if heading[:1] in ("=", "+", "-", "@", "\t", "\r") else heading
