"""Signs of an emergency that only one operation has: printed on page 1 below those of the clinic."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from packets.content.library import load
from packets.content.revision_diff import read_revision
from packets.model.case import PrintOptions
from packets.pipeline import make_packet
from packets.verify.extract_text import read
from tests.content.folder import CLINIC, SHIPPED, Folder
from tests.content.test_translations import BOOKING, DISCLAIMER, HANDOUT
from tests.samples import case

H = "content/procedures/knee/handout.en.yaml"
EMERGENCY = 'emergency:\n  number: "911"\n  when: {en: [You faint], es: [Se desmaya]}\n'
SIGNS = "emergency_signs:\n  - Your calf hurts\n  - A cold leg for 10 minutes\n"
SPANISH = "emergency_signs:\n  - Le duele la pantorrilla\n  - Pierna fría 10 minutos\n"


@pytest.fixture
def signs(folder: Folder) -> Folder:
    """Add signs to a handout in two languages, and a number to call."""
    folder.write("clinic.yaml", CLINIC + EMERGENCY)
    folder.change("ends_with:", f"{SIGNS}ends_with:")
    folder.write("procedures/knee/handout.es.yaml", HANDOUT.replace("review:", f"{SPANISH}review:"))
    folder.write("common/disclaimer.es.yaml", DISCLAIMER)
    folder.write("common/booking.es.yaml", BOOKING)
    shutil.copy(SHIPPED / "languages" / "es.yaml", folder.root / "languages")
    return folder


def codes(folder: Folder) -> set[str]:
    return {problem.code for problem in load(folder.root)[1]}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "You faint Your calf hurts A cold leg for 10 minutes"),
        ("es", "Se desmaya Le duele la pantorrilla Pierna fría 10 minutos"),
    ],
)
def test_they_are_printed_below_those_of_the_clinic(signs: Folder, language: str, expected: str) -> None:
    assert codes(signs) == {"R05"}, "drafts only"
    library, _ = load(signs.root)
    assert library is not None
    patient = case(procedure="knee", language=language, answers={"brace": "yes"})
    first, *_ = read(make_packet(library, patient, PrintOptions(), include_drafts=True).pdf.data)
    assert expected in " ".join(first.replace("\u2022", " ").replace("\u00a0", " ").split())


def test_without_a_number_to_call_they_are_refused(signs: Folder) -> None:
    signs.write("clinic.yaml", CLINIC)
    assert (
        f"{H}:36:3: L85 the clinic has no emergency number to print above these signs\n"
        '    Write in clinic.yaml: emergency: {number: "911", when: [...]}'
    ) in signs.check()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  - Le duele la pantorrilla\n", "", 'L64 the number of signs differs: 1 in "es", 2 in "en"'),
        (SPANISH, "", 'L64 the number of signs differs: 0 in "es", 2 in "en"'),
        ("10 minutos", "5 minutos", "T20 the numbers differ from the original, which has 10; found 5"),
    ],
)
def test_a_translation_has_the_same_signs(signs: Folder, old: str, new: str, message: str) -> None:
    signs.change(old, new, "procedures/knee/handout.es.yaml")
    assert message in signs.check()


def test_more_than_page_1_has_room_for_are_reported(signs: Folder) -> None:
    signs.change("  - Your calf hurts\n", "".join(f"  - Your calf hurts at place {place}\n" for place in "ABC"))
    assert "L81" in codes(signs)


def test_diff_shows_them(signs: Folder) -> None:
    assert "[emergency] Your calf hurts" in read_revision(Path(H)).lines
    assert "[emergency] Le duele la pantorrilla" in read_revision(signs.root / "procedures/knee/handout.es.yaml").lines
