"""Build the `schedule:` block, and check that its steps follow each other and that each box belongs to one day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from packets.content import timings
from packets.content.problems import ProblemCollector, counted
from packets.content.schema.records import ParsedRecord
from packets.content.schema.timing import STARTS, written_time
from packets.model.language import FOR_REGIMENS, Language
from packets.model.recovery import Offset, Unit
from packets.model.regimen import Frequency, Per, Regimen, RegimenStep

MAX_ROWS = 100  # of boxes to check


class _WrittenStep(NamedTuple):
    step: RegimenStep
    record: ParsedRecord


def build_regimen(record: ParsedRecord, problems: ProblemCollector) -> Regimen:
    """Return the block; report steps that do not follow each other (M03, M14, M24, M25), and boxes (M26 to M28).

    A translation has no steps.
    """
    written = list(_steps(record, problems))
    entries = record.all("steps", ParsedRecord)
    if len(written) == len(entries):
        for above, below in pairwise(written):
            _check_follows(above.step, below, problems)
        if record.get("boxes", bool):
            _check_boxes(written, record, problems)
    return Regimen(
        what=record.text("what"),
        steps=tuple(step for step, _ in written),
        note=record.text("note"),
        quote=record.text("quote"),
        ask=record.text("ask"),
        boxes=bool(record.get("boxes", bool)),
    )


def _steps(record: ParsedRecord, problems: ProblemCollector) -> Iterator[_WrittenStep]:
    """Yield each step that has all it needs."""
    last: Offset | None = None
    for number, entry in enumerate(record.all("steps", ParsedRecord)):
        first, before = entry.get("from", Offset), last
        last, frequency = entry.get("through", Offset), entry.get("times", Frequency)
        if not number and not entry.has("from"):
            hint = "Add from: with the first day, such as from: day 0"
            problems.add("M14", 'the first step needs "from" as well', entry.place, hint)
        if entry.has("from"):
            before = None
        if last is None or frequency is None or (first or before) is None:
            continue
        if first is not None:
            step = RegimenStep(first, last, frequency)
        elif before is not None:
            step = RegimenStep(before, last, frequency, follows=True)
        if any(begin > end for begin, end in map(step.dates, STARTS)):
            hint = "Write the first day of the step as from:, the last as through:."
            problems.add("M03", "the step ends before it begins", entry.at("through"), hint)
            continue
        yield _WrittenStep(step, entry)


def _check_follows(above: RegimenStep, below: _WrittenStep, problems: ProblemCollector) -> None:
    """Report days between two steps (M24) and days that both have (M25)."""
    distances = {(below.step.dates(day)[0] - above.dates(day)[1]).days for day in STARTS}
    if distances == {1}:
        return
    place, day = below.record.at("from"), _written_day(above.last, 1)
    if min(distances) > 1:
        message = "the schedule does not say what to do between this step and the one above"
        gap = f"{{through: {_written_day(below.step.first, -1) or 'day …'}, times: none}}"
        hint = f"Write from: {day or '…'}, or say that nothing is done on the days between: - {gap}"
        problems.add("M24", message, place, hint)
    else:
        message = "this step begins before the one above has ended"
        hint = f"Write from: {day}" if day else "Delete from: the step then begins on the day after the one above."
        problems.add("M25", message, place, hint)


def _written_day(offset: Offset, later: int) -> str:
    """Return the day that is `later` days after another one, as an author writes it; "" if that varies."""
    if offset.days is None:
        return ""
    number = offset.days + later
    return f"day {number}" if number >= 0 else written_time(Offset(number, Unit.DAY))


def _check_boxes(written: list[_WrittenStep], record: ParsedRecord, problems: ProblemCollector) -> None:
    rows = 0
    for step, entry in written:
        numbers = step.day_numbers
        if numbers is None:
            hint = "Write the steps in days or weeks, such as through: day 89. Or delete boxes:."
            message = "boxes need days that can be counted, and months differ in length"
            problems.add("M26", message, entry.at("through"), hint)
            continue
        if step.frequency.times and step.frequency.per is Per.WEEK and len(numbers) % 7:
            weeks = len(numbers) // 7
            days = [numbers[0] + 7 * count - 1 for count in (weeks, weeks + 1) if count]
            hint = f"Write through: {' or through: '.join(f'day {day}' for day in days)}. Or delete boxes:."
            message = f"boxes for each week need whole weeks, and this step has {counted(len(numbers), 'day')}"
            problems.add("M27", message, entry.at("through"), hint)
            continue
        rows += sum(1 for _ in step.periods())
    if rows > MAX_ROWS:
        hint = f"At most {MAX_ROWS} rows are printed. Make two schedules of it, or delete boxes:."
        problems.add("M28", f"the boxes of this schedule have {rows} rows", record.at("boxes"), hint)


def written_schedules(record: ParsedRecord) -> Iterator[ParsedRecord]:
    """Yield each `schedule:` block of a handout."""
    for section in record.all("sections", ParsedRecord):
        for part in section.all("parts", ParsedRecord):
            if schedule := part.get("schedule", ParsedRecord):
                yield schedule


def phrases(regimen: Regimen, language: Language) -> tuple[str, ...]:
    """Return the patterns of a language file that print a schedule."""
    names = list(FOR_REGIMENS)
    for step in regimen.steps:
        if step.frequency.times:
            names.append(language.counted_pattern("time", step.frequency.times))
        names += timings.phrases(step.timing)
    return tuple(dict.fromkeys(names))


def lines(regimen: Regimen) -> Iterator[str]:
    """Yield the block as lines that `diff` compares."""
    yield f"[schedule] {regimen.what}"
    yield from (f"[{name}] {words}" for name, words in (("note", regimen.note), ("ask", regimen.ask)) if words)
    for step in regimen.steps:
        first = f"the day after {_day(step.first)}" if step.follows else _day(step.first)
        yield f"[step] {first} through {_day(step.last)}: {_times(step.frequency)}"
    if regimen.boxes:
        yield "[boxes] for each time"


def _day(offset: Offset) -> str:
    if offset.unit is Unit.DAY and offset.count >= 0:
        return f"day {offset.count}"
    return written_time(offset)


def _times(frequency: Frequency) -> str:
    return f"{frequency.times} a {frequency.per}" if frequency.times else "none"
