"""Report facts without a source, sources that no text uses, and todos that are left."""

from __future__ import annotations

from collections.abc import Iterator

from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.records import ParsedRecord
from packets.model.handout import Handout, Status
from packets.model.source_text import OURS


def check_provenance(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    _check_todos(record, value, problems)
    known = [source.id for source in value.provenance.sources]
    used = {OURS}
    for part in _parts(record):
        for used_source in part.all("rests_on", ParsedRecord):
            name = used_source.text("source")
            used.add(name)
            if name and name != OURS and name not in known:
                otherwise = f"There are: {listed((*known, OURS), 'and')}."
                hint = did_you_mean(name, known, otherwise)
                problems.add("R15", f'there is no source "{name}"', used_source.at("source"), hint)
        fields = [name for name in ("text", "callout", "table", "image", "medicines", "schedule") if part.has(name)]
        if known and fields and not part.has("rests_on"):
            hint = "Add rests_on: with the source and what was taken; source: ours if it states no fact."
            problems.add("R16", "this text does not name its source", part.at(fields[0]), hint)
    provenance = record.get("provenance", ParsedRecord)
    seen: set[str] = set()
    for written in provenance.all("sources", ParsedRecord) if provenance else ():
        name = written.text("id")
        if name in seen or name == OURS:
            problems.add("L02", f'the id "{name}" is taken', written.at("id"), "Give it another one.")
        elif name not in used:
            problems.add("R17", f'nothing rests on the source "{name}"', written.at("id"), "Delete it.", warning=True)
        seen.add(name)


def _check_todos(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    for part in _parts(record):
        if not part.has("todo"):
            continue
        problems.add("R13", f"TODO for the clinician: {part.text('todo')}", part.at("todo"), warning=True)
        if value.review.status is not Status.DRAFT and not part.has("status"):
            hint = "Write the words in its place, or make the handout a draft."
            problems.add("R14", "only a draft can have a todo", part.at("todo"), hint)


def _parts(record: ParsedRecord) -> Iterator[ParsedRecord]:
    for section in record.all("sections", ParsedRecord):
        yield from section.all("parts", ParsedRecord)
