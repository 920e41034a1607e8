"""Join data that was compressed before with other data in one compressed stream (RFC 1950, RFC 1951)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

_STORED_HEADER = Struct("<BHH").pack  # RFC 1951 3.2.4


class DeflatedChunk(NamedTuple):
    """A part of a stream. `deflated` ends at a byte and refers to nothing before it, so it can follow any chunk."""

    raw: bytes
    deflated: bytes


def deflate(raw: bytes) -> DeflatedChunk:
    """Compress what many files share, as small as possible."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return DeflatedChunk(raw, compressor.compress(raw) + compressor.flush(zlib.Z_SYNC_FLUSH))


def stored(raw: bytes) -> DeflatedChunk:
    """Wrap at most 65,535 bytes without compressing them."""
    length = len(raw)
    return DeflatedChunk(raw, _STORED_HEADER(0, length, length ^ 0xFFFF) + raw)


def concatenate(chunks: Iterable[DeflatedChunk]) -> bytes:
    """Join chunks to one zlib stream without compressing them again."""
    parts, checksum = [b"\x78\x9c"], 1
    for chunk in chunks:
        parts.append(chunk.deflated)
        checksum = zlib.adler32(chunk.raw, checksum)
    parts.append(b"\x03\x00" + checksum.to_bytes(4, "big"))
    return b"".join(parts)
