"""Define the fields of a surgeon's file: `content/surgeons/<id>.yaml`."""

from __future__ import annotations

from packets.content.schema.field_types import CalendarDate, Choice, PlainText, SingleLine
from packets.content.schema.part_fields import NOTICE_PART
from packets.content.schema.records import Field, ListOf, OneOf, Record
from packets.content.schema.shared_fields import DIAL, ID, LANGUAGE, PHONE, REVIEW, REVISION
from packets.content.schema.timing import SEVERAL_TIMES, TIME_FIELDS, TIMES
from packets.model.recovery import Kind
from packets.model.surgeon import Surgeon

_KINDS = tuple(Kind)

_WHY = (
    Field("why", PlainText(), "The reason; `explain` shows it.", True, "Two patients of mine drove too early."),
    Field("said_by", SingleLine(120), "Who asked for it.", True, "Dr. Sample"),
    Field("said_on", CalendarDate(), "The day of it.", True, "2026-11-20"),
)
_LABEL = "The words in the table of dates, for what is usual or an appointment; the name is printed after it."
_ASKS = (
    'The words after "Dr. … asks you to", for a restriction; the date follows them, so let them end before it: '
    "`wait with driving until`."
)
MILESTONE = Record(
    "a surgeon's milestone",
    (
        Field("replaces", ID, "The id of the handout's milestone that it takes the place of.", example="driving"),
        Field("adds", ID, "The id of a milestone that the handout does not have.", example="check-up"),
        Field(
            "kind",
            Choice(_KINDS),
            "`expectation`: what is usual. `restriction`: an order. `appointment`.",
            True,
            "restriction",
        ),
        Field(
            "instead_of",
            Choice(_KINDS),
            "The kind of the handout's milestone, if yours has another one: a change of kind must be declared.",
            example="expectation",
        ),
        Field("asks_you_to", SingleLine(80), _ASKS, example="wait with driving until"),
        Field("label", SingleLine(80), _LABEL, example="First visit"),
        Field(
            "short",
            SingleLine(28),
            "Not printed any more: earlier versions had a timeline.",
            example="Driving",
        ),
        *TIME_FIELDS,
        Field(
            "ask",
            SingleLine(160),
            "A teach-back question for the staff sheet; the date is its answer.",
            example="From when may you drive?",
        ),
        *_WHY,
    ),
    groups=(OneOf(("replaces", "adds")), OneOf(("asks_you_to", "label")), OneOf(TIMES, "M01", several=SEVERAL_TIMES)),
)
NOTICE = Record(
    "a surgeon's notice",
    (
        Field("id", ID, "The id of the handout's notice that it takes the place of.", True, "collar"),
        Field(
            "label",
            SingleLine(80),
            "The words in bold above it; the handout's if left out.",
            example="Your neck collar",
        ),
        Field("says", ListOf(NOTICE_PART), "The text, one part for each answer.", True),
        *_WHY,
    ),
)
PROCEDURE = Record(
    "a surgeon's procedure",
    (
        Field("procedure", ID, "The id of the procedure.", True, "cervical-foraminotomy"),
        Field("notices", ListOf(NOTICE, 0), "Notices in the surgeon's own words, such as the collar's."),
        Field("milestones", ListOf(MILESTONE, 0), "The surgeon's own dates."),
        Field("review", REVIEW, "Who is responsible for them; `approved`, or `draft` until then.", True),
    ),
)
SURGEON = Record(
    "a surgeon",
    (
        Field("surgeon", ID, "Its id, as in the name of the file.", True, "jane-sample", "id"),
        Field("language", LANGUAGE, "The language of the words.", True, "en"),
        REVISION,
        Field("name", SingleLine(120), "The name as printed.", True, "Dr. Jane Sample"),
        Field(
            "aliases",
            ListOf(SingleLine(120)),
            "Other spellings of the name, as schedules write them. A name must match "
            "exactly, except for capitals and the width of spaces.",
            example='["SAMPLE, JANE"]',
        ),
        Field(
            "not_meant",
            ListOf(SingleLine(120)),
            "Other surgeons with similar names; no note is shown for them.",
            example='["Dr. John Sample"]',
        ),
        Field("phone", PHONE, "The surgeon's own number, printed instead of the clinic's.", example="555-010-0199"),
        Field("dial", DIAL, "The same number with country code, for links and QR code.", example='"+1-555-010-0199"'),
        Field(
            "procedures",
            ListOf(PROCEDURE),
            "The surgeon's instructions for each procedure. A procedure that is not listed is "
            "printed in the clinic's words; the screen says so.",
            True,
        ),
    ),
    "A surgeon's own number, notices and dates: `content/surgeons/<id>.yaml`.",
    model=Surgeon,
    computed=frozenset({"procedures"}),
)
