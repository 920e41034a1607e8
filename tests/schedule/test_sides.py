"""A schedule row whose words name another side than its answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.content.library import load
from packets.schedule.row_contradictions import contradictions
from tests.samples import case

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"


@pytest.mark.parametrize(
    ("procedure", "words", "is_held"),
    [
        ("total-knee-replacement", "LEFT TKA", False),
        ("total-knee-replacement", "RIGHT TKA", True),
        ("total-knee-replacement", "Prótesis de rodilla derecha", True),
        ("total-knee-replacement", "Knie-TEP rechts", True),
        ("total-knee-replacement", "Knie-TEP links", False),
        ("total-knee-replacement", "TKA beidseits", True),
        ("total-knee-replacement", "TKA OD", False),  # not about an eye
        ("cataract-surgery", "CATARACT OD", True),
        ("cataract-surgery", "CATARACT OS", False),
        ("cataract-surgery", "CATARACT OU", True),
    ],
)
def test_another_side_in_the_words_of_the_procedure_holds_the_row(procedure: str, words: str, is_held: bool) -> None:
    library, _ = load(SAMPLES)
    assert library is not None
    handout = library.handouts[procedure, "en"]
    assert handout.side is not None
    patient = case(procedure=procedure, answers={handout.side.name: "left"})
    assert [problem.code for problem in contradictions(patient, handout, words, "")] == (["C42"] if is_held else [])
