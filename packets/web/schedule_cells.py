"""Offer the refused cells of a schedule as fields, and read what was typed into them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from packets.batch.run import BatchReport
from packets.case_input.date_rules import QUESTIONED
from packets.schedule.rows import Cell, RowProblem
from packets.schedule.typed_cells import TypedCells
from packets.values import HiddenFields
from packets.web.nurse_words import nurse_hint, nurse_message

# Either cell may be wrong if rows contradict each other.
_ALSO = {"Q01": ("patient_name",), "Q02": ("dob",), "Q03": ("start_time",)}
_CONFIRM = "Compare the date with the chart. If it is correct, tick the box above the table."
_NO_CELL = Cell("", is_text=True)


class CellField(HiddenFields, Struct, frozen=True):
    """A cell that can be typed: `name` is that of its field, `stored` what Excel has in it instead of text."""

    name: str
    heading: str
    value: str
    stored: str = ""
    problems: tuple[str, ...] = ()
    typed: bool = False


def cell_fields(report: BatchReport, typed: TypedCells) -> dict[int, tuple[CellField, ...]]:
    """Return the fields of each row: its refused cells, and those that were typed before."""
    rows: dict[int, dict[str, list[str]]] = {row: {field: [] for field in fields} for row, fields in typed.items()}
    for problem in report.problems:
        if not has_field(report, problem):
            continue
        found = rows.setdefault(problem.row, {})
        message = nurse_message(problem)
        message = message[:1].upper() + message[1:]
        found.setdefault(_field(report, problem.column), []).append(f"{message}. {row_hint(problem)}".strip())
        for other in _ALSO.get(problem.code, ()):
            if other in report.columns:
                found.setdefault(other, [])
    return {
        row: tuple(_cell_field(report, row, field, messages, typed) for field, messages in found.items())
        for row, found in rows.items()
    }


def row_hint(problem: RowProblem) -> str:
    return _CONFIRM if problem.code in QUESTIONED else nurse_hint(problem)


def _cell_field(report: BatchReport, row: int, field: str, messages: list[str], typed: TypedCells) -> CellField:
    cell = report.patients[row].cells.get(field, _NO_CELL)
    return CellField(
        name=f"cell-{row}-{field}",
        heading=report.columns[field],
        value=cell.text if cell.is_text else "",
        stored="" if cell.is_text else cell.text,
        problems=tuple(messages),
        typed=field in typed.get(row, ()),
    )


def _field(report: BatchReport, heading: str) -> str:
    """Return our field of a heading, "" if the schedule has no such column."""
    return next((field for field, ours in report.columns.items() if heading and ours == heading), "")


def has_field(report: BatchReport, problem: RowProblem) -> bool:
    """Return whether a problem is shown at a field: that of the cell that was refused."""
    return not problem.warning and problem.row in report.patients and bool(_field(report, problem.column))


def read_typed(report: BatchReport, form: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """Return the cells in which something else was typed than the field had, by row and field."""
    changed: dict[int, dict[str, str]] = {}
    for row, field, text in _submitted(form):
        if row not in report.patients or field not in report.columns:
            continue
        cell = report.patients[row].cells.get(field, _NO_CELL)
        if text.strip() != (cell.text.strip() if cell.is_text else ""):
            changed.setdefault(row, {})[field] = text.strip()
    return changed


def _submitted(form: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    for name in form:
        prefix, _, rest = name.partition("-")
        row, _, field = rest.partition("-")
        if prefix == "cell" and row.isascii() and row.isdecimal():
            yield int(row), field, form[name]


def merged(before: TypedCells, changed: TypedCells) -> TypedCells:
    """Return all typed cells; the later value of a cell wins."""
    rows: Iterable[int] = dict.fromkeys([*before, *changed])
    return {row: {**before.get(row, {}), **changed.get(row, {})} for row in rows}
