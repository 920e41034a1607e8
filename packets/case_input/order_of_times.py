"""Find times of one day that are not in the order of the handout, such as a last drink after the arrival."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from functools import partial

from packets.errors import Problem
from packets.model.applicable import possible_milestones
from packets.model.handout import TIMES_OF_DAY, Handout, Medicines
from packets.model.recovery import Milestone
from packets.model.time_of_day import clock_words

_EARLIEST_MORNING = "04:00"  # a bedtime before this is after midnight


def times_out_of_order(answers: Mapping[str, str], handout: Handout, surgery: dt.date) -> Iterator[Problem]:
    """Yield a problem for each time of day that is later than one that follows it in the handout (C50, C51).

    Also yield one for each time that, counted back from an answer, is on the day before (C52).
    """
    timed = [item for item in possible_milestones(handout, answers, surgery) if item.time and _applies(item, answers)]
    yield from (time_of_the_day_before(item) for item in timed if item.is_counted_to_the_day_before)
    on_their_day = [item for item in timed if not item.is_counted_to_the_day_before]
    days = partial(_days, surgery=surgery)
    for _, group in itertools.groupby(sorted(on_their_day, key=days), days):
        for first, second in itertools.pairwise(group):
            if first.time > second.time:
                yield from _milestones_problem(first, second, answers)
    for block in _medicines(handout, answers):
        yield from _columns_out_of_order(block, answers)


def _days(item: Milestone, surgery: dt.date) -> tuple[tuple[float, ...], tuple[dt.date, ...]]:
    """Return the day that the handout gives and the real one: visits planned for two days may be in any order."""
    planned = (item.estimate or item.timing).offsets
    return tuple(offset.approximate_days for offset in planned), item.dates(surgery)


def _applies(item: Milestone, answers: Mapping[str, str]) -> bool:
    """Return whether the milestone is printed with these answers; False if an answer that it depends on is missing."""
    return item.condition is None or all(question in answers for question in item.condition.questions)


def time_of_the_day_before(item: Milestone) -> Problem:
    """Return the problem of a milestone whose time, counted back from an answer, is on the day before its date."""
    message = f'{item.asked_words.partition(" {")[0]} "{item.asked_time}" falls on the day before'
    hint = f'The handout prints "{item.label}" on the same day. Check the time.'
    hint += " If it is right, do not use this handout, and tell its author."
    return Problem("C52", message, hint, field=item.asked_time)


def _milestones_problem(first: Milestone, second: Milestone, answers: Mapping[str, str]) -> Iterator[Problem]:
    asked = [item.known_by if " " in answers.get(item.known_by, "") else item.asked_time for item in (first, second)]
    if not any(asked):
        return  # the author wrote both times: `check` compares them (M04)
    earlier, later = (
        f'"{name}"' if name and not item.hours_before else clock_words(item.time)
        for name, item in zip(asked, (first, second), strict=True)
    )
    hint = f'In the handout, "{first.label}" comes before "{second.label}". Compare both times.'
    hint += "\nIf the handout has them in the wrong order, its author must move one of the two."
    yield Problem("C50", f"{earlier} is later than {later}", hint, field=asked[0] or asked[1])


def _medicines(handout: Handout, answers: Mapping[str, str]) -> Iterator[Medicines]:
    """Yield the tables of medicines that can be printed with these answers, which may be only some."""
    for section in handout.sections:
        for part in section.parts:
            conditions = filter(None, (section.condition, part.condition))
            if all(condition.may_hold(answers) for condition in conditions):
                yield from (block for block in part.blocks if isinstance(block, Medicines))


def _columns_out_of_order(block: Medicines, answers: Mapping[str, str]) -> Iterator[Problem]:
    columns = []
    for name, written in zip(TIMES_OF_DAY, block.times, strict=False):
        question = written[1:-1] if written.startswith("{") else ""
        if time := answers.get(question, "") if question else written:
            after_midnight = name == TIMES_OF_DAY[-1] and time < _EARLIEST_MORNING
            columns.append((f"24:{time}" if after_midnight else time, name, question))
    for (time, name, question), (later_time, later, later_question) in itertools.pairwise(columns):
        if time >= later_time and (question or later_question):
            message = f"the time of the medicines for {name} is not before that for {later}"
            hint = "Enter the time of day at which the patient takes them."
            yield Problem("C51", message, hint, field=question or later_question)
