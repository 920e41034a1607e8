"""Read the answer to a handout's question: times as HH:MM, numbers as digits with a point."""

from __future__ import annotations

import re
from typing import assert_never

from packets.case_input.case_reader import CaseReader
from packets.model.question import AnswerKind, Question
from packets.model.time_of_day import TIME_HINT, time_of_day

NUMBER_HINT = "Write digits, with a point for a part of one: 72.5"
EXAMPLES = {
    AnswerKind.DATE: "2026-12-08",
    AnswerKind.TIME: "06:30",
    AnswerKind.DATE_TIME: "2026-12-07 06:30",
    AnswerKind.NAME: "Ana Rivera",
    AnswerKind.TEXT: "in words",
    AnswerKind.NUMBER: "72.5",
}
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,6})(?:\.([0-9]{1,3}))?")


def number(text: str) -> str | None:
    """Return a number without trailing zeros; None for signs, commas, exponents and units."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    fraction = (match[2] or "").rstrip("0")
    return f"{match[1]}.{fraction}" if fraction else match[1]


def examples(question: Question) -> tuple[str, ...]:
    """Return what can be typed as an answer: every choice, or one example."""
    return question.choices or (EXAMPLES[question.kind],)


def read_answer(question: Question, reader: CaseReader) -> str | None:
    """Return the normalized answer to a question; None if it is optional and absent, or after reporting a problem."""
    field = question.name
    if field not in reader.entered:
        if not question.optional:
            asked = f'"{field}" ({question.text})' if question.text else f'"{field}"'
            reader.missing(field, "C16", f"{asked} is not answered", examples(question))
        return None
    match question.kind:
        case AnswerKind.CHOICES | AnswerKind.YES_NO | AnswerKind.YES_NO_UNDECIDED:
            return reader.choice(field, question.choices)
        case AnswerKind.DATE:
            day = reader.date(field)
            return day.isoformat() if day else None
        case AnswerKind.DATE_TIME:
            return reader.date_and_time(field)
        case AnswerKind.NAME:
            return reader.name(field)
        case AnswerKind.TEXT:
            return reader.words(field)
        case AnswerKind.TIME | AnswerKind.NUMBER:
            return _converted(question, reader)
        case _:
            assert_never(question.kind)


def _converted(question: Question, reader: CaseReader) -> str | None:
    text = reader.value(question.name)
    if text is None:
        return None
    is_time = question.kind is AnswerKind.TIME
    result = time_of_day(text) if is_time else number(text)
    if result is None:
        code, what, hint = ("C40", "a time of day", TIME_HINT) if is_time else ("C41", "a number", NUMBER_HINT)
        reader.problem(code, f'"{question.name}" is not {what}', question.name, hint)
    return result
