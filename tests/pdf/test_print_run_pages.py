"""Test that a print run has each packet's own pages, and what several packets share only once."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf

from packets.model.case import PrintOptions
from packets.pdf import own_file
from packets.pdf.extract import extract_pages
from packets.pdf.merge import PdfMerger
from packets.pdf.renderer import Renderer
from tests.samples import NAMES, packet

PEOPLE = ("Rosa Martinez", "Ada Abel", "Bruno Brandt", NAMES["Vietnamese"], "Xi", "علي محمد", "Carla Costa")


def merged(files: Sequence[bytes]) -> bytes:
    out = io.BytesIO()
    merger = PdfMerger(out, "Print run")
    for data in files:
        merger.append(extract_pages(data))
    merger.close()
    return out.getvalue()


def pages(data: bytes) -> list[bytes]:
    """Return the decompressed content of each page."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [b"".join(stream.read_bytes() for stream in page.Contents) for page in pdf.pages]


def saved_by_pikepdf(data: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, static_id=True)
    return out.getvalue()


def test_each_packet_of_a_print_run_has_its_own_pages() -> None:
    renderer = Renderer()
    files = [renderer.render(packet(patient_name=name), PrintOptions())[0] for name in PEOPLE]
    expected = [page for data in files for page in pages(data)]
    assert len(set(expected)) == len(expected)
    assert pages(merged(files)) == expected
    assert pages(merged([*map(saved_by_pikepdf, files[:2]), *files[2:]])) == expected
    assert merged(files) == merged(files)
    assert own_file.split(files[0].partition(b"startxref")[0]) is None  # cut short


def test_what_packets_have_in_common_is_in_a_print_run_once() -> None:
    renderer = Renderer()
    files = [
        renderer.render(packet(patient_name=f"Patient Number {number}"), PrintOptions())[0] for number in range(10, 30)
    ]
    bytes_a_packet = (len(merged(files)) - len(merged(files[:10]))) / 10
    assert bytes_a_packet < 4000
