"""Test that a packet filled into a cached template has the same pages as one that is laid out from scratch."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pikepdf
import pypdfium2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket
from packets.pdf.file_id import digest_matches
from packets.pdf.renderer import Renderer
from packets.verify.proof import verify_packet
from tests.effort import examples
from tests.instruments import structure
from tests.pdf.cases import PRINT_OPTIONS, packets
from tests.reference_renderer import document
from tests.samples import NAMES, packet

USED = Renderer()  # its cache holds templates of all packets that the tests below rendered before
many_examples = settings(
    max_examples=examples(120), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
few_examples = settings(
    max_examples=examples(25), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@given(packets(), PRINT_OPTIONS)
@many_examples
def test_a_used_renderer_and_a_new_one_give_the_same_bytes(filled: FilledPacket, print_options: PrintOptions) -> None:
    """A new renderer lays out every packet from scratch, so equal bytes prove that the cache changes nothing."""
    assert USED.render(filled, print_options) == Renderer().render(filled, print_options)


@given(st.lists(packets("discharge"), min_size=2, max_size=4), PRINT_OPTIONS)
@settings(few_examples, max_examples=examples(15))
def test_the_order_of_the_patients_makes_no_difference(
    filled_packets: list[FilledPacket], print_options: PrintOptions
) -> None:
    first, second = Renderer(), Renderer()
    files = [first.render(filled, print_options) for filled in filled_packets]
    assert [second.render(filled, print_options) for filled in reversed(filled_packets)] == files[::-1]


@cache
def characters(data: bytes) -> list[list[tuple[str, list[float]]]]:
    """Return the characters of each page with their boxes, as pdfium finds them."""
    pages = []
    for page in pypdfium2.PdfDocument(data):
        text = page.get_textpage()
        boxes = []
        for index in range(text.count_chars()):
            character = text.get_text_range(index, 1).replace("\xa0", " ").replace("\u00ad", "-").replace("\x02", "-")
            if character.strip():  # the reference renderer does not position joining spaces separately
                boxes.append((character, list(text.get_charbox(index, loose=True))))
        pages.append(boxes)
    return pages


def document_data(data: bytes) -> dict[str, Any]:
    """Return what a file holds besides its page contents: bookmarks, links, metadata, page sizes."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        with pdf.open_outline() as outline:
            bookmarks = [(top.title, [child.title for child in top.children]) for top in outline.root]
        links = [
            (number, str(link.A.URI), str(link.Contents), [round(float(v), 1) for v in link.Rect])
            for number, page in enumerate(pdf.pages)
            for link in page.get("/Annots", [])
        ]
        keys = ("/Lang", "/PageMode", "/MarkInfo", "/ViewerPreferences")
        return {
            "bookmarks": bookmarks,
            "links": links,
            "information": {key: str(value) for key, value in pdf.docinfo.items()},
            "xmp": pdf.Root.Metadata.read_bytes(),
            "root": {key: str(pdf.Root[key]) for key in keys},
            "sizes": [[round(float(side), 2) for side in page.MediaBox] for page in pdf.pages],
        }


@given(packets(), PRINT_OPTIONS)
@settings(few_examples, max_examples=examples(100))
def test_reportlab_draws_the_same_characters_in_the_same_places(
    filled: FilledPacket, print_options: PrintOptions
) -> None:
    """Compare with an independent PDF writer: the same layout drawn on reportlab's canvas."""
    product, pages = USED.render(filled, print_options, author="Sample Clinic")
    reference, reference_pages = document.draw(filled, print_options, author="Sample Clinic")
    assert pages == reference_pages
    assert document_data(product) == document_data(reference)
    for page, reference_page in zip(characters(product), characters(reference), strict=True):
        assert [character for character, _ in page] == [character for character, _ in reference_page]
        for (_, box), (_, expected) in zip(page, reference_page, strict=True):
            assert all(abs(a - b) <= 0.01 for a, b in zip(box, expected, strict=True)), (box, expected)


def rows(data: bytes) -> list[tuple[Any, ...]]:
    tree = structure.read(data)
    assert tree.errors == []
    return [(row.depth, row.role, row.alt, row.text.replace("\xa0", " "), row.links) for row in tree.rows]


@given(packets(), PRINT_OPTIONS)
@few_examples
def test_the_structure_tree_is_the_same(filled: FilledPacket, print_options: PrintOptions) -> None:
    assert rows(USED.render(filled, print_options)[0]) == rows(document.draw(filled, print_options)[0])


def test_the_pages_look_the_same() -> None:
    """Compare the files of both writers pixel by pixel, as pdfium draws them."""
    compared = 0
    for name in NAMES.values():
        filled = packet(patient_name=name)
        files = [pypdfium2.PdfDocument(draw(filled, PrintOptions())[0]) for draw in (USED.render, document.draw)]
        for number in range(len(files[1])):
            images = [file[number].render(scale=1.5).to_pil().convert("L") for file in files]
            _, largest = ImageChops.difference(*images).getextrema()
            assert isinstance(largest, int) and largest == 0, (name, number, largest)
            compared += 1
    assert compared >= 27


@given(packets(), PRINT_OPTIONS)
@few_examples
def test_every_file_has_a_valid_digest_and_is_verified(filled: FilledPacket, print_options: PrintOptions) -> None:
    data, pages = USED.render(filled, print_options)
    assert digest_matches(data)
    verify_packet(data, filled, pages)
