"""What filling makes of an author's handout, before anything is drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from packets.content.library import Library, load
from packets.errors import InvalidInputError
from packets.fill.packet import fill
from packets.model import filled_packet
from packets.model.case import Print
from packets.model.filled_packet import FilledPacket
from packets.pipeline import fill_packet, make_packet
from tests.samples import CONTENT, case, library, packet

HANDOUT = "procedures/cervical-foraminotomy/handout.en.yaml"


def changed(folder: Path, *changes: tuple[str, str], file: str = HANDOUT) -> Library:
    """The clinic's own handout in English, and what it needs, with words of a file replaced."""
    translations = [path.stem for path in CONTENT.glob("languages/*.yaml") if path.stem != "en"]
    ignored = [pattern for tag in translations for pattern in (f"*.{tag}.yaml", f"{tag}.yaml")]
    shutil.copytree(CONTENT, folder / "content", ignore=shutil.ignore_patterns(*ignored, "lumbar*", "ant*"))
    place = folder / "content" / file
    text = place.read_text("utf-8")
    for was, now in changes:
        assert text.count(was) == 1, was
        text = text.replace(was, now)
    place.write_text(text, "utf-8")
    found, problems = load(folder / "content")
    assert found is not None, "\n".join(map(str, problems))
    return found


def rack_copy(shelf: Library) -> FilledPacket:
    commons = {name: part for (name, tag), part in shelf.common.items() if tag == "en"}
    return fill(
        shelf.handouts["cervical-foraminotomy", "en"],
        shelf.plans["handout"],
        commons,
        shelf.clinic,
        shelf.languages["en"],
        None,
    )


DRAFT = ("      - show: collar\n", "      - show: collar\n      - status: draft\n        text: Our own words.\n")


def test_a_draft_part_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    made = fill_packet(changed(tmp_path, DRAFT), case())
    assert "Our own words." not in list(made.texts())
    assert made.left_out == ("after-surgery, part 3",)


def test_a_draft_part_that_is_asked_for_carries_its_mark(tmp_path: Path) -> None:
    made = fill_packet(changed(tmp_path, DRAFT), case(), include_drafts=True)
    texts = list(made.texts())
    assert texts[texts.index("Our own words.") - 1] == "DRAFT: not yet reviewed by a clinician"
    assert made.left_out == ()


def test_a_draft_handout_is_refused_and_marked_on_every_page_when_asked_for(tmp_path: Path) -> None:
    shelf = changed(tmp_path, ("status: published", "status: draft"))
    with pytest.raises(InvalidInputError) as caught:
        fill_packet(shelf, case())
    assert str(caught.value) == (
        'R11 the handout "cervical-foraminotomy" is a draft that no clinician has approved\n'
        "    To print it with a DRAFT mark, add --include-drafts."
    )
    made = fill_packet(shelf, case(), include_drafts=True)
    assert made.header_footer.bottom_left.startswith("DRAFT: not yet reviewed by a clinician · ")
    assert isinstance(made.blocks[1], filled_packet.DraftMark)


def test_a_retired_handout_is_not_printed_even_as_a_draft(tmp_path: Path) -> None:
    shelf = changed(tmp_path, ("status: published", "status: retired"))
    with pytest.raises(InvalidInputError) as caught:
        fill_packet(shelf, case(), include_drafts=True)
    assert str(caught.value) == (
        'R10 the handout "cervical-foraminotomy" is retired and is no longer printed\n'
        "    `list` shows the procedures that are."
    )


def test_an_order_never_stands_in_the_table_of_what_is_usual(tmp_path: Path) -> None:
    order = "  - id: rest\n    label: Do not lift\n    kind: restriction\n    at: 1 day\n    quote: {}\n"
    quote = "In most cases, patients can leave the hospital the day after surgery."
    at = "  - id: driving\n"
    made = fill_packet(changed(tmp_path, (at, order.format(quote) + at)), case())
    tables = [block for block in made.blocks if isinstance(block, filled_packet.DateTable)]
    assert [table.heads[0] for table in tables] == ["What to expect", "What your surgeon asks of you"]
    assert [row.label for row in tables[1].rows] == ["Do not lift"]


def test_the_rack_copy_has_lines_where_a_sentence_names_the_patient_s_own(tmp_path: Path) -> None:
    end = "          roots exit the spinal column.\n"
    sentence = end + "\n          Your surgery with {surgeon} is on {surgery_date}.\n"
    made = rack_copy(changed(tmp_path, (end, sentence)))
    assert "Your surgery with ____________ is on ____________." in list(made.texts())
    assert made.header_footer.top_left == made.header_footer.top_right == made.packet_id == ""
    assert made.dates == ()


def test_a_packet_prints_the_booking_box_once_and_the_disclaimer_once() -> None:
    texts = list(packet().texts())
    assert sum("to make an appointment" in text for text in texts) == 1
    assert sum("not intended to replace the advice" in text for text in texts) == 1


def test_what_the_booking_says_of_one_patient_is_never_kept_for_the_next(tmp_path: Path) -> None:
    said = ("to make an appointment.", "to make an appointment with {surgeon}.")
    shelf = changed(tmp_path, said, file="common/booking.en.yaml")
    for surgeon, other in (("Dr. First", "Dr. Second"), ("Dr. Second", "Dr. First")):
        texts = "\n".join(fill_packet(shelf, case(surgeon=surgeon)).texts())
        assert f"to make an appointment with {surgeon}." in texts and other not in texts


def test_titles_and_heads_hold_what_they_may() -> None:
    made = packet()
    assert made.title == "Your going-home packet, SAMP-LE2Z"
    assert packet("staff-sheet").title == "Staff sheet for packet SAMP-LE2Z"
    assert rack_copy(library()).title == "Cervical Foraminotomy: information for patients"
    assert made.header_footer.top_left == "Rosa Martinez-O’Neil · Record number 00418823"
    assert made.header_footer.page(2, 3) == "Page 2 of 3"


def test_every_date_that_is_printed_is_one_that_read_back_must_find() -> None:
    plain = [date.replace("\u00a0", " ") for date in packet().dates]
    assert plain == [
        "Monday, December 7, 2026",
        "Tuesday, December 8, 2026",
        "between Monday, December 14 and Monday, December 21, 2026",
        "by Monday, January 4, 2027",
        "between Sunday, February 7 and Sunday, March 7, 2027",
    ]


def test_a_part_that_is_higher_than_a_page_is_refused(tmp_path: Path) -> None:
    long = "Please call our office at {phone} and wait. " * 120
    found = changed(tmp_path, ("Please call", long + "Please call"), file="common/booking.en.yaml")
    with pytest.raises(InvalidInputError) as caught:
        make_packet(found, case(), Print())
    assert str(caught.value) == (
        "G03 a part of the content is higher than a page and cannot be cut\n"
        "    Make shorter parts of it: the booking text, a table's label, or the lines to write on."
    )


def test_too_many_milestones_for_one_page_are_named_as_that(tmp_path: Path) -> None:
    walk = "  - id: walk-{0}\n    label: Walk {0} miles\n    by: 4 weeks\n"
    walk += "    quote: They can get back to light work by four weeks.\n"
    more = "".join(walk.format(number) for number in range(60))
    found = changed(tmp_path, ("  - id: light-work\n", more + "  - id: light-work\n"))
    with pytest.raises(InvalidInputError) as caught:
        make_packet(found, case(), Print())
    assert str(caught.value) == (
        "G70 the timeline of all milestones is higher than a page\n"
        "    Have fewer milestones in the handout: put together those that are of one time."
    )
