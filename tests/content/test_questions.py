"""Test what an author reads about wrong questions under `asks:`, and about sides in the text."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.cli import main
from packets.content import library
from packets.content.revision_diff import differences, read_revision
from tests.clock import now
from tests.content.knee import HANDOUT, SPANISH, content

FILE = "content/procedures/total-knee/handout.en.yaml"
TRANSLATED = "content/procedures/total-knee/handout.es.yaml"
CHOICES = "{left: left knee, right: right knee, both: both knees}"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    content(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Path("content")


def check(root: Path) -> str:
    """Return the errors of `check` for the knee, and its warnings about sides."""
    _, problems = library.load(root)
    return "\n".join(str(problem) for problem in problems if not problem.warning or problem.code == "L44")


def changed(root: Path, *pairs: tuple[str, str], file: str = FILE) -> str:
    path = Path(file)
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return check(root)


def test_the_sample_has_no_mistakes(root: Path) -> None:
    assert check(root) == ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            CHOICES,
            "{left: left knee}",
            f"{FILE}:10:14: L40 a question needs at least two choices\n"
            "    Write at least two: choices: {left: left knee, right: right knee}",
        ),
        (CHOICES, "{left: left knee, right: }", f"{FILE}:10:39: S04 expected one line of text, found nothing"),
        (
            CHOICES,
            "{left: left knee, right: right knee, both: Left knee}",
            f'{FILE}:10:51: L41 "both" has the same words as "left"\n    Write words that tell the two apart.',
        ),
        (
            CHOICES,
            "{left: right knee, right: left knee, both: both knees}",
            f'{FILE}:8:3: L42 the choice "left" is printed as "right knee"\n'
            "    Correct the words or the id: they name different sides.",
        ),
        (
            CHOICES,
            "{left: left knee, Right Knee: right knee, both: both knees}",
            f'{FILE}:10:32: S10 "Right Knee" is not a name for a field\n'
            "    Use small letters, digits and _ only, a letter first.",
        ),
        (
            CHOICES,
            "{left: left knee, right: right knee, both: both knees, not: no knee}",
            f'{FILE}:10:69: S10 "not" cannot be the id of a choice\n    Choose another word.',
        ),
        (
            "  allergy: yes or no",
            "  allergy: yes or no, optional",
            f"{FILE}:13:12: L45 this question cannot be optional: text depends on its answer\n"
            "    Delete the word optional; write yes, no or undecided if the answer may not be known yet.",
        ),
        (
            "  arrival_time: time",
            "  arrival_time: tiem",
            f'{FILE}:14:17: S06 "tiem" is not an allowed value\n    Did you mean "time"?',
        ),
        (
            "    laterality: true\n",
            "    laterality: true\n  arm:\n    ask: Which arm?\n    choices: {left: left arm, right: right arm}\n"
            "    laterality: true\n",
            f'{FILE}:12:3: L43 "side" asks for the side already\n'
            "    Only one question of a handout can have laterality: true. Delete the line here, or ask one question.",
        ),
        (
            "- if: side is left",
            "- if: side is lft",
            f'{FILE}:36:13: L07 "lft" is not an answer to "side"\n    Did you mean "left"?',
        ),
        (
            "{side}.",
            "{sid}.",
            f'{FILE}:24:37: T02 there is no slot "sid"\n    Did you mean "side"?',
        ),
        (
            "text: Tell every nurse and doctor about your allergy.",
            "text: Tell every nurse about {allergy}.",
            f"{FILE}:33:38: T11 {{allergy}} cannot be used here\n"
            "    Its answers have no words to print. Write a part for each: if: allergy is yes",
        ),
        (
            "from: bring",
            "from: brign",
            f'{FILE}:28:15: S06 "brign" is not an allowed value\n    Did you mean "bring"?',
        ),
    ],
)
def test_a_wrong_question_is_reported_with_place_and_remedy(root: Path, old: str, new: str, message: str) -> None:
    assert message in changed(root, (old, new))


@pytest.mark.parametrize(
    ("old", "new", "word", "line"),
    [
        ("Your operation is on your {side}.", "Your operation is on your left knee.", "left", 23),
        ("heading: Before you come", "heading: Your right knee", "right", 21),
        ("label: Showering", "label: Showering with the left knee", "left", 53),
        ("Keep your left leg straight", "Keep your right leg straight", "right", 36),
        ("ends_with:", "emergency_signs: [Your left calf hurts]\nends_with:", "left", 56),
    ],
)
def test_a_side_in_the_text_is_refused_where_the_side_is_asked(
    root: Path, old: str, new: str, word: str, line: int
) -> None:
    report = changed(root, (old, new))
    assert f"{FILE}:{line}:" in report
    assert f'L44 the text names the side "{word}", but "side" is asked for each patient' in report
    assert "Write {side} in its place, or a part for each answer: if: side is left" in report


def test_a_side_beside_the_slot_is_questioned(root: Path) -> None:
    report = changed(root, ("Please arrive", "Do not lie on your left side. Please arrive"))
    assert report.startswith(f'{FILE}:23:9: L44 the text names the side "left" besides {{side}}')


def test_a_word_that_is_no_side_is_allowed(root: Path) -> None:
    assert changed(root, ("Please arrive", "Please call right away. Please arrive")) == ""


def test_a_translation_translates_each_choice(root: Path) -> None:
    report = changed(root, (", both: ambas rodillas", ""), file=TRANSLATED)
    assert report == (
        f'{TRANSLATED}:11:14: L30 the choice "both" of "side" is not translated\n'
        '    Add it to choices: both: … The original says: "both knees"'
    )


def test_a_translation_that_confuses_the_sides_is_refused(root: Path) -> None:
    words = "left: rodilla izquierda, right: rodilla derecha"
    swapped = "left: rodilla derecha, right: rodilla izquierda"
    report = changed(root, (words, swapped), file=TRANSLATED)
    assert report.count("T24 the sides differ from the original") == 2


def test_a_translation_without_the_questions_is_refused(root: Path) -> None:
    start, end = SPANISH.index("asks:"), SPANISH.index("sections:")
    report = changed(root, (SPANISH[start:end], ""), file=TRANSLATED)
    assert 'L30 the question "side" is not translated' in report
    assert "with ask: and choices: {left: …, right: …, both: …}" in report


def test_a_translation_with_an_unknown_choice_or_question_is_refused(root: Path) -> None:
    report = changed(root, ("both: ambas rodillas", "both: ambas rodillas, none: ninguna"), file=TRANSLATED)
    assert 'L29 the original has no choice "none" here' in report
    report = changed(root, ("  side:\n", "  arm:\n"), file=TRANSLATED)
    assert 'L29 the original has no question "arm" with words' in report
    assert 'L30 the question "side" is not translated' in report


def test_the_same_words_for_two_choices_of_a_translation_are_refused(root: Path) -> None:
    report = changed(root, ("both: ambas rodillas", "both: rodilla derecha"), file=TRANSLATED)
    assert 'L41 "both" has the same words as another choice' in report


def test_a_side_in_a_translated_text_is_refused(root: Path) -> None:
    report = changed(root, ("Avise a todos", "Con la pierna derecha, avise a todos"), file=TRANSLATED)
    assert f"{TRANSLATED}:" in report
    assert 'L44 the text names the side "right", but "side" is asked for each patient' in report


def test_diff_shows_changed_choices(root: Path, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(HANDOUT.replace("both: both knees", "both: the two knees"), "utf-8")
    lines = list(differences(read_revision(Path(FILE)).lines, read_revision(tmp_path / "new.yaml").lines))
    assert "[-both-]" in "\n".join(lines)
    assert any("[asks] side: Which knee was operated on?" in line for line in lines)
    assert read_revision(Path(TRANSLATED)).lines[1].startswith("[asks] side: ¿Qué rodilla se operó? (left: rodilla iz")


def test_preview_needs_no_answers(root: Path, tmp_path: Path) -> None:
    assert main.run(["preview", "total-knee", "--content", "content", "--width", "200", "-o", "pages"], now) == 0
    assert len(list((tmp_path / "pages").glob("total-knee.en-*.png"))) == 3


SURGEON = """\
surgeon: rivera
name: Dr. Jane Rivera
language: en
revision: 1
procedures:
  - procedure: total-knee
    notices:
      - id: blood-thinner
        why: She always does so.
        said_by: Dr. Jane Rivera
        said_on: 2026-11-20
        says:
          - text: Put no weight on your {words}.
    review:
      status: approved
      by: Dr. Jane Rivera
      on: 2026-11-20
      again_by: 2028-11-20
