"""Write dates, ranges and intervals in words of a language."""

from __future__ import annotations

import datetime as dt
from typing import assert_never

from packets.model.language import FOR_DATE_ROWS, Language
from packets.model.recovery import After, At, Between, By, FromThrough, Offset, Timing, Unit, Until


def long_date(language: Language, day: dt.date, *, year: bool = True) -> str:
    """Return a date that cannot be misread: Monday, December 7, 2026."""
    return _with_no_break_spaces(
        language,
        "long_date" if year else "long_date_without_year",
        weekday=language.weekdays[day.weekday()],
        month=language.months[day.month - 1],
        day=str(day.day),
        year=str(day.year),
    )


def plain_date(language: Language, day: dt.date) -> str:
    """Return a birth date, without its weekday: March 9, 1961."""
    return _with_no_break_spaces(
        language, "plain_date", month=language.months[day.month - 1], day=str(day.day), year=str(day.year)
    )


def _with_no_break_spaces(language: Language, pattern: str, **parts: str) -> str:
    """Fill a date pattern with no-break spaces inside the date: "Monday, December 7, 2026"."""
    marked = language.say(pattern, **{name: f"\0{value}\0" for name, value in parts.items()})
    before, *date, after = marked.split("\0")
    return before + "".join(date).replace(" ", "\u00a0") + after


def time_of_day(clock: str, language: Language) -> str:
    """Return HH:MM as the language writes it: by its words for 12 or 24 hours, or as it is if it has none."""
    hour, _, minute = clock.partition(":")
    if "time_am" in language.patterns and "time_pm" in language.patterns:
        pattern = "time_am" if int(hour) < 12 else "time_pm"
        return language.say(pattern, hour=str((int(hour) - 1) % 12 + 1), minute=minute).replace(" ", "\u00a0")
    if "time_of_day" in language.patterns:
        return language.say("time_of_day", hour=str(int(hour)), minute=minute).replace(" ", "\u00a0")
    return clock


def at_time(language: Language, date: str, time: str) -> str:
    """Return a date in words with a time of day in words, if there is one: "Monday, December 7, 2026, 6:30 AM"."""
    return language.say("date_at_time", date=date, time=time) if time else date


def date_and_time(moment: str, language: Language) -> str:
    """Return 2026-12-07 06:30 in words: "Monday, December 7, 2026, 6:30 AM"."""
    day, _, clock = moment.partition(" ")
    return at_time(language, long_date(language, dt.date.fromisoformat(day)), time_of_day(clock, language))


def when(language: Language, timing: Timing, surgery: dt.date, time: str = "") -> str:
    """Return the dates of a milestone: "between Thursday, January 7 and Thursday, January 14, 2027".

    `time` is a time of day in words; only a milestone on one day has one.
    """
    match timing:
        case At(offset):
            return at_time(language, long_date(language, offset.after(surgery)), time)
        case By(offset):
            return language.say("date_by", date=at_time(language, long_date(language, offset.after(surgery)), time))
        case Until(offset):
            return language.say("date_until", date=long_date(language, offset.after(surgery)))
        case After(offset):
            return language.say("date_after", date=long_date(language, offset.after(surgery)))
        case Between(first, last) | FromThrough(first, last):
            start, end = first.after(surgery), last.after(surgery)
            return language.say(
                "date_between" if isinstance(timing, Between) else "date_from_through",
                first=long_date(language, start, year=start.year != end.year),
                last=long_date(language, end),
            )
        case _:
            assert_never(timing)


def row_date(language: Language, timing: Timing, surgery: dt.date, time: str = "") -> tuple[str, str]:
    """Return the two lines of a date in the table of dates: "by Mon Dec 21", "2026"; the year is always there.

    A language without the short forms has the date in full, on the first line.
    """
    if not has_row_dates(language):
        return when(language, timing, surgery, time), ""
    first, *more = (offset.after(surgery) for offset in timing.offsets)
    day, year = _row_day(language, first), {"year": str(first.year)}
    match timing:
        case At():
            return day, at_time(language, language.say("row_year", **year), time)
        case By():
            return language.say("row_by", day=day), at_time(language, language.say("row_year", **year), time)
        case Until():
            return language.say("row_until", day=day), language.say("row_until_year", **year)
        case After():
            return language.say("row_from", day=day), language.say("row_after_year", **year)
        case Between() | FromThrough():
            (last,) = more
            is_between = isinstance(timing, Between)
            end = {"day": _row_day(language, last), "year": str(last.year)}
            until = _with_no_break_spaces(language, "row_to" if is_between else "row_through", **end)
            if first.year != last.year:
                until = f"{language.say('row_year', **year)}, {until}"
            return day if is_between else language.say("row_from", day=day), until
        case _:
            assert_never(timing)


