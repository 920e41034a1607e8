"""Read a PNG file as pixels on white."""

from __future__ import annotations

import hashlib
import io
import zlib
from typing import TYPE_CHECKING

from packets.content.pictures.picture_errors import PictureError, PictureProblem
from packets.model.picture import Picture, Pixels

if TYPE_CHECKING:
    from PIL.Image import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS = 12_000_000  # more than a page has at 300 dots per inch
_DAMAGED = PictureProblem("I05", "the PNG file is damaged", "Open it in an image editor, and export it again as PNG.")
_ANIMATED = PictureProblem("I09", "the PNG file is an animation", "Export one picture of it as PNG.")
_KEYED = PictureProblem(
    "I09", "the PNG file has 16 bits for each sample, and a transparent color", "Export it with 8 bits."
)


def read_png(data: bytes) -> Picture:
    """Return the picture; what is transparent becomes white, and 16 bits become 8. Raise PictureError."""
    from PIL import Image, UnidentifiedImageError

    width, height = (int.from_bytes(data[place : place + 4], "big") for place in (16, 20))
    if width * height > MAX_PIXELS:  # before Pillow sees it
        raise PictureError(_too_many_pixels(width, height))
    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if getattr(image, "is_animated", False):
                raise PictureError(_ANIMATED)
            image.load()
            flat = _on_white(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, zlib.error):
        raise PictureError(_DAMAGED) from None
    samples, gray = flat.tobytes(), flat.mode == "L"
    digest = hashlib.sha256(b"%d %d %d " % (width, height, gray) + samples).hexdigest()
    return Picture(width, height, digest, pixels=Pixels(width, height, gray, zlib.compress(samples, 6)))


def _on_white(image: Image) -> Image:
    """Return the image in gray or in RGB, with 8 bits for each sample."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16 bits
        if "transparency" in image.info:
            raise PictureError(_KEYED)
        return image.convert("I").point(lambda value: value / 257).convert("L")
    gray = image.mode in ("1", "L", "LA")
    if image.has_transparency_data:
        over = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
    return image.convert("L" if gray else "RGB")


def _too_many_pixels(width: int, height: int) -> PictureProblem:
    millions, most = round(width * height / 1_000_000), MAX_PIXELS // 1_000_000
    message = f"the picture has {millions} million pixels; at most {most} million can be printed"
    return PictureProblem(
        "I04", message, f"It has {width} x {height}. Make it at most 2000 pixels wide in an image editor."
    )