"""


def test_a_surgeons_words_name_the_side_by_the_slot(root: Path) -> None:
    (root / "surgeons").mkdir()
    (root / "surgeons/rivera.yaml").write_text(SURGEON.replace("{words}", "{side}"), "utf-8")
    assert check(root) == ""
    (root / "surgeons/rivera.yaml").write_text(SURGEON.replace("{words}", "left knee"), "utf-8")
    assert 'surgeons/rivera.yaml:8:9: L44 the text names the side "left"' in check(root)


SURGEONS_DATE = """\
    milestones:
      - adds: therapy
        kind: appointment
        label: First visit to the therapist
        short: Therapist
        at: 4 days
        why: She always does so.
        said_by: Dr. Jane Rivera
        said_on: 2026-11-20
    review:
"""


def test_a_surgeons_date_for_a_handout_with_a_side_and_a_notice(root: Path) -> None:
    (root / "surgeons").mkdir()
    text = SURGEON.replace("{words}", "{side}").replace("    review:\n", SURGEONS_DATE)
    (root / "surgeons/rivera.yaml").write_text(text, "utf-8")
    assert check(root) == ""
    (root / "surgeons/rivera.yaml").write_text(text.replace("the therapist", "the left therapist"), "utf-8")
    assert 'surgeons/rivera.yaml:17:16: L44 the text names the side "left"' in check(root)


def test_a_side_in_the_label_of_a_line_to_write_on_is_refused(root: Path) -> None:
    report = changed(root, ("fill_in: Who helps you", "fill_in: Who holds your right hand"))
    assert f'{FILE}:30:9: L44 the text names the side "right"' in report
    changed(root, ("fill_in: Who holds your right hand", "fill_in: Who helps you"))
    report = changed(root, ("fill_in: Quién le ayuda", "fill_in: Quién le da la mano izquierda"), file=TRANSLATED)
    assert f'{TRANSLATED}:22:9: L44 the text names the side "left"' in report


def test_a_mistake_in_the_words_of_a_choice_is_the_only_message(root: Path) -> None:
    report = changed(root, ("both: both knees", "both: **both** knees"))
    assert report.count(FILE) == 1 and f"{FILE}:10:" in report
