"""Test rows of tables and medicines that are printed for some patients only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packets.cli import main
from packets.content import library
from packets.content.questions import staff_questions
from packets.content.revision_diff import differences, read_revision
from packets.content.schema.block_fields import RowOfCells
from packets.fill.packet import fill
from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket, Heading, Table, joined
from packets.pipeline import fill_packet, make_packet, make_rack_copy
from packets.verify.extract_text import read, without_whitespace
from tests.block_samples import FILE, SPANISH_FILE, replace_once, sample_messages, write_content
from tests.clock import now
from tests.samples import case

ASKS = """\
  collar: yes, no or undecided
  eye:
    ask: Which eye?
    choices: {left: left eye, right: right eye}
    laterality: true
"""
PARTS = """\
      - text: Eat what you like.
      - table:
          columns: [Day, You may eat]
          rows:
            - [1 day before, Soup]
            - if: collar is yes
              cells: [The day, "Soft food for {surgeon}'s patients"]
            - unless: collar is yes
              cells: [The day, Anything]
      - subheading: Your drops
      - medicines:
          - medicine: Sampledol 500 mg
            for: Against pain
            doses: {morning: 1 tablet}
          - medicine: Sampledrops
            for: For your left eye
            doses: {bedtime: 1 drop}
            if: eye is left
"""
SPANISH = """\
      - text: Coma lo que quiera.
      - table:
          columns: [Día, Puede comer]
          rows:
            - [1 día antes, Sopa]
            - [El día, "Comida blanda para pacientes de {surgeon}"]
            - [El día, Todo]
      - subheading: Sus gotas
      - medicines:
          - medicine: Sampledol 500 mg
            for: Contra el dolor
            doses: {morning: 1 tableta}
          - medicine: Sampledrops
            for: Para su ojo izquierdo
            doses: {bedtime: 1 gota}
"""
SPANISH_ASKS = """\
asks:
  eye:
    ask: ¿Qué ojo?
    choices: {left: ojo izquierdo, right: ojo derecho}
