"""Build the timeline, tables and questions that show the recovery; a rack copy has no surgery date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from packets.fill import dates as words
from packets.model import filled_packet
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.recovery import Kind, Milestone

_DAYS = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30}  # approximate, for the timeline of a rack copy


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecoveryDates:
    """The blocks that all patients of one surgery day share.

    Each kind of statement has its own table, so that an expectation never reads as an order. `asked` holds the
    questions of the staff sheet with their answers.
    """

    surgery_date: str
    timeline: filled_packet.Timeline
    tables: tuple[filled_packet.DateTable, ...]
    asked: tuple[filled_packet.CheckItem, ...]


def recovery_dates(handout: Handout, language: Language, surgery: dt.date | None) -> RecoveryDates:
    """Return the recovery blocks for one surgery day; they are cached, as its patients share them."""
    return _build(handout.milestones, language, surgery)


def when(milestone: Milestone, language: Language, surgery: dt.date | None) -> str:
    """Return the milestone's dates and time of day in words, or its interval on a rack copy."""
    if surgery is None:
        return _interval(milestone, language, surgery)
    time = words.time_of_day(milestone.time, language) if milestone.time else ""
    if milestone.asked_time and not time:
        time = language.say("blank")
    return words.when(language, milestone.timing, surgery, time)


def _interval(milestone: Milestone, language: Language, surgery: dt.date | None) -> str:
    """Return the interval in words; on a rack copy, with the time of day if it is the same for every patient."""
    interval = words.interval(language, milestone.timing)
    time = words.time_of_day(milestone.time, language) if milestone.time and surgery is None else ""
    return words.at_time(language, interval, time)


@lru_cache(maxsize=1024)
def _build(milestones: tuple[Milestone, ...], language: Language, surgery: dt.date | None) -> RecoveryDates:
    surgery_date = language.say("blank") if surgery is None else words.long_date(language, surgery)
    formatted = [
        _FormattedMilestone(milestone, language, surgery, when(milestone, language, surgery))
        for milestone in milestones
    ]
    return RecoveryDates(
        surgery_date,
        _timeline(formatted, language, surgery, surgery_date),
        tuple(_tables(formatted, language)),
        tuple(milestone.asked for milestone in formatted),
    )


def _timeline(
    formatted: list[_FormattedMilestone], language: Language, surgery: dt.date | None, surgery_date: str
) -> filled_packet.Timeline:
    say = language.say
    points = [filled_packet.Point(0, 0, words.short_date(language, surgery) if surgery else "", say("surgery"))]
    descriptions = [say("timeline_point", label=say("surgery"), when=surgery_date)]
    before = [item for item in formatted if item.milestone.timing.offsets[0].count < 0]
    after = [item for item in formatted if item.milestone.timing.offsets[0].count >= 0]
    points = [item.point for item in before] + points + [item.point for item in after]
    described = [
        [say("timeline_point", label=item.milestone.label, when=item.when) for item in items]
        for items in (before, after)
    ]
    descriptions = [*described[0], *descriptions, *described[1]]
    return filled_packet.Timeline(tuple(points), say("timeline_alt", points="; ".join(descriptions)))


def _tables(formatted: list[_FormattedMilestone], language: Language) -> Iterator[filled_packet.DateTable]:
    say = language.say
    for kind in Kind:
        of_kind = [item for item in formatted if item.milestone.kind is kind]
        if of_kind:
            column = say("write_date" if of_kind[0].surgery is None else "table_when")
            heads = (say(f"table_what_{kind}"), column, say("table_interval"))
            yield filled_packet.DateTable(heads, tuple(item.row for item in of_kind))


@dataclass(frozen=True, slots=True)
class _FormattedMilestone:
    """A milestone with its dates in words."""

    milestone: Milestone
    language: Language
    surgery: dt.date | None
    when: str

    @property
    def point(self) -> filled_packet.Point:
        """The milestone's days after surgery and its captions on the timeline."""
        milestone, timing, surgery = self.milestone, self.milestone.timing, self.surgery
        if surgery is None:
            days = [round(offset.count * _DAYS[offset.unit]) for offset in timing.offsets]
            short = words.short_interval(self.language, timing)
        else:
            days = [(day - surgery).days for day in milestone.dates(surgery)]
            short = words.short_when(self.language, timing, surgery)
        return filled_packet.Point(days[0], days[-1], short, milestone.short)

    @property
    def row(self) -> filled_packet.DateRow:
        interval = _interval(self.milestone, self.language, self.surgery)
        return filled_packet.DateRow(self.milestone.label, "" if self.surgery is None else self.when, interval)

    @property
    def asked(self) -> filled_packet.CheckItem:
        question = self.milestone.ask or self.milestone.label
        answer = f"{self.when} ({_interval(self.milestone, self.language, self.surgery)})"
        return filled_packet.CheckItem(
            (filled_packet.Span(question + " ", strong=True), filled_packet.Span(answer, personal=True))
        )
