"""Compare the files of one surgeon in several languages: their patients must get the same dates and notices."""

from __future__ import annotations

from collections.abc import Container, Iterable
from itertools import combinations

from packets.content.problems import ProblemCollector, listed
from packets.content.schema.records import ParsedRecord
from packets.model.recovery import Kind, Timing
from packets.model.surgeon import Surgeon, SurgeonInstructions, normalized_name

SurgeonFile = tuple[ParsedRecord, Surgeon, ProblemCollector]


def check_same_instructions(files: Iterable[SurgeonFile], handouts: Container[tuple[str, str]], home: str) -> None:
    """Report each difference between two files of one surgeon (L84).

    The file in the clinic's language, `home`, is taken as right. `handouts` are the procedures and languages of the
    clinic's handouts.
    """
    for first, other in combinations(sorted(files, key=lambda file: file[1].language != home), 2):
        if normalized_name(first[1].name) == normalized_name(other[1].name):
            _compare(first, other, handouts)


def _compare(first: SurgeonFile, other: SurgeonFile, handouts: Container[tuple[str, str]]) -> None:
    (_, here, _), (record, there, problems) = first, other
    if (here.phone, here.dial) != (there.phone, there.dial):
        _report("the phone number", [here.phone] if here.phone else [], first, record, "surgeon", problems)
    both = (here.language, there.language)
    names, others = (
        {item.procedure for item in surgeon.procedures if all((item.procedure, tag) in handouts for tag in both)}
        for surgeon in (here, there)
    )
    if names != others:
        _report("the procedures", sorted(names ^ others), first, record, "procedures", problems)
    for written in record.all("procedures", ParsedRecord):
        name = written.text("procedure")
        ours, theirs = here.instructions(name), there.instructions(name)
        if name not in names or ours is None or theirs is None:
            continue
        if notices := _notices(ours) ^ _notices(theirs):
            _report(f'the notices of "{name}"', sorted(notices), first, written, "procedure", problems)
        if missing := _dates(ours) ^ _dates(theirs):
            ids = sorted({milestone for milestone, *_ in missing})
            _report(f'the dates of "{name}"', ids, first, written, "procedure", problems)


def _report(
    what: str, names: list[str], first: SurgeonFile, place: ParsedRecord, field: str, problems: ProblemCollector
) -> None:
    hint = f"Compare {listed(names, 'and')} in both files." if names else "Compare both files."
    path = first[2].path
    problems.add("L84", f"{what} must be the same as in {path}", place.at(field), hint)


def _notices(instructions: SurgeonInstructions) -> set[str]:
    return {notice.id for notice in instructions.notices}


def _dates(instructions: SurgeonInstructions) -> set[tuple[str, Kind, Timing, str, str, int]]:
    """Return what the packet prints of each milestone, apart from its words."""
    return {
        (item.id, item.kind, item.timing, item.time, item.asked_time, item.hours_before)
        for item in instructions.milestones
    }
