"""Check that only the answer to its question names the side of the operation.

Only handouts that ask for a side need this module, which loads the word lists of every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packets.content import printed_text
from packets.content.lint.translation_facts import facts_of
from packets.content.problems import ProblemCollector, listed
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Place
from packets.model.block_lines import conditional_lines, without_slots
from packets.model.condition import Condition
from packets.model.handout import FillIn, Handout, Notice, Part, Section, Slot, Text
from packets.model.question import Question

_BOTH = frozenset({"left", "right"})


def check_choices(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Report words of a choice that name another side than its id (L42)."""
    written = record.get("asks", dict) or {}
    for question in value.questions:
        if question.laterality:
            _check_side_words(question, value.language, written[question.name].place, problems)


def _check_side_words(question: Question, language: str, place: Place, problems: ProblemCollector) -> None:
    """Report words that name another side than the id of their choice."""
    for option in question.options:
        sides = facts_of(option.words, language).sides
        expected = facts_of(option.id.replace("_", " "), "en").sides
        if len(expected) == 1 and sides and sides != expected:
            message = f'the choice "{option.id}" is printed as "{option.words}"'
            problems.add("L42", message, place, "Correct the words or the id: they name different sides.")


def check_sides(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Report words for a side in the text of a handout that asks for the side (L44).

    A part for one answer may name that answer's side. `record` is the handout or its translation.
    """
    question = value.side
    if question is None:
        return
    for heading, place in _headings(record):
        if sides := facts_of(printed_text.words_of_heading(heading), value.language).sides:
            _report(sides, place, question, problems)
    for outer, part, written in _with_parts(record, value):
        _check_part(part, written.place, question, outer, value.language, problems)


def check_surgeons_sides(
    record: ParsedRecord, parts: Iterable[Part], handout: Handout, problems: ProblemCollector
) -> None:
    """Report words for a side in a surgeon's own text for one notice or milestone (L44)."""
    if (question := handout.side) is None:
        return
    for field in ("label", "asks_you_to", "short", "ask"):
        if field in record.nodes and (sides := facts_of(record.text(field), handout.language).sides):
            _report(sides, record.at(field), question, problems)
    notice_id = record.text("id") if "id" in record.nodes else None  # a milestone has none
    outer = next((notice.condition for notice in handout.notices if notice.id == notice_id), None)
    for part in parts:
        _check_part(part, record.place, question, outer, handout.language, problems)


def _check_part(
    part: Part, place: Place, question: Question, outer: Condition | None, language: str, problems: ProblemCollector
) -> None:
    """Check a part; `outer` is the condition of its section or notice."""
    for block in part.blocks:
        lines = list(conditional_lines(block))
        if isinstance(block, FillIn):
            lines = [(None, (Text(block.label),)), (None, (Text(block.note),))]
        for condition, line in lines:
            allowed = _sides_of((outer, part.condition, condition), question, language)
            if sides := facts_of(without_slots(line), language).sides - allowed:
                has_slot = any(isinstance(run, Slot) and run.name == question.name for run in line)
                _report(sides, place, question, problems, warning=has_slot)


def _report(
    sides: Iterable[str], place: Place, question: Question, problems: ProblemCollector, *, warning: bool = False
) -> None:
    named = listed((f'"{side}"' for side in sorted(sides)), "and")
    if warning:
        message = f"the text names the side {named} besides {{{question.name}}}"
        hint = "Make sure that it is right for every answer."
    else:
        message = f'the text names the side {named}, but "{question.name}" is asked for each patient'
        condition = f"if: {question.name} is {question.choices[0]}"
        hint = f"Write {{{question.name}}} in its place, or a part for each answer: {condition}"
    problems.add("L44", message, place, hint, warning=warning)


def _sides_of(conditions: Iterable[Condition | None], question: Question, language: str) -> frozenset[str]:
    """Return the sides that a part may name because it is printed for one answer only."""
    present = [condition for condition in conditions if condition and question.name in condition.questions]
    if not present:
        return frozenset()
    choices = [choice for choice in question.choices if all(item.may_hold({question.name: choice}) for item in present)]
    if not choices:  # an unknown answer, which has been reported
        return _BOTH
    if len(choices) > 1:
        return frozenset()
    words = facts_of(question.words(choices[0]), language).sides
    return words | facts_of(choices[0].replace("_", " "), "en").sides or _BOTH


def _headings(record: ParsedRecord) -> Iterator[tuple[str, Place]]:
    """Yield titles, headings, labels and signs of an emergency."""
    yield record.text("title"), record.at("title")
    yield from ((str(sign.value), sign.place) for sign in record.all("emergency_signs", ParsedValue))
    for names, fields in (("sections", ("heading",)), ("notices", ("label", "ask"))):
        for entry in record.all(names, ParsedRecord):
            yield from ((entry.text(field), entry.at(field)) for field in fields)
    for milestone in record.all("milestones", ParsedRecord):
        yield from ((milestone.text(field), milestone.at(field)) for field in ("label", "short", "ask"))


def _with_parts(record: ParsedRecord, value: Handout) -> Iterator[tuple[Condition | None, Part, ParsedRecord]]:
    """Yield each part with the condition of its section or notice, and its record.

    Parts of a translation are matched by their order among those with words.
    """
    own = {entry.text("id"): entry for field in ("sections", "notices") for entry in record.all(field, ParsedRecord)}
    owners: tuple[Section | Notice, ...] = (*value.sections, *value.notices)
    for owner in owners:
        entry = own.get(owner.id)
        if entry is None:
            continue
        written = entry.all("says" if "says" in entry.nodes else "parts", ParsedRecord)
        parts = list(owner.parts)
        if len(parts) != len(written):  # a translation leaves out what has no words
            parts = [part for part in parts if part.has_words]
        if len(parts) != len(written):  # already reported
            written = (entry,) * len(parts)
        yield from ((owner.condition, *pair) for pair in zip(parts, written, strict=True))
