"""When a template is reused, when a new one is made, and what happens to letters beyond the base set."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from packets.layout.fonts import MissingGlyph
from packets.model import filled_packet
from packets.model.case import Paper, Print, PrintSize
from packets.pdf.renderer import Renderer
from packets.verify.extract_text import read, without_whitespace
from packets.verify.proof import verify_packet
from tests.instruments import verapdf
from tests.reference_renderer import document
from tests.samples import LONGEST, NAMES, packet


def templates(renderer: Renderer) -> int:
    return len(renderer._templates)


def test_similar_patients_share_a_template() -> None:
    renderer = Renderer()
    for number in range(20):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=17 * number)
        renderer.render(
            packet(patient_name=f"Sample Number {number}", surgery_date=day, packet_id=f"SAMP-{number}"), Print()
        )
    assert templates(renderer) <= 3


def test_other_geometry_or_other_shared_words_need_another_template() -> None:
    renderer = Renderer()
    plain = packet()
    said = [plain, packet(patient_name=LONGEST), packet(answers={"collar": "no"}), packet("handout")]
    foot = replace(plain.header_footer, bottom_left="Another foot")
    said.append(replace(plain, header_footer=foot))
    for count, one in enumerate(said, 1):
        renderer.render(one, Print())
        assert templates(renderer) == count
    renderer.render(plain, Print(print_size=PrintSize.LARGE))
    assert templates(renderer) == len(said) + 1


def test_a_block_that_is_not_marked_as_personal_is_part_of_the_key() -> None:
    """A template cannot give one packet's shared words to another: every word of them is part of its key."""
    renderer = Renderer()
    plain = packet()
    for word in ("first", "second"):
        secret = filled_packet.Paragraph((filled_packet.Span(f"The {word} patient's own words"),))
        one = replace(plain, blocks=(*plain.blocks[:2], secret, *plain.blocks[2:]))
        data, pages = renderer.render(one, Print())
        verify_packet(data, one, pages)
    assert templates(renderer) == 2


def test_a_full_cache_only_costs_time() -> None:
    large, small = Renderer(), Renderer(max_templates=1, max_blocks=2)
    for _ in range(2):
        for name in NAMES.values():
            one = packet(patient_name=name)
            assert small.render(one, Print()) == large.render(one, Print())


@pytest.mark.parametrize("kind", ["Vietnamese", "Polish", "Cyrillic", "Greek"])
def test_letters_beyond_the_base_set_come_out_right(kind: str) -> None:
    renderer = Renderer()
    plain, _ = renderer.render(packet(), Print())
    one = packet(patient_name=NAMES[kind])
    data, pages = renderer.render(one, Print())
    verify_packet(data, one, pages)
    assert without_whitespace(NAMES[kind]) in without_whitespace(read(data)[0])
    assert renderer.render(packet(), Print())[0] == plain, "the next patient's file has grown"


def test_a_letter_that_no_face_has_is_refused() -> None:
    with pytest.raises(MissingGlyph) as caught:
        Renderer().render(packet(patient_name="กขค"), Print())
    assert set(caught.value.characters) == set("กขค")


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_after_many_patients_nor_in_the_reference_renderer(tmp_path: Path) -> None:
    renderer = Renderer()
    paths = []
    for number, name in enumerate([*NAMES.values(), LONGEST]):
        for plan in ("discharge", "handout", "staff-sheet"):
            one = packet(plan, patient_name=name, surgeon=name, follow_up=name, replaces="SAMP-OLD2")
            paths.append(tmp_path / f"{plan}-{number}.pdf")
            paths[-1].write_bytes(renderer.render(one, Print())[0])
    looks = (Print(), Print(Paper.A4), Print(print_size=PrintSize.LARGE), Print(Paper.A4, PrintSize.LARGE))
    for number, (print_options, language) in enumerate(product(looks, ("en", "es"))):
        one = packet(drafts=True, language=language, patient_name=[*NAMES.values()][number])
        for kind, draw in (("product", renderer.render), ("reference", document.draw)):
            paths.append(tmp_path / f"{kind}-{number}.pdf")
            paths[-1].write_bytes(draw(one, print_options)[0])
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths) >= 80
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}
