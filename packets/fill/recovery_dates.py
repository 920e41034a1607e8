"""A handout, a language and a surgery date (or none, on a rack copy) in, the blocks that show the recovery out."""

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

_DAYS = {"day": 1, "week": 7, "month": 30}  # for the drawing of a rack copy


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecoveryDates:
    """The same for all patients of one day. `tables` are one for each kind of statement, so that what is usual never
    reads as an order; `asked` are the questions of the staff sheet with their answers."""

    surgery_date: str
    timeline: filled_packet.Timeline
    tables: tuple[filled_packet.DateTable, ...]
    asked: tuple[filled_packet.CheckItem, ...]


def recovery_dates(handout: Handout, language: Language, surgery: dt.date | None) -> RecoveryDates:
    """Return the dates of one day, which its patients share."""
    return _new(handout.milestones, language, surgery)


def when(milestone: Milestone, language: Language, surgery: dt.date | None) -> str:
    """In words: its dates, or the interval on a rack copy."""
    if surgery is None:
        return words.interval(language, milestone.timing)
    return words.when(language, milestone.timing, surgery)


@lru_cache(maxsize=1024)
def _new(milestones: tuple[Milestone, ...], language: Language, surgery: dt.date | None) -> RecoveryDates:
    surgery_date = language.say("blank") if surgery is None else words.long_date(language, surgery)
    told = [
        _FormattedMilestone(milestone, language, surgery, when(milestone, language, surgery))
        for milestone in milestones
    ]
    return RecoveryDates(
        surgery_date,
        _timeline(told, language, surgery, surgery_date),
        tuple(_tables(told, language)),
        tuple(each.asked for each in told),
    )


def _timeline(
    told: list[_FormattedMilestone], language: Language, surgery: dt.date | None, surgery_date: str
) -> filled_packet.Timeline:
    say = language.say
    points = [filled_packet.Point(0, 0, words.short_date(language, surgery) if surgery else "", say("surgery"))]
    points += [each.point for each in told]
    said = [say("timeline_point", label=say("surgery"), when=surgery_date)]
    said += [say("timeline_point", label=each.milestone.label, when=each.when) for each in told]
    return filled_packet.Timeline(tuple(points), say("timeline_alt", points="; ".join(said)))


def _tables(told: list[_FormattedMilestone], language: Language) -> Iterator[filled_packet.DateTable]:
    say = language.say
    for kind in Kind:
        alike = [each for each in told if each.milestone.kind is kind]
        if alike:
            column = say("write_date" if alike[0].surgery is None else "table_when")
            heads = (say(f"table_what_{kind}"), column, say("table_interval"))
            yield filled_packet.DateTable(heads, tuple(each.row for each in alike))


@dataclass(frozen=True, slots=True)
class _FormattedMilestone:
    """A milestone with its dates in words."""

    milestone: Milestone
    language: Language
    surgery: dt.date | None
    when: str

    @property
    def point(self) -> filled_packet.Point:
        """Days after surgery, for the drawing."""
        milestone, timing, surgery = self.milestone, self.milestone.timing, self.surgery
        if surgery is None:
            days = [offset.count * _DAYS[offset.unit] for offset in timing.offsets]
            short = words.short_interval(self.language, timing)
        else:
            days = [(day - surgery).days for day in milestone.dates(surgery)]
            short = words.short_when(self.language, timing, surgery)
        return filled_packet.Point(days[0], days[-1], short, milestone.short)

    @property
    def row(self) -> filled_packet.DateRow:
        interval = words.interval(self.language, self.milestone.timing)
        return filled_packet.DateRow(self.milestone.label, "" if self.surgery is None else self.when, interval)

    @property
    def asked(self) -> filled_packet.CheckItem:
        question = self.milestone.ask or self.milestone.label
        answer = f"{self.when} ({words.interval(self.language, self.milestone.timing)})"
        return filled_packet.CheckItem(
            (filled_packet.Span(question + " ", strong=True), filled_packet.Span(answer, personal=True))
        )
