"""Test the pages of handouts with callouts, tables and subheadings, as read back from the PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from msgspec.structs import replace

from packets.content.library import Library
from packets.errors import InvalidInputError, VerificationError
from packets.fill.packet import fill
from packets.layout.page import page_for
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.pdf.renderer import Renderer
from packets.pipeline import _build as build
from packets.verified_pdf import render, render_pair
from packets.verify.extract_text import read, without_whitespace
from packets.verify.proof import verify_packet
from tests.block_samples import PARTS, SPANISH, write_content
from tests.instruments import structure, verapdf
from tests.samples import case, loaded

LOOKS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]


def filled(root: Path, parts: str = PARTS, language: str = "en", **changes: Any) -> FilledPacket:
    """Return the sample handout, filled for a sample patient."""
    content = root / "content"
    if not content.exists():
        write_content(content, parts, SPANISH if parts == PARTS else "")
    return filled_from(loaded(content), language, **changes)


def filled_from(library: Library, language: str = "en", skip: int = 0, **changes: Any) -> FilledPacket:
    """Return the sample handout of a library without its first `skip` parts, filled for a sample patient."""
    commons = {name: part for (name, tag), part in library.common.items() if tag == language}
    handout = library.handouts["sample", language]
    (section,) = handout.sections
    handout = replace(handout, sections=(replace(section, parts=section.parts[skip:]),))
    person = case(procedure="sample", **changes)
    return fill(
        handout,
        library.plans["discharge"],
        commons,
        library.clinic,
        library.languages[language],
        person,
        include_drafts=True,
    )


def filler(lines: int) -> str:
    return "".join(f"      - text: Line {number} of the text before it.\n" for number in range(lines))


def callout_of(lines: int) -> str:
    text = "".join(f"            - Sign {number} of danger.\n" for number in range(lines))
    return f"      - callout:\n          kind: emergency\n          heading: Call 911 if\n          text: |\n{text}"


COLLAR = "      - if: collar is yes\n        text: Wear it.\n"


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_in_callouts_tables_and_subheadings(tmp_path: Path) -> None:
    paths: dict[Path, str] = {}
    for language in ("en", "es"):
        packet = filled(tmp_path, language=language)
        for number, look in enumerate(LOOKS):
            path = tmp_path / f"{language}{number}.pdf"
            path.write_bytes(render(packet, look).data)
            paths[path] = f"{language} {look}"
            tree = structure.read(path)
            assert tree.errors == []
            assert list(map(without_whitespace, tree.texts())) == list(map(without_whitespace, packet.texts()))
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert len(verdicts) == 2 * len(paths) == 16
    assert [(key, verdict.failures) for key, verdict in verdicts.items() if not verdict.passed] == []


def test_headings_and_cells_have_their_tags(tmp_path: Path) -> None:
    path = tmp_path / "sample.pdf"
    path.write_bytes(render(filled(tmp_path), PrintOptions()).data)
    rows = structure.read(path).rows
    headings = [(row.role, row.text) for row in rows if row.role in ("H1", "H2", "H3")]
    start = headings.index(("H2", "After the surgery"))
    assert headings[start + 1 : start + 6] == [
        ("H3", "Call 911 if"),
        ("H3", "Call us the same day if"),
        ("H3", "Good to know"),
        ("H3", "What to eat"),
        ("H3", "Your visits"),
    ]
    cells = [(row.role, row.text) for row in rows if row.role in ("TH", "TD")]
    assert cells[:9] == [
        ("TH", "Day"),
        ("TH", "You may eat"),
        ("TH", "You may drink"),
        ("TH", "3 days before"),
        ("TD", "White bread, eggs, no nuts or seeds"),
        ("TD", "Anything"),
        ("TH", "1 day before"),
        ("TD", "Clear soup only"),
        ("TD", "Water, tea, apple juice"),
    ]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_list_of_warning_signs_is_never_on_two_pages(tmp_path: Path, look: PrintOptions) -> None:
    """Move the callout up line by line, so that it meets the end of a page at every height."""
    library = loaded(write_content(tmp_path, filler(38) + callout_of(5) + COLLAR, ""))
    for lines in range(0, 24, 2):
        texts = read(render(filled_from(library, skip=lines), look).data)
        (shown,) = [text for text in texts if "Call 911 if" in text]
        assert re.findall(r"Sign (\d) of danger", shown) == ["0", "1", "2", "3", "4"]


def test_a_callout_higher_than_a_page_is_refused(tmp_path: Path) -> None:
    packet = filled(tmp_path, callout_of(60) + COLLAR)
    library = loaded(tmp_path / "content")
    with pytest.raises(InvalidInputError, match="G03 a part of the content is taller than a page") as caught:
        build(packet, PrintOptions(), library, None)
    assert "a callout" in str(caught.value)


def test_the_header_of_a_long_table_repeats_on_the_next_page(tmp_path: Path) -> None:
    rows = "".join(f"            - [Day {number}, Walk {number} minutes]\n" for number in range(1, 61))
    table = f"      - table:\n          columns: [Which day, How long]\n          rows:\n{rows}"
    packet = filled(tmp_path, table + COLLAR)
    pdf = render(packet, PrintOptions())
    texts = read(pdf.data)
    shown = [text for text in texts if "Walk" in text]
    assert len(shown) > 1
    for text in shown:
        assert text.index("Which day") < text.index("How long") < text.index("Walk")
    assert re.findall(r"Walk (\d+) minutes", "".join(texts)) == [str(number) for number in range(1, 61)]
    path = tmp_path / "long.pdf"
    path.write_bytes(pdf.data)
    assert [row.text for row in structure.read(path).rows if row.text == "Which day"] == ["Which day"]


def test_a_cell_that_differs_from_the_packet_is_found(tmp_path: Path) -> None:
    pdf = render(filled(tmp_path), PrintOptions())
    (tmp_path / "other").mkdir()
    other = filled(tmp_path / "other", PARTS.replace("Clear soup only", "Thick soup too"))
    with pytest.raises(VerificationError, match=r"V06 a text of part .* .Table. is missing or different"):
        verify_packet(pdf.data, other, pdf.pages)


@pytest.mark.parametrize("size", PrintSize)
def test_a_personal_cell_is_never_another_patients(tmp_path: Path, size: PrintSize) -> None:
    """One renderer serves several patients; the surgeon's name is inside a table and inside a callout."""
    renderer = Renderer()
    surgeons = ("Dr. Jane Rivera", "Dr. Jean Rivero", "Dr. A", "Dr. Maximiliana Featherstonehaugh-Cholmondeley")
    for surgeon in (*surgeons, *surgeons):
        packet = filled(tmp_path, surgeon=surgeon)
        data, pages = renderer.render(packet, PrintOptions(print_size=size))
        text = "".join(verify_packet(data, packet, pages))
        assert f"Ask{without_whitespace(surgeon)}" in text
        assert f"askfor{without_whitespace(surgeon)}" in text
        for other in set(surgeons) - {surgeon, "Dr. A"}:
            assert without_whitespace(other) not in text


