"""Report the texts of a starter file that nobody has written yet, and not what is wrong with their placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Mapping, Node, Place, Scalar, Sequence

TODO = "TODO"  # a whole value or list entry; in a sentence it may be a word, such as the Spanish TODO
_WHOLE_LINE = re.compile(rf"^[ ]*(?:- |\d+\. )?{TODO}[ ]*$", re.MULTILINE)
_LINES_NAMED = 8


def check_unfinished(record: ParsedRecord, problems: ProblemCollector) -> None:
    """Report how many texts are still TODO (L80); `problems` then leaves out what else is wrong with these texts."""
    texts = [text for node in record.nodes.values() for text in _unwritten(node)]
    if not texts:
        return
    count = "a text is" if len(texts) == 1 else f"{len(texts)} texts are"
    hint = f"Write the words in place of TODO; the original is in the comment above it. {_lines(texts)}"
    problems.add("L80", f"{count} not written yet", texts[0].place, hint)
    problems.unwritten = frozenset(place for node in record.nodes.values() for place in _places(node))


def _lines(texts: list[Scalar]) -> str:
    numbers = list(dict.fromkeys(str(text.place.line) for text in texts))
    if len(numbers) == 1:
        return f"Line {numbers[0]}."
    if len(numbers) > _LINES_NAMED:
        return f"Lines {', '.join(numbers[:_LINES_NAMED])} and {len(numbers) - _LINES_NAMED} more."
    return f"Lines {', '.join(numbers[:-1])} and {numbers[-1]}."


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Mapping():
            return tuple(value for _, value in node.entries)
        case Sequence():
            return node.items
        case Scalar():
            return ()
        case _:
            assert_never(node)


def _unwritten(node: Node) -> Iterator[Scalar]:
    if isinstance(node, Scalar) and _WHOLE_LINE.search(node.text):
        yield node
    for child in _children(node):
        yield from _unwritten(child)


def _places(node: Node, top: bool = True) -> Iterator[Place]:
    """Yield the places of unwritten texts and of what holds them, but not of a whole list of the file."""
    if (isinstance(node, Scalar) or not top) and any(True for _ in _unwritten(node)):
        yield node.place
    for child in _children(node):
        yield from _places(child, top=False)
