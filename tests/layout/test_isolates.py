"""Test that right-to-left values on a left-to-right page, and the reverse, keep the order in which they were typed."""

from __future__ import annotations

import re

import pytest
from bidi import get_display
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.layout import fonts, text
from packets.layout.page import Style
from packets.layout.scripts import bidi
from packets.model.case import PrintOptions
from packets.model.filled_packet import FillIn, Identifiers, Span
from packets.model.text_direction import FSI, PDI, isolated, without_isolates
from packets.pdf.renderer import Renderer
from packets.verify.proof import verify_packet
from tests.effort import examples
from tests.samples import packet

# What a nurse types, and the printed line on an English page from left to right.
LINES = {
    "hours": ("من 10:30 إلى 11:15", "11:15 ىلإ 10:30 نم"),
    "dates": ("من 4/1/2027 إلى 8/1/2027", "8/1/2027 ىلإ 4/1/2027 نم"),
    "a dose": ("جرعة 2 حبة كل 8 ساعات", "تاعاس 8 لك ةبح 2 ةعرج"),
    "a telephone number": ("اتصل على 816-363-2500 ثم اضغط 2", "2 طغضا مث 816-363-2500 ىلع لصتا"),
    "Hebrew": ("ביום 4/1 בשעה 10:30 (קומה 2)", "(2 המוק) 10:30 העשב 4/1 םויב"),
    "English first": ("Dr. علي, 10:30 – 11:15", "Dr. يلع, 10:30 – 11:15"),
    "no letters": ("10:30 – 11:15", "10:30 – 11:15"),
}


def printed_line(words: str, right_to_left: bool = False) -> str:
    """Return the characters of one printed line from left to right."""
    style = Style(10, 14, right_to_left=right_to_left)
    (line,) = text.break_lines_uncached((Span(words),), style, 1e6).lines
    shaped = fonts.SHAPED_FONTS
    return "".join(part.text[::-1] if part.font in shaped and part.level % 2 else part.text for part in line.fragments)


@pytest.mark.parametrize("name", LINES)
def test_a_value_keeps_its_own_order_on_an_english_page(name: str) -> None:
    value, printed = LINES[name]
    assert printed_line(isolated(value, "en")) == printed
    assert printed_line(f"At {isolated(value, 'en')}, desk 3.") == f"At {printed}, desk 3."


def test_an_english_value_keeps_its_own_order_on_an_arabic_page() -> None:
    assert printed_line(f"المريض {isolated('Ann Lee (Jr.)', 'ar')} · 12", True) == "12 · Ann Lee (Jr.) ضيرملا"
    assert printed_line(f"اتصل {isolated('(816) 363-2500', 'ar')}.", True) == ".(816) 363-2500 لصتا"


def test_a_follow_up_with_times_is_printed_in_the_order_it_was_typed() -> None:
    for value, printed in LINES.values():
        filled = packet(follow_up=value, patient_name="محمد الخطيب A", surgeon="علي 5 حسن")
        entered = [block.value for block in filled.blocks if isinstance(block, FillIn) and block.value]
        assert [without_isolates(text) for text in entered] == [value]
        assert printed_line(entered[0]) == printed
        pairs = next(dict(block.pairs) for block in filled.blocks if isinstance(block, Identifiers))
        assert printed_line(pairs["Patient"]) == "A بيطخلا دمحم"
        assert printed_line(pairs["Surgeon"]) == "نسح 5 يلع"
        assert printed_line(filled.header_footer.top_left) == "A بيطخلا دمحم · Record number 00418823"
        data, pages = Renderer().render(filled, PrintOptions())
        verify_packet(data, filled, pages)


def test_a_packet_without_right_to_left_text_has_no_isolates() -> None:
    filled = packet(patient_name="Adédayọ̀ 李", follow_up="10:30 – 11:15")
    assert FSI not in repr([filled.header_footer.top_left, *(getattr(block, "pairs", "") for block in filled.blocks)])


PIECES = ["abc", "X", "علي", "بن", "כהן", "ל", "7", "10:30", "4/1", "·", ",", ".", "–", " ", " "]
# No brackets around the value: after an isolate, python-bidi forgets the letter before it when it resolves them (N0).
CONTEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)
VALUES = st.lists(st.sampled_from([*PIECES, "(", ")"]), min_size=1, max_size=14).map("".join)


def with_kept_pieces_as_words(words: str, right_to_left: bool) -> str:
    """Replace each piece that we keep together, beyond the rules of UAX #9, by a left-to-right word as long."""
    for pattern in (bidi._LEFT_TO_RIGHT, *(() if right_to_left else (re.compile("[0-9]+"),))):
        words = pattern.sub(lambda match: "x" * len(match[0]), words)
    return words


def order(words: str, right_to_left: bool) -> list[int]:
    """Return the index of each character of a line in print order, by our rules."""
    return bidi.reordered(bidi.character_levels(words, right_to_left))


def starts_right_to_left(value: str) -> bool:
    first_letter = re.search("[a-zA-Z\u05d0-\u05ea\u0621-\u064a]", value)
    return first_letter is not None and first_letter[0] > "z"


@settings(max_examples=examples(400), deadline=None)
@given(CONTEXTS, VALUES, CONTEXTS, st.booleans())
def test_directions_agree_with_python_bidi(before: str, value: str, after: str, right_to_left: bool) -> None:
    """python-bidi's Rust part is an independent implementation of UAX #9 with isolates."""
    before, after = f"a{before}", f"{after}b"  # no white space at either end, to which rule L1 applies
    value_is_right_to_left = starts_right_to_left(value)
    outer = with_kept_pieces_as_words(before, right_to_left), with_kept_pieces_as_words(after, right_to_left)
    # RLI or LRI instead of FSI: FSI would count the words that replace numbers as letters.
    isolate = "\u2067" if value_is_right_to_left else "\u2066"
    simplified = f"{outer[0]}{isolate}{with_kept_pieces_as_words(value, value_is_right_to_left)}{PDI}{outer[1]}"
    line = f"{before}{FSI}{value}{PDI}{after}"
    plain = without_isolates(simplified.replace(isolate, ""))
    ours = "".join(plain[index] for index in order(line, right_to_left))
    assert ours == without_isolates(
        get_display(simplified, base_dir="R" if right_to_left else "L").replace(isolate, "")
    )


@settings(max_examples=examples(25), deadline=None)
@given(st.text("اب عليכהן12:/- ()abc", min_size=1, max_size=30).map(str.strip).filter(bool))
def test_any_mixture_of_directions_is_verified(value: str) -> None:
    filled = packet(follow_up=value, patient_name=f"Ann {value}"[:40].strip())
    data, pages = Renderer().render(filled, PrintOptions())
    verify_packet(data, filled, pages)
