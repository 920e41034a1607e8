"""Headless Chromium, started once, with one page kept open; tagged PDF with an outline."""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from makers.html import page
from makers.output import writer
from makers.patients import Patients

FONTS = Path(__file__).resolve().parent.parent.parent / "fonts"


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    patients = Patients(data)
    font_faces = "".join(
        f"@font-face {{ font-family: 'Atkinson Hyperlegible Next'; font-weight: {weight}; src: url(data:font/ttf;base64,"
        f"{base64.b64encode((FONTS / f'AtkinsonHyperlegibleNext-{name}.ttf').read_bytes()).decode()}) }}"
        for weight, name in ((400, "Regular"), (700, "Bold"))
    )
    playwright = sync_playwright().start()
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    tab = browser.new_page()
    # The style and the fonts are loaded once; each packet replaces the body.
    tab.set_content(page(patients[0], style=font_faces))
    tab.evaluate("document.fonts.ready")
    write = writer(folder)

    def make(number: int) -> int:
        packet = patients[number]
        left, right = map(escape, packet["header"])
        whole = page(packet)
        body = whole[whole.index("<body>") + 6 : whole.index("</body>")]
        tab.evaluate(
            "([body, title]) => { document.body.innerHTML = body; document.title = title }", [body, packet["title"]]
        )
        font = "font-size: 9.5px; width: 100%; margin: 0 58pt"
        pdf = tab.pdf(
            format="Letter",
            tagged=True,
            outline=True,
            display_header_footer=True,
            prefer_css_page_size=True,
            header_template=f"<div style='{font}'>{left} {right}</div>",
            footer_template=f"<div style='{font}'>Page <span class=pageNumber></span> of <span class=totalPages></span></div>",
        )
        return write(number, pdf)

    return make
