"""List the questions that a handout asks for each patient, as the staff reads them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from packets.content.printed_text import paragraphs
from packets.model.block_lines import conditional_lines, with_slots
from packets.model.condition import Condition, questions_of
from packets.model.handout import Handout, Part
from packets.model.question import Question


class StaffQuestion(Struct, frozen=True):
    """A question as the staff reads it, with what the packet prints for each choice ("" if that adds nothing)."""

    question: Question
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.question.name

    @property
    def label(self) -> str:
        """Return the question in words, or its name as a label: `neck_brace` becomes "Neck brace"."""
        return self.question.text or _capitalized(self.name.replace("_", " "))

    def choice_label(self, choice: str) -> str:
        """Return the author's words for a choice, or the answer itself: "Yes"."""
        return _capitalized(self.question.words(choice) if self.question.options else choice)


def _capitalized(words: str) -> str:
    return words[:1].upper() + words[1:]


def staff_questions(handout: Handout) -> tuple[StaffQuestion, ...]:
    printed = {question.name: question for question in handout.questions}
    return tuple(
        StaffQuestion(
            question,
            tuple(
                (
                    choice,
                    _printed_words(handout, question.name, choice)
                    or _translated_words(choice, question, printed[question.name]),
                )
                for choice in question.choices
            ),
        )
        for question in handout.staff_questions
    )


def _translated_words(choice: str, question: Question, printed: Question) -> str:
    """Return the printed words of a choice, "" if the staff reads the same words."""
    return printed.words(choice) if printed.options and printed is not question else ""


def _printed_words(handout: Handout, question: str, choice: str) -> str:
    """Return the words that depend on the answer; those of a notice if there are any, as sections may repeat them."""
    answers = {question: choice}
    for parts in (
        [(notice.condition, part) for notice in handout.notices for part in notice.parts],
        [(section.condition, part) for section in handout.sections for part in section.parts],
    ):
        asked = [(outer, part) for outer, part in parts if question in questions_of((outer, *part.conditions))]
        if asked:
            possible = [(outer, part) for outer, part in asked if not outer or outer.may_hold(answers)]
            return " ".join(
                words for outer, part in possible for words in _words_of_answer(part, outer, question, answers)
            )
    return ""


def _words_of_answer(part: Part, outer: Condition | None, question: str, answers: Mapping[str, str]) -> list[str]:
    """Return the words of a part with these answers: all if it depends on the question, else its rows that do."""
    if question in questions_of((outer, part.condition)):
        return paragraphs([part], answers)
    if part.draft or (part.condition and not part.condition.may_hold(answers)):
        return []
    return [
        with_slots(line)
        for block in part.blocks
        for condition, line in conditional_lines(block)
        if condition and question in condition.questions and condition.may_hold(answers)
    ]