def test_the_table_of_medicines_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "sample.pdf"
    path.write_bytes(render(filled(tmp_path), PrintOptions()).data)
    cells = [(row.role, row.text.strip()) for row in structure.read(path).rows if row.role in ("TH", "TD")]
    start = cells.index(("TH", "Medicine, and what it is for"))
    assert cells[start : start + 10] == [
        ("TH", "Medicine, and what it is for"),
        ("TH", "Morning"),
        ("TH", "Noon"),
        ("TH", "Evening"),
        ("TH", "Bedtime"),
        (
            "TH",
            "Samplecillin 500 mg. Against infection. Until: all 14 tablets are gone. Take it with food.",
        ),
        ("TD", "1 tablet"),
        ("TD", ""),
        ("TD", "1 tablet"),
        ("TD", ""),
    ]
    assert len(cells[start:]) == 5 * (1 + 2 + 3)


def test_a_page_break_begins_a_new_page(tmp_path: Path) -> None:
    parts = "      - text: First part.\n      - page_break: true\n      - text: Second part.\n" + COLLAR
    texts = read(render(filled(tmp_path, parts), PrintOptions()).data)
    pages = [number for number, text in enumerate(texts) for words in ("First", "Second") if f"{words} part" in text]
    assert len(pages) == 2 and pages[1] == pages[0] + 1


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_part_that_is_kept_together_is_never_on_two_pages(tmp_path: Path, look: PrintOptions) -> None:
    paragraphs = "\n".join(f"          Sentence {number} of the part.\n" for number in range(5))
    split = []
    for keep in ("", "        keep_together: true\n"):
        parts = filler(42) + f"      - text: |\n{paragraphs}{keep}" + COLLAR
        library = loaded(write_content(tmp_path / f"content{len(keep)}", parts, ""))
        for lines in range(0, 32, 2):
            texts = read(render(filled_from(library, skip=lines), look).data)
            pages = [number for number, text in enumerate(texts) if "of the part" in text]
            split.append((bool(keep), len(pages) > 1))
    assert (False, True) in split  # without the word, some of them are cut
    assert (True, True) not in split


