"""Report declared facts of a handout and its common parts that contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from packets.content import blocks
from packets.content.lint.conditions import can_hold_together
from packets.content.loaded_file import LoadedFile
from packets.content.schema.condition_text import condition_of
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.schema.timing import TIMES
from packets.content.yaml.parser import Place, Scalar
from packets.errors import Problem
from packets.model.condition import Condition
from packets.model.handout import Handout


class Statement(Struct, frozen=True):
    fact: str
    value: str
    path: str
    place: Place
    conditions: tuple[Condition | None, ...] = ()


def handout_contradictions(handout: LoadedFile, commons: Iterable[LoadedFile]) -> Iterator[Problem]:
    """Compare each fact with its first statement that the same packet can print."""
    statements = (statement for file in (handout, *commons) for statement in _statements(file))
    assert isinstance(handout.value, Handout)  # noqa: S101
    return conflicts_with([], statements, handout.value.choices)


def surgeon_contradictions(
    instructions: ParsedRecord, path: str, handout: LoadedFile, commons: Iterable[LoadedFile]
) -> Iterator[Problem]:
    """Compare a surgeon's instructions for one procedure with the rest of the packet.

    The quoted sentence of a replaced milestone stays in the text, with the surgeon's words below it: this is allowed.
    """
    replaced = {milestone.text("replaces") for milestone in instructions.all("milestones", ParsedRecord)}
    notices = {notice.text("id") for notice in instructions.all("notices", ParsedRecord)}
    assert isinstance(handout.value, Handout)  # noqa: S101
    quotes = {milestone.id: milestone.quote for milestone in handout.value.milestones if milestone.id in replaced}
    earlier_statements = [statement for file in (handout, *commons) for statement in _statements(file, quotes, notices)]
    statements = [
        Statement(_fact(milestone.text("replaces") or milestone.text("adds")), time, path, place)
        for milestone in instructions.all("milestones", ParsedRecord)
        for time, place in _times(milestone)
    ]
    original = {notice.id: notice.condition for notice in handout.value.notices}
    for notice in instructions.all("notices", ParsedRecord):
        for part in notice.all("says", ParsedRecord):
            statements += _declared_facts(part, path, original.get(notice.text("id")))
    yield from conflicts_with(earlier_statements, statements, handout.value.choices)


def conflicts_with(
    earlier_statements: list[Statement], statements: Iterable[Statement], questions: Mapping[str, tuple[str, ...]]
) -> Iterator[Problem]:
    """Report each statement that one packet can print beside an earlier one of another value."""
    for statement in statements:
        for before in earlier_statements:
            differs = before.fact == statement.fact and before.value != statement.value
            if differs and can_hold_together((*before.conditions, *statement.conditions), questions):
                where = f"{before.path}:{before.place.line}"
                yield Problem(
                    "L27",
                    f'"{statement.fact}" is "{statement.value}" here, but "{before.value}" at {where}',
                    "One packet can print both. Make them the same, or give one a condition.",
                    statement.path,
                    statement.place.line,
                    statement.place.column,
                )
                break
        earlier_statements.append(statement)


def _statements(
    file: LoadedFile, quotes: Mapping[str, str] = MappingProxyType({}), notices: Collection[str] = ()
) -> Iterator[Statement]:
    """Yield the statements of a file, except for milestones in `quotes`, parts with their quotes, and `notices`."""
    if isinstance(file.value, Handout):
        for milestone in file.record.all("milestones", ParsedRecord):
            if milestone.text("id") not in quotes:
                for time, place in _times(milestone):
                    yield Statement(_fact(milestone.text("id")), time, file.path, place, (condition_of(milestone),))
    for outer, part in _parts(file.record, notices):
        words = " ".join(" ".join(text.text.split()) for text in blocks.texts(part))
        replaced = {_fact(name) for name, quote in quotes.items() if quote in words}
        facts = _declared_facts(part, file.path, outer)
        yield from (statement for statement in facts if statement.fact not in replaced)


def _fact(milestone: str) -> str:
    return milestone.replace("-", "_")


def _times(milestone: ParsedRecord) -> Iterator[tuple[str, Place]]:
    for rule in TIMES:
        node, last = milestone.nodes.get(rule), milestone.nodes.get("through")
        if isinstance(node, Scalar):
            through = f" through {' '.join(last.text.split())}" if rule == "from" and isinstance(last, Scalar) else ""
            yield f"{rule} {' '.join(node.text.split())}{through}", node.place


def _declared_facts(part: ParsedRecord, path: str, outer: Condition | None) -> Iterator[Statement]:
    for name, fact in (part.get("states", dict) or {}).items():
        if isinstance(fact, ParsedValue):
            yield Statement(name, str(fact.value), path, fact.place, (outer, condition_of(part)))


def _parts(record: ParsedRecord, notices: Collection[str]) -> Iterator[tuple[Condition | None, ParsedRecord]]:
    """Yield each part with the condition of its section or notice."""
    for section in record.all("sections", ParsedRecord):
        yield from ((condition_of(section), part) for part in section.all("parts", ParsedRecord))
    for notice in record.all("notices", ParsedRecord):
        if notice.text("id") not in notices:
            yield from ((condition_of(notice), part) for part in notice.all("says", ParsedRecord))
    yield from ((None, part) for part in record.all("parts", ParsedRecord))
