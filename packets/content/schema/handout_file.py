"""Define the fields of a handout file: `content/procedures/<id>/handout.<language>.yaml`."""

from __future__ import annotations

from packets.content.schema.condition_text import condition_fields
from packets.content.schema.field_types import CalendarDate, Choice, Pattern, PlainText, SingleLine
from packets.content.schema.part_fields import NOTICE_PART, SECTION_PART
from packets.content.schema.question_fields import QuestionType
from packets.content.schema.records import NAME, Field, FreeFields, ListOf, OneOf, Record
from packets.content.schema.shared_fields import ID, KIND, LANGUAGE, REVIEW, REVISION, SHA256, SPECIALTY, SYNONYMS
from packets.content.schema.slots import ALWAYS_ASKED
from packets.content.schema.timing import SEVERAL_TIMES, TIME_FIELDS, TIMES
from packets.model.handout import Handout, Notice, Section
from packets.model.recovery import Kind as StatementKind
from packets.model.recovery import Milestone
from packets.model.source_text import Change, Provenance, Source

SECTION = Record(
    "a section",
    (
        Field("id", ID, "A short name, different for each section.", True, "after-surgery"),
        Field(
            "heading",
            SingleLine(120, slots=True),
            "The heading as printed; slots work in it.",
            True,
            "What happens after the surgery?",
        ),
        Field("parts", ListOf(SECTION_PART), "The content below the heading, in order.", True),
        *condition_fields("section"),
    ),
    at_most_one=(("if", "unless"),),
    model=Section,
    computed=frozenset({"parts", "if", "unless"}),
)

NOTICE = Record(
    "a notice",
    (
        Field("id", ID, "A short name; a section prints the notice with `show:` and this name.", True, "collar"),
        Field("label", SingleLine(80), "The words in bold above it.", True, "Your neck collar"),
        Field(
            "ask",
            SingleLine(160),
            "A teach-back question for the staff sheet; the notice is its answer.",
            example="Do you need a neck collar?",
        ),
        Field("says", ListOf(NOTICE_PART), "The text, mostly one part for each answer.", True),
        *condition_fields("notice"),
    ),
    at_most_one=(("if", "unless"),),
    model=Notice,
    computed=frozenset({"says", "if", "unless"}),
)

MILESTONE = Record(
    "a milestone",
    (
        Field("id", ID, "A short name, different for each milestone.", True, "driving"),
        Field("label", SingleLine(80), "The words in the table of dates.", True, "Driving is usually safe"),
        Field("short", SingleLine(28), "Not printed any more: earlier versions had a timeline.", example="Driving"),
        *TIME_FIELDS,
        Field(
            "instead_when",
            Pattern(NAME, "the name of a question", "Write discharge_date, or the name of a question for a date."),
            "With `at`, `by`, `between` or `before`: the question for a date. If it is answered, its date is printed "
            "instead of this time, which is then the range that the date is compared with.",
            example="discharge_date",
            builds="known_by",
        ),
        Field(
            "quote",
            PlainText(),
            "The sentence of the source that the time comes from; it must be in the text too.",
            True,
            "Patients are usually safe to drive within a week or two.",
        ),
        Field(
            "kind",
            Choice(tuple(StatementKind)),
            "`expectation`: what is usual. `restriction`: an order. `appointment`. `expectation` if left out.",
            example="expectation",
        ),
        Field(
            "ask",
            SingleLine(160),
            "A teach-back question for the staff sheet; the date is its answer.",
            example="When is driving usually safe?",
        ),
        *condition_fields("milestone"),
    ),
    groups=(OneOf(TIMES, "M01", several=SEVERAL_TIMES),),
    at_most_one=(("if", "unless"),),
    model=Milestone,
    computed=frozenset({"short", "through", "time", "if", "unless", *TIMES}),
)

CHANGE = Record(
    "a change",
    (
        Field("where", ID, "The section or notice that prints it.", True, "who-needs-it"),
        Field("was", PlainText(paragraphs=True), "The words of the source.", True),
        Field("now", PlainText(paragraphs=True), "The words as printed now.", True),
        Field("why", PlainText(), "The reason.", True),
        Field(
            "confirmed_by",
            SingleLine(120),
            "The clinician who confirmed it; without one `check` reminds of it.",
            example="Dr. Jane Rivera",
        ),
        Field("confirmed_on", CalendarDate(), "The day of it.", example="2026-11-30"),
    ),
    model=Change,
)

