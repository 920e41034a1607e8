"""Test names in other scripts on an English packet: they are shaped, verified, and read correctly by poppler too."""

from __future__ import annotations

import subprocess
from pathlib import Path
from unicodedata import normalize

import pytest
from msgspec.structs import replace

from packets.errors import VerificationError
from packets.layout import fonts, text
from packets.layout.page import Style
from packets.layout.scripts import shaping
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import Span
from packets.pdf.extract import extract_pages
from packets.pdf.merge import PdfMerger
from packets.pdf.renderer import Renderer
from packets.verify.extract_text import read, read_pages, without_whitespace
from packets.verify.proof import verify_packet
from tests import programs
from tests.effort import spread
from tests.instruments import verapdf
from tests.samples import packet

NAMES = {
    "Arabic": "محمد علي بن يوسف",
    "Arabic with vowels": "مُحَمَّد عبد الله",
    "Persian": "پگاه گلچین",
    "Urdu": "ٹیپو ڈھلوں",
    "two directions": "Omar عمر (الصغير) Haddad",
    "Arabic digits": "علي ١٢٣ حسن",
    "Arabic over lines": " ".join(["محمد علي بن يوسف"] * 7),
    "Hebrew": "יעל כהן",
    "Hebrew with a hyphen": "יעל כהן-לוי",
    "Hebrew with points": "שָׁלוֹם כֹּהֵן",
    "Hebrew and Latin": "Yael יעל (כהן) Cohen",
    "Hindi": "प्रिया शर्मा",
    "Hindi with conjuncts": "क्षत्रिय श्रीकृष्ण द्विवेदी",
    "Yoruba": "Adédayọ̀ Ọlárẹ̀wájú",
    "Navajo and a line below two letters": "Yázhí Ałtsoí Ą́ą́h K͟hān",
    "Chinese": "王小明",
    "Chinese, traditional": "陳建國",
    "Greek": "Ελένη Παπαδοπούλου",
    "Vietnamese": "Nguyễn Thị Ánh",
    "Russian": "Сергей Щёголев",
}
ARABIC_FONT = "NotoSansArabic-Regular"
MARKS = str.maketrans("", "", "\u202a\u202b\u202c\u200e\u200f")  # poppler marks directions with them


def poppler(data: bytes) -> str:
    """Return the text as poppler reads it. For tests marked system("pdftotext")."""
    programs.skip_without("pdftotext")
    ran = subprocess.run(["pdftotext", "-", "-"], input=data, capture_output=True, check=True)
    return ran.stdout.decode().translate(MARKS)


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_in_another_script_is_verified(kind: str) -> None:
    name = NAMES[kind]
    filled = packet(patient_name=name, surgeon=name, follow_up=name)
    used = Renderer()
    for other in spread((*NAMES.values(), "Rosa Martinez"), 5):
        used.render(packet(patient_name=other), PrintOptions())
    for print_options in (PrintOptions(), PrintOptions(Paper.A4, PrintSize.LARGE)):
        data, pages = Renderer().render(filled, print_options)
        verify_packet(data, filled, pages)
        assert used.render(filled, print_options)[0] == data, "the bytes depend on the patients rendered before"


# In these names, poppler assigns hyphens, brackets and digits a direction of their own.
MISREAD_BY_POPPLER = {"two directions", "Hebrew and Latin", "Hebrew with a hyphen", "Arabic digits"}


@pytest.mark.system("pdftotext")
@pytest.mark.parametrize("kind", sorted(NAMES.keys() - MISREAD_BY_POPPLER))
def test_poppler_reads_the_same_name(kind: str) -> None:
    name = NAMES[kind]
    filled = packet(patient_name=name, surgeon=name, follow_up=name)
    assert without_whitespace(name) in without_whitespace(
        normalize("NFC", poppler(Renderer().render(filled, PrintOptions())[0]))
    )


@pytest.mark.parametrize(
    "words", ["اسم “محمد” هنا", "اسم ‘محمد’ هنا", "„محمد“ «علي»", "محمد’علي", "(محمد) [علي] {حسن}"]
)
def test_quotes_and_brackets_that_readers_mirror_are_verified(words: str) -> None:
    filled = packet(follow_up=words)
    data, pages = Renderer().render(filled, PrintOptions())
    verify_packet(data, filled, pages)


