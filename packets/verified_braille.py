"""Write a packet in braille and verify it."""

from __future__ import annotations

from collections.abc import Sequence

from packets.braille.brf_document import brf_document
from packets.braille.liblouis import Liblouis
from packets.model.filled_packet import FilledPacket
from packets.verify.braille_proof import verify_braille


def render_braille(packets: Sequence[FilledPacket], liblouis: Liblouis) -> bytes:
    """Return the braille file of a packet, followed by its translation if there is one.

    Raise InvalidInputError and UsageError for what cannot be written in braille, and VerificationError if the file
    does not say what the packet says.
    """
    data = brf_document(packets, liblouis)
    verify_braille(data, packets, liblouis)
    return data
