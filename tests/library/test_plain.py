"""Test the advice of check --plain: grades, long sentences, passive voice, hard words, abbreviations, limits."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from packets.content import library
from packets.content.loader import ContentLoader
from packets.content.readability import advice, grades
from packets.content.readability.grades import syllables
from packets.content.readability.sentences import sentences as split_sentences
from tests.cli.conftest import Type, type_  # noqa: F401  a fixture
from tests.content.folder import SHIPPED, Folder

H = "content/procedures/knee/handout.en.yaml"
DRAFTS = ("anterior-cervical-discectomy-fusion", "lumbar-laminectomy", "lumbar-microdiscectomy")

GETTYSBURG = """Four score and seven years ago our fathers brought forth on this continent a new nation conceived in
liberty and dedicated to the proposition that all men are created equal. Now we are engaged in a great civil war
testing whether that nation or any nation so conceived and so dedicated can long endure. We are met on a great
battlefield of that war. We have come to dedicate a portion of that field as a final resting place for those who here
gave their lives that that nation might live. It is altogether fitting and proper that we should do this. But in a
larger sense we can not dedicate we can not consecrate we can not hallow this ground. The brave men living and dead
who struggled here have consecrated it far above our poor power to add or detract. The world will little note nor long
remember what we say here but it can never forget what they did here. It is for us the living rather to be dedicated
here to the unfinished work which they who fought here have thus far so nobly advanced. It is rather for us to be here
dedicated to the great task remaining before us that from these honored dead we take increased devotion to that cause
for which they gave the last full measure of devotion that we here highly resolve that these dead shall not have died
in vain that this nation under God shall have a new birth of freedom and that government of the people by the people
for the people shall not perish from the earth."""


@pytest.fixture
def folder(type_: Type) -> Folder:  # noqa: F811
    folder = Folder()
    shutil.copytree(SHIPPED / "glossaries", folder.root / "glossaries")
    return folder


def write(folder: Folder, *lines: str) -> None:
    """Replace the handout's first text, which begins on line 13."""
    text = "".join(f"          {line}\n" if line else "\n" for line in lines)
    folder.change("          You can walk within two weeks.\n", f"{text}\n          You can walk within two weeks.\n")


def messages(type_: Type, *words: str) -> tuple[int, str]:  # noqa: F811
    ran = type_("check", "--plain", "--content", "content", *(words or (H,)))
    assert ran.err == ""
    return ran.code, ran.out


def test_plain_text_gets_no_advice(type_: Type, folder: Folder) -> None:  # noqa: F811
    code, out = messages(type_)
    assert code == 0
    assert "the whole file" in out and "After the surgery" in out and "Your brace" in out
    assert "F0" not in out and "Above" not in out


