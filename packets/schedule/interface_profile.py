"""Build the part of a schedule profile that describes an interface: which identifier, name, role and fields to take."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

from packets.content.library import Library
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.schema.schedule_profile import COLUMNS, FHIR, HL7V2, INTERFACE_FIELDS, TABLE_FIELDS
from packets.schedule import fhir_cases, hl7v2_cases
from packets.schedule.interface_case import NEVER_A_RECORD_NUMBER, InterfaceProfile

# They tell who and when: only the standard's own element is taken.
_FIXED = frozenset(("mrn", "patient_name", "dob", "surgery_date", "start_time", "status", "procedure_text"))
_SSN = re.compile("us-ssn|2\\.16\\.840\\.1\\.113883\\.4\\.1$|USSSA", re.IGNORECASE)


def check_format(record: ParsedRecord, problems: ProblemCollector) -> str:
    """Return the format, and report fields of the other formats (B74) and missing ones (S02)."""
    name = record.text("format", "table")
    for field in sorted(INTERFACE_FIELDS if name == "table" else TABLE_FIELDS):
        if record.has(field):
            hint = "Delete it, or correct the format."
            problems.add("B74", f"format: {name} has no {field}", record.at(field), hint)
    needed = {"table": ("dates", "columns"), FHIR: ("record_number",), HL7V2: ("record_number", "surgeon_role")}
    for field in needed[name]:
        if not record.has(field):
            problems.add("S02", f'format: {name} needs "{field}"', record.place, f"Add it: {field}: …")
    return name


def interface_profile(
    record: ParsedRecord,
    name: str,
    words: Mapping[str, Mapping[str, str]],
    questions: Set[str],
    library: Library,
    problems: ProblemCollector,
) -> InterfaceProfile:
    """Build the description of an interface; `questions` are those of all handouts."""
    identifier = record.get("record_number", ParsedRecord)
    system = identifier.text("system") if identifier else ""
    kind = identifier.text("type") if identifier else ""
    if identifier and not system and not kind:
        hint = "Add system:, type: or both."
        problems.add("B79", "this describes no identifier", record.at("record_number"), hint)
    if kind in NEVER_A_RECORD_NUMBER or _SSN.search(system):
        message = "a social security number, license or passport is never printed as a record number"
        problems.add("B72", message, record.at("record_number"), "Name the clinic's own record number.")
    paths = dict(_paths(record, name, questions, problems))
    return InterfaceProfile(
        format=name,
        time_zone=record.text("time_zone", library.clinic.time_zone),
        identifier_system=system,
        identifier_type=kind,
        name_use=record.text("name_use", "official" if name == FHIR else "L"),
        surgeon_role=record.text("surgeon_role", "PPRF" if name == FHIR else ""),
        cases=record.text("cases", "Appointment"),
        service_types=frozenset(str(entry.value) for entry in record.all("service_types", ParsedValue)),
        paths=paths,
        when_missing=dict(_when_missing(record, questions, library, problems)),
        words=words,
        test_data=library.test_data,
    )


def headings_of(profile: InterfaceProfile) -> dict[str, str]:
    """Return where each of our fields comes from, for messages."""
    usual = fhir_cases.HEADINGS if profile.format == FHIR else hl7v2_cases.HEADINGS
    return {**usual, **profile.paths, **{field: field for field in profile.when_missing if field not in profile.paths}}


def _paths(
    record: ParsedRecord, name: str, questions: Set[str], problems: ProblemCollector
) -> Iterator[tuple[str, str]]:
    is_path = fhir_cases.is_path if name == FHIR else hl7v2_cases.is_path
    example = "ServiceRequest.bodySite" if name == FHIR else "PID-15 or ZSU-3.2"
    for field, entry in _free_fields(record, "paths"):
        if _known(field, entry, (COLUMNS.keys() | questions) - _FIXED, problems):
            if not is_path(str(entry.value)):
                problems.add("B73", "this is not a place in the data", entry.place, f"Write it such as {example}.")
            else:
                yield field, str(entry.value)


def _when_missing(
    record: ParsedRecord, questions: Set[str], library: Library, problems: ProblemCollector
) -> Iterator[tuple[str, str]]:
    sides = {handout.side.name for handout in library.handouts.values() if handout.side}
    for field, entry in _free_fields(record, "when_missing"):
        if field in sides:
            hint = "Name where your system has it, under paths. Without it, the row is refused."
            problems.add("B76", "the side of an operation is never assumed", entry.place, hint)
        elif field == "plan" and str(entry.value) not in library.plans:
            hint = f"There are: {listed(sorted(library.plans), 'and')}."
            problems.add("B05", f'{field} cannot be "{str(entry.value)[:60]}"', entry.place, hint)
        elif _known(field, entry, questions | {"plan"}, problems):
            yield field, str(entry.value)


def _known(field: str, entry: ParsedValue, allowed: Set[str], problems: ProblemCollector) -> bool:
    if field not in allowed:
        hint = did_you_mean(field, allowed, f"There are: {listed(sorted(allowed), 'and')}.")
        problems.add("B06", f'"{field}" cannot be named here', entry.place, hint)
    return field in allowed


def _free_fields(record: ParsedRecord, name: str) -> Iterator[tuple[str, ParsedValue]]:
    fields = record.get(name, dict)
    for field, entry in (fields or {}).items():
        if isinstance(entry, ParsedValue):
            yield field, entry
