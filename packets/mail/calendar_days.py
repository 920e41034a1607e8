"""Find the days for a patient's calendar: milestones, and where a step of a schedule begins or the last one ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from packets.model.applicable import milestones_for, regimens_for
from packets.model.case import Case
from packets.model.handout import Handout
from packets.model.recovery import At, Milestone, Offset, Unit
from packets.model.regimen import Regimen


def calendar_days(handout: Handout, case: Case) -> tuple[Milestone, ...]:
    """Return what the calendar has an event for. Raise KeyError if the answer to a question of a condition is missing.

    Drafts of schedules are left out: the packet may have been made without them.
    """
    applicable = [placed for placed in regimens_for(handout, case) if not placed.draft]
    changes = (
        Milestone(name, "", "", At(Offset((day - case.surgery_date).days, Unit.DAY)), "")
        for number, placed in enumerate(handout.regimens, 1)
        if placed in applicable
        for name, day in _changes(number, placed.regimen, case.surgery_date)
    )
    return (*milestones_for(handout, case), *changes)


def event_names(handout: Handout) -> Iterator[str]:
    """Yield the name of each event that a calendar of this handout can have."""
    yield from (milestone.id for milestone in handout.milestones)
    for number, placed in enumerate(handout.regimens, 1):
        yield from (name for name, _ in _changes(number, placed.regimen, dt.date(2026, 1, 1)))


def _changes(number: int, regimen: Regimen, surgery: dt.date) -> Iterator[tuple[str, dt.date]]:
    """Yield a name and the first day of each step, and the last day of the last one. No milestone has such a name."""
    for step_number, step in enumerate(regimen.steps, 1):
        yield f"schedule {number} step {step_number}", step.dates(surgery)[0]
    yield f"schedule {number} end", regimen.steps[-1].dates(surgery)[1]
