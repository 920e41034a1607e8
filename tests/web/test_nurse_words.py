"""Test that the web form tells a nurse nothing about options, commands and files of the content."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from packets.errors import Problem
from packets.web.nurse_words import MAINTAINER, nurse_hint
from tests.batch.day import as_csv, patient
from tests.samples import CONTENT
from tests.web.client import Client
from tests.web.conftest import Serve
from tests.web.test_packet import let_in
from tests.web.test_schedule import lines_of, send

TEMPLATES = Path(__file__).resolve().parents[2] / "packets/web/templates"


@pytest.mark.parametrize(
    ("code", "hint", "expected"),
    [
        ("W01", "Make it first: mkdir -p '/srv/packets'", "Create the folder, or choose one that exists."),
        ("E01", "Use the site key that the folder was created with (--site-key), or start in a new folder", MAINTAINER),
        ("K04", "Make it readable by you alone: chmod 600 /home/nurse/site.key", MAINTAINER),
        ("X35", "Start the web form with a folder of its own: serve --outbox FOLDER", MAINTAINER),
        ("Q12", "Correct the row, then run this again.", "Correct the row, then check it again."),
        ("W10", "Close other programs, then run this command again", "Close other programs, then try again"),
        ("B12", "Compare.\nAdd: --profile us-export", "Choose us-export under Kind of schedule."),
        (
            "R18",
            "They are in German: surgeons/jane-sample.yaml. Print the packet in that language.",
            "They are in German. Print the packet in that language.",
        ),
        ("C12", "Look at both dates again.", "Look at both dates again."),
    ],
)  # fmt: skip
def test_a_hint_is_something_that_a_nurse_can_do(code: str, hint: str, expected: str) -> None:
    assert nurse_hint(Problem(code, "something is wrong", hint)) == expected


def test_every_template_shows_hints_in_these_words() -> None:
    for template in TEMPLATES.glob("*.html"):
        if template.name != "content.html":  # for the person who maintains the handouts
            assert re.findall(r"(?:problem|note|error|errors\[name\])\.hint", template.read_text("utf-8")) == [], (
                template
            )


def test_a_schedule_of_another_program_says_which_columns_to_choose(client: Client, tmp_path: Path) -> None:
    data = (CONTENT.parent / "samples/schedule-us.csv").read_bytes()
    page = send(client, data, tmp_path / "monday")
    assert "This schedule cannot be used" in page.text
    assert "Choose us-export under Kind of schedule." in page.text and "--profile" not in page.text


def test_a_surgeon_with_a_similar_name_is_named_without_files(content: Path, serve: Serve) -> None:
    (content / "surgeons").mkdir()
    shutil.copy(Path(__file__).resolve().parents[1] / "surgeons/jane-sample.yaml", content / "surgeons")
    page = let_in(serve(content)).send(surgeon="Dr. Jane Sampel")
    assert 'Did you mean "Dr. Jane Sample"? Write the name so. The packet has' in page.text
    assert ".yaml" not in page.text


def test_mistakes_of_the_content_are_for_the_person_who_maintains_it(content: Path, serve: Serve) -> None:
    (content / "procedures/cervical-foraminotomy/handout.en.yaml").write_text("handout: [", "utf-8")
    page = let_in(serve(content)).get("/procedures/cervical-foraminotomy")
    before, details = page.body.decode().split("<details>")
    assert "Call the person who maintains the handouts" in before and ".yaml" not in before
    assert "handout.en.yaml" in details


def test_a_row_says_what_to_do_on_the_page(client: Client, tmp_path: Path) -> None:
    page = send(client, as_csv([patient(1, surgery_date="2027-12-06")]), tmp_path / "monday")
    (line,) = lines_of(page)
    assert "--" not in line["Reason and what to do"]
