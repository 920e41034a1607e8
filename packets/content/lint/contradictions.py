"""Report declared facts of a handout and its common parts that contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packets.content import blocks
from packets.content.lint.wrong_procedure import LoadedFile
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Place, Scalar
from packets.errors import Problem
from packets.model.handout import Condition, Handout


@dataclass(frozen=True, slots=True)
class Statement:
    fact: str
    value: str
    path: str
    place: Place
    condition: Condition | None = None


def contradictions(handout: LoadedFile, commons: Iterable[LoadedFile]) -> Iterator[Problem]:
    """Compare each fact with its first statement that the same packet can print."""
    return conflicts_with([], (statement for file in (handout, *commons) for statement in _statements(file)))


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
    for notice in instructions.all("notices", ParsedRecord):
        for part in notice.all("says", ParsedRecord):
            statements += _declared_facts(part, path)
    yield from conflicts_with(earlier_statements, statements)


def conflicts_with(earlier_statements: list[Statement], statements: Iterable[Statement]) -> Iterator[Problem]:
    for statement in statements:
        for before in earlier_statements:
            if before.fact == statement.fact and before.value != statement.value and _can_both_print(before, statement):
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
                    yield Statement(_fact(milestone.text("id")), time, file.path, place)
    for part in _parts(file.record, notices):
        words = " ".join(" ".join(text.text.split()) for text in blocks.texts(part))
        replaced = {_fact(name) for name, quote in quotes.items() if quote in words}
        yield from (statement for statement in _declared_facts(part, file.path) if statement.fact not in replaced)


def _fact(milestone: str) -> str:
    return milestone.replace("-", "_")


def _times(milestone: ParsedRecord) -> Iterator[tuple[str, Place]]:
    for rule in ("at", "by", "between"):
        node = milestone.nodes.get(rule)
        if isinstance(node, Scalar):
            yield f"{rule} {' '.join(node.text.split())}", node.place


def _declared_facts(part: ParsedRecord, path: str) -> Iterator[Statement]:
    condition = part.get("if", Condition) or part.get("unless", Condition)
    for name, fact in (part.get("states", dict) or {}).items():
        if isinstance(fact, ParsedValue):
            yield Statement(name, str(fact.value), path, fact.place, condition)


def _parts(record: ParsedRecord, notices: Collection[str]) -> Iterator[ParsedRecord]:
    for section in record.all("sections", ParsedRecord):
        yield from section.all("parts", ParsedRecord)
    for notice in record.all("notices", ParsedRecord):
        if notice.text("id") not in notices:
            yield from notice.all("says", ParsedRecord)
    yield from record.all("parts", ParsedRecord)


def _can_both_print(one: Statement, other: Statement) -> bool:
    """Return whether some answers let both statements print."""
    a, b = one.condition, other.condition
    if a is None or b is None or a.question != b.question:
        return True
    if a.holds and b.holds:
        return a.answer == b.answer
    return a.holds == b.holds or a.answer != b.answer
