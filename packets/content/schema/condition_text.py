"""Parse the conditions after `if:` and `unless:`, such as `collar is yes and status is performed`."""

from __future__ import annotations

import re

from msgspec import Struct

from packets.content.problems import ProblemCollector, quoted
from packets.content.schema.records import Field, FieldType, ParsedRecord, scalar
from packets.content.yaml.parser import Node
from packets.model.condition import Comparison, Condition

MAX_COMPARISONS = 4

_QUESTION, _ANSWER = "[a-z][a-z0-9_]*", "[a-z0-9][a-z0-9_-]*"
_COMPARISON = f"{_QUESTION} is (not )?{_ANSWER}|{_QUESTION} is one of {_ANSWER}(, {_ANSWER})*((,| or|, or) {_ANSWER})"
_ONE_OF = re.compile(f"({_QUESTION}) is one of ((?:{_ANSWER}(?:, or |, | or ))+{_ANSWER})")
_IS = re.compile(f"({_QUESTION}) is (not )?(?!not$|one$)({_ANSWER})")
_JOINED = re.compile(f" (and|or) (?={_QUESTION} is )")


class ConditionText(FieldType, Struct, frozen=True):
    """`collar is yes`, or up to four such comparisons joined by `and` or by `or`."""

    unless: bool
    takes: str = "a condition, such as collar is yes"
    pattern: str = f"({_COMPARISON})(( and ({_COMPARISON}))*|( or ({_COMPARISON}))*)"

    def read(self, node: Node, problems: ProblemCollector) -> Condition | None:
        value = scalar(node, problems, self.takes)
        if value is None:
            return None
        text = " ".join(value.text.split())
        pieces = _JOINED.split(text)
        joints = set(pieces[1::2])
        comparisons = [_comparison(piece) for piece in pieces[::2]]
        hint = ""
        if len(joints) > 1:
            hint = "Use only and, or only or. For both, write two parts with a condition each."
        elif len(comparisons) > MAX_COMPARISONS:
            hint = f"At most {MAX_COMPARISONS} comparisons fit. Write several parts with a condition each."
        elif not all(comparisons):
            hint = _hint(text)
        if hint:
            problems.add("S14", f"{quoted(value, problems)} is not a condition", value.place, hint)
            return None
        return Condition(tuple(filter(None, comparisons)), "or" in joints, self.unless)


def _comparison(text: str) -> Comparison | None:
    if match := _ONE_OF.fullmatch(text):
        answers = tuple(re.split(", or |, | or ", match[2]))
        return Comparison(match[1], answers) if len(set(answers)) == len(answers) else None
    if match := _IS.fullmatch(text):
        return Comparison(match[1], (match[3],), negated=bool(match[2]))
    return None


def _hint(text: str) -> str:
    if match := re.fullmatch(f"({_QUESTION}) is ({_ANSWER}(?:(?:, or |, | or ){_ANSWER})+)", text):
        return f"For several answers write: {match[1]} is one of {', '.join(re.split(', or |, | or ', match[2]))}"
    if match := re.fullmatch(f"not ({_QUESTION}) is ({_ANSWER})", text):
        return f"For the opposite write: {match[1]} is not {match[2]}"
    if " is one of " in text:
        return "Write each answer once, at least two of them: if: collar is one of yes, undecided"
    if " is not one of " in text:
        return "Write unless: and is one of, as in unless: collar is one of yes, undecided"
    return "Write it like this: if: collar is yes"


def condition_fields(noun: str) -> tuple[Field, Field]:
    """Return the fields `if` and `unless` of a part, a section or a notice."""
    return (
        Field(
            "if",
            ConditionText(False),
            f"Print this {noun} only if the answer is this one, as in [Conditions](#conditions).",
            example="collar is yes",
        ),
        Field(
            "unless",
            ConditionText(True),
            f"Print this {noun} except if the answer is this one.",
            example="status is performed",
        ),
    )


def condition_of(record: ParsedRecord) -> Condition | None:
    return record.get("if", Condition) or record.get("unless", Condition)
