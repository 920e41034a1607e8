"""Fill the `schedule:` block: a table of its steps with their dates, and one with boxes to check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from packets.fill import dates as words
from packets.model.filled_packet import (
    Block,
    CheckItem,
    FormRow,
    FormTable,
    Heading,
    Paragraph,
    PrintedDay,
    Span,
    Table,
)
from packets.model.language import Language
from packets.model.recovery import At, FromThrough, Offset, Unit
from packets.model.regimen import ConditionalRegimen, Per, Regimen, RegimenStep


def printed(regimen: Regimen, language: Language, surgery: dt.date | None, dates: list[str]) -> Iterator[Block]:
    """Yield what is printed; each date is added to `dates`. A rack copy has lines in place of the dates."""
    yield Heading(regimen.what, level=3)
    if regimen.note:
        yield Paragraph((Span(regimen.note),))
    yield _steps(regimen, language, surgery, dates)
    if regimen.boxes:
        yield _boxes(regimen, language, surgery, dates)


def asked(regimen: Regimen, language: Language, surgery: dt.date | None, dates: list[str]) -> CheckItem:
    """Return the teach-back question with the steps as its answer; each date is added to `dates`."""
    answers = [
        f"{how_often(step, language)}: {_dates(step, language, surgery, dates) or interval(step, language)}"
        for step in regimen.steps
    ]
    question = Span((regimen.ask or regimen.what) + " ", strong=True)
    return CheckItem((question, Span("; ".join(answers), personal=surgery is not None)))


def printed_days(
    placed: Iterable[ConditionalRegimen], language: Language, surgery: dt.date | None
) -> Iterator[PrintedDay]:
    """Yield each form in which a day of these schedules may be printed; nothing for a rack copy."""
    if surgery is None:
        return
    for regimen in (item.regimen for item in placed):
        for step in regimen.steps:
            rows = (
                [(first.after(surgery), last.after(surgery)) for first, last in step.periods()] if regimen.boxes else []
            )
            for day in sorted({day for days in (step.dates(surgery), *rows) for day in days}):
                yield PrintedDay(words.short_date(language, day), day)


def how_often(step: RegimenStep, language: Language) -> str:
    """Return how often something is done, on one line: "4 times a day"."""
    if not step.frequency.times:
        return language.say("no_times")
    pattern = "times_a_day" if step.frequency.per is Per.DAY else "times_a_week"
    return language.say(pattern, times=_times(step, language)).replace(" ", "\u00a0")


def interval(step: RegimenStep, language: Language) -> str:
    """Return the days of a step as they are counted: "days 7 to 13", "until 3 months after surgery"."""
    return _day_numbers(step.first, step.last, language) or words.interval(language, step.timing)


def step_dates(step: RegimenStep, language: Language, surgery: dt.date) -> str:
    """Return the dates of a step: "Mon Dec 7, 2026 through Sun Dec 13, 2026"."""
    return _day_range(*step.dates(surgery), language)


def box_dates(step: RegimenStep, language: Language, surgery: dt.date) -> Iterator[str]:
    """Yield the date of each row of boxes, or its two dates if it is a week."""
    for first, last in step.periods():
        yield _day_range(first.after(surgery), last.after(surgery), language)


def _steps(regimen: Regimen, language: Language, surgery: dt.date | None, dates: list[str]) -> Table | FormTable:
    often, counted = (tuple(how(step, language) for step in regimen.steps) for how in (how_often, interval))
    if surgery is None:
        columns = tuple(map(language.say, ("table_interval", "write_date", "table_how_often")))
        blank_rows = tuple(FormRow((days, "", times)) for days, times in zip(counted, often, strict=True))
        return FormTable(columns, blank_rows, personal=False)
    columns = tuple(map(language.say, ("table_when", "table_how_often", "table_interval")))
    rows = tuple(
        ((Span(_dates(step, language, surgery, dates), personal=True),), (Span(times, strong=True),), (Span(days),))
        for step, times, days in zip(regimen.steps, often, counted, strict=True)
    )
    return Table(columns, rows, row_headers=True)


def _boxes(regimen: Regimen, language: Language, surgery: dt.date | None, dates: list[str]) -> FormTable:
    names = ("table_when",) if surgery is not None else ("table_when", "write_date")
    columns = tuple(map(language.say, (*names, "table_how_often", "table_boxes")))
    rows: list[FormRow] = []
    days: Sequence[tuple[str, ...]]
    for step in regimen.steps:
        times = _times(step, language) if step.frequency.times else language.say("no_times")
        if surgery is None:
            days = [(_day_numbers(*ends, language) or _interval(*ends, language), "") for ends in step.periods()]
        else:
            dates += (own := list(box_dates(step, language, surgery)))
            days = [(date,) for date in own]
        rows += [
            FormRow((*cells, times), step.frequency.times, ends_step=number == len(days))
            for number, cells in enumerate(days, 1)
        ]
    return FormTable(columns, tuple(rows), personal=surgery is not None)


def _times(step: RegimenStep, language: Language) -> str:
    return language.counted("time", step.frequency.times)


def _dates(step: RegimenStep, language: Language, surgery: dt.date | None, dates: list[str]) -> str:
    """Return the dates of a step and add them to `dates`; "" on a rack copy."""
    if surgery is None:
        return ""
    dates.append(step_dates(step, language, surgery))
    return dates[-1]


def _day_range(first: dt.date, last: dt.date, language: Language) -> str:
    """Return a day, or two days of which the second begins a line if there is no room: "through Sun Dec 13, 2026"."""
    if first == last:
        return words.short_date(language, first)
    pattern = language.say("days_through", first="\0", last=words.short_date(language, last))
    before, after = pattern.split("\0")
    start = f"{before}{words.short_date(language, first)}".replace(" ", "\u00a0")
    end = after.strip().replace(" ", "\u00a0")
    return f"{start} {end}" if end else start


def _day_numbers(first: Offset, last: Offset, language: Language) -> str:
    """Return days from surgery on by their numbers: "days 7 to 13"; "" if the author counts otherwise."""
    if any(offset.unit is not Unit.DAY or offset.count < 0 for offset in (first, last)):
        return ""
    if first == last:
        return language.say("day_number", number=str(first.count))
    return language.say("day_numbers", first=str(first.count), last=str(last.count)).replace(" ", "\u00a0")


def _interval(first: Offset, last: Offset, language: Language) -> str:
    return words.interval(language, At(first) if first == last else FromThrough(first, last))
