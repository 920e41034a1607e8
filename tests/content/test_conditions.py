"""Test conditions of several comparisons: how they are written, checked and printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from packets.content import library
from packets.content.questions import staff_questions
from packets.content.revision_diff import read_revision
from packets.content.schema.condition_text import ConditionText
from packets.errors import InvalidInputError
from packets.fill.packet import fill
from packets.model.case import Stage
from packets.pipeline import fill_packet
from tests.content.folder import Folder
from tests.samples import case

H = "content/procedures/knee/handout.en.yaml"
ASKS = "  brace: yes, no or undecided\n"
TWO = ASKS + "  walker: yes or no\n"
UNDECIDED = ASKS + "  walker: yes, no or undecided\n"
PART = "      - show: brace\n"


def with_part(folder: Folder, condition: str, questions: str = TWO) -> None:
    """Ask for a walker as well, and add a part with this condition to the section."""
    folder.change(ASKS, questions)
    folder.change(PART, f"{PART}      - {condition}\n        text: Practice the stairs.\n")


def printed(brace: str, walker: str, stage: Stage | None = None) -> list[str]:
    """Return the texts of a packet with these answers."""
    loaded, problems = library.load(Folder.root)
    assert loaded is not None, problems
    answers = {"brace": brace, "walker": walker}
    return list(fill_packet(loaded, case(procedure="knee", answers=answers, stage=stage)).texts())


TABLE = {
    "if: brace is yes and walker is yes": [("yes", "yes")],
    "if: brace is yes or walker is yes": [("yes", "yes"), ("yes", "no"), ("no", "yes"), ("undecided", "yes")],
    "if: brace is not yes and walker is yes": [("no", "yes"), ("undecided", "yes")],
    "if: brace is one of yes, undecided and walker is no": [("yes", "no"), ("undecided", "no")],
    "if: brace is one of yes or undecided and walker is no": [("yes", "no"), ("undecided", "no")],
    "unless: brace is one of no, undecided or walker is no": [("yes", "yes")],
    "unless: brace is not yes or walker is not yes": [("yes", "yes")],
}


@pytest.mark.parametrize("condition", TABLE)
def test_a_part_prints_for_exactly_these_answers(folder: Folder, condition: str) -> None:
    with_part(folder, condition)
    assert folder.check() == ""
    combinations = [(brace, walker) for brace in ("yes", "no", "undecided") for walker in ("yes", "no")]
    prints = [pair for pair in combinations if "Practice the stairs." in printed(*pair)]
    assert prints == [pair for pair in combinations if pair in TABLE[condition]]


def test_a_condition_can_name_the_status(folder: Folder) -> None:
    with_part(folder, "if: walker is yes and status is not performed")
    assert "Practice the stairs." in printed("no", "yes", Stage.PLANNED)
    assert "Practice the stairs." in printed("no", "yes")
    assert "Practice the stairs." not in printed("no", "yes", Stage.PERFORMED)


MISTAKES = {
    "brace is yes and walker is yes or brace is no": (
        'S14 "brace is yes and walker is yes or brace …" is not a condition\n'
        "    Use only and, or only or. For both, write two parts with a condition each."
    ),
    "brace is yes and walker is yes and brace is no and walker is no and brace is no": (
        'S14 "brace is yes and walker is yes and brace…" is not a condition\n'
        "    At most 4 comparisons fit. Write several parts with a condition each."
    ),
    "brace = yes": 'S14 "brace = yes" is not a condition\n    Write it like this: if: collar is yes',
    "brace": 'S14 "brace" is not a condition\n    Write it like this: if: collar is yes',
    "(brace is yes)": 'S14 "(brace is yes)" is not a condition\n    Write it like this: if: collar is yes',
    "brace is yes, undecided": (
        'S14 "brace is yes, undecided" is not a condition\n'
        "    For several answers write: brace is one of yes, undecided"
    ),
    "brace is one of yes, yes": (
        'S14 "brace is one of yes, yes" is not a condition\n'
        "    Write each answer once, at least two of them: if: collar is one of yes, undecided"
    ),
    "brace is not one of yes, no": (
        'S14 "brace is not one of yes, no" is not a condition\n'
        "    Write unless: and is one of, as in unless: collar is one of yes, undecided"
    ),
    "brace is yes and walkr is yes": 'L06 there is no question "walkr"\n    Did you mean "walker"?',
    "brace is yes or walker is one of yes, maybe": (
        'L07 "maybe" is not an answer to "walker"\n    It is yes, no or undecided.'
    ),
    "brace is yes and walker is yes and walker is no": (
        "L47 this condition never holds\n    Correct it, or delete the text."
    ),
    "walker is one of yes, no, undecided": "L47 this condition always holds\n    Correct it, or delete the line.",
}


@pytest.mark.parametrize("condition", MISTAKES)
def test_a_mistake_in_a_condition_is_reported(folder: Folder, condition: str) -> None:
    with_part(folder, f"if: {condition}", UNDECIDED)
    messages = folder.check()
    assert f"{H}:19:13: {MISTAKES[condition]}" in messages


def test_every_wrong_comparison_of_a_condition_is_reported(folder: Folder) -> None:
    with_part(folder, "if: brase is yes and walker is maybe and wlaker is no")
    codes = [line.split()[1] for line in folder.check().split("\n") if line.startswith(f"{H}:19")]
    assert codes == ["L06", "L06", "L07"]


@pytest.mark.parametrize("condition", [*TABLE, *(f"if: {condition}" for condition in MISTAKES)])
def test_an_editor_marks_what_is_not_a_condition(condition: str) -> None:
    """The pattern of the JSON Schema knows no questions, and does not count."""
    text = condition.partition(": ")[2]
    mistake = MISTAKES.get(text, "")
    counted = "At most 4" in mistake or "Write each answer once" in mistake
    is_condition = not mistake.startswith("S14") or counted
    assert bool(re.fullmatch(ConditionText(False).pattern, text)) is is_condition


SILENT = {
    ("if: brace is yes and walker is yes", "if: brace is not yes"): (
        'L10 the notice says nothing when "brace" is yes and "walker" is no\n'
        "    Add a part: - if: brace is yes and walker is no"
    ),
    ("if: brace is yes", "if: walker is yes"): (
        'L10 the notice says nothing when "brace" is no and "walker" is no\n'
        "    Add a part: - if: brace is no and walker is no"
    ),
    ("if: brace is one of yes, no and walker is yes", "unless: walker is yes"): (
        'L10 the notice says nothing when "brace" is undecided and "walker" is yes\n'
        "    Add a part: - if: brace is undecided and walker is yes"
    ),
    ("if: brace is yes and walker is yes", "if: brace is yes and walker is not yes"): (
        'L10 the notice says nothing when "brace" is no or undecided\n    Add a part: - if: brace is no'
    ),
}


@pytest.mark.parametrize("parts", SILENT)
def test_a_notice_says_something_for_every_combination(folder: Folder, parts: tuple[str, str]) -> None:
    folder.change(ASKS, TWO)
    folder.change("if: brace is yes", parts[0])
    folder.change("unless: brace is yes", parts[1])
    assert folder.check() == f"{H}:23:7: {SILENT[parts]}"


def test_a_notice_that_depends_on_too_many_questions_is_reported(folder: Folder) -> None:
    """Eleven questions with three answers each have 177,147 combinations."""
    names = [f"device_{number}" for number in range(10)]
    folder.change(ASKS, ASKS + "".join(f"  {name}: yes, no or undecided\n" for name in names))
    more = "".join(f"      - if: {name} is yes\n        text: Bring it.\n" for name in names)
    folder.change("      - unless: brace is yes\n", f"{more}      - unless: brace is yes\n")
    assert (
        folder.check() == f"{H}:32:7: L65 the notice depends on too many questions\n    Divide it into several notices."
    )


def test_a_notice_that_covers_every_combination_is_accepted(folder: Folder) -> None:
    folder.change(ASKS, TWO)
    folder.change("if: brace is yes", "if: brace is yes and walker is yes")
    folder.change("unless: brace is yes", "unless: brace is yes and walker is yes")
    assert folder.check() == ""


SECTION = "    heading: After the surgery\n"


def test_a_section_prints_only_if_its_condition_holds(folder: Folder) -> None:
    folder.change(ASKS, TWO)
    stairs = "  - id: stairs\n    heading: Stairs\n    if: walker is yes\n    parts:\n      - text: Practice them.\n"
    folder.change("notices:\n", f"{stairs}notices:\n")
    assert folder.check() == ""
    assert {"Stairs", "Practice them."} <= set(printed("no", "yes"))
    assert not {"Stairs", "Practice them."} & set(printed("no", "no"))


def test_a_section_that_prints_only_its_heading_gives_a_warning(folder: Folder) -> None:
    folder.change(ASKS, TWO)
    stairs = "  - id: stairs\n    heading: Stairs\n    parts:\n      - text: Practice.\n        if: walker is yes\n"
    folder.change("notices:\n", f"{stairs}notices:\n")
    assert folder.check() == (
        f'{H}:20:14: L48 only the heading is printed when "walker" is no\n'
        "    Add a part for it, or give the section itself a condition."
    )


STAIRS = """\
  - id: stairs
    heading: Stairs
    parts:
      - text: Hold the rail.
      - subheading: With your walker
      - text: Leave it at the top.
        if: walker is yes
      - subheading: At home
      - text: Take one step at a time.
