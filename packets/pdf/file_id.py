"""Make a PDF's identifier the digest of all its other bytes, so that any change shows in the file alone.

The identifier (ISO 32000-1 14.4) is in the trailer. It is no signature: a forger can make a new one.
"""

from __future__ import annotations

import hashlib
import re

ID_PLACEHOLDER = b"/ID[<%s><%s>]" % (b"0" * 32, b"0" * 32)  # for a writer, to be replaced by `with_digest_id`
_ID = re.compile(rb"/ID ?\[ ?<([0-9a-fA-F]{32})> ?<([0-9a-fA-F]{32})> ?\]")


def with_digest_id(data: bytes) -> bytes:
    """Return the same file with the digest as its identifier. Raise ValueError for a file without an identifier."""
    return fill_id(hashlib.sha256(), data)


def fill_id(before: hashlib._Hash, data: bytes) -> bytes:
    """Return the end of a file with the identifier of the whole file; `before` has read all bytes before it."""
    id_match = _last_id(data)
    if id_match is None:
        raise ValueError("no file identifier")
    digest = _digest(before, data, id_match).encode()
    return b"".join(
        (data[: id_match.start(1)], digest, data[id_match.end(1) : id_match.start(2)], digest, data[id_match.end(2) :])
    )


def digest_matches(data: bytes) -> bool:
    """Return whether no byte has changed since the file got its digest."""
    id_match = _last_id(data)
    return id_match is not None and id_match[1] == id_match[2] == _digest(hashlib.sha256(), data, id_match).encode()


def _last_id(data: bytes) -> re.Match[bytes] | None:
    start = data.rfind(b"/ID")
    while start >= 0:
        if match := _ID.match(data, start):
            return match
        start = data.rfind(b"/ID", 0, start)
    return None


def _digest(before: hashlib._Hash, data: bytes, id_match: re.Match[bytes]) -> str:
    rest = before.copy()
    rest.update(data[: id_match.start(1)])
    rest.update(data[id_match.end(1) : id_match.start(2)])
    rest.update(data[id_match.end(2) :])
    return rest.hexdigest()[:32]
