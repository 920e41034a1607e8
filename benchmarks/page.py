"""Measure the time from pressing Make in the web form to the first page of the packet on the screen, in Chromium.

python -m benchmarks.page
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from packets.web.server import WebServer
from tests.web.test_browser import CHROMIUM, FLAGS, Tab

CHECKOUT = Path(__file__).resolve().parents[1]
SHOWN = "() => { const page = document.querySelector('.pages img'); return page && page.complete && page.naturalWidth }"


def seconds_to_first_page(tab: Tab) -> float:
    """Fill in the form and press Make; return the seconds until the image of page 1 is shown."""
    tab.on.goto(tab.origin + "/procedures/cervical-foraminotomy")
    tab.fill()
    began = time.perf_counter()
    tab.on.get_by_role("button", name="Make", exact=True).click()
    tab.on.wait_for_function(SHOWN)
    return time.perf_counter() - began


def measure(browser: Any) -> list[float]:
    """Measure a web application that was started two seconds ago: nobody fills in the form faster."""
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "site.key"
        key.write_text("5a" * 32)
        key.chmod(0o600)
        page = WebServer(CHECKOUT / "content", key_file=key, now=lambda: dt.datetime(2026, 12, 1, tzinfo=dt.UTC))
        thread = threading.Thread(target=page.run)
        thread.start()
        try:
            tab = Tab(browser.new_context(viewport={"width": 1280, "height": 900}), page)
            time.sleep(2)
            return [seconds_to_first_page(tab) for _ in range(11)]
        finally:
            page.close()
            thread.join()


def main() -> None:
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        first, *others = measure(browser)
        browser.close()
    median, slowest = statistics.median(others), max(others)
    sys.stdout.write(f"first packet {first:.2f} s; the next ten: median {median:.2f} s, slowest {slowest:.2f} s\n")


if __name__ == "__main__":
    main()
