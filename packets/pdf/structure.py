"""Write the objects of a drawn structure tree (ISO 32000-1 14.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from packets.layout.pen import Pen
from packets.layout.structure_tree import Elem, Slot
from packets.pdf.file_format import text_string


def walk(elem: Elem, parent: Elem | None = None) -> Iterator[tuple[Elem, Elem | None]]:
    """Yield each element with its parent, in reading order."""
    yield elem, parent
    for child in elem.children:
        if isinstance(child, Elem):
            yield from walk(child, elem)


def is_drawn(elem: Elem) -> bool:
    """Return whether an element has content on a page, or is a cell, without which a table would have gaps."""
    return elem.role in ("TD", "TH") or any(
        is_drawn(child) if isinstance(child, Elem) else bool(child.marks or child.annotations)
        for child in elem.children
    )


def element(
    elem: Elem, parent: int, numbers: Mapping[Elem, int], pages: Sequence[int], links: Sequence[int], pen: Pen
) -> bytes:
    """Return the dictionary of one element; `numbers`, `pages` and `links` are object numbers."""
    page: int | None = None
    children: list[bytes] = []
    attributes = {owner: dict(values) for owner, values in elem.attributes.items()}
    if elem in pen.figures:
        page, box = pen.figures[elem]
        attributes.setdefault("Layout", {})["BBox"] = "[{:.2f} {:.2f} {:.2f} {:.2f}]".format(*box)
    for child in elem.children:
        if isinstance(child, Slot):
            for on, mcid in child.marks:
                if page is None:
                    page = on
                same = on == page
                children.append(b"%d" % mcid if same else b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (pages[on], mcid))
            for on, link in child.annotations:
                children.append(b"<</Type/OBJR/Pg %d 0 R/Obj %d 0 R>>" % (pages[on], links[link]))
        elif child in numbers:
            children.append(b"%d 0 R" % numbers[child])
    out = [b"<</Type/StructElem/S/%s/P %d 0 R" % (elem.role.encode(), parent)]
    if page is not None:
        out.append(b"/Pg %d 0 R" % pages[page])
    if children:
        out.append(b"/K[%s]" % b" ".join(children))
    if elem.alt:
        out.append(b"/Alt" + text_string(elem.alt))
    if elem.language:
        out.append(b"/Lang" + text_string(elem.language))
    if attributes:
        sources = [
            f"<</O/{owner}{''.join(f'/{k} {v}' for k, v in values.items())}>>" for owner, values in attributes.items()
        ]
        out.append(f"/A[{''.join(sources)}]".encode("ascii"))
    return b"".join([*out, b">>"])


def tree_root(root: int, numbers: Mapping[Elem, int], pen: Pen) -> bytes:
    """Return the structure tree's root with its parent tree, which leads from marked content and links to elements."""
    parents = [
        b"%d[%s]" % (key, b" ".join(b"%d 0 R" % numbers[slot.elem] for slot in page.slots))
        for key, page in enumerate(pen.pages)
    ]
    link_slots = [slot for page in pen.pages for slot in page.links]
    parents += [b"%d %d 0 R" % (key, numbers[slot.elem]) for key, slot in enumerate(link_slots, len(pen.pages))]
    return b"<</Type/StructTreeRoot/K %d 0 R/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>" % (
        root,
        b"\n".join(parents),
        len(parents),
    )
