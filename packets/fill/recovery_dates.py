"""Build the table of dates and the questions that show the recovery; a rack copy has no surgery date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from packets.fill import dates as words
from packets.model import filled_packet
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.recovery import Kind, Milestone
from packets.values import HiddenFields


class RecoveryDates(HiddenFields, Struct, frozen=True, eq=False):
    """The blocks that all patients of one surgery day share.

    Each row of the table says of what kind it is, so that an expectation never reads as an order. `asked` holds the
    questions of the staff sheet with their answers. `days` has each form in which these dates may be printed.
    """

    surgery_date: str
    table: filled_packet.DateTable | None
    countdown: filled_packet.Countdown | None
    asked: tuple[filled_packet.CheckItem, ...]
    days: tuple[filled_packet.PrintedDay, ...]


def recovery_dates(handout: Handout, language: Language, surgery: dt.date | None) -> RecoveryDates:
    """Return the recovery blocks for one surgery day; they are cached, as its patients share them."""
    return _build(handout.milestones, language, surgery)


def when(milestone: Milestone, language: Language, surgery: dt.date | None) -> str:
    """Return the milestone's dates and time of day in words, or its interval on a rack copy."""
    if surgery is None:
        return interval_of(milestone, language, surgery)
    return words.when(language, milestone.timing, surgery, _time(milestone, language))


def row_date(milestone: Milestone, language: Language, surgery: dt.date) -> tuple[str, str]:
    """Return the two lines of a milestone's date in the table of dates."""
    return words.row_date(language, milestone.timing, surgery, _time(milestone, language))


def _time(milestone: Milestone, language: Language) -> str:
    """Return the time of day in words, a line to write it on, or "" if the milestone has none."""
    if milestone.time:
        return words.time_of_day(milestone.time, language)
    return language.say("blank") if milestone.asked_time else ""


def interval_of(milestone: Milestone, language: Language, surgery: dt.date | None) -> str:
    """Return the interval in words; on a rack copy, with the time of day if it is the same for every patient."""
    if milestone.estimate is not None:
        return language.say("interval_known")
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
        table := _table(formatted, language),
        _countdown(formatted, table),
        tuple(milestone.asked for milestone in formatted),
        () if surgery is None else tuple(_printed_days(milestones, language, surgery)),
    )


def _printed_days(
    milestones: tuple[Milestone, ...], language: Language, surgery: dt.date
) -> Iterator[filled_packet.PrintedDay]:
    offsets = [offset for milestone in milestones for offset in milestone.timing.offsets]
    for day in sorted({surgery, *(offset.after(surgery) for offset in offsets)}):
        yield from (filled_packet.PrintedDay(form, day) for form in words.printed_forms(language, day))


def _table(formatted: list[_FormattedMilestone], language: Language) -> filled_packet.DateTable | None:
    """Return one table in order of time; statements on one day stay in the author's order."""
    if not formatted:
        return None
    say = language.say
    when = say("write_date" if formatted[0].surgery is None else "table_when")
    heads = (
        (when, say("table_what"), say("table_kind"))
        if words.has_row_dates(language)
        else (when, say("table_interval"), "")
    )
    return filled_packet.DateTable(heads, tuple(item.row for item in _in_order(formatted)))


def _countdown(
    formatted: list[_FormattedMilestone], table: filled_packet.DateTable | None
) -> filled_packet.Countdown | None:
    """Return the dates as steps; the last one is the arrival if it is an appointment on the day of surgery."""
    if table is None:
        return None
    last = _in_order(formatted)[-1]
    arrives = last.day == 0 and last.milestone.kind is Kind.APPOINTMENT
    return filled_packet.Countdown(table.heads, table.rows, arrives)


def _in_order(formatted: list[_FormattedMilestone]) -> list[_FormattedMilestone]:
    return sorted(formatted, key=lambda item: item.day)


class _FormattedMilestone(Struct, frozen=True):
    """A milestone with its dates in words."""

    milestone: Milestone
    language: Language
    surgery: dt.date | None
    when: str

    @property
    def day(self) -> float:
        """Return the first day, counted from surgery; on a rack copy, months have their mean length."""
        offset = self.milestone.timing.offsets[0]
        if self.surgery is None:
            return offset.approximate_days
        return (offset.after(self.surgery) - self.surgery).days

    @property
    def row(self) -> filled_packet.DateRow:
        milestone, language = self.milestone, self.language
        interval = interval_of(milestone, language, self.surgery)
        date = ("", "") if self.surgery is None else row_date(milestone, language, self.surgery)
        kind = f"kind_{milestone.kind}" if words.has_row_dates(language) else f"table_what_{milestone.kind}"
        return filled_packet.DateRow(*date, milestone.label, interval, str(milestone.kind), language.say(kind))

    @property
    def asked(self) -> filled_packet.CheckItem:
        question = self.milestone.ask or self.milestone.label
        answer = f"{self.when} ({interval_of(self.milestone, self.language, self.surgery)})"
        return filled_packet.CheckItem(
            (filled_packet.Span(question + " ", strong=True), filled_packet.Span(answer, personal=True))
        )