ADVICE = {
    "a long sentence": (
        (
            "One two three four five six seven eight nine ten",
            "one two three four five six seven eight nine {surgeon} x.",
        ),
        "  14:11: F01 a sentence of 21 words. Split it in two: at most 20 words are easy to follow.",
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
def test_advice_has_a_place_and_a_suggestion(
    type_: Type,  # noqa: F811
    folder: Folder,
    lines: tuple[str, ...],
    message: str,
) -> None:
    write(folder, *lines)
    code, out = messages(type_)
    assert code == 0
    assert [line for line in out.splitlines() if ": F0" in line] == [message]


def test_an_explained_abbreviation_is_accepted(type_: Type, folder: Folder) -> None:  # noqa: F811
    write(folder, "You may need magnetic pictures (MRI). The MRI is short.")
    assert "F04" not in messages(type_)[1]


def test_the_clinic_can_add_hard_words(type_: Type, folder: Folder) -> None:  # noqa: F811
    folder.change("words:\n", "words:\n  - instead_of: ambulate\n    say: walk\n", "glossaries/en.yaml")
    write(folder, "You can ambulate.")
    assert '14:19: F03 "ambulate" is a hard word. Say: walk' in messages(type_)[1]


def test_a_hard_word_is_found_in_the_plural_too(type_: Type, folder: Folder) -> None:  # noqa: F811
    write(folder, "Two procedures, no lesioned discs.")
    assert [line for line in messages(type_)[1].splitlines() if "F03" in line] == [
        '  14:15: F03 "procedures" is a hard word. Say: surgery'
    ]


def test_another_language_has_hard_words_but_no_grades(type_: Type) -> None:  # noqa: F811
    shutil.copytree(SHIPPED, "content")
    words = "glossary: es\nwords:\n  - instead_of: mielopatía\n    say: daño de la médula\n"
    Path("content/glossaries/es.yaml").write_text(words, "utf-8")
    code, out = messages(type_, "procedures/cervical-foraminotomy/handout.es.yaml")
    assert code == 0
    assert '  41:66: F03 "mielopatía" is a hard word. Say: daño de la médula' in out.splitlines()
    assert "      -      -     93          6  ¿Qué pasa después de la cirugía?\n" in out and "PEMAT" not in out


def test_advice_is_in_the_order_of_the_file(type_: Type) -> None:  # noqa: F811
    path = str(SHIPPED / "procedures/cervical-foraminotomy/handout.en.yaml")
    (report,) = json.loads(type_("check", "--plain", "--json", "--content", str(SHIPPED), path).out)
    places = [(advice_item["line"], advice_item["column"]) for advice_item in report["advice"]]
    assert len(places) > 20 and places == sorted(places)


def test_a_file_that_cannot_be_measured_is_reported(type_: Type, folder: Folder) -> None:  # noqa: F811
    ran = type_("check", "--plain", "--content", "content", "procedures/nee")
    assert (ran.code, ran.out) == (2, "") and "procedures/nee: U10 there is no such file or folder" in ran.err
    ran = type_("check", "--plain", "--content", "content", "clinic.yaml")
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "content: U44 there is no handout or common part to measure\n"
        "    Handouts and common parts are in procedures/<id>/handout.<language>.yaml, common/<id>.<language>.yaml\n",
    )
    folder.change("sections:", "sectionz:")
    ran = type_("check", "--plain", "--content", "content")
    assert ran.code == 4 and f'{H}:9:1: S07 a handout has no field "sectionz"' in ran.err
    assert H not in ran.out and "content/common/booking.en.yaml\n" in ran.out
    ran = type_("check", "--plain", "--content", "content", "common")
    assert (ran.code, ran.err) == (0, ""), "the mistake is in another file"
    folder.change("    say: pain relief\n", "", "glossaries/en.yaml")
    ran = type_("check", "--plain", "--content", "content", "common")
    assert ran.code == 4 and 'content/glossaries/en.yaml:5:5: S02 a hard word needs "say"' in ran.err


def test_a_mistake_in_a_glossary_is_reported(folder: Folder) -> None:
    folder.change("instead_of: analgesia", "insted_of: analgesia", "glossaries/en.yaml")
    assert 'content/glossaries/en.yaml:5:5: S07 a hard word has no field "insted_of"' in folder.check()


def test_check_fails_above_the_clinics_limits(type_: Type, folder: Folder) -> None:  # noqa: F811
    write(folder, "Considerable perioperative rehabilitation necessitates multidisciplinary communication.")
    assert messages(type_)[0] == 0
    folder.change("language: en\n", "language: en\nplain:\n  most_grade: 8\n  most_words: 8\n", "clinic.yaml")
    write(folder, "One two three four five six seven eight nine.")
    code, out = messages(type_)
    assert code == 4
    assert "  Above the limit: 16:11: a sentence of 9 words; the clinic's limit is 8\n" in out
    assert "is above the clinic's 8\n" in out


def items(file: str) -> dict[str, advice.PematItem]:
    loader = ContentLoader(SHIPPED, None)
    loader.clinic()
    loader.handout(file, "en")
    return {item.number: item for item in advice.pemat(loader.loaded_files[0])}


def test_pemat_items_of_the_clinics_handout() -> None:
    pemat_items = items("cervical-foraminotomy")
    assert {number for number, item in pemat_items.items() if item.good} == {"7", "8", "9", "11", "12"}
    lines = (SHIPPED / "procedures/cervical-foraminotomy/handout.en.yaml").read_text("utf-8").splitlines()
    for item in pemat_items.values():
        assert item.good is not bool(item.places) or item.number == "20"
    for place in pemat_items["21"].places:  # "the patient" instead of "you"
        assert "atient" in " ".join(lines[int(place.split(":")[0]) - 1 :][:3])


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (("There is a risk of 3%.",), "7"),
        (("It helps 9 out of 10 people.",), "7"),
        (("Go. Go. Go. Go. Go. Go.",), "8"),
        (("The patient can go.",), "21"),
        (("Stop smoking. Before you eat, make sure to wash.",), "20"),
        (("You should walk. Walk.",), "20"),
    ],
)
def test_a_failed_pemat_item_has_its_place(folder: Folder, lines: tuple[str, ...], number: str) -> None:
    write(folder, *lines)
    loader = ContentLoader(folder.root, None)
    loader.clinic()
    loader.handout("knee", "en")
    pemat_items = {item.number: item for item in advice.pemat(loader.loaded_files[0])}
    assert not pemat_items[number].good and pemat_items[number].places[0].startswith(("13:", "14:"))


def test_a_long_section_needs_another_heading(folder: Folder) -> None:
    write(folder, *["Walk a little every day."] * 40)
    loader = ContentLoader(folder.root, None)
    loader.clinic()
    loader.handout("knee", "en")
    pemat_items = {item.number: item for item in advice.pemat(loader.loaded_files[0])}
    assert (pemat_items["9"].good, pemat_items["9"].places) == (False, ("11:14",))


