"""A handout, a surgery date and a language in, how each recovery date came about out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from packets.fill import dates as words
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.recovery import Milestone, Offset, SurgeonOverride, Unit

# calendar's names are those of the machine's locale.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Explained:
    """One milestone; `steps` holds the arithmetic of each of its dates.

    `own` is why it is a surgeon's and not the handout's; `instead_of` then what the handout says.
    """

    id: str
    label: str
    kind: str
    quote: str
    rule: str
    steps: tuple[str, ...]
    dates: tuple[dt.date, ...]
    printed: str
    own: SurgeonOverride | None = None
    instead_of: str = ""


def explain(handout: Handout, surgery: dt.date, language: Language) -> tuple[Explained, ...]:
    return tuple(_explained(milestone, surgery, language) for milestone in handout.milestones)


def _explained(milestone: Milestone, surgery: dt.date, language: Language) -> Explained:
    return Explained(
        id=milestone.id,
        label=milestone.label,
        kind=str(milestone.kind),
        quote=milestone.quote,
        rule=words.interval(language, milestone.timing),
        steps=tuple(_step(offset, surgery) for offset in milestone.timing.offsets),
        dates=milestone.dates(surgery),
        printed=words.when(language, milestone.timing, surgery).replace("\u00a0", " "),
        own=milestone.own,
        instead_of=_instead_of(milestone, surgery, language),
    )


def _instead_of(milestone: Milestone, surgery: dt.date, language: Language) -> str:
    before = milestone.own and milestone.own.instead_of
    if not before:
        return ""
    when = words.when(language, before.timing, surgery).replace("\u00a0", " ")
    return f"{before.label} ({before.kind}): {words.interval(language, before.timing)}, {when}"


def _step(offset: Offset, surgery: dt.date) -> str:
    """English whatever the packet's language: this is for staff."""
    day = offset.after(surgery)
    unit = f"{offset.unit}s" if offset.count != 1 else str(offset.unit)
    said = f"{surgery} + {offset.count} {unit}"
    if offset.unit is Unit.WEEK:
        said += f" ({offset.count * 7} days)"
    if offset.clamped(surgery):
        month = f"{_MONTHS[day.month - 1]} {day.year}"
        said += f" (day {surgery.day} of {month}, which ends on day {day.day})"
    return f"{said} = {day}, a {_WEEKDAYS[day.weekday()]}"
