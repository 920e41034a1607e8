"""Test that no patient gets a date whose sentence is not printed for them."""

from __future__ import annotations

import pytest

from tests.content.folder import Folder

H = "content/procedures/knee/handout.en.yaml"
WALK = "          You can walk within two weeks.\n\n"
SHOW = "      - show: brace\n"
QUOTE = "    quote: You can walk within two weeks.\n"


def move_the_sentence(folder: Folder, *parts: str) -> None:
    """Take the sentence of the milestone "walk" out of the text for all patients, and put it into other parts."""
    folder.change(WALK, "")
    folder.change(SHOW, SHOW + "".join(f"      - {part}\n" for part in parts))


def part(condition: str) -> str:
    return f"{condition}\n        text: You can walk within two weeks."


MESSAGE = (
    'M21 the date is printed without its sentence when "brace" is no or undecided\n'
    "    Write in the milestone: if: brace is yes\n"
    "    Or print the sentence for these patients too."
)


def test_a_date_for_all_patients_whose_sentence_is_for_some_is_refused(folder: Folder) -> None:
    move_the_sentence(folder, part("if: brace is yes"))
    assert folder.check() == f"{H}:30:12: {MESSAGE}"


def test_the_message_says_what_to_write(folder: Folder) -> None:
    move_the_sentence(folder, part("if: brace is yes"))
    folder.change(QUOTE, QUOTE + "    if: brace is yes\n")
    assert folder.check() == ""


def test_the_condition_of_the_section_counts(folder: Folder) -> None:
    folder.change("    heading: After the surgery\n", "    heading: After the surgery\n    if: brace is yes\n")
    folder.change("notices:\n", "  - id: others\n    heading: Brace\n    parts:\n      - show: brace\nnotices:\n")
    messages = folder.check()
    assert messages.count("M21 the date is printed without its sentence") == 2  # of both milestones


def test_the_condition_of_a_row_counts(folder: Folder) -> None:
    row = "{if: brace is yes, cells: [You can walk within two weeks.]}"
    move_the_sentence(
        folder, f"table:\n          columns: [When]\n          rows:\n            - [Rest]\n            - {row}"
    )
    assert MESSAGE in folder.check()


def test_a_sentence_that_each_patient_gets_in_one_of_two_parts_is_enough(folder: Folder) -> None:
    move_the_sentence(folder, part("if: brace is yes"), part("unless: brace is yes"))
    assert folder.check() == ""


def test_a_date_for_fewer_patients_than_the_sentence_is_right(folder: Folder) -> None:
    move_the_sentence(folder, part("if: brace is one of yes, undecided"))
    folder.change(QUOTE, QUOTE + "    if: brace is yes\n")
    assert folder.check() == ""


def test_a_date_for_other_patients_than_the_sentence_is_refused(folder: Folder) -> None:
    move_the_sentence(folder, part("if: brace is yes"))
    folder.change(QUOTE, QUOTE + "    if: brace is no\n")
    assert "M21 the date is printed without its sentence\n" in folder.check()


def test_the_sentence_of_a_notice_counts_with_its_conditions(folder: Folder) -> None:
    folder.change(WALK, "")
    folder.change("        text: Wear it.\n", "        text: You can walk within two weeks.\n")
    assert MESSAGE in folder.check()


@pytest.mark.parametrize(
    ("condition", "hint"),
    [
        ("unless: brace is yes", "if: brace is not yes"),
        ("unless: brace is one of yes, no", "unless: brace is one of yes, no"),
        ("if: status is performed", "if: status is performed"),
    ],
)
def test_the_hint_is_a_line_that_makes_it_right(folder: Folder, condition: str, hint: str) -> None:
    move_the_sentence(folder, part(condition))
    assert f"    Write in the milestone: {hint}\n" in folder.check()
    folder.change(QUOTE, QUOTE + f"    {hint}\n")
    assert folder.check() == ""


def test_several_conditions_are_not_guessed(folder: Folder) -> None:
    move_the_sentence(folder, part("if: brace is yes"), part("if: status is performed"))
    assert "    Give the milestone the conditions of the text with the sentence\n" in folder.check()


def test_a_sentence_that_no_patient_reads_is_not_in_the_text(folder: Folder) -> None:
    """The question of a schedule is only on the staff sheet."""
    sentence = "You can walk within two weeks."
    steps = "[{from: day 0, through: day 6, times: 4 a day}]"
    move_the_sentence(folder, f"schedule: {{what: Drops, ask: {sentence}, quote: {sentence}, steps: {steps}}}")
    assert [line.split()[:2] for line in folder.check().splitlines() if "M06" in line] == [
        [f"{H}:16:77:", "M06"],  # of the schedule
        [f"{H}:29:12:", "M06"],  # of the milestone
    ]
