"""Test what `check`, `diff` and `explain` say about the `schedule:` block."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packets.cli import main
from packets.content.library import load
from packets.content.revision_diff import differences, read_revision
from tests.block_samples import sample_messages
from tests.clock import now
from tests.regimen_samples import COLLAR, PARTS, SPANISH, steps, write_schedule

BOXES = "          boxes: yes\n"
E = "handout.en.yaml"
S = "handout.es.yaml"


def check(root: Path, parts: str = PARTS, spanish: str = "") -> list[str]:
    messages = sample_messages(write_schedule(root, parts, spanish))
    return [message.partition("/procedures/sample/")[2] for message in messages]


def test_the_sample_and_its_translation_have_no_mistakes(tmp_path: Path) -> None:
    assert check(tmp_path, PARTS, SPANISH) == []


# What an author writes as the steps (they begin in line 16), and every message of `check`.
MISTAKES = {
    "nothing said about some days": (
        steps("from: day 0, through: day 6, times: 4 a day", "from: day 10, through: day 12, times: 1 a day"),
        f"{E}:17:22: M24 the schedule does not say what to do between this step and the one above\n"
        "    Write from: day 7, or say that nothing is done on the days between: - {through: day 9, times: none}",
    ),
    "a day in two steps": (
        steps("from: day 0, through: day 7, times: 4 a day", "from: day 7, through: day 12, times: 3 a day"),
        f"{E}:17:22: M25 this step begins before the one above has ended\n    Write from: day 8",
    ),
    "a step after one that ends later": (
        steps("from: day 7, through: day 13, times: 4 a day", "from: day 0, through: day 6, times: 3 a day"),
        f"{E}:17:22: M25 this step begins before the one above has ended\n    Write from: day 14",
    ),
    "a month after a month": (
        steps("from: day 1, through: 1 month, times: 4 a day", "from: 1 month, through: 2 months, times: 3 a day"),
        f"{E}:17:22: M25 this step begins before the one above has ended\n"
        "    Delete from: the step then begins on the day after the one above.",
    ),
    "a step that ends before it begins": (
        steps("from: day 6, through: day 1, times: 4 a day"),
        f"{E}:16:38: M03 the step ends before it begins\n"
        "    Write the first day of the step as from:, the last as through:.",
    ),
    "a step without a last day": (
        steps("from: day 0, times: 4 a day"),
        f'{E}:16:15: S02 a step needs "through"\n    Add it with your own value. Example: through: day 6',
    ),
    "a first step without a first day": (
        steps("through: day 6, times: 4 a day"),
        f'{E}:16:15: M14 the first step needs "from" as well\n    Add from: with the first day, such as from: day 0',
    ),
    "a step that does not say how often": (
        steps("from: day 0, through: day 6"),
        f'{E}:16:15: S02 a step needs "times"\n    Add it with your own value. Example: times: 4 a day',
    ),
    "0 times": (
        steps("from: day 0, through: day 6, times: 0"),
        f'{E}:16:52: S23 "0" does not say how often\n'
        "    Write it like this: times: 4 a day, or times: 3 a week. For days without any, write times: none",
    ),
    "0 a day": (
        steps("from: day 0, through: day 6, times: 0 a day"),
        f'{E}:16:52: S24 "0 a day" is not from 1 to 12 times\n    For days without any, write times: none',
    ),
    "13 a day": (
        steps("from: day 0, through: day 6, times: 13 a day"),
        f'{E}:16:52: S24 "13 a day" is not from 1 to 12 times\n    For days without any, write times: none',
    ),
    "an unknown unit": (
        steps("from: day 0, through: day 6, times: 4 an hour"),
        f'{E}:16:52: S23 "4 an hour" does not say how often\n'
        "    Write it like this: times: 4 a day, or times: 3 a week. For days without any, write times: none",
    ),
    "words for a number": (
        steps("from: day 0, through: day 6, times: twice a day"),
        f'{E}:16:52: S23 "twice a day" does not say how often\n'
        "    Write it like this: times: 4 a day, or times: 3 a week. For days without any, write times: none",
    ),
    "an unknown unit of time": (
        steps("from: day 0, through: 6 sleeps, times: 4 a day"),
        f'{E}:16:38: M02 "6 sleeps" is not a time after surgery\n'
        "    Write it like this: through: day 7. Day 0 is the day of surgery.",
    ),
    "a week by its number": (
        steps("from: week 1, through: week 6, times: 3 a week"),
        f'{E}:16:22: M02 "week 1" is not a time after surgery\n'
        "    Write the day itself: from: day 7, or 1 week, which is the same day.",
        f'{E}:16:39: M02 "week 6" is not a time after surgery\n'
        "    Write the day itself: through: day 7, or 1 week, which is the same day.",
    ),
    "a day too late": (
        steps("from: day 0, through: day 9999, times: 4 a day"),
        f"{E}:16:38: M05 9999 days is too long\n"
        "    Times are counted from the day of surgery: at least 1 day, at most 2 years.",
    ),
    "a misspelled field": (
        steps("from: day 0, until: day 6, times: 4 a day"),
        f'{E}:16:29: S07 a step has no field "until"\n    It can have: from, through and times.',
        f'{E}:16:15: S02 a step needs "through"\n    Add it with your own value. Example: through: day 6',
    ),
    "no steps": (
        "      - schedule:\n          what: Drops\n          steps: []\n" + COLLAR,
        f"{E}:15:18: S13 expected 1 to 20 entries, found 0\n"
        "    Write the steps: - {from: day 0, through: day 6, times: 4 a day}",
    ),
    "nothing that says what is done": (
        "      - schedule:\n          steps:\n            - {from: day 0, through: day 6, times: 4 a day}\n" + COLLAR,
        f'{E}:14:11: S02 a schedule needs "what"\n'
        "    Add it with your own value. Example: what: Prednisolone eye drops",
    ),
    "boxes for months": (
        steps("from: day 0, through: 2 months, times: 4 a day", more=BOXES),
        f"{E}:16:38: M26 boxes need days that can be counted, and months differ in length\n"
        "    Write the steps in days or weeks, such as through: day 89. Or delete boxes:.",
    ),
    "boxes for a part of a week": (
        steps("from: 1 week, through: 6 weeks, times: 3 a week", more=BOXES),
        f"{E}:16:39: M27 boxes for each week need whole weeks, and this step has 36 days\n"
        "    Write through: day 41 or through: day 48. Or delete boxes:.",
    ),
    "too many boxes": (
        steps("from: day 0, through: day 120, times: 2 a day", more=BOXES),
        f"{E}:17:18: M28 the boxes of this schedule have 121 rows\n"
        "    At most 100 rows are printed. Make two schedules of it, or delete boxes:.",
    ),
    "a quote that is not in the text": (
        steps("from: day 0, through: day 6, times: 2 a day", more="          quote: Use it often.\n"),
        f"{E}:17:18: M06 the quote is not in the text\n"
        "    Copy the sentence from the section that says it, character by character.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_reported_with_what_to_write(name: str, tmp_path: Path) -> None:
    parts, *messages = MISTAKES[name]
    assert sorted(check(tmp_path, parts)) == sorted(messages)


def test_all_mistakes_of_a_schedule_are_reported_at_once(tmp_path: Path) -> None:
    parts = steps(
        "from: day 0, through: day 6, times: 4 a day",
        "from: day 9, through: day 12, times: 3 a day",
        "from: day 12, through: day 20, times: 2 a week",
        more=BOXES,
    )
    assert [line.split()[1] for line in check(tmp_path, parts)] == ["M24", "M25", "M27"]


@pytest.mark.parametrize(
    "lines",
    [
        ("from: 2 days before, through: day 6, times: 4 a day", "through: day 9, times: none"),
        ("from: the day of surgery, through: 1 week, times: 4 a day", "from: day 8, through: 2 weeks, times: 1 a day"),
        ("from: day 1, through: 1 month, times: 4 a day", "through: 3 months, times: 3 a week"),
        ("from: day 0, through: day 0, times: 1 a day", "from: day 1, through: 48 hours, times: 2 a day"),
    ],
)
def test_days_are_written_as_in_milestones(lines: tuple[str, ...], tmp_path: Path) -> None:
    assert check(tmp_path, steps(*lines)) == []


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        (
            "          note: Agite primero el frasco.\n",
            "",
            [f'{S}:14:11: L30 "note" is not translated\n    The original says: "Shake the bottle first."'],
        ),
        (
            "          ask: ¿Cómo usa las gotas esta semana?\n",
            "",
            [f'{S}:14:11: L30 "ask" is not translated\n    The original says: "How do you use your drops this week?"'],
        ),
        (
            "          what: Gotas Sampledrop\n",
            "",
            [
                f'{S}:14:11: S02 a translated schedule needs "what"\n'
                "    Add it with your own value. Example: what: Prednisolone eye drops"
            ],
        ),
        (
            "          what: Gotas Sampledrop\n",
            "          what: Gotas Sampledrop\n          steps: []\n",
            [f'{S}:15:11: S07 a translated schedule has no field "steps"\n    It can have: what, note and ask.'],
        ),
        (
            "Gotas Sampledrop",
            "Gotas Sampledrop 4 veces",
            [
                f"{S}:14:11: T20 the numbers differ from the original, which has none; found 4\n"
                "    Compare both with care, and correct the one that is wrong."
            ],
        ),
        (
            "      - schedule:\n          what: Gotas Sampledrop\n          note: Agite primero el frasco.\n"
            "          ask: ¿Cómo usa las gotas esta semana?\n",
            "      - text: Gotas.\n",
            [f"{S}:13:9: T13 the original has schedule: here\n    Write the words after schedule:"],
        ),
        (
            "      - schedule:\n          what: Gotas Sampledrop\n          note: Agite primero el frasco.\n"
            "          ask: ¿Cómo usa las gotas esta semana?\n",
            "",
            [
                f"{S}:12:7: L30 the original has 4 parts with words here; found 3\n"
                "    Translate each part, in the same order; a show: has no words.\n"
                "    In line 13, the original has schedule: Sampledrop eye drops"
            ],
        ),
    ],
)
def test_a_translation_has_the_words_and_nothing_else(old: str, new: str, messages: list[str], tmp_path: Path) -> None:
    assert SPANISH.count(old) == 1
    assert check(tmp_path, PARTS, SPANISH.replace(old, new)) == messages


def test_a_sentence_that_is_not_translated_is_reported(tmp_path: Path) -> None:
    spanish = SPANISH.replace("Agite primero el frasco.", "Shake the bottle first.")
    assert [line.split()[1] for line in check(tmp_path, PARTS, spanish)] == ["L37"]


def test_a_schedule_needs_its_words_in_the_language_file(tmp_path: Path) -> None:
    root = write_schedule(tmp_path, PARTS, SPANISH)
    file = root / "languages/es.yaml"
    text = file.read_text("utf-8")
    for line in ('  one_time: "{count} vez"\n', '  times_a_day: "{times} al día"\n'):
        assert text.count(line) == 1
        text = text.replace(line, "")
    file.write_text(text, "utf-8")
    _, problems = load(root)
    assert [str(problem).partition("/sample/")[2] for problem in problems if problem.code == "L61"] == [
        f'{S}:9:3: L61 "schedule" needs the words "{phrase}" in languages/es.yaml\n'
        "    Add it below words: in languages/es.yaml, such as in the shipped languages/en.yaml."
        for phrase in ("one_time", "times_a_day")
    ]


def test_a_schedule_needs_its_source(tmp_path: Path) -> None:
    root = write_schedule(tmp_path, steps("from: day 0, through: day 6, times: 1 a day"))
    file = root / "procedures/sample/handout.en.yaml"
    text = file.read_text("utf-8")
    sha = next(line for line in text.splitlines(keepends=True) if "sha256" in line)
    sources = "  sources:\n    - {id: mine, title: T, publisher: P, url: 'https://example.org', seen: s, rights: r}\n"
    file.write_text(text.replace(sha, sources), "utf-8")
    _, problems = load(root)
    assert 14 in [problem.line for problem in problems if problem.code == "R16"]


def test_diff_shows_each_step(tmp_path: Path) -> None:
    file = write_schedule(tmp_path / "a", PARTS, SPANISH) / "procedures/sample/handout.en.yaml"
    before = read_revision(file).lines
    assert "[step] day 0 through day 6: 4 a day" in before
    assert "[step] day 7 through day 9: none" in before
    changed = PARTS.replace("times: 4 a day", "times: 3 a day").replace("          boxes: yes\n", "")
    after = read_revision(write_schedule(tmp_path / "b", changed) / "procedures/sample/handout.en.yaml").lines
    assert list(differences(before, after)) == [
        "# After the surgery",
        "~ [step] day 0 through day 6: [-4-] {+3+} a day",
        "- [boxes] for each time",
    ]
    spanish = read_revision(file.with_name(S)).lines
    assert "[schedule] Gotas Sampledrop" in spanish and "[note] Agite primero el frasco." in spanish


def test_diff_shows_a_step_that_follows_another_one(tmp_path: Path) -> None:
    parts = steps("from: 1 day before, through: 1 month, times: 4 a day", "through: 3 months, times: 3 a week")
    lines = read_revision(write_schedule(tmp_path, parts) / "procedures/sample/handout.en.yaml").lines
    assert "[step] 1 day before through 1 month: 4 a day" in lines
    assert "[step] the day after 1 month through 3 months: 3 a week" in lines


def run_explain(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    arguments = ["explain", "sample", "--surgery-date", "2026-12-31", "--content", str(root), *more]
    assert main.run(arguments, now) == 0
    return capsys.readouterr().out


def test_explain_counts_every_date_of_a_schedule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = PARTS.replace("      - schedule:", "      - if: collar is yes\n        schedule:")
    out = run_explain(write_schedule(tmp_path, parts), capsys)
    assert (
        "Sampledrop eye drops: 4 times a day (schedule)\n"
        '  Source   "Use the drops for 3 weeks."\n'
        "  Only if  collar is yes\n"
        "  Rule     days 0 to 6\n"
        "  Count    2026-12-31 + 0 days = 2026-12-31, a Thursday\n"
        "  Count    2026-12-31 + 6 days = 2027-01-06, a Wednesday\n"
        "  Printed  Thu Dec 31, 2026 through Wed Jan 6, 2027\n"
    ) in out
    assert "Sampledrop eye drops: not at all (pause) (schedule)" in out
    assert "recovery dates" not in out
    assert "Sampledrop" not in run_explain(tmp_path, capsys, "--answer", "collar=no")


def test_explain_counts_months_and_the_day_after_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two months after December 31 is February 28; the next step begins on March 1, counted from December 31 too."""
    parts = steps("from: day 1, through: 2 months, times: 2 a day", "through: 3 months, times: 1 a day")
    out = run_explain(write_schedule(tmp_path, parts), capsys)
    assert (
        "Drops: 1 time a day (schedule)\n"
        "  Source   the schedule in the handout\n"
        "  Rule     until 3 months after surgery\n"
        "  Count    2026-12-31 + 2 months (day 31 of February 2027, which ends on day 28) = 2027-02-28, a Sunday; "
        "the day after it is 2027-03-01, a Monday\n"
        "  Count    2026-12-31 + 3 months = 2027-03-31, a Wednesday\n"
        "  Printed  Mon Mar 1, 2027 through Wed Mar 31, 2027\n"
    ) in out
    rows = json.loads(run_explain(tmp_path, capsys, "--json"))["schedule_steps"]
    assert [row["dates"] for row in rows] == [["2027-01-01", "2027-02-28"], ["2027-03-01", "2027-03-31"]]
    assert rows[0]["label"] == "Drops: 2 times a day"
