"""Take a handout and the common parts printed with it, report declared facts that contradict each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

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
    """Each fact against its first statement that can be printed in the same packet."""
    return conflicts_with([], (each for file in (handout, *commons) for each in _statements(file)))


def surgeon_contradictions(
    own: ParsedRecord, path: str, handout: LoadedFile, commons: Iterable[LoadedFile]
) -> Iterator[Problem]:
    """What a surgeon says of one procedure, against what the packet still says beside it.

    The sentence that a milestone rests on stays in the text, with the surgeon's words below it: it is no contradiction.
    """
    replaced = {milestone.text("replaces") for milestone in own.all("milestones", ParsedRecord)}
    notices = {each.text("id") for each in own.all("notices", ParsedRecord)}
    assert isinstance(handout.value, Handout)  # noqa: S101
    quotes = {milestone.id: milestone.quote for milestone in handout.value.milestones if milestone.id in replaced}
    told = [each for file in (handout, *commons) for each in _statements(file, quotes, notices)]
    statements = [
        Statement(_fact(milestone.text("replaces") or milestone.text("adds")), said, path, place)
        for milestone in own.all("milestones", ParsedRecord)
        for said, place in _timed(milestone)
    ]
    for notice in own.all("notices", ParsedRecord):
        for part in notice.all("says", ParsedRecord):
            statements += _stated(part, path)
    yield from conflicts_with(told, statements)


def conflicts_with(told: list[Statement], statements: Iterable[Statement]) -> Iterator[Problem]:
    for statement in statements:
        for before in told:
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
        told.append(statement)


def _statements(
    file: LoadedFile, quotes: Mapping[str, str] = MappingProxyType({}), notices: Collection[str] = ()
) -> Iterator[Statement]:
    """But for the milestones that `quotes` names, what stands with their sentences, and these notices."""
    if isinstance(file.value, Handout):
        for milestone in file.found.all("milestones", ParsedRecord):
            if milestone.text("id") not in quotes:
                for said, place in _timed(milestone):
                    yield Statement(_fact(milestone.text("id")), said, file.path, place)
    for part in _parts(file.found, notices):
        text = part.get("text", Scalar)
        words = " ".join(text.text.split()) if text else ""
        gone = {_fact(name) for name, quote in quotes.items() if quote in words}
        yield from (each for each in _stated(part, file.path) if each.fact not in gone)


def _fact(milestone: str) -> str:
    return milestone.replace("-", "_")


def _timed(milestone: ParsedRecord) -> Iterator[tuple[str, Place]]:
    for rule in ("at", "by", "between"):
        node = milestone.nodes.get(rule)
        if isinstance(node, Scalar):
            yield f"{rule} {' '.join(node.text.split())}", node.place


def _stated(part: ParsedRecord, path: str) -> Iterator[Statement]:
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
    """Whether no answer to the one question that both depend on shuts one of them out."""
    a, b = one.condition, other.condition
    if a is None or b is None or a.question != b.question:
        return True
    if a.holds and b.holds:
        return a.answer == b.answer
    return a.holds == b.holds or a.answer != b.answer
