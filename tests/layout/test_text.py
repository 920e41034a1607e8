"""Test how text is broken into lines and fonts are chosen."""

from __future__ import annotations

import itertools

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


@given(st.lists(st.text(alphabet="iltj.W", min_size=1, max_size=20), min_size=1, max_size=60), st.integers(60, 75))
def test_no_line_of_running_text_has_too_many_characters(words: list[str], most: int) -> None:
    style = STYLE.but(most_characters=most)
    broken = texts(text.break_lines((Span(" ".join(words)),), style, 500))
    assert "".join(broken) == " ".join(words)
    assert max(len(line.rstrip(" ")) for line in broken) <= most


def test_a_line_breaks_after_a_space_or_a_hyphen_between_letters() -> None:
    lines = text.break_lines((Span("Anna Martinez-O’Neil"),), STYLE, 90)
    assert texts(lines) == ["Anna Martinez-", "O’Neil"]
    assert texts(text.break_lines((Span("call 816-363-2500 x"),), STYLE, 95)) == ["call ", "816-363-2500 x"]
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
        "clinic.example.org/appointments/",
        "request",
    ]


def test_no_break_spaces_keep_a_date_on_one_line() -> None:
    assert texts(text.break_lines((Span("on December\u00a07,\u00a02026"),), STYLE, 110)) == [
        "on ",
        "December\u00a07,\u00a02026",
    ]


def test_a_last_line_of_one_word_with_a_hyphen_is_avoided() -> None:
    words = "Before you come, take off your nail polish and make-up"
    assert texts(text.break_lines((Span(words),), STYLE, 275))[-1] == "and make-up"


UNBROKEN = [
    "Wednesday,\u00a0September\u00a030,\u00a02026",
    "6:30 AM",
    "6:30 a. m.",
    "6.30 Uhr",
    "101 °F",
    "81 mg",
    "(816) 363-2500",
    "816-363-2500",
    "0800 33 22 11",
    "2-mal",
    "12-month",
]


@pytest.mark.parametrize("words", UNBROKEN)
def test_a_date_time_measure_or_phone_number_is_not_broken_if_a_line_has_room(words: str) -> None:
    for before in range(1, 40):
        spans = (Span("a" * before + " or at "), Span(words, strong=True), Span(" or then again not"))
        assert any(words in line for line in texts(text.break_lines(spans, STYLE, 240)))


def test_the_words_before_a_number_and_after_it_may_be_on_other_lines() -> None:
    broken = texts(text.break_lines((Span("Walk for 20 minutes 3 times a day"),), STYLE, 80))
    assert broken == ["Walk for 20 ", "minutes 3 ", "times a day"]


def test_a_date_wider_than_the_line_is_broken_after_the_weekday() -> None:
    spans = (Span("until Wednesday,\u00a0September\u00a030,\u00a02026"),)
    assert texts(text.break_lines(spans, STYLE, 130)) == ["until Wednesday,\u00a0", "September\u00a030,\u00a02026"]
    assert texts(text.break_lines(spans, STYLE, 75)) == [
        "until ",
        "Wednesday,\u00a0",
        "September\u00a0",
        "30,\u00a02026",
    ]


def test_a_right_to_left_line_keeps_a_date_together() -> None:
    words = "موعدك القادم في\u00a07\u00a0ديسمبر\u00a02026 في العيادة"
    date = "7\u00a0ديسمبر\u00a02026"
    for width in range(120, 300, 10):
        lines = text.break_lines((Span(words),), STYLE.but(right_to_left=True), width).lines
        read = ["".join(line.fragments[place].text for place in line.reading) for line in lines]
        assert "".join(read) == words
        assert any(date in line for line in read)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=60), st.integers(150, 500))
def test_every_line_is_filled_but_one_word_may_go_to_the_last_line(lengths: list[int], width: int) -> None:
    lines = text.break_lines((Span(" ".join("n" * length for length in lengths)),), STYLE, width).lines
    for place, (line, following) in enumerate(itertools.pairwise(lines)):
        words = [fragment for fragment in following.fragments if not fragment.text.isspace()]
        if text.shown_width(line, STYLE) + fonts.width(" ", words[0].font, STYLE.size) + words[0].width <= width:
            assert place == len(lines) - 2 and len(words) == 2


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
    with pytest.raises(fonts.MissingGlyphError) as caught:
        text.break_lines((Span("Li ก"),), STYLE, 100)
    assert caught.value.characters == ("ก",)
    assert fonts.missing("Li ก") == ("ก",)
    assert fonts.missing("Żółć Ελένη Сергей Nguyễn ☐"[:-2]) == ()