@pytest.mark.system("verapdf")
def test_verapdf_accepts_names_in_every_script(tmp_path: Path) -> None:
    renderer, paths = Renderer(), []
    for number, name in enumerate(NAMES.values()):
        paths.append(tmp_path / f"{number}.pdf")
        paths[-1].write_bytes(
            renderer.render(packet(patient_name=name, surgeon=name, follow_up=name), PrintOptions())[0]
        )
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths)
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}


@pytest.mark.parametrize(
    "other",
    ["علي محمد بن يوسف", "محمد علي بن يوسڤ", "مدحم علي بن يوسف", "محمد علي بن", "محمد على بن يوسف", "يوسف بن علي محمد"],
)
def test_a_similar_name_is_refused(other: str) -> None:
    filled = packet(patient_name=NAMES["Arabic"])
    data, pages = Renderer().render(
        replace(filled, header_footer=packet(patient_name=other).header_footer), PrintOptions()
    )
    with pytest.raises(VerificationError) as caught:
        verify_packet(data, filled, pages)
    assert "V04" in {problem.code for problem in caught.value.problems}


def test_a_print_run_shows_each_name_on_every_page_of_its_packet(tmp_path: Path) -> None:
    path = tmp_path / "run.pdf"
    with path.open("wb") as out:
        run, starts = PdfMerger(out, "Run"), []
        for name in NAMES.values():
            starts.append(run.pages)
            run.append(extract_pages(Renderer().render(packet(patient_name=name), PrintOptions())[0]))
        run.close()
    for name, start, end in zip(NAMES.values(), starts, [*starts[1:], run.pages], strict=True):
        pages = list(read_pages(path, start, end - start))
        assert len(pages) == end - start > 0
        assert all(without_whitespace(name) in without_whitespace(page) for page in pages)


def test_arabic_letters_are_joined_and_hindi_syllables_kept_whole() -> None:
    word = shaping.clusters("محمد", ARABIC_FONT)
    assert "".join(cluster.text for cluster in word) == "دمحم", "from left to right on the page"
    assert len({cluster.pieces for cluster in word}) == 4, "the two meems have different forms"
    assert [c.text for c in shaping.clusters("प्रिया", "NotoSansDevanagari-Regular")] == ["प्रि", "या"]


def printed_line(words: str, right_to_left: bool) -> str:
    """Return the characters of one printed line from left to right."""
    style = Style(10, 14, right_to_left=right_to_left)
    (line,) = text.break_lines((Span(words),), style, 1e6).lines
    shaped = fonts.SHAPED_FONTS
    return "".join(part.text[::-1] if part.font in shaped and part.level % 2 else part.text for part in line.fragments)


def test_a_telephone_number_stays_readable_in_arabic() -> None:
    assert printed_line("اتصل بالرقم 816-363-2500 الآن", True) == "نآلا 816-363-2500 مقرلاب لصتا"
    assert printed_line("اتصل (816) 363-2500.", True) == ".(816) 363-2500 لصتا"
    assert printed_line("الحزمة 7XK3-9QF2 (النسخة 2)", True) == "(2 ةخسنلا) 7XK3-9QF2 ةمزحلا"
    assert printed_line("Dr. علي حسن, 816-363-2500", False) == "Dr. نسح يلع, 816-363-2500"


@pytest.mark.parametrize("month", ["ديسمبر", "दिसंबर", "December"])
def test_a_date_stays_on_one_line(month: str) -> None:
    date = f"14\u00a0{month}\u00a0{month}\u00a02026"  # like "7 de diciembre", with a word in between
    for width in range(140, 240, 3):
        lines = text.break_lines((Span(f"{month} {month} {date} {month}"),), Style(10, 14), width).lines
        (line,) = [line for line in lines if any("14" in part.text for part in line.fragments)]
        assert any("2026" in part.text for part in line.fragments), (width, lines)


def test_chinese_lines_break_between_characters_but_not_before_punctuation() -> None:
    words = "手术后请休息，不要开车。如有发热、疼痛或“麻木”，请致电诊所（周一至周五）。" * 3
    for width in range(60, 200, 7):
        lines = [
            "".join(f.text for f in line.fragments)
            for line in text.break_lines((Span(words),), Style(10, 14), width).lines
        ]
        assert "".join(lines) == words
        assert not any(line[0] in "，。、”）" or line[-1] in "“（" for line in lines), lines
        assert len(lines) <= len(words) * 10 / (width - 40) + 1


def test_a_page_number_in_an_english_packet_is_read() -> None:
    data, _ = Renderer().render(packet(), PrintOptions())
    assert "Page 1 of 3" in read(data)[0]
