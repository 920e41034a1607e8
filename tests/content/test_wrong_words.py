"""Handouts that name another operation, and parts of one packet that contradict each other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from packets.content import library
from packets.content.lint.conditions import can_hold_together
from packets.model.condition import Comparison, Condition
from packets.model.question import FIXED_CHOICES, AnswerKind
from tests.content.folder import HANDOUT, SHIPPED, Folder

H = "content/procedures/knee/handout.en.yaml"
HIP = HANDOUT.replace("handout: knee", "handout: hip").replace("Knee Sample", "Hip Sample")


@pytest.fixture
def two(folder: Folder) -> Folder:
    folder.write("procedures/hip/handout.en.yaml", HIP.replace("asks:", "names: [hip repair, new hip]\nasks:"))
    return folder


def test_the_wrong_operation_in_the_clinics_text_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clinic's own text names the anterior cervical discectomy with fusion among the foraminotomy's reasons."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED, "content")
    file = Path("content/procedures/cervical-foraminotomy/handout.en.yaml")
    text = file.read_text("utf-8")
    corrected = "          candidate for this procedure.\n"
    assert text.count(corrected) == 1
    file.write_text(
        text.replace(corrected, "          candidate for the anterior cervical discectomy\n          with fusion.\n"),
        "utf-8",
    )
    _, problems = library.load(Path("content"))
    messages = [str(problem) for problem in problems if problem.code == "L26"]
    line = text[: text.index(corrected)].count("\n") + 1
    operation = "anterior-cervical-discectomy-fusion"
    assert messages == [
        f'{file}:{line}:29: L26 "anterior cervical discectomy with fusion" is another operation ({operation})\n'
        f"    Is it the right operation? If it is meant, declare it: may_name: - operation: {operation}"
    ]


def test_the_wrong_operation_in_a_sign_of_an_emergency_is_reported(two: Folder) -> None:
    two.change("ends_with:", "emergency_signs: [Your new hip hurts]\nends_with:")
    assert f'{H}:35:24: L26 "new hip" is another operation (hip)' in two.check()


def test_the_wrong_operation_is_reported_in_spanish_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED, "content")
    file = Path("content/procedures/cervical-foraminotomy/handout.es.yaml")
    text = file.read_text("utf-8")
    assert text.count("candidato para este procedimiento") == 1
    slip = "candidato para la discectomía cervical anterior"
    file.write_text(text.replace("candidato para este procedimiento", slip), "utf-8")
    _, problems = library.load(Path("content"))
    (messages,) = [problem for problem in problems if problem.code == "L26"]
    assert messages.path == str(file) and '"discectomía cervical anterior"' in messages.message


def test_the_shipped_content_names_no_wrong_operation_and_contradicts_nothing() -> None:
    _, problems = library.load(SHIPPED)
    assert not [problem for problem in problems if problem.code in ("L26", "L27")]
    shipped, _ = library.load(SHIPPED)
    assert shipped is not None
    for handout in shipped.handouts.values():
        if handout.language == "en":
            assert handout.names
            written = yaml.safe_load((SHIPPED / f"procedures/{handout.id}/handout.en.yaml").read_text("utf-8"))
            for notice in written["notices"]:
                assert all("states" in part for part in notice["says"]), (handout.id, notice["id"])


def test_titles_and_other_names_are_reported_everywhere(two: Folder) -> None:
    two.change("heading: After the surgery", "heading: After the HIP repair")
    two.change(
        "You can walk within two weeks.\n\n", "You can walk within two weeks, as after a Hip\n          Sample.\n\n"
    )
    two.change("quote: You can walk within two weeks.", "quote: You can walk within two weeks")
    messages = two.check()
    assert f'{H}:11:24: L26 "HIP repair" is another operation (hip)' in messages
    assert f'{H}:14:53: L26 "Hip Sample" is another operation (hip)' in messages
    assert messages.count("L26") == 2


def test_a_declared_mention_is_accepted(two: Folder) -> None:
    two.change("heading: After the surgery", "heading: Not a hip repair")
    two.change("asks:", "may_name:\n  - operation: hip\n    why: They are compared.\nasks:")
    assert two.check() == ""


def test_a_declared_mention_of_an_unknown_procedure_is_a_mistake(two: Folder) -> None:
    two.change("asks:", "may_name:\n  - operation: hipp\n    why: They are compared.\nasks:")
    assert two.check() == f'{H}:6:16: L22 there is no procedure "hipp"\n    Did you mean "hip"?'


def test_a_name_inside_a_longer_word_or_name_does_not_count(two: Folder) -> None:
    two.change("title: Knee Sample", "title: Knee Sample\nnames: [knee and new hip]")
    two.change("heading: After the surgery", "heading: The knee and new hip, and new hippos")
    assert two.check() == ""


def test_a_common_part_must_not_name_an_operation(two: Folder) -> None:
    two.change("text: Call {phone}.", "text: Call about your knee sample.", "common/booking.en.yaml")
    assert two.check() == (
        'content/common/booking.en.yaml:6:27: L26 "knee sample" is another operation (knee)\n'
        "    A common part is printed for every operation; name none."
    )


def test_a_common_part_that_contradicts_a_milestone(folder: Folder) -> None:
    folder.change(
        "  - text: Call {phone}.\n", "  - text: Walk soon.\n    states: {walk: by 3 weeks}\n", "common/booking.en.yaml"
    )
    assert folder.check() == (
        'content/common/booking.en.yaml:7:14: L27 "walk" is "by 3 weeks" here, but "by 2 weeks" '
        f"at {H}:29\n"
        "    One packet can print both. Make them the same, or give one a condition."
    )


def test_the_same_fact_twice_is_accepted(folder: Folder) -> None:
    folder.change(
        "  - text: Call {phone}.\n", "  - text: Walk.\n    states: {walk: by 2 weeks}\n", "common/booking.en.yaml"
    )
    assert folder.check() == ""


def test_parts_with_mutually_exclusive_answers_do_not_contradict(folder: Folder) -> None:
    folder.change("        text: Wear it.\n", "        text: Wear it.\n        states: {brace: ordered}\n")
    folder.change("        text: Ask about it.\n", "        text: Ask about it.\n        states: {brace: open}\n")
    assert folder.check() == ""
    folder.change(
        "      - show: brace\n",
        "      - show: brace\n      - text: You need no brace.\n        states: {brace: none}\n",
    )
    assert folder.check().count("L27") == 2  # the part without a condition contradicts both


CHOICES = FIXED_CHOICES[AnswerKind.YES_NO_UNDECIDED]
QUESTIONS = {"collar": CHOICES, "brace": CHOICES}
comparisons = st.builds(
    Comparison,
    st.sampled_from(list(QUESTIONS)),
    st.sampled_from([*((choice,) for choice in CHOICES), ("yes", "no")]),
    st.booleans(),
)
conditions = st.none() | st.builds(
    Condition, st.lists(comparisons, min_size=1, max_size=3).map(tuple), st.booleans(), st.booleans()
)


@given(conditions, conditions)
def test_two_parts_are_compared_if_some_answers_print_both(one: Condition | None, other: Condition | None) -> None:
    answers = [{"collar": a, "brace": b} for a in CHOICES for b in CHOICES]
    meet = any(all(c is None or c.holds(answer) for c in (one, other)) for answer in answers)
    assert can_hold_together((one, other), QUESTIONS) is meet
