"""How often a quote says that something is done, and a schedule that contradicts its quote."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.content.library import load
from packets.content.lint.quoted_frequencies import quoted_frequencies
from tests.regimen_samples import COLLAR, write_schedule
from tests.samples import library

QUOTES = {
    "Use them 3 times a day for the first 3 days.": "3 a day",
    "Use them 4 times a day in the first week, then 3, then 2, then 1 time a day.": "4 a day, 1 a day",
    "Use them three times each day.": "3 a day",
    "Use them once or twice daily.": "1/2 a day",
    "Use them 3-4 times per day.": "3/4 a day",
    "Use them three to four times a day.": "3/4 a day",
    "Put in 1 drop 4x/day.": "4 a day",
    "Walk 3 times a week.": "3 a week",
    "Week 1: 4 times a day. Week 2: 2 times a day.": "4 a day, 2 a day",
    "Use them up to 4 times a day, and at least 2 times a day.": "",
    "Use them a few times a day.": "",
    "Use them once every other day.": "",
    "Use them twice in 3 days.": "",
    "Use them for 3 weeks.": "",
}
IN_OTHER_LANGUAGES = {
    ("es", "Use las gotas 3 veces al día."): "3 a day",
    ("es", "Use las gotas tres o cuatro veces al día, y luego una vez al día."): "3/4 a day, 1 a day",
    ("es", "Camine dos veces a la semana."): "2 a week",
    ("es", "Use las gotas 3 veces diarias, hasta 4 veces al día."): "3 a day",
    ("de", "Tropfen Sie 3-mal täglich."): "3 a day",
    ("de", "Tropfen Sie dreimal am Tag, dann einmal pro Tag."): "3 a day, 1 a day",
    ("de", "Tropfen Sie drei Mal am Tag."): "3 a day",
    ("de", "Gehen Sie zweimal in der Woche."): "2 a week",
    ("de", "Tropfen Sie höchstens 4-mal täglich."): "",
}


def read(tag: str, quote: str) -> str:
    return ", ".join(
        f"{'/'.join(str(frequency.times) for frequency in stated)} a {stated[0].per}"
        for stated in quoted_frequencies(quote, library().languages[tag])
    )


@pytest.mark.parametrize(("quote", "stated"), QUOTES.items())
def test_how_often_a_quote_says(quote: str, stated: str) -> None:
    assert read("en", quote) == stated


@pytest.mark.parametrize(("written", "stated"), IN_OTHER_LANGUAGES.items())
def test_how_often_a_quote_says_in_spanish_and_german(written: tuple[str, str], stated: str) -> None:
    assert read(*written) == stated


def check(root: Path, quote: str, *times: str) -> list[str]:
    """Return the messages about the quote of a schedule whose steps have these times, each for one week."""
    steps = "".join(
        f"            - {{from: day {7 * place}, through: day {7 * place + 6}, times: {step}}}\n"
        for place, step in enumerate(times)
    )
    parts = (
        f'      - text: "{quote}"\n      - schedule:\n          what: Drops\n          quote: "{quote}"\n'
        f"          steps:\n{steps}"
    )
    _, problems = load(write_schedule(root, parts + COLLAR))
    return [
        str(problem).partition("/procedures/sample/")[2]
        for problem in problems
        if "procedures/sample/" in str(problem) and problem.code != "R05"
    ]


def test_a_schedule_that_contradicts_its_quote_is_a_mistake(tmp_path: Path) -> None:
    assert check(tmp_path, "Use them 3 times a day for the first 3 days.", "4 a day", "2 a day") == [
        "handout.en.yaml:16:18: M73 the quote says 3 times a day, but no step of the schedule does\n"
        "    Compare both with the source, and correct the wrong one.\n"
        "    If the sentence is also about something else, quote only its words about this schedule."
    ]


def test_each_number_that_no_step_has_is_reported(tmp_path: Path) -> None:
    messages = check(tmp_path, "Use them 4 times a day, then twice a day, then once a day.", "4 a day", "3 a day")
    assert sorted(message.partition("M73 ")[2].partition(",")[0] for message in messages) == [
        "the quote says 1 time a day",
        "the quote says 2 times a day",
    ]


@pytest.mark.parametrize(
    ("quote", "times"),
    [
        ("Use them 3 times a day for a week.", ["3 a day"]),
        ("Use them 3 to 4 times a day.", ["4 a day"]),
        ("Use them 4 times a day, then once a day.", ["4 a day", "none", "1 a day"]),
        ("Walk once a day.", ["7 a week"]),
        ("Use them for a week.", ["5 a day"]),
    ],
)
def test_a_schedule_that_fits_its_quote_is_good(tmp_path: Path, quote: str, times: list[str]) -> None:
    assert check(tmp_path, quote, *times) == []
