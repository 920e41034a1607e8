"""Parse the time of a milestone, such as `between: 1 and 2 weeks`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from msgspec import Struct

from packets.content.problems import ProblemCollector, quoted
from packets.content.schema.records import NAME, Field, FieldType, scalar
from packets.content.yaml.parser import Node, Place, Scalar
from packets.model.recovery import After, At, Between, By, Offset, Timing, Unit, Until
from packets.model.time_of_day import TIME_HINT, time_of_day

_TIME = r"([0-9]{1,4}) (hour|day|week|month)s?"
SURGERY_DAY = "the day of surgery"
_HOURS_BEFORE = "(?:[1-9]|1[0-9]|2[0-3]) hours? before "
_COUNT_HOURS = (
    "Ask for the other time, such as arrival_time: time under asks, and count whole hours back from it: "
    'time: "6 hours before {arrival_time}"'
)
_NO_HOURS = "A time is not counted from another one here. Write the time, or ask for it."
_MAX_COUNTS = {Unit.HOUR: 9600, Unit.DAY: 730, Unit.WEEK: 104, Unit.MONTH: 24}
# Days of surgery that show every length of months.
STARTS = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=day) for day in range(4 * 365 + 1))


def latest(offset: Offset) -> int:
    """Return the largest number of days it can be: two months are 62 days from July 1."""
    return max((offset.after(day) - day).days for day in STARTS)


def earliest(offset: Offset) -> int:
    """Return the smallest number of days it can be: two months are 59 days from January 1."""
    return min((offset.after(day) - day).days for day in STARTS)


def is_before(first: Offset, last: Offset) -> bool:
    """Return whether the first time is before the second for every day of surgery."""
    return first.approximate_days < last.approximate_days and (
        first.unit is last.unit or latest(first) < earliest(last)
    )


def written_time(offset: Offset) -> str:
    """Return a time as an author writes it: 1 week, 7 days before."""
    if offset.count == 0:
        return SURGERY_DAY
    count = abs(offset.count)
    return f"{count} {offset.unit}{'' if count == 1 else 's'}{' before' if offset.count < 0 else ''}"


class Time(FieldType):
    """`1 day`, `4 weeks`, `3 months`, `7 days before`, `the day of surgery`."""

    takes = "a time after surgery, such as 4 weeks, or before it: 7 days before"
    pattern = f"{_TIME}( before)?|{SURGERY_DAY}"
    example = "4 weeks"

    def __init__(self, make: Callable[[Offset], object], name: str) -> None:
        self.make = make
        self.name = name

    def read(self, node: Node, problems: ProblemCollector) -> object:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        if value.text == SURGERY_DAY:
            return self.make(Offset(0, Unit.DAY))
        match = re.fullmatch(rf"{_TIME}( before)?", value.text)
        if not match:
            _not_a_time(value, self.name, problems)
            return None
        offset = _offset(match[1], match[2], value.place, problems)
        return self.make(_before_surgery(offset) if match[3] else offset) if offset else None


class Day(Time):
    """`day 7`, which is `7 days`; or a time as in milestones."""

    takes = "a day such as day 7, 2 weeks or the day of surgery"
    pattern = f"day [0-9]{{1,4}}|{Time.pattern}"
    example = "day 7"

    def read(self, node: Node, problems: ProblemCollector) -> object:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        if re.fullmatch("day 0+", value.text):
            return self.make(Offset(0, Unit.DAY))
        if number := re.fullmatch("day ([0-9]{1,4})", value.text):
            offset = _offset(number[1], "day", value.place, problems)
            return self.make(offset) if offset else None
        if re.fullmatch(Time.pattern, value.text):
            return super().read(node, problems)
        hint = f"Write it like this: {self.name}: day 7. Day 0 is the day of surgery."
        if re.match(r"(week|month)\b", value.text):
            hint = f"Write the day itself: {self.name}: day 7, or 1 week, which is the same day."
        problems.add("M02", f"{quoted(value, problems)} is not a time after surgery", value.place, hint)
        return None


class TimeBefore(FieldType):
    """`7 days`, counted back from the day of surgery."""

    takes = "a time before surgery, such as 7 days"
    pattern = _TIME
    example = "7 days"

    def read(self, node: Node, problems: ProblemCollector) -> object:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        match = re.fullmatch(_TIME, value.text)
        if not match:
            hint = "Write it like this: before: 7 days"
            problems.add("M02", f"{quoted(value, problems)} is not a time before surgery", value.place, hint)
            return None
        offset = _offset(match[1], match[2], value.place, problems)
        return At(_before_surgery(offset)) if offset else None


class Span(FieldType):
    """`1 and 2 weeks`, `10 days and 2 weeks`, `5 and 2 days before`."""

    takes = "two times after surgery, such as 1 and 2 weeks, or before it: 5 and 2 days before"
    pattern = r"[0-9]{1,4}( (hour|day|week|month)s?)? and " + _TIME + "( before)?"

    def read(self, node: Node, problems: ProblemCollector) -> Timing | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        match = re.fullmatch(rf"([0-9]{{1,4}})(?: (hour|day|week|month)s?)? and {_TIME}( before)?", value.text)
        if not match:
            _not_a_time(value, "between", problems)
            return None
        first = _offset(match[1], match[2] or match[4], value.place, problems)
        last = _offset(match[3], match[4], value.place, problems)
        if first is None or last is None:
            return None
        if match[5]:
            first, last = _before_surgery(first), _before_surgery(last)
        if not is_before(first, last):
            problems.add("M03", "the first time is not before the second", value.place, "Write the earlier one first.")
            return None
        return Between(first, last)


def _offset(count: str, unit: str, place: Place, problems: ProblemCollector) -> Offset | None:
    offset = Offset(int(count), Unit(unit))
    if offset.unit is Unit.HOUR and offset.count % 24:
        message = f"{offset.count} hour{'' if offset.count == 1 else 's'} are not whole days, so they give no date"
        hint = "Write a multiple of 24, such as 48 hours, or days; or leave the hours in the text."
        problems.add("M17", message, place, hint)
        return None
    if 1 <= offset.count <= _MAX_COUNTS[offset.unit]:
        return offset
    hint = "Times are counted from the day of surgery: at least 1 day, at most 2 years."
    hint += "" if offset.count else f" That day itself is written: {SURGERY_DAY}"
    problems.add("M05", f"{offset.count} {unit}s is too {'long' if offset.count else 'short'}", place, hint)
    return None


def _before_surgery(offset: Offset) -> Offset:
    return Offset(-offset.count, offset.unit)


def _not_a_time(value: Scalar, name: str, problems: ProblemCollector) -> None:
    example = "between: 1 and 2 weeks" if name == "between" else f"{name}: 4 weeks"
    hint = f"Write it like this: {example}"
    if name != "between" and re.fullmatch("day 0+", value.text):
        hint = f"Write: {name}: {SURGERY_DAY}"
    elif re.search(r"\b(hour|minute)", value.text):
        hint = "Leave it in the text: a milestone counts days, weeks, months, or whole days of hours such as 48 hours."
    elif name != "between" and " and " in value.text:
        hint = "For two times write: between: 1 and 2 weeks"
    elif name == "between" and value.text.endswith(" before"):
        hint = "Write both times once, the earlier one first: between: 5 and 2 days before"
    problems.add("M02", f"{quoted(value, problems)} is not a time after surgery", value.place, hint)


class Clock(FieldType, Struct, frozen=True):
    """`6:30 AM`, which is read as 06:30; or a question for a time of day in braces: `"{arrival_time}"`.

    With `hours`, also a time that is counted from such a question: `"6 hours before {arrival_time}"`.
    """

    hours: bool = False
    takes: str = 'a time of day such as 6:30 AM, or a question for one: "{arrival_time}"'

    @property
    def pattern(self) -> str:
        return rf"[0-9]{{1,2}}:[0-9]{{2}}( ?[AaPp]\.? ?[Mm]\.?)?|{self._placeholder_pattern}"

    @property
    def _placeholder_pattern(self) -> str:
        before = f"({_HOURS_BEFORE})?" if self.hours else ""
        return rf"{before}\{{{NAME}\}}"

    def read(self, node: Node, problems: ProblemCollector) -> str | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        if re.fullmatch(self._placeholder_pattern, value.text):
            return value.text
        clock = time_of_day(value.text)
        if clock is None:
            hint = f"{TIME_HINT}."
            if re.search(r"\b(hour|minute|before|after)", value.text):
                hint = _COUNT_HOURS if self.hours else _NO_HOURS
            problems.add("M18", f"{quoted(value, problems)} is not a time of day", value.place, hint)
        return clock


def _unchanged(offset: Offset) -> Offset:
    return offset


FIRST, LAST = Time(_unchanged, "from"), Time(_unchanged, "through")
FIRST_DAY, LAST_DAY = Day(_unchanged, "from"), Day(_unchanged, "through")
TIME_FIELDS = (
    Field("at", Time(At, "at"), "On one day after surgery.", example="1 day"),
    Field("by", Time(By, "by"), "Not later than this; not for a restriction.", example="4 weeks"),
    Field("between", Span(), "From the first time to the second; not for a restriction.", example="1 and 2 weeks"),
    Field("until", Time(Until, "until"), "From the surgery to the end of this day.", example="3 months"),
    Field("from", FIRST, "With `through`: the first day of several.", example="2 weeks"),
    Field("after", Time(After, "after"), "On this day or any time later.", example="6 weeks"),
    Field("before", TimeBefore(), "On one day before surgery.", example="7 days"),
    Field("through", LAST, "With `from`: the last day of several; that day is included.", example="6 weeks"),
    Field(
        "time",
        Clock(hours=True),
        "With `at`, `by` or `before`: the time of that day, printed after the date; or the question that asks for it, "
        'in quotes: `"{arrival_time}"`, or `"6 hours before {arrival_time}"` if that is on the same day.',
        example="6:30 AM",
    ),
)
SEVERAL_TIMES = "Keep one of them. The first and the last day of an order are from: and through:."
TIMES = ("at", "by", "between", "until", "from", "after", "before")  # exactly one of them says the time
