"""List the questions that a handout asks for each patient, in the author's words."""

from __future__ import annotations

from dataclasses import dataclass

from packets.content.printed_text import paragraphs
from packets.model.handout import Answer, Condition, Handout


@dataclass(frozen=True, slots=True)
class Question:
    """One entry of `asks:`; `choices` has what the packet says for each answer ("" for nothing)."""

    name: str
    answer: Answer
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """Return the name as a label: `neck_brace` becomes "Neck brace"."""
        words = self.name.replace("_", " ")
        return words[:1].upper() + words[1:]


def questions(handout: Handout) -> tuple[Question, ...]:
    return tuple(
        Question(
            ask.name, ask.answer, tuple((choice, _printed_words(handout, ask.name, choice)) for choice in ask.choices)
        )
        for ask in handout.asks
    )


def _printed_words(handout: Handout, question: str, choice: str) -> str:
    """Return the words that depend on the answer; those of a notice if there are any, as sections may repeat them."""
    for parts in (
        [part for notice in handout.notices for part in notice.parts],
        [part for section in handout.sections for part in section.parts],
    ):
        asked = [part for part in parts if part.condition and part.condition.question == question]
        if asked:
            return " ".join(paragraphs(asked, Condition(question, choice)))
    return ""