def test_the_drafts_are_for_grade_7_readers_at_most() -> None:
    loader = ContentLoader(SHIPPED, None)
    loader.clinic()
    for name in DRAFTS:
        loader.handout(name, "en")
    assert len(loader.loaded_files) == 3
    for file in loader.loaded_files:
        total = list(advice.score_readability(file))[-1]
        assert total.flesch_kincaid is not None and total.smog is not None and total.sentences >= advice.SMOG_SENTENCES
        assert total.flesch_kincaid <= 7 and total.smog <= 7
        assert all(sentence.words <= advice.MAX_SENTENCE_WORDS for _, texts in advice.sections(file) for text in texts
                   for sentence in split_sentences(text))  # fmt: skip


def test_the_report_is_available_as_json(type_: Type, folder: Folder) -> None:  # noqa: F811
    ran = type_("check", "--plain", "--json", "--content", "content", H)
    (report,) = json.loads(ran.out)
    assert report["file"] == H and report["sections"][-1]["heading"] == "" and report["pemat"]


@pytest.mark.parametrize(
    ("file", "flesch_kincaid", "smog"),
    [
        ("anterior-cervical-discectomy-fusion", 2.2, 6.7),
        ("cervical-foraminotomy", 8.4, 12.0),  # textstat counts four syllables in "foraminotomy"; it has six
        ("lumbar-laminectomy", 2.3, 6.9),
        ("lumbar-microdiscectomy", 2.4, 6.7),
    ],
)
def test_the_grades_agree_with_textstat(
    type_: Type,  # noqa: F811
    file: str,
    flesch_kincaid: float,
    smog: float,
) -> None:
    """Expect the grades of textstat 0.7.8 with the CMU dictionary, which is GPL and not installed."""
    path = str(SHIPPED / f"procedures/{file}/handout.en.yaml")
    (report,) = json.loads(type_("check", "--plain", "--json", "--content", str(SHIPPED), path).out)
    total = report["sections"][-1]
    assert abs(total["flesch_kincaid"] - flesch_kincaid) <= 0.7 and abs(total["smog"] - smog) <= 0.3


def sentences(text: str) -> list[list[str]]:
    return [words for piece in text.split(".") if (words := re.findall(r"[A-Za-z]+", piece))]


def test_published_reading_scores_are_reproduced() -> None:
    """The examples are from Wikipedia; the grade of the Gettysburg Address (11.0) uses the CMU dictionary."""
    for text, ease in (
        ("The cat sat on the mat.", 116),
        ("This sentence, taken as a reading passage unto itself, is being used to prove a point.", 69),
    ):
        (words,) = sentences(text)
        score = 206.835 - 1.015 * len(words) - 84.6 * sum(map(syllables, words)) / len(words)
        assert round(score) == ease
    assert abs(grades.flesch_kincaid(sentences(GETTYSBURG)) - 11.0) <= 0.1


@pytest.mark.parametrize(
    ("long", "grade"), [(0, 3), (4, 5), (9, 6), (16, 7), (25, 8), (36, 9), (49, 10), (64, 11), (81, 12), (100, 13)]
)
def test_smog_agrees_with_mclaughlins_quick_method(long: int, grade: int) -> None:
    """McLaughlin's quick method: 3 plus the square root of the number of long words in 30 sentences."""
    text = [["hospital"] * (long // 30 + (number < long % 30)) + ["so"] for number in range(30)]
    assert abs(grades.smog(text) - grade) <= 0.6


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "moved walked nerve neck care wear have nurse bones"),
        (2, "handled create creature doctor surgeon collar people little needed dressing safely someone hours"),
        (3, "created surgical procedure hospital medicine everything area"),
        (4, "usually activity operation"),
        (5, "laminectomy"),
        (6, "foraminotomy"),
        (2, "weight-bear"),
    ],
)
def test_syllables_are_counted(count: int, words: str) -> None:
    assert {word: syllables(word) for word in words.split()} == dict.fromkeys(words.split(), count)


def test_the_report_covers_all_shipped_handouts(type_: Type) -> None:  # noqa: F811
    shutil.copytree(SHIPPED, "content")
    shipped, _ = library.load(Path("content"))
    assert shipped is not None
    ran = type_("check", "--plain", "--content", "content")
    assert ran.code == 0 and ran.err == ""
    for name, tag in shipped.handouts:
        assert f"content/procedures/{name}/handout.{tag}.yaml\n" in ran.out


def test_a_hard_word_that_is_in_the_glossary_twice_is_reported(folder: Folder) -> None:
    folder.change("words:\n", "words:\n  - instead_of: Analgesia\n    say: less pain\n", "glossaries/en.yaml")
    message = 'content/glossaries/en.yaml:7:17: L17 "analgesia" is in the list twice\n    Delete one of the two.'
    assert message in folder.check()
