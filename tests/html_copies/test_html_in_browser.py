"""Test the HTML copy in Chromium: accessibility, narrow screens, large text, and what it prints."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from packets.model.case import PrintOptions, PrintSize
from packets.model.filled_packet import Booking, HelpStrip
from packets.verified_html import render_html
from packets.verify.extract_text import without_whitespace
from tests.effort import spread
from tests.html_copies.copies import VARIANTS, arabic_packet, sample_copy
from tests.pages.variants import Variant
from tests.samples import packet
from tests.verify.test_blocks import filled
from tests.web.test_browser import CHROMIUM, FLAGS, PATIENCE_MS, axe

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
pytestmark = pytest.mark.browser

SHOWN = [each for each in VARIANTS if each.patient != "birth date"][::5]
PHONE, LAPTOP = 320, 1280  # pixels: WCAG 2.2 1.4.10 asks for 320


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Return a function that opens a copy from a file; what it asks for or complains about fails the test."""
    pages: list[Any] = []
    heard: list[str] = []

    def show(data: bytes, width: int = LAPTOP) -> Any:
        file = tmp_path / f"{len(pages)}.html"
        file.write_bytes(data)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: heard.append(message.text))
        page.on("request", lambda asked: None if asked.url.startswith(("file:", "data:")) else heard.append(asked.url))
        page.goto(file.as_uri())
        pages.append(page)
        return page

    yield show
    for page in pages:
        page.close()
    assert heard == []


def copies(tmp_path: Path) -> dict[str, bytes]:
    blocks = filled(tmp_path / "blocks", answers={"collar": "yes"})
    return {
        "arabic": render_html([arabic_packet(tmp_path / "arabic")], PrintOptions()),
        "every kind of block": render_html([blocks], PrintOptions()),
        "large print": render_html([blocks], PrintOptions(print_size=PrintSize.LARGE)),
    }


@pytest.mark.parametrize("variant", spread(SHOWN, 4), ids=str)
@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(show: Any, variant: Variant, width: int) -> None:
    page = show(sample_copy(variant)[1], width)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert cut_texts(page) == []


@pytest.mark.parametrize("width", [PHONE, LAPTOP // 2])  # at 200 % a laptop has half as many pixels
def test_other_languages_and_every_block_fit_and_axe_finds_nothing(show: Any, tmp_path: Path, width: int) -> None:
    for name, data in copies(tmp_path).items():
        page = show(data, width)
        assert axe(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        assert cut_texts(page) == [], name


def cut_texts(page: Any) -> list[str]:
    """Return the texts that end outside the box that cuts them; a table may be scrolled."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("p, li, dd, dt, h1, h2, h3, th, td, figcaption")]
                .filter((e) => !e.closest(".scroll") && !e.closest(".dates thead"))
                .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth)
                .map((e) => e.textContent.slice(0, 40))"""
        )
    )


def test_a_screen_reader_finds_headings_tables_and_the_names_of_pictures(show: Any) -> None:
    variant = next(each for each in VARIANTS if "total-knee-replacement en" in str(each))
    for width in (PHONE, LAPTOP):
        page = show(sample_copy(variant)[1], width)
        levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map((e) => Number(e.tagName[1]))")
        assert levels[0] == 1 and all(later - earlier <= 1 for earlier, later in pairwise(levels))
        dates = page.get_by_role("table").first
        assert dates.get_by_role("columnheader").all_inner_texts() == ["When", "What", "Kind"]
        row = dates.get_by_role("row").nth(1)
        assert row.get_by_role("rowheader").count() == 1 and row.get_by_role("cell").count() == 2
        assert page.get_by_role("img", name="QR code").count() == 1


def test_the_style_sheet_passes_the_policy_and_a_script_does_not(show: Any, browser: Any, tmp_path: Path) -> None:
    data = render_html([packet()], PrintOptions())
    page = show(data)
    assert page.evaluate("getComputedStyle(document.querySelector('h2')).color") == "rgb(10, 61, 97)"
    file = tmp_path / "attacked.html"
    file.write_bytes(
        data.replace(b"<h1>", b"<script>document.title='run'</script><img src='https://example.org/a.png'><h1>")
    )
    page = browser.new_page()
    asked: list[str] = []
    page.on("requestfinished", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert page.title() != "run" and asked == [file.as_uri()]
    page.close()


def test_the_qr_code_opens_what_the_packet_says(show: Any) -> None:
    import zxingcpp
    from PIL import Image

    shown = [each for each in VARIANTS if str(each).startswith(("cervical-foraminotomy en", "colonoscopy en"))]
    assert shown
    for variant in shown[::4]:
        packets, data = sample_copy(variant)
        strips = [block for block in packets[0].blocks if isinstance(block, Booking | HelpStrip)]
        for strip in strips:
            picture = show(data).locator(".qr").first.screenshot()
            (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
            assert code.text == strip.qr_payload


@pytest.mark.parametrize("print_size", PrintSize)
@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_every_printed_page_shows_whose_it_is(show: Any, print_size: PrintSize, paper: str, tmp_path: Path) -> None:
    import pypdfium2

    filled_packet = packet()
    page = show(render_html([filled_packet], PrintOptions(print_size=print_size)))
    document = pypdfium2.PdfDocument(io.BytesIO(page.pdf(format=paper)))
    texts = [without_whitespace(each.get_textpage().get_text_range()) for each in document]
    document.close()
    assert len(texts) > 2
    header = filled_packet.header_footer
    for number, text in enumerate(texts, 1):
        for expected in (header.top_left, header.top_right, header.bottom_left, f"{number}/{len(texts)}"):
            assert without_whitespace(expected) in text, (number, expected)
    everything = "".join(texts)
    for date in filled_packet.dates:
        assert without_whitespace(date) in everything, date


def test_the_browser_reads_the_same_words_as_the_proof(show: Any) -> None:
    """The proof reads with Python's parser; a browser must build the same page from the same bytes."""
    markup = packet(patient_name="Rosa <b>O’Neil</b> & Söhne", follow_up="</p><script>alert(1)</script>")
    page = show(render_html([markup], PrintOptions()))
    assert page.locator("h1, h2, h3").count() > 4 and page.locator("b, script").count() == 0
    assert page.get_by_text("Rosa <b>O’Neil</b> & Söhne", exact=True).count() == 1
    assert json.loads(page.evaluate("JSON.stringify(document.title)")) == markup.title
