"""What a stencil gives is what a pen draws, whoever it was cut for."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from packets.domain.case import Print
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


def set_and_drawn(said: str) -> tuple[text.Lines, bytes]:
    lines = text.newly_broken(text.plain(said), STYLE, 200)
    pen = Filler(7)
    text.draw(pen, lines, text.places(Elem("P"), lines.spans), 58, 700)
    return lines, pen.source()


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(SAID, SAID)
@example("Rosa Martinez", "(Rosa) \\ [x] <b>")
@example("in all parts", "in all")
def test_the_next_patient_s_words_stand_where_a_pen_puts_them(first: str, second: str) -> None:
    (lines, source), (others, wanted) = set_and_drawn(first), set_and_drawn(second)
    assume(len(lines.lines) == len(others.lines))
    cut = stencil(source, text.draw, 1, lines)
    assert cut is not None and cut.filled(others) == wanted


def test_other_letters_and_words_in_the_middle_are_left_to_the_pen() -> None:
    lines, source = set_and_drawn("Rosa Martinez")
    cut = stencil(source, text.draw, 1, lines)
    assert cut is not None
    assert cut.filled(set_and_drawn("Żaneta Łoś")[0]) is None
    assert cut.filled(set_and_drawn("Сергей Петров")[0]) is None
    assert stencil(source, lambda *_: None, 1, lines) is None, "where centred words begin depends on the words"
