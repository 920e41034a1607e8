"""Test the logo of a clinic and of a site: on page 1, at most 45 x 14 mm, read aloud as the clinic's name."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from packets.content.library import load
from packets.model.case import PrintOptions, PrintSize
from packets.pipeline import fill_packet
from packets.verified_pdf import render
from packets.verify.figures import read_figures
from tests.content.folder import CLINIC, Folder
from tests.content.test_clinic import knee, loaded
from tests.instruments import structure, verapdf
from tests.pages.measure import measure

NAMED = f"name: Sample Knee Clinic\nlogo: logo.svg\n{CLINIC}"
SITES = """\
sites:
  downtown: {name: Downtown}
  northside: {name: Northside, logo: north.png}
"""
DRAWING = Path(__file__).resolve().parent.parent / "pictures" / "heel-slide.svg"
C = "content/clinic.yaml"


def with_logo(folder: Folder, text: str = NAMED) -> str:
    """Write clinic.yaml and two logos; return what `check` says."""
    folder.write("clinic.yaml", text)
    root = folder.root
    shutil.copy(DRAWING, root / "logo.svg")
    Image.new("RGB", (900, 280), "navy").save(root / "north.png")
    return folder.check()


@pytest.mark.parametrize("size", PrintSize)
def test_the_logo_is_on_page_1_only_as_large_as_it_may_be(folder: Folder, size: PrintSize) -> None:
    assert with_logo(folder, NAMED.replace("logo.svg", "north.png")) == ""
    data = render(fill_packet(loaded(folder), knee()), PrintOptions(print_size=size)).data
    alts = [[figure.alt for figure in figures] for figures in read_figures(data)]
    assert alts[0][0] == "Sample Knee Clinic"
    assert not any("Sample Knee Clinic" in page for page in alts[1:])
    page = pypdfium2.PdfDocument(data)[0]
    (drawn,) = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=1)
    left, bottom, right, top = (value / 72 * 25.4 for value in drawn.get_bounds())
    assert (right - left, top - bottom) == (pytest.approx(45, abs=0.05), pytest.approx(14, abs=0.05))


@pytest.mark.parametrize("size", PrintSize)
def test_the_name_is_beside_the_logo_and_read_after_it(folder: Folder, size: PrintSize) -> None:
    assert with_logo(folder, NAMED.replace("logo.svg", "north.png")) == ""
    data = render(fill_packet(loaded(folder), knee()), PrintOptions(print_size=size)).data
    name = next(line for line in measure(data)[0].lines if line.text.strip() == "Sample Knee Clinic")
    (drawn,) = pypdfium2.PdfDocument(data)[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=1)
    _, bottom, right, top = drawn.get_bounds()
    assert name.box.left > right and bottom < name.box.bottom < name.box.top < top
    assert [row.role for row in structure.read(data).rows if row.role in ("Figure", "P", "H1")][:3] == [
        "Figure",
        "P",
        "P",
    ]


def test_a_site_has_its_own_logo_or_that_of_the_clinic(folder: Folder) -> None:
    assert with_logo(folder, NAMED + SITES) == ""
    library, _ = load(folder.root)
    assert library is not None
    clinic = library.clinic
    assert clinic.logo is not None and clinic.at("downtown").logo == clinic.logo
    north = clinic.at("northside").logo
    assert north is not None and north.pixels is not None


def test_a_clinic_without_a_logo_prints_none(folder: Folder) -> None:
    data = render(fill_packet(loaded(folder), knee()), PrintOptions()).data
    assert "Sample Knee Clinic" not in structure.read(data).texts()


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_in_a_packet_with_a_logo(folder: Folder, tmp_path: Path) -> None:
    assert with_logo(folder, NAMED + SITES) == ""
    paths = {}
    for site in ("downtown", "northside"):
        path = tmp_path / f"{site}.pdf"
        path.write_bytes(render(fill_packet(loaded(folder), knee(site=site)), PrintOptions()).data)
        paths[path] = site
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert [(key, verdict.failures) for key, verdict in verdicts.items() if not verdict.passed] == []


def test_a_logo_needs_the_name_that_is_read_aloud(folder: Folder) -> None:
    assert with_logo(folder, f"logo: logo.svg\n{CLINIC}") == (
        f"{C}:1:7: I18 a logo needs the clinic's name\n"
        "    Add name: with the clinic's name. Readers who cannot see the logo hear it."
    )


def test_a_logo_is_refused_as_any_picture_is(folder: Folder) -> None:
    assert with_logo(folder, NAMED.replace("logo.svg", "../logo.svg")) == (
        f"{C}:2:7: I01 ../logo.svg: the picture is not in the folder of this file\n"
        "    Copy it there, and write only its name: logo.svg"
    )


def test_a_coarse_logo_is_reported(folder: Folder) -> None:
    file = io.BytesIO()
    Image.new("RGB", (90, 28)).save(file, "PNG")
    (folder.root / "small.png").write_bytes(file.getvalue())
    assert with_logo(folder, NAMED.replace("logo.svg", "small.png")) == (
        f"{C}:2:7: I11 small.png: it prints with 51 dots per inch, and looks coarse\n"
        "    Export it at least 266 pixels wide, print it narrower, or use an SVG drawing."
    )
