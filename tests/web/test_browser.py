"""Test the web form in Chromium, by keyboard and mouse, with axe-core for accessibility."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import threading
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from packets.batch.run import run_batch
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from packets.web.server import WebServer
from tests.batch.day import Day, as_csv, patient
from tests.clock import NOW
from tests.mail.conftest import authority, mail_content  # noqa: F401  fixtures
from tests.mail.day import MailDay
from tests.programs import AXE
from tests.samples import CONTENT, LONGEST
from tests.web.conftest import Serve
from tests.web.test_guard import Clock
from tests.web.test_mail import Office, office  # noqa: F401  a fixture
from tests.web.test_outbox import day, made  # noqa: F401  fixtures

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.browser

CHECKOUT = Path(__file__).resolve().parents[2]
PICTURES = CHECKOUT / "docs/pictures"
FLAGS = [
    "--headless",
    "--no-sandbox",  # chromium asks for it where tests run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FORM = "/procedures/cervical-foraminotomy"
PATIENCE_MS = 60_000  # a machine may be busy with something else


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a copy of the content with one procedure in every language, as the pictures show it."""
    others = shutil.ignore_patterns("anterior-*", "lumbar-*")
    return Path(shutil.copytree(CONTENT, tmp_path / "content", ignore=others))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Tab:
    """A browser tab with an open session; it records requests and console messages."""

    def __init__(self, context: Any, page: WebServer) -> None:
        context.set_default_timeout(PATIENCE_MS)
        self.context = context
        self.page = page
        self.origin = f"http://127.0.0.1:{page.port}"
        self.asked: list[str] = []
        self.complaints: list[str] = []
        # The frame that is printed is recorded: a browser without a screen has no print dialog.
        context.add_init_script("window.print = () => { window.parent.printedFrame = location.href; };")
        context.on("request", lambda request: self.asked.append(request.url))
        self.on = context.new_page()
        self.on.on("console", lambda message: self.complaints.append(message.text))
        self.on.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.on.goto(page.link())
        self.on.goto(self.origin + FORM)

    def label(self, text: str) -> Any:
        return self.on.get_by_label(text)

    def fill(self, **changes: str) -> None:
        typed = {
            "Patient’s name": "Rosa Sample",
            "Record number": "00418823",
            "Surgery date": "2026-12-07",
            "Surgeon": "Dr. Jane Sample",
        } | {name.replace("_", " "): text for name, text in changes.items()}
        for label, text in typed.items():
            self.box(label).fill(text)
        self.on.get_by_role("radio", name="Yes").check()

    def box(self, label: str) -> Any:
        """Return a text field; one with suggestions is a combobox."""
        return self.on.get_by_role("textbox", name=label).or_(self.on.get_by_role("combobox", name=label))

    def more(self) -> None:
        """Open the rare fields."""
        if not self.on.locator("#more").get_attribute("open"):
            self.on.locator("#more summary").click()

    def perform(self) -> None:
        self.more()
        self.on.get_by_role("radio", name="Performed").check()

    def printed(self) -> str:
        """Press Print, and return the address of the frame that the browser was asked to print."""
        self.on.get_by_role("link", name="Print", exact=True).click()
        wait_until(self.on, "window.printedFrame")
        return str(self.on.evaluate("window.printedFrame"))

    def press(self, name: str) -> None:
        """Press a button and wait for the next page."""
        with self.on.expect_navigation():
            self.on.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Click the last link with this name and wait for its page."""
        with self.on.expect_navigation():
            self.on.get_by_role("link", name=name, exact=True).last.click()

    def pdf(self, name: str = "Print") -> bytes:
        """Return the PDF that the browser's viewer gets."""
        address = self.on.get_by_role("link", name=name, exact=True).get_attribute("href")
        answer = self.context.request.get(self.origin + address, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.ok and answer.headers["content-disposition"].startswith("inline; ")
        return bytes(answer.body())

    def words(self) -> str:
        return re.sub(r"\s+", " ", self.on.locator("body").inner_text())


@pytest.fixture
def tab(browser: Any, page: WebServer) -> Iterator[Tab]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = Tab(context, page)
    yield tab
    context.close()
    # Chromium's PDF viewer is an extension that loads its own files.
    inside = (tab.origin, "data:", "chrome-extension:", "chrome://")
    outside = [url for url in tab.asked if not url.startswith(inside)]
    assert outside == [], "nothing from elsewhere is loaded"
    # A key that was pressed while the page was loading wins over the field that gets the focus first.
    expected = ("status of 4", "Autofocus processing was blocked")
    assert [text for text in tab.complaints if not any(words in text for words in expected)] == []


def wait_until(on: Any, expression: str) -> None:
    """Wait until a script is true. The page's security policy refuses `wait_for_function`."""
    for _ in range(PATIENCE_MS // 50):
        if on.evaluate(expression):
            return
        on.wait_for_timeout(50)
    raise AssertionError(expression)


def axe(on: Any) -> list[str]:
    """Return every violation with its first element."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed. Type: make test-all")
    on.evaluate(AXE.read_text("utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    result = on.evaluate("(tags) => axe.run(document, {runOnly: tags})", rules)
    assert len(result["passes"]) > 15, "axe checked the page"
    return [f"{violation['id']}: {violation['nodes'][0]['html'][:200]}" for violation in result["violations"]]


def save_screenshot(on: Any, name: str, update: bool, *, last: str) -> None:
    """Save a picture for docs/for-nurses.md, from the top to the end of the element `last`, with --update-golden.

    64 colors keep the file small.
    """
    from PIL import Image

    on.evaluate("scrollTo(0, 0)")
    box = on.locator(last).first.bounding_box()
    bar = on.locator(".bar")  # covers the bottom of the window
    covered = bar.bounding_box()["height"] if bar.count() else 0
    on.set_viewport_size({"width": 1280, "height": round(box["y"] + box["height"] + covered) + 14})
    on.wait_for_function("[...document.images].every(image => image.complete)")
    data = on.screenshot()
    if not update:
        assert (PICTURES / name).exists(), "docs/for-nurses.md shows it: run this test with --update-golden"
        return
    picture = (
        Image.open(BytesIO(data)).convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    picture.save(PICTURES / name, optimize=True)


# one packet


def test_a_packet_takes_six_tabs_or_three_clicks(tab: Tab) -> None:
    keys, seen = tab.on.keyboard, 0
    tab.on.set_viewport_size({"width": 1366, "height": 768})
    typed = {"patient_name": "Rosa Sample", "mrn": "00418823", "surgery_date": "2026-12-07"}
    typed |= {"surgeon": "Dr. Jane Sample", "collar": " "}

    def fill_in(*names: str) -> None:
        nonlocal seen
        for name in names:
            while tab.on.evaluate("document.activeElement.name") != name:
                keys.press("Tab")
                seen += 1
                assert seen < 30, name
            keys.type(typed[name])

    assert tab.on.title() == "Cervical Foraminotomy"
    for name in ("Make", "Yes"):
        box = tab.on.locator("#make" if name == "Make" else "#collar-yes").bounding_box()
        assert box["y"] + box["height"] <= 768, f"{name} is in sight"
    fill_in("patient_name", "mrn", "surgery_date", "surgeon", "collar")
    assert seen == 6
    with tab.on.expect_navigation():
        keys.press("Enter")
    tab.on.wait_for_selector(".pages img")
    assert tab.on.evaluate("document.activeElement.id") in ("made", "")
    data = tab.pdf()
    assert inspect(data, CONTENT) == 3
    assert without_whitespace(
        "Your surgeon has advised you to wear a soft neck (cervical) collar."
    ) in without_whitespace(read(data)[0])
    assert without_whitespace("Rosa Sample") in without_whitespace(read(data)[0])
    keys.press("Control+p")
    wait_until(tab.on, "window.printedFrame")
    address = tab.on.get_by_role("link", name="Print", exact=True).get_attribute("href")
    assert tab.on.evaluate("window.printedFrame") == tab.origin + address and len(tab.context.pages) == 1
    keys.press("Tab")
    assert tab.on.evaluate("document.activeElement.textContent") == "Print"
    # with the mouse: the next patient has the same date and surgeon
    tab.follow("Next patient")
    assert tab.box("Surgery date").input_value() == "2026-12-07"
    assert tab.on.get_by_text("From the last patient: check that this is the right date").is_visible()
    fill_in("patient_name", "mrn")
    tab.on.get_by_text("Undecided").click()
    tab.on.get_by_text("The surgeon may advise you to wear a soft neck (cervical) collar.").wait_for()
    tab.press("Make")
    assert tab.printed().endswith(".pdf") and len(tab.context.pages) == 1
    tab.on.goto(tab.origin + "/schedule")
    keys.press("Tab")
    assert tab.on.evaluate("document.activeElement.textContent") == "Skip to main content"
    keys.press("Enter")
    keys.press("Tab")
    assert tab.on.evaluate("document.activeElement.closest('main') !== null")


def test_the_arrow_keys_move_between_the_buttons_of_a_date(tab: Tab) -> None:
    tab.box("Surgery date").focus()
    for key, name in (
        ("Tab", "Yesterday: surgery date"),
        ("ArrowRight", "Today: surgery date"),
        ("ArrowRight", "Calendar for surgery date"),
        ("ArrowRight", "Yesterday: surgery date"),
        ("ArrowLeft", "Calendar for surgery date"),
        ("ArrowLeft", "Today: surgery date"),
    ):
        tab.on.keyboard.press(key)
        assert tab.on.evaluate("document.activeElement.getAttribute('aria-label')") == name
    tab.on.keyboard.press("Enter")
    tab.on.locator("#surgery_date-words").get_by_text("Tuesday, December 8, 2026, today").wait_for()
    assert axe(tab.on) == []


def test_a_page_can_be_enlarged(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    preview = tab.on.locator(".pages img").first.bounding_box()["width"]
    tab.on.get_by_role("link", name="Page 3", exact=True).click()
    tab.on.get_by_role("link", name="Enlarge page 2").focus()
    tab.on.keyboard.press("Enter")
    enlarged = tab.on.get_by_role("dialog").get_by_role("img")
    assert str(enlarged.get_attribute("alt")).startswith("Page 2 of 3")
    assert enlarged.bounding_box()["width"] > 2 * preview and axe(tab.on) == []
    tab.on.get_by_role("button", name="Next").click()
    assert str(enlarged.get_attribute("alt")).startswith("Page 3 of 3")
    assert tab.on.get_by_role("button", name="Next").is_disabled()
    tab.on.keyboard.press("Escape")
    assert tab.on.get_by_role("dialog").count() == 0
    assert tab.on.evaluate("document.activeElement.getAttribute('aria-label')") == "Enlarge page 2"


def test_recovery_dates_appear_while_the_date_is_typed(tab: Tab) -> None:
    dates = tab.on.locator("#dates")
    assert "1 to 2 weeks after surgery" in dates.inner_text() and "2027" not in dates.inner_text()
    tab.box("Surgery date").press_sequentially("2026-12-07")
    dates.get_by_text("By Monday, January 4, 2027").wait_for()
    tab.box("Surgery date").fill("2026-02-30")
    dates.get_by_text("The surgery date is not in the calendar.").wait_for()
    assert "2027" not in dates.inner_text(), "no date of another surgery stays"
    tab.box("Surgery date").fill("")
    dates.get_by_text("The surgery date is not in the calendar.").wait_for(state="detached")
    assert tab.on.get_by_role("button", name="Show the dates").is_hidden()


@pytest.mark.parametrize("begun", ["2026-12-1", "12/14/20", "2026-12-", "soon"])
def test_an_incomplete_date_shows_no_recovery_dates(tab: Tab, begun: str) -> None:
    dates = tab.on.locator("#dates")
    tab.box("Surgery date").fill("2026-12-07")
    dates.get_by_text("By Monday, January 4, 2027").wait_for()
    tab.box("Surgery date").fill(begun)
    dates.get_by_text("By Monday, January 4, 2027").wait_for(state="detached")
    assert "1 to 2 weeks after surgery" in dates.inner_text() and "202" not in dates.inner_text()
    tab.on.keyboard.press("Tab")
    dates.get_by_text("Write year, month and day with two dashes: 2026-12-07").wait_for()
    assert tab.on.locator("#surgery_date-words").is_hidden()
    tab.box("Surgery date").fill("2026-12-07")
    dates.get_by_text("By Monday, January 4, 2027").wait_for()
    with patch("packets.web.packet_service.PacketService.dates", side_effect=ValueError):
        tab.box("Surgery date").fill("2026-12-08")
        dates.locator("li").first.wait_for(state="detached")
    tab.complaints.clear()
    tab.box("Surgery date").fill("2026-12-07")
    dates.get_by_text("By Monday, January 4, 2027").wait_for()


def test_another_procedure_is_found_while_typing_and_keeps_what_was_typed(tab: Tab) -> None:
    keys = tab.on.keyboard
    tab.fill()
    tab.press("Change procedure")
    assert tab.on.evaluate("document.activeElement.id") == "find" and axe(tab.on) == []
    keys.type("lumbar")
    tab.on.get_by_text("2 of 4 procedures").wait_for()
    assert tab.on.get_by_role("link", name="Cervical Foraminotomy").is_hidden()
    with tab.on.expect_navigation():
        tab.on.get_by_role("button", name="Favorite: Lumbar Microdiscectomy").click()
    star = tab.on.get_by_role("button", name="Favorite: Lumbar Microdiscectomy")
    assert star.get_attribute("aria-pressed") == "true" and axe(tab.on) == []
    assert tab.on.get_by_role("heading", level=2).all_inner_texts()[0] == "Favorites"
    tab.on.get_by_role("searchbox").fill("Fusión")
    with tab.on.expect_navigation():
        keys.press("Enter")
    assert tab.on.title() == "Anterior Cervical Discectomy and Fusion"
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    tab.on.get_by_text("By Monday, January 4, 2027").wait_for(state="detached")
    tab.on.get_by_role("checkbox").check()
    tab.press("Make")
    assert without_whitespace("Anterior Cervical Discectomy and Fusion") in without_whitespace(read(tab.pdf())[0])
    tab.on.goto(tab.origin + "/")
    assert tab.on.get_by_role("heading", level=2).all_inner_texts() == ["Favorites", "Used today", "Other procedures"]
    tab.on.set_viewport_size({"width": 320, "height": 700})
    assert tab.on.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_form_works_without_scripts(browser: Any, page: WebServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = Tab(context, page)
    tab.fill()
    tab.press("Yesterday: surgery date")
    assert tab.box("Surgery date").input_value() == "12/07/2026"
    tab.press("Show the dates")
    assert "By Monday, January 4, 2027" in tab.words()
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    tab.press("Make")
    assert inspect(tab.pdf(), CONTENT) == 3
    tab.press("Lock")
    assert "This form is locked" in tab.words()
    context.close()


def test_the_calendar_fills_in_the_date(tab: Tab) -> None:
    tab.on.get_by_role("button", name="Calendar for surgery date").wait_for()
    picker = tab.on.locator(".surgery_date input[type=date]")
    picker.evaluate("(box) => { box.value = '2026-12-07'; box.dispatchEvent(new Event('change')); }")
    assert tab.box("Surgery date").input_value() == "12/07/2026"
    tab.on.get_by_text("By Monday, January 4, 2027").wait_for()


@pytest.mark.parametrize("typed", ["12/07/2026", "Dec 7 2026", "December 7, 2026", "2026-12-07"])
def test_a_typed_date_is_shown_in_words(tab: Tab, typed: str) -> None:
    tab.box("Surgery date").press_sequentially(typed)
    tab.on.locator("#surgery_date-words").get_by_text("Monday, December 7, 2026, yesterday").wait_for()
    tab.on.locator("#dates").get_by_text("By Monday, January 4, 2027").wait_for()
    tab.on.get_by_role("button", name="Today: surgery date").click()
    tab.on.locator("#surgery_date-words").get_by_text("Tuesday, December 8, 2026, today").wait_for()
    tab.on.locator("#dates").get_by_text("By Tuesday, January 5, 2027").wait_for()
    assert tab.box("Surgery date").input_value() == "12/08/2026"
    assert axe(tab.on) == []


def test_an_invalid_date_shows_an_error_next_to_its_field_and_keeps_the_form(tab: Tab) -> None:
    tab.fill(Surgery_date="2026-02-30")
    tab.press("Make")
    assert tab.on.title().startswith("There is a problem: ")
    assert tab.on.evaluate("document.activeElement.id") == "problems", "a screen reader begins with it"
    box = tab.box("Surgery date")
    assert box.input_value() == "2026-02-30" and box.get_attribute("aria-invalid") == "true"
    error_id = box.get_attribute("aria-describedby").split()[-1]
    expected = "The surgery date is not in the calendar. Look at the month and the day again."
    assert (
        tab.on.locator(f"#{error_id}").inner_text().replace("\n", " ").removeprefix("! ").removeprefix("!") == expected
    )
    tab.on.get_by_role("link", name="The surgery date is not in the calendar").click()
    assert tab.on.evaluate("document.activeElement.id") == "surgery_date"
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    assert axe(tab.on) == []
    box.fill("2026-12-07")
    tab.press("Make")
    assert inspect(tab.pdf(), CONTENT) == 3


@pytest.mark.parametrize("name", [LONGEST, "W" * 120])
def test_a_name_of_120_letters_fits(tab: Tab, name: str) -> None:
    tab.fill(**{"Patient’s_name": name})
    tab.press("Make")
    assert without_whitespace(name) in without_whitespace("".join(read(tab.pdf())))
    for width in (1280, 320):
        tab.on.set_viewport_size({"width": width, "height": 800})
        assert tab.on.evaluate("document.documentElement.scrollWidth") <= width


def test_large_print_and_a4(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    assert tab.on.locator("#more").get_attribute("open") is None
    tab.press("Large print")
    assert tab.on.get_by_role("radio", name="Large print").is_checked(), "More is open: it has a value"
    large = tab.pdf()
    assert inspect(large, CONTENT) > 3
    tab.press("A4 paper")
    assert tab.on.get_by_role("radio", name="A4").is_checked()
    assert tab.on.get_by_role("radio", name="Large print").is_checked()
    assert b"595.27" in tab.pdf() or len(tab.pdf()) != len(large)
    tab.press("Normal print")
    assert inspect(tab.pdf(), CONTENT) == 3
    assert without_whitespace("Staff sheet") in without_whitespace(read(tab.pdf("Staff sheet"))[0])


def test_reload_and_back_show_the_same_form(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    first = tab.pdf()
    tab.on.reload()
    assert tab.pdf() == first
    tab.box("Patient’s name").fill("Other Sample")
    tab.press("Make again")
    assert "Other Sample · Record number 00418823" in tab.words()
    tab.on.go_back()
    tab.on.wait_for_selector(".pages img")
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    assert tab.pdf() == first
    tab.on.go_forward()
    tab.on.wait_for_selector(".pages img")
    assert without_whitespace("Other Sample") in without_whitespace(read(tab.pdf())[0])


def test_pages_cannot_be_printed_after_the_form_changed(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    links = tab.on.get_by_role("link", name="Print", exact=True)
    assert links.is_visible()
    tab.box("Surgeon").fill("Dr. Other Sample")
    assert links.is_hidden() and "The form has changed since these pages were made." in tab.words()
    tab.box("Surgeon").fill("Dr. Jane Sample")
    assert links.is_visible()
    tab.on.get_by_role("radio", name="Undecided").check()
    assert links.is_hidden()
    tab.press("Make again")
    assert links.is_visible()
    assert without_whitespace("The surgeon may advise you") in without_whitespace("".join(read(tab.pdf())))


def test_a_correction_after_print_replaces_the_earlier_paper(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    tab.printed()
    first = re.search(r"Packet (\S+):", tab.on.title())
    assert first
    tab.on.get_by_role("radio", name="Undecided").check()
    tab.press("Make again")
    assert f"Take back the earlier paper: packet {first[1]}" in tab.words()
    assert tab.box("Replaces packet").input_value() == first[1]
    assert without_whitespace(f"Replaces packet {first[1]}") in without_whitespace(read(tab.pdf())[0])
    assert axe(tab.on) == []
    tab.on.go_back()
    tab.on.get_by_text("Do not hand this one out.").wait_for()
    assert tab.on.get_by_role("link", name="Print", exact=True).count() == 0
    assert axe(tab.on) == []


def test_next_patient_keeps_only_date_and_surgeon(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    tab.follow("Next patient")
    assert tab.box("Patient’s name").input_value() == ""
    assert tab.box("Record number").input_value() == ""
    assert tab.box("Surgery date").input_value() == "2026-12-07"
    assert tab.box("Surgeon").input_value() == "Dr. Jane Sample"
    assert tab.on.locator("[name=collar]:checked").count() == 0


def test_print_can_open_the_pdf_viewer_and_save_downloads(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    with tab.context.expect_page() as opened:
        tab.on.get_by_role("link", name="Print", exact=True).click(modifiers=["Control"])
    viewer = opened.value
    viewer.wait_for_load_state()
    assert re.fullmatch(rf"{tab.origin}/packets/[\w-]+/[2-9A-Z]{{4}}-[2-9A-Z]{{4}}\.pdf", viewer.url)
    assert viewer.evaluate("document.contentType") == "application/pdf"
    viewer.close()
    tab.asked.clear()
    tab.on.evaluate("Object.defineProperty(HTMLIFrameElement.prototype, 'contentDocument', {get: () => null})")
    with tab.context.expect_page() as opened:
        tab.on.get_by_role("link", name="Print", exact=True).click()
    opened.value.wait_for_load_state()
    assert [url for url in tab.asked if "/packets/" in url] == [viewer.url], "it was loaded once"
    opened.value.close()
    with tab.on.expect_download() as saving:
        tab.on.get_by_role("link", name="Save", exact=True).click()
    saved = saving.value
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}\.pdf", saved.suggested_filename)
    assert Path(saved.path()).read_bytes() == tab.pdf()


def test_the_browser_stores_no_patient_data(
    browser: Any,
    office: Office,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Search the browser profile: history, form data, sessions, caches and PDFs."""
    profile = tmp_path / "profile"
    context = browser.browser_type.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS)
    tab = Tab(context, office.page)
    typed = {"Patient’s_name": "Zebulon Sample", "Record_number": "77418823"}
    tab.fill(**typed)
    tab.perform()
    tab.press("Make")
    tab.printed()
    tab.follow("E-mail")
    for box in ("Address", "Repeat the address"):
        tab.on.get_by_role("textbox", name=box, exact=True).fill("zebulon@sample.example")
    tab.on.get_by_role("checkbox").check()
    tab.press("Put in outbox")
    tab.on.goto(tab.origin + FORM)
    tab.fill(**typed)
    context.close()
    kept = [path.read_bytes() for path in profile.rglob("*") if path.is_file()]
    assert any(b"/packets/" in data for data in kept), "it does keep addresses, which say nothing"
    for word in ("Zebulon", "zebulon", "77418823", "%PDF-"):
        leaks = [data for data in kept if word.encode() in data or word.encode("utf-16-le") in data]
        assert leaks == [], word


def test_an_idle_form_locks_itself(browser: Any, serve: Serve) -> None:
    """The test sets the clocks of browser and server."""
    clock = Clock()
    # Tall enough that nothing scrolls, because scrolling counts as activity.
    context = browser.new_context(viewport={"width": 1280, "height": 3000})
    tab = Tab(context, serve(clock=clock))
    tab.on.clock.install()
    tab.on.goto(tab.origin + FORM)
    tab.fill()
    notice = tab.on.get_by_text("This form locks in one minute")
    tab.on.clock.fast_forward("14:30")
    clock.now += 14 * 60 + 30
    notice.wait_for()
    with tab.on.expect_response("**/stay"):
        tab.on.keyboard.press("Shift")
    notice.wait_for(state="hidden")
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    tab.on.clock.fast_forward("15:01")
    clock.now += 15 * 60 + 1
    tab.on.wait_for_url("**/locked")
    assert "Everything typed here has been cleared." in tab.words()
    tab.on.go_back()
    assert "Rosa" not in tab.on.content()
    context.close()


# accessibility


def test_reload_back_and_forward_keep_what_was_typed(tab: Tab) -> None:
    tab.fill()
    wait_until(tab.on, "sessionStorage.length === 1")
    tab.on.wait_for_timeout(1000)  # all of the above is kept
    kept = tab.on.evaluate("JSON.stringify(sessionStorage)")
    tab.more()
    tab.box("Follow-up appointment").fill("Monday at ten")
    wait_until(tab.on, f"JSON.stringify(sessionStorage) !== {json.dumps(kept)}")
    tab.on.reload()
    tab.on.get_by_text("What you typed on this page is still here.").wait_for()
    tab.on.goto(tab.origin + "/schedule")
    tab.on.go_back()
    tab.on.get_by_text("What you typed on this page is still here.").wait_for()
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    assert tab.box("Follow-up appointment").input_value() == "Monday at ten"
    assert tab.on.get_by_role("radio", name="Yes").is_checked()
    tab.on.get_by_text("By Monday, January 4, 2027").wait_for()
    assert axe(tab.on) == []
    tab.on.get_by_role("button", name="Clear the form").click()
    assert tab.box("Patient’s name").input_value() == "" and tab.on.evaluate("sessionStorage.length") == 0
    assert tab.on.get_by_text("What you typed on this page is still here.").count() == 0


def test_the_tab_keeps_typed_text_encrypted_and_only_for_this_patient(tab: Tab) -> None:
    tab.fill()
    wait_until(tab.on, "sessionStorage.length === 1")
    assert "Rosa" not in tab.on.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")
    tab.press("Make")
    assert tab.on.evaluate("sessionStorage.length") == 0, "the packet was made"
    tab.box("Record number").fill("00418824")
    wait_until(tab.on, "sessionStorage.length === 1")
    tab.on.reload()
    tab.on.get_by_text("The form has changed since these pages were made.").wait_for()
    assert tab.box("Record number").input_value() == "00418824"
    tab.on.get_by_role("link", name="Next patient").click()
    tab.on.wait_for_url("**/procedures/**")
    assert tab.box("Record number").input_value() == "" and tab.on.evaluate("sessionStorage.length") == 0
    tab.fill()
    wait_until(tab.on, "sessionStorage.length === 1")
    tab.press("Lock")
    assert tab.on.evaluate("sessionStorage.length") == 0


def test_closing_a_half_filled_form_asks_first(tab: Tab) -> None:
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    tab.on.on("dialog", stay)
    tab.box("Patient’s name").fill("Rosa Sample")
    tab.on.close(run_before_unload=True)
    tab.on.wait_for_timeout(300)
    assert asked == ["beforeunload"] and not tab.on.is_closed()
    tab.on.get_by_role("link", name="Schedule").click()
    tab.on.wait_for_url("**/schedule")
    assert asked == ["beforeunload"], "another page of the form keeps it"


def test_a_tab_in_use_keeps_the_others_open_and_lock_locks_them(browser: Any, serve: Serve) -> None:
    clock = Clock()
    context = browser.new_context(viewport={"width": 1280, "height": 3000})
    tab = Tab(context, serve(clock=clock))
    tab.on.clock.install()  # of both tabs
    tab.on.goto(tab.origin + FORM)
    tab.fill()
    other = context.new_page()
    other.goto(tab.origin + "/schedule")
    tab.on.clock.fast_forward("14:30")
    tab.on.get_by_text("This form locks in one minute").wait_for()
    other.keyboard.press("Shift")
    tab.on.get_by_text("This form locks in one minute").wait_for(state="hidden")
    tab.on.clock.fast_forward("10:00")
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    other.get_by_role("button", name="Lock").click()
    tab.on.wait_for_url("**/locked")
    context.close()


def test_a_form_is_kept_when_the_server_was_closed_or_restarted(browser: Any, serve: Serve) -> None:
    server = serve()
    context = browser.new_context()
    tab = Tab(context, server)
    tab.fill()
    server.close()
    wait_until(tab.on, "fetch('/locked').then(() => false, () => true)")
    tab.on.get_by_role("button", name="Make", exact=True).click()
    tab.on.locator(".locks").get_by_text("Packets is not responding. It may have been closed.").wait_for()
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    serve(port=server.port)
    tab.on.get_by_role("button", name="Make", exact=True).click()
    tab.on.get_by_text("Packets was restarted, and this page can no longer be sent.").wait_for()
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"
    assert axe(tab.on) == []
    context.close()


def test_every_field_has_a_label(tab: Tab) -> None:
    tab.more()
    boxes = ["Patient’s name", "Record number", "Date of birth", "Surgery date", "Surgeon", "Discharge date"]
    for label in [*boxes, "Follow-up appointment", "Replaces packet"]:
        assert tab.box(label).count() == 1, label
        assert tab.label(re.compile(f"^{label}")).first.is_visible()  # type: ignore[arg-type]
    for group, choices in {
        "Collar": ["Yes", "No", "Undecided"],
        "Surgery status": ["Not stated", "Planned", "Performed"],
        "Print size": ["Normal", "Large print"],
        "Paper": ["Letter", "A4"],
    }.items():
        fieldset = tab.on.get_by_role("group", name=group, exact=True)
        assert [fieldset.get_by_label(each, exact=True).count() for each in choices] == [1] * len(choices), group
    named = tab.on.locator(
        "input:visible:not([aria-hidden]), select:visible, button:visible:not([aria-hidden]), a:visible"
    )
    assert named.count() > 20
    for place in range(named.count()):
        element = named.nth(place)
        assert element.evaluate("(e) => (e.labels?.[0] ?? e).textContent.trim() || e.getAttribute('aria-label')")


def test_axe_finds_no_violations_in_any_view(tab: Tab) -> None:
    assert axe(tab.on) == []
    tab.fill()
    tab.press("Make")
    assert axe(tab.on) == []
    dark, forced = {"color_scheme": "dark"}, {"color_scheme": "light", "forced_colors": "active"}
    for look in (dark, forced, {"forced_colors": "none"}):
        tab.on.emulate_media(**look)
        assert axe(tab.on) == [], look
    tab.box("Surgeon").fill("")
    assert axe(tab.on) == []
    tab.press("Make again")
    for look in (forced, dark):
        tab.on.emulate_media(**{"forced_colors": "none"} | look)
        assert axe(tab.on) == [], look
    for path in ("/", "/help", "/procedures/lumbar-laminectomy", "/nothing", "/packets/gone", "/locked"):
        tab.on.goto(tab.origin + path)
        assert axe(tab.on) == [], path
    tab.on.goto(tab.origin + "/")
    tab.press("Lock")
    assert axe(tab.on) == []


def test_axe_finds_no_violations_on_the_pages_of_a_day(
    browser: Any, tmp_path: Path, serve: Serve, update_golden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the picture of Today for the documentation too."""
    monkeypatch.setenv("LOGNAME", "nurse")
    monday = Day(tmp_path, CONTENT)
    monday.folder = tmp_path / "days" / "2026-12-07"
    monday.write([patient(1), patient(2), patient(3, collar="")])
    assert monday.run().code == 3
    context = browser.new_context()
    ten_am = NOW - dt.timedelta(hours=17)  # on Monday, at the clinic
    tab = Tab(context, serve(key_file=monday.key, days=monday.folder.parent, now=lambda: ten_am))
    tab.on.goto(tab.origin + "/")
    with tab.on.expect_popup():
        tab.on.get_by_role("button", name="Print all").click()
    monday.write([patient(1, status="cancelled"), patient(2), patient(4)])
    assert monday.run("--only-changed").code == 0
    packet = monday.ids()[3]
    for path in ("/", "/days", f"/days/2026-12-07/packets/{packet}"):
        tab.on.goto(tab.origin + path)
        assert axe(tab.on) == [], path
    tab.press("Record it")
    assert axe(tab.on) == [] and "Nobody was chosen." in tab.words()
    tab.on.get_by_role("radio", name="A relative").check()
    tab.press("Record it")
    assert "Take back these papers" in tab.words() and "Handed over to a relative" in tab.words()
    save_screenshot(tab.on, "page-today.png", update_golden, last="body > footer")
    tab.box("Find a packet of any day").fill("carla")
    tab.press("Find")
    assert axe(tab.on) == [] and "1 packet found" in tab.words()
    context.close()


def test_axe_finds_no_violations_in_a_form_with_errors(browser: Any, content: Path, serve: Serve) -> None:
    (content / "clinic.yaml").write_text("phone: [", "utf-8")
    context = browser.new_context()
    tab = Tab(context, serve(content))
    assert "The handouts have mistakes" in tab.words()
    assert axe(tab.on) == []
    context.close()


def test_axe_finds_no_violations_in_error_views(browser: Any, content: Path, serve: Serve, tmp_path: Path) -> None:
    """A broken handout, a draft, a used link, an internal error, and invalid schedules and folders."""
    shutil.copytree(CONTENT / "procedures/lumbar-laminectomy", content / "procedures/lumbar-laminectomy")
    (content / "procedures/broken").mkdir()
    (content / "procedures/broken/handout.en.yaml").write_text("handout: [", "utf-8")
    page = serve(content)
    context = browser.new_context()
    tab = Tab(context, page)

    def clean(words: str) -> None:
        assert words in tab.words()
        assert axe(tab.on) == [], words

    tab.on.goto(tab.origin + "/")
    clean("Some handouts are unavailable")
    tab.on.goto(tab.origin + "/procedures/lumbar-laminectomy")
    tab.fill()
    tab.press("Make")
    clean("tick the box under Print")
    assert tab.on.get_by_role("checkbox").get_attribute("aria-describedby") == "include_drafts-error"
    tab.on.goto(tab.origin + FORM)
    tab.fill()
    with patch("packets.web.packet_service.make_packet", side_effect=ValueError):
        tab.press("Make")
    clean("Something went wrong")
    shutil.rmtree(content / "procedures/broken")
    tab.on.goto(tab.origin + "/schedule")
    file = {"name": "monday.csv", "mimeType": "text/csv", "buffer": b"name;number"}
    tab.on.get_by_label("Schedule", exact=True).set_input_files(file)
    tab.box("Folder for the packets").fill(str(tmp_path / "monday"))
    tab.press("Check the schedule")
    clean("This schedule cannot be used")
    (tmp_path / "file").write_text("")
    sent(tab, tmp_path / "file")
    clean("is a file, not a folder")
    tab.on.goto(tab.origin + "/outbox")
    tab.box("Folder of the packets").fill(str(tmp_path))
    tab.press("Show")
    clean("This folder was not made by a batch")
    tab.on.goto(tab.origin + "/open?token=used")
    clean("This link was already used")
    context.close()


def test_axe_finds_a_field_without_a_label(tab: Tab) -> None:
    tab.on.evaluate("document.querySelector('label[for=mrn]').remove()")
    assert any(each.startswith("label: ") for each in axe(tab.on))


@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (640, 2), (1280, 2), (1280, 4)])
def test_narrow_screens_and_zoom_show_everything_and_scroll_one_way(tab: Tab, width: int, zoom: int) -> None:
    """A zoom of 200 % halves the available width."""
    tab.fill()
    tab.press("Make")
    tab.on.set_viewport_size({"width": width // zoom, "height": 800 // zoom})
    assert tab.on.evaluate("document.documentElement.scrollWidth") <= width // zoom
    for role, element in (("link", "Print"), ("button", "Lock"), ("button", "Large print")):
        box = tab.on.get_by_role(role, name=element, exact=True).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width // zoom, element
    assert tab.on.locator(".pages img").first.bounding_box()["width"] > 200


@pytest.mark.parametrize("width", [320, 640, 1280])
def test_make_scrolls_to_the_name_above_the_pages(tab: Tab, width: int) -> None:
    """Fonts load late and move the layout. The name must still be visible afterwards."""
    tab.on.set_viewport_size({"width": width, "height": 450})
    tab.fill()
    tab.press("Make")
    tab.on.evaluate("document.fonts.ready")
    tab.on.wait_for_function("[...document.images].every(image => image.complete)")
    tab.on.wait_for_timeout(1000)  # a page that glides would have arrived
    for place in ("#made-title", ".patient"):
        box = tab.on.locator(place).bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= 450, place


def test_text_at_twice_its_size_is_not_cut(tab: Tab) -> None:
    session = tab.context.new_cdp_session(tab.on)
    session.send("Page.enable")
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    tab.on.reload()
    assert tab.on.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    for width in (1280, 640):
        tab.on.set_viewport_size({"width": width, "height": 900})
        cut = "[...document.querySelectorAll('main *')].filter(e => !e.matches('.first, .hidden, input[type=date]') && "
        cut += "e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' && e.clientWidth > 1)"
        assert tab.on.evaluate(f"{cut}.map(e => e.outerHTML.slice(0, 120))") == []
        assert tab.on.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", [FORM, "/schedule", "/outbox", "/"])
def test_keyboard_focus_is_visible(tab: Tab, path: str) -> None:
    """Tab through the page: each focused element has an outline, is visible and has a name."""
    tab.on.goto(tab.origin + path)
    if path == FORM:
        tab.fill()
        tab.press("Make")
        tab.on.goto(tab.on.url.partition("#")[0])
    script = """() => { const e = document.activeElement, s = getComputedStyle(e), box = e.getBoundingClientRect();
        return e === document.body ? null : [e.outerHTML.slice(0, 90), s.outlineStyle, parseFloat(s.outlineWidth),
            box.bottom > 0 && box.top < innerHeight && box.width > 10]; }"""
    stops: list[Any] = []
    while len(stops) < 60:
        tab.on.keyboard.press("Tab")
        stop = tab.on.evaluate(script)
        if stop is None or (stops and stop == stops[0]):
            break
        stops.append(stop)
    assert len(stops) > (25 if path == FORM else 6)
    assert [stop for stop in stops if stop[1] != "solid" or stop[2] < 2 or not stop[3]] == []


def test_buttons_and_links_are_large_enough(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    targets = tab.on.locator("main button:visible, main .button:visible, main input[type=text], .top a, .top button")
    small = [
        (box["width"], box["height"])
        for place in range(targets.count())
        if (box := targets.nth(place).bounding_box()) and box["width"] > 1 and (box["height"] < 44 or box["width"] < 44)
    ]
    assert targets.count() > 15 and small == []


def test_reading_order_matches_the_visual_order(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    tab.more()
    tab.on.set_viewport_size({"width": 320, "height": 800})
    script = """() => [...document.querySelectorAll('h1, h2, [role=heading], h3, label, legend, .pages img')]
        .filter(e => e.checkVisibility()).map(e => [e.getBoundingClientRect().top + scrollY, e.textContent])"""
    tops = tab.on.evaluate(script)
    assert len(tops) > 25
    out_of_order = [(a, b) for a, b in pairwise(tops) if b[0] < a[0] - 1]
    assert out_of_order == []


def test_a_printed_form_says_that_it_is_not_the_packet(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    tab.on.emulate_media(media="print")
    assert "This is not the packet. To print the packet, press Print in the form." in tab.words()
    assert tab.on.locator(".pages img").first.is_hidden()
    assert tab.on.get_by_role("button", name="Make", exact=True).count() == 0
    assert "By Monday, January 4, 2027" in tab.words().replace("\u00a0", " ")


# the packets of a day


def sent(tab: Tab, folder: Path) -> None:
    rows = [patient(number) for number in range(12)]
    rows[3]["surgery_date"], rows[5]["status"], rows[7]["collar"] = "12/7/26", "cancelled", ""
    tab.on.goto(tab.origin + "/schedule")
    file = {"name": "monday.csv", "mimeType": "text/csv", "buffer": as_csv(rows).encode()}
    tab.on.get_by_label("Schedule", exact=True).set_input_files(file)
    tab.box("Folder for the packets").fill(str(folder))
    tab.press("Check the schedule")


def test_the_packets_of_a_day_can_be_made_in_the_browser(tab: Tab, tmp_path: Path) -> None:
    tab.on.goto(tab.origin + "/")
    tab.follow("Schedule")
    assert axe(tab.on) == []
    for group in ("Kind of schedule", "Order of the print run"):
        assert tab.on.get_by_role("group", name=group, exact=True).count() == 1
    tab.press("Check the schedule")
    assert tab.on.evaluate("document.activeElement.id") == "problems"
    assert axe(tab.on) == []
    sent(tab, tmp_path / "monday")
    assert "12 rows 9 new 1 cancelled 2 not made" in tab.words() and "2 rows cannot be made" in tab.words()
    assert axe(tab.on) == []
    refused = tab.box("surgery_date in row 5")
    refused.fill("2026-12-07")
    with tab.on.expect_navigation():
        refused.press("Enter")
    assert "12 rows 10 new 1 cancelled 1 not made" in tab.words()
    tab.on.get_by_role("button", name="Make packets", exact=True).click()
    tab.on.get_by_role("link", name="Print run").wait_for()
    assert "1 row was not made" in tab.words()
    assert "Packets made" in tab.words() and "10 packets, " in tab.words()
    assert axe(tab.on) == []
    tab.on.set_viewport_size({"width": 320, "height": 800})
    assert tab.on.evaluate("document.documentElement.scrollWidth") <= 320
    address = tab.on.get_by_role("link", name="Print run").get_attribute("href")
    answer = tab.context.request.get(tab.origin + address)
    assert answer.body() == (tmp_path / "monday/print-run.pdf").read_bytes()
    for path in ("/tasks", "/rack-copies/cervical-foraminotomy/en"):
        tab.on.goto(tab.origin + path)
        assert axe(tab.on) == []
        assert tab.on.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_batch_and_a_mail_work_without_scripts(
    browser: Any,
    office: Office,  # noqa: F811
    tmp_path: Path,
) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = Tab(context, office.page)
    sent(tab, tmp_path / "monday")
    tab.press("Make packets")
    while tab.on.get_by_role("link", name="Refresh").count():
        tab.follow("Refresh")
    address = tab.on.get_by_role("link", name="Print run").get_attribute("href")
    assert context.request.get(tab.origin + address).body() == (tmp_path / "monday/print-run.pdf").read_bytes()
    tab.on.goto(tab.origin + FORM)
    tab.fill()
    tab.perform()
    tab.press("Make")
    tab.press("Large print")
    tab.follow("E-mail")
    tab.on.get_by_role("textbox", name="Address", exact=True).fill("rosa@sample.example")
    tab.on.get_by_role("checkbox").check()
    tab.press("Put in outbox")
    assert tab.on.locator("#email_again-error").is_visible()
    tab.on.get_by_role("textbox", name="Repeat the address").fill("rosa@sample.example")
    tab.press("Put in outbox")
    tab.follow("Outbox")
    with tab.on.expect_navigation():
        tab.on.get_by_role("button", name=re.compile("^Cancel")).click()
    assert [str(message.state) for message in office.messages()] == ["cancelled"]
    context.close()


def test_the_progress_of_a_batch_is_accessible(tab: Tab, tmp_path: Path) -> None:
    """The batch waits until the test has checked the progress, also at 320 px; meanwhile a packet is made."""
    looked = threading.Event()

    def slow(order: Any, library: Any, context: Any) -> Any:
        context.progress("Making", 4, 9, 1)
        assert looked.wait(PATIENCE_MS / 1000)
        return run_batch(order, library, context)

    sent(tab, tmp_path / "monday")
    with patch("packets.web.batch_service.run_batch", slow):
        tab.press("Make packets")
        tab.on.get_by_text("Making: 4 of 9, 1 failed").wait_for()
        assert tab.on.get_by_role("progressbar", name="Making").get_attribute("value") == "4"
        assert "Making packets" in tab.words()
        assert axe(tab.on) == []
        assert tab.on.get_by_role("button", name="Stop").is_visible()
        tab.on.set_viewport_size({"width": 320, "height": 800})
        assert tab.on.evaluate("document.documentElement.scrollWidth") <= 320
        where = tab.on.url
        tab.on.goto(tab.origin + FORM)
        tab.fill()
        tab.press("Make")
        assert inspect(tab.pdf(), CONTENT) == 3
        tab.on.goto(where)
        tab.on.get_by_text("Making: 4 of 9, 1 failed").wait_for()
        looked.set()
        tab.on.get_by_role("link", name="Print run").wait_for()


def test_a_batch_page_says_when_the_server_no_longer_answers(tab: Tab, tmp_path: Path) -> None:
    looked = threading.Event()

    def slow(order: Any, library: Any, context: Any) -> Any:
        context.progress("Making", 4, 9, 0)
        assert looked.wait(PATIENCE_MS / 1000)
        return run_batch(order, library, context)

    sent(tab, tmp_path / "monday")
    with patch("packets.web.batch_service.run_batch", slow):
        tab.press("Make packets")
        tab.on.get_by_text("Making: 4 of 9").wait_for()
        tab.context.set_offline(True)
        tab.on.get_by_text("Packets is not responding. It may have been closed.").wait_for()
        assert (
            tab.on.get_by_text("Making: 4 of 9").is_hidden() and tab.on.get_by_role("button", name="Stop").is_hidden()
        )
        assert axe(tab.on) == []
        tab.context.set_offline(False)
        tab.on.get_by_text("Making: 4 of 9").wait_for()
        looked.set()
        tab.on.get_by_role("link", name="Print run").wait_for()
    tab.complaints.clear()


def test_the_dates_say_when_the_server_does_not_answer(tab: Tab) -> None:
    tab.box("Surgery date").fill("2026-12-07")
    dates = tab.on.locator("#dates")
    dates.get_by_text("By Monday, January 4, 2027").wait_for()
    tab.context.set_offline(True)
    tab.box("Surgery date").fill("2026-12-08")
    dates.get_by_text("The recovery dates cannot be shown: Packets is not responding.").wait_for()
    assert "2027" not in dates.inner_text()
    tab.context.set_offline(False)
    tab.box("Surgery date").fill("2026-12-07")
    dates.get_by_text("By Monday, January 4, 2027").wait_for()
    tab.complaints.clear()


def test_the_progress_bar_does_not_keep_the_session_open(browser: Any, serve: Serve, tmp_path: Path) -> None:
    clock, looked = Clock(), threading.Event()
    context = browser.new_context(viewport={"width": 1280, "height": 3000})
    tab = Tab(context, serve(clock=clock))
    sent(tab, tmp_path / "monday")
    tab.on.clock.install()

    def slow(order: Any, library: Any, context: Any) -> Any:
        assert looked.wait(PATIENCE_MS / 1000)
        return run_batch(order, library, context)

    with patch("packets.web.batch_service.run_batch", slow):
        tab.press("Make packets")
        with tab.on.expect_response("**/progress"):
            tab.on.clock.fast_forward("14:00")
        tab.on.clock.fast_forward("01:01")
        tab.on.wait_for_url("**/locked")
        looked.set()
    context.close()


def test_axe_finds_no_violations_in_the_outbox(browser: Any, day: MailDay, serve: Serve) -> None:  # noqa: F811
    context = browser.new_context()
    tab = Tab(context, serve(day.content, key_file=day.key))
    tab.follow("Outbox")
    assert axe(tab.on) == []
    tab.press("Show")
    assert axe(tab.on) == []
    tab.box("Folder of the packets").fill(str(day.folder))
    tab.press("Show")
    assert "Needs your decision" in tab.words()
    assert axe(tab.on) == []
    tab.on.set_viewport_size({"width": 320, "height": 800})
    assert tab.on.evaluate("document.documentElement.scrollWidth") <= 320
    with tab.on.expect_navigation():
        tab.on.get_by_role("button", name=re.compile("^It is in the log")).click()
    assert "Nobody knows" not in tab.words()
    context.close()


# one packet by mail


def test_a_packet_can_be_queued_by_keyboard_alone(browser: Any, office: Office) -> None:  # noqa: F811
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = Tab(context, office.page)
    keys = tab.on.keyboard
    tab.fill()
    tab.perform()
    tab.press("Make")
    shown = tab.pdf()
    links = tab.on.locator("#actions .actions").first.locator("a").all_inner_texts()
    assert links == ["Save", "E-mail", "Staff sheet"]
    tab.on.get_by_role("link", name="E-mail").focus()
    with tab.on.expect_navigation():
        keys.press("Enter")
    assert axe(tab.on) == []
    tab.box("Address").first.focus()
    keys.type("rosa@sample.example")
    keys.press("Tab")
    keys.type("rosa@sample.exampel")
    with tab.on.expect_navigation():
        keys.press("Enter")
    assert tab.on.title().startswith("There is a problem") and axe(tab.on) == []
    assert tab.on.evaluate("document.activeElement.id") == "problems", "a screen reader begins with it"
    assert "The two addresses differ." in tab.words() and "No consent to e-mail is recorded." in tab.words()
    again = tab.box("Repeat the address")
    assert again.get_attribute("aria-invalid") == "true" and again.input_value() == "rosa@sample.exampel"
    assert tab.on.get_by_role("checkbox").get_attribute("aria-describedby") == "email_consent-error"
    again.fill("rosa@sample.example")
    keys.press("Tab")
    keys.press("Space")
    with tab.on.expect_navigation():
        keys.press("Enter")
    assert "This packet is in the outbox: r***@s***.example" in tab.words() and axe(tab.on) == []
    (message,) = office.messages()
    assert (office.folder / f"{message.packet}.pdf").read_bytes() == shown
    tab.on.reload()
    assert len(office.messages()) == 1, "loading it again changes nothing"
    tab.follow("Back to the packet")
    tab.on.wait_for_selector(".pages img")
    assert tab.pdf() == shown
    context.close()


def test_a_held_packet_can_be_sent_anyway_and_mail_views_fit_narrow_screens(
    browser: Any,
    office: Office,  # noqa: F811
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 800})
    tab = Tab(context, office.page)

    def fits() -> None:
        assert tab.on.evaluate("document.documentElement.scrollWidth") <= 320
        assert axe(tab.on) == []

    for name, number in (("Rosa Sample", "00418823"), ("Ada Abel", "0017")):
        tab.on.goto(tab.origin + FORM)
        tab.fill(**{"Patient’s_name": name, "Record_number": number})
        tab.perform()
        tab.press("Make")
        tab.follow("E-mail")
        tab.on.wait_for_url("**/mail")
        fits()
        for box in ("Address", "Repeat the address"):
            tab.on.get_by_role("textbox", name=box, exact=True).fill("family@sample.example")
        tab.on.get_by_role("checkbox").check()
        tab.press("Put in outbox")
        fits()
    assert "This packet is held: more than one patient has this address." in tab.words()
    tab.follow("Outbox")
    tab.on.wait_for_url("**/outboxes/own")
    fits()
    assert "Held: more than one patient has this address" in tab.words()
    for _ in range(2):  # either may be the wrong one
        why = tab.on.get_by_label("Reason to send it anyway").first
        why.select_option(label="The patients share this address")
        with tab.on.expect_navigation():
            tab.on.get_by_role("button", name="Send anyway").first.click()
        fits()
    assert "Nothing needs your decision." in tab.words()
    assert [str(message.state) for message in office.messages()] == ["superseded", "queued", "queued"]
    tab.on.goto(tab.origin + "/outbox")
    fits()
    assert tab.on.get_by_role("link", name="Show this mail").is_visible()
    context.close()


def test_axe_finds_no_violations_without_an_outbox(tab: Tab) -> None:
    tab.fill()
    tab.press("Make")
    tab.follow("E-mail")
    tab.on.wait_for_url("**/mail")
    assert "set up an outbox" in tab.words() and axe(tab.on) == []
    tab.follow("Back to the packet")
    tab.on.wait_for_selector(".pages img")
    assert tab.box("Patient’s name").input_value() == "Rosa Sample"


# pictures for the documentation


def test_the_documentation_pictures(
    browser: Any, content: Path, serve: Serve, update_golden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fixed site key gives the same packet ids in every run."""
    monkeypatch.setenv("XDG_STATE_HOME", str(content.parent / "state"))
    with (content / "clinic.yaml").open("a") as clinic:
        clinic.write("\nmail:\n  host: mail.example.org\n  port: 587\n  tls: starttls\n  from: care@example.org\n")
    key = content.parent / "pictures.key"
    key.write_text("5a" * 32)
    key.chmod(0o600)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = Tab(context, serve(content, key_file=key, outbox=content.parent / "mail"))
    tab.fill(Surgery_date="2026-12-07", **{"Patient’s_name": "Sample Patient", "Surgeon": "Dr. Sample Surgeon"})
    tab.box("Record number").fill("SAMPLE-0001")
    tab.on.get_by_text("By Monday, January 4, 2027").wait_for()
    save_screenshot(tab.on, "page-form.png", update_golden, last=".dates")
    tab.press("Make")
    save_screenshot(tab.on, "page-made.png", update_golden, last=".pages li")
    tab.box("Record number").fill("")
    tab.box("Surgery date").fill("2026-02-30")
    tab.press("Make again")
    save_screenshot(tab.on, "page-mistakes.png", update_golden, last=".field.surgery_date")
    sent(tab, content.parent / "monday")
    tab.on.locator(".subtitle").evaluate("(line) => { line.textContent = 'monday.csv · /home/nurse/packets/monday'; }")
    save_screenshot(tab.on, "page-schedule.png", update_golden, last="tbody tr:nth-child(8)")
    names = ("Sample Patient", "Other Sample Patient", "Third Sample Patient")
    for place, name in enumerate(names, 1):
        number, address = f"SAMPLE-{place:04}", "sample@patient.example" if place == 1 else "family@patient.example"
        tab.on.goto(tab.origin + FORM)
        tab.fill(**{"Patient’s_name": name, "Record_number": number, "Surgeon": "Dr. Sample Surgeon"})
        tab.perform()
        tab.press("Make")
        tab.follow("E-mail")
        tab.on.wait_for_url("**/mail")
        for box in ("Address", "Repeat the address"):
            tab.on.get_by_role("textbox", name=box, exact=True).fill(address)
        tab.on.get_by_role("checkbox").check()
        if number == "SAMPLE-0001":
            save_screenshot(tab.on, "page-mail.png", update_golden, last="body > footer")
        tab.press("Put in outbox")
    tab.on.goto(tab.origin + "/outboxes/own")
    script = "document.body.innerHTML = document.body.innerHTML.replaceAll(from, '/home/nurse/packets/mail')"
    tab.on.evaluate(f"(from) => {{ {script} }}", str(content.parent / "mail"))
    save_screenshot(tab.on, "page-outbox.png", update_golden, last="body > footer")
    context.close()