def printed_forms(language: Language, day: dt.date) -> tuple[str, ...]:
    """Return every form in which `when` and `row_date` print a day."""
    forms = [long_date(language, day), long_date(language, day, year=False)]
    if has_row_dates(language):
        forms.append(_row_day(language, day))
    return tuple(forms)


def has_row_dates(language: Language) -> bool:
    return bool(language.short_weekdays) and all(name in language.patterns for name in FOR_DATE_ROWS)


def _row_day(language: Language, day: dt.date) -> str:
    """Return a day that is never broken over two lines: Mon Dec 21."""
    weekday, month = language.short_weekdays[day.weekday()], language.short_months[day.month - 1]
    return language.say("row_day", weekday=weekday, month=month, day=str(day.day)).replace(" ", "\u00a0")


def short_date(language: Language, day: dt.date) -> str:
    """Return a day with its year that is never broken over two lines: Mon Dec 21, 2026.

    A language without the short names of weekdays has the date in full.
    """
    if not language.short_weekdays:
        return long_date(language, day)
    weekday, month = language.short_weekdays[day.weekday()], language.short_months[day.month - 1]
    date = language.say("day_and_year", weekday=weekday, month=month, day=str(day.day), year=str(day.year))
    return date.replace(" ", "\u00a0")


def interval(language: Language, timing: Timing) -> str:
    """Return the source's interval: "the day after surgery", "by 4 weeks after surgery"."""
    match timing:
        case At(Offset(1, Unit.DAY)):
            return language.say("the_day_after")
        case At(Offset(-1, Unit.DAY)):
            return language.say("the_day_before")
        case At(offset):
            return _one_time(language, offset)
        case By(offset) if offset.count <= 0:
            return language.say("interval_by", when=_one_time(language, offset))
        case By(offset):
            return language.say("time_by", time=_time(language, offset))
        case Between(first, last):
            start = str(abs(first.count)) if first.unit is last.unit else _time(language, first)
            pattern = "time_between" if last.count > 0 else "time_between_before"
            return language.say(pattern, first=start, last=_time(language, last))
        case Until(offset):
            return language.say("interval_until", when=_one_time(language, offset, "to_the_surgery_day"))
        case After(offset):
            return language.say("interval_after", when=_one_time(language, offset))
        case FromThrough(first, last):
            start = _one_time(language, first, "from_the_surgery_day")
            if _same_side(first, last):
                start = _first_time(language, first, last)
            end = _one_time(language, last, "to_the_surgery_day")
            return language.say("interval_from_through", first=start, last=end)
        case _:
            assert_never(timing)


def _same_side(first: Offset, last: Offset) -> bool:
    """Return whether both times are before surgery or both are after it."""
    return first.count * last.count > 0


def _first_time(language: Language, first: Offset, last: Offset) -> str:
    """Return the first of two times, without its unit if the second one carries it: "2" of "2 to 6 weeks"."""
    alone = first.unit is last.unit and abs(last.count) > 1
    return str(abs(first.count)) if alone else _time(language, first)


def _one_time(language: Language, offset: Offset, surgery_day: str = "") -> str:
    """Return one time with its side: "6 weeks after surgery", "7 days before surgery", "the day of surgery".

    `surgery_day` is the form of these last words, for a language that has it.
    """
    if offset.count == 0:
        return language.say(surgery_day if surgery_day in language.patterns else "the_surgery_day")
    return language.say("time_at" if offset.count > 0 else "time_before", time=_time(language, offset))


def _time(language: Language, offset: Offset) -> str:
    return language.counted(offset.unit, abs(offset.count))
