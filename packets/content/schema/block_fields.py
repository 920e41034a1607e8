"""Define the fields of callouts, tables and subheadings."""

from __future__ import annotations

from dataclasses import dataclass

from packets.content.problems import ProblemCollector
from packets.content.schema.field_types import Choice, MarkedUpText, SingleLine, YesNo
from packets.content.schema.records import Field, FieldType, ListOf, Record
from packets.content.yaml.parser import Node, Scalar
from packets.model.handout import CalloutKind, Table

MAX_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class CellText(FieldType):
    """The marked-up text of a table cell, on one line; "" is an empty cell."""

    takes: str = "the text of a cell"

    def read(self, node: Node, problems: ProblemCollector) -> Scalar | None:
        if isinstance(node, Scalar) and node.style and not node.text.strip():
            return node
        value = MarkedUpText(self.takes).read(node, problems)
        if value is not None and "\n" in value.text.strip():
            hint = 'Write it after the dash, without |. A long cell may be in "quotes" and go on in the next line.'
            problems.add("S11", "expected one line, found several", value.place, hint)
            return None
        return value


_COLUMNS = ListOf(
    SingleLine(60), 1, MAX_COLUMNS, f"A table has 1 to {MAX_COLUMNS} columns: write the words above each of them."
)
_ROWS = ListOf(
    ListOf(CellText(), 1, 200), 1, 100, "Write the rows of the table, each as a list of cells: - [First, Second]"
)
_CALLOUT_WORDS = (
    Field("heading", SingleLine(80), "The words in bold above the text.", True, "Call 911 if"),
    Field(
        "text", MarkedUpText(), "The words, marked up as in [Text](#text).", True, "|\n  - You have trouble breathing."
    ),
)
_TABLE_WORDS = (
    Field("columns", _COLUMNS, "The words above each column.", True, "[Drops, How often]"),
    Field(
        "rows",
        _ROWS,
        'The rows, each a list with one cell for each column. Cells take bold words and slots; "" is an empty cell.',
        True,
        "\n  - [Steroid drops, 4 times a day]",
    ),
)

CALLOUT = Record(
    "a callout",
    (
        Field(
            "kind",
            Choice(tuple(CalloutKind)),
            "`emergency`: signs of danger, with a black bar. `call`: when to call the clinic, framed. `note`: a "
            "remark, on gray.",
            True,
            "emergency",
        ),
        *_CALLOUT_WORDS,
    ),
)
TABLE = Record(
    "a table",
    (
        *_TABLE_WORDS,
        Field(
            "row_headers",
            YesNo(),
            "`yes` if the first cell of each row names the row: it prints bold, and screen readers say it.",
            example="yes",
        ),
    ),
    model=Table,
    read_apart=frozenset({"rows"}),
)

CALLOUT_FIELD = Field(
    "callout",
    CALLOUT,
    "A box that pages never cut: when to call 911, when to call the clinic, a note.",
)
TABLE_FIELD = Field("table", TABLE, "A table; its header repeats where it goes on on the next page.")
SUBHEADING_FIELD = Field("subheading", SingleLine(120), "A smaller heading inside the section.", example="Eating")

TRANSLATED_CALLOUT = Record("a translated callout", _CALLOUT_WORDS, absent=CALLOUT.names())
TRANSLATED_TABLE = Record("a translated table", _TABLE_WORDS, absent=TABLE.names())
TRANSLATED_FIELDS = (
    Field("callout", TRANSLATED_CALLOUT, "The words of a `callout:` of the original."),
    Field("table", TRANSLATED_TABLE, "The words of a `table:` of the original: as many columns and rows."),
    Field("subheading", SingleLine(120), "The words of a `subheading:` of the original.", example="Comer"),
)
