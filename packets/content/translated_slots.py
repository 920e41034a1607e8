"""Compare the slots of a translation with those of the original."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from packets.content import headings, translated_links
from packets.content.allowed_slots import AllowedSlots
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.model.block_lines import block_lines
from packets.model.handout import Block, Paragraph, Run, Slot
from packets.model.heading import heading_runs


def check_slots(
    blocks: Iterable[Block], originals: Iterable[Block], written: ParsedRecord, field: str, problems: ProblemCollector
) -> None:
    """Report slots and links that are missing, or that the original does not have (T14, T15, T43, T44)."""
    used, expected = Counter(_slot_names(blocks)), Counter(_slot_names(originals))
    for name in sorted((expected - used).keys()):
        problems.add(
            "T14",
            f"the slot {{{name}}} of the original is missing",
            written.at(field),
            f"Write {{{name}}} where its value belongs.",
        )
    for name in sorted((used - expected).keys()):
        problems.add("T15", f"the original has no slot {{{name}}} here", written.at(field), "Delete it.")
    translated_links.compare(_lines(blocks), _lines(originals), written.at(field), problems)


def check_heading_slots(
    original: str, written: ParsedRecord, field: str, problems: ProblemCollector, slots: AllowedSlots
) -> None:
    """Report slots that a heading cannot have, that are missing, or that the original does not have."""
    headings.check_heading(written, field, problems, slots)
    translated, expected = Paragraph(heading_runs(written.text(field))), Paragraph(heading_runs(original))
    if written.text(field):
        check_slots((translated,), (expected,), written, field, problems)


def _slot_names(blocks: Iterable[Block]) -> Iterator[str]:
    return (run.name for line in _lines(blocks) for run in line if isinstance(run, Slot))


def _lines(blocks: Iterable[Block]) -> Iterator[tuple[Run, ...]]:
    return (line for block in blocks for line in block_lines(block))
