"""Define the conditions of parts, sections and notices, such as `collar is yes and status is performed`."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct


class Comparison(Struct, frozen=True):
    """`collar is yes`, `collar is not yes` (`negated`) or `collar is one of yes, no` (several `answers`)."""

    question: str
    answers: tuple[str, ...]
    negated: bool = False

    def __str__(self) -> str:
        if len(self.answers) > 1:
            return f"{self.question} is one of {', '.join(self.answers)}"
        return f"{self.question} is {'not ' if self.negated else ''}{self.answers[0]}"


class Condition(Struct, frozen=True):
    """One comparison, or several that must all hold; with `any_of`, one of them must. `unless` reverses the whole."""

    comparisons: tuple[Comparison, ...]
    any_of: bool = False
    unless: bool = False

    @property
    def questions(self) -> tuple[str, ...]:
        """Return each question once, in the order written."""
        return tuple(dict.fromkeys(comparison.question for comparison in self.comparisons))

    def holds(self, answers: Mapping[str, str]) -> bool:
        """Return whether the condition holds. Raise KeyError if the answer to one of its questions is missing."""
        met = [(answers[item.question] in item.answers) is not item.negated for item in self.comparisons]
        return (any(met) if self.any_of else all(met)) is not self.unless

    def may_hold(self, answers: Mapping[str, str]) -> bool:
        """Return whether the condition can hold if only some of the answers are known."""
        outcomes = []
        for item in self.comparisons:
            known = answers.get(item.question)
            outcomes.append({True, False} if known is None else {(known in item.answers) is not item.negated})
        join = any if self.any_of else all
        return any(join(outcome) is not self.unless for outcome in itertools.product(*outcomes))

    def __str__(self) -> str:
        """Return the condition in words: `collar is yes`; a single comparison after `unless` is reversed."""
        if len(self.comparisons) == 1 and len(self.comparisons[0].answers) == 1:
            only = self.comparisons[0]
            return str(Comparison(only.question, only.answers, only.negated is not self.unless))
        words = (" or " if self.any_of else " and ").join(map(str, self.comparisons))
        return f"unless {words}" if self.unless else words


def questions_of(conditions: Iterable[Condition | None]) -> tuple[str, ...]:
    """Return each question that the conditions depend on, once."""
    return tuple(dict.fromkeys(name for condition in conditions if condition for name in condition.questions))


def combinations(questions: Mapping[str, Iterable[str]]) -> Iterator[Mapping[str, str]]:
    """Yield each combination of one answer to each question."""
    for answers in itertools.product(*questions.values()):
        yield dict(zip(questions, answers, strict=True))
