"""Check conditions: known questions and answers, and that no notice or section is ever empty."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping

from packets.content import blocks
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.condition_text import condition_of
from packets.content.schema.records import ParsedRecord
from packets.content.schema.slots import STAGES
from packets.model.case import STATUS_QUESTION
from packets.model.condition import Condition, combinations, questions_of
from packets.model.handout import Handout, Notice, PageBreak, Part, Section, Subheading

Answers = Mapping[str, str]
Questions = Mapping[str, tuple[str, ...]]  # the answers to each question that a condition can name
Outcomes = list[tuple[Answers, bool]]  # whether a text is printed
Alternative = tuple[Condition | None, ...]  # conditions that must all hold for one text to be printed

UNKNOWN = ""  # the status of a case that does not give one
MAX_COMBINATIONS = 20_000


def check_condition(
    condition: Condition | None, written: ParsedRecord, questions: Questions, problems: ProblemCollector
) -> None:
    if condition is None:
        return
    known = {**questions, STATUS_QUESTION: STAGES}
    place = written.at("unless" if condition.unless else "if")
    correct = True
    for name in condition.questions:
        if name not in known:
            hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}.")
            problems.add("L06", f'there is no question "{name}"', place, hint)
            correct = False
    for comparison in condition.comparisons:
        for answer in comparison.answers:
            legal = known.get(comparison.question, (answer,))
            if answer not in legal:
                hint = did_you_mean(answer, legal, f"It is {listed(legal)}.")
                problems.add("L07", f'"{answer}" is not an answer to "{comparison.question}"', place, hint)
                correct = False
    outcomes = {condition.holds(answers) for answers in _combinations([condition], known)} if correct else set()
    if outcomes == {False}:
        problems.add("L47", "this condition never holds", place, "Correct it, or delete the text.")
    elif outcomes == {True}:
        problems.add("L47", "this condition always holds", place, "Correct it, or delete the line.")


def written_conditions(part: Part, written: ParsedRecord) -> Iterator[tuple[Condition | None, ParsedRecord]]:
    """Yield the condition of a part and those of the rows of its table, each with the fields that have it."""
    yield part.condition, written
    for row in blocks.records_of_rows(written):
        yield condition_of(row), row


def can_hold_together(conditions: Iterable[Condition | None], questions: Questions) -> bool:
    """Return whether some answers meet all conditions; True if there are too many answers to try."""
    present = [condition for condition in conditions if condition]
    known = {**_mentioned(present), **questions, STATUS_QUESTION: STAGES}
    if _count(present, known) > MAX_COMBINATIONS:
        return True
    return any(all(condition.holds(answers) for condition in present) for answers in _combinations(present, known))


def prints_nothing_for(value: Handout, question: str, answer: str) -> bool:
    """Return whether texts depend on a question, and none of them is printed for this answer.

    The parts of notices do not count: `check_notice` reports a notice that says nothing.
    """
    if question in questions_of(part.condition for notice in value.notices for part in notice.parts):
        return False
    owners: tuple[Section | Notice, ...] = (*value.sections, *value.notices)
    texts = [
        tuple(filter(None, (owner.condition, *conditions)))
        for owner in owners
        for conditions in _alternatives(part for part in owner.parts if not part.draft)
    ]
    dependent = [text for text in texts if question in questions_of(text)]
    known = {**value.choices, question: (answer,)}
    return bool(dependent) and not any(can_hold_together(text, known) for text in dependent)


def check_notice(
    parts: Iterable[Part],
    condition: Condition | None,
    written: ParsedRecord,
    questions: Questions,
    problems: ProblemCollector,
) -> None:
    """Report answers for which a notice, if its own condition holds, has nothing to say."""
    known = {**questions, STATUS_QUESTION: STAGES}
    outcomes = outcomes_of(_alternatives(part for part in parts if not part.draft), (condition,), known)
    place = written.at("says")
    if outcomes is None:
        hint = "Divide it into several notices."
        problems.add("L65", "the notice depends on too many questions", place, hint)
    elif not all(says for _, says in outcomes):
        when, example = when_silent(outcomes, known)
        if when:
            problems.add("L10", f"the notice says nothing when {when}", place, f"Add a part: - if: {example}")
        else:
            problems.add("L10", "the notice may say nothing", place, "Add a part without a condition.")


def check_section(section: Section, written: ParsedRecord, questions: Questions, problems: ProblemCollector) -> None:
    """Warn of answers for which only the heading of a section is printed."""
    known = {**questions, STATUS_QUESTION: STAGES}
    outcomes = outcomes_of(_alternatives(section.parts), (section.condition,), known)
    if section.parts and outcomes and not all(says for _, says in outcomes):
        when, _ = when_silent(outcomes, known)
        message = (
            f"only the heading is printed when {when}" if when else "for some answers, only the heading may be printed"
        )
        hint = "Add a part for it, or give the section itself a condition."
        problems.add("L48", message, written.at("heading"), hint, warning=True)


def check_subheadings(
    section: Section, written: ParsedRecord, questions: Questions, problems: ProblemCollector
) -> None:
    """Warn of answers for which a subheading is printed without anything below it."""
    known = {**questions, STATUS_QUESTION: STAGES}
    entries = written.all("parts", ParsedRecord)
    for place, part in enumerate(section.parts):
        if not _is_subheading(part):
            continue
        below = itertools.takewhile(lambda other: not _is_subheading(other), section.parts[place + 1 :])
        texts = [other for other in below if not any(isinstance(block, PageBreak) for block in other.blocks)]
        outcomes = outcomes_of(_alternatives(texts), (section.condition, part.condition), known)
        if outcomes and not all(says for _, says in outcomes):
            when, _ = when_silent(outcomes, known)
            message = "nothing is below this subheading" + (f" when {when}" if when else "")
            hint = "Give the subheading the condition of the parts below it, or add a part."
            problems.add("L49", message, entries[place].at("subheading"), hint, warning=True)


def _is_subheading(part: Part) -> bool:
    return any(isinstance(block, Subheading) for block in part.blocks)


def _alternatives(parts: Iterable[Part]) -> Iterator[Alternative]:
    for part in parts:
        yield from ((part.condition, row) for row in part.conditions_of_all_rows or (None,))


def outcomes_of(
    alternatives: Iterable[Alternative], outer_conditions: Iterable[Condition | None], known: Questions
) -> Outcomes | None:
    """Return whether one of the texts is printed, for each combination of answers that meets the outer conditions.

    Return None if there are too many combinations.
    """
    printed = [
        tuple(filter(None, conditions))
        for conditions in alternatives
        if all(_is_known(condition, known) for condition in conditions)
    ]
    outer = [condition for condition in outer_conditions if condition and _is_known(condition, known)]
    conditions = [*outer, *itertools.chain(*printed)]
    if _count(conditions, known) > MAX_COMBINATIONS:
        return None
    outcomes = [
        (answers, any(all(condition.holds(answers) for condition in text) for text in printed))
        for answers in _combinations(conditions, known)
        if all(condition.holds(answers) for condition in outer)
    ]
    unknown = [(answers, says) for answers, says in outcomes if answers.get(STATUS_QUESTION, UNKNOWN) == UNKNOWN]
    return outcomes if all(says for _, says in unknown) else unknown


def when_silent(outcomes: Outcomes, known: Questions) -> tuple[str, str]:
    """Return when nothing is printed, in words and as a condition; "" if no question decides it."""
    first = _shortest(outcomes)
    if len(first) == 1:
        ((name, answer),) = first.items()
        others = [other for other in known[name] if _is_silent({name: other}, outcomes)]
        return f'"{name}" is {listed(others)}', f"{name} is {answer}"
    return (
        " and ".join(f'"{name}" is {answer}' for name, answer in first.items()),
        " and ".join(f"{name} is {answer}" for name, answer in first.items()),
    )


def _shortest(outcomes: Outcomes) -> Answers:
    """Return the first combination without the answers on which the silence does not depend."""
    silent = next(answers for answers, says in outcomes if not says)
    first = {name: answer for name, answer in silent.items() if answer != UNKNOWN}
    for name in list(first):
        without = {other: answer for other, answer in first.items() if other != name}
        if _is_silent(without, outcomes):
            first = without
    return first


def _is_silent(answers: Answers, outcomes: Outcomes) -> bool:
    matching = [says for others, says in outcomes if answers.items() <= others.items()]
    return bool(matching) and not any(matching)


def _is_known(condition: Condition | None, known: Questions) -> bool:
    return condition is None or set(condition.questions) <= set(known)


def _combinations(conditions: Iterable[Condition | None], known: Questions) -> Iterator[Answers]:
    return combinations(_domains(conditions, known))


def _count(conditions: Iterable[Condition | None], known: Questions) -> int:
    return math.prod(map(len, _domains(conditions, known).values()))


def _domains(conditions: Iterable[Condition | None], known: Questions) -> Questions:
    return {
        name: (UNKNOWN, *known[name]) if name == STATUS_QUESTION else known[name] for name in questions_of(conditions)
    }


def _mentioned(conditions: Iterable[Condition]) -> Questions:
    """Return for each question the answers that the conditions mention, and one that they do not."""
    answers: dict[str, tuple[str, ...]] = {}
    for comparison in (comparison for condition in conditions for comparison in condition.comparisons):
        answers[comparison.question] = (*comparison.answers, *answers.get(comparison.question, (UNKNOWN,)))
    return answers
