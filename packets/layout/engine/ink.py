"""Bytes of a page in, the same bytes deflated so that they can stand anywhere in a stream out (RFC 1950, RFC 1951)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ink:
    """A run of a stream: `packed` ends at a byte and looks back at nothing before it, so it fits behind any other."""

    raw: bytes
    packed: bytes


def ink(raw: bytes) -> Ink:
    """For what is made for each patient: quickly, and in a small window, whose setting up costs least."""
    return _packed(raw, zlib.compressobj(1, zlib.DEFLATED, -12, 5))


def ink_to_keep(raw: bytes) -> Ink:
    return _packed(raw, zlib.compressobj(9, zlib.DEFLATED, -15, 9))


def _packed(raw: bytes, packer: zlib._Compress) -> Ink:
    return Ink(raw, packer.compress(raw) + packer.flush(zlib.Z_SYNC_FLUSH))


def stored(raw: bytes) -> Ink:
    """For a few bytes, which would not get fewer (RFC 1951 3.2.4)."""
    length = len(raw)
    return Ink(raw, b"\0" + length.to_bytes(2, "little") + (length ^ 0xFFFF).to_bytes(2, "little") + raw)


def joined(runs: Iterable[Ink]) -> bytes:
    """One zlib stream of all runs: nothing is deflated again."""
    parts, check = [b"\x78\x9c"], 1
    for run in runs:
        parts.append(run.packed)
        check = zlib.adler32(run.raw, check)
    parts.append(b"\x03\x00" + check.to_bytes(4, "big"))
    return b"".join(parts)
