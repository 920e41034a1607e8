"""Decide whether a condition holds for a patient; on a rack copy, label each text with its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from packets.fill.printed_answers import labeled, rack_answers, rack_label
from packets.model.case import Case
from packets.model.condition import Condition
from packets.model.filled_packet import Block
from packets.model.handout import Handout


class _Conditional(Protocol):
    @property
    def condition(self) -> Condition | None: ...


Row = TypeVar("Row", bound=_Conditional)


def holds(condition: Condition | None, handout: Handout, case: Case | None) -> bool:
    """Return whether there is no condition, or it holds; on a rack copy, whether it can hold."""
    if condition is None:
        return True
    if case is None:
        return condition.may_hold(rack_answers(handout))
    return condition.holds({**case.answers, "status": str(case.stage) if case.stage else ""})


def label(condition: Condition | None, handout: Handout, case: Case | None) -> str:
    """Return the answers that a text of a rack copy applies to; "" in a patient's packet."""
    return rack_label(handout, condition) if condition and case is None else ""


def printed_rows(rows: Iterable[Row], handout: Handout, case: Case | None) -> Iterator[tuple[Row, str]]:
    """Yield each row of a table that is printed; on a rack copy, with the answers for which it is."""
    for row in rows:
        if holds(row.condition, handout, case):
            yield row, label(row.condition, handout, case)


def for_answers(
    condition: Condition | None, blocks: Iterable[Block], handout: Handout, case: Case | None
) -> Iterator[Block]:
    """Yield the blocks; on a rack copy, labeled with the answers that they apply to."""
    words = label(condition, handout, case)
    yield from labeled(words, tuple(blocks)) if words else blocks
