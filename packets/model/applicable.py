"""Find the milestones that apply to one patient."""

from __future__ import annotations

from packets.model.case import Case
from packets.model.handout import Handout
from packets.model.recovery import Milestone


def milestones_for(handout: Handout, case: Case) -> tuple[Milestone, ...]:
    """Return the milestones whose condition holds. Raise KeyError if the answer to one of its questions is missing."""
    answers = {**case.answers, "status": str(case.stage) if case.stage else ""}
    return tuple(item for item in handout.milestones if item.condition is None or item.condition.holds(answers))
