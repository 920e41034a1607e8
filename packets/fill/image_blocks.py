"""Fill the images of a handout."""

from __future__ import annotations

from packets.model import filled_packet
from packets.model.handout import Image, ImageWidth

_PARTS = {ImageWidth.FULL: 1.0, ImageWidth.HALF: 1 / 2, ImageWidth.THIRD: 1 / 3}


def figure(image: Image) -> filled_packet.Figure:
    if image.picture is None:
        raise ValueError("an image without its picture: only `diff` reads such a file")
    return filled_packet.Figure(image.picture, image.alt, image.caption, _PARTS[image.width])
