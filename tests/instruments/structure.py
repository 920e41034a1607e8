"""Read the structure tree of a PDF, with the text of each element, as assistive technology does.

Shares no code with the product's PDF writer. Follows ISO 32000-1, 14.6 to 14.8: reads content streams mark by mark,
decodes text with ToUnicode, walks the tree from its root, and checks it against the ParentTree.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf

from tests.instruments.typeset import Marked, page_text

Mark = tuple[tuple[int, int], int]  # (page or form object, marked-content id)

INLINE = frozenset({"Span", "Link", "Reference", "Quote", "Code", "Strong", "Em", "Sub"})  # within a line of text


@dataclass(slots=True)
class Row:
    """A structure element; `text` joins the text of its marks and of its inline elements in order."""

    depth: int
    role: str
    lang: str = ""
    alt: str = ""
    actual: str = ""
    text: str = ""
    links: tuple[str, ...] = ()  # targets of its annotations: an address, or "page 2"
    inline: bool = False  # within a line, so its text is also part of the row of its block


@dataclass(slots=True)
class Structure:
    """The elements of a file in reading order; `untagged` and `errors` are empty in a valid file.

    `artifacts` holds the text of each page's headers, footers and decorations, which a screen reader skips.
    """

    rows: list[Row] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    untagged: str = ""
    errors: list[str] = field(default_factory=list)

    def texts(self) -> list[str]:
        """Return what is read aloud for each block: its Alt, else its ActualText, else its text."""
        spoken = (row.alt or row.actual or row.text for row in self.rows if not row.inline)
        return [text for text in spoken if text]


def read(pdf: bytes | Path, password: str = "") -> Structure:
    """Read the structure tree; report everything that is wrong with it in `errors` instead of raising."""
    with pikepdf.open(io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf, password=password) as document:
        return _Reader(document).structure


class _Reader:
    def __init__(self, document: pikepdf.Pdf) -> None:
        self.structure = Structure()
        self.errors = self.structure.errors
        self.marks: dict[Mark, str] = {}
        self.used: set[Mark] = set()
        self.objects: set[tuple[int, int]] = set()  # annotations that the tree names
        self.holders: dict[tuple[int, int], pikepdf.Object] = {}  # pages and forms that hold marks
        self.numbers = {page.obj.objgen: number for number, page in enumerate(document.pages, 1)}
        self._read_pages(document)
        root = document.Root.get("/StructTreeRoot")
        if root is None:
            self.errors.append("there is no structure tree")
            return
        self.parents = dict(_number_tree(root.get("/ParentTree")))
        for kid in _kids(root):
            self._walk(kid, root, 0, None, None)
        self._compare(document, root)

    def _read_pages(self, document: pikepdf.Pdf) -> None:
        for number, page in enumerate(document.pages, 1):
            marked = page_text(page.obj, f"page {number}")
            self._keep(marked)
            self.structure.artifacts.append("".join(marked.artifacts))
            self.structure.untagged += "".join(marked.untagged)
            self.errors += marked.errors

    def _keep(self, marked: Marked) -> None:
        self.holders |= marked.holders
        for mark, text in marked.texts.items():
            if mark in self.marks:
                self.errors.append(f"mark {mark[1]} is in a form that two pages show")
            self.marks[mark] = text

    def _walk(
        self,
        element: pikepdf.Object,
        parent: pikepdf.Object,
        depth: int,
        page: pikepdf.Object | None,
        block: Row | None,
    ) -> None:
        page = element.get("/Pg", page)
        row = Row(
            depth,
            str(element.S)[1:],
            lang=str(element.get("/Lang", "")),
            alt=str(element.get("/Alt", "")),
            actual=str(element.get("/ActualText", "")),
        )
        row.inline = block is not None and row.role in INLINE
        self.structure.rows.append(row)
        if element.get("/P") is None or element.P.objgen != parent.objgen:
            self.errors.append(f"{row.role}: /P is not the element above it")
        for kid in _kids(element):
            if isinstance(kid, int):
                self._take(row, element, page, kid)
            elif kid.get("/Type") == "/MCR":
                self._take(row, element, kid.get("/Stm", kid.get("/Pg", page)), int(kid.MCID))
            elif kid.get("/Type") == "/OBJR":
                self._take_object(row, element, kid.Obj)
            else:
                self._walk(kid, element, depth + 1, page, row)
        if row.inline and block is not None:
            block.text += row.actual or row.text

    def _take(self, row: Row, element: pikepdf.Object, holder: pikepdf.Object | None, mcid: int) -> None:
        if holder is None:
            self.errors.append(f"{row.role}: mark {mcid} names no page")
            return
        mark = holder.objgen, mcid
        if mark in self.used:
            self.errors.append(f"{row.role}: mark {mcid} is used twice")
        self.used.add(mark)
        if mark not in self.marks:
            self.errors.append(f"{row.role}: mark {mcid} is not on its page")
        row.text += self.marks.get(mark, "")
        above = self.parents.get(int(holder.get("/StructParents", -1)))
        listed = above[mcid] if isinstance(above, pikepdf.Array) and mcid < len(above) else None
        if listed is None or listed.objgen != element.objgen:
            self.errors.append(f"{row.role}: the ParentTree names another element for mark {mcid}")

    def _take_object(self, row: Row, element: pikepdf.Object, target: pikepdf.Object) -> None:
        self.objects.add(target.objgen)
        above = self.parents.get(int(target.get("/StructParent", -1)))
        if above is None or above.objgen != element.objgen:
            self.errors.append(f"{row.role}: the ParentTree names another element for its annotation")
        action = target.get("/A", pikepdf.Dictionary())
        inside = target.get("/Dest", action.get("/D"))
        if isinstance(inside, pikepdf.Array):
            row.links += (f"page {self.numbers[inside[0].objgen]}",)
        else:
            row.links += (str(action.get("/URI", inside or "")),)

    def _compare(self, document: pikepdf.Pdf, root: pikepdf.Object) -> None:
        """Report what is on a page or in the ParentTree but not in the tree."""
        for mark in sorted(self.marks.keys() - self.used):
            self.errors.append(f"mark {mark[1]} is in no element: {self.marks[mark]!r}")
        for holder in self.holders.values():
            above = self.parents.get(int(holder.get("/StructParents", -1)), ())
            for mcid, element in enumerate(above):
                if element is not None and (holder.objgen, mcid) not in self.used:
                    self.errors.append(f"the ParentTree holds mark {mcid}, which no element names")
        for number, page in enumerate(document.pages, 1):
            for annotation in page.obj.get("/Annots", ()):
                if annotation.objgen not in self.objects:
                    self.errors.append(f"page {number}: an annotation is in no element")
        if self.parents and int(root.get("/ParentTreeNextKey", 0)) <= max(self.parents):
            self.errors.append("ParentTreeNextKey is in use already")


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K")
    if kids is None:
        return []
    return list(kids) if isinstance(kids, pikepdf.Array) else [kids]


def _number_tree(node: pikepdf.Object | None) -> Iterator[tuple[int, pikepdf.Object]]:
    if node is None:
        return
    numbers = node.get("/Nums", pikepdf.Array())
    for index in range(0, len(numbers), 2):
        yield int(numbers[index]), numbers[index + 1]
    for kid in node.get("/Kids", ()):
        yield from _number_tree(kid)
