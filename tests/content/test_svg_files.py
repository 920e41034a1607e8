"""Test that an SVG drawing prints as a browser shows it, and that no damaged file does anything but give a message."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter

from packets.content.pictures.picture_errors import PictureError
from packets.content.pictures.svg import read_svg
from packets.content.pictures.svg_style import IDENTITY, multiplied, transform
from packets.model.case import PrintOptions
from packets.model.filled_packet import Figure, FilledPacket, HeaderFooter, Title
from packets.pdf.renderer import Renderer
from tests.effort import examples

DRAWING = (Path(__file__).resolve().parent.parent / "pictures" / "heel-slide.svg").read_bytes()
TRICKY = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="10 20 240 160">
  <rect x="15" y="25" width="60" height="40" rx="12" fill="#0a3d61" stroke="gray" stroke-width="3"/>
  <path d="M90 30 A 25 15 30 1 0 140 40 L115 70 Z" fill="none" stroke="black" stroke-width="4" stroke-linejoin="bevel"/>
  <path d="M160,30h60v40h-60zM175,40h30v20h-30z" fill="rgb(200,30,30)" fill-rule="evenodd"/>
  <g transform="translate(20 90) rotate(-20) skewX(15) scale(1.2,.8)">
    <circle cx="30" cy="30" r="20" style="fill:hsl(120,50%,40%);stroke:navy;stroke-width:4"/>
    <polyline points="60,10 80,50 100,10 120,50" fill="none" stroke="#000" stroke-dasharray="8 4" stroke-width="3"/>
  </g>
  <path d="M150 110 Q 170 80 190 110 T 230 110 S 240 150 200 150 z" fill="teal"/>
  <line x1="20" y1="170" x2="300" y2="170" stroke="black" stroke-width="6" stroke-linecap="round"/>
  <ellipse cx="130" cy="150" rx="18" ry="8" transform="matrix(1 .3 -.3 1 45 -40)" fill="none" stroke="#333"/>
</svg>"""


def printed(svg: bytes) -> Image.Image:
    """Return the drawing as pdfium shows it in a packet, 960 pixels wide."""
    picture = read_svg(svg)
    figure = Figure(picture, "A drawing.", "Caption", 1)
    packet = FilledPacket("en", "Test", "", (Title("T", "S"), figure), HeaderFooter("", "", "", ""), ())
    data, _ = Renderer().render(packet, PrintOptions())
    page = pypdfium2.PdfDocument(data)[0]
    (drawn,) = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_FORM], max_depth=1)
    a, _, _, d, x, y = drawn.get_matrix().get()
    scale = 960 / a
    whole = page.render(scale=scale).to_pil().convert("RGB")
    top = whole.height - (y + d) * scale
    cropped: Image.Image = whole.crop((round(x * scale), round(top), round((x + a) * scale), round(top + d * scale)))
    return cropped


@pytest.mark.browser
@pytest.mark.parametrize("svg", [DRAWING, TRICKY], ids=["heel slide", "tricky"])
def test_a_drawing_prints_as_a_browser_shows_it(svg: bytes) -> None:
    from playwright.sync_api import sync_playwright

    ours = printed(svg)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 960, "height": ours.height})
        start = (
            svg[svg.index(b"<svg") :].decode().replace("<svg ", '<svg style="width:960px;height:auto;display:block" ')
        )
        page.set_content(f"<body style='margin:0'>{start}</body>")
        theirs = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        browser.close()
    difference = ImageChops.difference(ours, theirs.crop((0, 0, *ours.size))).convert("L")
    inner = difference.filter(ImageFilter.MinFilter(5))  # edges are smoothed differently; areas are not
    assert max(place for place, count in enumerate(inner.histogram()) if count) < 40


@given(st.data())
@settings(max_examples=examples(400), deadline=None)
def test_a_damaged_drawing_gives_a_message_or_a_picture(data: st.DataObject) -> None:
    svg = data.draw(st.sampled_from((DRAWING, TRICKY)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(svg) - 1))
        new = data.draw(
            st.sampled_from((b"", b"<", b">", b'"', b"9999999", b"-", b"e", b" ", b"NaN", b"1e308", b"\xff", b"("))
        )
        svg = svg[:place] + new + svg[place + data.draw(st.integers(0, 3)) :]
    try:
        picture = read_svg(svg)
    except PictureError as error:
        assert error.problems and all(fault.message and fault.hint for fault in error.problems)
    else:
        assert picture.shapes and picture.width > 0


NUMBERS = st.floats(-50, 50, allow_nan=False).map(lambda value: round(value, 3))


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4))
def test_transforms_are_applied_from_the_last_to_the_first(moves: list[tuple[float, float]]) -> None:
    text = " ".join(f"translate({x} {y})" for x, y in moves)
    found = transform(f"scale(2) {text}")
    x, y = sum(x for x, _ in moves), sum(y for _, y in moves)
    assert found == pytest.approx((2, 0, 0, 2, 2 * x, 2 * y))
    assert multiplied(found, IDENTITY) == found
