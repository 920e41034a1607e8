"""Define the fields of the parts that handouts, notices and common parts are made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packets.content.problems import ProblemCollector, listed, quoted
from packets.content.schema.block_fields import CALLOUT_FIELD, SUBHEADING_FIELD, TABLE_FIELD
from packets.content.schema.field_types import Choice, Integer, MarkedUpText, Pattern, PlainText, SingleLine
from packets.content.schema.records import NAME, Field, FieldType, FreeFields, ListOf, OneOf, Record, scalar
from packets.content.schema.shared_fields import ID
from packets.content.schema.slots import FILL_IN_FROM
from packets.content.yaml.parser import Node
from packets.model.handout import Condition, RestsOn


@dataclass(frozen=True, slots=True)
class ConditionText(FieldType):
    """`collar is yes`."""

    holds: bool
    takes: str = "a condition, such as collar is yes"
    pattern: str = "[a-z][a-z0-9_]* is [a-z][a-z0-9_]*"

    def read(self, node: Node, problems: ProblemCollector) -> Condition | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        match = re.fullmatch(r"([a-z][a-z0-9_]*) is ([a-z][a-z0-9_]*)", value.text)
        if not match:
            hint = "Write it like this: if: collar is yes"
            if " is not " in value.text or value.text.startswith("not "):
                hint = "For the opposite write: unless: collar is yes"
            problems.add("S14", f"{quoted(value, problems)} is not a condition", value.place, hint)
            return None
        return Condition(match[1], match[2], self.holds)


_CONDITIONS = (
    Field("if", ConditionText(True), "Print this part only if the answer is this one.", example="collar is yes"),
    Field(
        "unless",
        ConditionText(False),
        "Print this part except if the answer is this one.",
        example="status is performed",
    ),
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

_FILL_IN = (
    Field("fill_in", SingleLine(120), "The label of a place to write.", example="Follow-up appointment"),
    Field(
        "from",
        Pattern(NAME, "the name of a value", f"It can be {listed(FILL_IN_FROM)}, or a question of the handout.", "S06"),
        "With `fill_in`: print this instead of lines where it is known: "
        f"{listed(f'`{name}`' for name in FILL_IN_FROM)}, or a question of the handout.",
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
            "The id of one of `provenance: sources:`, or `ours` for words of our own that state no fact.",
            True,
            "niams-herniated-disk",
        ),
        Field("took", PlainText(), "What was taken from it.", True, "That disks cushion the bones of the spine."),
    ),
    model=RestsOn,
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

_BLOCKS = (CALLOUT_FIELD, TABLE_FIELD, SUBHEADING_FIELD)
_BLOCK_NAMES = tuple(field.name for field in _BLOCKS)

SECTION_PART = Record(
    "a part of a section",
    (_TEXT, *_BLOCKS, _SHOW, *_FILL_IN, _CHECK, _TODO, _RESTS_ON, _STATES, *_CONDITIONS),
    groups=(OneOf(("text", *_BLOCK_NAMES, "show", "fill_in", "check", "todo")),),
    at_most_one=(("if", "unless"),),
)

COMMON_PART_PART = Record(
    "a part of a common part",
    (_TEXT, *_BLOCKS, _SHOW_COMMON, *_FILL_IN, _CHECK, _STATES, *_CONDITIONS),
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
