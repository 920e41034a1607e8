"""Define the fields of a language file: `content/languages/<tag>.yaml`."""

from __future__ import annotations

from msgspec.structs import replace

from packets.content.schema.field_types import Pattern, PlainText, SingleLine
from packets.content.schema.records import Field, FreeFields, ListOf, Record
from packets.content.schema.shared_fields import LANGUAGE, REVIEW, REVISION
from packets.model.language import ABOUT_SURGERY, OPTIONAL, PATTERNS, RECOGNIZED, Language
from packets.model.plurals import FORMS, RULE

WORDS = Record(
    "the list of words",
    tuple(
        Field(
            name,
            PlainText("words", printed=True),
            "Uses " + ", ".join(f"`{{{slot}}}`" for slot in sorted(slots)) + "." if slots else "Words without a slot.",
            name not in OPTIONAL,
        )
        for name, slots in PATTERNS.items()
    ),
)

KIND_WORDS = Record(
    "a kind of case",
    tuple(
        replace(field, required=field.name in ABOUT_SURGERY and field.name not in OPTIONAL)
        for field in WORDS.fields
        if field.name not in RECOGNIZED
    ),
)

_RULE = Pattern(RULE, "a plural rule of CLDR", "Write it as CLDR does: n % 10 = 2..4 and n % 100 != 12..14", "L76")

PLURALS = Record(
    "the plural rules",
    tuple(
        Field(name, _RULE, f"Which numbers take the words `{name}_…`.", example=example)
        for name, example in zip(FORMS, ("n % 10 = 0", "n = 1", "n = 2", "n = 3..10", "n % 100 = 0..2"), strict=True)
    ),
)

LANGUAGE_FILE = Record(
    "a language",
    (
        Field("language", LANGUAGE, "The tag, as in the name of the file.", True, "en", "tag"),
        Field("name", SingleLine(60), "The name of the language, in that language.", True, "English"),
        REVISION,
        Field("months", ListOf(SingleLine(30), 12, 12), "January to December.", True),
        Field("short_months", ListOf(SingleLine(12), 12, 12), "The same, short.", True),
        Field("weekdays", ListOf(SingleLine(30), 7, 7), "Monday to Sunday.", True),
        Field("short_weekdays", ListOf(SingleLine(12), 7, 7), "The same, short; for the table of dates."),
        Field(
            "plurals",
            PLURALS,
            "CLDR's rules for whole numbers, where there are more forms than `one_…` for 1 and "
            "`many_…` for all others; a form that has a rule needs its words, such as `few_weeks`. `many_…` is for the "
            "numbers that match no rule.",
        ),
        Field("words", WORDS, "The words around the content.", True),
        Field(
            "kinds",
            FreeFields(KIND_WORDS, {}),
            "Kinds of case that are not called a surgery, each with its own words: `procedure: {surgeon: Doctor, …}`. "
            "A handout chooses one with `kind: procedure`.",
        ),
        Field("review", REVIEW, "Who is responsible for the words; not needed for those of the clinic's own language."),
    ),
    "The words around the content in one language: `content/languages/<tag>.yaml`.",
    model=Language,
    computed=frozenset({"plurals", "words", "kinds", "review"}),
)
