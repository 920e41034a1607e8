"""Test the pages of a handout with a schedule, as read back from the PDF."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace

from packets.cli import main
from packets.content.library import Library, load
from packets.errors import VerificationError
from packets.model.case import Case, Paper, PrintOptions, PrintSize
from packets.model.filled_packet import FormTable, Identifiers
from packets.pdf.file_id import with_digest_id
from packets.pdf.renderer import Renderer
from packets.pipeline import build_filled, fill_packet, make_html, make_packet, make_rack_copy
from packets.verified_pdf import render_pair
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from packets.verify.proof import verify_packet, verify_pair
from tests.clock import now
from tests.effort import spread
from tests.instruments import structure, verapdf
from tests.regimen_samples import COLLAR, PARTS, SPANISH, steps, write_schedule
from tests.samples import case

PATH = 2  # the type of an object that pdfium draws as a path
LOOKS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]
STEPS = {
    "en": [
        ("Mon Dec 7, 2026 through Sun Dec 13, 2026", "4 times a day", "days 0 to 6"),
        ("Mon Dec 14, 2026 through Wed Dec 16, 2026", "not at all (pause)", "days 7 to 9"),
        ("Thu Dec 17, 2026 through Sun Dec 27, 2026", "1 time a day", "days 10 to 20"),
    ],
    "es": [
        ("del lun 7 dic 2026 al dom 13 dic 2026", "4 veces al día", "días 0 a 6"),
        ("del lun 14 dic 2026 al mié 16 dic 2026", "ninguna vez (pausa)", "días 7 a 9"),
        ("del jue 17 dic 2026 al dom 27 dic 2026", "1 vez al día", "días 10 a 20"),
    ],
}


def library(root: Path, parts: str = PARTS, spanish: str = "") -> Library:
    loaded, problems = load(write_schedule(root, parts, spanish))
    assert loaded is not None, problems
    return loaded


def patient(**changes: object) -> Case:
    return case(procedure="sample", **changes)


def cells(pdf: bytes) -> list[tuple[str, str]]:
    """Return role and text of each cell, as a screen reader says them."""
    rows = structure.read(pdf).rows
    return [(row.role, row.text.replace("\u00a0", " ").strip()) for row in rows if row.role in ("TH", "TD")]


@pytest.mark.parametrize("language", sorted(STEPS))
@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_table_of_steps_says_when_and_how_often(language: str, look: PrintOptions, tmp_path: Path) -> None:
    made = make_packet(library(tmp_path, PARTS, SPANISH), patient(language=language), look, include_drafts=True)
    read_aloud = cells(made.pdf.data)
    start = next(place for place, (_, words) in enumerate(read_aloud) if words == STEPS[language][0][0])
    expected = [(role, words) for row in STEPS[language] for role, words in zip(("TH", "TD", "TD"), row, strict=True)]
    assert read_aloud[start : start + 9] == expected


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_each_day_has_its_date_and_a_box_for_each_time(look: PrintOptions, tmp_path: Path) -> None:
    data = make_packet(library(tmp_path), patient(), look).pdf.data
    calendar = [dt.date(2026, 12, 7) + dt.timedelta(days=number) for number in range(21)]
    dates = [f"{day:%a %b} {day.day}, {day.year}" for day in calendar]
    read_aloud = cells(data)
    start = read_aloud.index(("TH", "Check a box each time")) + 1
    rows = [(dates[day], "4 times") for day in range(7)]
    rows += [("Mon Dec 14, 2026 through Wed Dec 16, 2026", "not at all (pause)")]
    rows += [(dates[day], "1 time") for day in range(10, 21)]
    expected = [cell for date, times in rows for cell in (("TH", date), ("TD", times), ("TD", ""))]
    assert read_aloud[start:] == expected
    assert list(boxes_beside(data)) == [(dates[day], 4) for day in range(7)] + [
        (dates[day], 1) for day in range(10, 21)
    ]


def boxes_beside(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield the date of each row with boxes, and how many are drawn in it."""
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        bounds = [page_object.get_bounds() for page_object in page.get_objects((PATH,))]
        middles = [(bottom + top) / 2 for left, bottom, right, top in bounds if is_box(right - left, top - bottom)]
        for number in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(number)
            words = text.get_text_bounded(left - 1, bottom, right + 1, top).replace("\u00a0", " ").strip()
            boxes = sum(bottom - 2 < middle < top + 2 for middle in middles)
            if re.fullmatch(r"\w{3} \w{3} \d+, \d{4}", words) and boxes:
                yield words, boxes


