"""Test the images of a packet, as they are drawn and as they are read back from the PDF."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image, ImageChops

from packets.content.library import load
from packets.errors import VerificationError
from packets.model import filled_packet
from packets.model.case import Paper, PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket
from packets.pdf.encrypt import encrypt
from packets.pdf.extract import extract_pages
from packets.pdf.file_id import with_digest_id
from packets.pdf.merge import PdfMerger
from packets.pdf.renderer import Renderer
from packets.verified_pdf import render, render_pair
from packets.verify.extract_text import read, without_whitespace
from packets.verify.figures import read_figures
from packets.verify.proof import verify_packet
from tests.block_samples import write_content
from tests.instruments import structure, verapdf
from tests.reference_renderer import document
from tests.verify.test_blocks import filled, filler

DRAWING = Path(__file__).resolve().parent.parent / "pictures" / "heel-slide.svg"
LOOKS = [PrintOptions(paper, print_size) for paper in Paper for print_size in PrintSize]
ALT = "A person lies on the back. One heel slides toward the body, and the knee bends."
PARTS = f"""\
      - text: Ask {{surgeon}} how far you may bend it.
      - image:
          file: heel-slide.svg
          alt: {ALT}
          caption: Slide your heel toward you, and hold for 5 seconds.
      - image:
          file: photo.png
          alt: A room with a chair that has arms.
          caption: A chair with arms.
          width: third
      - text: Do this 10 times. Then ask {{surgeon}}.
        keep_together: true
      - if: collar is yes
        text: Wear it.
"""
SPANISH = """\
      - text: Pregunte a {surgeon} cuánto puede doblarla.
      - image:
          alt: Una persona acostada dobla la rodilla y acerca el talón al cuerpo.
          caption: Acerque el talón y espere 5 segundos.
      - image:
          alt: Un cuarto con una silla que tiene brazos.
          caption: Una silla con brazos.
      - text: Hágalo 10 veces. Luego pregunte a {surgeon}.
      - text: Úselo.
