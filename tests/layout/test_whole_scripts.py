"""Test synthetic packets in six languages, two of which need shaping: verified, tagged, and read by poppler too.

The text is no translation: each English word is replaced by an arbitrary word of the language. Every kind of block is
set in the script, and nobody can mistake the text for content.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel import Locale

from packets.model import filled_packet
from packets.model.case import Paper, Print, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.model.text_direction import is_right_to_left
from packets.pdf.renderer import Renderer
from packets.verify.extract_text import read, without_whitespace
from packets.verify.proof import verify_packet
from tests.instruments import structure, verapdf
from tests.layout.test_scripts import poppler
from tests.samples import packet

WORDS = {
    "ar": "الجراحة بعد المريض يوم الرقبة الطبيب من اتصل العيادة لا تقود السيارة راحة أسبوع ألم في هل؟",
    "hi": "सर्जरी के बाद मरीज़ डॉक्टर गर्दन क्लिनिक दर्द आराम सप्ताह क्षेत्र प्रक्रिया श्री हिन्दी।",
    "zh": "手术 以后 病人 医生 颈部 诊所 疼痛 休息 一周 请勿 开车， 电话 是否？",
    "el": "μετά χειρουργείο ασθενής γιατρός αυχένας κλινική πόνος ημέρα εβδομάδα όχι οδηγείτε",
    "vi": "phẫu thuật sau bệnh nhân bác sĩ cổ phòng khám đau nghỉ ngơi tuần không lái xe",
    "ru": "операция после пациент врач шея клиника боль покой неделя не водите объём",
}
UNCHANGED_FIELDS = {"link", "language", "qr_payload", "kind"}
LARGE = Print(Paper.A4, PrintSize.LARGE)


@cache
def synthetic(language: str) -> FilledPacket:
    words = WORDS[language].split(" ")

    def replaced(text: str) -> str:
        return re.sub(r"[A-Za-z’]+", lambda match: words[sum(map(ord, match[0])) % len(words)], text)

    def with_replaced_text(part: Any, name: str = "") -> Any:
        if isinstance(part, str):
            return part if name in UNCHANGED_FIELDS else replaced(part)
        if isinstance(part, tuple):
            return tuple(with_replaced_text(item, name) for item in part)
        if is_dataclass(part) and not isinstance(part, type):
            texts = {field.name: with_replaced_text(getattr(part, field.name), field.name) for field in fields(part)}
            return replace(part, **texts)
        return part

    english = packet()
    header_footer = replace(
        english.header_footer,
        top_left=replaced(english.header_footer.top_left),
        bottom_left=replaced(english.header_footer.bottom_left),
        page_of=f"{words[3]} {{page}} / {{pages}}",
    )
    dates = tuple(replaced(date) for date in english.dates)
    return replace(
        english, language=language, header_footer=header_footer, blocks=with_replaced_text(english.blocks), dates=dates
    )


@pytest.mark.parametrize("language", WORDS)
def test_a_packet_in_another_language_is_verified(language: str) -> None:
    filled, used = synthetic(language), Renderer()
    for other in WORDS:
        used.render(synthetic(other), Print())
    for print_options in (Print(), LARGE) if language == "ar" else (Print(),):
        data, pages = Renderer().render(filled, print_options)
        verify_packet(data, filled, pages)
        assert used.render(filled, print_options)[0] == data, "the bytes depend on the packets rendered before"


@pytest.mark.system("pdftotext")
@pytest.mark.parametrize("language", WORDS)
def test_poppler_reads_the_same_words(language: str) -> None:
    filled = synthetic(language)
    read_by_poppler = without_whitespace(poppler(Renderer().render(filled, Print())[0]))
    texts = [text for block in filled.blocks for text in filled_packet.texts(block)]
    words = {word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text) if word in WORDS[language]}
    assert len(words) > 6
    assert {word for word in words if without_whitespace(word) not in read_by_poppler} == set()
    assert "816-363-2500" in read_by_poppler


@pytest.mark.system("verapdf")
def test_verapdf_accepts_packets_in_every_language(tmp_path: Path) -> None:
    paths = []
    for language in WORDS:
        for name, print_options in (("normal", Print()), ("large", LARGE)):
            paths.append(tmp_path / f"{language}-{name}.pdf")
            paths[-1].write_bytes(Renderer().render(synthetic(language), print_options)[0])
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths)
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}


@pytest.mark.parametrize("language", WORDS)
def test_the_structure_tree_has_the_packets_text_in_order(language: str) -> None:
    """The file stores the letters of an Arabic word as printed, from left to right; turn them back to compare."""
    filled = synthetic(language)
    tree = structure.read(Renderer().render(filled, Print())[0])
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
    data, _ = Renderer().render(synthetic("ar"), Print())
    assert "816-363-2500" in "".join(read(data))
