"""CLDR's rules for the form of a noun beside a number: a rule and a number in, whether the number takes that form out.

UTS #35, part 3, for whole numbers: `n % 10 = 2..4 and n % 100 != 12..14`. The rules stand in content/languages/xx.yaml.
"""

from __future__ import annotations

# In the order in which they are asked; a number that none of them takes has the form "many".
FORMS = ("zero", "one", "two", "few", "other")
USUAL = "n = 1"  # of "one", where a language says nothing else

_NUMBERS = r"[0-9]+(?:\.\.[0-9]+)?(?:, ?[0-9]+(?:\.\.[0-9]+)?)*"
_RELATION = rf"[nivwftce](?: % [1-9][0-9]*)? !?= {_NUMBERS}"
RULE = f"{_RELATION}(?: (?:and|or) {_RELATION})*"


def holds(rule: str, count: int) -> bool:
    return any(all(_relation(each, count) for each in way.split(" and ")) for way in rule.split(" or "))


def _relation(relation: str, count: int) -> bool:
    left, _, numbers = relation.partition("= ")
    operand, *divisor = left.rstrip(" !").split(" % ")
    value = count if operand in ("n", "i") else 0  # the others tell of decimal places
    if divisor:
        value %= int(divisor[0])
    return any(_within(value, each.strip()) for each in numbers.split(",")) is not left.endswith("!")


def _within(value: int, numbers: str) -> bool:
    first, _, last = numbers.partition("..")
    return int(first) <= value <= int(last or first)
