"""Test how text is broken into lines and fonts are chosen."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from packets.layout import fonts, text
from packets.layout.line_breaker import Lines
from packets.layout.page import Style
from packets.model.filled_packet import Span

STYLE = Style(12.5, 18)
LETTERS = st.text(alphabet="abcdefghijk ABC-–’é…ňЖệ", min_size=1, max_size=120)


def texts(lines: Lines) -> list[str]:
    return ["".join(fragment.text for fragment in line.fragments) for line in lines.lines]


@given(LETTERS, st.floats(30, 500))
def test_no_line_is_too_wide_and_no_character_is_lost(words: str, width: float) -> None:
    lines = text.break_lines((Span(words),), STYLE, width)
    assert "".join(texts(lines)) == words
    for line, line_text in zip(lines.lines, texts(lines), strict=True):
        trailing = len(line_text) - len(line_text.rstrip(" "))
        blank = fonts.width(" " * trailing, line.fragments[-1].font, STYLE.size)
        assert line.width - blank <= width + 0.01


def test_a_line_breaks_after_a_space_or_a_hyphen_between_letters() -> None:
    lines = text.break_lines((Span("Anna Martinez-O’Neil"),), STYLE, 90)
    assert texts(lines) == ["Anna Martinez-", "O’Neil"]
    assert texts(text.break_lines((Span("call 816-363-2500 x"),), STYLE, 110)) == ["call ", "816-363-2500 x"]
    assert texts(text.break_lines((Span("816-363-2500 x"),), STYLE, 60)) == [
        "816-363-",
        "2500 x",
    ]  # too wide for one line


def test_a_word_too_long_for_a_line_is_broken() -> None:
    lines = text.break_lines((Span("W" * 30),), STYLE, 100)
    assert "".join(texts(lines)) == "W" * 30
    assert len(lines.lines) > 1


def test_a_last_line_of_one_short_word_is_avoided() -> None:
    words = "They can take part in heavier work and sports within two to three months of it."
    (*_, last) = texts(text.break_lines((Span(words),), STYLE, 420))
    assert len(last.split()) > 1


WORDS = st.lists(st.text(alphabet="abciIW0", min_size=1, max_size=12), min_size=1, max_size=12)


@given(WORDS, st.floats(0.5, 60))
@example(["Semana", "6"], 0.5)
def test_a_word_that_fits_is_never_cut(words: list[str], more: float) -> None:
    room = max(text.drawn_width(word, False, STYLE.size) for word in words) + more
    lines = texts(text.break_lines((Span(" ".join(words)),), STYLE, room))
    assert [word for line in lines for word in line.split()] == words


def test_an_address_too_long_for_a_line_is_broken_after_a_slash() -> None:
    assert texts(text.break_lines((Span("clinic.example.org/appointments/request"),), STYLE, 220)) == [
        "clinic.example.org/",
        "appointments/request",
    ]


def test_no_break_spaces_keep_a_date_on_one_line() -> None:
    assert texts(text.break_lines((Span("on December\u00a07,\u00a02026"),), STYLE, 110)) == [
        "on ",
        "December\u00a07,\u00a02026",
    ]


def test_spans_without_a_space_between_them_stay_on_one_line() -> None:
    spans = (Span("Call now"), Span("!", strong=True))
    assert texts(text.break_lines(spans, STYLE, 50)) == ["Call ", "now!"]


def test_a_word_is_set_in_one_font_and_the_next_word_returns_to_the_first_font() -> None:
    pieces = fonts.runs("Mai Nguyễn Smith", strong=False)
    assert pieces == (
        ("AtkinsonHyperlegibleNext-Regular", "Mai "),
        ("SourceSans3-Regular", "Nguyễn"),
        ("AtkinsonHyperlegibleNext-Regular", " Smith"),
    )


def test_a_character_that_no_font_has_is_named_in_the_error() -> None:
    with pytest.raises(fonts.MissingGlyph) as caught:
        text.break_lines((Span("Li ก"),), STYLE, 100)
    assert caught.value.characters == ("ก",)
    assert fonts.missing("Li ก") == ("ก",)
    assert fonts.missing("Żółć Ελένη Сергей Nguyễn ☐"[:-2]) == ()
