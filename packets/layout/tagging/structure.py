"""A drawn structure tree in, the source of its objects out (ISO 32000-1 14.7)."""

from __future__ import annotations

from collections.abc import Iterator

from packets.layout.tagging.pen import Pen
from packets.layout.tagging.tree import Elem, Slot


def walk(elem: Elem, parent: Elem | None) -> Iterator[tuple[Elem, Elem | None]]:
    yield elem, parent
    for child in elem.children:
        if isinstance(child, Elem):
            yield from walk(child, elem)


def live(elem: Elem) -> bool:
    """An element with nothing on any page is left out, but for cells, without which a table has holes."""
    return elem.role in ("TD", "TH") or any(
        live(child) if isinstance(child, Elem) else bool(child.marks or child.annotations) for child in elem.children
    )


def element(elem: Elem, parent: int, numbers: dict[Elem, int], pages: list[int], links: list[int], pen: Pen) -> bytes:
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
                plain = on == page
                children.append(b"%d" % mcid if plain else b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (pages[on], mcid))
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
        out.append(b"/Alt" + string(elem.alt))
    if elem.language:
        out.append(b"/Lang" + string(elem.language))
    if attributes:
        sources = [
            f"<</O/{owner}{''.join(f'/{k} {v}' for k, v in values.items())}>>" for owner, values in attributes.items()
        ]
        out.append(f"/A[{''.join(sources)}]".encode("ascii"))
    return b"".join([*out, b">>"])


def string(text: str) -> bytes:
    """A text string (ISO 32000-1 7.9.2.2)."""
    return b"<" + ("\ufeff" + text).encode("utf-16-be").hex().encode() + b">"


def tree(root: int, numbers: dict[Elem, int], pen: Pen) -> bytes:
    """The root of the structure, with the way back from marked content and links to their elements."""
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
