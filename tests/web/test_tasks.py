"""Test the page More: checking a finished PDF, and copies for the rack."""

from __future__ import annotations

from pathlib import Path

from tests.web.client import Client
from tests.web.conftest import Serve
from tests.web.test_packet import let_in, words_of
from tests.web.test_sites import SITES


def test_a_finished_pdf_is_checked(client: Client) -> None:
    pdf = client.pdf(client.send()).body
    page = client.upload("/checks", {}, [("pdf", "packet.pdf", pdf)])
    assert "packet.pdf is complete and unchanged: 3 pages. Any dates counted from the printed surgery date" in page.text
    page = client.upload("/checks", {"password": "guess"}, [("pdf", "packet.pdf", pdf.replace(b"1", b"2", 1))])
    assert "Do not use this PDF packet.pdf" in page.text
    page = client.upload("/checks", {}, [("pdf", "", b"")])
    assert "No PDF was chosen. Choose the PDF of a packet or a print run." in page.text


def test_a_copy_for_the_rack_is_made(client: Client) -> None:
    assert "Copies for the rack" in client.get("/tasks").text
    where = client.get("/rack-copies?handout=cervical-foraminotomy+en").goes_to
    assert where == "/rack-copies/cervical-foraminotomy/en"
    assert "A copy for the rack, without a patient" in client.get(where).text
    made = client.post(where, {"collar": "yes", "large_print": "no", "paper": "a4"})
    pdf = client.get(made.goes_to)
    assert pdf.headers["Content-Disposition"] == 'inline; filename="cervical-foraminotomy-en.pdf"'
    assert "Datesarecountedfromthedayofsurgery" in words_of(pdf.body) and "Page1of2" in words_of(pdf.body)
    for wrong in ("/rack-copies?handout=nothing", "/rack-copies/nothing/en", "/rack-copies/cervical-foraminotomy/xx"):
        assert client.get(wrong).status == 404


def test_what_a_copy_lacks_is_said_beside_its_field(content: Path, serve: Serve) -> None:
    clinic = content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8") + SITES, "utf-8")
    client = let_in(serve(content))
    where = "/rack-copies/cervical-foraminotomy/en"
    page = client.post(where, {"surgeon": "Dr. Jane Sample"})
    assert "There is a problem The site is missing" in page.text and 'id="site-error"' in page.body.decode()
    assert 'value="Dr. Jane Sample"' in page.body.decode()
    made = client.post(where, {"site": "northside", "surgeon": "Dr. Jane Sample"})
    assert "555-010-0100" in words_of(client.get(made.goes_to).body)
