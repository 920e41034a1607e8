"""Check the slots of headings: of sections, subheadings and callouts."""

from __future__ import annotations

from packets.content import markup
from packets.content.allowed_slots import AllowedSlots
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Scalar


def check_heading(record: ParsedRecord, field: str, problems: ProblemCollector, slots: AllowedSlots) -> None:
    """Report unknown slots of a heading (T02), and those that it cannot have (T11)."""
    node = record.nodes.get(field)
    if isinstance(node, Scalar) and record.text(field):
        allowed = slots.in_headings
        markup.read_line(node, problems, allowed.names, allowed.reasons)
