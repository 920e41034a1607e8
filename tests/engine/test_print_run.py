"""One PDF for the printer: the same ink as the packets' own files, small, in the order of the paper."""

from __future__ import annotations

import datetime as dt
import io

import pikepdf
import pypdfium2
import pytest
from PIL import ImageChops

from packets.domain.case import Print, Profile
from packets.domain.filled import FilledPacket
from packets.layout.engine.press import Press
from packets.layout.engine.print_run import PrintRun
from packets.output.readback import read
from packets.output.seal import is_sealed
from tests.samples import NAMES, packet


def patient(number: int) -> FilledPacket:
    day = dt.date(2026, 1, 1) + dt.timedelta(days=number % 200)
    return packet(patient_name=f"Sample Number {number}", surgery_date=day, packet_id=f"S{number:03d}-TEST")


def run_of(several: list[FilledPacket], look: Print) -> tuple[bytes, list[range]]:
    out = io.BytesIO()
    run = PrintRun(out, "Print run", "en")
    places = [run.add(one, look) for one in several]
    run.close()
    return out.getvalue(), places


@pytest.mark.parametrize("profile", list(Profile))
def test_the_run_shows_what_the_packets_own_files_show(profile: Profile) -> None:
    look = Print(profile=profile)
    several = [packet(patient_name=name) for name in NAMES.values()]
    data, places = run_of(several, look)
    assert is_sealed(data)
    pikepdf.open(io.BytesIO(data)).check_pdf_syntax()
    texts = read(data)
    assert [place for pages in places for place in pages] == list(range(1, len(texts) + 1))
    whole = pypdfium2.PdfDocument(data)
    for one, pages in zip(several, places, strict=True):
        own, _ = Press().printed(one, look)
        for page, text, place in zip(pypdfium2.PdfDocument(own), read(own), pages, strict=True):
            assert sorted(texts[place - 1].split()) == sorted(text.split())
            pictures = [each.render(scale=0.7).to_pil().convert("L") for each in (page, whole[place - 1])]
            assert ImageChops.difference(*pictures).getextrema() == (0, 0)


def test_pads_and_a_run_sheet_that_is_added_last_stand_where_they_belong() -> None:
    out = io.BytesIO()
    run = PrintRun(out, "Print run", "en")
    first = run.add(patient(1), Print())
    pad = run.pad("This page is blank on purpose", Print())
    second = run.add(patient(2), Print())
    sheet = run.add(packet("staff-sheet", packet_id="SHEET-1"), Print(), front=True)
    run.close()
    texts = read(out.getvalue())
    assert (list(first), list(pad), list(second)) == ([1, 2, 3], [4], [5, 6, 7])
    assert list(sheet) == [1]
    assert len(texts) == len(sheet) + 7 == run.pages + len(sheet)
    assert "SHEET-1" in texts[0]
    assert all("S001-TEST" in text for text in texts[1:4])
    assert texts[4].strip() == "This page is blank on purpose"
    assert all("S002-TEST" in text for text in texts[5:8])


def test_a_packet_more_costs_less_than_four_kilobytes() -> None:
    sizes = [len(run_of([patient(number) for number in range(count)], Print())[0]) for count in (40, 240)]
    assert (sizes[1] - sizes[0]) / 200 < 4000


def test_the_same_packets_give_the_same_run() -> None:
    several = [patient(number) for number in range(5)]
    assert run_of(several, Print()) == run_of(several, Print())
