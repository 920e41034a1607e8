"""Test each rule of verification on PDFs from the shipped renderer."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from packets.errors import VerificationError
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import Block, DateRow, DateTable, FilledPacket, Paragraph, Span
from packets.pdf.renderer import Renderer
from packets.verify.proof import verify_packet, verify_pair
from tests.samples import packet

LARGE = PrintOptions(Paper.LETTER, PrintSize.LARGE)


def with_blocks(*blocks: Block) -> FilledPacket:
    return replace(packet(), blocks=blocks, dates=())


def paragraph(text: str) -> Paragraph:
    return Paragraph((Span(text),))


def problems(shown: FilledPacket, expected: FilledPacket, print_options: PrintOptions | None = None) -> list[str]:
    """Render one packet and verify it as another; return the lines of the refusal, or nothing if it is accepted."""
    data, pages = Renderer().render(shown, print_options or PrintOptions())
    try:
        verify_packet(data, expected, pages)
    except VerificationError as error:
        return str(error).splitlines()
    return []


def test_a_changed_byte_is_refused_before_the_file_is_read() -> None:
    data, pages = Renderer().render(packet(), PrintOptions())
    with pytest.raises(VerificationError) as refused:
        verify_packet(data + b"\n", packet(), pages)
    assert str(refused.value) == "V02 the file has changed since it was made"
    with pytest.raises(VerificationError) as refused:
        verify_pair(data + b"\n", packet(), packet(), [False] * pages)
    assert str(refused.value) == "V02 the file has changed since it was made"


def test_a_refusal_names_what_the_page_does_not_show() -> None:
    shown = packet()
    header = replace(shown.header_footer, top_left="x", top_right="y", bottom_left="z")
    lines = problems(replace(shown, header_footer=header), shown)
    assert [line for line in lines if line.startswith("V04 page 2")] == [
        "V04 page 2 does not show the packet id",
        "V04 page 2 does not show the patient's name and record number",
        "V04 page 2 does not show the title and revision",
    ]


def test_two_sentences_in_the_wrong_order_are_refused() -> None:
    first, second = paragraph("Call us first, before you take anything for the pain."), paragraph("Then wait.")
    assert problems(with_blocks(first, second), with_blocks(first, second)) == []
    assert problems(with_blocks(second, first), with_blocks(first, second)) == [
        "V06 a text of part 2 (Paragraph) is missing or different"
    ]


def test_the_first_text_of_a_packet_may_be_the_first_on_the_page() -> None:
    shown = with_blocks(paragraph("Rest."))
    assert problems(shown, shown) == []
    assert problems(shown, with_blocks(paragraph("Rest"), paragraph("."), paragraph("Walk."))) == [
        "V06 a text of part 3 (Paragraph) is missing or different",
        "V07 some of the packet's text is missing",
    ]


def test_a_date_may_begin_on_one_page_and_end_on_the_next() -> None:
    dates = tuple(f"Thursday, the {number}th of December" for number in range(400))
    shown = replace(with_blocks(paragraph(" ".join(dates))), dates=dates)
    assert problems(shown, shown, LARGE) == []


def long_table(rows: int) -> FilledPacket:
    row = DateRow("Mon Dec 14", "2026", "A visit with the nurse", "1 week after surgery", "appointment", "Appointment")
    return with_blocks(DateTable(("When", "What", "Kind"), (row,) * rows))


def test_a_table_may_repeat_its_heading_on_each_page_and_nothing_else() -> None:
    assert Renderer().render(long_table(60), LARGE)[1] > 2
    assert problems(long_table(60), long_table(60), LARGE) == []
    assert problems(long_table(61), long_table(60), LARGE) == ["V08 the file shows text that is not the packet's"]
    assert "V07 some of the packet's text is missing" in problems(long_table(59), long_table(60), LARGE)


LONG_TEXT = "Walk a little more each day. " * 90


def test_a_text_longer_than_a_page_is_checked_in_full() -> None:
    shown = with_blocks(paragraph(LONG_TEXT))
    assert Renderer().render(shown, LARGE)[1] > 1
    assert problems(shown, shown, LARGE) == []
    swapped = with_blocks(paragraph(LONG_TEXT.replace("more", "less", 1)))
    assert problems(swapped, shown, LARGE) != []
    other_word = with_blocks(paragraph(LONG_TEXT.replace("Walk", "Swim")))
    assert problems(other_word, shown, LARGE)[0] == "V06 a text of part 1 (Paragraph) is missing or different"
    other_order = with_blocks(paragraph(LONG_TEXT.replace("Walk a little more", "more Walk a little")))
    assert problems(other_order, shown, LARGE) == ["V06 a text of part 1 (Paragraph) is missing or different"]


def test_a_short_text_may_go_on_on_the_next_page_and_is_checked_there_too() -> None:
    before = [paragraph(f"Line {number}.") for number in range(23)]
    after = [paragraph(f"Walk for {number} minutes.") for number in range(10, 20)]
    words = "Take the stairs one at a time, hold the rail, and rest on each landing. Do not drive. " * 7
    shown = with_blocks(*before, paragraph(words), *after)
    data, pages = Renderer().render(shown, PrintOptions())
    first, second = verify_packet(data, shown, pages)
    assert "Takethestairs" in first and "Donotdrive." in second and "Line" not in second
    swapped = " ".join([*words.split()[:-2], "drive.", "not"])  # the last words, on page 2
    assert problems(with_blocks(*before, paragraph(swapped), *after), shown) == [
        "V06 a text of part 24 (Paragraph) is missing or different"
    ]
