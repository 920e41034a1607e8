"""Build callouts, tables and subheadings from parsed parts, and yield the texts that a part prints."""

from __future__ import annotations

from collections.abc import Iterator

from packets.content import headings, images, markup, regimen_steps
from packets.content.allowed_slots import AllowedSlots
from packets.content.problems import ProblemCollector, counted
from packets.content.schema.condition_text import condition_of
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Scalar, Sequence
from packets.model.handout import (
    TIMES_OF_DAY,
    Callout,
    CalloutKind,
    Image,
    Medicine,
    Medicines,
    PageBreak,
    Run,
    Subheading,
    Table,
    TableRow,
)
from packets.model.regimen import Regimen

Block = Callout | Table | Subheading | Medicines | Regimen | Image | PageBreak


def read_block(part: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots) -> Block | None:
    """Return the block of a part; None if it is of another kind, such as text."""
    if heading := part.text("subheading"):
        headings.check_heading(part, "subheading", problems, slots)
        return Subheading(heading)
    if callout := part.get("callout", ParsedRecord):
        text = callout.get("text", Scalar)
        headings.check_heading(callout, "heading", problems, slots)
        return Callout(
            CalloutKind(callout.text("kind", CalloutKind.NOTE)),  # a translation has none
            callout.text("heading"),
            markup.read(text, problems, slots.names, slots.reasons) if text else (),
        )
    if table := part.get("table", ParsedRecord):
        columns = tuple(str(words.value) for words in table.all("columns", ParsedValue))
        rows = tuple(
            TableRow(cells, condition_of(row))
            for cells, row in zip(
                read_cells(table, len(columns), problems, slots), table.all("rows", ParsedRecord), strict=True
            )
        )
        return Table(columns, rows, bool(table.get("row_headers", bool)))
    if image := part.get("image", ParsedRecord):
        return images.build_image(image, problems)
    if part.has("medicines"):
        medicines = tuple(map(_medicine, part.all("medicines", ParsedRecord)))
        clocks = part.get("times", ParsedRecord)
        times = tuple(clocks.text(time) for time in TIMES_OF_DAY) if clocks else ()
        return Medicines(medicines, part.get("empty_rows", int) or 0, times)
    if schedule := part.get("schedule", ParsedRecord):
        return regimen_steps.build_regimen(schedule, problems)
    if part.get("page_break", bool):
        return PageBreak()
    return None


def check_alone(part: ParsedRecord, problems: ProblemCollector) -> None:
    """Report `empty_rows` or `times` without medicines, and a list of medicines that is empty (S19, S22)."""
    for name in ("empty_rows", "times"):
        if part.has(name) and not part.has("medicines"):
            problems.add("S22", f'"{name}" belongs to medicines', part.at(name), "Add medicines: with a list.")
    if part.values.get("medicines") == () and part.record.names() >= {"empty_rows"} and not part.has("empty_rows"):
        hint = "Add empty_rows: with the number of rows to fill in, or list the medicines."
        problems.add("S19", "this table of medicines is empty", part.at("medicines"), hint)


def check_page_breaks(parts: tuple[ParsedRecord, ...], problems: ProblemCollector) -> None:
    """Report a page break directly below a heading, which would be alone at the end of a page (S20)."""
    for place, part in enumerate(parts):
        if part.has("page_break") and (not place or parts[place - 1].has("subheading")):
            hint = "Put it before the heading: as the last part of the section before, or above the subheading."
            problems.add("S20", "a page break cannot follow a heading", part.at("page_break"), hint)


def _medicine(record: ParsedRecord) -> Medicine:
    doses = record.get("doses", ParsedRecord)
    return Medicine(
        record.text("medicine"),
        record.text("for"),
        tuple(doses.text(time) if doses else "" for time in TIMES_OF_DAY),
        record.text("until"),
        record.text("note"),
        condition_of(record),
    )


def read_cells(
    table: ParsedRecord,
    columns: int,
    problems: ProblemCollector,
    slots: AllowedSlots,
) -> tuple[tuple[tuple[Run, ...], ...], ...]:
    """Return the cells of each row; report a row with more or fewer cells than columns (S18)."""
    for row in table.all("rows", ParsedRecord):
        node = row.nodes.get("cells")
        if columns and isinstance(node, Sequence) and len(node.items) != columns:
            message = f"this row has {counted(len(node.items), 'cell')}; the table has {counted(columns, 'column')}"
            hint = 'Write one cell for each column; "" is an empty cell.'
            problems.add("S18", message, node.place, hint)
    return tuple(
        tuple(markup.read_line(cell, problems, slots.names, slots.reasons) for cell in cells) for cells in _cells(table)
    )


def _cells(table: ParsedRecord) -> Iterator[list[Scalar]]:
    for row in table.all("rows", ParsedRecord):
        yield [cell.value for cell in row.all("cells", ParsedValue) if isinstance(cell.value, Scalar)]


def records_of_rows(part: ParsedRecord) -> tuple[ParsedRecord, ...]:
    """Return where the rows of the part's table are written."""
    if table := part.get("table", ParsedRecord):
        return table.all("rows", ParsedRecord)
    return part.all("medicines", ParsedRecord) if "medicines" in part.record.names() else ()


def texts(part: ParsedRecord) -> Iterator[Scalar]:
    """Yield the texts of a part: its `text:`, those of its callout, table or schedule, and the words of its image."""
    for record in (part, part.get("callout", ParsedRecord) if "callout" in part.record.names() else None):
        if record and (text := record.get("text", Scalar)):
            yield text
    if image := part.get("image", ParsedRecord) if "image" in part.record.names() else None:
        for name in ("alt", "caption"):
            if isinstance(words := image.nodes.get(name), Scalar):
                yield words
    schedule = part.get("schedule", ParsedRecord) if "schedule" in part.record.names() else None
    if schedule and isinstance(note := schedule.nodes.get("note"), Scalar):
        yield note
    if table := part.get("table", ParsedRecord) if "table" in part.record.names() else None:
        for cells in _cells(table):
            yield from cells
