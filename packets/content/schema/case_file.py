"""Define the fields of a case file, one patient's data for `packet --case FILE`."""

from __future__ import annotations

from msgspec import Struct

from packets.content.problems import ProblemCollector
from packets.content.schema.field_types import refuse_comment
from packets.content.schema.records import Field, FieldType, Record, scalar
from packets.content.yaml.parser import Node, Scalar


class RawValue(FieldType, Struct, frozen=True):
    """One value of a patient, as typed; case_fields.py checks it. `free` text must not lose a `# …`."""

    free: bool = False
    takes: str = "text"

    def read(self, node: Node, problems: ProblemCollector) -> Scalar | None:
        value = scalar(node, problems, self.takes)
        return None if value is None or (self.free and refuse_comment(value, problems)) else value


CASE = Record(
    "a case",
    (
        Field("procedure", RawValue(), "The id of the procedure.", True, "cervical-foraminotomy"),
        Field(
            "patient_name", RawValue(True), "The name, exactly as it should be printed.", True, "Rosa Martinez (sample)"
        ),
        Field("mrn", RawValue(True), "The record number; zeros in front are kept.", True, "00418823"),
        Field("dob", RawValue(), "The date of birth.", example="1961-03-09"),
        Field("surgery_date", RawValue(), "The date of the surgery.", True, "2026-12-07"),
        Field("surgeon", RawValue(True), "The surgeon's name.", True, "Dr. Jane Rivera (sample)"),
        Field(
            "collar",
            RawValue(),
            "yes, no or undecided; any other question of the handout is written the same way.",
            example="undecided",
        ),
        Field("language", RawValue(), "The language; the clinic's if left out.", example="en"),
        Field("site", RawValue(), "The site, where clinic.yaml has several.", example="northside"),
        Field("discharge_date", RawValue(), "The discharge date.", example="2026-12-08"),
        Field("follow_up", RawValue(True), "The follow-up appointment, in words.", example="Monday, January 4, 10:30"),
        Field("status", RawValue(), "planned or performed.", example="planned"),
        Field(
            "start_time",
            RawValue(),
            "When the surgery begins; the time of arrival is compared with it. Not printed.",
            example="07:30",
        ),
        Field(
            "procedure_text",
            RawValue(True),
            "The operation in the schedule's own words; the side is compared with them. Not printed.",
            example="LEFT TKA",
        ),
        Field(
            "plan",
            RawValue(),
            "The packet plan, if two fit the handout: for the days before the surgery, or for going home.",
            example="pre-op",
        ),
        Field("packet_id", RawValue(), "The packet id, if it has one already.", example="7KQ4-M2F4"),
        Field("replaces", RawValue(), "The id of the replaced packet, or several with commas.", example="7KQ4-M2F4"),
        Field("large_print", RawValue(), "yes or no.", example="no"),
        Field("paper", RawValue(), "letter or a4.", example="letter"),
    ),
    "One patient's case, for `packet --case FILE`. It holds patient data: keep it where only you can read it.",
    others=RawValue(),
)
