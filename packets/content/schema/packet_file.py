"""Define the fields of a packet plan: `content/packets/<id>.yaml`."""

from __future__ import annotations

from packets.content.schema.field_types import Choice, Pattern
from packets.content.schema.records import Field, ListOf, Record
from packets.content.schema.shared_fields import ID
from packets.model.handout import PLAN_WORDS, PacketPlan

PLAN_ENTRY = Pattern(
    "|".join((*PLAN_WORDS, f"common/{ID.pattern}")),
    "a part of a packet",
    f"There are: {', '.join(PLAN_WORDS)}, common/<id>.",
    "S06",
)

ATTACHED = Pattern(
    r"[A-Za-z0-9][A-Za-z0-9_-]*\.pdf",
    "the name of a PDF",
    "Use letters, digits, - and _, and end it with .pdf in small letters: language-notice.pdf",
)

PACKET_PLAN = Record(
    "a packet plan",
    (
        Field("packet", ID, "Its id, as in the name of the file.", True, "discharge", "id"),
        Field(
            "for",
            Choice(("patients", "staff")),
            "Who gets it; a patient's must show identifiers, booking, ends and about.",
            True,
            "patients",
        ),
        Field(
            "shows",
            ListOf(PLAN_ENTRY),
            "The parts in order: `title`, `identifiers`, `dates` (the table of milestones), "
            "`countdown` (the milestones as steps up to the surgery, in place of `dates`), "
            "`notices`, `booking`, `sections`, `ends` (what the handout ends with), `about`, `new page`, "
            "`common/<id>`.",
            True,
        ),
        Field(
            "attach",
            ListOf(ATTACHED),
            "PDFs of the clinic that follow the packet's own pages, such as the notice of language assistance. They "
            "must be beside this file.",
            example="[language-notice.pdf]",
        ),
    ),
    "Which parts a packet has, in which order: `content/packets/<id>.yaml`.",
    model=PacketPlan,
    computed=frozenset({"for", "attach"}),
)
