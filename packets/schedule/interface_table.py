"""Read the files of a FHIR server or an HL7 v2 interface as the rows of a schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from packets.content.schema.schedule_profile import FHIR
from packets.errors import InvalidInputError, Problem
from packets.schedule import fhir_cases, hl7v2_cases
from packets.schedule.fhir_resources import Resource, resources
from packets.schedule.interface_case import InterfaceCase, InterfaceFile, InterfaceProfile, newest_of_each
from packets.schedule.interface_profile import headings_of
from packets.schedule.source_files import SourceFile
from packets.schedule.table import MAX_ROWS, Cells, Table

_MERGED = "B97"


def open_interface(files: Sequence[SourceFile], display_path: str, profile: InterfaceProfile) -> Table:
    """Read all files; one that cannot be read is a refused row. Raise InvalidInputError (B02, B10, B80, B81)."""
    found, read, problems = InterfaceFile(), list[Resource](), list[Problem]()
    for file in files:
        try:
            if profile.format == FHIR:
                read += tuple(resources(file.data, file.name))  # nothing of a file that is broken further down
            else:
                hl7v2_cases.read_messages(file.data, file.name, profile, found)
        except InvalidInputError as error:
            problems += error.problems
    if len(problems) == len(files):
        raise InvalidInputError(*problems)
    if profile.format == FHIR:
        fhir_cases.read_cases(read, profile, found)
    for problem in problems:
        case = InterfaceCase(problem.path)
        case.report(problem.code, problem.message, problem.hint)
        found.cases.append(case)
    newest, older = newest_of_each(found.cases)
    _hold_merged(newest, found)
    rows = [case for case in newest if not case.left_out]
    if len(rows) > MAX_ROWS:
        raise InvalidInputError(Problem("B02", "the schedule is too long", f"At most {MAX_ROWS:,} cases are read."))
    if not found.cases:
        noun = profile.cases if profile.format == FHIR else "message"
        raise InvalidInputError(Problem("B10", f"there is no {noun} in these files", "Export them again."))
    headings = headings_of(profile)
    fields = list(headings)
    left_out = Counter(case.left_out for case in newest if case.left_out)
    if found.merges:
        left_out["merges of record numbers"] = len(found.merges)

    def cells() -> Iterator[Cells]:
        for number, case in enumerate(rows, 1):
            texts = tuple(case.values.get(field, "") for field in fields)
            yield Cells(
                number,
                texts,
                place=case.place,
                problems=tuple(case.problems),
                source_time=case.source_time,
                note=case.note,
                message=case.message,
            )

    return Table(
        display_path,
        {field: place for place, field in enumerate(fields)},
        tuple(headings.values()),
        cells,
        left_out=tuple(sorted(left_out.items(), key=lambda item: (-item[1], item[0]))),
        older=tuple(case.place for case in older),
    )


def _hold_merged(cases: Sequence[InterfaceCase], found: InterfaceFile) -> None:
    for merge in found.merges:
        for case in cases:
            if case.values.get("mrn") in merge.numbers:
                message = f"the record number was merged with another one ({merge.place}, PID-3 and MRG-1)"
                case.report(_MERGED, message, "Find out which number is on the patient's wristband now.", "mrn")