def is_box(width: float, height: float) -> bool:
    return abs(width - height) < 0.5 and 14 < width < 25


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_header_repeats_and_no_row_is_alone_on_a_page(look: PrintOptions, tmp_path: Path) -> None:
    """Move the table down line by line, so that it meets the end of a page at every height."""
    for lines in spread(range(0, 30, 2), 5):
        parts = "".join(f"      - text: Line {number} of the text before it.\n" for number in range(lines)) + PARTS
        texts = read(make_packet(library(tmp_path / str(lines), parts), patient(), look).pdf.data)
        for text in map(without_whitespace, texts):
            rows = len(re.findall(r"(?:4times|1time)(?!s|aday)|pause\)(?!days)", text))
            assert rows != 1 and bool(rows) is ("Checkaboxeachtime" in text), lines


def test_the_header_is_read_aloud_once_and_has_its_scope(tmp_path: Path) -> None:
    made = make_packet(library(tmp_path), patient(), PrintOptions(Paper.LETTER, PrintSize.LARGE))
    assert sum("Checkaboxeachtime" in text for text in made.pdf.texts) > 1
    read_aloud = cells(made.pdf.data)
    assert read_aloud.count(("TH", "Check a box each time")) == 1
    start = read_aloud.index(("TH", "Check a box each time"))
    assert read_aloud[start + 1 : start + 4] == [("TH", "Mon Dec 7, 2026"), ("TD", "4 times"), ("TD", "")]


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_in_schedules(tmp_path: Path) -> None:
    content = library(tmp_path / "content", PARTS, SPANISH)
    paths = {}
    for language in ("en", "es"):
        for number, look in enumerate(LOOKS):
            packet = make_packet(content, patient(language=language), look, include_drafts=True)
            rack = make_rack_copy(content, "sample", language, look, include_drafts=True)
            for kind, made in (("packet", packet), ("rack", rack)):
                path = tmp_path / f"{kind}{language}{number}.pdf"
                path.write_bytes(made.pdf.data)
                paths[path] = f"{kind} {language} {look}"
                assert structure.read(path).errors == []
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert len(verdicts) == 2 * len(paths) == 32
    assert [(key, verdict.failures) for key, verdict in verdicts.items() if not verdict.passed] == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_rack_copy_has_lines_in_place_of_every_date(look: PrintOptions, tmp_path: Path) -> None:
    made = make_rack_copy(library(tmp_path), "sample", "en", look)
    read_aloud = cells(made.pdf.data)
    start = read_aloud.index(("TH", "days 0 to 6"))
    assert read_aloud[start : start + 4] == [
        ("TH", "days 0 to 6"),
        ("TD", ""),
        ("TD", "4 times a day"),
        ("TH", "days 7 to 9"),
    ]
    assert ("TH", "day 6") in read_aloud and ("TH", "day 20") in read_aloud
    assert "2026" not in "".join(read(made.pdf.data)) and read_aloud.count(("TH", "Your own date")) == 2


def test_a_rack_copy_says_the_days_before_surgery_in_words(tmp_path: Path) -> None:
    parts = steps("from: 1 day before, through: day 1, times: 1 a day", more="          boxes: yes\n")
    data = make_rack_copy(library(tmp_path, parts), "sample", "en", PrintOptions()).pdf.data
    assert inspect(data, tmp_path) == 2
    read_aloud = cells(data)
    for words in ("from 1 day before surgery through 1 day after surgery", "the day before surgery", "day 0", "day 1"):
        assert ("TH", words) in read_aloud, words


@pytest.mark.parametrize("collar", ["yes", "no"])
def test_a_schedule_prints_for_those_patients_whom_it_is_for(collar: str, tmp_path: Path) -> None:
    parts = PARTS.replace("      - schedule:", "      - if: collar is yes\n        schedule:")
    content = library(tmp_path, parts)
    for plan in ("discharge", "staff-sheet"):
        made = make_packet(content, patient(answers={"collar": collar}), PrintOptions(), plan=plan)
        assert ("4timesaday" in "".join(made.pdf.texts)) is (collar == "yes"), plan
    assert inspect(made.pdf.data, tmp_path) == made.pdf.pages


def test_the_staff_sheet_asks_and_has_the_steps_as_the_answer(tmp_path: Path) -> None:
    content = library(tmp_path)
    words = "How do you use your drops this week? 4 times a day: Mon Dec 7, 2026 through Sun Dec 13, 2026; not at all"
    assert without_whitespace(words) in "".join(
        make_packet(content, patient(), PrintOptions(), plan="staff-sheet").pdf.texts
    )
    no_question = library(
        tmp_path / "other", PARTS.replace("          ask: How do you use your drops this week?\n", "")
    )
    texts = make_packet(no_question, patient(), PrintOptions(), plan="staff-sheet").pdf.texts
    assert without_whitespace("Sampledrop eye drops 4 times a day: Mon Dec 7") in "".join(texts)


