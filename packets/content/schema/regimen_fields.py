"""Define the fields of a `schedule:` block: what is done several times a day or a week, step by step."""

from __future__ import annotations

import re
from typing import ClassVar

from msgspec import Struct

from packets.content.problems import ProblemCollector, quoted
from packets.content.schema.field_types import PlainText, SingleLine, YesNo
from packets.content.schema.records import Field, FieldType, ListOf, Record, scalar
from packets.content.schema.timing import FIRST_DAY, LAST_DAY
from packets.content.yaml.parser import Node
from packets.model.regimen import Frequency, Per

MAX_TIMES = 12
MAX_STEPS = 20
_NO_TIMES = "none"


class HowOften(FieldType, Struct, frozen=True):
    """`4 a day`, `3 a week`, or `none` for days on which it is not done."""

    takes: str = "how often, such as 4 a day, 3 a week or none"
    pattern: ClassVar[str] = f"[0-9]{{1,3}} a (day|week)|{_NO_TIMES}"
    empty: ClassVar[object] = Frequency(1)

    def read(self, node: Node, problems: ProblemCollector) -> Frequency | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        if value.text == _NO_TIMES:
            return Frequency(0)
        match = re.fullmatch("([0-9]{1,3}) a (day|week)", value.text)
        if not match:
            hint = "Write it like this: times: 4 a day, or times: 3 a week. For days without any, write times: none"
            problems.add("S23", f"{quoted(value, problems)} does not say how often", value.place, hint)
            return None
        if not 1 <= int(match[1]) <= MAX_TIMES:
            hint = "For days without any, write times: none"
            problems.add("S24", f"{quoted(value, problems)} is not from 1 to {MAX_TIMES} times", value.place, hint)
            return None
        return Frequency(int(match[1]), Per(match[2]))


_WHAT = Field("what", SingleLine(80), "What is done, as printed above the table.", True, "Prednisolone eye drops")
_NOTE = Field("note", SingleLine(160), "A sentence below `what`.", example="Shake the bottle first.")
_ASK = Field(
    "ask",
    SingleLine(160),
    "A teach-back question for the staff sheet, which prints the steps as its answer; `what` if left out.",
    example="How often do you use your drops this week?",
)

STEP = Record(
    "a step",
    (
        Field(
            "from",
            FIRST_DAY,
            "The first day. If it is left out after the first step, the step begins on the day after the one above.",
            example="day 0",
        ),
        Field("through", LAST_DAY, "The last day; that day is included.", True, "day 6"),
        Field(
            "times",
            HowOften(),
            "How often on these days: `4 a day`, `3 a week`; or `none`, for a pause between two steps.",
            True,
            "4 a day",
        ),
    ),
)

SCHEDULE = Record(
    "a schedule",
    (
        _WHAT,
        _NOTE,
        Field(
            "quote",
            PlainText(),
            "The sentence of the source that the steps come from; it must be in the text too. `explain` shows it.",
            example="Use the drops for 4 weeks, less often each week.",
        ),
        _ASK,
        Field(
            "steps",
            ListOf(STEP, 1, MAX_STEPS, "Write the steps: - {from: day 0, through: day 6, times: 4 a day}"),
            "The steps in order of time, without a gap.",
            True,
            "\n  - {from: day 0, through: day 6, times: 4 a day}",
        ),
        Field(
            "boxes",
            YesNo(),
            "`yes` for a second table with a row for each day, or week, and a box to check for each time.",
            example="yes",
        ),
    ),
)

SCHEDULE_FIELD = Field(
    "schedule",
    SCHEDULE,
    "What is done several times a day or a week, with the dates of each step: drops, exercises.",
)

TRANSLATED_SCHEDULE = Record("a translated schedule", (_WHAT, _NOTE, _ASK), absent=SCHEDULE.names())
