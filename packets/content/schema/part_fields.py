"""Define the fields of the parts that handouts, notices and common parts are made of."""

from __future__ import annotations

from packets.content.problems import listed
from packets.content.schema.block_fields import (
    CALLOUT_FIELD,
    EMPTY_ROWS_FIELD,
    IMAGE_FIELD,
    KEEP_TOGETHER_FIELD,
    MEDICINES_FIELD,
    PAGE_BREAK_FIELD,
    SUBHEADING_FIELD,
    TABLE_FIELD,
    TIMES_FIELD,
)
from packets.content.schema.condition_text import condition_fields
from packets.content.schema.field_types import Choice, Integer, MarkedUpText, Pattern, PlainText, SingleLine
from packets.content.schema.records import NAME, Field, FreeFields, ListOf, OneOf, Record
from packets.content.schema.regimen_fields import SCHEDULE_FIELD
from packets.content.schema.shared_fields import ID
from packets.content.schema.slots import FILL_IN_FROM

_CONDITIONS = (
    *condition_fields("part"),
    Field(
        "status",
        Choice(("draft",)),
        "`draft`: awaiting a clinician; printed only with --include-drafts.",
        example="draft",
    ),
)

_STATES = Field(
    "states",
    FreeFields(SingleLine(80), {}),
    "Facts that the words state, by name, such as `collar: ordered`; a "
    "milestone's id is a fact too: `driving: between 1 and 2 weeks`. `check` compares them in each packet.",
)

_TEXT = Field("text", MarkedUpText(), "The words, marked up as in [Text](#text).", example="|\n  Your words.")


def _fill_in(names: str) -> tuple[Field, ...]:
    """Return the fields of a place to write; `names` says in words what `from` can be besides FILL_IN_FROM."""
    return (
        Field("fill_in", SingleLine(120), "The label of a place to write.", example="Follow-up appointment"),
        Field(
            "from",
            Pattern(NAME, "the name of a value", f"It can be {listed(FILL_IN_FROM)}{names}.", "S06"),
            "With `fill_in`: print this instead of lines where it is known: "
            f"{listed(f'`{name}`' for name in FILL_IN_FROM)}{names}.",
            example="follow_up",
        ),
        Field("lines", Integer(1, 12), "With `fill_in`: how many lines to write on; 1 if left out.", example="3"),
        Field("note", SingleLine(80), "With `fill_in`: a few words under the lines.", example="Ask your nurse"),
    )


_CHECK = Field("check", MarkedUpText(), "A line with a box to tick (staff sheet).", example="The wristband matches.")

_TODO = Field(
    "todo",
    SingleLine(300),
    "What a clinician must still write here; only in a draft, printed as a TODO.",
    example="Say when the patient may drive.",
)

RESTS_ON = Record(
    "a source of a part",
    (
        Field(
            "source",
            ID,
            "The id of one of `provenance: sources:`, or `ours` for our own words that state no fact.",
            True,
            "niams-herniated-disk",
        ),
        Field("took", PlainText(), "What was taken from it.", True, "That disks cushion the bones of the spine."),
    ),
)

_RESTS_ON = Field(
    "rests_on",
    ListOf(RESTS_ON),
    "Where the facts of this part come from; each text of a handout with `sources` needs it.",
)

_SHOW = Field(
    "show",
    ID,
    "Something made from elsewhere: `milestones` (the table of dates), `booking`, or the id of a notice.",
    example="milestones",
)

_SHOW_COMMON = Field(
    "show", ID, "`milestones`, `booking`, or `teach-back` (the questions of the staff sheet).", example="teach-back"
)

_BLOCKS = (CALLOUT_FIELD, TABLE_FIELD, IMAGE_FIELD, SUBHEADING_FIELD, PAGE_BREAK_FIELD)
_BLOCK_NAMES = tuple(field.name for field in _BLOCKS)

SECTION_PART = Record(
    "a part of a section",
    (
        _TEXT,
        *_BLOCKS,
        MEDICINES_FIELD,
        EMPTY_ROWS_FIELD,
        TIMES_FIELD,
        SCHEDULE_FIELD,
        _SHOW,
        *_fill_in(", or a question of the handout"),
        _CHECK,
        _TODO,
        _RESTS_ON,
        _STATES,
        *_CONDITIONS,
        KEEP_TOGETHER_FIELD,
    ),
    groups=(OneOf(("text", *_BLOCK_NAMES, "medicines", "schedule", "show", "fill_in", "check", "todo")),),
    at_most_one=(("if", "unless"),),
)

COMMON_PART_PART = Record(
    "a part of a common part",
    (
        _TEXT,
        *_BLOCKS,
        _SHOW_COMMON,
        *_fill_in(", or a question of a handout"),
        _CHECK,
        _STATES,
        *_CONDITIONS,
        KEEP_TOGETHER_FIELD,
    ),
    groups=(OneOf(("text", *_BLOCK_NAMES, "show", "fill_in", "check")),),
    at_most_one=(("if", "unless"),),
    absent=SECTION_PART.names(),
)

NOTICE_PART = Record(
    "a part of a notice",
    (Field("text", MarkedUpText(), _TEXT.doc, True, _TEXT.example), _STATES, *_CONDITIONS),
    at_most_one=(("if", "unless"),),
    absent=SECTION_PART.names(),
)
