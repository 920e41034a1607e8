"""Test the questions of a handout in the web form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.content.knee import ANSWERS, content
from tests.web.client import FORM, Client
from tests.web.conftest import Serve
from tests.web.test_packet import error_of, let_in, words_of

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"
SAMPLE = {name: value for name, value in FORM.items() if name != "collar"} | {
    "surgery_date": "2026-12-14",
    "surgeon": "Dr. Eva Lindqvist",
    "site": "downtown",
    "last_drink": "04:30",
    "arrival_time": "06:30",
    "include_drafts": "yes",
}
COLONOSCOPY = SAMPLE | {
    "procedure": "colonoscopy",
    "first_dose": "18:00",
    "blood_thinner": "no",
    "diabetes": "no",
}
BEFORE = SAMPLE | {"procedure": "knee-replacement-before", "side": "left", "heart_aspirin": "no"}
KNEE = {name: value for name, value in FORM.items() if name != "collar"} | {"procedure": "total-knee", **ANSWERS}


@pytest.fixture
def client(serve: Serve, tmp_path: Path) -> Client:
    return let_in(serve(content(tmp_path)))


def test_the_form_asks_in_the_authors_words(client: Client) -> None:
    page = client.get("/procedures/total-knee")
    assert "Which knee was operated on? Left knee" in page.text and "Both knees" in page.text
    assert re.findall(r'name="side"[^>]*value="(\w+)"', page.body.decode()) == ["left", "right", "both"]
    assert not re.search(r'name="side"[^>]*checked', page.body.decode())
    assert "Arrival time Such as 6:30 AM or 18:30" in page.text
    assert "Bring (optional)" in page.text and "Helper (optional)" not in page.text


def test_the_form_makes_the_packet_of_the_side_that_was_chosen(client: Client) -> None:
    sent = client.post("/packets", KNEE | {"do": "make", "side": "right", "bring": ""})
    assert sent.status == 303, sent.text
    made = client.get(sent.goes_to)
    assert "Record number 00418823 · right knee" in made.text, "above the pages"
    words = words_of(client.pdf(made).body)
    assert "rightknee" in words and "leftknee" not in words and "bothknees" not in words
    assert "arriveat6:30AM" in words


def test_a_packet_without_a_side_is_refused_at_the_question(client: Client) -> None:
    sent = client.post("/packets", KNEE | {"do": "make", "arrival_time": "25:00"})
    page = client.get(sent.goes_to) if sent.status == 303 else sent
    assert error_of(page, "side") == "“Which knee was operated on?” is not answered. Choose an answer."
    assert error_of(page, "arrival_time").startswith("“Arrival time” is not a time of day. Write it as 6:30 AM")
    assert 'href="#side-left"' in page.body.decode()


def test_the_form_of_a_translation_asks_in_english_and_shows_the_printed_words(serve: Serve) -> None:
    client = let_in(serve(SAMPLES))
    typed = SAMPLE | {"procedure": "total-knee-replacement", "language": "es", "do": "make"}
    del typed["last_drink"], typed["arrival_time"]
    page = client.get(client.post("/packets", typed).goes_to)
    assert error_of(page, "side") == "“Which knee was operated on?” is not answered. Choose an answer."
    assert "Left knee rodilla izquierda Right knee rodilla derecha" in page.text
    assert '<p class="printed-text" id="side-left-text" lang="es">rodilla izquierda</p>' in page.body.decode()
    assert "¿Qué rodilla se operó?" not in page.text


def test_two_sides_are_refused(client: Client) -> None:
    sent = client.post("/packets", KNEE | {"do": "make", "side": "left right"})
    page = client.get(sent.goes_to) if sent.status == 303 else sent
    assert "“Which knee was operated on?” must be left, right or both" in error_of(page, "side")


def test_the_dates_say_which_answer_replaces_an_estimate(serve: Serve, tmp_path: Path) -> None:
    root = content(tmp_path)
    path = root / "procedures/total-knee/handout.en.yaml"
    text = path.read_text("utf-8").replace(
        "  class_day: date\n", "  class_day: date\n  discharge_date: date, optional\n"
    )
    path.write_text(text.replace("    by: 2 weeks\n", "    by: 2 weeks\n    instead_when: discharge_date\n"), "utf-8")
    (root / "procedures/total-knee/handout.es.yaml").unlink()
    client = let_in(serve(root))
    page = client.get("/procedures/total-knee")
    assert "Showering (or the discharge date, if it is known) by 2 weeks after surgery" in page.text
    sent = client.post("/packets", KNEE | {"do": "make", "side": "left", "discharge_date": "2026-12-10"})
    pdf = client.pdf(client.get(sent.goes_to)).body
    checked = client.upload("/checks", {}, [("pdf", "knee.pdf", pdf)]).text
    assert "Compare with the chart: Showering. These dates were entered for the patient" in checked


def test_the_form_asks_which_packet_if_two_fit(serve: Serve) -> None:
    client = let_in(serve(SAMPLES))
    page = client.get("/procedures/colonoscopy").body.decode()
    assert re.findall(r'name="plan"[^>]*value="([\w-]+)"', page) == ["pre-op", "discharge"]
    assert not re.search(r'name="plan"[^>]*checked', page)
    assert 'name="plan"' not in client.get("/procedures/knee-replacement-before").body.decode()
    sent = client.post("/packets", COLONOSCOPY | {"do": "make"})
    assert error_of(client.get(sent.goes_to), "plan") == (
        "This packet could be for the days before the procedure or for going home. Choose one of them."
    )
    sent = client.post("/packets", COLONOSCOPY | {"do": "make", "plan": "pre-op"})
    made = client.get(sent.goes_to)
    dates = made.text[made.text.index(" Dates ") : made.text.index("Results of your samples")]
    assert dates.index("Stop iron pills") < dates.index("day 0") < dates.index("Do not drive")
    assert "going-homepage" not in words_of(client.pdf(made).body)


def test_the_form_prints_the_countdown_of_a_handout_for_the_days_before(serve: Serve) -> None:
    client = let_in(serve(SAMPLES))
    sent = client.post("/packets", BEFORE | {"do": "make"})
    words = words_of(client.pdf(client.get(sent.goes_to)).body)
    assert "Yourcountdown" in words and "going-homepage" not in words


def test_the_form_uses_the_words_of_the_handout(serve: Serve) -> None:
    client = let_in(serve(SAMPLES))
    page = client.get("/procedures/colonoscopy").text
    assert "Procedure date" in page and "Doctor Such as" in page and "Procedure status" in page
    sent = client.post("/packets", COLONOSCOPY | {"do": "make", "surgery_date": "", "surgeon": ""})
    refused = client.get(sent.goes_to)
    assert error_of(refused, "surgery_date") == "The procedure date is missing. Fill it in."
    assert error_of(refused, "surgeon") == "The doctor's name is missing. Fill it in."
    sent = client.post("/packets", COLONOSCOPY | {"do": "make", "plan": "discharge"})
    made = client.get(sent.goes_to).text
    assert "Procedure, day 0" in made and "Procedure on Monday, December 14, 2026" in made
    words = re.findall(
        r"\w+ \w+ (?:surg|operat)\w+", re.sub("Cataract Surgery|Sample Surgery Clinic", "", made), re.IGNORECASE
    )
    assert words == []
