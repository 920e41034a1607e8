"""Read the time of a milestone from its fields, and check that it suits the kind of statement and the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from packets.content.problems import ProblemCollector
from packets.content.schema.question_fields import RESERVED_NAMES
from packets.content.schema.records import ParsedRecord
from packets.content.schema.slots import ALWAYS_ASKED, MAY_BE_ASKED
from packets.content.schema.timing import TIMES, is_before, written_time
from packets.content.yaml.parser import Place
from packets.model.handout import Handout
from packets.model.language import Language
from packets.model.question import AnswerKind, Question
from packets.model.recovery import After, At, Between, By, FromThrough, Kind, Milestone, Offset, Timing, Unit, Until

ONE_DAY = ("at", "by", "before")
_AT_TIME = "date_at_time"


def build_timing(record: ParsedRecord) -> Timing:
    """Return the time of a milestone; for a missing or bad one, which is reported, one day after surgery."""
    for name in TIMES:
        value = record.values.get(name)
        if isinstance(value, At | By | Between | Until | After):
            return value
    first, last = record.get("from", Offset), record.get("through", Offset)
    if first and last:
        return FromThrough(first, last)
    return At(Offset(1, Unit.DAY))


def times_of_day(record: ParsedRecord) -> tuple[str, str, int]:
    """Return the time of day of a milestone as HH:MM; or "", the question for a time, and how many hours before it."""
    before, _, question = record.text("time").partition("{")
    hours = int(before.split()[0]) if question and before else 0
    return ("", question.rstrip("}"), hours) if question else (before, "", 0)


def time_field(record: ParsedRecord) -> str | None:
    """Return the field that says the time of a milestone, or None unless exactly one does."""
    fields = [name for name in TIMES if name in record.values]
    if len(fields) != 1 or (fields[0] == "from" and "through" not in record.values):
        return None
    return fields[0]


def check_timing(record: ParsedRecord, kind: Kind, problems: ProblemCollector) -> None:
    """Report an order with an expectation's time (M12), and a range of days that is not one (M03, M14)."""
    for name, other in (("from", "through"), ("through", "from")):
        if record.has(name) and not record.has(other):
            hint = "Add through: with the last day. For what begins on a day and does not end, write after: 2 weeks"
            if record.has("until"):
                hint = "Write the last day as through:, not as until:."
            if name == "through":
                hint = "Add from: with the first day. For what begins with the surgery, write until: 6 weeks"
            problems.add("M14", f'"{name}" needs "{other}" as well', record.at(name), hint)
    first, last = record.get("from", Offset), record.get("through", Offset)
    if first and last and not is_before(first, last):
        message = '"through" is not later than "from"'
        problems.add("M03", message, record.at("through"), "Write the first day of it as from:, the last as through:.")
    for name in ("by", "between"):
        if kind is Kind.RESTRICTION and name in record.nodes:
            message = f'an order cannot have "{name}": "Do not drive by March 7" would be read as its opposite'
            problems.add("M12", message, record.at(name), _hint_for_order(record.values.get(name)))


def check_time_of_day(record: ParsedRecord, questions: Iterable[Question], problems: ProblemCollector) -> None:
    """Report a time of day beside several days, or from a question that asks for something else (M19, M20)."""
    if not record.has("time"):
        return
    others = [name for name in TIMES if name in record.nodes and name not in ONE_DAY]
    if others:
        message = f'"{others[0]}" cannot have a time of day: it needs one day'
        problems.add("M19", message, record.at("time"), "Write the day with at:, by: or before:, or delete the time.")
    _check_asked_time(times_of_day(record)[1], record.at("time"), questions, problems)


def check_known_date(record: ParsedRecord, questions: Iterable[Question], problems: ProblemCollector) -> None:
    """Report a date from an answer beside several days, or from a question that asks for no date (M22, M23)."""
    name = record.text("instead_when")
    if not name:
        return
    place = record.at("instead_when")
    others = [field for field in ("until", "from", "after") if field in record.nodes]
    if others:
        hint = "Write the time with at:, by:, between: or before:, or delete instead_when."
        problems.add("M22", f'"{others[0]}" cannot have "instead_when": the answer is one day', place, hint)
    kinds = (AnswerKind.DATE, AnswerKind.DATE_TIME)
    if name in ALWAYS_ASKED or not any(question.name == name and question.kind in kinds for question in questions):
        hint = f"Add a line under asks: {name}: date, optional"
        if name in ALWAYS_ASKED:
            hint = "Name another question; times are counted from the surgery as they are."
        elif name in RESERVED_NAMES and MAY_BE_ASKED.get(name) not in kinds:
            hint = "This name is reserved. Write instead_when: visit, and under asks: visit: date and time, optional"
        problems.add("M23", f'no question "{name}" asks for another date', place, hint)


def check_times_of_doses(part: ParsedRecord, questions: Iterable[Question], problems: ProblemCollector) -> None:
    """Report the time of a column of medicines that is from a question for something else (M20)."""
    times = part.get("times", ParsedRecord) if "times" in part.record.names() else None
    for name in times.values if times else ():
        if times and (written := times.text(name)).startswith("{"):
            _check_asked_time(written[1:-1], times.at(name), questions, problems)


