"""Write a packet as HTML and verify it."""

from __future__ import annotations

from collections.abc import Sequence

from packets.model.case import PrintOptions, PrintSize
from packets.model.filled_packet import FilledPacket


def render_html(packets: Sequence[FilledPacket], print_options: PrintOptions) -> bytes:
    """Return the HTML copy of a packet, followed by its translation if there is one.

    Raise VerificationError if the copy does not say what the packet says.
    """
    from packets.html.html_document import html_document
    from packets.verify.html_proof import verify_html

    data = html_document(packets, large_print=print_options.print_size is PrintSize.LARGE)
    verify_html(data, packets)
    return data