sections:
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the shipped content with one handout, in English and Spanish, whose tables have conditions."""
    monkeypatch.chdir(tmp_path)
    write_content(tmp_path / "content", PARTS, SPANISH)
    replace_once("  collar: yes, no or undecided\n", ASKS)
    replace_once("sections:\n", SPANISH_ASKS, SPANISH_FILE)
    return Path("content")


def check() -> list[str]:
    return sample_messages(Path("content"))


def packet(root: Path, language: str = "en", **answers: str) -> FilledPacket:
    """Return the packet with these answers, after its PDF was made and verified."""
    loaded, problems = library.load(root)
    assert loaded is not None, problems
    patient = case(procedure="sample", language=language, answers={"collar": "no", "eye": "right", **answers})
    make_packet(loaded, patient, PrintOptions(), include_drafts=True)
    return fill_packet(loaded, patient, include_drafts=True)


def rows(filled: FilledPacket) -> list[list[str]]:
    """Return the cells of the rows of every table, without empty cells."""
    tables = [block for block in filled.blocks if isinstance(block, Table)]
    return [[joined(cell) for cell in row if cell] for table in tables for row in table.rows]


def test_a_row_prints_for_exactly_its_answers(root: Path) -> None:
    assert check() == []
    soft = ["The day", "Soft food for Dr. Jane Rivera's patients"]
    sampledol = ["Sampledol 500 mg. Against pain.", "1 tablet"]
    drops = ["Sampledrops. For your left eye.", "1 drop"]
    assert rows(packet(root, collar="yes", eye="left")) == [["1 day before", "Soup"], soft, sampledol, drops]
    assert rows(packet(root, collar="no")) == [["1 day before", "Soup"], ["The day", "Anything"], sampledol]


def test_a_translation_has_the_conditions_of_the_original(root: Path) -> None:
    soft = ["El día", "Comida blanda para pacientes de Dr. Jane Rivera"]
    first, sampledol = ["1 día antes", "Sopa"], ["Sampledol 500 mg. Contra el dolor.", "1 tableta"]
    drops = ["Sampledrops. Para su ojo izquierdo.", "1 gota"]
    assert rows(packet(root, "es", collar="yes", eye="left")) == [first, soft, sampledol, drops]
    assert rows(packet(root, "es", collar="undecided")) == [first, ["El día", "Todo"], sampledol]


def test_a_table_without_a_row_for_this_patient_is_left_out(root: Path) -> None:
    replace_once("            - [1 day before, Soup]\n", "")
    replace_once("            - [1 día antes, Sopa]\n", "", SPANISH_FILE)
    replace_once("            - unless: collar is yes\n", "            - if: collar is undecided\n")
    texts = list(packet(root, collar="no").texts())
    assert "You may eat" not in texts and "Eat what you like." in texts
    assert "You may eat" in list(packet(root, collar="yes").texts())


def test_check_warns_of_a_heading_whose_table_may_be_left_out(root: Path) -> None:
    replace_once(
        "            doses: {morning: 1 tablet}\n",
        "            doses: {morning: 1 tablet}\n            if: eye is left\n",
    )
    assert check() == [
        f'{FILE}:26:21: L49 nothing is below this subheading when "eye" is right\n'
        "    Give the subheading the condition of the parts below it, or add a part."
    ]
    headings = [block.text for block in packet(root, eye="right").blocks if isinstance(block, Heading)]
    assert "Your drops" in headings  # the author was warned


def test_a_table_with_empty_rows_is_never_left_out(root: Path) -> None:
    replace_once(
        "            doses: {morning: 1 tablet}\n",
        "            doses: {morning: 1 tablet}\n            if: eye is left\n",
    )
    replace_once(
        "            if: eye is left\nends_with", "            if: eye is left\n        empty_rows: 2\nends_with"
    )
    assert check() == []
    assert rows(packet(root, eye="right"))[-2:] == [[], []]


def test_a_draft_table_without_a_row_prints_no_draft_mark_either(root: Path) -> None:
    replace_once("            - [1 day before, Soup]\n", "")
    replace_once("            - [1 día antes, Sopa]\n", "", SPANISH_FILE)
    replace_once("            - unless: collar is yes\n", "            - if: collar is undecided\n")
    replace_once("      - table:\n", "      - status: draft\n        table:\n")
    loaded, problems = library.load(root)
    assert loaded is not None, problems
    mark = loaded.languages["en"].say("draft_mark")
    assert mark not in list(packet(root, collar="no").texts())
    assert mark in list(packet(root, collar="yes").texts())


MISTAKES = {
    ("if: collar is yes", "if: colar is yes"): (
        f'{FILE}:22:19: L06 there is no question "colar"\n    Did you mean "collar"?'
    ),
    ("if: eye is left", "if: eye is lft"): (
        f'{FILE}:34:17: L07 "lft" is not an answer to "eye"\n    Did you mean "left"?'
    ),
    ("if: eye is left", "if: eye is left or eye is right"): (
        f"{FILE}:34:17: L47 this condition always holds\n    Correct it, or delete the line."
    ),
    ("if: collar is yes\n", "if: collar is yes\n              unless: eye is left\n"): (
        f"{FILE}:23:23: S05 a row with a condition can have only one of if or unless; found if and unless"
    ),
    (
        "            - unless: collar is yes\n              cells: [The day, Anything]\n",
        "            - if: collar is no\n",
    ): (
        f'{FILE}:24:15: S02 a row with a condition needs "cells"\n'
        '    Add it with your own value. Example: cells: [Samplothin, "1 tablet, each morning"]'
    ),
    ("cells: [The day, Anything]", "cells: [The day, Anything, Water]"): (
        f"{FILE}:25:22: S18 this row has 3 cells; the table has 2 columns\n"
        '    Write one cell for each column; "" is an empty cell.'
    ),
    ("cells: [The day, Anything]", "cell: [The day, Anything]"): (
        f'{FILE}:25:15: S07 a row with a condition has no field "cell"\n    Did you mean "cells"?'
    ),
    ("            - [1 day before, Soup]", "            - Soup"): (
        f'{FILE}:21:15: S03 expected a list, found text\n    Write each entry on a line of its own, as "- entry".'
    ),
}


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_a_mistake_in_a_row_is_reported_at_its_place(root: Path, old: str, new: str) -> None:
    replace_once(old, new)
    assert MISTAKES[old, new] in check()


def test_a_translation_with_a_condition_of_its_own_is_refused(root: Path) -> None:
    replace_once(
        "            - [El día, Todo]\n", "            - {if: collar is no, cells: [El día, Todo]}\n", SPANISH_FILE
    )
    replace_once(
        "            doses: {bedtime: 1 gota}\n",
        "            doses: {bedtime: 1 gota}\n            if: eye is left\n",
        SPANISH_FILE,
    )
    assert check() == [
        f'{SPANISH_FILE}:22:16: S07 a translated row has no field "if"\n    It can have: cells.',
        f'{SPANISH_FILE}:31:13: S07 a translated medicine has no field "if"\n'
        "    It can have: medicine, for, doses, until and note.",
    ]


def test_a_side_may_be_named_in_the_row_for_it(root: Path) -> None:
    replace_once("            if: eye is left\n", "            if: collar is yes\n")
    assert [message.split(" ")[1] for message in check()] == ["L44"]


def test_diff_shows_the_condition_of_a_row(root: Path) -> None:
    old = read_revision(Path(FILE)).lines
    assert "[collar is yes] [row] The day | Soft food for {surgeon}'s patients" in old
    assert "[eye is left] [medicine] Sampledrops | For your left eye |  |  |  | 1 drop |  | " in old
    replace_once("            - if: collar is yes\n", "            - if: collar is undecided\n")
    (line,) = [line for line in differences(old, read_revision(Path(FILE)).lines) if line.startswith("~")]
    assert line.startswith("~ [collar is [-yes]-] {+undecided]+} [row] The day")


def test_the_rack_copy_says_whom_a_row_is_for(root: Path) -> None:
    loaded, problems = library.load(root)
    assert loaded is not None, problems
    text = without_whitespace(" ".join(read(make_rack_copy(loaded, "sample", "en", PrintOptions()).pdf.data)))
    assert without_whitespace("Which eye? left eye: Sampledrops. For your left eye.") in text
    assert "Anything" in text and "Soft" not in text  # undecided, as for the parts of a rack copy
    handout = loaded.handouts["sample", "en"]
    commons = {name: part for (name, tag), part in loaded.common.items() if tag == "en"}
    rack = fill(handout, loaded.plans["handout"], commons, loaded.clinic, loaded.languages["en"], None)
    assert rows(rack)[-1] == ["Which eye? left eye: Sampledrops. For your left eye.", "1 drop"]


def test_the_web_form_shows_what_each_answer_prints(root: Path) -> None:
    loaded, problems = library.load(root)
    assert loaded is not None, problems
    asked = {question.name: dict(question.choices) for question in staff_questions(loaded.handouts["sample", "en"])}
    assert asked["eye"] == {"left": "Sampledrops For your left eye 1 drop", "right": ""}
    assert asked["collar"]["yes"] == "The day Soft food for {surgeon}'s patients"
    assert asked["collar"]["no"] == asked["collar"]["undecided"] == "The day Anything"


def test_a_question_that_only_a_row_depends_on_is_used(root: Path) -> None:
    replace_once("    laterality: true\n", "")
    replace_once("For your left eye", "For your eye")
    replace_once("Para su ojo izquierdo", "Para su ojo", SPANISH_FILE)
    assert check() == []
    replace_once("            if: eye is left\n", "")
    assert [message.split(" ")[1] for message in check()] == ["L08"]


def test_a_common_part_can_have_rows_for_one_status(root: Path) -> None:
    path = root / "common" / "going-home.en.yaml"
    table = "  - table:\n      columns: [Who, What]\n      rows:\n        - {if: collar is yes, cells: [You, Rest]}\n"
    path.write_text(path.read_text("utf-8").replace("parts:\n", "parts:\n" + table, 1), "utf-8")
    _, problems = library.load(root)
    (message,) = [str(problem) for problem in problems if problem.code == "L06"]
    assert message.endswith('L06 there is no question "collar"\n    There are: status.')


def test_a_starter_of_a_translation_has_a_list_of_cells_for_each_row(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["new", "translation", "sample", "de", "--content", "content"], now) == 0, capsys.readouterr()
    written = Path("content/procedures/sample/handout.de.yaml").read_text("utf-8")
    assert '# - [The day, Anything]\n            - ["TODO", "TODO"]\n' in written
    assert "collar is" not in written and "eye is" not in written


def test_an_editor_accepts_both_ways_to_write_a_row() -> None:
    schema = json.loads((library_schema()).read_text("utf-8"))
    table = schema["properties"]["sections"]["items"]["properties"]["parts"]["items"]["properties"]["table"]
    plain, conditional = table["properties"]["rows"]["items"]["anyOf"]
    assert plain["type"] == "array" and conditional["required"] == ["cells"]
    assert set(conditional["properties"]) == {"cells", "if", "unless"}
    assert RowOfCells.cells.min_items == plain["minItems"]


def library_schema() -> Path:
    return Path(__file__).resolve().parents[2] / "content" / "schema" / "handout.schema.json"
