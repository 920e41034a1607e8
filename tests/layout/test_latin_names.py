"""Test names with Latin letters and diacritical marks: all of DIN 91379, and letters of Yoruba, Navajo and Ewe."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.layout import fonts, text
from packets.layout.fonts import PRINTABLE, missing
from packets.layout.page import Style
from packets.layout.scripts import shaping
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import Span
from packets.pdf.renderer import Renderer
from packets.verify.extract_text import without_whitespace
from packets.verify.proof import verify_packet
from tests.effort import examples
from tests.layout.test_scripts import poppler
from tests.samples import packet

# The sequences of DIN 91379 (Latin letters, normative): for each mark, the letters that take it.
SEQUENCES = {
    "\u0300": "CFGKMPSTZcfgkmpstz",
    "\u0301": "JjĪīÿ",
    "\u0302": "DKLMNdklmn",
    "\u0304": "CFHKNPSTZcfhknpstzÛûḲḳṢṣṬṭỤụ",
    "\u0306": "CMNRZÇcmnrzç",
    "\u0307": "KUku",
    "\u0308": "CTZczẠạỌọỤụ",
    "\u030b": "Aa",
    "\u030c": "J",
    "\u030d": "ēō",
    "\u0310": "Mm",
    "\u0315": "CKPTČckptč",
    "\u031b": "KTkt",
    "\u0323": "CPČcpč",
    "\u0325": "LRlr",
    "\u0326": "CHKLNŽchklnž",
    "\u0327": "ZzŽž",
    "\u0331": "HSs",
    "\u0328\u0306": "Cc",
    "\u0325\u0304": "LRlr",
    "\u031b\u0304": "Ss",
    "\u035f": "Kk",
}
# Ranges of Unicode that include all single Latin letters of DIN 91379, and more.
LETTERS = ((0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x24F), (0x250, 0x2AF), (0x1E00, 0x1EFF))
NAMES = {
    "Yoruba": "Adédayọ̀ Ọlárẹ̀wájú Ṣadé Ọmọ́",
    "Navajo": "Yázhí Ałtsoí Ą́ą́h",
    "Ewe": "Kɔ̀fi Mɛ̃nsa",
    "Hausa": "Abdullahi Ƙasimu Ɓello",
    "Lithuanian with accents": "Vytautas Ą́žuolas",
    "transliterated": "Z̆upan K͟hān Aḥmad ʿAlī",
    "Igbo": "Chịmamanda Nwaṅkwọ",
    "Lakota": "Tȟatȟáŋka Íyotake",
    "Marshallese": "Ļajutok M̧ōņoļap",
}


def sequences() -> Iterator[str]:
    for marks, letters in SEQUENCES.items():
        yield from (normalize("NFC", letter + marks) for letter in letters)


@pytest.mark.parametrize("strong", [False, True])
def test_every_letter_and_sequence_of_din_91379_has_a_font(strong: bool) -> None:
    single = {chr(code) for first, last in LETTERS for code in range(first, last + 1)}
    words = [*single, *sequences()]
    assert len(words) > 900 and {word for word in words if missing(word)} == set()
    assert all(len(fonts.runs(word, strong)) == 1 for word in words), "one letter in two fonts"


@pytest.mark.parametrize("name", ["NotoSans-Regular", "NotoSans-Bold"])
def test_each_mark_is_placed_on_its_letter(name: str) -> None:
    words = [*sequences(), *(word for words in NAMES.values() for word in words.split())]
    for word in words:
        for cluster in shaping.clusters(word, name):
            (_, x, y), *marks = cluster.pieces
            assert (x, y) == (0, 0) and cluster.advance > 0, ascii(word)
            for _, x, y in marks:
                assert (x, y) != (cluster.advance, 0), f"a mark of {word!a} is next to its letter"
        assert "".join(cluster.text for cluster in shaping.clusters(word, name)) == word


@pytest.mark.parametrize("language", NAMES)
def test_a_name_with_marks_is_verified(language: str) -> None:
    name = normalize("NFC", NAMES[language])
    filled = packet(patient_name=name, surgeon=name, follow_up=name)
    for print_options in (PrintOptions(), PrintOptions(Paper.A4, PrintSize.LARGE)):
        data, pages = Renderer().render(filled, print_options)
        verify_packet(data, filled, pages)


@pytest.mark.system("pdftotext")
@pytest.mark.parametrize("language", NAMES)
def test_poppler_reads_the_same_name_with_marks(language: str) -> None:
    name = normalize("NFC", NAMES[language])
    filled = packet(patient_name=name, surgeon=name, follow_up=name)
    for print_options in (PrintOptions(), PrintOptions(Paper.A4, PrintSize.LARGE)):
        assert without_whitespace(name) in without_whitespace(
            normalize("NFC", poppler(Renderer().render(filled, print_options)[0]))
        )


def test_a_packet_with_all_sequences_is_verified() -> None:
    filled = packet(follow_up=" ".join(sequences()))
    data, pages = Renderer().render(filled, PrintOptions())
    verify_packet(data, filled, pages)


@pytest.mark.system("pdftotext")
def test_poppler_reads_all_sequences() -> None:
    data, _ = Renderer().render(packet(follow_up=" ".join(sequences())), PrintOptions())
    assert without_whitespace("".join(sequences())) in without_whitespace(normalize("NFC", poppler(data)))


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("aeiounAEIOUNɔɛŋłƙbcdKST"),
            st.text("\u0300\u0301\u0302\u0303\u0304\u0306\u0308\u030c\u0323\u0328\u0331", max_size=3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_letters_with_any_marks_are_verified(letters: list[tuple[str, str]]) -> None:
    name = normalize("NFC", "".join(letter + marks for letter, marks in letters))
    filled = packet(patient_name=name)
    data, pages = Renderer().render(filled, PrintOptions())
    verify_packet(data, filled, pages)


@pytest.mark.parametrize("width", [8, 12, 20, 33])
def test_a_word_broken_at_the_margin_keeps_each_mark_with_its_letter(width: float) -> None:
    word = "ọ̀ẹ̀ą́" * 8
    lines = text.break_lines((Span(word),), Style(12.5, 18), width).lines
    parts = ["".join(fragment.text for fragment in line.fragments) for line in lines]
    assert "".join(parts) == word and len(parts) > 2
    assert not any(unicodedata.combining(part[0]) for part in parts if part)


def test_a_mark_without_a_letter_is_reported_as_missing() -> None:
    assert missing("\u0301ada") == ("\u0301",)
    assert missing("a \u0323") == ("\u0323",)
    assert missing("7\u0304") == ("\u0304",)


def test_an_invisible_character_among_latin_letters_is_reported_as_missing() -> None:
    for invisible in "\u200b\u200d\u2060\u034f\u2068":
        assert missing(f"ọ̀{invisible}a") == (invisible,)


def test_words_use_the_first_font_that_has_all_their_letters() -> None:
    assert fonts.runs("Zoë Nguyễn Łukasz", False) == (
        ("AtkinsonHyperlegibleNext-Regular", "Zoë "),
        ("SourceSans3-Regular", "Nguyễn"),
        ("AtkinsonHyperlegibleNext-Regular", " Łukasz"),
    )


def test_every_script_listed_in_the_advice_can_be_printed() -> None:
    samples = {
        "Latin": "Zoë Łukasz",
        "Vietnamese": "Nguyễn",
        "Yoruba": "Adédayọ̀",
        "Navajo": "Ą́ą́h",
        "Greek": "Ελένη",
        "Cyrillic": "Щёголев",
        "Hebrew": "כהן",
        "Arabic": "محمد",
        "Devanagari": "प्रिया",
        "Chinese": "李",
    }
    for script, sample in samples.items():
        assert script in PRINTABLE and missing(sample) == (), script
