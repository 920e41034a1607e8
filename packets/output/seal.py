"""A PDF's file identifier as a digest of all its other bytes: one changed byte shows, in a file on its own.

The identifier (ISO 32000-1 14.4) stands in the trailer. It is no signature: who means to deceive can make a new one.
"""

from __future__ import annotations

import hashlib
import re

_ID = re.compile(rb"/ID ?\[ ?<([0-9a-fA-F]{32})> ?<([0-9a-fA-F]{32})> ?\]")


def sealed(data: bytes) -> bytes:
    """The same file with its identifier replaced by the digest. Raises ValueError where it has none."""
    place = _last(data)
    if place is None:
        raise ValueError("no file identifier")
    digest = _digest(data, place).encode()
    return data[: place.start(1)] + digest + data[place.end(1) : place.start(2)] + digest + data[place.end(2) :]


def is_sealed(data: bytes) -> bool:
    """Whether no byte has changed since the file was sealed."""
    place = _last(data)
    return place is not None and place[1] == place[2] == _digest(data, place).encode()


def _last(data: bytes) -> re.Match[bytes] | None:
    found = None
    for match in _ID.finditer(data):
        found = match
    return found


def _digest(data: bytes, place: re.Match[bytes]) -> str:
    rest = hashlib.sha256(data[: place.start(1)])
    rest.update(data[place.end(1) : place.start(2)])
    rest.update(data[place.end(2) :])
    return rest.hexdigest()[:32]
