"""Test what `check` and `diff` say about callouts, tables and subheadings."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.content.library import load
from packets.content.revision_diff import read_revision
from tests.block_samples import PARTS, SPANISH, sample_messages, write_content


def check(root: Path, parts: str = PARTS, spanish: str = "") -> list[str]:
    messages = sample_messages(write_content(root, parts, spanish))
    return [message.partition("/procedures/sample/")[2] for message in messages]


def test_the_sample_and_its_translation_have_no_mistakes(tmp_path: Path) -> None:
    assert check(tmp_path, PARTS, SPANISH) == []


TABLE = """\
      - table:
          columns: [Day, You may eat]
          rows:
            - [1 day before, Soup]
"""
USES_THE_COLLAR = """\
      - text: Rest.
      - if: collar is yes
        text: Wear it.
"""
CALLOUT = """\
      - callout:
          kind: emergency
          heading: Call 911 if
          text: You cannot breathe.
"""


MEDICINES = """\
      - medicines:
          - medicine: Samplecillin
            for: Pain
            doses: {morning: 1 tablet}
        empty_rows: 2
"""


@pytest.mark.parametrize(
    ("parts", "old", "new", "message"),
    [
        (
            TABLE,
            "[1 day before, Soup]",
            "[1 day before, Soup, Water]",
            "handout.en.yaml:16:15: S18 this row has 3 cells; the table has 2 columns\n"
            '    Write one cell for each column; "" is an empty cell.',
        ),
        (
            TABLE,
            "[1 day before, Soup]",
            "[1 day before]",
            "handout.en.yaml:16:15: S18 this row has 1 cell; the table has 2 columns\n"
            '    Write one cell for each column; "" is an empty cell.',
        ),
        (
            TABLE,
            "[Day, You may eat]",
            "[]",
            "handout.en.yaml:14:20: S13 expected 1 to 6 entries, found 0\n"
            "    A table has 1 to 6 columns: write the words above each of them.",
        ),
        (
            TABLE,
            "[Day, You may eat]",
            "[A, B, C, D, E, F, G]",
            "handout.en.yaml:14:20: S13 expected 1 to 6 entries, found 7\n"
            "    A table has 1 to 6 columns: write the words above each of them.",
        ),
        (
            TABLE,
            "\n            - [1 day before, Soup]",
            " []",
            "handout.en.yaml:15:17: S13 expected 1 to 100 entries, found 0\n"
            "    Write the rows of the table, each as a list of cells: - [First, Second]",
        ),
        (
            TABLE,
            "[1 day before, Soup]",
            "One day before",
            "handout.en.yaml:16:15: S03 expected a list, found text\n"
            '    Write each entry on a line of its own, as "- entry".',
        ),
        (
            TABLE,
            "Soup",
            '"{sergeon}"',
            'handout.en.yaml:16:31: T02 there is no slot "sergeon"\n    Did you mean "surgeon"?',
        ),
        (
            TABLE,
            "- [1 day before, Soup]",
            "- - 1 day before\n              - |\n                Soup\n                Water",
            "handout.en.yaml:17:17: S11 expected one line, found several\n"
            '    Write it after the dash, without |. A long cell may be in "quotes" and go on in the next line.',
        ),
        (
            CALLOUT,
            "kind: emergency",
            "kind: danger",
            'handout.en.yaml:14:17: S06 "danger" is not an allowed value\n    It can be emergency, call or note.',
        ),
        (
            CALLOUT,
            "          heading: Call 911 if\n",
            "",
            'handout.en.yaml:14:11: S02 a callout needs "heading"\n'
            "    Add it with your own value. Example: heading: Call 911 if",
        ),
        (
            CALLOUT,
            "      - callout:",
            "      - subheading: Danger\n        callout:",
            "handout.en.yaml:13:21: S05 a part of a section needs exactly one of text, callout, table, image, "
            "subheading, page_break, medicines, schedule, show, fill_in, check or todo; found callout and subheading",
        ),
        (
            MEDICINES,
            "{morning: 1 tablet}",
            "{breakfast: 1 tablet}",
            'handout.en.yaml:16:21: S07 the doses of a day has no field "breakfast"\n'
            "    It can have: morning, noon, evening and bedtime.",
        ),
        (
            "      - medicines: []\n        empty_rows: 2\n",
            "\n        empty_rows: 2",
            "",
            "handout.en.yaml:13:20: S19 this table of medicines is empty\n"
            "    Add empty_rows: with the number of rows to fill in, or list the medicines.",
        ),
        (
            "      - text: Eat.\n        keep_together: true\n",
            "keep_together: true",
            "empty_rows: 2",
            'handout.en.yaml:14:21: S22 "empty_rows" belongs to medicines\n    Add medicines: with a list.',
        ),
        (
            "      - text: Eat.\n        keep_together: true\n",
            "true",
            "no",
            'handout.en.yaml:14:24: S06 "no" is not an allowed value\n    Write true, or delete the line.',
        ),
        (
            "      - text: Eat.\n      - page_break: true\n",
            "      - text: Eat.\n",
            "",
            "handout.en.yaml:13:21: S20 a page break cannot follow a heading\n"
            "    Put it before the heading: as the last part of the section before, or above the subheading.",
        ),
        (
            "      - text: Eat.\n      - page_break: true\n",
            "- text: Eat",
            "- subheading: Eat",
            "handout.en.yaml:14:21: S20 a page break cannot follow a heading\n"
            "    Put it before the heading: as the last part of the section before, or above the subheading.",
        ),
    ],
)
def test_a_mistake_in_a_block_is_reported_with_what_to_write(
    tmp_path: Path, parts: str, old: str, new: str, message: str
) -> None:
    assert parts.count(old) == 1
    found = check(tmp_path, parts.replace(old, new) + USES_THE_COLLAR)
    assert found == [message]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "            - [El día,",
            "            - [Otro día, Nada, Nada]\n            - [El día,",
            "handout.es.yaml:36:13: T13 found 4 rows; the original has 3 rows\n"
            "    Keep the columns and rows of the original, in their order.",
        ),
        (
            "            - Tiene problemas para respirar o dolor en el pecho.\n",
            "",
            "handout.es.yaml:14:17: T13 found 1 bullet; the original has 2 bullets\n"
            "    Keep the paragraphs and list entries of the original.",
        ),
        (
            '"Pregunte a {surgeon}"',
            "Pregunte",
            "handout.es.yaml:36:13: T14 the slot {surgeon} of the original is missing\n"
            "    Write {surgeon} where its value belongs.",
        ),
        ("3 días antes", "2 días antes", "handout.es.yaml:34:11: T20 "),
        ("durante 3 noches", "durante 2 noches", "handout.es.yaml:27:11: T20 "),
        ("Llame al 911 si", "Llame al 912 si", "handout.es.yaml:13:11: T20 "),
        (
            "      - subheading: Qué comer",
            "      - text: Qué comer",
            "handout.es.yaml:30:9: T13 the original has subheading: here\n    Write the words after subheading:",
        ),
        ("morning: 1 tableta", "morning: 2 tabletas", "handout.es.yaml:47:11: T20 "),
        (
            "{morning: 1 tableta, evening: 1 tableta}",
            "{morning: 1 tableta}",
            'handout.es.yaml:49:20: L30 "evening" is not translated\n    The original says: "1 tablet"',
        ),
        ("            for: Contra la infección\n", "", 'handout.es.yaml:47:13: S02 a translated medicine needs "for"'),
        (
            "          - medicine: Sampleprofeno 200 mg\n            for: Dolor\n"
            '            doses: {morning: "2", noon: "2", bedtime: "2"}\n',
            "",
            "handout.es.yaml:47:11: T13 found 1 medicine; the original has 2\n"
            "    Keep the medicines of the original, in their order.",
        ),
    ],
)
def test_a_translation_of_a_block_that_says_something_else_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert SPANISH.count(old) == 1
    problems = check(tmp_path, PARTS, SPANISH.replace(old, new))
    assert any(problem.startswith(message) for problem in problems), problems


def test_a_sentence_in_a_callout_that_is_not_translated_is_reported(tmp_path: Path) -> None:
    spanish = SPANISH.replace("La mayoría duerme mal durante 3 noches.", "Most people sleep badly for 3 nights.")
    assert any("L37" in problem for problem in check(tmp_path, PARTS, spanish))


def test_diff_shows_each_line_of_the_blocks(tmp_path: Path) -> None:
    folder = write_content(tmp_path) / "procedures/sample"
    lines = read_revision(folder / "handout.en.yaml").lines
    assert "[emergency] Call 911 if" in lines
    assert "[emergency] - You have trouble breathing or chest pain." in lines
    assert "[call] 2. Tell us what you see." in lines
    assert "## What to eat" in lines
    assert "[table] Day | You may eat | You may drink" in lines
    assert "[row] The day | Nothing | Ask {surgeon}" in lines
    assert "[collar is yes] [row] Wound check |  | " in lines
    assert any(line.startswith("[medicine] Samplecillin 500 mg | Against infection | 1 tablet |  | ") for line in lines)
    assert "[medicine] 3 empty rows" in lines
    assert "[new page]" in lines
    assert "[row] El día | Nada | Pregunte a {surgeon}" in read_revision(folder / "handout.es.yaml").lines


def test_facts_in_a_callout_or_table_need_their_source(tmp_path: Path) -> None:
    root = write_content(tmp_path, CALLOUT + TABLE, "")
    file = root / "procedures/sample/handout.en.yaml"
    sources = (
        "  sources:\n    - id: mine\n      title: T\n      publisher: P\n      url: https://example.org\n"
        "      seen: today\n      rights: public\n"
    )
    sha = next(line for line in file.read_text("utf-8").splitlines(keepends=True) if "sha256" in line)
    file.write_text(file.read_text("utf-8").replace(sha, sources), "utf-8")
    _, problems = load(root)
    found = [problem.line for problem in problems if problem.code == "R16" and "sample" in str(problem)]
    assert found == [14, 18, 22]


def test_medicines_need_their_words_in_the_language_file(tmp_path: Path) -> None:
    root = write_content(tmp_path)
    file = root / "languages" / "es.yaml"
    file.write_text(file.read_text("utf-8").replace("  bedtime: Al acostarse\n", ""), "utf-8")
    _, problems = load(root)
    assert [str(problem).partition("/sample/")[2] for problem in problems if problem.code == "L61"] == [
        'handout.es.yaml:9:3: L61 "medicines" needs the words "bedtime" in languages/es.yaml\n'
        "    Add it below words: in languages/es.yaml, such as in the shipped languages/en.yaml."
    ]