def test_a_draft_is_left_out_of_the_packet_and_the_staff_sheet(tmp_path: Path) -> None:
    parts = PARTS.replace("      - schedule:", "      - status: draft\n        schedule:")
    content = library(tmp_path, parts)
    for plan in ("discharge", "staff-sheet"):
        assert "4timesaday" not in "".join(make_packet(content, patient(), PrintOptions(), plan=plan).pdf.texts)
        made = make_packet(content, patient(), PrintOptions(), plan=plan, include_drafts=True)
        assert "4timesaday" in "".join(made.pdf.texts)


def test_a_date_that_differs_from_the_packet_is_found(tmp_path: Path) -> None:
    content = library(tmp_path)
    data = make_packet(content, patient(), PrintOptions()).pdf
    other = fill_packet(content, patient(surgery_date=dt.date(2026, 12, 8)))
    with pytest.raises(VerificationError, match=r"V06 a text of part .* .FormTable. is missing or different"):
        verify_packet(data.data, other, data.pages)


def test_verify_counts_the_dates_again_from_the_surgery_date(tmp_path: Path) -> None:
    """A packet with the dates of one surgery and the identifiers of another."""
    root = tmp_path / "content"
    content = library(root)
    packet, other = (fill_packet(content, patient(surgery_date=dt.date(2026, 12, day))) for day in (7, 8))
    (identifiers,) = (block for block in other.blocks if isinstance(block, Identifiers))
    mixed = [identifiers if isinstance(block, Identifiers) else block for block in packet.blocks]
    right = build_filled(content, packet, PrintOptions()).pdf
    assert inspect(right.data, root) == right.pages
    dates = (*packet.dates[1:], other.dates[0])
    wrong = build_filled(content, replace(packet, blocks=tuple(mixed), dates=dates), PrintOptions()).pdf
    with pytest.raises(VerificationError) as caught:
        inspect(wrong.data, root)
    assert [str(problem) for problem in caught.value.problems] == [
        f'V17 the date of "Sampledrop eye drops, step {number}" does not follow from the surgery date'
        for number in (1, 2, 3)
    ]


def test_verify_finds_one_wrong_date_beside_a_box(tmp_path: Path) -> None:
    """The table of steps is right, and one day of the table with boxes has the date of the next day."""
    root = tmp_path / "content"
    content = library(root)
    packet = fill_packet(content, patient())
    (table,) = (block for block in packet.blocks if isinstance(block, FormTable))
    third, fourth = table.rows[2], table.rows[3]
    assert [without_whitespace(row.cells[0]) for row in (third, fourth)] == ["WedDec9,2026", "ThuDec10,2026"]
    rows = (*table.rows[:2], replace(third, cells=(fourth.cells[0], *third.cells[1:])), *table.rows[3:])
    blocks = tuple(replace(table, rows=rows) if block is table else block for block in packet.blocks)
    dates = tuple(date for date in packet.dates if without_whitespace(date) != "WedDec9,2026")
    wrong = build_filled(content, replace(packet, blocks=blocks, dates=dates), PrintOptions()).pdf
    with pytest.raises(VerificationError) as caught:
        inspect(wrong.data, root)
    assert [str(problem) for problem in caught.value.problems] == [
        'V17 the date of "Sampledrop eye drops, step 1" does not follow from the surgery date'
    ]


@pytest.mark.parametrize("size", PrintSize)
def test_the_dates_are_never_those_of_another_patient(size: PrintSize, tmp_path: Path) -> None:
    """One renderer serves several patients."""
    content, renderer = library(tmp_path), Renderer()
    for day in (7, 21, 7, 30):
        packet = fill_packet(content, patient(surgery_date=dt.date(2026, 12, day)))
        data, pages = renderer.render(packet, PrintOptions(print_size=size))
        text = "".join(verify_packet(data, packet, pages))
        (table,) = (block for block in packet.blocks if isinstance(block, FormTable))
        assert len(set(re.findall(r"[A-Z][a-z]{2}(?:Dec|Jan)\d+,20\d\d", text))) == 20
        assert all(without_whitespace(row.cells[0]) in text for row in table.rows)


def test_both_languages_of_a_packet_are_in_step(tmp_path: Path) -> None:
    content = library(tmp_path, PARTS, SPANISH)
    english, spanish = (fill_packet(content, patient(language=tag), include_drafts=True) for tag in ("en", "es"))
    blank = (content.languages["en"].say("blank_page"), content.languages["es"].say("blank_page"))
    for look in LOOKS:
        texts = read(render_pair(spanish, english, look, blank).data)
        (front,) = [number for number, text in enumerate(texts) if "Agite primero" in text]
        (back,) = [number for number, text in enumerate(texts) if "Shake the bottle" in text]
        assert back == front + 1


