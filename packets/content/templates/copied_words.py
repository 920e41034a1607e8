"""Copy the structure of a file for a translation: each text becomes TODO, with the original in a comment above it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from packets.content.lint.unfinished import TODO
from packets.content.schema.block_fields import RowOfCells
from packets.content.schema.field_types import MarkedUpText, Pattern
from packets.content.schema.records import FieldType, FreeFields, ListOf, Record
from packets.content.yaml.parser import Mapping, Node, Scalar, Sequence

_LIST_ENTRY = re.compile(r"(- |\d+\. )")


def copied_fields(node: Mapping, record: Record, leave_out: Collection[str] = ()) -> list[str]:
    """Return the lines of those fields of a file that `record`, the schema of its translation, has as well."""
    kinds = {field.name: field.kind for field in record.fields}
    lines: list[str] = []
    for key, value in node.entries:
        # The texts of a notice are `says:` in the original, each with its condition, and `parts:` in a translation.
        name = "parts" if key.text == "says" and "parts" in kinds else key.text
        if name in kinds and name not in leave_out:
            lines += _field(name, value, kinds[name])
    return lines


def _field(name: str, node: Node, kind: FieldType) -> list[str]:
    if isinstance(node, Scalar):
        if isinstance(kind, MarkedUpText) and node.text.strip():
            return [*commented(node.text.strip().split("\n")), f"{name}: |", *indented(_placeholders(node.text))]
        return [*_comment(node, kind), f"{name}: {_value(node, kind)}"]
    lines = list(_entries(node, kind))
    if not lines and isinstance(node, Sequence):
        return [f"{name}: []"]
    return [f"{name}:", *indented(lines)] if lines else []


def _entries(node: Node, kind: FieldType) -> Iterator[str]:
    if isinstance(node, Mapping) and isinstance(kind, Record):
        yield from copied_fields(node, kind)
    elif isinstance(node, Mapping) and isinstance(kind, FreeFields):
        for key, value in node.entries:
            if not isinstance(kind.of, Record) or (isinstance(value, Mapping) and _has_words(value, kind.of)):
                yield from _field(key.text, value, kind.of)
    elif isinstance(node, Sequence) and isinstance(kind, ListOf):
        for item in node.items:
            if isinstance(item, Mapping) and isinstance(kind.of, RowOfCells):  # the condition is not copied
                item = next((value for key, value in item.entries if key.text == "cells"), item)
            if isinstance(item, Mapping) and isinstance(kind.of, Record):
                yield from _as_list_entry(copied_fields(item, kind.of))
            elif isinstance(item, Sequence):
                yield from commented([f"- {_flow(item)}"])
                yield f"- [{', '.join(_value(cell, kind.of, quoted=True) for cell in _scalars(item))}]"
            elif isinstance(item, Scalar):
                yield from _as_list_entry([*_comment(item, kind.of), _value(item, kind.of)])


def _has_words(fields: Mapping, record: Record) -> bool:
    """Return whether the required fields of a translation are there, as in a question with choices."""
    return {field.name for field in record.fields if field.required} <= {key.text for key, _ in fields.entries}


def _as_list_entry(lines: list[str]) -> Iterator[str]:
    """Make one entry of a list of these lines; comments above the first field stay above the dash."""
    dash = next((number for number, line in enumerate(lines) if not line.startswith("#")), None)
    for number, line in enumerate(lines if dash is not None else []):
        above = dash is not None and number < dash
        yield line if above or not line else f"{'- ' if number == dash else '  '}{line}"


def _comment(node: Scalar, kind: FieldType) -> list[str]:
    return [] if _is_kept(node, kind) else commented(node.text.strip().split("\n"))


def _value(node: Scalar, kind: FieldType, quoted: bool = False) -> str:
    text = node.text if _is_kept(node, kind) else TODO
    return f'"{text}"' if quoted or node.style or not text else text


def _is_kept(node: Scalar, kind: FieldType) -> bool:
    """Return whether a text is the same in every language: an id, or a cell without a letter."""
    return isinstance(kind, Pattern) or not any(map(str.isalpha, node.text))


def _placeholders(text: str) -> list[str]:
    """Return a marked-up text with TODO for each paragraph and list entry."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        if entry := _LIST_ENTRY.match(line.strip()):
            lines.append(f"{entry[1]}{TODO}")
        elif not line.strip():
            lines.append("")
        elif not lines or not lines[-1]:
            lines.append(TODO)
    return lines


def _scalars(node: Node) -> Iterator[Scalar]:
    return (item for item in node.items if isinstance(item, Scalar)) if isinstance(node, Sequence) else iter(())


def _flow(node: Sequence) -> str:
    return f"[{', '.join(_as_in_file(cell) for cell in _scalars(node))}]"


def _as_in_file(cell: Scalar) -> str:
    return f'"{cell.text}"' if cell.style else cell.text


def commented(lines: Iterable[str]) -> list[str]:
    """Return lines as comments of a YAML file."""
    return [f"# {line}".rstrip() for line in lines]


def indented(lines: Iterable[str]) -> list[str]:
    """Return lines one level deeper."""
    return [f"  {line}" if line else "" for line in lines]
