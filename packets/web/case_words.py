"""Say "procedure" and "doctor" in the form of a handout that says so, in place of "surgery" and "surgeon"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from packets.errors import Problem
from packets.model.language import Language
from packets.web.forms import Field, Group

_DATE = " date"
_WORD = re.compile(r"\b(surgery|operation|surgeon)\b", re.IGNORECASE)


class CaseWords(Struct, frozen=True):
    """What the staff call the operation and the person who does it, in small letters."""

    surgery: str = "surgery"
    surgeon: str = "surgeon"

    def say(self, text: str) -> str:
        """Return a text of the form in these words."""
        return text if self == CaseWords() else _WORD.sub(self._word, text)

    def problems(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        return tuple(
            replace(problem, message=self.say(problem.message), hint=self.say(problem.hint)) for problem in problems
        )

    def groups(self, groups: Iterable[Group], questions: Iterable[str]) -> tuple[Group, ...]:
        """Return the form in these words; the author's own questions stay as they are."""
        own = frozenset(questions)
        return tuple(
            replace(group, title=self.say(group.title), fields=tuple(self._field(field, own) for field in group.fields))
            for group in groups
        )

    def _field(self, field: Field, own: frozenset[str]) -> Field:
        field = replace(field, problems=self.problems(field.problems))
        if field.name in own:
            return field
        return replace(field, label=self.say(field.label), hint=self.say(field.hint))

    def _word(self, match: re.Match[str]) -> str:
        word = self.surgeon if match[0].lower() == "surgeon" else self.surgery
        return word.capitalize() if match[0][0].isupper() else word


def case_words(english: Language | None, kind: str) -> CaseWords:
    """Return the words of a kind of case, from the labels of the English pages: "Procedure date" and "Doctor"."""
    words = english.case_kinds.get(kind) if english else None
    if words is None or not words.say("surgery_date").endswith(_DATE):
        return CaseWords()
    return CaseWords(words.say("surgery_date").removesuffix(_DATE).lower(), words.say("surgeon").lower())
