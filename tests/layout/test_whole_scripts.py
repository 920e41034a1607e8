"""Whole synthetic packets in six languages, two of them shaped: proved, tagged, read by two readers.

The words are no translation: each English word is replaced by some word of the language, so that every kind of block
is set in its letters and nobody takes the text for content.
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
from packets.model.text_direction import is_from_right
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
KEPT = {"link", "language", "qr_payload"}
LARGE = Print(Paper.A4, PrintSize.LARGE)


@cache
def synthetic(language: str) -> FilledPacket:
    given = WORDS[language].split(" ")

    def said(text: str) -> str:
        return re.sub(r"[A-Za-z’]+", lambda word: given[sum(map(ord, word[0])) % len(given)], text)

    def turned(part: Any, name: str = "") -> Any:
        if isinstance(part, str):
            return part if name in KEPT else said(part)
        if isinstance(part, tuple):
            return tuple(turned(each, name) for each in part)
        if is_dataclass(part) and not isinstance(part, type):
            return replace(part, **{each.name: turned(getattr(part, each.name), each.name) for each in fields(part)})
        return part

    english = packet()
    head = english.header_footer
    header_footer = replace(
        head,
        top_left=said(head.top_left),
        bottom_left=said(head.bottom_left),
        page_of=f"{given[3]} {{page}} / {{pages}}",
    )
    dates = tuple(said(date) for date in english.dates)
    return replace(english, language=language, header_footer=header_footer, blocks=turned(english.blocks), dates=dates)


@pytest.mark.parametrize("language", WORDS)
def test_a_whole_packet_is_proved_by_another_reader(language: str) -> None:
    one, used = synthetic(language), Renderer()
    for other in WORDS:
        used.render(synthetic(other), Print())
    for print_options in (Print(), LARGE) if language == "ar" else (Print(),):
        data, pages = Renderer().render(one, print_options)
        verify_packet(data, one, pages)
        assert used.render(one, print_options)[0] == data, "its bytes depend on what was printed before"


@pytest.mark.system("pdftotext")
@pytest.mark.parametrize("language", WORDS)
def test_poppler_reads_the_same_words(language: str) -> None:
    one = synthetic(language)
    again = without_whitespace(poppler(Renderer().render(one, Print())[0]))
    said = [
        text
        for block in one.blocks
        for text in filled_packet.texts(block)
        if not isinstance(block, filled_packet.Timeline)
    ]
    words = {word for text in said for word in re.findall(r"[^\W\d_]{2,}", text) if word in WORDS[language]}
    assert len(words) > 6
    assert {word for word in words if without_whitespace(word) not in again} == set()
    assert "816-363-2500" in again


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure(tmp_path: Path) -> None:
    paths = []
    for language in WORDS:
        for name, print_options in (("normal", Print()), ("large", LARGE)):
            paths.append(tmp_path / f"{language}-{name}.pdf")
            paths[-1].write_bytes(Renderer().render(synthetic(language), print_options)[0])
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths)
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}


@pytest.mark.parametrize("language", WORDS)
def test_the_structure_tree_says_what_the_packet_says(language: str) -> None:
    """In its order; the letters of an Arabic word stand in the file as on the paper, from left to right."""
    one = synthetic(language)
    tree = structure.read(Renderer().render(one, Print())[0])
    assert (tree.loose, tree.faults) == ("", [])
    found = without_whitespace("".join(turned_back(row.text) for row in tree.rows if not row.inline and not row.alt))
    at = 0
    for block in one.blocks:
        if isinstance(block, filled_packet.Timeline):
            continue
        for part in filled_packet.texts(block):
            if not isinstance(block, filled_packet.Booking) or part != block.qr_alt:
                place = found.find(without_whitespace(part), at)
                assert place >= 0, (language, type(block).__name__)
                at = place + len(without_whitespace(part))


def turned_back(text: str) -> str:
    return re.sub("[\u0600-\u06ff]+", lambda word: word[0][::-1], text)


def test_directions_of_languages_are_those_of_cldr() -> None:
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
        assert is_from_right(tag) == (Locale.parse(tag.replace("-", "_")).text_direction == "rtl"), tag


def test_a_telephone_number_is_whole_on_the_arabic_page() -> None:
    data, _ = Renderer().render(synthetic("ar"), Print())
    assert "816-363-2500" in "".join(read(data))
