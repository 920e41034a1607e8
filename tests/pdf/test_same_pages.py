"""The engine's proof: a packet filled into a shape that another patient made is the packet laid out from the start."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pikepdf
import pypdfium2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from packets.model.case import Print
from packets.model.filled_packet import FilledPacket
from packets.pdf.file_id import digest_matches
from packets.pdf.renderer import Renderer
from packets.verify.proof import verify_packet
from tests.effort import examples
from tests.instruments import structure
from tests.pdf.cases import LOOKS, packets
from tests.reference_renderer import document
from tests.samples import NAMES, packet

FIRST = Renderer()  # has seen every packet of this module before
many = settings(max_examples=examples(120), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
some = settings(max_examples=examples(25), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@given(packets(), LOOKS)
@many
def test_a_press_that_has_seen_others_and_a_new_one_give_the_same_bytes(
    one: FilledPacket, print_options: Print
) -> None:
    """The ordinary layout is what a new press does; so this is every sentence of "the same pages" at once."""
    assert FIRST.render(one, print_options) == Renderer().render(one, print_options)


@given(st.lists(packets("discharge"), min_size=2, max_size=4), LOOKS)
@settings(some, max_examples=examples(15))
def test_the_order_of_the_patients_makes_no_difference(several: list[FilledPacket], print_options: Print) -> None:
    forth, back = Renderer(), Renderer()
    there = [forth.render(one, print_options) for one in several]
    assert [back.render(one, print_options) for one in reversed(several)] == there[::-1]


@cache
def placed(data: bytes) -> list[list[tuple[str, list[float], float]]]:
    """On each page every sign with its place and size, as pdfium finds them."""
    pages = []
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        signs = []
        for place in range(text.count_chars()):
            sign = text.get_text_range(place, 1).replace("\xa0", " ").replace("\u00ad", "-").replace("\x02", "-")
            if sign.strip():  # the other writer has no place of its own for the space that joins
                signs.append((sign, list(text.get_charbox(place, loose=True)), 0.0))
        pages.append(signs)
    return pages


def told(data: bytes) -> dict[str, Any]:
    """Everything a file says beside its pages."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        with pdf.open_outline() as outline:
            marks = [(top.title, [child.title for child in top.children]) for top in outline.root]
        links = [
            (number, str(link.A.URI), str(link.Contents), [round(float(v), 1) for v in link.Rect])
            for number, page in enumerate(pdf.pages)
            for link in page.get("/Annots", [])
        ]
        keys = ("/Lang", "/PageMode", "/MarkInfo", "/ViewerPreferences")
        return {
            "marks": marks,
            "links": links,
            "information": {key: str(value) for key, value in pdf.docinfo.items()},
            "xmp": pdf.Root.Metadata.read_bytes(),
            "root": {key: str(pdf.Root[key]) for key in keys},
            "sizes": [[round(float(side), 2) for side in page.MediaBox] for page in pdf.pages],
        }


@given(packets(), LOOKS)
@settings(some, max_examples=examples(100))
def test_reportlab_draws_the_same_signs_at_the_same_places(one: FilledPacket, print_options: Print) -> None:
    """Against another writer altogether: the same layout on reportlab's canvas."""
    ours, pages = FIRST.render(one, print_options, author="Sample Clinic")
    theirs, count = document.draw(one, print_options, author="Sample Clinic")
    assert pages == count
    assert told(ours) == told(theirs)
    for mine, other in zip(placed(ours), placed(theirs), strict=True):
        assert [sign for sign, _, _ in mine] == [sign for sign, _, _ in other]
        for (_, box, _), (_, known, _) in zip(mine, other, strict=True):
            assert all(abs(a - b) <= 0.01 for a, b in zip(box, known, strict=True)), (box, known)


def rows(data: bytes) -> list[tuple[Any, ...]]:
    tree = structure.read(data)
    assert tree.faults == []
    return [(row.depth, row.role, row.alt, row.text.replace("\xa0", " "), row.links) for row in tree.rows]


@given(packets(), LOOKS)
@some
def test_the_structure_tree_is_the_same(one: FilledPacket, print_options: Print) -> None:
    assert rows(FIRST.render(one, print_options)[0]) == rows(document.draw(one, print_options)[0])


def test_the_pages_look_the_same() -> None:
    """Pixel by pixel, drawn by pdfium from two writers."""
    compared = 0
    for name in NAMES.values():
        one = packet(patient_name=name)
        mine, theirs = (pypdfium2.PdfDocument(make(one, Print())[0]) for make in (FIRST.render, document.draw))
        for number in range(len(theirs)):
            pictures = [file[number].render(scale=1.5).to_pil().convert("L") for file in (mine, theirs)]
            _, high = ImageChops.difference(*pictures).getextrema()
            assert isinstance(high, int) and high == 0, (name, number, high)
            compared += 1
    assert compared >= 27


@given(packets(), LOOKS)
@some
def test_what_the_engine_makes_is_sealed_and_proved(one: FilledPacket, print_options: Print) -> None:
    data, pages = FIRST.render(one, print_options)
    assert digest_matches(data)
    verify_packet(data, one, pages)
