"""A handout, a language and a surgery date (or none, on a rack copy) in, the blocks that show the recovery out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from packets import language as words
from packets.domain import filled
from packets.domain.document import Handout
from packets.domain.once import once
from packets.domain.recovery import Kind, Milestone
from packets.domain.wording import Language

_DAYS = {"day": 1, "week": 7, "month": 30}  # for the drawing of a rack copy


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecoveryDates:
    """The same for all patients of one day. `tables` are one for each kind of statement, so that what is usual never
    reads as an order; `asked` are the questions of the staff sheet with their answers."""

    surgery_date: str
    timeline: filled.Timeline
    tables: tuple[filled.DateTable, ...]
    asked: tuple[filled.Tick, ...]


def recovery_dates(handout: Handout, language: Language, surgery: dt.date | None) -> RecoveryDates:
    return once((handout, language), ("recovery", surgery), lambda: _new(_Counted(handout, language, surgery)))


def when(milestone: Milestone, language: Language, surgery: dt.date | None) -> str:
    """In words: its dates, or the interval on a rack copy."""
    if surgery is None:
        return words.interval(language, milestone.timing)
    return words.when(language, milestone.timing, surgery)


def _new(counted: _Counted) -> RecoveryDates:
    surgery_date = counted.surgery_date()
    return RecoveryDates(surgery_date, counted.timeline(surgery_date), tuple(counted.tables()), tuple(counted.asked()))


@dataclass(frozen=True, slots=True)
class _Counted:
    handout: Handout
    language: Language
    surgery: dt.date | None

    def surgery_date(self) -> str:
        return self.language.say("blank") if self.surgery is None else words.long_date(self.language, self.surgery)

    def when(self, milestone: Milestone) -> str:
        return when(milestone, self.language, self.surgery)

    def timeline(self, surgery_date: str) -> filled.Timeline:
        say = self.language.say
        first = words.short_date(self.language, self.surgery) if self.surgery else ""
        points = [filled.Point(0, 0, first, say("surgery"))]
        told = [say("timeline_point", label=say("surgery"), when=surgery_date)]
        for milestone in self.handout.milestones:
            points.append(filled.Point(*self.days(milestone), self.short(milestone), milestone.short))
            told.append(say("timeline_point", label=milestone.label, when=self.when(milestone)))
        return filled.Timeline(tuple(points), say("timeline_alt", points="; ".join(told)))

    def days(self, milestone: Milestone) -> tuple[int, int]:
        """Days after surgery, for the drawing."""
        if self.surgery is None:
            days = [offset.count * _DAYS[offset.unit] for offset in milestone.timing.offsets]
        else:
            days = [(day - self.surgery).days for day in milestone.dates(self.surgery)]
        return days[0], days[-1]

    def short(self, milestone: Milestone) -> str:
        if self.surgery is None:
            return words.short_interval(self.language, milestone.timing)
        return words.short_when(self.language, milestone.timing, self.surgery)

    def tables(self) -> Iterator[filled.DateTable]:
        say = self.language.say
        for kind in Kind:
            rows = tuple(self.row(milestone) for milestone in self.handout.milestones if milestone.kind is kind)
            if rows:
                column = say("write_date" if self.surgery is None else "table_when")
                yield filled.DateTable((say(f"table_what_{kind}"), column, say("table_interval")), rows)

    def row(self, milestone: Milestone) -> filled.DateRow:
        dates = "" if self.surgery is None else self.when(milestone)
        return filled.DateRow(milestone.label, dates, words.interval(self.language, milestone.timing))

    def asked(self) -> Iterator[filled.Tick]:
        for milestone in self.handout.milestones:
            question = milestone.ask or milestone.label
            answer = f"{self.when(milestone)} ({words.interval(self.language, milestone.timing)})"
            yield filled.Tick((filled.Span(question + " ", strong=True), filled.Span(answer, personal=True)))
