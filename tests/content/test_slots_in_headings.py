"""Test slots in headings, and the times of day above the columns of the table of medicines."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from packets.content import library
from packets.content.revision_diff import read_revision
from packets.model.case import PrintOptions
from packets.pipeline import make_packet, make_rack_copy
from packets.verify.extract_text import read, without_whitespace
from tests.block_samples import FILE, SPANISH_FILE, replace_once, sample_messages, write_content
from tests.samples import case

ASKS = """\
  collar: yes, no or undecided
  eye:
    ask: Which eye?
    choices: {left: left eye, right: right eye}
    laterality: true
  first_visit: date
  evening_dose: time
  helper: name
"""
SPANISH_ASKS = """\
asks:
  eye:
    ask: ¿Qué ojo?
    choices: {left: ojo izquierdo, right: ojo derecho}
sections:
"""
PARTS = """\
      - callout:
          kind: call
          heading: Call {surgeon} at {phone} if
          text: Your eye hurts.
      - if: collar is yes
        text: "{helper} helps you."
      - subheading: Until {first_visit}
      - text: Rest.
      - medicines:
          - medicine: Sampledrops
            for: Against infection
            doses: {morning: 1 drop, evening: 1 drop}
        times: {morning: 8:00 AM, evening: "{evening_dose}"}
"""
SPANISH = """\
      - callout:
          heading: Llame a {surgeon} al {phone} si
          text: Le duele el ojo.
      - text: "{helper} le ayuda."
      - subheading: Hasta el {first_visit}
      - text: Descanse.
      - medicines:
          - medicine: Sampledrops
            for: Contra la infección
            doses: {morning: 1 gota, evening: 1 gota}
"""
ANSWERS = {
    "collar": "no",
    "eye": "left",
    "first_visit": "2026-12-14",
    "evening_dose": "20:30",
    "helper": "Ana Rivera",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the shipped content with one handout, in English and Spanish, whose headings have slots."""
    monkeypatch.chdir(tmp_path)
    write_content(tmp_path / "content", PARTS, SPANISH)
    replace_once("  collar: yes, no or undecided\n", ASKS)
    replace_once("heading: After the surgery", "heading: 'After the surgery: {eye}'")
    replace_once("sections:\n", SPANISH_ASKS, SPANISH_FILE)
    replace_once("heading: Después de la cirugía", "heading: 'Después de la cirugía: {eye}'", SPANISH_FILE)
    return Path("content")


def check() -> list[str]:
    return sample_messages(Path("content"))


def load(root: Path) -> library.Library:
    loaded, problems = library.load(root)
    assert loaded is not None, problems
    return loaded


def packet(root: Path, language: str = "en", surgeon: str = "Dr. Jane Rivera", **answers: str) -> bytes:
    """Return a verified PDF."""
    patient = case(procedure="sample", language=language, surgeon=surgeon, answers={**ANSWERS, **answers})
    return make_packet(load(root), patient, PrintOptions(), include_drafts=True).pdf.data


def text(data: bytes) -> str:
    return without_whitespace(" ".join(read(data)))


def test_each_heading_prints_the_value_of_its_slot(root: Path) -> None:
    assert check() == []
    printed = text(packet(root))
    for heading in (
        "After the surgery: left eye",
        "Call Dr. Jane Rivera at 816-363-2500 if",
        "Until Monday, December 14, 2026",
    ):
        assert without_whitespace(heading) in printed


def test_the_next_patient_has_headings_of_their_own(root: Path) -> None:
    """A page that two patients share is laid out once; a heading with a patient's value is not shared."""
    packet(root)
    printed = text(packet(root, surgeon="Dr. Omar Sample", eye="right", first_visit="2026-12-15"))
    assert without_whitespace("Call Dr. Omar Sample at 816-363-2500 if") in printed
    assert without_whitespace("After the surgery: right eye") in printed
    assert without_whitespace("Until Tuesday, December 15, 2026") in printed
    assert "JaneRivera" not in printed and "lefteye" not in printed


def test_a_translation_prints_the_values_in_its_language(root: Path) -> None:
    printed = text(packet(root, "es"))
    assert without_whitespace("Después de la cirugía: ojo izquierdo") in printed
    assert without_whitespace("Hasta el lunes, 14 de diciembre de 2026") in printed


def test_the_bookmarks_of_the_file_have_the_same_headings(root: Path) -> None:
    (Path("packet.pdf")).write_bytes(packet(root))
    with pikepdf.open("packet.pdf") as pdf, pdf.open_outline() as outline:
        titles = [item.title for entry in outline.root for item in (entry, *entry.children)]
    assert "After the surgery: left eye" in titles
    assert not any("Rosa" in title or "00418823" in title or "Ana Rivera" in title for title in titles)


def test_the_rack_copy_has_lines_to_write_on(root: Path) -> None:
    printed = text(make_rack_copy(load(root), "sample", "en", PrintOptions()).pdf.data)
    assert without_whitespace("After the surgery: ____________") in printed
    assert without_whitespace("Morning 8:00 AM Noon Evening ____________ Bedtime") in printed


