"""Find the milestones and steps of schedules that apply to one patient, with the dates and times that are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from msgspec.structs import replace

from packets.model.case import Case
from packets.model.handout import Handout
from packets.model.recovery import At, Milestone, Offset, Unit
from packets.model.regimen import ConditionalRegimen, RegimenStep
from packets.model.time_of_day import hours_before

DISCHARGE_DATE = "discharge_date"  # a field of the case that a milestone can take its date from, as from an answer


def possible_milestones(handout: Handout, answers: Mapping[str, str], surgery: dt.date) -> tuple[Milestone, ...]:
    """Return the milestones that can be printed with these answers, which may be only some."""
    return tuple(
        _with_answers(item, answers, surgery)
        for item in handout.milestones
        if item.condition is None or item.condition.may_hold(answers)
    )


def milestones_for(handout: Handout, case: Case) -> tuple[Milestone, ...]:
    """Return the milestones whose condition holds, with the dates and times that are known.

    Raise KeyError if the answer to a question of a condition is missing.
    """
    if not any(item.depends_on_answers for item in handout.milestones):
        return handout.milestones
    answers = case.answers_and_status
    if case.discharge_date:
        answers[DISCHARGE_DATE] = case.discharge_date.isoformat()
    return tuple(
        _with_answers(item, answers, case.surgery_date)
        for item in handout.milestones
        if item.condition is None or item.condition.holds(answers)
    )


def dated_for(handout: Handout, case: Case) -> tuple[Milestone | RegimenStep, ...]:
    """Return everything with a date that the packet prints: milestones, and the steps of schedules, drafts too.

    Raise KeyError if the answer to a question of a condition is missing.
    """
    steps = (step for item in regimens_for(handout, case) for step in item.regimen.steps)
    return (*milestones_for(handout, case), *steps)


def regimens_for(handout: Handout, case: Case) -> tuple[ConditionalRegimen, ...]:
    """Return the schedules whose conditions hold. Raise KeyError if the answer to a question of one is missing."""
    answers = case.answers_and_status
    return tuple(item for item in handout.regimens if all(condition.holds(answers) for condition in item.conditions))


def _with_answers(item: Milestone, answers: Mapping[str, str], surgery: dt.date) -> Milestone:
    if asked := answers.get(item.asked_time) if item.asked_time else None:
        time, on_the_day_before = hours_before(asked, item.hours_before)
        item = replace(item, time=time, is_counted_to_the_day_before=on_the_day_before)
    if known := answers.get(item.known_by) if item.known_by else None:
        day, _, time = known.partition(" ")
        offset = Offset((dt.date.fromisoformat(day) - surgery).days, Unit.DAY)
        item = replace(item, timing=At(offset), estimate=item.timing)
        if time:
            item = replace(item, time=time, is_counted_to_the_day_before=False)
    return item
