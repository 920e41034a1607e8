"""Add the parent tree of one PDF to that of another (ISO 32000-1 14.7.4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def add_parents(root: Any, tree: Any, pages: Sequence[Any]) -> None:
    """Append the parent tree of `tree` to that of `root`; `pages` are its pages, which get the new keys."""
    offset = int(root.ParentTreeNextKey)
    _renumber(pages, offset)
    last = offset
    for key, value in sorted(_numbers(tree.ParentTree), key=lambda entry: entry[0]):
        root.ParentTree.Nums.append(key + offset)
        root.ParentTree.Nums.append(value)
        last = key + offset + 1
    root.ParentTreeNextKey = last


def _numbers(node: Any) -> Iterator[tuple[int, Any]]:
    """Yield the entries of a number tree."""
    nums = list(node.get("/Nums", []))
    yield from ((int(nums[place]), nums[place + 1]) for place in range(0, len(nums), 2))
    for kid in node.get("/Kids", []):
        yield from _numbers(kid)


def _renumber(pages: Sequence[Any], offset: int) -> None:
    """Add the offset to the key in the parent tree of every page, link, form and picture."""
    seen: set[tuple[int, int]] = set()

    def visit(owner: Any) -> None:
        if owner.objgen in seen and owner.objgen != (0, 0):
            return
        seen.add(owner.objgen)
        for key in ("/StructParents", "/StructParent"):
            if key in owner:
                owner[key] = int(owner[key]) + offset
        for drawn in owner.get("/Resources", {}).get("/XObject", {}).values():
            visit(drawn)

    for printed in pages:
        visit(printed.obj)
        for annotation in printed.obj.get("/Annots", []):
            visit(annotation)
