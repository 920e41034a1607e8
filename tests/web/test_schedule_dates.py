"""Test the dates of a schedule in the web form."""

from __future__ import annotations

from pathlib import Path

from tests.regimen_samples import write_schedule
from tests.web.client import FORM
from tests.web.conftest import Serve
from tests.web.test_packet import let_in, words_of


def test_the_form_shows_the_steps_and_makes_the_packet(serve: Serve, tmp_path: Path) -> None:
    client = let_in(serve(write_schedule(tmp_path / "schedule")))
    empty = client.get("/procedures/sample").text.replace("\u00a0", " ")
    assert "Sampledrop eye drops: 4 times a day days 0 to 6" in empty
    asked = {"procedure": "sample", "language": "en", "surgery_date": "2026-12-07"}
    dates = client.post("/dates", asked).text.replace("\u00a0", " ")
    assert "Mon Dec 7, 2026 through Sun Dec 13, 2026 Sampledrop eye drops: 4 times a day · days 0 to 6" in dates
    sent = client.post("/packets", FORM | {"procedure": "sample", "do": "make"})
    made = client.get(sent.goes_to)
    assert "MonDec7,2026throughSunDec13,20264timesaday" in words_of(client.pdf(made).body)
