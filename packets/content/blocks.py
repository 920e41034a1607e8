"""Build callouts, tables and subheadings from parsed parts, and yield the texts that a part prints."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from packets.content import markup
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Scalar, Sequence
from packets.model.handout import Callout, CalloutKind, Run, Subheading, Table

Block = Callout | Table | Subheading


def read_block(
    part: ParsedRecord, problems: ProblemCollector, slots: Collection[str], reasons: Mapping[str, str]
) -> Block | None:
    """Return the callout, table or subheading of a part; None if it has another kind of content."""
    if heading := part.text("subheading"):
        return Subheading(heading)
    if callout := part.get("callout", ParsedRecord):
        text = callout.get("text", Scalar)
        return Callout(
            CalloutKind(callout.text("kind", CalloutKind.NOTE)),  # a translation has none
            callout.text("heading"),
            markup.read(text, problems, slots, reasons) if text else (),
        )
    if table := part.get("table", ParsedRecord):
        columns = tuple(str(words.value) for words in table.all("columns", ParsedValue))
        rows = read_rows(table, len(columns), problems, slots, reasons)
        return Table(columns, rows, bool(table.get("row_headers", bool)))
    return None


def read_rows(
    table: ParsedRecord,
    columns: int,
    problems: ProblemCollector,
    slots: Collection[str],
    reasons: Mapping[str, str],
) -> tuple[tuple[tuple[Run, ...], ...], ...]:
    """Return the cells of each row; report a row with more or fewer cells than columns (S18)."""
    node = table.nodes.get("rows")
    for row in node.items if isinstance(node, Sequence) else ():
        if columns and isinstance(row, Sequence) and len(row.items) != columns:
            message = f"this row has {_count(len(row.items), 'cell')}; the table has {_count(columns, 'column')}"
            hint = 'Write one cell for each column; "" is an empty cell.'
            problems.add("S18", message, row.place, hint)
    return tuple(tuple(markup.read_line(cell, problems, slots, reasons) for cell in cells) for cells in _cells(table))


def _cells(table: ParsedRecord) -> Iterator[list[Scalar]]:
    for row in table.all("rows", ParsedValue):
        cells = row.value if isinstance(row.value, tuple) else ()
        yield [cell.value for cell in cells if isinstance(cell, ParsedValue) and isinstance(cell.value, Scalar)]


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def texts(part: ParsedRecord) -> Iterator[Scalar]:
    """Yield the marked-up texts of a part: its `text:`, or those of its callout or table."""
    for record in (part, part.get("callout", ParsedRecord) if "callout" in part.record.names() else None):
        if record and (text := record.get("text", Scalar)):
            yield text
    if table := part.get("table", ParsedRecord) if "table" in part.record.names() else None:
        for cells in _cells(table):
            yield from cells
