"""Test how a handout is filled for one patient, before it is rendered."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from packets.content.library import Library, load
from packets.errors import InvalidInputError
from packets.fill.packet import fill
from packets.model import filled_packet
from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket
from packets.pipeline import fill_packet, make_packet
from tests.samples import CONTENT, case, library, packet

HANDOUT = "procedures/cervical-foraminotomy/handout.en.yaml"


def changed_library(folder: Path, *changes: tuple[str, str], file: str = HANDOUT) -> Library:
    """Return the English handout and what it needs, with text of one file replaced."""
    translations = [path.stem for path in CONTENT.glob("languages/*.yaml") if path.stem != "en"]
    ignored = [pattern for tag in translations for pattern in (f"*.{tag}.yaml", f"{tag}.yaml")]
    shutil.copytree(CONTENT, folder / "content", ignore=shutil.ignore_patterns(*ignored, "lumbar*", "ant*"))
    path = folder / "content" / file
    text = path.read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    library, problems = load(folder / "content")
    assert library is not None, "\n".join(map(str, problems))
    return library


def rack_copy(content: Library) -> FilledPacket:
    commons = {name: part for (name, tag), part in content.common.items() if tag == "en"}
    return fill(
        content.handouts["cervical-foraminotomy", "en"],
        content.plans["handout"],
        commons,
        content.clinic,
        content.languages["en"],
        None,
    )


DRAFT = ("      - show: collar\n", "      - show: collar\n      - status: draft\n        text: Our own words.\n")


def test_a_draft_part_is_left_out_and_reported(tmp_path: Path) -> None:
    filled = fill_packet(changed_library(tmp_path, DRAFT), case())
    assert "Our own words." not in list(filled.texts())
    assert filled.left_out == ("after-surgery, part 3",)


def test_a_draft_part_that_is_included_has_a_draft_mark(tmp_path: Path) -> None:
    filled = fill_packet(changed_library(tmp_path, DRAFT), case(), include_drafts=True)
    texts = list(filled.texts())
    assert texts[texts.index("Our own words.") - 1] == "DRAFT: not yet reviewed by a clinician"
    assert filled.left_out == ()


def test_a_draft_handout_is_refused_and_has_a_mark_on_every_page_when_included(tmp_path: Path) -> None:
    content = changed_library(tmp_path, ("status: published", "status: draft"))
    with pytest.raises(InvalidInputError) as caught:
        fill_packet(content, case())
    assert str(caught.value) == (
        'R11 the handout "cervical-foraminotomy" is a draft that no clinician has approved\n'
        "    To print it with a DRAFT mark, add --include-drafts."
    )
    filled = fill_packet(content, case(), include_drafts=True)
    assert filled.header_footer.bottom_left.startswith("DRAFT: not yet reviewed by a clinician · ")
    assert isinstance(filled.blocks[1], filled_packet.DraftMark)


def test_a_retired_handout_is_not_printed_even_as_a_draft(tmp_path: Path) -> None:
    content = changed_library(tmp_path, ("status: published", "status: retired"))
    with pytest.raises(InvalidInputError) as caught:
        fill_packet(content, case(), include_drafts=True)
    assert str(caught.value) == (
        'R10 the handout "cervical-foraminotomy" is retired and is no longer printed\n'
        "    `list` shows the procedures that are printed."
    )


def test_a_restriction_says_that_it_is_an_order(tmp_path: Path) -> None:
    restriction = "  - id: rest\n    label: Do not lift\n    kind: restriction\n    at: 1 day\n    quote: {}\n"
    quote = "In most cases, patients can leave the hospital the day after surgery."
    at = "  - id: driving\n"
    filled = fill_packet(changed_library(tmp_path, (at, restriction.format(quote) + at)), case())
    (table,) = (block for block in filled.blocks if isinstance(block, filled_packet.DateTable))
    kinds = {row.label: row.kind_label for row in table.rows}
    assert kinds["Do not lift"] == "Doctor’s order"
    assert {kind for label, kind in kinds.items() if label != "Do not lift"} == {"Usual"}


def test_the_rack_copy_has_blank_lines_in_place_of_the_patients_data(tmp_path: Path) -> None:
    end = "          roots exit the spinal column.\n"
    sentence = end + "\n          Your surgery with {surgeon} is on {surgery_date}.\n"
    filled = rack_copy(changed_library(tmp_path, (end, sentence)))
    assert "Your surgery with ____________ is on ____________." in list(filled.texts())
    assert filled.header_footer.top_left == filled.header_footer.top_right == filled.packet_id == ""
    assert filled.dates == ()


def test_a_packet_prints_the_booking_box_once_and_the_disclaimer_once() -> None:
    texts = list(packet().texts())
    assert sum("to make an appointment" in text for text in texts) == 1
    assert sum("not intended to replace the advice" in text for text in texts) == 1


def test_one_patients_booking_text_is_never_used_for_the_next(tmp_path: Path) -> None:
    change = ("to make an appointment.", "to make an appointment with {surgeon}.")
    content = changed_library(tmp_path, change, file="common/booking.en.yaml")
    for surgeon, other in (("Dr. First", "Dr. Second"), ("Dr. Second", "Dr. First")):
        texts = "\n".join(fill_packet(content, case(surgeon=surgeon)).texts())
        assert f"to make an appointment with {surgeon}." in texts and other not in texts


def test_titles_and_headers_of_each_kind_of_packet() -> None:
    filled = packet()
    assert filled.title == "Your going-home packet, SAMP-LE2Z"
    assert packet("staff-sheet").title == "Staff sheet for packet SAMP-LE2Z"
    assert rack_copy(library()).title == "Cervical Foraminotomy: information for patients"
    assert filled.header_footer.top_left == "Rosa Martinez-O’Neil · Record number 00418823"
    assert filled.header_footer.page(2, 3) == "Page 2 of 3"


def test_a_clinics_own_sheet_for_staff_has_the_title_of_one() -> None:
    own = replace(library().plans["staff-sheet"], id="ward-sheet")
    filled = fill_packet(replace(library(), plans={own.id: own}), case(), plan=own.id)
    assert filled.title == "Staff sheet for packet SAMP-LE2Z"
    assert "Staff sheet. Not part of the patient’s copy" in list(filled.texts())


def test_every_printed_date_is_passed_to_verification() -> None:
    plain = [date.replace("\u00a0", " ") for date in packet().dates]
    assert plain == [
        "Monday, December 7, 2026",
        "Tue Dec 8 2026",
        "Mon Dec 14 to Mon Dec 21, 2026",
        "by Mon Jan 4 2027",
        "Sun Feb 7 to Sun Mar 7, 2027",
    ]


def test_a_part_that_does_not_fit_on_a_page_is_refused(tmp_path: Path) -> None:
    long = "Please call our office at {phone} and wait. " * 120
    content = changed_library(tmp_path, ("Please call", long + "Please call"), file="common/booking.en.yaml")
    with pytest.raises(InvalidInputError) as caught:
        make_packet(content, case(), PrintOptions())
    assert str(caught.value) == (
        "G03 a part of the content is taller than a page and cannot be split\n"
        "    Make shorter parts of it: a callout, the row of a table, the booking text, or the lines to write on."
    )
