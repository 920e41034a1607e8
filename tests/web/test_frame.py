"""Test the frame of all pages: the clinic, help, and what was not made."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.samples import CONTENT
from tests.web.conftest import Serve
from tests.web.test_packet import let_in

LIBRARY = CONTENT.parent / "samples/library"


def test_the_header_shows_the_clinics_name_and_logo(serve: Serve, content: Path) -> None:
    client = let_in(serve(content))
    assert "Packets One packet Schedule Outbox More Help Lock" in client.get("/help").text
    shutil.copy(LIBRARY / "logo.svg", content)
    with (content / "clinic.yaml").open("a") as clinic:
        clinic.write("\nname: Sample & Lark Clinic\nlogo: logo.svg\n")
    page = client.get("/help")
    assert "Sample & Lark Clinic Packets One packet" in page.text
    (address,) = re.findall(r'<img src="(/logo/\w+)" alt=""', page.body.decode())
    logo = client.get(address)
    assert logo.headers["Content-Type"] == "image/svg+xml" and logo.body.startswith(b"<svg xmlns=")
    assert "immutable" in str(logo.headers["Cache-Control"])
    assert client.get("/logo/0").status == 404
    (content / "clinic.yaml").write_text("phone: [", "utf-8")
    assert "Packets One packet" in client.get("/help").text, "a mistake in clinic.yaml does not hide the help"


def test_a_logo_of_pixels_is_a_png(serve: Serve, content: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    image.new("RGB", (300, 200), (10, 61, 97)).save(content / "logo.png")
    with (content / "clinic.yaml").open("a") as clinic:
        clinic.write("\nname: Sample Clinic\nlogo: logo.png\n")
    client = let_in(serve(content))
    (address,) = re.findall(r'<img src="(/logo/\w+)"', client.get("/help").body.decode())
    logo = client.get(address)
    assert logo.headers["Content-Type"] == "image/png" and logo.body.startswith(b"\x89PNG")
