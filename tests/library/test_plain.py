"""check --plain: grades, long sentences, passive, hard words, abbreviations, PEMAT-P, limits; each with its place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from packets.content import library, plain
from packets.content.grades import syllables
from packets.content.shelf import Shelf
from tests.app.conftest import Type, type_  # noqa: F401  a fixture
from tests.content.folder import SHIPPED, Folder

H = "content/procedures/knee/handout.en.yaml"
DRAFTS = ("anterior-cervical-discectomy-fusion", "lumbar-laminectomy", "lumbar-microdiscectomy")


@pytest.fixture
def folder(type_: Type) -> Folder:  # noqa: F811
    folder = Folder()
    shutil.copytree(SHIPPED / "glossaries", folder.root / "glossaries")
    return folder


def write(folder: Folder, *lines: str) -> None:
    """The words of the handout's first text, which begins in line 13."""
    text = "".join(f"          {line}\n" if line else "\n" for line in lines)
    folder.change("          You can walk within two weeks.\n", f"{text}\n          You can walk within two weeks.\n")


def told(type_: Type, *words: str) -> tuple[int, str]:  # noqa: F811
    ran = type_("check", "--plain", "--content", "content", *(words or (H,)))
    assert ran.err == ""
    return ran.code, ran.out


def test_a_plain_text_has_nothing_to_say(type_: Type, folder: Folder) -> None:  # noqa: F811
    code, out = told(type_)
    assert code == 0
    assert "the whole file" in out and "After the surgery" in out and "Your brace" in out
    assert "F0" not in out and "Above" not in out


ADVICE = {
    "a long sentence": (
        (
            "One two three four five six seven eight nine ten",
            "one two three four five six seven eight nine {surgeon} x.",
        ),
        "  14:11: F01 a sentence of 21 words. Make two of it: at most 20 words are easy to follow.",
    ),
    "passive over two lines": (
        ("Your stitches will be", "taken out."),
        '  14:30: F02 "be taken" may be passive. Say who does it: “your nurse takes out the stitches”.',
    ),
    "a hard word over two lines": (
        ("Try Conservative", "treatments."),
        '  14:15: F03 "Conservative treatments" is a hard word. Say: care without surgery',
    ),
    "an abbreviation": (
        ("You may need an MRI.",),
        '  14:27: F04 "MRI" is not explained. Write it out once: the whole words (MRI).',
    ),
}


@pytest.mark.parametrize(("lines", "message"), ADVICE.values(), ids=ADVICE)
def test_advice_has_a_place_and_a_remedy(
    type_: Type,  # noqa: F811
    folder: Folder,
    lines: tuple[str, ...],
    message: str,
) -> None:
    write(folder, *lines)
    code, out = told(type_)
    assert code == 0
    assert [line for line in out.splitlines() if ": F0" in line] == [message]


def test_an_abbreviation_that_is_explained(type_: Type, folder: Folder) -> None:  # noqa: F811
    write(folder, "You may need magnetic pictures (MRI). The MRI is short.")
    assert "F04" not in told(type_)[1]


def test_the_clinic_adds_hard_words_of_its_own(type_: Type, folder: Folder) -> None:  # noqa: F811
    folder.change("words:\n", "words:\n  - instead_of: ambulate\n    say: walk\n", "glossaries/en.yaml")
    write(folder, "You can ambulate.")
    assert '14:19: F03 "ambulate" is a hard word. Say: walk' in told(type_)[1]


def test_a_mistake_in_a_glossary_is_found(folder: Folder) -> None:
    folder.change("instead_of: analgesia", "insted_of: analgesia", "glossaries/en.yaml")
    assert 'content/glossaries/en.yaml:5:5: S07 a hard word has no field "insted_of"' in folder.told()


def test_limits_of_the_clinic_make_it_fail(type_: Type, folder: Folder) -> None:  # noqa: F811
    write(folder, "Considerable perioperative rehabilitation necessitates multidisciplinary communication.")
    assert told(type_)[0] == 0
    folder.change("language: en\n", "language: en\nplain:\n  most_grade: 8\n  most_words: 8\n", "clinic.yaml")
    write(folder, "One two three four five six seven eight nine.")
    code, out = told(type_)
    assert code == 4
    assert "  Above the limit: 16:11: a sentence of 9 words; the clinic's limit is 8\n" in out
    assert "is above the clinic's 8\n" in out


