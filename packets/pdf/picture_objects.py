"""Write pictures of the content as objects of a file that all its pages share (ISO 32000-1 8.9 and 8.10)."""

from __future__ import annotations

from packets.layout import pictures
from packets.model.picture import Picture
from packets.pdf import file_format


def name(picture: Picture) -> bytes:
    """Return the name of a picture on a page: the same in every file, since files share chunks of pages."""
    return b"/P" + picture.sha256[:24].encode()


def source(picture: Picture) -> bytes:
    """Return the object, which draws the picture into a square of 1 by 1."""
    if pixels := picture.pixels:
        space = b"/DeviceGray" if pixels.gray else b"/DeviceRGB"  # sRGB, by the output intent of the file
        entries = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent 8%s"
        entries %= (pixels.width, pixels.height, space, b"/Filter/FlateDecode")
        return file_format.stream(pixels.data, entries)
    width, height = picture.width, picture.height
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 %.7g %.7g]/Matrix[%.9f 0 0 %.9f 0 1]/Resources<<>>"
    entries %= (width, height, 1 / width, -1 / height)  # the picture counts from its upper left corner
    return file_format.compressed_stream(pictures.operators(picture).encode("ascii"), entries)
