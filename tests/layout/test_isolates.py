"""Right-to-left values inside a left-to-right page, and the other way round: read in the order that they were typed."""

from __future__ import annotations

import re

import pytest
from bidi import get_display
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.layout import fonts, text
from packets.layout.page import Style
from packets.layout.scripts import bidi
from packets.model.case import Print
from packets.model.filled_packet import FillIn, Identifiers, Span
from packets.model.text_direction import FSI, PDI, isolated, without_isolates
from packets.pdf.renderer import Renderer
from packets.verify.proof import verify_packet
from tests.effort import examples
from tests.samples import packet

# What a nurse types, and the line as it stands on an English page, from left to right.
LINES = {
    "hours": ("من 10:30 إلى 11:15", "11:15 ىلإ 10:30 نم"),
    "dates": ("من 4/1/2027 إلى 8/1/2027", "8/1/2027 ىلإ 4/1/2027 نم"),
    "a dose": ("جرعة 2 حبة كل 8 ساعات", "تاعاس 8 لك ةبح 2 ةعرج"),
    "a telephone number": ("اتصل على 816-363-2500 ثم اضغط 2", "2 طغضا مث 816-363-2500 ىلع لصتا"),
    "Hebrew": ("ביום 4/1 בשעה 10:30 (קומה 2)", "(2 המוק) 10:30 העשב 4/1 םויב"),
    "English first": ("Dr. علي, 10:30 – 11:15", "Dr. يلع, 10:30 – 11:15"),
    "no letters": ("10:30 – 11:15", "10:30 – 11:15"),
}


def seen(words: str, from_right: bool = False) -> str:
    """The characters of one line from left to right."""
    style = Style(10, 14, from_right=from_right)
    (line,) = text.break_lines_uncached((Span(words),), style, 1e6).lines
    shaped = fonts.SHAPED_FACES
    return "".join(part.text[::-1] if part.face in shaped and part.level % 2 else part.text for part in line.fragments)


@pytest.mark.parametrize("kind", LINES)
def test_a_value_keeps_its_own_order_on_an_english_page(kind: str) -> None:
    value, shown = LINES[kind]
    assert seen(isolated(value, "en")) == shown
    assert seen(f"At {isolated(value, 'en')}, desk 3.") == f"At {shown}, desk 3."


def test_an_english_value_keeps_its_own_order_on_an_arabic_page() -> None:
    assert seen(f"المريض {isolated('Ann Lee (Jr.)', 'ar')} · 12", True) == "12 · Ann Lee (Jr.) ضيرملا"
    assert seen(f"اتصل {isolated('(816) 363-2500', 'ar')}.", True) == ".(816) 363-2500 لصتا"


def test_the_follow_up_of_the_field_report_is_printed_in_its_order() -> None:
    for value, shown in LINES.values():
        one = packet(follow_up=value, patient_name="محمد الخطيب A", surgeon="علي 5 حسن")
        entered = [block.value for block in one.blocks if isinstance(block, FillIn) and block.value]
        assert [without_isolates(each) for each in entered] == [value]
        assert seen(entered[0]) == shown
        pairs = next(dict(block.pairs) for block in one.blocks if isinstance(block, Identifiers))
        assert seen(pairs["Patient"]) == "A بيطخلا دمحم"
        assert seen(pairs["Surgeon"]) == "نسح 5 يلع"
        assert seen(one.header_footer.top_left) == "A بيطخلا دمحم · Record number 00418823"
        data, pages = Renderer().render(one, Print())
        verify_packet(data, one, pages)


def test_a_packet_without_right_to_left_words_holds_no_isolate() -> None:
    one = packet(patient_name="Adédayọ̀ 李", follow_up="10:30 – 11:15")
    assert FSI not in repr([one.header_footer.top_left, *(getattr(block, "pairs", "") for block in one.blocks)])


# The rules without what we add to them: in a paragraph from the left, numbers belong to the page.
KINDS = ["abc", "X", "علي", "بن", "כהן", "ל", "7", "10:30", "4/1", "·", ",", ".", "–", " ", " "]
# python-bidi forgets which letter stood before an isolate when it looks at brackets behind it (N0).
AROUND = st.lists(st.sampled_from(KINDS), max_size=14).map("".join)
VALUES = st.lists(st.sampled_from([*KINDS, "(", ")"]), min_size=1, max_size=14).map("".join)


def same_kinds(words: str, from_right: bool) -> str:
    """The text as the bare rules must be given it: what we hold together is one left-to-right word."""
    for pattern in (bidi._LEFT_TO_RIGHT, *(() if from_right else (re.compile("[0-9]+"),))):
        words = pattern.sub(lambda found: "x" * len(found[0]), words)
    return words


def order(words: str, from_right: bool) -> list[int]:
    """Where each character of a line goes, by our rules."""
    return bidi.reordered(bidi.places(words, from_right))


def first_letter_from_right(value: str) -> bool:
    found = re.search("[a-zA-Z\u05d0-\u05ea\u0621-\u064a]", value)
    return found is not None and found[0] > "z"


@settings(max_examples=examples(400), deadline=None)
@given(AROUND, VALUES, AROUND, st.booleans())
def test_directions_are_those_of_another_program(before: str, value: str, after: str, from_right: bool) -> None:
    """python-bidi's Rust part is another implementation of UAX #9, with isolates."""
    before, after = f"a{before}", f"{after}b"  # no white space at an end of the line, where L1 has its say
    way = first_letter_from_right(value)
    outer = same_kinds(before, from_right), same_kinds(after, from_right)
    mark = "\u2067" if way else "\u2066"  # RLI, LRI: what FSI means, since a number that became a word is no letter
    given_to_it = f"{outer[0]}{mark}{same_kinds(value, way)}{PDI}{outer[1]}"
    whole = f"{before}{FSI}{value}{PDI}{after}"
    plain = without_isolates(given_to_it.replace(mark, ""))
    mine = "".join(plain[place] for place in order(whole, from_right))
    assert mine == without_isolates(get_display(given_to_it, base_dir="R" if from_right else "L").replace(mark, ""))


@settings(max_examples=examples(25), deadline=None)
@given(st.text("اب عليכהן12:/- ()abc", min_size=1, max_size=30).map(str.strip).filter(bool))
def test_any_mixture_is_read_back(value: str) -> None:
    one = packet(follow_up=value, patient_name=f"Ann {value}"[:40].strip())
    data, pages = Renderer().render(one, Print())
    verify_packet(data, one, pages)
