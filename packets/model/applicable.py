"""Find the milestones that apply to one patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from packets.model.case import Case
from packets.model.handout import Handout
from packets.model.recovery import Milestone


def possible_milestones(handout: Handout, answers: Mapping[str, str]) -> tuple[Milestone, ...]:
    """Return the milestones that can be printed with these answers, which may be only some; with the times asked."""
    return tuple(
        replace(item, time=answers.get(item.asked_time, "")) if item.asked_time else item
        for item in handout.milestones
        if item.condition is None or item.condition.may_hold(answers)
    )


def milestones_for(handout: Handout, case: Case) -> tuple[Milestone, ...]:
    """Return the milestones whose condition holds, with the times that were asked.

    Raise KeyError if the answer to a question of a condition is missing.
    """
    if not any(item.depends_on_answers for item in handout.milestones):
        return handout.milestones
    answers = {**case.answers, "status": str(case.stage) if case.stage else ""}
    return tuple(
        replace(item, time=case.answers.get(item.asked_time, "")) if item.asked_time else item
        for item in handout.milestones
        if item.condition is None or item.condition.holds(answers)
    )
