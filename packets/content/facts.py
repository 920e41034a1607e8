"""Take a handout and the common parts printed with it, report declared facts that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packets.content.operations import Read
from packets.content.schema import Found, Located
from packets.content.yamlsource import Place, Scalar
from packets.domain.document import Condition, Handout
from packets.errors import Problem


@dataclass(frozen=True, slots=True)
class Statement:
    fact: str
    value: str
    path: str
    place: Place
    condition: Condition | None = None


def contradictions(handout: Read, commons: Iterable[Read]) -> Iterator[Problem]:
    """Each fact against its first statement that can be printed in the same packet."""
    told: list[Statement] = []
    for statement in (each for file in (handout, *commons) for each in _statements(file)):
        for before in told:
            if before.fact == statement.fact and before.value != statement.value and _together(before, statement):
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


def _statements(file: Read) -> Iterator[Statement]:
    if isinstance(file.value, Handout):
        for milestone in file.found.all("milestones", Found):
            for rule in ("at", "by", "between"):
                node = milestone.nodes.get(rule)
                if isinstance(node, Scalar):
                    said = f"{rule} {' '.join(node.text.split())}"
                    yield Statement(milestone.text("id").replace("-", "_"), said, file.path, node.place)
    for part in _parts(file.found):
        condition = part.get("if", Condition) or part.get("unless", Condition)
        for name, fact in (part.get("states", dict) or {}).items():
            if isinstance(fact, Located):
                yield Statement(name, str(fact.value), file.path, fact.place, condition)


def _parts(found: Found) -> Iterator[Found]:
    for section in found.all("sections", Found):
        yield from section.all("parts", Found)
    for notice in found.all("notices", Found):
        yield from notice.all("says", Found)
    yield from found.all("parts", Found)


def _together(one: Statement, other: Statement) -> bool:
    """Whether no answer to the one question that both depend on shuts one of them out."""
    a, b = one.condition, other.condition
    if a is None or b is None or a.question != b.question:
        return True
    if a.holds and b.holds:
        return a.answer == b.answer
    return a.holds == b.holds or a.answer != b.answer
