"""Write manifest.json and problems.csv: the same bytes for the same outcome."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from msgspec import Struct

from packets.schedule.rows import RowProblem


class ManifestEntry(Struct, frozen=True):
    """One packet; `row` is None if the schedule lacks its row, `packet_id` if a cancelled row never had a packet."""

    row: int | None
    packet_id: str | None
    state: str  # ready, failed, waiting, cancelled, on_hold or missing_from_schedule
    file: str | None = None
    sha256: str | None = None
    pages: int | None = None


def manifest(
    schedule_sha256: str, rows: int, entries: Iterable[ManifestEntry], problems: Iterable[RowProblem], print_run: object
) -> bytes:
    """Return manifest.json with one line for each packet, for people to read; no patient data, no time of day."""
    schedule = json.dumps({"sha256": schedule_sha256, "rows": rows})
    packets = (
        json.dumps(
            {
                "row": entry.row,
                "packet_id": entry.packet_id,
                "file": entry.file,
                "sha256": entry.sha256,
                "pages": entry.pages,
                "state": entry.state,
            }
        )
        for entry in entries
    )
    problem_lines = (
        json.dumps(
            {"row": problem.row or None, "column": problem.column, "code": problem.code, "message": _sentence(problem)},
            ensure_ascii=False,
        )
        for problem in problems
    )
    text = (
        f'{{\n"schedule": {schedule},\n"packets": [\n{_joined(packets)}],\n'
        f'"problems": [\n{_joined(problem_lines)}],\n"print_run": {json.dumps(print_run)}\n}}\n'
    )
    return text.encode()


def _joined(lines: Iterable[str]) -> str:
    text = ",\n".join(lines)
    return text + "\n" if text else ""


def _sentence(problem: RowProblem) -> str:
    return ". ".join(part.strip().rstrip(".") for part in (problem.message, problem.hint) if part) + "."


def problems_csv(problems: Iterable[RowProblem]) -> bytes:
    """Return problems.csv, for a spreadsheet. No cell can be taken for a formula: the texts are our own."""
    rows: list[tuple[object, ...]] = [("row", "column", "code", "kind", "what is wrong", "what to do")]
    for problem in problems:
        kind = "look at it" if problem.warning else "not made"
        row = f"{problem.row} ({problem.place})" if problem.place else problem.row or ""
        rows.append((row, plain_cell(problem.column), problem.code, kind, problem.message, problem.hint))
    return csv_file(rows)


def csv_file(rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file that Excel reads as UTF-8, because of its byte-order mark."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return "\ufeff".encode() + out.getvalue().encode()


def plain_cell(text: str) -> str:
    """Return the text; one that a spreadsheet would run as a formula gets an apostrophe in front."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
