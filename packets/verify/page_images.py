"""Draw the pages of a finished PDF as PNG images in memory, for the screen."""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(data: bytes, number: int, *, width_px: int) -> bytes:
    """Return page `number` (from 1) as a PNG of about this width. Raise IndexError if the page does not exist.

    Like all of pdfium, for one thread at a time.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        page = document[number - 1]
        bitmap = page.render(scale=width_px / page.get_width(), rev_byteorder=True)
        return png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)
    finally:
        document.close()


def png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """Encode 8-bit RGB (3 channels) or RGBA (4) as PNG; a row takes `stride` bytes. PNG (third edition), 5 and 11."""
    row = width * channels
    # Pages are flat areas: no filter and zlib's fast level take 2 ms and cost a few kilobytes.
    lines = b"".join(b"\0" + pixels[start : start + row] for start in range(0, stride * height, stride))
    color = {3: 2, 4: 6}[channels]
    head = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 3)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
