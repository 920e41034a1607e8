"""Test the countdown of a plan: dates in tiles, and the black one in which the patient comes to the hospital."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from msgspec.structs import replace

from packets.cli.preview import sample_answers
from packets.content.library import Library
from packets.errors import VerificationError
from packets.model.case import Case, Paper, PrintOptions, PrintSize
from packets.model.filled_packet import Countdown, FilledPacket
from packets.model.recovery import Kind
from packets.pdf.renderer import Renderer
from packets.pipeline import fill_packet
from packets.verified_pdf import render
from packets.verify.proof import verify_packet
from tests.content.folder import Folder
from tests.instruments import structure, verapdf
from tests.pages.measure import Line, MeasuredPage, measure
from tests.pages.variants import PRE_OP, SAMPLES, library
from tests.samples import case

PRINTS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]
BEFORE = "knee-replacement-before"
PLAN = "packet: discharge\nfor: patients\nshows: [title, identifiers, {}, booking, sections, ends, about]\n"


def sample(language: str = "en") -> tuple[Library, Case]:
    known = library(SAMPLES, BEFORE, language, PRE_OP)
    answers = sample_answers(known.handouts[BEFORE, language], "2026-12-07") | {"arrival_time": "05:45"}
    return known, case(procedure=BEFORE, language=language, answers=answers, site="downtown")


def filled(language: str = "en") -> FilledPacket:
    known, patient = sample(language)
    return fill_packet(known, patient, plan=PRE_OP, include_drafts=True)


def is_in_black(page: MeasuredPage, line: Line) -> bool:
    return any(shape.fill is not None and shape.fill < 0.1 and shape.box.holds(line.box) for shape in page.shapes)


def date_lines(data: bytes) -> list[tuple[str, bool]]:
    """Return the parts of the dates in reading order, and whether each is in a black tile."""
    parts: dict[object, tuple[str, bool]] = {}
    for page in measure(data):
        for line in page.body():
            if line.element and line.element.path[-2:] == ("TD", "P"):
                words, _ = parts.get(line.element.id, ("", False))
                words += line.text.replace("\u00a0", " ")
                parts[line.element.id] = words, is_in_black(page, line)
    return [(words.strip(), black) for words, black in parts.values()]


@pytest.mark.parametrize("print_options", PRINTS, ids=str)
def test_only_the_day_to_come_is_black_and_has_the_time(print_options: PrintOptions) -> None:
    assert date_lines(render(filled(), print_options).data) == [
        ("Mon Nov 30", False),
        ("2026", False),
        ("from Sat Dec 5", False),
        ("through Mon Dec 7, 2026", False),
        ("Sun Dec 6", False),
        ("2026", False),
        ("Mon Dec 7", False),
        ("2026, 9:30 AM", False),
        ("Mon Dec 7", True),
        ("2026, 5:45 AM", True),
    ]


def test_without_an_appointment_on_the_day_no_tile_is_black() -> None:
    known, patient = sample()
    handout = known.handouts[BEFORE, "en"]
    steps = tuple(each for each in handout.milestones if each.kind is not Kind.APPOINTMENT)
    changed = replace(known, handouts={(BEFORE, "en"): replace(handout, milestones=steps)})
    data = render(fill_packet(changed, patient, plan=PRE_OP, include_drafts=True), PrintOptions()).data
    lines = date_lines(data)
    assert len(lines) == 8 and not any(black for _, black in lines)


def test_a_step_says_of_what_kind_it_is() -> None:
    texts = structure.read(render(filled(), PrintOptions()).data).texts()
    start = texts.index("Stop aspirin and ibuprofen")
    assert texts[start : start + 3] == ["Stop aspirin and ibuprofen", "7 days before surgery", "Doctor’s order"]
    assert texts[texts.index("Be here for your surgery") + 2] == "Appointment"


def test_a_plan_of_the_clinic_can_have_a_countdown(folder: Folder) -> None:
    folder.write("packets/discharge.yaml", PLAN.format("countdown"))
    assert folder.check() == ""
    folder.write("packets/discharge.yaml", PLAN.format("count-down"))
    assert "There are: title, identifiers, dates, countdown, notices" in folder.check()


def test_a_date_of_another_patient_in_a_tile_is_refused() -> None:
    known, patient = sample()
    other = fill_packet(known, replace(patient, surgery_date=dt.date(2026, 12, 8)), plan=PRE_OP, include_drafts=True)
    wrong = next(block for block in other.blocks if isinstance(block, Countdown))
    packet = filled()
    blocks = tuple(wrong if isinstance(block, Countdown) else block for block in packet.blocks)
    data, pages = Renderer().render(replace(packet, blocks=blocks), PrintOptions())
    with pytest.raises(VerificationError) as refused:
        verify_packet(data, packet, pages)
    assert "V05" in str(refused.value)


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_in_a_countdown(tmp_path: Path) -> None:
    paths = {}
    for language in ("en", "es", "de"):
        for print_options in PRINTS:
            path = tmp_path / f"{language}-{print_options.paper}-{print_options.print_size}.pdf"
            path.write_bytes(render(filled(language), print_options).data)
            paths[path] = path.stem
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert [(key, verdict.failures) for key, verdict in verdicts.items() if not verdict.passed] == []
