"""Test the sample library that authors copy from: it has no mistakes, and its packets verify in each language."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from packets.cli import main
from packets.cli.preview import sample_answers
from packets.content.library import Library, load, load_for_packet
from packets.model.case import Case, Paper, PrintOptions, PrintSize
from packets.pipeline import BuiltPacket, make_packet
from packets.verify.extract_text import read, without_whitespace
from tests.clock import now
from tests.effort import spread
from tests.samples import CONTENT, case

SAMPLES = Path(__file__).parent.parent / "samples" / "library"
KNEE = "total-knee-replacement"
PROCEDURES = sorted(path.name for path in (SAMPLES / "procedures").iterdir())
LANGUAGES = ("en", "es", "de")
PLANS = ("discharge", "handout", "pre-op", "staff-sheet")
SITES = ("downtown", "northside")
PRINTS = {f"{paper}, {size}": PrintOptions(paper, size) for paper, size in itertools.product(Paper, PrintSize)}
MARKS = ("(Sample)", "(muestra)", "(Muster)")
SIDES = {
    "en": {"left": "left knee", "right": "right knee"},
    "es": {"left": "rodilla izquierda", "right": "rodilla derecha"},
    "de": {"left": "linkes Knie", "right": "rechtes Knie"},
}


def sample_case(library: Library, procedure: str, language: str, site: str) -> Case:
    """Return the case of a sample patient with an answer to each question."""
    answers = sample_answers(library.handouts[procedure, language], "2026-12-07")
    answers.pop("discharge_date", None)
    return case(procedure=procedure, language=language, answers=answers, site=site)


def packets(procedures: list[str]) -> Iterator[tuple[str, BuiltPacket]]:
    """Make every sample in every language, plan, paper and print size, at both sites."""
    everything = list(itertools.product(procedures, LANGUAGES, PLANS, PRINTS, SITES))
    for procedure, language, plan, size, site in spread(everything, 12):
        if plan == "staff-sheet" and language != "en":
            continue  # staff read English
        library = load_for_packet(SAMPLES, procedure, language, (plan,))
        patient = sample_case(library, procedure, language, site)
        made = make_packet(library, patient, PRINTS[size], plan=plan, include_drafts=True)
        yield f"{procedure}, {language}, {plan}, {size}, {site}", made


@pytest.mark.parametrize("folder", ["common", "languages", "packets", "sources", "glossaries"])
def test_what_is_not_sample_content_is_a_copy_of_the_shipped_content(folder: str) -> None:
    copies = {path.name: path.read_text("utf-8") for path in (SAMPLES / folder).iterdir()}
    shipped = {path.name: path.read_text("utf-8") for path in (CONTENT / folder).iterdir()}
    if folder == "sources":  # no sample asks about a collar
        shipped["plain.yaml"] = shipped["plain.yaml"].replace("  collar: collar\n", "")
    assert copies == shipped


def test_check_only_reminds_of_what_awaits_a_clinician() -> None:
    library, problems = load(SAMPLES)
    assert library is not None and {problem.code for problem in problems} == {"R05"}
    assert set(library.handouts) == set(itertools.product(PROCEDURES, LANGUAGES))


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_english_text_of_a_sample_is_of_grade_6_or_lower(
    procedure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = SAMPLES / "procedures" / procedure / "handout.en.yaml"
    assert main.run(["check", "--plain", "--json", "--content", str(SAMPLES), str(file)], now) == 0
    (report,) = json.loads(capsys.readouterr().out)
    grades = [section["flesch_kincaid"] for section in report["sections"]]
    assert max(filter(None, grades)) <= 6


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_every_packet_of_a_sample_is_made_and_says_that_it_is_a_sample(procedure: str) -> None:
    for name, made in packets([procedure]):
        assert made.pdf.pages, name
        assert any(without_whitespace(mark) in made.pdf.texts[0] for mark in MARKS), name


def test_the_samples_schedule_makes_a_packet_of_each_procedure(tmp_path: Path) -> None:
    schedule, day = SAMPLES / "schedule.csv", tmp_path / "day"
    command = ["batch", str(schedule), "--content", str(SAMPLES), "--include-drafts", "-o", str(day)]
    key = tmp_path / "site.key"
    key.touch(0o600)
    key.write_text("5a" * 32, "ascii")
    on_the_day = dt.datetime(2026, 12, 7, 15, 0, tzinfo=dt.UTC)  # some operations are planned
    assert main.run([*command, "--site-key", str(key)], lambda: on_the_day) == 0
    with schedule.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["procedure"] for row in rows} == set(PROCEDURES)
    assert {row["language"] for row in rows} == set(LANGUAGES) and {row["site"] for row in rows} == set(SITES)
    assert len(list(day.glob("????-????.pdf"))) == len(rows)


@pytest.mark.parametrize("language", sorted(SIDES))
@pytest.mark.parametrize(
    "print_options", [PrintOptions(), PrintOptions(Paper.A4, PrintSize.LARGE)], ids=["normal", "large"]
)
def test_every_page_of_a_knee_packet_names_its_side_and_never_the_other(
    language: str, print_options: PrintOptions
) -> None:
    library = load_for_packet(SAMPLES, KNEE, language, ("discharge",))
    for side, other in (("left", "right"), ("right", "left")):
        answers = {"side": side, "walking_aid": "cane", "blood_thinner": "yes"}
        patient = case(procedure=KNEE, language=language, answers=answers, site="northside")
        built = make_packet(library, patient, print_options, include_drafts=True)
        for text in built.pdf.texts:
            assert without_whitespace(SIDES[language][side]) in text
            assert without_whitespace(SIDES[language][other]) not in text
        everything = "".join(built.pdf.texts)
        assert "816-555-0122" in everything and "816-555-0100" not in everything, "the number of the site"


@pytest.mark.parametrize(("language", "dose"), [("en", "2 tablets"), ("es", "2 tabletas"), ("de", "2 Tabletten")])
def test_a_dose_in_the_table_of_medicines_stays_on_one_line(language: str, dose: str) -> None:
    library = load_for_packet(SAMPLES, KNEE, language, ("discharge",))
    answers = {"side": "left", "walking_aid": "cane", "blood_thinner": "yes"}
    patient = case(procedure=KNEE, language=language, answers=answers, site="northside")
    made = make_packet(library, patient, PrintOptions(), include_drafts=True)
    assert "".join(read(made.pdf.data)).count(dose) == 3