MISTAKES = {
    ("{eye}'", "{eya}'"): f'{FILE}:18:34: T02 there is no slot "eya"\n    Did you mean "eye"?',
    ("Call {surgeon} at", "Call {patient_name} at"): (
        f"{FILE}:22:25: T11 {{patient_name}} cannot be used here\n"
        "    A heading is also a bookmark of the file. Write this slot in the text below the heading."
    ),
    ("Until {first_visit}", "When {helper} comes"): (
        f"{FILE}:26:26: T11 {{helper}} cannot be used here\n"
        "    A heading is also a bookmark of the file. Write this slot in the text below the heading."
    ),
    ("Until {first_visit}", "Until **{first_visit}**"): (
        f"{FILE}:26:27: T12 ** would be printed as typed\n"
        "    Bold words work in text: and check: only; slots also work in headings."
    ),
    ("Until {first_visit}", "Until {first_visit"): (
        f"{FILE}:26:27: T03 the {{ that opens here is never closed\n"
        "    Close it: {surgeon}. A single { cannot be printed; write ( or [ instead."
    ),
    ('evening: "{evening_dose}"', 'evening: "{first_visit}"'): (
        f'{FILE}:32:44: M20 no question "first_visit" asks for a time of day\n'
        "    Add a line under asks: first_visit: time"
    ),
    ("{morning: 8:00 AM,", "{morning: 8:00,"): (
        f'{FILE}:32:26: M18 "8:00" is not a time of day\n'
        "    Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30."
    ),
    ("{morning: 8:00 AM,", "{dawn: 8:00 AM,"): (
        f'{FILE}:32:17: S07 the times of the doses has no field "dawn"\n'
        "    It can have: morning, noon, evening and bedtime."
    ),
    ("      - text: Rest.\n", "      - text: Rest.\n        times: {noon: 12:00 PM}\n"): (
        f'{FILE}:28:16: S22 "times" belongs to medicines\n    Add medicines: with a list.'
    ),
}


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_a_mistake_is_reported_at_its_place(root: Path, old: str, new: str) -> None:
    replace_once(old, new)
    assert MISTAKES[old, new] in check()


def test_a_translated_heading_has_the_slots_of_the_original(root: Path) -> None:
    replace_once("Hasta el {first_visit}", "Hasta el día de {surgeon}", SPANISH_FILE)
    replace_once("cirugía: {eye}", "cirugía: ojo izquierdo", SPANISH_FILE)
    replace_once("Llame a {surgeon} al", "Llame al", SPANISH_FILE)
    assert [message.split("\n")[0] for message in check()] == [
        f'{SPANISH_FILE}:14:14: L44 the text names the side "left", but "eye" is asked for each patient',
        f"{SPANISH_FILE}:14:14: T14 the slot {{eye}} of the original is missing",
        f"{SPANISH_FILE}:14:14: T24 the sides differ from the original, which has none; found left",
        f"{SPANISH_FILE}:17:20: T14 the slot {{surgeon}} of the original is missing",
        f"{SPANISH_FILE}:20:21: T14 the slot {{first_visit}} of the original is missing",
        f"{SPANISH_FILE}:20:21: T15 the original has no slot {{surgeon}} here",
    ]


def test_a_number_in_the_name_of_a_slot_is_no_number_of_the_text(root: Path) -> None:
    for file in (FILE, SPANISH_FILE):
        text = Path(file).read_text("utf-8").replace("first_visit", "two_weeks_left")
        Path(file).write_text(text, "utf-8")
    assert check() == []


def test_a_surgeon_can_be_named_only_in_the_heading(root: Path) -> None:
    """A question whose answer only a heading or the times of doses print is used (L08)."""
    replace_once("      - text: Rest.\n", "      - text: Rest. {evening_dose}\n")
    replace_once("      - text: Descanse.\n", "      - text: Descanse. {evening_dose}\n", SPANISH_FILE)
    assert check() == []
    replace_once('        times: {morning: 8:00 AM, evening: "{evening_dose}"}\n', "")
    replace_once("      - subheading: Until {first_visit}\n", "      - subheading: Until then\n")
    assert [message.split(" ")[1] for message in check()] == ["L08"]


@pytest.mark.parametrize(
    ("language", "header"),
    [
        ("en", "Morning 8:00 AM Noon Evening 8:30 PM Bedtime"),
        ("es", "Mañana 8:00 a. m. Mediodía Tarde 8:30 p. m. Al acostarse"),
    ],
)
def test_the_columns_of_the_medicines_have_their_times(root: Path, language: str, header: str) -> None:
    assert without_whitespace(header) in text(packet(root, language))


def test_diff_shows_the_headings_and_the_times_of_the_doses(root: Path) -> None:
    lines = read_revision(Path(FILE)).lines
    assert "# After the surgery: {eye}" in lines
    assert "[call] Call {surgeon} at {phone} if" in lines
    assert "[medicine] at morning 08:00, evening {evening_dose}" in lines
    assert "## Hasta el {first_visit}" in read_revision(Path(SPANISH_FILE)).lines
