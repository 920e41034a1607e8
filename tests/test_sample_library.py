"""Test the sample library that authors copy from: it has no mistakes, and its packets verify in each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.content.library import load, load_for_packet
from packets.model.case import Paper, Print, PrintSize
from packets.pipeline import make_packet
from packets.verify.extract_text import without_whitespace
from tests.samples import CONTENT, case

SAMPLES = Path(__file__).parent.parent / "samples" / "library"
KNEE = "total-knee-replacement"
SIDES = {
    "en": {"left": "left knee", "right": "right knee"},
    "es": {"left": "rodilla izquierda", "right": "rodilla derecha"},
    "de": {"left": "linkes Knie", "right": "rechtes Knie"},
}


@pytest.mark.parametrize("folder", ["common", "languages", "packets", "sources", "glossaries"])
def test_what_is_not_sample_content_is_a_copy_of_the_shipped_content(folder: str) -> None:
    copies = {path.name: path.read_bytes() for path in (SAMPLES / folder).iterdir()}
    assert copies == {path.name: path.read_bytes() for path in (CONTENT / folder).iterdir()}


def test_check_only_reminds_of_what_awaits_a_clinician() -> None:
    library, problems = load(SAMPLES)
    assert library is not None and {problem.code for problem in problems} == {"R05"}
    assert {tag for _, tag in library.handouts} == set(SIDES)


@pytest.mark.parametrize("language", sorted(SIDES))
@pytest.mark.parametrize("print_options", [Print(), Print(Paper.A4, PrintSize.LARGE)], ids=["normal", "large"])
def test_every_page_of_a_knee_packet_names_its_side_and_never_the_other(language: str, print_options: Print) -> None:
    library = load_for_packet(SAMPLES, KNEE, language, ("discharge",))
    for side, other in (("left", "right"), ("right", "left")):
        answers = {"side": side, "walking_aid": "cane", "blood_thinner": "yes"}
        patient = case(procedure=KNEE, language=language, answers=answers, site="northside")
        built = make_packet(library, patient, print_options, include_drafts=True)
        for text in built.pdf.texts:
            assert without_whitespace(SIDES[language][side]) in text
            assert without_whitespace(SIDES[language][other]) not in text
        everything = "".join(built.pdf.texts)
        assert "816-555-0122" in everything and "816-555-0100" not in everything, "the number of the site"
