"""Define fields that several kinds of files share: ids, languages, revisions, reviews, telephone numbers."""

from __future__ import annotations

from packets.content.schema.field_types import LANGUAGE_TAG, CalendarDate, Choice, Integer, Pattern, SingleLine
from packets.content.schema.records import Field, ListOf, Record
from packets.model.handout import Review, Status

ID = Pattern("[a-z][a-z0-9]*(-[a-z0-9]+)*", "an id", "Use small letters and digits, words joined by dashes.", "S10")
KIND = Pattern("[a-z][a-z0-9_]{0,39}", "a kind of case", "Use small letters, digits and _: procedure", "S10")
LANGUAGE = Pattern(LANGUAGE_TAG, "a language", "Write it like this: en, es, vi or pt-BR", "S10")

PHONE = Pattern("[0-9+(][0-9+() ./-]{4,28}[0-9]", "a telephone number", "Write it as it is printed: 816-363-2500")
DIAL = Pattern(r"\+[1-9](-?[0-9]){6,14}", "a number to dial", "Write it with country code: +1-816-363-2500")
EMERGENCY_NUMBER = Pattern("[1-9][0-9]{2,5}", "an emergency number", "Write it as it is dialed: 911")
WEB_ADDRESS_PATTERN = r"https://[a-z0-9.-]+\.[a-z]{2,}(:[0-9]+)?(/[!-~]{0,120})?"
SHA256 = Pattern("[0-9a-f]{64}", "a sha256", "It is 64 characters long; sha256sum FILE prints it.")

REVISION = Field("revision", Integer(1, 9999), "Add 1 whenever the meaning changes.", True, "1")
SYNONYMS = Field(
    "synonyms",
    ListOf(SingleLine(60, printed=False), 1, 40),
    "Words that a nurse may type to find this handout, besides its title and `names`. They are never printed, "
    "and no schedule uses them.",
    example="[neck fusion, disk]",
)
SPECIALTY = Field(
    "specialty",
    SingleLine(60, printed=False),
    "The specialty, shown below the title where a nurse chooses the handout. It is never printed.",
    example="Spine surgery",
)
REVIEW = Record(
    "review",
    (
        Field(
            "status",
            Choice(tuple(Status)),
            "`published`: the clinic's own text, unchanged. `form`: labels and lines, nothing about care. `draft`: "
            "awaiting a clinician. `approved`: by a clinician, until a date. `retired`: no longer printed.",
            True,
            "published",
        ),
        Field("by", SingleLine(120), "With `approved`: the clinician's name.", example="Dr. Jane Rivera"),
        Field("on", CalendarDate(), "With `approved`: the day of it.", example="2026-11-30"),
        Field(
            "again_by",
            CalendarDate(),
            "With `approved`: the day by which it must be reviewed again.",
            example="2028-11-30",
        ),
    ),
    model=Review,
    computed=frozenset({"status"}),
)
