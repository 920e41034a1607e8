"""Test that the checker passes good pages, and that a page with one fault breaks exactly the rule for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import pytest

from packets.model.case import PrintSize
from tests.pages.checker import Document, Rule, check
from tests.pages.drawn import HEIGHT, Frame, Item, Text, pdf
from tests.pages.help_strip import missing_help
from tests.pages.limits import LIMITS
from tests.pages.measure import measure
from tests.samples import library

NORMAL = LIMITS[PrintSize.NORMAL]
WORDS = "Walk a little more each day, and rest when you are tired or in pain"
Pages = list[list[Item]]


def good_pages() -> Pages:
    """Return two pages: paragraphs, a heading with a paragraph, a frame, and the start of the next part."""
    numbers = count(1)

    def paragraph(y: float, lines: int, section: int, x: float = 72) -> list[Item]:
        block = next(numbers)
        texts = [WORDS] * (lines - 1) + ["and call us with your questions."]
        return [Text(words, y - 18 * line, block, x=x, section=section) for line, words in enumerate(texts)]

    def edges(page: int) -> list[Item]:
        top = Text("Rosa Sample, record number 00418823", HEIGHT - 30, role="", size=10, x=60)
        return [top, Text(f"Page {page} of 2", 30, role="", size=10, x=500)]

    first = [
        *edges(1),
        Text("Your surgery", 700, next(numbers), "H1", size=24, section=1),
        *paragraph(670, 9, 1),
        Text("At home", 480, next(numbers), "H2", size=17, section=2),
        *paragraph(450, 9, 2),
        Frame(60, 160, 492, 90),
        *paragraph(225, 3, 3, 84),
        *paragraph(130, 4, 4),
    ]
    second = [
        *edges(2),
        *paragraph(700, 3, 4),
        Text("Your visits", 600, next(numbers), "H2", size=17, section=5),
        *paragraph(570, 3, 5),
    ]
    return [first, second]


def broken_rules(pages: Sequence[Sequence[Item]], language: str = "en") -> set[Rule]:
    measured = measure(pdf(pages))
    document = Document(measured, tuple(range(1, len(measured) + 1)), language, NORMAL)
    return {finding.rule for finding in check(document)}


def place(page: Sequence[Item], words: str) -> int:
    return next(place for place, item in enumerate(page) if isinstance(item, Text) and item.words.startswith(words))


def changed(page: int, start: str, /, **changes: object) -> Pages:
    """Return the good pages with one line of text changed."""
    pages = good_pages()
    at = place(pages[page], start)
    pages[page][at] = replace(pages[page][at], **changes)  # type: ignore[arg-type]
    return pages


def half_empty() -> Pages:
    first, second = good_pages()
    return [[item for item in first if isinstance(item, Text) and (item.y > 490 or not item.role)], second]


def heading_at_the_end() -> Pages:
    first, second = good_pages()
    heading = second.pop(place(second, "Your visits"))
    at_end: list[Item] = [replace(heading, y=104)] if isinstance(heading, Text) else []
    kept: list[Item] = [item for item in first if not isinstance(item, Text) or item.y > 124 or not item.role]
    return [[*kept, *at_end], [item for item in second if isinstance(item, Text) and item.section in (0, 5)]]


def frame_on_two_pages() -> Pages:
    first, second = good_pages()
    goes_on = [Text("and when you have a fever.", 640, 98, section=3)]
    at = place(second, "Your visits")
    return [first, [*second[:at], *goes_on, *second[at:]]]


def lines_of_paragraph(*lines: str) -> Pages:
    """Return the good pages with other lines for the last paragraph of page 1."""
    first, second = good_pages()
    kept = [item for item in first if not (isinstance(item, Text) and item.section == 4)]
    new = [Text(words, 130 - 18 * line, 97, section=6) for line, words in enumerate(lines)]
    return [[*kept, *new], second]


FAULTS: dict[str, tuple[Rule, Callable[[], Pages]]] = {
    "a page that ends half-way": (Rule.FILL, half_empty),
    "small text": (Rule.SIZE, lambda: changed(0, "and call us", size=11)),
    "a small footer": (Rule.SIZE, lambda: changed(1, "Page 2", size=9)),
    "a line of 86 characters": (Rule.MEASURE, lambda: changed(1, WORDS, words="Walk a little " * 6, size=12)),
    "a line over another": (Rule.OVERLAP, lambda: changed(1, "and call us", y=673)),
    "a frame through a line": (Rule.OVERLAP, lambda: [[*good_pages()[0], Frame(60, 670, 400, 8)], good_pages()[1]]),
    "text over the margin": (Rule.MARGIN, lambda: changed(1, "Your visits", x=20)),
    "a footer at the edge": (Rule.MARGIN, lambda: changed(1, "Page 2", y=8)),
    "a heading at the end": (Rule.HEADING, heading_at_the_end),
    "a frame on two pages": (Rule.CALLOUT, frame_on_two_pages),
    "a date on two lines": (
        Rule.BROKEN,
        lambda: lines_of_paragraph(
            "Your visit in the clinic of Dr. Rivera is on Tuesday, December", "29, 2026 at noon."
        ),
    ),
    "a weekday apart from its date": (
        Rule.BROKEN,
        lambda: lines_of_paragraph("Your visit in the clinic of Dr. Jane Rivera is on Tuesday,", "December 29, 2026."),
    ),
    "a time on two lines": (
        Rule.BROKEN,
        lambda: lines_of_paragraph("Your visit in the clinic of Dr. Jane Rivera begins at 10:15", "AM on that day."),
    ),
    "a phone number on two lines": (
        Rule.BROKEN,
        lambda: lines_of_paragraph("Please call the clinic of Dr. Jane Rivera any day at 816-363-", "2500 and ask."),
    ),
    "a dose on two lines": (
        Rule.BROKEN,
        lambda: lines_of_paragraph("Each day at noon and in the evening with food you take 500", "mg of Samplecillin."),
    ),
    "a last line of one short word": (Rule.LAST_WORD, lambda: changed(1, "and call us", words="again.")),
    "a short line with room": (
        Rule.FULL_LINE,
        lambda: lines_of_paragraph(WORDS, "Walk a little more", "each day, and rest when you are tired or in pain."),
    ),
}


def test_good_pages_break_no_rule() -> None:
    assert broken_rules(good_pages()) == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_with_a_fault_breaks_its_rule(fault: str) -> None:
    rule, pages = FAULTS[fault]
    assert broken_rules(pages()) == {rule}


def test_a_section_of_two_lines_may_be_the_last_on_a_page() -> None:
    first, second = good_pages()
    kept = [item for item in first if isinstance(item, Text) and (item.section in (0, 1, 2) or not item.role)]
    heading = Text("Your visits", 230, 95, "H2", size=17, section=7)
    section = [heading, Text(WORDS, 200, 96, section=7), Text("and call us with your questions.", 182, 96, section=7)]
    next_page = [item for item in second if not isinstance(item, Text) or item.section != 4]
    disclaimer = Text("Ask us.", 700, 98, section=8)
    assert broken_rules([[*kept, *section], [disclaimer, *next_page]]) == set()
    goes_on = replace(disclaimer, section=7)
    assert broken_rules([[*kept, *section], [goes_on, *next_page]]) == {Rule.HEADING}


def test_every_rule_has_a_fault() -> None:
    assert {rule for rule, _ in FAULTS.values()} == set(Rule) - {Rule.HELP, Rule.MADE}


def test_a_first_page_without_phone_and_code_is_no_help() -> None:
    data = pdf(good_pages())
    found = [each.what for each in missing_help(data, measure(data)[0], library().clinic, "en", NORMAL)]
    assert found == ["not there: 816-363-2500", "no QR code"]
