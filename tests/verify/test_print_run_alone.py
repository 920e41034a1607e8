"""Test what verification finds on the pages of a print run that was cut or put together by hand."""

from __future__ import annotations

from functools import cache

import pytest
from msgspec.structs import replace

from packets.batch.print_run_pages import Entry, RunSheet, sheet_part
from packets.errors import VerificationError
from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket, Paragraph, Span
from packets.verified_pdf import render
from packets.verify.extract_text import without_whitespace
from packets.verify.inspect import _problems, inspect
from packets.verify.inspect_print_run import print_run_problems
from tests.samples import CONTENT, NAMES, library, packet

ROSA, OTHER = "SAMP-LE2Z", "4B9D-FDP8"
LISTED = "V85 the pages are not those of the packets that the run sheet lists, in its order"


def incomplete(packet_id: str) -> str:
    return f"V09 packet {packet_id}: page 1 has no line that says which page of how many it is"


# Pages by the first letter of what they are from: the sheet, Rosa, or the other patient; b is a blank page of Rosa's.
WRONG = {
    "a packet is missing": ("S R1 R2 R3", [LISTED]),
    "the packets are in another order": ("S O1 O2 O3 R1 R2 R3", [LISTED]),
    "a packet is there twice": ("S R1 R2 R3 O1 O2 O3 R1 R2 R3", [LISTED]),
    "no packet": ("S", [LISTED]),
    "a packet of one page with a blank page, which is not listed": ("S 1 b", [LISTED]),
    "a page is missing": ("S R1 R2 O1 O2 O3", [incomplete(ROSA)]),
    "two pages are swapped": ("S R2 R1 R3 O1 O2 O3", [incomplete(ROSA)]),
    "a page is the other patient's": ("S R1 R2 O3 O1 O2 O3", [incomplete(ROSA), incomplete(OTHER)]),
    "a packet is only a blank page": ("S b O1 O2 O3", [incomplete(ROSA)]),
    "two blank pages": ("S R1 R2 R3 b b O1 O2 O3", [incomplete(ROSA)]),
    "a blank page with another name": ("S R1 R2 R3 wrong O1 O2 O3", [incomplete(ROSA)]),
    "a page with only a header": ("S R1 R2 R3 header O1 O2 O3", [incomplete(ROSA)]),
    "a blank page that says more": ("S R1 R2 R3 written O1 O2 O3", [incomplete(ROSA)]),
}


def blank_words() -> str:
    return library().languages["en"].say("blank_page")


def blank(text: str = "", patient: str = NAMES["plain"]) -> FilledPacket:
    shown = packet(patient_name=patient)
    header = replace(shown.header_footer, bottom_left="", page_of="")
    return replace(shown, blocks=(Paragraph((Span(blank_words() + text),)),), header_footer=header, dates=())


@cache
def pages() -> dict[str, str]:
    """Return the texts of a run sheet that lists two packets, of their pages, and of right and wrong blank pages."""
    other = packet(packet_id=OTHER, patient_name="Another Sample", record_number="00418824")
    sheet = sheet_part([Entry(ROSA, 3), Entry(OTHER, 3)], 2, "", RunSheet(), PrintOptions())
    texts = {"S": sheet.texts[0]}
    for letter, shown in (("R", packet()), ("O", other)):
        for number, text in enumerate(render(shown, PrintOptions()).texts, 1):
            texts[f"{letter}{number}"] = text
    for name, page in (
        ("1", replace(packet(), blocks=packet().blocks[:1], dates=())),
        ("b", blank()),
        ("wrong", blank(patient="Another Sample")),
        ("written", blank(" Take two tablets.")),
    ):
        (texts[name],) = render(page, PrintOptions()).texts
    texts["header"] = texts["b"].removesuffix(without_whitespace(blank_words()))
    return texts


def problems(order: str) -> list[str]:
    texts = [pages()[name] for name in order.split()]
    return [str(problem) for problem in print_run_problems(texts, library(), _problems)]


@pytest.mark.parametrize("order", ["S R1 R2 R3 O1 O2 O3", "S R1 R2 R3 b O1 O2 O3"])
def test_complete_packets_with_or_without_blank_pages_are_accepted(order: str) -> None:
    assert problems(order) == []


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_print_run_is_refused(wrong: str) -> None:
    order, expected = WRONG[wrong]
    assert problems(order) == expected


def test_a_print_run_does_not_match_the_case_of_one_patient() -> None:
    sheet = sheet_part([Entry(ROSA, 3)], 2, "", RunSheet(), PrintOptions())
    with pytest.raises(VerificationError, match="V04 page 1 does not show the patient's name and record number"):
        inspect(sheet.data, CONTENT, expected=packet())
    with pytest.raises(VerificationError, match="V85"):
        inspect(sheet.data, CONTENT)
