"""Define recovery milestones and compute their dates from the day of surgery."""

from __future__ import annotations

import calendar
import datetime as dt
from enum import StrEnum

from msgspec import Struct

from packets.model.condition import Condition


class Unit(StrEnum):
    HOUR = "hour"  # only whole days of hours: 24, 48, 72
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_LENGTHS = {Unit.HOUR: dt.timedelta(hours=1), Unit.DAY: dt.timedelta(days=1), Unit.WEEK: dt.timedelta(weeks=1)}
_MEAN_DAYS = {Unit.HOUR: 1 / 24, Unit.DAY: 1.0, Unit.WEEK: 7.0, Unit.MONTH: 30.4375}


class Offset(Struct, frozen=True):
    """A time after surgery, or before it if `count` is negative; the surgery day is day 0.

    Hours are a multiple of 24 and count as days, at whatever time the surgery is.
    """

    count: int
    unit: Unit

    @property
    def approximate_days(self) -> float:
        """Return the number of days in months of mean length, to compare times in different units."""
        return self.count * _MEAN_DAYS[self.unit]

    @property
    def days(self) -> int | None:
        """Return the number of days; None for months, which differ in length."""
        return None if self.unit is Unit.MONTH else self.count * _LENGTHS[self.unit] // dt.timedelta(days=1)

    def after(self, surgery: dt.date) -> dt.date:
        """Return the calendar day this long after `surgery`.

        Months are calendar months; a day that the month lacks becomes its last day (December 31 plus 2 months is
        February 28). Weekends and holidays are not skipped.
        """
        if self.unit is not Unit.MONTH:
            return surgery + self.count * _LENGTHS[self.unit]
        years, month0 = divmod(surgery.month - 1 + self.count, 12)
        year, month = surgery.year + years, month0 + 1
        return dt.date(year, month, min(surgery.day, calendar.monthrange(year, month)[1]))

    def clamped(self, surgery: dt.date) -> bool:
        """Return whether the target month is too short to have the day of surgery."""
        return self.unit is Unit.MONTH and self.after(surgery).day != surgery.day


class _OneDay:
    __slots__ = ()
    offset: Offset

    @property
    def offsets(self) -> tuple[Offset, ...]:
        return (self.offset,)


class _TwoDays:
    __slots__ = ()
    first: Offset
    last: Offset

    @property
    def offsets(self) -> tuple[Offset, ...]:
        return (self.first, self.last)


class At(_OneDay, Struct, frozen=True):
    """On one day: the source's "the day after surgery"."""

    offset: Offset


class By(_OneDay, Struct, frozen=True):
    """Not later than a day: the source's "by four weeks"."""

    offset: Offset


class Until(_OneDay, Struct, frozen=True):
    """From surgery to the end of a day, which is included: the source's "do not lift for three months"."""

    offset: Offset


class After(_OneDay, Struct, frozen=True):
    """On a day or any time later: the source's "you may swim after six weeks"."""

    offset: Offset


class Between(_TwoDays, Struct, frozen=True):
    """From one day to another, both counted from surgery: the source's "within a week or two"."""

    first: Offset
    last: Offset


class FromThrough(_TwoDays, Struct, frozen=True):
    """Every day from one to another, both included: the source's "wear it from week 2 through week 6"."""

    first: Offset
    last: Offset


Timing = At | By | Between | Until | FromThrough | After


class Kind(StrEnum):
    """The kind of a statement; one kind is never printed as another."""

    EXPECTATION = "expectation"  # "Patients are usually safe to drive within a week or two."
    RESTRICTION = "restriction"  # a clinician's order
    APPOINTMENT = "appointment"


class SurgeonOverride(Struct, frozen=True):
    """Where a surgeon's milestone comes from, and what it replaces."""

    surgeon: str
    file: str  # the surgeon's file, relative to the content folder
    why: str
    said_by: str
    said_on: dt.date | None
    instead_of: Milestone | None = None  # the handout's milestone; None if this one was added


class Milestone(Struct, frozen=True):
    """One step of the recovery, with the source's sentence that supports it."""

    id: str
    label: str  # in the table: "Driving is usually safe"
    short: str  # not printed any more: earlier versions had it below a timeline
    timing: Timing
    quote: str
    kind: Kind = Kind.EXPECTATION
    ask: str = ""  # the teach-back question on the staff sheet, if the author wrote one
    condition: Condition | None = None  # for whom it is printed; None: for every patient
    time: str = ""  # of its day, HH:MM of 24 hours
    asked_time: str = ""  # the question whose answer is the time
    hours_before: int = 0  # how long before that answer, on the same day
    is_counted_to_the_day_before: bool = False  # set if the answer is too early for that: no packet can print it
    known_by: str = ""  # the question whose answer, if there is one, is the date instead of `timing`
    estimate: Timing | None = None  # the handout's time, if `timing` is such an answer
    override: SurgeonOverride | None = None  # set for a surgeon's milestone; `quote` is then ""

    @property
    def sort_key(self) -> tuple[float, ...]:
        """Return a key by which milestones are in order of time."""
        return tuple(offset.approximate_days for offset in self.timing.offsets)

    @property
    def is_on_surgery_day(self) -> bool:
        return isinstance(self.timing, At | By) and self.timing.offset.count == 0

    @property
    def is_preparation(self) -> bool:
        """Return whether it is before the surgery: on a day before, or on the day at a time or by appointment."""
        has_time = self.kind is Kind.APPOINTMENT or bool(self.time or self.asked_time)
        return any(offset.count < 0 for offset in self.timing.offsets) or (self.is_on_surgery_day and has_time)

    @property
    def depends_on_answers(self) -> bool:
        return self.condition is not None or bool(self.asked_time or self.known_by)

    @property
    def asked_words(self) -> str:
        """Return a time that is asked as the author wrote it: {arrival_time}, 6 hours before {arrival_time}."""
        hours = f"{self.hours_before} hour{'' if self.hours_before == 1 else 's'} before " if self.hours_before else ""
        return f"{hours}{{{self.asked_time}}}" if self.asked_time else ""

    def dates(self, surgery: dt.date) -> tuple[dt.date, ...]:
        """Return one date, or the first and the last."""
        return tuple(offset.after(surgery) for offset in self.timing.offsets)
