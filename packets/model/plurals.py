"""Evaluate CLDR plural rules for whole numbers.

The syntax is UTS #35, part 3: `n % 10 = 2..4 and n % 100 != 12..14`. The rules are in content/languages/xx.yaml.
"""

from __future__ import annotations

# In the order in which the rules are tried; a number that matches none of them takes the form "many".
FORMS = ("zero", "one", "two", "few", "other")
USUAL = "n = 1"  # the rule of "one" unless a language gives another

_NUMBERS = r"[0-9]+(?:\.\.[0-9]+)?(?:, ?[0-9]+(?:\.\.[0-9]+)?)*"
_RELATION = rf"[nivwftce](?: % [1-9][0-9]*)? !?= {_NUMBERS}"
RULE = f"{_RELATION}(?: (?:and|or) {_RELATION})*"


def holds(rule: str, count: int) -> bool:
    """Return whether `count` takes the plural form of this rule."""
    return any(all(_relation(part, count) for part in branch.split(" and ")) for branch in rule.split(" or "))


def _relation(relation: str, count: int) -> bool:
    left, _, numbers = relation.partition("= ")
    operand, *divisor = left.rstrip(" !").split(" % ")
    value = count if operand in ("n", "i") else 0  # the others count decimal places
    if divisor:
        value %= int(divisor[0])
    return any(_within(value, item.strip()) for item in numbers.split(",")) is not left.endswith("!")


def _within(value: int, numbers: str) -> bool:
    first, _, last = numbers.partition("..")
    return int(first) <= value <= int(last or first)
