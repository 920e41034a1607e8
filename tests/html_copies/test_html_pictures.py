"""Test that a changed picture or QR code of an HTML copy is found."""

from __future__ import annotations

import base64
import io
import re

import pytest
from PIL import Image

from packets.content.pictures.png import read_png
from packets.content.pictures.svg import read_svg
from packets.html.drawings import picture, qr_code
from packets.model.picture import Picture
from packets.verify.html_pictures import is_picture, is_qr_code
from packets.verify.html_reader import ReadItem

DRAWING = read_svg(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">'
    b'<path d="M0 0L10 0L10 10z" fill="#ff0000" fill-rule="evenodd" stroke="#0000ff" stroke-width="2"'
    b' stroke-linecap="round" stroke-linejoin="bevel" stroke-miterlimit="3" stroke-dasharray="4 2"/>'
    b'<path d="M5 5L20 9" fill="none" stroke="#000000"/><path d="M1 1L2 2L3 1z" fill="#00ff00"/></svg>'
)
CHANGES = {
    "wider": ('viewBox="0 0 100 50"', 'viewBox="0 0 110 50"'),
    "another point": ("M0 0", "M0 1"),
    "not closed": ("L0 0Z", "L0 0"),
    "a point more": ("L10 10L0 0Z", "L10 10L4 4L0 0Z"),
    "another fill": ("#ff0000", "#ff0800"),
    "no fill": ('fill="#ff0000"', 'fill="none"'),
    "a fill more": ('fill="none"', 'fill="#000000"'),
    "another rule": (' fill-rule="evenodd"', ""),
    "another line color": ("#0000ff", "#0008ff"),
    "a thicker line": ('stroke-width="2"', 'stroke-width="2.1"'),
    "other ends": ('"round"', '"butt"'),
    "other corners": ('"bevel"', '"miter"'),
    "other miters": ('miterlimit="3"', 'miterlimit="4"'),
    "other dashes": ("4 2", "4 3"),
    "no dashes": (' stroke-dasharray="4 2"', ""),
    "no line": (' stroke="#0000ff"', ' stroke="none"'),
    "moved": ("matrix(1 0 0 1 0 0)", "matrix(1 0 0 1 0 9)"),
    "a path less": ("<path [^>]*/></svg>", "</svg>"),
    "something else": ("</svg>", "<text>Rosa</text></svg>"),
    "not complete": ("</svg>", ""),
}


def test_a_drawing_as_it_was_written_is_accepted() -> None:
    assert is_picture(ReadItem("svg", "en ltr", drawn=picture(DRAWING, "")), DRAWING)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_drawing_is_found(change: str) -> None:
    right = picture(DRAWING, "")
    old, new = CHANGES[change]
    wrong = re.sub(old, new, right, count=1) if "[" in old else right.replace(old, new, 1)
    assert wrong != right
    assert not is_picture(ReadItem("svg", "en ltr", drawn=wrong), DRAWING)


def photo(gray: int) -> Picture:
    file = io.BytesIO()
    Image.new("RGB", (3, 2), (gray, 0, 0)).save(file, "PNG")
    return read_png(file.getvalue())


def test_another_photo_is_found() -> None:
    """For example the photo of the other hand."""
    address = picture(photo(1), "").split('"')[1]

    def is_shown(drawn: str) -> bool:
        return is_picture(ReadItem("img", "en ltr", drawn=drawn), photo(1))

    assert is_shown(address)
    assert not is_shown(picture(photo(2), "").split('"')[1])
    data = address.partition(",")[2]
    no_png = base64.b64encode(b"GIF89a").decode()
    for wrong in (data, f"https://example.org/{data}", address + "*", f"data:image/png;base64,{no_png}", ""):
        assert not is_shown(wrong), wrong


def test_a_photo_in_place_of_a_drawing_is_found() -> None:
    address = picture(photo(1), "").split('"')[1]
    assert not is_picture(ReadItem("img", "en ltr", drawn=address), DRAWING)
    assert not is_picture(ReadItem("svg", "en ltr", drawn=picture(DRAWING, "")), photo(1))


def test_another_qr_code_is_found() -> None:
    right = qr_code("tel:+1-816-363-2500", "QR code")
    assert is_qr_code(right, "tel:+1-816-363-2500")
    assert not is_qr_code(right, "tel:+1-816-363-2501")
    for old, new in (
        ('viewBox="0 0 ', 'viewBox="0 0 1'),
        ("h7v1h-7z", "h7v1h-6z"),
        ("h7v1h-7z", "h6v1h-6z"),
        ("h7v1h-7z", "h7v1h-7zM0 0h1v1h-1z"),
        ("#000000", "#ffffff"),
        ("</svg>", "</svg>more"),
        ("</svg>", '<path d="M0 0h50v50h-50z" fill="#ffffff"/></svg>'),
    ):
        wrong = right.replace(old, new, 1)
        assert wrong != right and not is_qr_code(wrong, "tel:+1-816-363-2500"), new
