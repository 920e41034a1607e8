"""Test what the checker of pages takes for one unit, which a line must not break."""

from __future__ import annotations

import pytest

from tests.pages.units import broken, words_of_units


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("call us at noon", "en", [1, 1, 1, 1]),
        ("(4.5 kg). Swim again at 10:15 AM", "en", [2, 1, 1, 1, 2]),
        ("libras (4,5 kg)", "es", [1, 2]),
        ("Tuesday, December 29, 2026 at noon", "en", [4, 1, 1]),
        ("Tuesday,\u00a0December\u00a029,\u00a02026 at noon", "en", [1, 1, 1]),  # its spaces are part of the word
    ],
)
def test_words_that_belong_together_are_one_unit(line: str, language: str, expected: list[int]) -> None:
    assert words_of_units(line, language) == expected


def test_a_weight_in_brackets_is_broken_over_two_lines() -> None:
    assert list(broken(["No more than (4.5", "kg) for 2 weeks"], "en")) == ["4.5 / kg"]
