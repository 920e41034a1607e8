"""Test the list of sites in the web form."""

from __future__ import annotations

from pathlib import Path

from packets.verify.extract_text import without_whitespace
from tests.web.client import FORM, Client
from tests.web.conftest import Serve
from tests.web.test_packet import chosen, error_of, let_in, words_of

SITES = """
sites:
  downtown: {name: Downtown}
  northside: {name: Northside, phone: 555-010-0100, dial: "+1-555-010-0100"}
"""


def test_the_nurse_chooses_the_site_from_a_list(content: Path, serve: Serve) -> None:
    clinic = content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8") + SITES, "utf-8")
    client = let_in(serve(content))
    form = client.get("/procedures/cervical-foraminotomy")
    assert "Site Where the patient is treated Downtown Northside" in form.text
    assert chosen(form, "site") == [], "no site is chosen for the nurse"
    missing = client.get(client.post("/packets", FORM | {"do": "make"}).goes_to)
    assert error_of(missing, "site") == "The site is missing. Choose one."
    made = client.get(client.post("/packets", FORM | {"do": "make", "site": "northside"}).goes_to)
    assert chosen(made, "site") == ["northside"]
    packet = words_of(client.pdf(made).body)
    assert without_whitespace("Location Northside") in packet
    assert "555-010-0100" in packet and "816-363-2500" not in packet
    sheet = words_of(client.pdf(made, staff=True).body)
    assert without_whitespace("Location Northside") in sheet


def test_a_clinic_with_one_place_has_no_list_of_sites(client: Client) -> None:
    assert "Where the patient is treated" not in client.get("/procedures/cervical-foraminotomy").text
