"""Test that the instruments of the tests accept valid files and detect broken ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import qrcode
from PIL import Image, ImageDraw

from tests.instruments import handmade, pictures, structure, verapdf

HELLO = "/P <</MCID 0>> BDC BT /F1 12 Tf (Hello) Tj ET EMC"


def read(content: str, *roles: str, form: str = "") -> structure.Structure:
    return structure.read(handmade.saved(handmade.sheet(content, roles, form)))


def errors_after(change: Callable[[pikepdf.Pdf], None], content: str = HELLO) -> list[str]:
    pdf = handmade.sheet(content, ("P",))
    change(pdf)
    return structure.read(handmade.saved(pdf)).errors


@pytest.mark.system("verapdf")
def test_verapdf_accepts_a_valid_file_and_rejects_untagged_and_unreadable_ones(tmp_path: Path) -> None:
    valid, untagged, unreadable = tmp_path / "valid.pdf", tmp_path / "untagged.pdf", tmp_path / "unreadable.pdf"
    valid.write_bytes(handmade.saved(handmade.sheet()))
    pdf = handmade.sheet()
    del pdf.Root.StructTreeRoot, pdf.Root.MarkInfo
    untagged.write_bytes(handmade.saved(pdf))
    unreadable.write_bytes(b"%PDF-1.7\nnothing")

    verdicts = verapdf.validate([valid, untagged, unreadable])

    assert len(verdicts) == 6
    for flavor in ("ua1", "2a"):
        assert verdicts[flavor, valid].failures == ()
        assert verdicts[flavor, valid].passed
        assert verdicts[flavor, valid].checks > 30
        assert not verdicts[flavor, untagged].passed
        assert not verdicts[flavor, unreadable].passed
    assert any("structure" in failure.lower() for failure in verdicts["ua1", untagged].failures)


@pytest.mark.system("verapdf")
def test_verapdf_refuses_an_unknown_flavor(tmp_path: Path) -> None:
    file = tmp_path / "valid.pdf"
    file.write_bytes(handmade.saved(handmade.sheet()))
    with pytest.raises(AssertionError, match="veraPDF has no flavor ua9"):
        verapdf.validate([file], ["ua9"])


def test_the_reader_returns_texts_in_tree_order_and_artifacts_separately() -> None:
    result = read(
        "/Artifact BMC BT /F1 9 Tf (Page 1) Tj ET EMC "
        "/P <</MCID 1>> BDC BT /F1 12 Tf [(wor) -20 (ld)] TJ ET EMC "
        "/H1 <</MCID 0>> BDC BT /F1 12 Tf (Hello) Tj ET EMC "
        "/Figure <</MCID 2>> BDC 0 0 9 9 re f EMC",
        *("H1", "P", "Figure"),
    )
    assert [(row.depth, row.role, row.text, row.alt) for row in result.rows] == [
        (0, "Document", "", ""),
        (1, "H1", "Hello", ""),
        (1, "P", "world", ""),
        (1, "Figure", "", "A black square"),
    ]
    assert result.texts() == ["Hello", "world", "A black square"]
    assert result.artifacts == ["Page 1"]
    assert (result.untagged, result.errors) == ("", [])


def test_the_reader_reads_two_byte_fonts_forms_and_restored_fonts() -> None:
    result = read(
        "/P <</MCID 0>> BDC BT /F2 12 Tf <0001000200100012002000210011> Tj ET EMC "
        "/P <</MCID 1>> BDC q BT /F2 12 Tf <0010> Tj ET Q /X1 Do EMC "
        "BT /F1 9 Tf ET q /F2 9 Tf Q /P <</MCID 2 /ActualText (spoken) >> BDC BT (shown) Tj ET EMC",
        *("P", "P", "P"),
        form="BT /F1 12 Tf (in a form) Tj ET",
    )
    assert result.texts() == ["ŠfiACxyB", "Ain a form", "spoken"]
    assert (result.untagged, result.errors) == ("", [])


def test_an_inline_element_is_part_of_the_text_of_its_paragraph() -> None:
    pdf = handmade.sheet(
        "/P <</MCID 0>> BDC BT /F1 12 Tf (Call ) Tj ET EMC /Link <</MCID 1>> BDC BT (555) Tj ET EMC "
        "/P <</MCID 2>> BDC BT ( now) Tj ET EMC",
        ("P", "Link", "P"),
    )
    document = pdf.Root.StructTreeRoot.K
    paragraph, link, _ = list(document.K)
    paragraph.K = pikepdf.Array([0, link, 2])
    link.P = paragraph
    parents = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
    parents[2] = paragraph
    document.K = pikepdf.Array([paragraph])
    result = structure.read(handmade.saved(pdf))
    assert result.errors == []
    assert result.texts() == ["Call 555 now"]
    assert [(row.role, row.text) for row in result.rows] == [
        ("Document", ""),
        ("P", "Call 555 now"),
        ("Link", "555"),
    ]


@pytest.mark.parametrize(
    ("content", "untagged", "errors"),
    [
        (HELLO + " BT (lost) Tj ET", "lost", []),
        (HELLO + " /P <</MCID 1>> BDC BT (lost) Tj ET EMC", "", ["mark 1 is in no element: 'lost'"]),
        ("q Q", "", ["P: mark 0 is not on its page"]),
        (HELLO + HELLO, "", ["page 1: mark 0 is opened twice"]),
        (HELLO + " EMC", "", ["page 1: marked content is closed twice"]),
        (HELLO[:-4], "", ["page 1: marked content is not closed"]),
        (f"/Artifact BMC {HELLO} EMC", "", ["page 1: mark 0 is inside another mark or an artifact"]),
        (HELLO.replace("ET", "/Artifact BMC (x) Tj EMC ET"), "", ["page 1: an artifact is inside a mark"]),
        (HELLO.replace("/F1 12 Tf (Hello)", "/F2 12 Tf <0099>"), "", ["page 1: a character has no Unicode"]),
        (HELLO.replace("/F1 12 Tf ", "q /F1 12 Tf Q "), "", ["page 1: text is shown before a font is chosen"]),
    ],
)
def test_the_reader_reports_errors_of_marked_content(content: str, untagged: str, errors: list[str]) -> None:
    result = read(content, "P")
    assert (result.untagged, result.errors) == (untagged, errors)


def test_the_reader_reports_errors_of_the_tree() -> None:
    def untagged(pdf: pikepdf.Pdf) -> None:
        del pdf.Root.StructTreeRoot

    def wrong_parent(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot.K.K[0].P = pdf.Root.StructTreeRoot

    def twice(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot.K.K[0].K = pikepdf.Array([0, 0])

    def scrambled(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot.ParentTree.Nums[1][0] = pdf.Root.StructTreeRoot.K

    def forgotten(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot.ParentTree.Nums[1].append(pdf.Root.StructTreeRoot.K)

    def next_key(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot.ParentTreeNextKey = 0

    def annotated(pdf: pikepdf.Pdf) -> None:
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9])
        pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(link)])

    assert errors_after(lambda _: None) == []
    assert errors_after(untagged) == ["there is no structure tree"]
    assert errors_after(wrong_parent) == ["P: /P is not the element above it"]
    assert errors_after(twice) == ["P: mark 0 is used twice"]
    assert errors_after(scrambled) == ["P: the ParentTree names another element for mark 0"]
    assert errors_after(forgotten) == ["the ParentTree holds mark 1, which no element names"]
    assert errors_after(next_key) == ["ParentTreeNextKey is in use already"]
    assert errors_after(annotated) == ["page 1: an annotation is in no element"]


def test_qr_codes_are_read_and_none_is_found_on_a_blank_page() -> None:
    code = qrcode.make("tel:+1-816-363-2500").convert("L")
    page = Image.new("L", (1275, 1650), 255)
    assert pictures.decode_qr(page) == []
    page.paste(code, (200, 300))
    assert pictures.decode_qr(page) == ["tel:+1-816-363-2500"]
    ImageDraw.Draw(page).rectangle((200, 300, 200 + code.width // 2, 300 + code.height), fill=255)
    assert pictures.decode_qr(page) == []


def test_both_renderers_draw_the_square_in_the_right_place() -> None:
    pdf = handmade.saved(handmade.sheet())
    images = [pictures.picture(pdf, 1, dpi=72), pictures.poppler_picture(pdf, 1, dpi=72)]
    for image in filter(None, images):
        assert image.mode == "L"
        assert image.size == (612, 792)
        assert image.point(lambda gray: 255 * (gray < 128)).getbbox() == (100, 792 - 150, 150, 792 - 100)