"""


def packet(root: Path, parts: str = PARTS, language: str = "en", **changes: object) -> FilledPacket:
    content = root / "content"
    if not content.exists():
        folder = write_content(content, parts, SPANISH if parts == PARTS else "") / "procedures" / "sample"
        shutil.copy(DRAWING, folder)
        Image.radial_gradient("L").resize((500, 400)).convert("RGB").save(folder / "photo.png")
    return filled(root, parts, language, **changes)


def test_each_figure_is_read_aloud_and_its_caption_follows(tmp_path: Path) -> None:
    spoken = structure.read(render(packet(tmp_path), PrintOptions()).data).texts()
    place = spoken.index(ALT)
    assert spoken[place + 1 : place + 4] == [
        "Slide your heel toward you, and hold for 5 seconds.",
        "A room with a chair that has arms.",
        "A chair with arms.",
    ]


@pytest.mark.system("verapdf")
def test_verapdf_finds_no_failure_in_images(tmp_path: Path) -> None:
    paths = {}
    for language in ("en", "es"):
        for number, look in enumerate(LOOKS):
            path = tmp_path / f"{language}{number}.pdf"
            path.write_bytes(render(packet(tmp_path, language=language), look).data)
            paths[path] = f"{language} {look}"
    verdicts = verapdf.validate(paths, ("ua1", "2a"))
    assert [(key, verdict.failures) for key, verdict in verdicts.items() if not verdict.passed] == []


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_the_reference_renderer_draws_the_same_pixels(tmp_path: Path, look: PrintOptions) -> None:
    shown = packet(tmp_path)
    ours, theirs = (
        pypdfium2.PdfDocument(data) for data, _ in (Renderer().render(shown, look), document.draw(shown, look))
    )
    assert len(ours) == len(theirs)
    for number in range(len(ours)):
        images = [pdf[number].render(scale=2).to_pil().convert("L") for pdf in (ours, theirs)]
        difference = ImageChops.difference(*images)
        assert max(place for place, count in enumerate(difference.histogram()) if count) < 40  # smoothing of a photo


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_picture_and_its_caption_are_never_on_two_pages(tmp_path: Path, look: PrintOptions) -> None:
    """Move the picture down line by line, so that it meets the end of a page at every height."""
    for lines in range(2, 26, 4):
        shown = packet(tmp_path / str(lines), filler(lines) + PARTS)
        data = render(shown, look).data
        texts = read(data)
        for text, figures in zip(texts, read_figures(data), strict=True):
            assert ("Slide your heel" in text) is any(figure.alt == ALT for figure in figures)


def test_patients_share_one_picture_in_a_print_run(tmp_path: Path) -> None:
    file = io.BytesIO()
    merger = PdfMerger(file, "A print run")
    renderer = Renderer()
    for surgeon in ("Dr. Jane Rivera", "Dr. Maximiliana Featherstonehaugh-Cholmondeley", "Dr. A"):
        data, pages = renderer.render(packet(tmp_path, surgeon=surgeon), PrintOptions())
        verify_packet(data, packet(tmp_path, surgeon=surgeon), pages)
        merger.append(extract_pages(data))
    merger.close()
    with pikepdf.open(file) as pdf:
        kinds = [str(item.get("/Subtype")) for item in pdf.objects if isinstance(item, pikepdf.Stream)]
    assert (kinds.count("/Image"), kinds.count("/Form")) == (1, 1)


def test_a_part_with_a_patients_words_and_a_picture_is_each_patients_own(tmp_path: Path) -> None:
    renderer = Renderer()
    for surgeon in ("Dr. Jane Rivera", "Dr. Jean Rivero") * 2:
        shown = packet(tmp_path, surgeon=surgeon)
        place = next(place for place, block in enumerate(shown.blocks) if isinstance(block, filled_packet.Figure))
        kept = filled_packet.Together(shown.blocks[place - 1 : place + 1])  # the words before it name the surgeon
        shown = replace(shown, blocks=(*shown.blocks[: place - 1], kept, *shown.blocks[place + 1 :]))
        data, pages = renderer.render(shown, PrintOptions())
        assert without_whitespace(f"Ask {surgeon} how far") in "".join(verify_packet(data, shown, pages))
        assert data == Renderer().render(shown, PrintOptions())[0]


def test_an_encrypted_packet_still_has_its_pictures(tmp_path: Path) -> None:
    shown = packet(tmp_path)
    data, pages = Renderer().render(shown, PrintOptions(), archival=False)
    locked = with_digest_id(encrypt(data, "a long password"))
    verify_packet(locked, shown, pages, password="a long password")


def test_both_languages_have_the_picture_on_the_same_sheet(tmp_path: Path) -> None:
    english, spanish = packet(tmp_path), packet(tmp_path, language="es")
    library, _ = load(tmp_path / "content")
    assert library is not None
    blank = (library.languages["es"].say("blank_page"), library.languages["en"].say("blank_page"))
    for look in LOOKS:
        found = read_figures(render_pair(spanish, english, look, blank).data)
        fronts = [number for number, figures in enumerate(found) if any("talón" in each.alt for each in figures)]
        backs = [number for number, figures in enumerate(found) if any(each.alt == ALT for each in figures)]
        assert backs == [number + 1 for number in fronts] and len(fronts) == 1


@pytest.mark.parametrize("subtype", ["/Form", "/Image"])
def test_a_picture_that_is_not_drawn_is_found(tmp_path: Path, subtype: str) -> None:
    shown = packet(tmp_path)
    data, pages = Renderer().render(shown, PrintOptions())
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            names = [name for name, item in page.Resources.XObject.items() if item.Subtype == subtype]
            page.contents_coalesce()
            content = page.Contents.read_bytes()
            page.Contents = pdf.make_stream(content.replace(names[0].encode() + b" Do", b""))
        pdf.save(out, static_id=True)
    with pytest.raises(VerificationError, match=r"V25 figure \d is not drawn on page \d with its caption"):
        verify_packet(with_digest_id(out.getvalue()), shown, pages)