def items(file: str) -> dict[str, plain.Item]:
    shelf = Shelf(SHIPPED, None)
    shelf.clinic()
    shelf.handout(file, "en")
    return {item.number: item for item in plain.pemat(shelf.read[0])}


def test_pemat_of_the_clinics_own_handout() -> None:
    found = items("cervical-foraminotomy")
    assert {number for number, item in found.items() if item.good} == {"7", "8", "9", "11", "12"}
    lines = (SHIPPED / "procedures/cervical-foraminotomy/handout.en.yaml").read_text("utf-8").splitlines()
    for item in found.values():
        assert item.good is not bool(item.places) or item.number == "20"
    for place in found["21"].places:  # "the patient" instead of "you"
        assert "atient" in " ".join(lines[int(place.split(":")[0]) - 1 :][:3])


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (("There is a risk of 3%.",), "7"),
        (("It helps 9 out of 10 people.",), "7"),
        (("Go. Go. Go. Go. Go. Go.",), "8"),
        (("The patient can go.",), "21"),
    ],
)
def test_an_item_of_pemat_fails_at_its_place(folder: Folder, lines: tuple[str, ...], number: str) -> None:
    write(folder, *lines)
    shelf = Shelf(folder.root, None)
    shelf.clinic()
    shelf.handout("knee", "en")
    found = {item.number: item for item in plain.pemat(shelf.read[0])}
    assert not found[number].good and found[number].places[0].startswith(("13:", "14:"))


def test_the_drafts_are_for_grade_7_readers_at_most() -> None:
    shelf = Shelf(SHIPPED, None)
    shelf.clinic()
    for name in DRAFTS:
        shelf.handout(name, "en")
    assert len(shelf.read) == 3
    for file in shelf.read:
        whole = list(plain.measured(file))[-1]
        assert whole.flesch_kincaid is not None and whole.smog is not None and whole.sentences >= plain.ENOUGH
        assert whole.flesch_kincaid <= 7 and whole.smog <= 7
        assert all(each.words <= plain.MOST_WORDS for _, texts in plain.sections(file) for text in texts
                   for each in plain.sentences(text))  # fmt: skip


def test_the_report_as_json(type_: Type, folder: Folder) -> None:  # noqa: F811
    ran = type_("check", "--plain", "--json", "--content", "content", H)
    (report,) = json.loads(ran.out)
    assert report["file"] == H and report["sections"][-1]["heading"] == "" and report["pemat"]


@pytest.mark.parametrize(
    ("file", "flesch_kincaid", "smog"),
    [
        ("anterior-cervical-discectomy-fusion", 2.2, 6.7),
        ("cervical-foraminotomy", 8.4, 12.0),  # textstat hears four syllables in "foraminotomy"; it has six
        ("lumbar-laminectomy", 2.3, 6.9),
        ("lumbar-microdiscectomy", 2.4, 6.7),
    ],
)
def test_the_grades_are_those_of_a_library_that_asks_a_dictionary(
    type_: Type,  # noqa: F811
    file: str,
    flesch_kincaid: float,
    smog: float,
) -> None:
    """As textstat 0.7.8 gives them with the CMU dictionary, which is under the GPL and so not installed here."""
    path = str(SHIPPED / f"procedures/{file}/handout.en.yaml")
    (report,) = json.loads(type_("check", "--plain", "--json", "--content", str(SHIPPED), path).out)
    whole = report["sections"][-1]
    assert abs(whole["flesch_kincaid"] - flesch_kincaid) <= 0.7 and abs(whole["smog"] - smog) <= 0.3


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "moved walked nerve neck care wear have nurse bones"),
        (2, "doctor surgeon collar people little needed dressing safely someone hours"),
        (3, "surgical procedure hospital medicine everything area"),
        (4, "usually activity operation"),
        (5, "laminectomy"),
        (6, "foraminotomy"),
        (2, "weight-bear"),
    ],
)
def test_syllables(count: int, words: str) -> None:
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


def test_the_shipped_content_can_be_reported_whole(type_: Type) -> None:  # noqa: F811
    shutil.copytree(SHIPPED, "content")
    found, _ = library.load(Path("content"))
    assert found is not None
    ran = type_("check", "--plain", "--content", "content")
    assert ran.code == 0 and ran.err == ""
    for name, tag in found.handouts:
        assert f"content/procedures/{name}/handout.{tag}.yaml\n" in ran.out
