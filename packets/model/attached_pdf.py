"""Define a PDF of the clinic that is appended to packets."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from packets.values import HiddenFields


class AttachedPdf(HiddenFields, Struct, frozen=True):
    """A tagged PDF, such as the notice of language assistance; the size of its pages is in points."""

    name: str
    data: bytes
    pages: int
    width: float
    height: float

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()