"""


def test_a_subheading_without_anything_below_it_gives_a_warning(folder: Folder) -> None:
    folder.change(ASKS, TWO)
    folder.change("notices:\n", f"{STAIRS}notices:\n")
    assert folder.check() == (
        f'{H}:23:21: L49 nothing is below this subheading when "walker" is no\n'
        "    Give the subheading the condition of the parts below it, or add a part."
    )
    folder.change("With your walker\n", "With your walker\n        if: walker is yes\n")
    assert folder.check() == ""


def test_a_subheading_needs_no_condition_that_its_section_has(folder: Folder) -> None:
    folder.change(ASKS, TWO)
    folder.change("notices:\n", STAIRS.replace("    parts:", "    if: walker is yes\n    parts:") + "notices:\n")
    assert "L49" not in folder.check()


def test_a_subheading_at_the_end_of_a_section_gives_a_warning(folder: Folder) -> None:
    folder.change("      - show: brace\n", "      - show: brace\n      - subheading: Stairs\n")
    assert "L49 nothing is below this subheading\n" in folder.check()


def test_a_notice_that_the_status_alone_can_fill_is_reported(folder: Folder) -> None:
    folder.change("unless: brace is yes", "if: status is planned")
    assert folder.check() == (
        f'{H}:22:7: L10 the notice says nothing when "brace" is no or undecided\n    Add a part: - if: brace is no'
    )


NOTICE = "    label: Your brace\n"


def test_a_notice_prints_only_if_its_condition_holds(folder: Folder) -> None:
    folder.change(NOTICE, f"{NOTICE}    if: walker is yes\n")
    folder.change(ASKS, TWO)
    assert folder.check() == ""
    assert printed("yes", "yes").count("Wear it.") == 2  # in the box and in the section
    assert "Your brace" in printed("yes", "yes")
    assert not {"Your brace", "Wear it."} & set(printed("yes", "no"))


def test_a_conditional_notice_needs_no_words_for_other_answers(folder: Folder) -> None:
    folder.change(ASKS, "  brace: yes or no\n")
    folder.change(NOTICE, f"{NOTICE}    if: brace is yes\n")
    folder.change("      - unless: brace is yes\n        text: Ask about it.\n", "")
    assert folder.check() == ""


def test_a_notice_in_a_section_with_another_condition_is_reported(folder: Folder) -> None:
    folder.change(SECTION, f"{SECTION}    if: brace is yes\n")
    assert f'{H}:20:9: L09 no section shows the notice "brace"' in folder.check()


def test_a_section_has_one_of_if_and_unless(folder: Folder) -> None:
    folder.change(SECTION, f"{SECTION}    if: brace is yes\n    unless: brace is no\n")
    assert "S05" in folder.check()


def test_parts_that_cannot_both_print_do_not_contradict(folder: Folder) -> None:
    folder.change(ASKS, TWO)
    one = "      - if: brace is yes and walker is yes\n        text: Lean on it.\n        states: {lean: now}\n"
    other = "      - if: brace is not yes or walker is no\n        text: Do not lean.\n        states: {lean: never}\n"
    folder.change(PART, PART + one + other)
    assert folder.check() == ""
    folder.change("brace is not yes or walker is no", "brace is not yes or walker is yes")
    assert f'{H}:24:18: L27 "lean" is "never" here, but "now" at {H}:21' in folder.check()


def test_diff_shows_the_conditions(folder: Folder) -> None:
    with_part(folder, "if: brace is one of yes, no and walker is yes")
    home = "  - id: home\n    heading: At home\n    unless: status is planned\n    parts:\n      - text: Rest.\n"
    folder.change("notices:\n", f"{home}notices:\n")
    lines = read_revision(Path(H)).lines
    assert "# At home [status is not planned]" in lines
    assert "[brace is one of yes, no and walker is yes] Practice the stairs." in lines
    assert "[brace is yes] Wear it." in lines and "[brace is not yes] Ask about it." in lines


def test_the_nurse_sees_what_each_answer_prints(folder: Folder) -> None:
    folder.change(ASKS, TWO)
    folder.change("if: brace is yes", "if: brace is yes and walker is yes")
    folder.change("unless: brace is yes", "unless: brace is yes and walker is yes")
    loaded, _ = library.load(Folder.root)
    assert loaded is not None
    walker = next(question for question in staff_questions(loaded.handouts["knee", "en"]) if question.name == "walker")
    assert walker.choices == (
        ("yes", "Wear it. Ask about it."),
        ("no", "Ask about it."),
    )


def rack_copy() -> list[str]:
    loaded, problems = library.load(Folder.root)
    assert loaded is not None, problems
    commons = {name: part for (name, tag), part in loaded.common.items() if tag == "en"}
    handout, plan = loaded.handouts["knee", "en"], loaded.plans["discharge"]
    return list(fill(handout, plan, commons, loaded.clinic, loaded.languages["en"], None).texts())


def test_the_rack_copy_prints_the_parts_for_undecided(folder: Folder) -> None:
    with_part(folder, "if: brace is undecided and walker is not yes", UNDECIDED)
    assert "Practice the stairs." in rack_copy()


SIDES = """\
  side:
    ask: Which knee?
    choices: {left: left knee, right: right knee}
  aid:
    ask: Which aid?
    choices: {cane: a cane, frame: a frame, none: no aid}
