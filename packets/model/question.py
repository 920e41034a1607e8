"""Define the questions that a handout asks for each patient, and the kinds of their answers."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class AnswerKind(StrEnum):
    """The kinds of answer to a handout's question, as written under `asks:`."""

    DATE = "date"
    TIME = "time"
    DATE_TIME = "date and time"
    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes or no"
    YES_NO_UNDECIDED = "yes, no or undecided"
    CHOICES = "choices"  # of the author's own, each with its words


# The choices of each kind that has its own: conditions can name them. Such a question cannot be optional, because
# without an answer no condition could be decided.
FIXED_CHOICES = {
    AnswerKind.YES_NO: ("yes", "no"),
    AnswerKind.YES_NO_UNDECIDED: ("yes", "no", "undecided"),
}


class Option(Struct, frozen=True):
    """One choice: its id, which conditions and schedules name, and the words that are printed."""

    id: str
    words: str


class Question(Struct, frozen=True):
    """One entry of `asks:`; `text` is the question in words, "" if the author wrote none.

    `laterality` marks the question for the side of the operation: its answer is printed on every page.
    """

    name: str
    kind: AnswerKind
    optional: bool = False
    text: str = ""
    options: tuple[Option, ...] = ()
    laterality: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the answers that a condition can name; none for a date, a time, a name, a text or a number."""
        return tuple(option.id for option in self.options) or FIXED_CHOICES.get(self.kind, ())

    def words(self, choice: str) -> str:
        """Return what is printed for a choice. Raise KeyError for an unknown one."""
        return {option.id: option.words for option in self.options}[choice]
