"""Look for the help that every packet offers on its first page: the phone, the QR code, what to call 911 for."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
import zxingcpp

from packets.model.case import Clinic
from packets.model.clinic_contact import text_in
from tests.pages.checker import Finding, Rule
from tests.pages.limits import Limits
from tests.pages.measure import MeasuredPage

_SCALE = 2  # pixels per point


def missing_help(data: bytes, page: MeasuredPage, clinic: Clinic, language: str, limits: Limits) -> Iterator[Finding]:
    """Yield what is not in the lower part of page 1."""
    zone = page.height * limits.help_zone
    text = "".join(line.text for line in page.body() if line.baseline < zone)
    signs = (text_in(clinic.emergency.when, language, clinic.language) if clinic.emergency else ()) or ()
    for words in (*(phone.number for phone in clinic.numbers), *signs):
        if _without_spaces(words) not in _without_spaces(text):
            yield Finding(Rule.HELP, 1, f"not there: {words}")
    if clinic.booking_link not in _codes(data, zone):
        yield Finding(Rule.HELP, 1, "no QR code")


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def _codes(data: bytes, zone: float) -> list[str]:
    """Return the contents of the QR codes in the lowest points of page 1."""
    document = pypdfium2.PdfDocument(data)
    try:
        image = document[0].render(scale=_SCALE).to_pil()
    finally:
        document.close()
    lower = image.crop((0, int(image.height - zone * _SCALE), image.width, image.height))
    return [code.text for code in zxingcpp.read_barcodes(lower)]
