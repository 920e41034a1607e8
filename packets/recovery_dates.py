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
    return once((handout, language), ("recovery", surgery), lambda: _new(handout, language, surgery))


def when(milestone: Milestone, language: Language, surgery: dt.date | None) -> str:
    """In words: its dates, or the interval on a rack copy."""
    if surgery is None:
        return words.interval(language, milestone.timing)
    return words.when(language, milestone.timing, surgery)


def _new(handout: Handout, language: Language, surgery: dt.date | None) -> RecoveryDates:
    surgery_date = language.say("blank") if surgery is None else words.long_date(language, surgery)
    told = [_Told(each, language, surgery, when(each, language, surgery)) for each in handout.milestones]
    return RecoveryDates(
        surgery_date,
        _timeline(told, language, surgery, surgery_date),
        tuple(_tables(told, language)),
        tuple(each.asked for each in told),
    )


def _timeline(told: list[_Told], language: Language, surgery: dt.date | None, surgery_date: str) -> filled.Timeline:
    say = language.say
    points = [filled.Point(0, 0, words.short_date(language, surgery) if surgery else "", say("surgery"))]
    points += [each.point for each in told]
    said = [say("timeline_point", label=say("surgery"), when=surgery_date)]
    said += [say("timeline_point", label=each.milestone.label, when=each.when) for each in told]
    return filled.Timeline(tuple(points), say("timeline_alt", points="; ".join(said)))


def _tables(told: list[_Told], language: Language) -> Iterator[filled.DateTable]:
    say = language.say
    for kind in Kind:
        alike = [each for each in told if each.milestone.kind is kind]
        if alike:
            column = say("write_date" if alike[0].surgery is None else "table_when")
            heads = (say(f"table_what_{kind}"), column, say("table_interval"))
            yield filled.DateTable(heads, tuple(each.row for each in alike))


@dataclass(frozen=True, slots=True)
class _Told:
    """A milestone with its dates in words."""

    milestone: Milestone
    language: Language
    surgery: dt.date | None
    when: str

    @property
    def point(self) -> filled.Point:
        """Days after surgery, for the drawing."""
        milestone, timing, surgery = self.milestone, self.milestone.timing, self.surgery
        if surgery is None:
            days = [offset.count * _DAYS[offset.unit] for offset in timing.offsets]
            short = words.short_interval(self.language, timing)
        else:
            days = [(day - surgery).days for day in milestone.dates(surgery)]
            short = words.short_when(self.language, timing, surgery)
        return filled.Point(days[0], days[-1], short, milestone.short)

    @property
    def row(self) -> filled.DateRow:
        interval = words.interval(self.language, self.milestone.timing)
        return filled.DateRow(self.milestone.label, "" if self.surgery is None else self.when, interval)

    @property
    def asked(self) -> filled.Tick:
        question = self.milestone.ask or self.milestone.label
        answer = f"{self.when} ({words.interval(self.language, self.milestone.timing)})"
        return filled.Tick((filled.Span(question + " ", strong=True), filled.Span(answer, personal=True)))
