"""Test synthetic packets in six languages, two of which need shaping: verified, tagged, and read by poppler too."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel import Locale

from packets.model import filled_packet
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.model.text_direction import is_right_to_left
from packets.pdf.renderer import Renderer
from packets.verify.extract_text import read, without_whitespace
from packets.verify.proof import verify_packet
from tests import other_scripts
from tests.instruments import structure, verapdf
from tests.layout.test_scripts import poppler
from tests.samples import packet

WORDS = other_scripts.WORDS
LARGE = PrintOptions(Paper.A4, PrintSize.LARGE)


@cache
def synthetic(language: str) -> FilledPacket:
    return other_scripts.in_language(packet(), language)


@pytest.mark.parametrize("language", WORDS)
def test_a_packet_in_another_language_is_verified(language: str) -> None:
    filled, used = synthetic(language), Renderer()
    for other in WORDS:
        used.render(synthetic(other), PrintOptions())
    for print_options in (PrintOptions(), LARGE) if language == "ar" else (PrintOptions(),):
        data, pages = Renderer().render(filled, print_options)
        verify_packet(data, filled, pages)
        assert used.render(filled, print_options)[0] == data, "the bytes depend on the packets rendered before"


@pytest.mark.system("pdftotext")
@pytest.mark.parametrize("language", WORDS)
def test_poppler_reads_the_same_words(language: str) -> None:
    filled = synthetic(language)
    read_by_poppler = without_whitespace(poppler(Renderer().render(filled, PrintOptions())[0]))
    texts = [text for block in filled.blocks for text in filled_packet.texts(block)]
    words = {word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text) if word in WORDS[language]}
    assert len(words) > 6
    assert {word for word in words if without_whitespace(word) not in read_by_poppler} == set()
    assert "816-363-2500" in read_by_poppler


@pytest.mark.system("verapdf")
def test_verapdf_accepts_packets_in_every_language(tmp_path: Path) -> None:
    paths = []
    for language in WORDS:
        for name, print_options in (("normal", PrintOptions()), ("large", LARGE)):
            paths.append(tmp_path / f"{language}-{name}.pdf")
            paths[-1].write_bytes(Renderer().render(synthetic(language), print_options)[0])
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths)
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}


@pytest.mark.parametrize("language", WORDS)
def test_the_structure_tree_has_the_packets_text_in_order(language: str) -> None:
    """The file stores the letters of an Arabic word as printed, from left to right; turn them back to compare."""
    filled = synthetic(language)
    tree = structure.read(Renderer().render(filled, PrintOptions())[0])
    assert (tree.untagged, tree.errors) == ("", [])
    tree_text = without_whitespace(
        "".join(with_arabic_reversed(row.text) for row in tree.rows if not row.inline and not row.alt)
    )
    position = 0
    for block in filled.blocks:
        for part in filled_packet.texts(block):
            if not isinstance(block, filled_packet.HelpStrip) or part != block.qr_alt:
                start = tree_text.find(without_whitespace(part), position)
                assert start >= 0, (language, type(block).__name__)
                position = start + len(without_whitespace(part))


def with_arabic_reversed(text: str) -> str:
    return re.sub("[\u0600-\u06ff]+", lambda match: match[0][::-1], text)


def test_the_direction_of_each_language_agrees_with_cldr() -> None:
    for tag in (
        "ar",
        "ar-EG",
        "fa",
        "he",
        "ur",
        "ps",
        "sd",
        "ug",
        "ckb",
        "yi",
        "en",
        "es",
        "hi",
        "zh",
        "ru",
        "el",
        "vi",
    ):
        assert is_right_to_left(tag) == (Locale.parse(tag.replace("-", "_")).text_direction == "rtl"), tag


def test_a_telephone_number_is_not_reversed_on_an_arabic_page() -> None:
    data, _ = Renderer().render(synthetic("ar"), PrintOptions())
    assert "816-363-2500" in "".join(read(data))
