"""List the words of an author's blocks, one line for each paragraph, list entry, heading and cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from msgspec.structs import replace

from packets.model.condition import Condition
from packets.model.handout import (
    Block,
    Bullets,
    Callout,
    Check,
    FillIn,
    Image,
    Medicines,
    OverrideNote,
    PageBreak,
    Paragraph,
    Run,
    Show,
    Slot,
    Steps,
    Subheading,
    Table,
    Text,
    Todo,
)
from packets.model.heading import heading_runs
from packets.model.regimen import Regimen


def block_lines(block: Block) -> tuple[tuple[Run, ...], ...]:
    """Return the marked-up text of a block: one line for each paragraph, list entry, heading and cell."""
    return tuple(line for _, line in conditional_lines(block))


def printed_lines(block: Block) -> Iterator[tuple[Condition | None, tuple[Run, ...]]]:
    """Yield the lines of a block that patients read on paper, each with the condition of its row in a table."""
    if isinstance(block, Image):
        block = replace(block, alt="")  # read aloud
    elif isinstance(block, Regimen):
        block = replace(block, ask="")  # printed on the staff sheet
    return conditional_lines(block)


def conditional_lines(block: Block) -> Iterator[tuple[Condition | None, tuple[Run, ...]]]:
    """Yield the lines of a block, each with the condition of its row in a table."""
    match block:
        case Paragraph() | Check():
            yield None, block.runs
        case Bullets() | Steps():
            yield from ((None, item) for item in block.items)
        case Subheading():
            yield None, heading_runs(block.text)
        case Callout():
            yield None, heading_runs(block.heading)
            yield from ((None, line) for inner in block.blocks for line in block_lines(inner))
        case Table():
            yield from ((None, (Text(words),)) for words in block.columns)
            yield from ((row.condition, cell) for row in block.rows for cell in row.cells)
        case Medicines():
            for medicine in block.medicines:
                words = (medicine.medicine, medicine.purpose, *medicine.doses, medicine.until, medicine.note)
                yield from ((medicine.condition, (Text(text),)) for text in words if text)
        case Regimen():
            yield from ((None, (Text(words),)) for words in (block.what, block.note, block.ask) if words)
        case Image():
            yield None, (Text(block.alt),)
            yield None, (Text(block.caption),)
        case FillIn() | PageBreak() | Show() | Todo() | OverrideNote():
            return
        case _:
            assert_never(block)


def with_slots(line: Iterable[Run]) -> str:
    """Return the words of a line as the author wrote them, without marks."""
    return "".join(f"{{{run.name}}}" if isinstance(run, Slot) else run.text for run in line)


def without_slots(line: Iterable[Run]) -> str:
    """Return the author's words of a line, with an ellipsis for each slot."""
    return "".join(run.text if isinstance(run, Text) else " … " for run in line)
