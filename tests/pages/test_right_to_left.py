"""Check that a page in a right-to-left language is the mirror image of the same page in English.

The English words stay, so that both pages have the same lines; only the language of the packet is Arabic.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest
from msgspec.structs import replace

from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.pdf.renderer import Renderer
from tests.effort import spread
from tests.other_scripts import in_language
from tests.pages.measure import Box, Line, MeasuredPage, Shape, measure
from tests.pages.variants import filled, variants
from tests.verify.conftest import CONTACT, filled_with

pytestmark = pytest.mark.no_cover  # many samples would take twice as long; other tests reach these lines

PRINTS = (PrintOptions(), PrintOptions(Paper.A4, PrintSize.LARGE))
_NEAR = 3.0  # points: the ink of a letter is not in the middle of its advance


def packets() -> Iterator[tuple[str, FilledPacket, PrintOptions]]:
    """Yield packets with every kind of block: of one patient, with a long name, a staff sheet and a rack copy."""
    for each in variants():
        if each.language == "en" and each.print_options in PRINTS and each.patient == "long name":
            yield str(each), filled(each), each.print_options
    for options in PRINTS:
        yield f"rack copy {options.print_size}", filled_with("handout", None, **CONTACT), options


def mirrored(box: Box, page: MeasuredPage) -> Box:
    return Box(page.width - box.right, box.bottom, page.width - box.left, box.top)


def is_near(one: Box, other: Box) -> bool:
    edges = ((one.left, other.left), (one.right, other.right), (one.bottom, other.bottom), (one.top, other.top))
    return all(abs(first - second) < _NEAR for first, second in edges)


def differences(english: MeasuredPage, arabic: MeasuredPage) -> Iterator[str]:
    """Yield each shape and each line that is not where the mirror shows it."""
    for shape in arabic.shapes:
        expected = mirrored(shape.box, arabic)
        if not is_underline(shape, arabic) and not any(is_near(expected, other.box) for other in english.shapes):
            yield f"a shape at {shape.box}"
    for line in arabic.lines:
        if not any(_is_same(line, other) and is_near(mirrored(line.box, arabic), other.box) for other in english.lines):
            yield f"{line.text.strip()!r} at {line.box}"


def is_underline(shape: Shape, page: MeasuredPage) -> bool:
    """Return whether a shape underlines words: their order in a line is not the mirror image."""
    edges = [(line.box, shape.box.overlap(line.box)) for line in page.lines]
    return shape.is_line and any(wide >= shape.box.width - 3 and high > -3 for _, (wide, high) in edges)


def _is_same(one: Line, other: Line) -> bool:
    """Return whether two lines have the same letters; a full stop is at the other end of a right-to-left line."""
    return sorted(filter(str.isalnum, one.text)) == sorted(filter(str.isalnum, other.text))


def is_over(one: Line, other: Line) -> bool:
    """Return whether letters are drawn over each other; the tail of an Arabic letter may reach into the next line."""
    wide, high = one.box.overlap(other.box)
    return wide > 0.75 and high > 0.3 * min(one.size, other.size)


@pytest.mark.parametrize("part", range(4))
def test_every_page_is_the_mirror_image_of_the_english_page(part: int) -> None:
    for name, packet, options in spread(list(packets())[part::4], 4):
        english = measure(Renderer().render(packet, options)[0])
        arabic = measure(Renderer().render(replace(packet, language="ar"), options)[0])
        assert len(english) == len(arabic), name
        for number, pair in enumerate(zip(english, arabic, strict=True), 1):
            assert list(differences(*pair)) == [], f"{name}, page {number}"


@pytest.mark.parametrize("part", range(4))
def test_no_arabic_words_of_two_elements_overlap(part: int) -> None:
    for name, packet, options in spread(list(packets())[part::4], 4):
        for number, page in enumerate(measure(Renderer().render(in_language(packet, "ar"), options)[0]), 1):
            overlapping = [
                (one.text, other.text)
                for one, other in combinations(page.body(), 2)
                if one.element != other.element and is_over(one, other)
            ]
            assert overlapping == [], f"{name}, page {number}"
