"""Decide whether a condition holds for a patient; on a rack copy, label each text with its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from msgspec import Struct

from packets.fill.printed_answers import labeled, rack_answers, rack_label
from packets.model.case import Case
from packets.model.condition import Condition
from packets.model.filled_packet import Block
from packets.model.handout import Handout


class _Conditional(Protocol):
    @property
    def condition(self) -> Condition | None: ...


Row = TypeVar("Row", bound=_Conditional)


class CaseConditions(Struct, frozen=True):
    """What is known of one patient, or on a rack copy of all of its readers."""

    handout: Handout
    answers: Mapping[str, str]
    is_rack_copy: bool

    @classmethod
    def of(cls, handout: Handout, case: Case | None, rack: Mapping[str, str]) -> CaseConditions:
        """Return the answers of the case; without a case, those in `rack`, which may be only some."""
        if case is None:
            return cls(handout, rack_answers(handout, rack), is_rack_copy=True)
        return cls(handout, case.answers_and_status, is_rack_copy=False)

    def holds(self, condition: Condition | None) -> bool:
        """Return whether there is no condition, or it holds; on a rack copy, whether it can hold."""
        if condition is None:
            return True
        return condition.may_hold(self.answers) if self.is_rack_copy else condition.holds(self.answers)

    def label(self, condition: Condition | None) -> str:
        """Return the answers that a text of a rack copy applies to; "" in a patient's packet."""
        return rack_label(self.handout, condition, self.answers) if condition and self.is_rack_copy else ""

    def printed_rows(self, rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
        """Yield each row of a table that is printed; on a rack copy, with the answers that it applies to."""
        for row in rows:
            if self.holds(row.condition):
                yield row, self.label(row.condition)

    def for_answers(self, condition: Condition | None, blocks: Iterable[Block]) -> Iterable[Block]:
        """Return the blocks; on a rack copy, labeled with the answers that they apply to."""
        words = self.label(condition)
        return labeled(words, tuple(blocks)) if words else blocks
