"""Define the fields of a glossary: `content/glossaries/<language>.yaml`."""

from __future__ import annotations

from packets.content.schema.field_types import SingleLine
from packets.content.schema.records import Field, ListOf, Record
from packets.content.schema.shared_fields import LANGUAGE

HARD_WORD = Record(
    "a hard word",
    (
        Field("instead_of", SingleLine(60), "The hard word.", True, "analgesia"),
        Field("say", SingleLine(80), "A plain one.", True, "pain relief"),
    ),
)

GLOSSARY = Record(
    "a glossary",
    (
        Field("glossary", LANGUAGE, "The language of the words, as in the name of the file.", True, "en"),
        Field(
            "words",
            ListOf(HARD_WORD, max_items=2000),
            "Add the clinic's own; `check --plain` shows where one is used.",
            True,
        ),
    ),
    "Hard words and plain ones: `content/glossaries/<language>.yaml`.",
)