def _check_asked_time(name: str, place: Place, questions: Iterable[Question], problems: ProblemCollector) -> None:
    if name and not any(question.name == name and question.kind is AnswerKind.TIME for question in questions):
        hint = f"Add a line under asks: {name}: time"
        problems.add("M20", f'no question "{name}" asks for a time of day', place, hint)


def warn_of_order_on_one_day(record: ParsedRecord, kind: Kind, problems: ProblemCollector) -> None:
    """Ask whether an order such as "Do not kneel | March 7" really holds on that day alone (M15).

    Up to the day of surgery an order is mostly a step to take on its day: "Last clear drink".
    """
    timing = record.get("at", At)
    if kind is Kind.RESTRICTION and timing is not None and timing.offset.count > 0:
        message = 'an order with "at" is printed with that day alone: "Do not drive | March 7"'
        time = written_time(timing.offset)
        hint = f"If it holds until then, write until: {time}. If it begins then, write after: {time}."
        hint += "\nIf it is done once, on that day, this note can stay."
        problems.add("M15", message, record.at("at"), hint, warning=True)


def check_before_surgery(record: ParsedRecord, problems: ProblemCollector) -> None:
    """Report a time after the surgery in a handout for the days before it (M29)."""
    for name in (*TIMES, "through"):
        value = record.values.get(name)
        offsets = (value,) if isinstance(value, Offset) else getattr(value, "offsets", ())
        if any(offset.count > 0 for offset in offsets):
            message = "this is after the surgery, and the handout is for the days before it"
            hint = "Write before: 7 days or at: the day of surgery."
            hint += " What comes after the surgery belongs in another handout."
            problems.add("M29", message, record.at(name), hint)


def _hint_for_order(timing: object) -> str:
    """Return the hint for an order: the words for its last day, and for its first."""
    if isinstance(timing, Between):
        first, last = written_time(timing.first), written_time(timing.last)
        return (
            f"For an order from its first to its last day, write from: {first} and through: {last}. "
            f"For one that begins with the surgery, write until: {last}"
        )
    last = written_time(timing.offset) if isinstance(timing, By) else "3 months"
    return f"If that is its last day, write until: {last}. If it begins then, write after: {last}"


def check_phrases(
    milestones: Iterable[tuple[Milestone, ParsedRecord | Place]],
    language: Language,
    kind: str,
    problems: ProblemCollector,
) -> None:
    """Report each phrase that a milestone needs and that the language file does not have (M13)."""
    words = language.case_kinds.get(kind, language)
    reported: set[str] = set()
    for milestone, place in milestones:
        for phrase in (*phrases(milestone.timing), *_more_phrases(milestone, words)):
            if phrase not in words.patterns and phrase not in reported:
                reported.add(phrase)
                located = _time_place(place) if isinstance(place, ParsedRecord) else place
                _report_missing(phrase, milestone.id, located, language, kind, problems)


def _report_missing(
    phrase: str, name: str, place: Place, language: Language, kind: str, problems: ProblemCollector
) -> None:
    where = f"kinds: {kind}:" if kind in language.case_kinds else "words:"
    hint = f"Add it there below {where}, such as in the shipped languages/en.yaml."
    message = f'the time of "{name}" needs the words "{phrase}" in languages/{language.tag}.yaml'
    problems.add("M13", message, place, hint)


def check_handout_phrases(
    record: ParsedRecord, handout: Handout, language: Language, problems: ProblemCollector
) -> None:
    """Check the phrases for a handout. A translation has the original's times, so its problems are at `language:`."""
    places: Iterable[ParsedRecord | Place] = record.all("milestones", ParsedRecord)
    if handout.original is not None:
        places = [record.at("language")] * len(handout.milestones)
    check_phrases(zip(handout.milestones, places, strict=True), language, handout.kind, problems)
    asked = next((question for question in handout.questions if question.kind is AnswerKind.DATE_TIME), None)
    if asked and _AT_TIME not in language.case_kinds.get(handout.kind, language).patterns:
        place = record.at("asks" if handout.original is None else "language")
        _report_missing(_AT_TIME, asked.name, place, language, handout.kind, problems)


def _time_place(record: ParsedRecord) -> Place:
    return next((record.at(name) for name in TIMES if name in record.nodes), record.place)


def phrases(timing: Timing) -> tuple[str, ...]:
    """Return the patterns of a time that a language file may lack."""
    sides = tuple(dict.fromkeys(side for side in map(_side, timing.offsets) if side))
    match timing:
        case At(Offset(-1, Unit.DAY)):
            return ("the_day_before", "time_before")
        case At():
            return sides
        case Between():
            return ("time_between_before",) if sides else ()
        case By():
            return (*sides, "interval_by") if sides else ()
        case Until():
            return ("date_until", "interval_until", *sides)
        case FromThrough():
            return ("date_from_through", "interval_from_through", *sides)
        case After():
            return ("date_after", "interval_after", *sides)
        case _:
            assert_never(timing)


def _more_phrases(milestone: Milestone, language: Language) -> Iterator[str]:
    for offset in milestone.timing.offsets:
        if offset.unit is Unit.HOUR:
            yield language.counted_pattern(offset.unit, abs(offset.count))
    if milestone.time or milestone.asked_time:
        yield _AT_TIME
    if milestone.known_by:
        yield "interval_known"


def _side(offset: Offset) -> str:
    if offset.count == 0:
        return "the_surgery_day"
    return "time_before" if offset.count < 0 else ""
