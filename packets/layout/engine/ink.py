"""Bytes of a page in, the same bytes deflated so that they can stand anywhere in a stream out (RFC 1950, RFC 1951)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

_STORED = Struct("<BHH").pack  # RFC 1951 3.2.4


class Ink(NamedTuple):
    """A run of a stream: `packed` ends at a byte and looks back at nothing before it, so it fits behind any other."""

    raw: bytes
    packed: bytes

    def __repr__(self) -> str:
        return "Ink"  # what it holds may be a patient's


def ink(raw: bytes) -> Ink:
    """For what is made for each patient: quickly, and in a small window, whose setting up costs least."""
    return _packed(raw, zlib.compressobj(1, zlib.DEFLATED, -12, 5))


def ink_to_keep(raw: bytes) -> Ink:
    return _packed(raw, zlib.compressobj(9, zlib.DEFLATED, -15, 9))


def _packed(raw: bytes, packer: zlib._Compress) -> Ink:
    return Ink(raw, packer.compress(raw) + packer.flush(zlib.Z_SYNC_FLUSH))


def stored(raw: bytes) -> Ink:
    """For a few bytes, which would not get fewer."""
    length = len(raw)
    return Ink(raw, _STORED(0, length, length ^ 0xFFFF) + raw)


def joined(runs: Iterable[Ink]) -> bytes:
    """One zlib stream of all runs: nothing is deflated again."""
    parts, check = [b"\x78\x9c"], 1
    for run in runs:
        parts.append(run.packed)
        check = zlib.adler32(run.raw, check)
    parts.append(b"\x03\x00" + check.to_bytes(4, "big"))
    return b"".join(parts)