SOURCE_TEXT = Record(
    "a source",
    (
        Field("id", ID, "A short name; `rests_on` uses it.", True, "niams-herniated-disk"),
        Field("title", SingleLine(200), "The title of the text.", True, "Herniated Disk"),
        Field("publisher", SingleLine(200), "Who wrote it.", True, "NIAMS, National Institutes of Health"),
        Field(
            "url",
            Pattern(r"https?://[!-~]+", "a web address", "Write it in full: https://example.org/page"),
            "Where it is published.",
            True,
            "https://medlineplus.gov/herniateddisk.html",
        ),
        Field(
            "seen",
            SingleLine(200),
            "Where and when it was read: the copy, and the day.",
            True,
            "the page itself, on 2026-11-22",
        ),
        Field("rights", SingleLine(200), "Why its facts and words may be used.", True, "Work of the US government"),
    ),
    model=Source,
)

PROVENANCE = Record(
    "provenance",
    (
        Field(
            "source", SingleLine(200), "What the text was made from.", True, 'Clinic handout "Cervical Foraminotomy"'
        ),
        Field(
            "sha256",
            SHA256,
            "The sha256 of the source's file, where the handout prints one text unchanged.",
            example="3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b",
        ),
        Field("sources", ListOf(SOURCE_TEXT), "The texts that facts were taken from, where the words are our own."),
        Field("changes", ListOf(CHANGE, 0), "Every place where the printed words differ from the source's."),
    ),
    groups=(OneOf(("sha256", "sources")),),
    model=Provenance,
)

MAY_NAME = Record(
    "a declared mention",
    (
        Field("operation", ID, "The id of the other procedure.", True, "lumbar-laminectomy"),
        Field("why", PlainText(), "The reason.", True, "The text compares the two operations."),
    ),
)

HANDOUT = Record(
    "a handout",
    (
        Field("handout", ID, "The id of the procedure: the name of the folder.", True, "cervical-foraminotomy", "id"),
        Field("language", LANGUAGE, "The language of the text, as in the name of the file.", True, "en"),
        REVISION,
        Field("title", SingleLine(120), "The title as printed.", True, "Cervical Foraminotomy"),
        Field(
            "kind",
            KIND,
            "The kind of case, if it is not a surgery: the packet then prints the words that the language files have "
            "for it under `kinds`, such as Doctor for Surgeon.",
            example="procedure",
        ),
        Field(
            "names",
            ListOf(SingleLine(120)),
            "Other names of this operation; `check` warns where another handout uses one.",
            example="[foraminotomy of the neck]",
        ),
        SYNONYMS,
        SPECIALTY,
        Field("may_name", ListOf(MAY_NAME), "Other operations that this text names on purpose."),
        Field(
            "asks",
            FreeFields(
                QuestionType(),
                {name: Choice((answer,)) for name, answer in ALWAYS_ASKED.items()},
            ),
            "What the nurse is asked for each patient: always `surgery_date: date` and `surgeon: name`. A question of "
            "the handout's own has a name and its kind of answer (`arrival_time: time`); `bring: text, optional` "
            "prints a line to write on if there is no answer. A question with choices has fields of its own.",
            True,
        ),
        Field("sections", ListOf(SECTION), "The text.", True),
        Field("notices", ListOf(NOTICE, 0), "The boxes on the summary page."),
        Field("milestones", ListOf(MILESTONE, 0), "The recovery dates, in order of time."),
        Field(
            "emergency_signs",
            ListOf(SingleLine(80), 1, 4),
            "Signs of an emergency after this operation, printed on page 1 below those of clinic.yaml, which has the "
            "number to call.",
            example="[You cough up blood]",
        ),
        Field(
            "ends_with", ListOf(ID), "Common parts at the end; `disclaimer` must be one.", True, "[disclaimer, booking]"
        ),
        Field("provenance", PROVENANCE, "Where the text comes from.", True),
        Field("review", REVIEW, "Who is responsible for it.", True),
    ),
    "One procedure in one language: `content/procedures/<id>/handout.<language>.yaml`.",
    absent=frozenset({"parts"}),
    model=Handout,
    computed=frozenset({"asks", "sections", "notices", "milestones", "may_name", "review", "synonyms", "specialty"}),
)