"""


@pytest.mark.parametrize(
    ("condition", "label"),
    {
        "if: side is left and aid is not none": "Which knee? left knee; Which aid? a cane / a frame",
        "if: aid is one of cane, frame and brace is undecided": "Which aid? a cane / a frame",
        "if: side is right or brace is yes": "Which knee? right knee",
        "unless: side is right": "Which knee? left knee",
    }.items(),
)
def test_the_rack_copy_says_for_which_choices_a_part_is(folder: Folder, condition: str, label: str) -> None:
    folder.change(ASKS, ASKS + SIDES)
    both = "      - text: Left.\n        if: side is left\n      - text: No aid.\n        if: aid is none\n"
    folder.change(PART, f"{PART}      - {condition}\n        text: Practice the stairs.\n{both}")
    texts = rack_copy()
    assert texts[texts.index("Practice the stairs.") - 1] == label


def test_a_section_of_the_rack_copy_says_for_which_choices_it_is(folder: Folder) -> None:
    folder.change(ASKS, ASKS + SIDES)
    stairs = "  - id: stairs\n    heading: Stairs\n    if: side is left\n    parts:\n      - text: Practice them.\n"
    folder.change("notices:\n", f"{stairs}notices:\n")
    folder.change(PART, f"{PART}      - text: No aid.\n        if: aid is none\n")
    texts = rack_copy()
    assert texts[texts.index("Stairs") :][:3] == ["Stairs", "Which knee? left knee", "Practice them."]


def test_a_rack_copy_that_cannot_say_whom_a_part_is_for_is_refused(folder: Folder) -> None:
    folder.change(ASKS, ASKS + SIDES)
    folder.change(PART, f"{PART}      - if: side is left or aid is cane\n        text: Practice the stairs.\n")
    with pytest.raises(InvalidInputError) as caught:
        rack_copy()
    assert str(caught.value) == (
        'R30 the rack copy of "knee" cannot say whom a part is for: its condition is "side is left or aid is cane"\n'
        "    Write several parts, one for each answer."
    )


def test_a_question_about_which_patients_read_nothing_while_it_is_undecided_is_refused(folder: Folder) -> None:
    folder.change("  brace: yes, no or undecided\n", "  brace: yes, no or undecided\n  pump: yes, no or undecided\n")
    folder.change(
        "      - show: brace\n", "      - if: pump is yes\n        text: Carry your pump.\n      - show: brace\n"
    )
    assert folder.check() == (
        f'{H}:9:3: L83 no text is printed when "pump" is undecided\n'
        "    Add a part that says whom to ask: - if: pump is undecided\n"
        "    If it is always decided, write under asks: pump: yes or no"
    )
    folder.change("if: pump is yes", "if: pump is one of yes, undecided")
    assert folder.check() == ""
