"""Draw small tagged PDFs, to show that the checker sees each kind of fault."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name

WIDTH, HEIGHT = 612, 792


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; lines with the same `block` are one paragraph. `role` "" makes an artifact."""

    words: str
    y: float
    block: int = 0
    role: str = "P"
    x: float = 72
    size: float = 13
    section: int = 0  # of the section around the block
    gray: float = 0  # from 0 (black) to 1 (white)


@dataclass(frozen=True, slots=True)
class Frame:
    x: float
    y: float
    width: float
    height: float
    fill: float | None = None  # gray, from 0 (black) to 1 (white); None draws a frame


Item = Text | Frame


def pdf(pages: Sequence[Sequence[Item]]) -> bytes:
    """Return a PDF with these pages, and a structure tree of sections and blocks."""
    file = pikepdf.new()
    font = file.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    )
    root = file.make_indirect(Dictionary(Type=Name.StructTreeRoot, K=Array(), ParentTree=Dictionary(Nums=Array())))
    file.Root.StructTreeRoot = root
    sections: dict[int, pikepdf.Object] = {}
    blocks: dict[tuple[int, str], pikepdf.Object] = {}
    for number, items in enumerate(pages):
        page = file.add_blank_page(page_size=(WIDTH, HEIGHT))
        owners = Array()
        source = []
        for item in items:
            if isinstance(item, Frame):
                paint = "1 w S" if item.fill is None else f"{item.fill} g f"
                color, operator = paint.rsplit(" ", 1)
                source.append(f"/Artifact BMC {color} {item.x} {item.y} {item.width} {item.height} re {operator} EMC")
                continue
            draw = f"BT {item.gray} g /F {item.size} Tf {item.x} {item.y} Td ({item.words}) Tj ET EMC"
            if not item.role:
                source.append(f"/Artifact BMC {draw}")
                continue
            source.append(f"/{item.role} <</MCID {len(owners)}>> BDC {draw}")
            if item.section not in sections:
                sections[item.section] = file.make_indirect(Dictionary(S=Name.Sect, P=root))
            key = item.block, item.role
            if key not in blocks:
                blocks[key] = file.make_indirect(Dictionary(S=Name(f"/{item.role}"), P=sections[item.section]))
            owners.append(blocks[key])
        page.obj.Resources = Dictionary(Font=Dictionary(F=font))
        page.obj.Contents = file.make_stream("\n".join(source).encode("cp1252"))
        page.obj.StructParents = number
        root.ParentTree.Nums.append(number)
        root.ParentTree.Nums.append(owners)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()
