"""WeasyPrint with PDF/UA-1: one font configuration and one parsed style sheet for all packets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from makers.html import page
from makers.output import writer
from makers.patients import Patients

FONTS = Path(__file__).resolve().parent.parent.parent / "fonts"
RUNNING = """
@page { @top-left { content: string(who); font: 9.5pt 'Atkinson Hyperlegible Next'; color: #454545 }
  @bottom-right { content: 'Page ' counter(page) ' of ' counter(pages); font: 9.5pt 'Atkinson Hyperlegible Next' } }
title { string-set: who content() }
"""


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    patients = Patients(data)
    fonts = FontConfiguration()
    font_faces = "".join(
        f"@font-face {{ font-family: 'Atkinson Hyperlegible Next'; font-weight: {weight};"
        f" src: url(file://{FONTS}/AtkinsonHyperlegibleNext-{name}.ttf) }}"
        for weight, name in ((400, "Regular"), (700, "Bold"))
    )
    style = CSS(string=font_faces + RUNNING, font_config=fonts)
    cache: dict[str, object] = {}
    write = writer(folder)

    def make(number: int) -> int:
        packet = patients[number]
        left, right = packet["header"]
        header = f"<span style=\"string-set: who '{left} · {right}'\"></span>"
        document = HTML(string=page(packet, header))
        pdf = document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", cache=cache)
        return write(number, pdf)

    return make
