"""Define the fields of callouts, tables and subheadings."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from packets.content.problems import ProblemCollector, quoted
from packets.content.schema.condition_text import condition_fields
from packets.content.schema.field_types import Choice, Integer, MarkedUpText, SingleLine, YesNo
from packets.content.schema.records import Field, FieldType, ListOf, ParsedRecord, Record, scalar
from packets.content.schema.regimen_fields import TRANSLATED_SCHEDULE
from packets.content.schema.timing import Clock
from packets.content.yaml.parser import Mapping, Node, Scalar
from packets.model.handout import TIMES_OF_DAY, CalloutKind, ImageWidth, Table

MAX_COLUMNS = 6


class CellText(FieldType, Struct, frozen=True):
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


class Flag(FieldType, Struct, frozen=True):
    """`true`; a line with anything else is a mistake, since leaving the line out is the other answer."""

    takes: str = "true"
    empty: ClassVar[object] = False

    def read(self, node: Node, problems: ProblemCollector) -> bool | None:
        value = scalar(node, problems, self.takes)
        if value is not None and value.text != "true":
            hint = "Write true, or delete the line."
            problems.add("S06", f"{quoted(value, problems)} is not an allowed value", value.place, hint)
            return None
        return None if value is None else True


_COLUMNS = ListOf(
    SingleLine(60), 1, MAX_COLUMNS, f"A table has 1 to {MAX_COLUMNS} columns: write the words above each of them."
)
_CELLS = ListOf(CellText(), 1, 200)
_CELLS_FIELD = Field(
    "cells", _CELLS, "The cells of the row, one for each column.", True, '[Samplothin, "1 tablet, each morning"]'
)
ROW = Record(
    "a row with a condition",
    (_CELLS_FIELD, *condition_fields("row")),
    at_most_one=(("if", "unless"),),
)
TRANSLATED_ROW = Record("a translated row", (_CELLS_FIELD,), absent=ROW.names())


class RowOfCells(FieldType, Struct, frozen=True):
    """A row of a table: a list of cells, or `cells:` with a condition. The value has the fields of `record`."""

    record: Record
    takes: str = "a list of cells, or `cells:` with `if:` or `unless:`"
    cells: ClassVar[ListOf] = _CELLS

    def read(self, node: Node, problems: ProblemCollector) -> ParsedRecord | None:
        if isinstance(node, Mapping):
            return self.record.read(node, problems)
        cells = self.cells.read(node, problems)
        return None if cells is None else ParsedRecord(self.record, node.place, {"cells": cells}, {"cells": node})


_ROWS_HINT = "Write the rows of the table, each as a list of cells: - [First, Second]"
_CALLOUT_WORDS = (
    Field(
        "heading",
        SingleLine(80, slots=True),
        "The words in bold above the text; slots work in them.",
        True,
        "Call 911 if",
    ),
    Field(
        "text", MarkedUpText(), "The words, marked up as in [Text](#text).", True, "|\n  - You have trouble breathing."
    ),
)
_TABLE_WORDS = (Field("columns", _COLUMNS, "The words above each column.", True, "[Drops, How often]"),)
_ROWS_DOC = (
    'The rows, each a list with one cell for each column. Cells take bold words and slots; "" is an empty cell. '
)
_ROWS_EXAMPLE = "\n  - [Steroid drops, 4 times a day]"

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
            "rows",
            ListOf(RowOfCells(ROW), 1, 100, _ROWS_HINT),
            f"{_ROWS_DOC}A row for some patients only is written as `if:` and `cells:`. Without a row, the table is "
            "left out.",
            True,
            _ROWS_EXAMPLE,
        ),
        Field(
            "row_headers",
            YesNo(),
            "`yes` if the first cell of each row names the row: it prints bold, and screen readers say it.",
            example="yes",
        ),
    ),
    model=Table,
    computed=frozenset({"rows"}),
)

_IMAGE_WORDS = (
    Field(
        "alt",
        SingleLine(300),
        "What the picture shows, for readers who cannot see it; it is read aloud and not printed.",
        True,
        "A person lies on the back. One heel slides toward the body, and the knee bends.",
    ),
    Field("caption", SingleLine(160), "The words below the picture.", True, "Slide your heel toward you."),
)
IMAGE = Record(
    "an image",
    (
        Field(
            "file",
            SingleLine(120, printed=False),
            "The name of the SVG or PNG file, which is in the folder of this file.",
            True,
            "heel-slide.svg",
        ),
        *_IMAGE_WORDS,
        Field(
            "width",
            Choice(tuple(ImageWidth)),
            "How much of the width of the text it takes; `half` if left out. A picture that would be taller than about "
            "half a page is narrower.",
            example="half",
        ),
    ),
)

CALLOUT_FIELD = Field(
    "callout",
    CALLOUT,
    "A box that pages never cut: when to call 911, when to call the clinic, a note.",
)
TABLE_FIELD = Field("table", TABLE, "A table; its header repeats where it goes on on the next page.")
SUBHEADING_FIELD = Field(
    "subheading",
    SingleLine(120, slots=True),
    "A smaller heading inside the section; slots work in it.",
    example="Eating",
)

DOSES = Record(
    "the doses of a day",
    tuple(Field(time, SingleLine(40), f"What is taken ({time}).", example="1 tablet") for time in TIMES_OF_DAY),
)
_MEDICINE_WORDS = (
    Field("medicine", SingleLine(80), "Its name and strength.", True, "Cephalexin 500 mg"),
    Field("for", SingleLine(80), "What it is for.", True, "Against infection"),
    Field("doses", DOSES, "What is taken in the morning, at noon, in the evening and at bedtime.", True),
    Field("until", SingleLine(80), "How long it is taken.", example="all tablets are gone"),
    Field("note", SingleLine(120), "What else to know.", example="Take it with food."),
)
MEDICINE = Record("a medicine", (*_MEDICINE_WORDS, *condition_fields("medicine")), at_most_one=(("if", "unless"),))
TRANSLATED_MEDICINE = Record("a translated medicine", _MEDICINE_WORDS, absent=MEDICINE.names())
TIMES = Record(
    "the times of the doses",
    tuple(
        Field(time, Clock(), f"The time of day of this column ({time}).", example="8:00 AM") for time in TIMES_OF_DAY
    ),
)
TIMES_FIELD = Field(
    "times",
    TIMES,
    "With `medicines`: the times of day of the columns, printed after their names; or in quotes the question that asks "
    'for one: `"{evening_dose}"`.',
    example='{morning: 8:00 AM, evening: "{evening_dose}"}',
)
MEDICINES_FIELD = Field(
    "medicines",
    ListOf(MEDICINE, 0, 30),
    "A table of medicines, with a column for each time of day; `[]` has only empty rows.",
)
EMPTY_ROWS_FIELD = Field("empty_rows", Integer(1, 12), "With `medicines`: how many rows to fill in.", example="3")
PAGE_BREAK_FIELD = Field("page_break", Flag(), "The next part begins on a new page.", example="true")
KEEP_TOGETHER_FIELD = Field(
    "keep_together", Flag(), "Print all of this part on one page, if it fits on one.", example="true"
)

IMAGE_FIELD = Field("image", IMAGE, "A picture with words below it: see [Pictures](#pictures).")

TRANSLATED_CALLOUT = Record("a translated callout", _CALLOUT_WORDS, absent=CALLOUT.names())
TRANSLATED_TABLE = Record(
    "a translated table",
    (
        *_TABLE_WORDS,
        Field(
            "rows",
            ListOf(RowOfCells(TRANSLATED_ROW, "a list of cells"), 1, 100, _ROWS_HINT),
            f"{_ROWS_DOC}The conditions are in the original only.",
            True,
            _ROWS_EXAMPLE,
        ),
    ),
    absent=TABLE.names(),
)
TRANSLATED_IMAGE = Record("a translated image", _IMAGE_WORDS, absent=IMAGE.names())
TRANSLATED_FIELDS = (
    Field("callout", TRANSLATED_CALLOUT, "The words of a `callout:` of the original."),
    Field("table", TRANSLATED_TABLE, "The words of a `table:` of the original: as many columns and rows."),
    Field("image", TRANSLATED_IMAGE, "The words of an `image:` of the original; the picture is the same."),
    Field("subheading", SingleLine(120, slots=True), "The words of a `subheading:` of the original.", example="Comer"),
    Field(
        "schedule",
        TRANSLATED_SCHEDULE,
        "The words of a `schedule:` of the original, which has the steps.",
    ),
    Field(
        "medicines",
        ListOf(TRANSLATED_MEDICINE, 0, 30),
        "The words of `medicines:` of the original, each with the same fields. Conditions are in the original only.",
    ),
)
