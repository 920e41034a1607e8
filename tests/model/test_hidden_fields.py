"""Test that no value shows a patient's name when a log or traceback prints it."""

from __future__ import annotations

from packets.model.case import PrintOptions
from packets.model.filled_packet import texts
from packets.pdf.renderer import lay_out
from tests import samples


def test_neither_a_case_nor_its_packet_nor_its_boxes_show_the_name() -> None:
    packet = samples.packet()
    boxes = [lay_out(block, False, PrintOptions()) for block in packet.blocks]
    assert "Rosa" in str([text for block in packet.blocks for text in texts(block)])
    assert "Rosa" not in repr((samples.case(), packet, packet.blocks, boxes))
