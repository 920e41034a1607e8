"""Test how the blocks of a packet are divided into pages."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.fill.packet import fill
from packets.layout import header_footer
from packets.layout.boxes import Columns, LayoutBox, Rows, TextBox
from packets.layout.date_table import DateRowBox
from packets.layout.decorations import Break, Rule, WritingLines
from packets.layout.page import page_for
from packets.layout.paginate import DoesNotFitError, PositionedBox, is_page_bottom, paginate
from packets.layout.story import story
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket, Heading, ListBlock, Paragraph, Span
from packets.pdf.content_stream import ContentStreamWriter
from tests.samples import LONGEST, handout, library, packet

PRINT_OPTIONS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]


def pages_of(filled: FilledPacket, print_options: PrintOptions) -> tuple[tuple[PositionedBox, ...], ...]:
    page = header_footer.with_room(page_for(print_options), filled.header_footer)
    return paginate(story(filled, page).boxes, page.inner_height, 3 * page.styles.body.leading)


def text_of(box: LayoutBox) -> str:
    assert isinstance(box, TextBox)
    return "".join(fragment.text for line in box.lines.lines for fragment in line.fragments)


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["Xi", LONGEST], ids=["short", "longest"])
def test_no_page_is_overfull_or_ends_with_a_heading(print_options: PrintOptions, name: str) -> None:
    page = page_for(print_options)
    for plan in ("discharge", "handout", "staff-sheet"):
        for boxes in pages_of(packet(plan, patient_name=name), print_options):
            flow = [item for item in boxes if not is_page_bottom(item.box)]
            last, lowest = flow[-1], max(item.top + item.box.height for item in boxes)
            assert lowest <= page.inner_height + 0.01
            assert not last.box.keep_next
            tops = [item.top for item in flow]
            assert tops == sorted(tops)


def test_the_summary_the_handout_and_the_going_home_page_each_take_one_page() -> None:
    for paper in Paper:
        pages = pages_of(packet(), PrintOptions(paper))
        assert len(pages) == 3
        assert text_of(pages[0][0].box) == "Cervical Foraminotomy"
        assert text_of(pages[1][0].box) == "What is Cervical Foraminotomy?"


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["Xi", LONGEST], ids=["short", "longest"])
@pytest.mark.parametrize("birth_date", [None, dt.date(1961, 3, 9)], ids=["", "born"])
def test_the_help_strip_is_at_the_bottom_of_page_1(
    print_options: PrintOptions, name: str, birth_date: dt.date | None
) -> None:
    filled = packet(patient_name=name, birth_date=birth_date)
    page = header_footer.with_room(page_for(print_options), filled.header_footer)
    first, *others = pages_of(filled, print_options)
    (strip,) = (item for item in first if is_page_bottom(item.box))
    assert strip.top + strip.box.height == pytest.approx(page.inner_height)
    assert not any(is_page_bottom(item.box) for boxes in others for item in boxes)


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
@pytest.mark.parametrize("plan", ["discharge", "handout"])
def test_no_page_is_nearly_empty(print_options: PrintOptions, plan: str) -> None:
    for name in ("Xi", LONGEST):
        filled = packet(plan, patient_name=name)
        page = header_footer.with_room(page_for(print_options), filled.header_footer)
        used = [(boxes[-1].top + boxes[-1].box.height) / page.inner_height for boxes in pages_of(filled, print_options)]
        assert used[0] > 0.55 and min(used[1:-1], default=1) > 0.6 and used[-1] > 0.28


@pytest.mark.parametrize("print_size", PrintSize)
def test_a_footer_of_three_lines_reduces_the_height_of_the_text(print_size: PrintSize) -> None:
    print_options = PrintOptions(print_size=print_size)
    plain = packet()
    footer = " · ".join(["DRAFT: not yet reviewed by a clinician nor by a translator"] * 4)
    filled = replace(plain, header_footer=replace(plain.header_footer, bottom_left=footer))
    page = header_footer.with_room(page_for(print_options), filled.header_footer)
    pen = ContentStreamWriter()
    header_footer.draw_footer(pen, page, filled.header_footer, 1, 3)
    heights = [float(height) for height in re.findall(rb" ([0-9.]+) Td", pen.source())]
    assert len(set(heights)) >= 3
    assert max(heights) + page.styles.header_footer.size < page.bottom
    assert header_footer.with_room(page_for(print_options), plain.header_footer) is page_for(print_options)


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
def test_each_date_of_a_rack_copy_has_room_for_handwriting(print_options: PrintOptions) -> None:
    shipped = library()
    commons = {name: part for (name, tag), part in shipped.common.items() if tag == "en"}
    rack = fill(handout(), shipped.plans["handout"], commons, shipped.clinic, shipped.languages["en"], None)
    table = next(box for box in story(rack, page_for(print_options)).boxes if isinstance(box, Rows))
    for row in table.rows:
        assert isinstance(row, DateRowBox)
        _, cell = row.columns.columns[0]
        (line,) = (box for box in cell.boxes if isinstance(box, WritingLines))
        assert line.height >= page_for(print_options).writing_line


@pytest.mark.parametrize(("height", "lines"), [(80, 2), (107, 3), (134, 4), (400, 6)])
def test_writing_lines_fill_the_rest_of_the_page_up_to_six(height: int, lines: int) -> None:
    notes = WritingLines(2, 27, 400, elastic=True)
    ((_, placed),) = paginate([text_box("Notes"), notes], height)
    assert isinstance(placed.box, WritingLines) and placed.box.count == lines
    assert placed.top + placed.box.height <= height


def lines_of(box: LayoutBox) -> int:
    assert isinstance(box, TextBox)
    return len(box.lines.lines)


def text_box(words: str, **changes: bool) -> LayoutBox:
    block = Paragraph((Span(words),))
    filled = FilledPacket("en", "t", "", (block,), packet().header_footer, ())
    (box,) = story(filled, page_for(PrintOptions())).boxes
    return box


@given(st.lists(st.integers(1, 120), min_size=1, max_size=12), st.integers(150, 700))
def test_a_paragraph_goes_on_with_two_lines_on_each_page_and_a_short_one_is_not_split(
    lengths: list[int], height: int
) -> None:
    boxes = [text_box("word " * length) for length in lengths]
    whole = [lines_of(box) for box in boxes]
    parts = [lines_of(item.box) for boxes in paginate(boxes, height) for item in boxes]
    for lines in whole:  # each paragraph in turn is made of the next parts
        own = [parts.pop(0)]
        while sum(own) < lines:
            own.append(parts.pop(0))
        assert sum(own) == lines
        assert len(own) == 1 or (lines > 3 and min(own) >= 2)


def test_paragraphs_fill_the_pages_before_the_last() -> None:
    boxes = [text_box("word " * 100) for _ in range(20)]
    *pages, _ = paginate(boxes, 400)
    assert all(boxes[-1].top + boxes[-1].box.height > 400 - 3 * 18 for boxes in pages)


def test_a_large_block_does_not_leave_the_page_before_it_half_empty() -> None:
    short, high = text_box("word " * 10), WritingLines(10, 30, 100)
    boxes = [*[short] * 29, high, short]
    filled = [boxes[-1].top + boxes[-1].box.height for boxes in paginate(boxes, 500, page_by_page=True)]
    assert filled[1] < 250  # the high block begins page 3
    best = [boxes[-1].top + boxes[-1].box.height for boxes in paginate(boxes, 500)]
    assert len(best) == len(filled) == 3 and min(best[:-1]) > 300


def test_a_table_that_fits_is_split_if_the_next_page_would_be_nearly_empty_without_its_last_rows() -> None:
    table = next(box for box in story(packet(), page_for(PrintOptions())).boxes if isinstance(box, Rows))
    short, high = text_box("word " * 10), WritingLines(9, 30, 100)
    pages = paginate([*[short] * 4, table, *[short] * 8, high], 400)
    tables = [[item.box for item in boxes if isinstance(item.box, Rows)] for boxes in pages]
    assert [len(part.rows) for parts in tables for part in parts] == [2, 2]
    assert len(pages) == len(paginate([*[short] * 4, table, *[short] * 8, high], 400, page_by_page=True))


def test_a_heading_of_many_lines_is_not_split() -> None:
    heading = Heading("word " * 40)
    filled = FilledPacket("en", "t", "", (heading,), packet().header_footer, ())
    (_, title) = story(filled, page_for(PrintOptions())).boxes
    assert lines_of(title) > 3
    body = text_box("word " * 60)
    pages = paginate([body, title, body, body], body.height + 60)
    assert sum(item.box is title for boxes in pages for item in boxes) == 1


def test_a_paragraph_higher_than_a_page_is_split_with_two_lines_on_each_side() -> None:
    paragraph = text_box("word " * 900)
    pages = paginate([paragraph], 200)
    lines = [len(item.box.lines.lines) for boxes in pages for item in boxes if isinstance(item.box, TextBox)]
    assert sum(lines) == lines_of(paragraph)
    assert len(pages) > 2 and min(lines) >= 2


def test_a_heading_moves_to_the_next_page_with_the_block_below_it() -> None:
    blocks = (Paragraph((Span("word " * 90),)), Heading("Driving"), Paragraph((Span("word " * 40),)))
    filled = FilledPacket("en", "t", "", blocks, packet().header_footer, ())
    boxes = story(filled, page_for(PrintOptions())).boxes
    first, second = paginate(boxes, boxes[0].height + 60)
    assert len(first) == 1
    assert text_of(second[0].box) == "Driving"
    assert not any(isinstance(item.box, Rule) for item in second)  # no divider at the top of a page


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
def test_three_lines_of_what_follows_stay_with_a_heading(print_options: PrintOptions) -> None:
    short = tuple(Paragraph((Span(f"Line {number}."),)) for number in range(30))
    for lines_before in range(40):
        filler = tuple(Paragraph((Span(f"Before {number}."),)) for number in range(lines_before))
        filled = replace(packet(), blocks=(*filler, Heading("Driving"), *short))
        for placed in pages_of(filled, print_options):
            texts = [text_of(item.box) for item in placed if isinstance(item.box, TextBox)]
            if "Driving" in texts:
                assert len(texts) - texts.index("Driving") > 3


def test_a_page_break_is_ignored_on_a_nearly_empty_page() -> None:
    short, full = text_box("word " * 10), text_box("word " * 120)
    assert len(paginate([short, Break(), short], 300)) == 1
    assert len(paginate([full, Break(), short], full.height * 1.2)) == 2


def test_a_page_break_on_a_page_that_is_not_nearly_full_is_ignored_if_that_saves_a_page() -> None:
    short, full = text_box("word " * 10), text_box("word " * 120)
    height = full.height * 1.4
    assert [len(boxes) for boxes in paginate([full, Break(), short], height)] == [2]
    assert [len(boxes) for boxes in paginate([full, Break(), short, full], height)] == [1, 2]


def test_a_page_break_for_two_languages_changes_nothing_on_the_pages_before_it() -> None:
    boxes = [text_box(f"{number} " + "word " * (10 + number * 37 % 90)) for number in range(20)]
    pages = paginate(boxes, 300, page_by_page=True)
    texts = [[text_of(item.box) for item in boxes] for boxes in pages]
    for place in range(1, 20):
        broken = paginate([*boxes[:place], Break(always=True), *boxes[place:]], 300, page_by_page=True)
        page = next(number for number, texts_of in enumerate(texts) if text_of(boxes[place])[:20] in str(texts_of))
        assert [[text_of(item.box) for item in boxes] for boxes in broken[:page]] == texts[:page]


def test_a_table_that_continues_on_the_next_page_repeats_its_header() -> None:
    table = next(box for box in story(packet(), page_for(PrintOptions())).boxes if isinstance(box, Rows))
    pages = paginate([table], table.height - 20)
    parts = [boxes[0].box for boxes in pages]
    assert [isinstance(part, Rows) and part.continued for part in parts] == [False, True]
    assert sum(len(part.rows) for part in parts if isinstance(part, Rows)) == 4


def test_a_block_that_cannot_be_split_and_does_not_fit_a_page_is_an_error() -> None:
    with pytest.raises(DoesNotFitError):
        paginate([WritingLines(20, 30, 100)], 500)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(100, 700))
def test_no_line_is_lost_and_no_page_is_overfull_for_any_lengths(lengths: list[int], height: int) -> None:
    boxes = [text_box("word " * length) for length in lengths]
    pages = paginate(boxes, height)
    assert sum(lines_of(item.box) for boxes in pages for item in boxes) == sum(map(lines_of, boxes))
    assert all(boxes[-1].top + boxes[-1].box.height <= height + 0.01 for boxes in pages)


LONG = {
    "bullets of 90 words": "\n".join("- " + "word " * 90 for _ in range(6)),
    "bullets of 300 words": "\n".join("- " + "word " * 300 for _ in range(3)),
    "a paragraph of 440 words": "word " * 440,
    "a paragraph of 4,000 words": "word " * 4000,
}


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
@pytest.mark.parametrize("name", LONG)
def test_long_lists_and_paragraphs_fit_the_pages(name: str, print_options: PrintOptions) -> None:
    entries = tuple((Span(line.removeprefix("- ")),) for line in LONG[name].splitlines())
    block = ListBlock(entries) if "bullets" in name else Paragraph(entries[0])
    filled = FilledPacket("en", "t", "", (Heading("A heading"), block), packet().header_footer, ())
    pages = pages_of(filled, print_options)
    assert all(boxes[-1].top + boxes[-1].box.height <= page_for(print_options).inner_height + 0.01 for boxes in pages)
    words = sum(text.count("word") for boxes in pages for text in map(all_text, boxes))
    assert words == LONG[name].count("word")
    assert len(pages[0]) > 1  # the heading is not alone on its page


def all_text(item: PositionedBox) -> str:
    box = item.box
    parts = [box] if isinstance(box, TextBox) else []
    if isinstance(box, Columns):
        parts = [part for _, stack in box.columns for part in stack.boxes if isinstance(part, TextBox)]
    return " ".join(map(text_of, parts))


def test_the_last_page_does_not_have_a_single_line() -> None:
    body, small = text_box("word " * 60), text_box("word " * 4)
    pages = paginate([body, body, body, small], body.height * 3 + 20)
    assert [len(boxes) for boxes in pages] == [2, 2]


def entries_by_page(entries: int, lines_before: int, print_options: PrintOptions) -> list[int]:
    """Return how many entries of a list each page has, after a text of some lines."""
    filler = tuple(Paragraph((Span(f"Line {number}."),)) for number in range(lines_before))
    signs = ListBlock(tuple((Span(f"Warning sign {number}"),) for number in range(entries)))
    intro = Paragraph((Span("Call 911 if you have:"),))
    filled = replace(packet(), blocks=(*filler, intro, signs, *filler[:20]))
    pages = pages_of(filled, print_options)
    return [count for boxes in pages if (count := sum(isinstance(item.box, Columns) for item in boxes))]


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
@pytest.mark.parametrize("entries", [3, 8])
def test_no_warning_sign_is_alone_and_a_short_list_is_on_one_page(entries: int, print_options: PrintOptions) -> None:
    for lines_before in range(40):  # the list begins at every height of a page
        counts = entries_by_page(entries, lines_before, print_options)
        assert sum(counts) == entries and min(counts) >= 2
        if entries == 3:
            assert counts == [3]
