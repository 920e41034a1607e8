"""Define what a `{slot}` may name and which questions a handout may ask."""

from __future__ import annotations

from packets.model.case import Stage
from packets.model.question import AnswerKind

# What a {slot} may name, and what it prints.
SLOTS = {
    "patient_name": "the patient's name",
    "record_number": "the record number",
    "surgeon": "the surgeon's name",
    "surgery_date": "the date of the surgery",
    "discharge_date": "the discharge date; only where the handout asks for it",
    "follow_up": "the follow-up appointment; only where the handout asks for it",
    "procedure": "the handout's title",
    "phone": "the clinic's telephone number; `{phone.after_hours}` prints another one, by its id in clinic.yaml",
    "clinic": "the clinic's name; only where clinic.yaml gives one",
    "site": "the name of the patient's site; only where clinic.yaml has sites",
    "packet_id": "the packet id",
}

FILL_IN_FROM = ("discharge_date", "follow_up", "surgery_date", "surgeon")

STAGES = tuple(stage.value for stage in Stage)

ALWAYS_ASKED = {"surgery_date": AnswerKind.DATE, "surgeon": AnswerKind.NAME}

MAY_BE_ASKED = {"discharge_date": AnswerKind.DATE, "follow_up": AnswerKind.NAME}
