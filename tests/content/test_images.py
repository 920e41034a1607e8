"""Test the images of handouts: what an author may put beside a handout, and what is refused with which message."""

from __future__ import annotations

import io
import shutil
from pathlib import Path, PureWindowsPath

import pytest
from PIL import Image

from packets.content.library import load
from packets.content.revision_diff import read_revision
from packets.model.picture import Picture
from tests.block_samples import write_content

DRAWING = Path(__file__).resolve().parent.parent / "pictures" / "heel-slide.svg"
ALT = "A person lies on the back. One heel slides toward the body, and the knee bends."
IMAGE = f"""\
      - image:
          file: heel-slide.svg
          alt: {ALT}
          caption: Slide your heel toward you.
      - if: collar is yes
        text: Wear it.
"""
SPANISH = """\
      - image:
          alt: Una persona acostada dobla la rodilla y acerca el talón al cuerpo.
          caption: Acerque el talón.
      - text: Úselo.
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 30 20">\n'
LINE = '<path d="M0 0L9 9" stroke="black"/>'
NO_EXPORT = "Draw it with lines and shapes in plain colors, or export it as PNG."
CONVERT = "Convert it to PNG: open it in an image editor, and export it."


def png(width: int = 600, height: int = 400, mode: str = "RGB", kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height)).save(file, kind, **options)
    return file.getvalue()


def messages(root: Path, parts: str = IMAGE, name: str = "heel-slide.svg", data: bytes | None = None) -> str:
    """Return the problems of the sample handout with this image; data stands for the content of the file."""
    content = write_content(root / "content", parts.replace("heel-slide.svg", name), "")
    folder = content / "procedures" / "sample"
    shutil.copy(DRAWING, folder / "heel-slide.svg")
    if data is not None:
        (folder / name).write_bytes(data)
    _, problems = load(content)
    own = [problem for problem in problems if problem.path.startswith(str(folder))]
    return "\n".join(str(problem).replace(str(folder), "") for problem in own)


def picture(root: Path, name: str, data: bytes) -> Picture:
    assert messages(root, name=name, data=data) == ""
    library, _ = load(root / "content")
    assert library is not None
    image = library.handouts["sample", "en"].sections[0].parts[0].blocks[0]
    found = getattr(image, "picture", None)
    assert isinstance(found, Picture)
    return found


def test_a_drawing_is_read_with_its_shapes_in_order(tmp_path: Path) -> None:
    drawing = picture(tmp_path, "heel-slide.svg", DRAWING.read_bytes())
    assert (drawing.width, drawing.height) == (200, 120)
    assert [shape.path[0][0] for shape in drawing.shapes] == ["m"] * 9
    floor, head, *_, spot = drawing.shapes
    assert floor.path == (("m", (8, 104)), ("l", (192, 104)))
    assert floor.stroke is not None and (floor.stroke.width, floor.stroke.cap, floor.stroke.join) == (4, 1, 1)
    assert [letter for letter, _ in head.path] == ["m", "c", "c", "c", "c", "h"]
    assert spot.fill == (0.0392, 0.2392, 0.3804)


def test_an_image_needs_alt_text_and_a_caption(tmp_path: Path) -> None:
    text = messages(tmp_path, IMAGE.replace(f"          alt: {ALT}\n", ""))
    assert text.splitlines()[0] == '/handout.en.yaml:14:11: S02 an image needs "alt"'


@pytest.mark.parametrize(
    ("name", "problem", "hint"),
    [
        ("../sample/heel-slide.svg", "I01 ../sample/heel-slide.svg: the picture is not in the folder of this file", ""),
        ("/etc/heel-slide.svg", "I01 /etc/heel-slide.svg: the picture is not in the folder of this file", ""),
        (r"C:\heel.svg", r"I01 C:\heel.svg: the picture is not in the folder of this file", ""),
        (
            "heel-slid.svg",
            "I02 heel-slid.svg: there is no picture of this name here",
            'Did you mean "heel-slide.svg"?',
        ),
        ("slide.jpg", "I03 slide.jpg: only SVG and PNG files can be printed", CONVERT),
        (
            "heel slide.svg",
            "I13 heel slide.svg: a picture cannot have this name",
            "Use letters, digits, - and _, and end it with .svg or .png in small letters: heel-slide.svg",
        ),
    ],
)
def test_a_picture_that_cannot_be_used_is_named_with_its_place(
    tmp_path: Path, name: str, problem: str, hint: str
) -> None:
    hint = hint or f"Copy it there, and write only its name: {PureWindowsPath(name).name}"
    assert messages(tmp_path, name=name) == f"/handout.en.yaml:14:17: {problem}\n    {hint}"


def test_a_symbolic_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = write_content(tmp_path / "content", IMAGE, "") / "procedures" / "sample"
    (tmp_path / "secret.svg").write_bytes(DRAWING.read_bytes())
    (folder / "heel-slide.svg").symlink_to(tmp_path / "secret.svg")
    _, problems = load(tmp_path / "content")
    assert [problem.code for problem in problems if not problem.warning] == ["I01"]


@pytest.mark.parametrize(
    ("body", "problem", "hint"),
    [
        (
            "<script>alert(1)</script>",
            "I06 {}: the SVG file has a script (line 2 of the SVG file)",
            "Export it again as plain SVG, without scripts.",
        ),
        (
            '<path d="M0 0L9 9" onclick="alert(1)"/>',
            "I06 {}: the SVG file has a script (line 2 of the SVG file)",
            "Export it again as plain SVG, without scripts.",
        ),
        (
            '<a xlink:href="https://example.org"><path d="M0 0L9 9"/></a>',
            "I07 {}: the SVG file has a link or loads another file (line 2 of the SVG file)",
            "Delete the link.",
        ),
        (
            '<image href="photo.png" width="9" height="9"/>',
            "I07 {}: the SVG file has a link or loads another file (line 2 of the SVG file)",
            "Delete the link.",
        ),
        (
            '<text x="1" y="9">Heel</text>',
            "I08 {}: the SVG file has text (line 2 of the SVG file)",
            "Put the words into the caption, where they can be translated and read aloud. For a single letter, turn it "
            "into a shape; in Inkscape: Path, Object to Path.",
        ),
        (
            "<style>path {stroke: red}</style>",
            "I09 {}: the SVG file has a style sheet, which cannot be printed (line 2 of the SVG file)",
            "In Inkscape, save it as Plain SVG; in Illustrator, choose Styling: Presentation Attributes.",
        ),
        (
            '<path d="M0 0L9 9" style="fill:url(#g)"/>',
            "I09 {}: the SVG file has a gradient or pattern, which cannot be printed (line 2 of the SVG file)",
            NO_EXPORT,
        ),
        (
            '<g opacity="0.5"><path d="M0 0L9 9"/></g>',
            "I09 {}: the SVG file has transparency, which cannot be printed (line 2 of the SVG file)",
            "Choose a lighter color instead, without transparency.",
        ),
        (
            '<use href="#p"/>',
            "I09 {}: the SVG file has <use>, which cannot be printed (line 2 of the SVG file)",
            "Make the copy a shape of its own; in Inkscape: Edit, Clone, Unlink Clone.",
        ),
        (
            '<path d="M0 0 L9" stroke="black"/>',
            "I09 {}: the SVG file has a path that cannot be read, which cannot be printed (line 2 of the SVG file)",
            NO_EXPORT,
        ),
        (
            '<rect width="9" height="1e9"/>',
            "I09 {}: the SVG file has a number that is too large, which cannot be printed (line 2 of the SVG file)",
            NO_EXPORT,
        ),
        ("<g/>", "I12 {}: nothing is drawn in the SVG file", "Draw something in it, and export it again."),
    ],
)
def test_an_svg_file_with_more_than_shapes_is_refused(tmp_path: Path, body: str, problem: str, hint: str) -> None:
    extra = "" if "I12" in problem else LINE
    text = messages(tmp_path, name="drawn.svg", data=f"{SVG}{body}{extra}</svg>".encode())
    assert text == f"/handout.en.yaml:14:17: {problem.format('drawn.svg')}\n    {hint}"


def test_all_that_is_wrong_with_an_svg_file_is_reported_at_once(tmp_path: Path) -> None:
    body = f'<text>a</text><text>b</text>\n<script/>\n<filter id="f"/>{LINE}</svg>'
    text = messages(tmp_path, name="drawn.svg", data=f"{SVG}{body}".encode())
    assert [line.split(": ")[1][:3] for line in text.splitlines() if line.startswith("/")] == ["I06", "I08", "I09"]


BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ((BOMB + SVG + LINE + "</svg>").encode(), "I17 drawn.svg: the SVG file has a DOCTYPE (line 1 of the SVG file)"),
        (
            b'<?xml-stylesheet href="https://example.org/a.css"?>\n' + (SVG + LINE + "</svg>").encode(),
            "I07 drawn.svg: the SVG file has a link or loads another file (line 1 of the SVG file)",
        ),
        ((SVG + LINE).encode(), "I05 drawn.svg: the SVG file is damaged (line 2 of the SVG file)"),
        (b"\xff\xd8\xff\xe0", "I14 drawn.svg: the file is a JPEG, whatever its name says"),
        (b"<html></html>", "I05 drawn.svg: the file is not an SVG drawing (line 1 of the SVG file)"),
        ((SVG + "<g>" * 60).encode(), "I04 drawn.svg: the SVG file has too deeply nested groups (line 2 "),
        (
            (SVG + f'<path d="M0 0{"h1" * 50_001}" stroke="red"/></svg>').encode(),
            "I04 drawn.svg: the SVG file has more than 50,000 lines and curves",
        ),
        (b" " * 1_000_001, "I04 drawn.svg: the file has more than 1 million bytes"),
        (
            SVG.replace('viewBox="0 0 30 20"', "").encode() + LINE.encode() + b"</svg>",
            "I15 drawn.svg: the SVG file does not say how large it is",
        ),
    ],
)
def test_a_damaged_or_dangerous_svg_file_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    text = messages(tmp_path, name="drawn.svg", data=data)
    assert text.startswith(f"/handout.en.yaml:14:17: {problem}")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_file_of_each_kind_is_read(tmp_path: Path, mode: str) -> None:
    found = picture(tmp_path, "photo.png", png(mode=mode)).pixels
    assert found is not None and (found.width, found.height) == (600, 400)
    assert found.gray is (mode in ("1", "L", "LA", "I;16"))


def test_what_is_transparent_in_a_png_file_prints_white(tmp_path: Path) -> None:
    import zlib

    found = picture(tmp_path, "photo.png", png(mode="RGBA")).pixels  # transparent black
    assert found is not None and set(zlib.decompress(found.data)) == {255}
    sixteen = io.BytesIO()
    Image.new("I;16", (600, 400), 0x8000).save(sixteen, "PNG")
    found = picture(tmp_path / "16", "photo.png", sixteen.getvalue()).pixels
    assert found is not None and set(zlib.decompress(found.data)) == {127}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            png(8000, 5000, "1"),
            "I04 photo.png: the picture has 40 million pixels; at most 12 million can be printed\n"
            "    It has 8000 x 5000. Make it at most 2000 pixels wide in an image editor.",
        ),
        (
            png()[:300] + png()[400:],
            "I05 photo.png: the PNG file is damaged\n    Open it in an image editor, and export it again as PNG.",
        ),
        (png(kind="GIF"), f"I14 photo.png: the file is not a PNG, whatever its name says\n    {CONVERT}"),
        (
            png(save_all=True, append_images=[Image.new("RGB", (600, 400), "red")]),
            "I09 photo.png: the PNG file is an animation\n    Export one picture of it as PNG.",
        ),
        (
            png(200, 100),
            "I11 photo.png: it prints with 58 dots per inch, and looks coarse\n"
            "    Export it at least 518 pixels wide, print it narrower, or use an SVG drawing.",
        ),
    ],
)
def test_a_png_file_that_cannot_be_printed_well_is_named(tmp_path: Path, data: bytes, problem: str) -> None:
    assert messages(tmp_path, name="photo.png", data=data) == f"/handout.en.yaml:14:17: {problem}"


def test_alt_text_that_says_nothing_is_refused(tmp_path: Path) -> None:
    hint = "    Say what a person who cannot see it must know: who, in which position, does what."
    same = messages(tmp_path, IMAGE.replace(ALT, "Slide your heel toward you"))
    assert same == f"/handout.en.yaml:15:16: I10 the alt text only repeats the caption\n{hint}"
    name = messages(tmp_path / "2", IMAGE.replace(ALT, "Heel slide"))
    assert name == f"/handout.en.yaml:15:16: I16 the alt text does not say what the picture shows\n{hint}"


def test_a_translation_has_its_own_words_and_the_same_picture(tmp_path: Path) -> None:
    content = write_content(tmp_path / "content", IMAGE, SPANISH)
    shutil.copy(DRAWING, content / "procedures" / "sample")
    library, problems = load(content)
    assert library is not None, problems
    english, spanish = (library.handouts["sample", tag].sections[0].parts[0].blocks[0] for tag in ("en", "es"))
    assert getattr(spanish, "picture", None) is getattr(english, "picture", 0)
    assert getattr(spanish, "caption", "") == "Acerque el talón."


def test_a_translation_that_lacks_the_image_is_refused(tmp_path: Path) -> None:
    content = write_content(tmp_path / "content", IMAGE, SPANISH.replace("image:", "callout:").replace("alt", "x"))
    shutil.copy(DRAWING, content / "procedures" / "sample")
    _, problems = load(content)
    assert "T13 the original has image: here" in "\n".join(map(str, problems))


def test_a_changed_drawing_is_a_difference_between_two_revisions(tmp_path: Path) -> None:
    folder = write_content(tmp_path / "content", IMAGE, "") / "procedures" / "sample"
    shutil.copy(DRAWING, folder)
    before = read_revision(folder / "handout.en.yaml").lines
    (folder / "heel-slide.svg").write_text(DRAWING.read_text("utf-8").replace("M 8,104", "M 9,104"), "utf-8")
    after = read_revision(folder / "handout.en.yaml").lines
    changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    assert len(changed) == 1 and changed[0][0].startswith("[image] heel-slide.svg ")
    assert "[caption] Slide your heel toward you." in before
