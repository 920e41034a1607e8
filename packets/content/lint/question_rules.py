"""Check the questions of a handout: their names, and that something depends on each answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from packets.content.lint.conditions import prints_nothing_for
from packets.content.loaded_file import printed_scalars
from packets.content.problems import ProblemCollector
from packets.content.schema.case_file import CASE
from packets.content.schema.question_fields import RESERVED_NAMES
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.schema.slots import ALWAYS_ASKED, MAY_BE_ASKED
from packets.content.yaml.parser import Place
from packets.model.case import STATUS_QUESTION
from packets.model.condition import questions_of
from packets.model.handout import Handout, Notice, Section
from packets.model.question import FIXED_CHOICES, AnswerKind, Question

_MEANING = {"discharge_date": "answered by a date", "follow_up": "a text in the nurse's own words"}


def check_questions(
    record: ParsedRecord,
    value: Handout,
    problems: ProblemCollector,
    printed_by_commons: Callable[[], Collection[str]],
) -> None:
    written = record.get("asks", dict) or {}
    questions = {question.name: question for question in value.questions}
    for name, entry in written.items():
        if name not in ALWAYS_ASKED:
            _check_name(name, questions[name], entry.place, problems)
    with_sides = [question for question in value.questions if question.laterality]
    for question in with_sides[1:]:
        message = f'"{with_sides[0].name}" asks for the side already'
        hint = "Only one question of a handout can have laterality: true. Delete the line here, or ask one question."
        problems.add("L43", message, written[question.name].place, hint)
    _check_use(record, value, problems, printed_by_commons)
    _check_undecided(value, written, problems)


def _check_name(name: str, question: Question, place: Place, problems: ProblemCollector) -> None:
    if name in MAY_BE_ASKED:
        if question.kind is not MAY_BE_ASKED[name]:
            message = f'"{name}" is {_MEANING[name]}'
            hint = f"Write: {name}: {MAY_BE_ASKED[name].value}"
            if name == "follow_up":
                hint += (
                    "\nFor an appointment that replaces an estimate, use another name: visit: date and time, optional"
                )
            problems.add("L16", message, place, hint)
    elif name in RESERVED_NAMES:
        known = name in {field.name for field in CASE.fields} or name == STATUS_QUESTION
        message = f'"{name}" is known for every case' if known else f'"{name}" has another meaning'
        problems.add("L70", message, place, "Delete the line." if known else "Give the question another name.")


def _check_use(
    record: ParsedRecord, value: Handout, problems: ProblemCollector, printed_by_commons: Callable[[], Collection[str]]
) -> None:
    """Report a question whose answer nothing depends on and nothing prints."""
    holders = _holders(value)
    conditions = [holder.condition for holder in holders]
    conditions += [condition for holder in holders for part in holder.parts for condition in part.conditions]
    conditions += [milestone.condition for milestone in value.milestones]
    used = {*questions_of(conditions), *(milestone.known_by for milestone in value.milestones)}
    texts = [scalar.text for node in record.nodes.values() for scalar in printed_scalars(node)]
    sources = set(_fill_in_sources(record))
    for question in value.questions:
        printed = (
            question.laterality or question.name in sources or any(f"{{{question.name}}}" in text for text in texts)
        )
        if question.name in used or printed or question.name in (*ALWAYS_ASKED, *MAY_BE_ASKED, *RESERVED_NAMES):
            continue
        if question.kind not in FIXED_CHOICES and question.name in printed_by_commons():
            continue
        place = (record.get("asks", dict) or {})[question.name].place
        if question.kind in FIXED_CHOICES:
            hint = f"Add a part with if: {question.name} is yes, or delete the question."
        else:
            hint = (
                f"Print it with {{{question.name}}} in a text, or with from: {question.name}; or delete the question."
            )
        problems.add("L08", f'nothing depends on the answer to "{question.name}"', place, hint)


def _check_undecided(value: Handout, written: Mapping[str, ParsedValue], problems: ProblemCollector) -> None:
    """Report a question for which no text is printed when the answer is "undecided" (L83)."""
    for question in value.questions:
        if question.kind is AnswerKind.YES_NO_UNDECIDED and prints_nothing_for(value, question.name, "undecided"):
            hint = f"Add a part that says whom to ask: - if: {question.name} is undecided"
            hint += f"\nIf it is always decided, write under asks: {question.name}: {AnswerKind.YES_NO}"
            problems.add(
                "L83", f'no text is printed when "{question.name}" is undecided', written[question.name].place, hint
            )


def _fill_in_sources(record: ParsedRecord) -> Iterator[str]:
    for section in record.all("sections", ParsedRecord):
        yield from (part.text("from") for part in section.all("parts", ParsedRecord))


def _holders(value: Handout) -> tuple[Section | Notice, ...]:
    return (*value.sections, *value.notices)
