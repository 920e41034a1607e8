"""Check the pages of every sample, in every language, paper and print size, against the rules of design."""

from __future__ import annotations

from functools import cache

import pytest

from tests.effort import is_quick
from tests.pages.checker import Finding, Rule
from tests.pages.variants import Variant, findings_of, variants

pytestmark = [
    pytest.mark.xdist_group("pages"),  # the pages are made once, for all rules
    pytest.mark.no_cover,  # it would take twice as long, and other tests reach these lines
]


def chosen_variants() -> list[Variant]:
    """Return all variants; with --quick each fifteenth, which has all kinds of them."""
    return variants()[:: 15 if is_quick() else 1]


@cache  # not a fixture: the coverage of fixtures is measured
def findings() -> dict[Variant, list[Finding]]:
    return {variant: findings_of(variant)[1] for variant in chosen_variants()}


@pytest.mark.parametrize("rule", Rule, ids=lambda rule: rule.name)
def test_every_page_obeys(rule: Rule) -> None:
    broken = [f"{variant}, {each}" for variant, own in findings().items() for each in own if each.rule is rule]
    assert broken == []


@pytest.mark.parametrize("kind", ["kind", "patient", "print_options", "language", "staff_language", "procedure"])
def test_the_chosen_variants_are_of_every_kind(kind: str) -> None:
    assert {getattr(each, kind) for each in variants()} == {getattr(each, kind) for each in chosen_variants()}
