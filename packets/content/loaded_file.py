"""Keep a loaded file with its record, for checks that compare the texts of several files."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Mapping, Node, Scalar, Sequence
from packets.model.handout import CommonPart, Handout

_NOT_PRINTED = {"id", "quote", "show", "if", "unless", "status", "rests_on", "states", "from", "kind", "why", "said_by"}


class LoadedFile(Struct, frozen=True):
    """A file that could be loaded: its record, its value and its path in messages."""

    path: str
    record: ParsedRecord
    value: Handout | CommonPart
    valid: bool = True  # has no errors


def printed_scalars(node: Node | None) -> Iterator[Scalar]:
    """Yield the texts below a node, except fields that are not printed."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from printed_scalars(item)
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            if key.text not in _NOT_PRINTED:
                yield from printed_scalars(value)
