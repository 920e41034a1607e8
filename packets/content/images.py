"""Build images from parsed parts, and check their pictures and their words."""

from __future__ import annotations

from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Place
from packets.model.handout import Image, ImageWidth
from packets.model.picture import LOGO_SIZE, Picture

_TEXT_WIDTH = 6.9  # inches: the widest text of a page
_INCHES = {ImageWidth.FULL: _TEXT_WIDTH, ImageWidth.HALF: _TEXT_WIDTH / 2, ImageWidth.THIRD: _TEXT_WIDTH / 3}
_MIN_DPI = 150  # below it, the eye sees single dots


def build_image(record: ParsedRecord, problems: ProblemCollector) -> Image:
    """Return the image; its picture is None if it has a mistake. A translation has only the words."""
    width = ImageWidth(record.text("width", ImageWidth.HALF)) if "file" in record.record.names() else ImageWidth.HALF
    name = record.text("file")
    picture = _picture(name, record.at("file"), problems) if name else None
    if picture and picture.pixels:
        _check_resolution(name, picture, _INCHES[width], record.at("file"), problems)
    check_alt(record, name, problems)
    return Image(name, record.text("alt"), record.text("caption"), width, picture)


def build_logo(record: ParsedRecord, problems: ProblemCollector) -> Picture | None:
    """Return the logo of a clinic or a site, if it has one."""
    name = record.text("logo")
    picture = _picture(name, record.at("logo"), problems) if name else None
    if picture and picture.pixels:
        inches = picture.fitted(*LOGO_SIZE)[0] / 25.4
        _check_resolution(name, picture, inches, record.at("logo"), problems)
    return picture


def _picture(name: str, place: Place, problems: ProblemCollector) -> Picture | None:
    from packets.content.pictures.picture_files import read_picture  # most packets have no picture

    return read_picture(name, place, problems)


def _check_resolution(name: str, picture: Picture, inches: float, place: Place, problems: ProblemCollector) -> None:
    """Warn if the dots of a picture will be seen at this width."""
    dpi = picture.width / inches
    if dpi < _MIN_DPI:
        needed = round(_MIN_DPI * inches)
        message = f"{name}: it prints with {dpi:.0f} dots per inch, and looks coarse"
        hint = f"Export it at least {needed} pixels wide, print it narrower, or use an SVG drawing."
        problems.add("I11", message, place, hint, warning=True)


def check_alt(record: ParsedRecord, name: str, problems: ProblemCollector) -> None:
    """Report an alternative text that tells a reader who cannot see the picture nothing (I10, I16)."""
    alt, caption = _letters_and_digits(record.text("alt")), _letters_and_digits(record.text("caption"))
    hint = "Say what a person who cannot see it must know: who, in which position, does what."
    if alt and alt == caption:
        problems.add("I10", "the alt text only repeats the caption", record.at("alt"), hint)
    elif alt and alt in (
        _letters_and_digits(name),
        _letters_and_digits(name.rpartition(".")[0]),
        "image",
        "picture",
        "drawing",
        "photo",
    ):
        problems.add("I16", "the alt text does not say what the picture shows", record.at("alt"), hint)


def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
