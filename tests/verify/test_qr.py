"""Test the QR code as a phone reads it from the printed page."""

from __future__ import annotations

import re

import pytest

from packets.layout import qr
from packets.layout.page import MM, page_for
from packets.model.case import PrintOptions
from packets.model.filled_packet import HelpStrip
from tests.effort import is_quick, spread
from tests.instruments import pictures
from tests.verify.conftest import PRINT_OPTIONS, SITE, Variants


def test_the_code_decodes_from_a_gray_150_dpi_print_in_every_profile(variants: Variants) -> None:
    seen = 0
    with_code = [
        (name, variant)
        for name, variant in variants.items()
        if any(isinstance(block, HelpStrip) for block in variant[0].blocks)
    ]
    for name, (_, pdf, path) in spread(with_code, quick=5):
        codes = [
            code for number in range(1, pdf.pages + 1) for code in pictures.decode_qr(pictures.picture(path, number))
        ]
        assert codes == [SITE if "web" in name else "tel:+1-816-363-2500"], name
        seen += 1
    assert seen >= (4 if is_quick() else 60)


def boxes(payload: str, side: float) -> list[tuple[float, float, float, float]]:
    """Return the dark rectangles of a page, from the operators that draw them."""
    source = qr.squares(payload, 0, 0, side)
    across, _, _, up, left, top = map(float, source.split(" cm")[0].removeprefix("q ").split())
    rectangles = []
    for x, y, width, height in re.findall(r"(\d+) (\d+) (\d+) (\d+) re", source):
        x0, y0 = left + int(x) * across, top + (int(y) + int(height)) * up
        rectangles.append((x0, y0, x0 + int(width) * across, y0 - int(height) * up))
    return rectangles


@pytest.mark.parametrize("print_options", PRINT_OPTIONS, ids=str)
@pytest.mark.parametrize("payload", ["tel:+1-816-363-2500", "https://clinic.example.org/appointments/request"])
def test_the_symbol_is_25_mm_and_has_its_quiet_zone(print_options: PrintOptions, payload: str) -> None:
    page = page_for(print_options)
    dark = boxes(payload, page.qr)
    left, right = min(box[0] for box in dark), max(box[2] for box in dark)
    modules = len(qr.symbol(payload))
    module = page.qr / (modules + 8)
    assert right - left >= 25 * MM
    assert left >= 4 * module - 0.001 and page.qr - right >= 4 * module - 0.001


def test_the_modules_match_the_librarys_symbol() -> None:
    payload = "tel:+1-816-363-2500"
    rows = qr.symbol(payload)
    size = len(rows) + 8
    dark = {(x, size - 1 - round(y0)) for x0, y0, x1, _ in boxes(payload, size) for x in range(round(x0), round(x1))}
    assert dark == {(x + 4, y + 4) for y, row in enumerate(rows) for x, module in enumerate(row) if module == "1"}
