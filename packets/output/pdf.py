"""A FilledPacket and how the paper should look in, a proved PDF out: drawn, protected, sealed, read back."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from packets.domain.case import Print
from packets.domain.filled import FilledPacket
from packets.output.seal import sealed
from packets.output.verify import prove


@dataclass(frozen=True, slots=True, repr=False)
class RenderedPdf:
    """`data` has been read back and proved; without a password the same packet gives the same bytes.

    `texts` are the pages as read back, without white space, for whoever has something else to hold them against.
    """

    data: bytes
    pages: int
    texts: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def render(packet: FilledPacket, look: Print, *, author: str = "", password: str | None = None) -> RenderedPdf:
    """Raises NotProved where the finished bytes do not say what `packet` says; fonts.MissingGlyph."""
    from packets.layout.engine.press import draw

    data, pages = draw(packet, look, author=author, archival=password is None)
    if password is not None:
        from packets.output.protect import protect

        data = sealed(protect(data, password))  # what the engine drew was sealed before it was locked
    texts = prove(data, packet, pages, password=password)
    return RenderedPdf(data, pages, texts)
