"""Define the fields of a common part: `content/common/<id>.<language>.yaml`."""

from __future__ import annotations

from packets.content.schema.field_types import SingleLine
from packets.content.schema.part_fields import COMMON_PART_PART
from packets.content.schema.records import Field, ListOf, Record
from packets.content.schema.shared_fields import ID, LANGUAGE, REVIEW, REVISION, SHA256
from packets.model.handout import CommonPart

COMMON = Record(
    "a common part",
    (
        Field("common", ID, "Its id, as in the name of the file.", True, "disclaimer", "id"),
        Field("language", LANGUAGE, "The language of the text, as in the name of the file.", True, "en"),
        REVISION,
        Field(
            "heading", SingleLine(120), "The heading as printed; none if left out.", example="Request an Appointment."
        ),
        Field("parts", ListOf(COMMON_PART_PART), "What it says, in order.", True),
        Field(
            "locked",
            SHA256,
            "The sha256 of its words: `check` and every packet refuse others. The disclaimer must have "
            "it; only the clinic changes such words.",
        ),
        Field("review", REVIEW, "Who is responsible for it.", True),
    ),
    "Text that several packets share: `content/common/<id>.<language>.yaml`.",
    absent=frozenset({"sections", "notices"}),
    model=CommonPart,
    computed=frozenset({"parts", "locked", "review"}),
)
