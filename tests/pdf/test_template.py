"""Test when a template is reused or created, and how letters beyond the base set are rendered."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from packets.layout.fonts import MissingGlyphError
from packets.model import filled_packet
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.pdf.renderer import Renderer
from packets.verify.extract_text import read, without_whitespace
from packets.verify.proof import verify_packet
from tests.instruments import verapdf
from tests.reference_renderer import document
from tests.samples import LONGEST, NAMES, packet


def template_count(renderer: Renderer) -> int:
    return len(renderer._templates)


def test_similar_patients_share_a_template() -> None:
    renderer = Renderer()
    for number in range(20):
        day = dt.date(2026, 1, 1) + dt.timedelta(days=17 * number)
        renderer.render(
            packet(patient_name=f"Sample Number {number}", surgery_date=day, packet_id=f"SAMP-{number}"), PrintOptions()
        )
    assert template_count(renderer) <= 3


def test_a_different_layout_or_different_shared_text_needs_a_new_template() -> None:
    renderer = Renderer()
    plain = packet()
    filled_packets = [plain, packet(patient_name=LONGEST), packet(answers={"collar": "no"}), packet("handout")]
    other = replace(plain.header_footer, bottom_left="Another footer")
    filled_packets.append(replace(plain, header_footer=other))
    for count, filled in enumerate(filled_packets, 1):
        renderer.render(filled, PrintOptions())
        assert template_count(renderer) == count
    renderer.render(plain, PrintOptions(print_size=PrintSize.LARGE))
    assert template_count(renderer) == len(filled_packets) + 1


def test_a_block_that_is_not_marked_as_personal_is_part_of_the_key() -> None:
    """Shared text is part of the template's key, so that no packet gets the shared text of another."""
    renderer = Renderer()
    plain = packet()
    for ordinal in ("first", "second"):
        paragraph = filled_packet.Paragraph((filled_packet.Span(f"The {ordinal} patient's own words"),))
        filled = replace(plain, blocks=(*plain.blocks[:2], paragraph, *plain.blocks[2:]))
        data, pages = renderer.render(filled, PrintOptions())
        verify_packet(data, filled, pages)
    assert template_count(renderer) == 2


def test_a_full_cache_does_not_change_the_files() -> None:
    large, small = Renderer(), Renderer(max_templates=1, max_blocks=2)
    for _ in range(2):
        for name in NAMES.values():
            filled = packet(patient_name=name)
            assert small.render(filled, PrintOptions()) == large.render(filled, PrintOptions())


@pytest.mark.parametrize("kind", ["Vietnamese", "Polish", "Cyrillic", "Greek"])
def test_letters_beyond_the_base_set_are_printed(kind: str) -> None:
    renderer = Renderer()
    plain, _ = renderer.render(packet(), PrintOptions())
    filled = packet(patient_name=NAMES[kind])
    data, pages = renderer.render(filled, PrintOptions())
    verify_packet(data, filled, pages)
    assert without_whitespace(NAMES[kind]) in without_whitespace(read(data)[0])
    assert renderer.render(packet(), PrintOptions())[0] == plain, "the next patient's file also has these letters"


def test_a_letter_that_no_font_has_is_refused() -> None:
    with pytest.raises(MissingGlyphError) as caught:
        Renderer().render(packet(patient_name="กขค"), PrintOptions())
    assert set(caught.value.characters) == set("กขค")


@pytest.mark.system("verapdf")
def test_verapdf_accepts_files_of_a_used_renderer_and_of_the_reference_renderer(tmp_path: Path) -> None:
    renderer = Renderer()
    paths = []
    for number, name in enumerate([*NAMES.values(), LONGEST]):
        for plan in ("discharge", "handout", "staff-sheet"):
            filled = packet(plan, patient_name=name, surgeon=name, follow_up=name, replaces="SAMP-OLD2")
            paths.append(tmp_path / f"{plan}-{number}.pdf")
            paths[-1].write_bytes(renderer.render(filled, PrintOptions())[0])
    all_print_options = (
        PrintOptions(),
        PrintOptions(Paper.A4),
        PrintOptions(print_size=PrintSize.LARGE),
        PrintOptions(Paper.A4, PrintSize.LARGE),
    )
    for number, (print_options, language) in enumerate(product(all_print_options, ("en", "es"))):
        filled = packet(drafts=True, language=language, patient_name=[*NAMES.values()][number])
        for kind, draw in (("product", renderer.render), ("reference", document.draw)):
            paths.append(tmp_path / f"{kind}-{number}.pdf")
            paths[-1].write_bytes(draw(filled, print_options)[0])
    verdicts = verapdf.validate(paths)
    assert len(verdicts) == 2 * len(paths) >= 80
    assert {key: verdict.failures for key, verdict in verdicts.items() if not verdict.passed} == {}
