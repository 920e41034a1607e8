"""What a stencil gives is what a pen draws, whoever it was cut for."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from packets.domain.case import Print
from packets.domain.filled import Span
from packets.layout import fonts, text
from packets.layout.engine.places import Filler
from packets.layout.engine.stencil import stencil
from packets.layout.engine.typeface import BASE_FACES, BASE_SIGNS
from packets.layout.page import page
from packets.layout.tagging.tree import Elem

STYLE = page(Print()).styles.body
SIGNS = [sign for sign in sorted(BASE_SIGNS[BASE_FACES[0]] - {" "}) if fonts.runs(sign, False)[0][0] == BASE_FACES[0]]
WORDS = st.text(SIGNS, min_size=1, max_size=9)
SAID = st.lists(WORDS, min_size=1, max_size=40).map(" ".join)


def set_and_drawn(said: str, asked: str = "") -> tuple[text.Lines, bytes]:
    spans = (Span(asked, strong=True), Span(said)) if asked else text.plain(said)
    lines = text.newly_broken(spans, STYLE, 200)
    pen = Filler(7)
    text.draw(pen, lines, text.places(Elem("P"), lines.spans), 58, 700)
    return lines, pen.source()


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(SAID, SAID, st.sampled_from(["", "When? ", "When can most patients go? "]))
@example("Rosa Martinez", "(Rosa) \\ [x] <b>", "")
@example("in all parts", "in all", "in all")
@example("Monday, and on Tuesday as well as on Wednesday", "Sunday, and not on any other day of the week", "When? ")
def test_the_next_patient_s_words_stand_where_a_pen_puts_them(first: str, second: str, asked: str) -> None:
    (lines, source), (others, wanted) = set_and_drawn(first, asked), set_and_drawn(second, asked)
    assume(len(lines.lines) == len(others.lines))
    cut = stencil(source, text.draw, 1, lines)
    assert cut is not None
    given = cut.filled(others)
    assert given == wanted or (given is None and asked), "only words that stand behind others may need a pen"
    assert cut.filled(lines) == source


def test_other_letters_and_words_in_the_middle_are_left_to_the_pen() -> None:
    lines, source = set_and_drawn("Rosa Martinez")
    cut = stencil(source, text.draw, 1, lines)
    assert cut is not None
    assert cut.filled(set_and_drawn("Żaneta Łoś")[0]) is None
    assert cut.filled(set_and_drawn("Сергей Петров")[0]) is None
    assert stencil(source, lambda *_: None, 1, lines) is None, "where centred words begin depends on the words"


def test_words_behind_others_stay_with_them() -> None:
    lines, source = set_and_drawn("on Monday", "When? ")
    cut = stencil(source, text.draw, 1, lines)
    assert cut is not None and cut.filled(set_and_drawn("on Friday", "When? ")[0])
    assert cut.filled(set_and_drawn("on Friday", "Where? ")[0]) is None
    lines, source = set_and_drawn("on Monday", "Łódź? ")
    assert stencil(source, text.draw, 1, lines) is None, "the file must get that letter each time"
