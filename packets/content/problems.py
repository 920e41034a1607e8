"""Collect the problems of one file while it is parsed, and build the text of messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from packets.content.yaml.parser import MAX_PROBLEMS, Place, Scalar
from packets.errors import Problem

_OF_UNWRITTEN = ("Y", "S", "L28", "L29", "L30")  # problems of the structure, not of the words


class ProblemCollector:
    """Collect the problems of one file. A private file contains patient data, so nothing from it is quoted."""

    def __init__(self, path: str, private: bool = False) -> None:
        self.path = path
        self.private = private
        self.problems: list[Problem] = []
        self.unwritten: frozenset[Place] = frozenset()  # of placeholders, whose words cannot be compared yet

    def add(
        self, code: str, message: str, place: Place | None = None, hint: str = "", *, warning: bool = False
    ) -> None:
        if place in self.unwritten and not code.startswith(_OF_UNWRITTEN):
            return
        line, column = (place.line, place.column) if place else (None, None)
        if len(self.problems) >= MAX_PROBLEMS and not self.full:
            code, message, hint, warning = "Y19", "more problems follow; fix these first", "", False
        elif self.full:
            return
        self.problems.append(Problem(code, message, hint, self.path, line, column, warning=warning))

    @property
    def full(self) -> bool:
        """Return whether the limit is reached, so that further problems are dropped."""
        return any(problem.code == "Y19" for problem in self.problems[MAX_PROBLEMS:])

    @property
    def failed(self) -> bool:
        return any(not problem.warning for problem in self.problems)


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return a hint with the most similar known word, or `otherwise`."""
    known = list(known)
    similar = difflib.get_close_matches(word.lower().replace("-", "_"), known, 1, 0.6) or difflib.get_close_matches(
        word.lower(), known, 1, 0.6
    )
    return f'Did you mean "{similar[0]}"?' if similar else otherwise


def listed(words: Iterable[str], joint: str = "or") -> str:
    """Join words as in `a, b or c`."""
    words = list(words)
    return f" {joint} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def counted(count: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless the number is 1: 3 rows."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def quoted(node: Scalar, problems: ProblemCollector) -> str:
    """Return a value for a message, shortened; "this" for a private file."""
    text = " ".join(node.text.split())
    return "this" if problems.private else f'"{text[:40]}…"' if len(text) > 41 else f'"{text}"'
