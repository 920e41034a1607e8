"""Test the accessibility of every kind of packet with veraPDF and an independent reader of the structure tree."""

from __future__ import annotations

import pikepdf
import pytest

from packets.model.filled_packet import Heading, HelpStrip
from packets.verify.extract_text import without_whitespace
from tests.instruments import structure, verapdf
from tests.verify.conftest import SITE, Variants


@pytest.mark.system("verapdf")
def test_verapdf_accepts_every_variant(variants: Variants) -> None:
    paths = {path: name for name, (_, _, path) in variants.items()}
    assert len(paths) >= 60
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert len(verdicts) == 2 * len(paths)
    failed = {
        (flavour, paths[path]): verdict.failures for (flavour, path), verdict in verdicts.items() if not verdict.passed
    }
    assert failed == {}


def test_the_tree_has_the_packets_text_in_reading_order(variants: Variants) -> None:
    for name, (packet, _, path) in variants.items():
        tree = structure.read(path)
        assert tree.errors == [], name
        assert without_whitespace(tree.untagged) == "", name
        assert list(map(without_whitespace, tree.texts())) == list(map(without_whitespace, packet.texts())), name


def test_a_line_end_separates_words(variants: Variants) -> None:
    """A reader that joins the lines must not read "spinalnerves"."""
    for packet, _, path in variants.values():
        read_aloud = [" ".join(text.split()) for text in structure.read(path).texts()]
        assert read_aloud == [" ".join(text.split()) for text in packet.texts()]


def test_figures_have_alternative_text(variants: Variants) -> None:
    packet, _, path = variants["collar yes, letter, normal"]
    figures = [row.alt for row in structure.read(path).rows if row.role == "Figure"]
    assert figures == ["QR code that calls 816-363-2500"]
    assert [block.qr_alt for block in packet.blocks if isinstance(block, HelpStrip)] == figures


def test_headings_tables_and_lists_have_their_tags(variants: Variants) -> None:
    _, _, path = variants["collar yes, letter, normal"]
    rows = structure.read(path).rows
    assert [row.text for row in rows if row.role in ("H1", "H2")] == [
        "Cervical Foraminotomy",
        "Request an Appointment.",
        "Your recovery dates",
        "Your neck collar",
        "What is Cervical Foraminotomy?",
        "Who needs a Cervical Foraminotomy?",
        "What Happens After the Surgery?",
        "Your going-home page",
    ]
    assert [row.role for row in rows].count("TR") == 5
    assert [row.text for row in rows if row.role == "Lbl"][:4] == [
        "Patient",
        "Record number",
        "Surgeon",
        "Surgery date",
    ]
    assert [row.text for row in rows if row.role == "Lbl"][4:] == ["•", "•", "•"]


def test_language_title_tabs_and_bookmarks(variants: Variants) -> None:
    packet, _, path = variants["collar yes, letter, normal"]
    with pikepdf.open(path) as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
        assert str(pdf.docinfo["/Title"]) == "Your going-home packet, SAMP-LE2Z"
        assert all(str(page.Tabs) == "/S" for page in pdf.pages)
        with pdf.open_outline() as outline:
            (top,) = outline.root
            assert top.title == "Cervical Foraminotomy"
            headings = [block.text for block in packet.blocks if isinstance(block, Heading)]
            assert {child.title for child in top.children} >= set(headings)


def test_the_phone_is_a_link_that_calls(variants: Variants) -> None:
    _, _, path = variants["collar yes, letter, normal"]
    with pikepdf.open(path) as pdf:
        links = [link for page in pdf.pages for link in page.get("/Annots", [])]
        assert {str(link.A.URI) for link in links} == {"tel:+1-816-363-2500"}
        assert {str(link.Contents) for link in links} == {"Call 816-363-2500"}
    assert [row.links for row in structure.read(path).rows if row.role == "Link"] == [("tel:+1-816-363-2500",)] * 2


def test_the_web_site_is_a_link_too(variants: Variants) -> None:
    path = variants["booking on the web, a4, large"][2]
    rows = structure.read(path).rows
    assert [row.links for row in rows if row.role == "Link"][-1] == (SITE,)
    assert [row.alt for row in rows if row.role == "Figure"][-1] == f"QR code that opens {SITE}"


def test_headers_and_footers_are_not_read_aloud(variants: Variants) -> None:
    packet, pdf, path = variants["collar yes, letter, normal"]
    tree = structure.read(path)
    for number in range(1, pdf.pages + 1):
        artifacts = without_whitespace(tree.artifacts[number - 1])
        assert without_whitespace(packet.header_footer.top_left) in artifacts
        assert without_whitespace(packet.header_footer.page(number, pdf.pages)) in artifacts


def test_the_metadata_has_no_patient_data(variants: Variants) -> None:
    path = variants["collar yes, letter, normal"][2]
    with pikepdf.open(path) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode() + str(dict(pdf.docinfo.items()))
    for secret in ("Rosa", "Martinez", "00418823", "Rivera", "Foraminotomy"):
        assert secret not in metadata
    assert "SAMP-LE2Z" in metadata