def test_a_packet_is_questioned_only_if_the_schedule_is_past_too(tmp_path: Path) -> None:
    """The last dose is on day 20; without the schedule, the handout has no dates at all."""
    root = write_schedule(tmp_path / "content")
    command = [
        *("packet", "sample", "--content", str(root), "--patient-name", "Rosa Sample", "--mrn", "0041", "--quiet"),
        *("--surgeon", "Dr. Sample", "--answer", "collar=yes", "-o", str(tmp_path / "out.pdf")),
    ]
    key = tmp_path / "site.key"
    key.touch(0o600)
    key.write_text("5a" * 32, "ascii")
    today = now().date()
    for days, code in ((20, 0), (21, 2)):
        day = today - dt.timedelta(days=days)
        assert main.run([*command, "--site-key", str(key), "--surgery-date", str(day)], now) == code, days


def test_the_example_for_authors_prints_the_table_below_it(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/for-authors.md").read_text("utf-8")
    (example,) = re.findall(r"^    - schedule:\n(?:     .*\n)+", page, re.MULTILINE)
    parts = "      - text: Use the drops for 4 weeks.\n" + example.replace("    ", "      ", 1).replace(
        "\n    ", "\n      "
    )
    made = make_packet(library(tmp_path, parts + COLLAR), patient(), PrintOptions())
    table = page.partition("| When | How often | Counted from surgery |\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]
    read_aloud = [words for _, words in cells(made.pdf.data)]
    start = read_aloud.index(rows[0][0])
    assert read_aloud[start : start + 3 * len(rows)] == [cell for row in rows for cell in row]


@pytest.mark.parametrize("language", sorted(STEPS))
def test_the_html_copy_has_the_same_rows_with_their_boxes(language: str, tmp_path: Path) -> None:
    content = library(tmp_path, PARTS, SPANISH)
    made = make_packet(content, patient(language=language), PrintOptions(), include_drafts=True)
    page = make_html(made, PrintOptions()).decode()
    words = " ".join(re.sub("<[^>]+>", " ", page).replace("\u00a0", " ").split())
    assert all(" ".join(row) in words for row in STEPS[language])
    marked = set(re.findall(r'<th scope="row"><time datetime="([\d-]+)">[^<]*</time></th>', page))
    assert (len(marked), min(marked), max(marked)) == (18, "2026-12-07", "2026-12-27")
    assert page.count('<span class="box"></span>') == 7 * 4 + 11


BOX = rb"([\d.]+ [\d.]+ m (?:[\d.]+ [\d.]+ l (?:[\d.]+ ){6}c ){4}h) S"
CHANGED_BOXES = {
    "missing": (rb"", 38),
    "added": (rb"\g<0> \g<0>", 40),
    "checked": (rb"\1 B", 38),
    "invisible": (rb"\1 n", 38),
}


def with_changed_box(data: bytes, new: bytes, first_page: int = 0, step: int = 1) -> bytes:
    """Replace the last box of the page that has most of them, among every `step`th page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            page.contents_coalesce()
        pages = list(pdf.pages)[first_page::step]
        page = max(pages, key=lambda page: len(re.findall(BOX, page.Contents.read_bytes())))
        content = page.Contents.read_bytes()
        *_, last = re.finditer(BOX, content)  # the first one can be the frame of a callout
        page.Contents = pdf.make_stream(content[: last.start()] + last.expand(new) + content[last.end() :])
        pdf.save(out, static_id=True)
    return with_digest_id(out.getvalue())


@pytest.mark.parametrize(("new", "boxes"), CHANGED_BOXES.values(), ids=CHANGED_BOXES)
def test_a_box_too_few_or_too_many_is_found(new: bytes, boxes: int, tmp_path: Path) -> None:
    shown = fill_packet(library(tmp_path), patient())
    data, pages = Renderer().render(shown, PrintOptions())
    assert len(verify_packet(data, shown, pages)) == pages
    with pytest.raises(VerificationError, match=f"V27 the file has {boxes} boxes to check instead of 39"):
        verify_packet(with_changed_box(data, new), shown, pages)


def test_the_boxes_of_each_language_are_counted(tmp_path: Path) -> None:
    content = library(tmp_path, PARTS, SPANISH)
    english, spanish = (fill_packet(content, patient(language=tag), include_drafts=True) for tag in ("en", "es"))
    pair = render_pair(spanish, english, PrintOptions(), ("", ""))
    staff_pages = [False, True] * (pair.pages // 2)
    assert len(verify_pair(pair.data, spanish, english, staff_pages)) == pair.pages
    one_less = with_changed_box(pair.data, rb"", 0, 2)
    with pytest.raises(VerificationError) as caught:
        verify_pair(with_changed_box(one_less, rb"\g<0> \g<0>", 1, 2), spanish, english, staff_pages)
    assert [str(problem) for problem in caught.value.problems] == [
        "V27 the pages in the patient's language have 38 boxes to check instead of 39",
        "V27 the pages in the second language have 40 boxes to check instead of 39",
    ]