def test_both_languages_of_a_packet_with_blocks_are_in_step(tmp_path: Path) -> None:
    library = loaded(write_content(tmp_path / "content"))
    english, spanish = (filled(tmp_path, language=language) for language in ("en", "es"))
    blank = (library.languages["en"].say("blank_page"), library.languages["es"].say("blank_page"))
    for look in LOOKS:
        texts = read(render_pair(spanish, english, look, blank).data)
        for spanish_words, english_words in (("Qué comer", "What to eat"), ("¿Puedo conducir", "May I drive")):
            (front,) = [number for number, text in enumerate(texts) if spanish_words in text]
            (back,) = [number for number, text in enumerate(texts) if english_words in text]
            assert back == front + 1


def test_no_text_is_wider_than_its_column(tmp_path: Path) -> None:
    """Six columns with long words in large print: the words are cut, never drawn over each other or off the page."""
    words = ["Antiinflammatory", "Anticoagulation", "Physiotherapy", "Hydrochlorothiazide", "Electrocardiogram", "Rest"]
    row = f"[{', '.join(words)}]"
    table = f"      - table:\n          columns: {row}\n          rows:\n            - {row}\n"
    packet = filled(tmp_path, table + COLLAR)
    for look in LOOKS:
        pdf = render(packet, look)
        page = page_for(look)
        for left, right in _spans(pdf.data):
            assert page.left - 1 < left and right < page.width - page.right + 1


def _spans(data: bytes) -> list[tuple[float, float]]:
    """Return the left and right end of each piece of text in the file."""
    import pypdfium2

    spans = []
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        for number in range(text.count_rects()):
            left, _, right, _ = text.get_rect(number)
            spans.append((left, right))
    return spans


def color_beside(data: bytes, text: str) -> int:
    """Return the gray value, 0 to 255, just after the last letter of a text, at half its height."""
    for number in range(len(document := pypdfium2.PdfDocument(data))):
        found = document[number].get_textpage()
        if match := found.search(text).get_next():
            boxes = [found.get_charbox(match[0] + place) for place in range(match[1])]
            x, y = boxes[-1][2] + 12, (boxes[-1][1] + boxes[-1][3]) / 2
            picture = document[number].render().to_pil().convert("L")
            pixel = picture.getpixel((round(x), round(document[number].get_height() - y)))
            assert isinstance(pixel, int)
            return pixel
    raise AssertionError(f"{text} is on no page")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_each_kind_of_callout_looks_different_and_the_disclaimer_is_plain(tmp_path: Path, look: PrintOptions) -> None:
    data = render(filled(tmp_path), look).data
    assert color_beside(data, "Call 911 if") == 0
    assert color_beside(data, "Call us the same day if") == 255
    assert 230 < color_beside(data, "Good to know") < 250
    assert color_beside(data, "of your treatment.") == 255
