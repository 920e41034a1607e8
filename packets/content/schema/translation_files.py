"""Define the fields of translations: words only, matched to the original by id or by order."""

from __future__ import annotations

from packets.content.schema.block_fields import TRANSLATED_FIELDS
from packets.content.schema.field_types import Integer, MarkedUpText, SingleLine
from packets.content.schema.part_fields import SECTION_PART
from packets.content.schema.question_fields import QUESTION_WORDS
from packets.content.schema.records import Field, FreeFields, ListOf, OneOf, Record
from packets.content.schema.shared_fields import ID, LANGUAGE, REVIEW, REVISION, SPECIALTY, SYNONYMS

_SOURCE = (
    Field("translates", LANGUAGE, "The language of the original.", True, "en"),
    Field(
        "translates_revision",
        Integer(1, 9999),
        "The original's revision that these words translate. When the "
        "original has another one, the translation is refused until someone has compared them.",
        True,
        "1",
    ),
    Field("translator", SingleLine(120), "Who translated it.", example="Ana Sample, certified translator"),
)
PART = Record(
    "a part of a translation",
    (
        Field(
            "text",
            MarkedUpText(),
            "The words of a `text:` of the original, marked up as there: as many paragraphs and list "
            "entries, and the same slots.",
            example="|\n  Sus palabras.",
        ),
        Field("check", MarkedUpText(), "The words of a `check:` of the original.", example="La pulsera coincide."),
        Field("fill_in", SingleLine(120), "The label of a `fill_in:` of the original.", example="Próxima cita"),
        Field(
            "todo", SingleLine(300), "The words of a `todo:` of the original.", example="Diga cuándo puede conducir."
        ),
        Field(
            "note",
            SingleLine(80),
            "With `fill_in`: its note, where the original has one.",
            example="Pregunte al personal",
        ),
        *TRANSLATED_FIELDS,
    ),
    groups=(OneOf(("text", "check", "fill_in", "todo", *(field.name for field in TRANSLATED_FIELDS))),),
    absent=SECTION_PART.names(),
)
_PARTS = Field("parts", ListOf(PART, 0), "The words of each part in the original's order; a `show:` has none.", True)
SECTION = Record(
    "a translated section",
    (
        Field("id", ID, "The original's.", True, "after-surgery"),
        Field(
            "heading",
            SingleLine(120, slots=True),
            "The heading as printed, with the slots of the original.",
            True,
            "¿Qué pasa después de la cirugía?",
        ),
        _PARTS,
    ),
    absent=frozenset({"if", "unless"}),
)
NOTICE = Record(
    "a translated notice",
    (
        Field("id", ID, "The original's.", True, "collar"),
        Field("label", SingleLine(80), "The words in bold above it.", True, "Su collarín"),
        Field(
            "ask",
            SingleLine(160),
            "The teach-back question, where the original has one.",
            example="¿Necesita un collarín?",
        ),
        _PARTS,
    ),
    absent=frozenset({"says", "if", "unless"}),
)
MILESTONE = Record(
    "a translated milestone",
    (
        Field("id", ID, "The original's; its time and its quote are in the original only.", True, "driving"),
        Field(
            "label",
            SingleLine(80),
            "The words in the table of dates.",
            True,
            "Por lo general, puede conducir sin peligro",
        ),
        Field(
            "short",
            SingleLine(28),
            "Not printed any more, but translated where the original has it.",
            example="Conducir",
        ),
        Field(
            "ask",
            SingleLine(160),
            "The teach-back question, where the original has one.",
            example="¿Cuándo puede conducir?",
        ),
    ),
)
TRANSLATION = Record(
    "a translation",
    (
        Field("translation", ID, "The id of the procedure: the name of the folder.", True, "cervical-foraminotomy"),
        Field("language", LANGUAGE, "The language of these words, as in the name of the file.", True, "es"),
        REVISION,
        *_SOURCE,
        Field("title", SingleLine(120), "The title as printed.", True, "Foraminotomía cervical"),
        Field(
            "names",
            ListOf(SingleLine(120)),
            "Other names of this operation in this language.",
            example="[foraminotomía]",
        ),
        SYNONYMS,
        SPECIALTY,
        Field(
            "source",
            SingleLine(200),
            "The original's `provenance: source:` in this language; it is printed on the last page.",
            True,
            "Hoja de la clínica “Cervical Foraminotomy”",
        ),
        Field("asks", FreeFields(QUESTION_WORDS, {}), "The words of each question of the original that has choices."),
        Field("sections", ListOf(SECTION), "The words of each section of the original.", True),
        Field("notices", ListOf(NOTICE, 0), "The words of each notice of the original."),
        Field("milestones", ListOf(MILESTONE, 0), "The words of each milestone of the original."),
        Field("emergency_signs", ListOf(SingleLine(80), 1, 4), "The emergency signs of the original, in its order."),
        Field("review", REVIEW, "Who is responsible for the translation.", True),
    ),
    "A procedure's words in another language: `content/procedures/<id>/handout.<language>.yaml`. It has no times, no "
    "conditions and no structure of its own; these come from the original.",
    absent=frozenset({"parts", "may_name"}),
)
COMMON_TRANSLATION = Record(
    "a translation of a common part",
    (
        Field("translation", ID, "The id of the common part, as in the name of the file.", True, "disclaimer"),
        Field("language", LANGUAGE, "The language of these words, as in the name of the file.", True, "es"),
        REVISION,
        *_SOURCE,
        Field("heading", SingleLine(120), "The heading, where the original has one.", example="Pida una cita."),
        _PARTS,
        Field("review", REVIEW, "Who is responsible for the translation.", True),
    ),
    "A common part's words in another language: `content/common/<id>.<language>.yaml`.",
    absent=frozenset({"sections", "notices"}),
)
