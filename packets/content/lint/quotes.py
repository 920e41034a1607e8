"""Check that the text has the quote of each milestone and schedule, and that no patient gets a date without it."""

from __future__ import annotations

from collections.abc import Iterator

from packets.content.lint.conditions import Alternative, outcomes_of, when_silent
from packets.content.problems import ProblemCollector
from packets.content.regimen_steps import written_schedules
from packets.content.schema.records import ParsedRecord
from packets.content.schema.slots import STAGES
from packets.model.block_lines import printed_lines, with_slots
from packets.model.case import STATUS_QUESTION
from packets.model.handout import Handout, Notice, Section
from packets.model.recovery import Milestone


def check_quotes(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Report a quote that is nowhere in the text (M06), or a milestone's that some patients do not read (M21)."""
    for milestone, written in zip(value.milestones, record.all("milestones", ParsedRecord), strict=True):
        if not milestone.quote:
            continue
        texts = list(dict.fromkeys(_texts_with(milestone.quote, value)))
        if not texts:
            _report_missing(written, problems)
        else:
            _check_patients(milestone, texts, written, value, problems)
    for schedule in written_schedules(record):
        quote = schedule.text("quote")
        if quote and not any(_texts_with(quote, value)):
            _report_missing(schedule, problems)


def _report_missing(written: ParsedRecord, problems: ProblemCollector) -> None:
    hint = "Copy the sentence from the section that says it, character by character."
    problems.add("M06", "the quote is not in the text", written.at("quote"), hint)


def _texts_with(quote: str, value: Handout) -> Iterator[Alternative]:
    """Yield the conditions of each text in which patients read the sentence."""
    owners: tuple[Section | Notice, ...] = (*value.sections, *value.notices)
    for owner in owners:
        for part in owner.parts:
            for block in () if part.draft else part.blocks:
                for condition, line in printed_lines(block):
                    if quote in with_slots(line):
                        yield owner.condition, part.condition, condition


def _check_patients(
    milestone: Milestone, texts: list[Alternative], written: ParsedRecord, value: Handout, problems: ProblemCollector
) -> None:
    known = {**value.choices, STATUS_QUESTION: STAGES}
    outcomes = outcomes_of(texts, (milestone.condition,), known)
    if outcomes is None or all(says for _, says in outcomes):
        return
    when, _ = when_silent(outcomes, known)
    conditions = {condition for text in texts for condition in text if condition}
    hint = "Give the milestone the conditions of the text with the sentence"
    if len(conditions) == 1:
        words = str(*conditions)
        words = words.replace(" ", ": ", 1) if words.startswith("unless") else f"if: {words}"
        hint = f"Write in the milestone: {words}"
    hint += "\nOr print the sentence for these patients too."
    message = f"the date is printed without its sentence{f' when {when}' if when else ''}"
    problems.add("M21", message, written.at("quote"), hint)
