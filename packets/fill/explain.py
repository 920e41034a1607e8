"""Explain how each recovery date was computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from msgspec import Struct

from packets.fill import dates as words
from packets.fill import regimen_tables
from packets.fill.recovery_dates import when
from packets.model import english_dates
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.recovery import Milestone, Offset, SurgeonOverride, Unit
from packets.model.regimen import ConditionalRegimen, RegimenStep


class Explanation(Struct, frozen=True):
    """The explanation of a milestone or a step of a schedule; `steps` holds the arithmetic of each of its dates.

    `override` is set if the milestone is a surgeon's; `instead_of` is then what the handout says.
    """

    id: str
    label: str
    kind: str
    quote: str
    rule: str
    steps: tuple[str, ...]
    dates: tuple[dt.date, ...]
    printed: str
    condition: str = ""  # such as `blood_thinner is yes`
    override: SurgeonOverride | None = None
    instead_of: str = ""
    time: str = ""  # of its day, as the author wrote it: 06:30, or {arrival_time}
    known_by: str = ""  # the question whose answer is printed instead, if it is known
    known: str = ""  # that answer, if it is known: discharge_date = 2026-12-09, a Wednesday


def explain(handout: Handout, surgery: dt.date, language: Language) -> tuple[Explanation, ...]:
    """Return the explanation of every milestone of the handout."""
    return tuple(_explanation(milestone, surgery, language) for milestone in handout.milestones)


def explain_regimens(
    placed: Iterable[ConditionalRegimen], surgery: dt.date, language: Language
) -> tuple[Explanation, ...]:
    """Return the explanation of every step of some schedules, in English but for the printed words."""
    return tuple(_step_explanation(item, step, surgery, language) for item in placed for step in item.regimen.steps)


def intervals(handout: Handout, language: Language) -> Iterator[tuple[str, str, str, str]]:
    """Yield label, condition, question for the known date, and interval of everything with a date.

    For a form in which the day of surgery is not entered yet.
    """
    for milestone in handout.milestones:
        interval = words.interval(language, milestone.timing)
        yield milestone.label, str(milestone.condition or ""), milestone.known_by, interval
    for placed in handout.regimens:
        for step in placed.regimen.steps:
            yield _step_label(placed, step, language), _condition(placed), "", regimen_tables.interval(step, language)


def _step_label(placed: ConditionalRegimen, step: RegimenStep, language: Language) -> str:
    return f"{placed.regimen.what}: {regimen_tables.how_often(step, language)}"


def _condition(placed: ConditionalRegimen) -> str:
    return " and ".join(map(str, placed.conditions))


def _step_explanation(
    placed: ConditionalRegimen, step: RegimenStep, surgery: dt.date, language: Language
) -> Explanation:
    regimen = placed.regimen
    arithmetic = [_step(offset, surgery) for offset in step.offsets]
    if step.follows:
        first = step.dates(surgery)[0]
        arithmetic[0] += f"; the day after it is {first}, a {english_dates.weekday(first)}"
    return Explanation(
        id="",
        label=_step_label(placed, step, language).replace("\u00a0", " "),
        kind="schedule",
        quote=regimen.quote,
        rule=regimen_tables.interval(step, language).replace("\u00a0", " "),
        steps=tuple(arithmetic),
        dates=step.dates(surgery),
        printed=regimen_tables.step_dates(step, language, surgery).replace("\u00a0", " "),
        condition=_condition(placed),
    )


def _explanation(milestone: Milestone, surgery: dt.date, language: Language) -> Explanation:
    return Explanation(
        id=milestone.id,
        label=milestone.label,
        kind=str(milestone.kind),
        quote=milestone.quote,
        rule=words.interval(language, milestone.estimate or milestone.timing),
        steps=tuple(_step(offset, surgery) for offset in (milestone.estimate or milestone.timing).offsets),
        dates=milestone.dates(surgery),
        printed=when(milestone, language, surgery).replace("\u00a0", " "),
        condition=str(milestone.condition or ""),
        override=milestone.override,
        instead_of=_instead_of(milestone, surgery, language),
        time=milestone.time or milestone.asked_words,
        known_by=milestone.known_by,
        known=_known(milestone, surgery),
    )


def _known(milestone: Milestone, surgery: dt.date) -> str:
    if milestone.estimate is None:
        return ""
    (day,) = milestone.dates(surgery)
    return f"{milestone.known_by} = {day}, a {english_dates.weekday(day)}"


def _instead_of(milestone: Milestone, surgery: dt.date, language: Language) -> str:
    replaced = milestone.override and milestone.override.instead_of
    if not replaced:
        return ""
    printed = when(replaced, language, surgery).replace("\u00a0", " ")
    return f"{replaced.label} ({replaced.kind}): {words.interval(language, replaced.timing)}, {printed}"


def _step(offset: Offset, surgery: dt.date) -> str:
    """Return the arithmetic of one date, in English because it is for staff."""
    day = offset.after(surgery)
    count = abs(offset.count)
    unit = f"{offset.unit}s" if count != 1 else str(offset.unit)
    step = f"{surgery} {'-' if offset.count < 0 else '+'} {count} {unit}"
    if offset.unit in (Unit.WEEK, Unit.HOUR):
        days = abs((day - surgery).days)
        step += f" ({days} day{'' if days == 1 else 's'})"
    if offset.clamped(surgery):
        month = f"{english_dates.month(day)} {day.year}"
        step += f" (day {surgery.day} of {month}, which ends on day {day.day})"
    return f"{step} = {day}, a {english_dates.weekday(day)}"
