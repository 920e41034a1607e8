"""Append the clinic's own tagged PDFs to a packet, with the packet's header and footer on each of their pages.

The structure tree of each becomes a part of the packet's (ISO 32000-1 14.7), as in `bilingual.merge`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from packets.errors import InvalidInputError, Problem
from packets.layout import header_footer
from packets.layout.page import Page, for_language, page_for
from packets.model.attached_pdf import AttachedPdf
from packets.model.case import PrintOptions
from packets.model.filled_packet import Block, FilledPacket, Paragraph, Span, TurnPage
from packets.pdf import renderer
from packets.pdf.structure_merge import add_parents

_HEADER = "/PacketsHeader"
Place = tuple[float, float, float]  # the scale of an attached page, and its left lower corner
_EDGE = 12.0  # points, at least, between an attached page and the edges of the paper
_TOLERANCE = 3.0  # points
_NOT_PRINTED = ("/Metadata", "/Thumb", "/PieceInfo", "/B", "/Trans", "/Dur")


def render(packet: FilledPacket, print_options: PrintOptions, *, author: str = "") -> tuple[bytes, int]:
    """Return the file of a packet with attached PDFs, and the number of all pages.

    It does not claim to be PDF/A, since the attached files may not be. Raise InvalidInputError (I41) and what
    `renderer.render` raises.
    """
    page = header_footer.with_room(page_for(for_language(print_options, packet.language)), packet.header_footer)
    for file in packet.attached:
        if max(abs(file.width - page.width), abs(file.height - page.height)) > _TOLERANCE:
            hint = "Print the packet on the paper of that PDF, or attach one in this size."
            raise InvalidInputError(Problem("I41", f"{file.name} has another paper size than the packet", hint))
    count = sum(file.pages for file in packet.attached)
    own = replace(packet, pages_after=count)
    data, pages = renderer.render(own, print_options, author=author, archival=False)
    line: Block = Paragraph((Span("-"),))  # only the header and footer of its page are kept
    blocks = (line, *(block for _ in range(count - 1) for block in (TurnPage(), line)))
    empty = replace(packet, blocks=blocks, pages_before=pages, dates=(), days=())
    headers, _ = renderer.render(empty, print_options, author=author, archival=False)
    return _joined(data, headers, packet.attached, page), pages + count


def _joined(data: bytes, headers: bytes, files: Sequence[AttachedPdf], page: Page) -> bytes:
    """Return the packet `data`, followed by the pages of all files with the headers and footers of `headers`.

    An attached page is made smaller, so that it is between them.
    """
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.open(io.BytesIO(headers)) as empty:
        empty_pages = iter(list(empty.pages))
        fonts = empty.make_indirect(empty.pages[0].obj.Resources)  # the same on every page
        for file in files:
            with pikepdf.open(io.BytesIO(file.data)) as source:
                first = len(pdf.pages)
                pdf.pages.extend(source.pages)
                pages = list(pdf.pages)[first:]
                tree = pdf.copy_foreign(source.Root.StructTreeRoot)
                scale = min(page.inner_height / file.height, (page.width - 2 * _EDGE) / file.width)
                place = scale, (page.width - scale * file.width) / 2, page.height - page.top - scale * file.height
                _add_tree(pdf, tree, source.Root.Lang)
                add_parents(pdf.Root.StructTreeRoot, tree, pages)
                _scale_boxes(tree, place)
                for attached in pages:
                    _place(pdf, attached, place, _artifacts(next(empty_pages)), fonts)
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _add_tree(pdf: Any, tree: Any, language: Any) -> None:
    """Put the elements of a tree into a part of the packet's document."""
    from pikepdf import Array, Dictionary, Name, String

    root = pdf.Root.StructTreeRoot
    document = root.K
    part = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Part, P=document, Lang=String(str(language))))
    children = _each(tree.K)
    for child in children:
        child.P = part
        if child.get("/S") == Name.Document:
            child.S = Name.Div
    part.K = Array(children)
    document.K.append(part)
    for name in ("/RoleMap", "/ClassMap"):
        for key, value in tree.get(name, {}).items():
            if name not in root:
                root[name] = Dictionary()
            root[name][key] = value
    if "/IDTree" in tree and "/IDTree" not in root:
        root.IDTree = tree.IDTree


def _scale_boxes(tree: Any, place: Place) -> None:
    """Move the boxes of figures and tables with their pages."""
    from pikepdf import Dictionary

    waiting = [tree]
    while waiting:
        element = waiting.pop()
        for attributes in _each(element.get("/A")):
            if isinstance(attributes, Dictionary) and "/BBox" in attributes:
                attributes.BBox = _scaled(attributes.BBox, place)
        waiting += [kid for kid in _each(element.get("/K")) if isinstance(kid, Dictionary) and "/S" in kid]


def _each(value: Any) -> list[Any]:
    """Return the items of an array, or the value alone."""
    from pikepdf import Array

    return [] if value is None else list(value) if isinstance(value, Array) else [value]


def _scaled(points: Any, place: Place) -> Any:
    from pikepdf import Array

    scale, x, y = place
    return Array([round(float(value) * scale + (y if rank % 2 else x), 3) for rank, value in enumerate(points)])


def _place(pdf: Any, printed: Any, place: Place, header: bytes, fonts: Any) -> None:
    """Make a page smaller, and draw the header and footer before it, so that they are read first."""
    from pikepdf import Dictionary, Name

    form = pdf.make_stream(
        header, Type=Name.XObject, Subtype=Name.Form, BBox=printed.mediabox, Resources=pdf.copy_foreign(fonts)
    )
    own = dict(printed.resources.items())
    resources = Dictionary(own)
    resources.XObject = Dictionary(dict(own.get("/XObject", Dictionary()).items()) | {_HEADER: form})
    printed.obj.Resources = resources
    printed.contents_coalesce()
    scale, x, y = place
    before = f"q {_HEADER} Do Q\nq {scale:.5f} 0 0 {scale:.5f} {x:.3f} {y:.3f} cm\n".encode()
    printed.obj.Contents = pdf.make_stream(before + printed.obj.Contents.read_bytes() + b"\nQ\n")
    for annotation in printed.obj.get("/Annots", []):
        for key in ("/Rect", "/QuadPoints"):
            if key in annotation:
                annotation[key] = _scaled(annotation[key], place)
    printed.obj.Tabs = Name.S
    for key in _NOT_PRINTED:
        if key in printed.obj:
            del printed.obj[key]


def _artifacts(page: Any) -> bytes:
    """Return the header and footer: what the page draws as artifacts of pagination."""
    import pikepdf

    kept, depth = [], 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        begins = operator in ("BDC", "BMC")
        if begins and (depth or instruction.operands[0] == pikepdf.Name.Artifact):
            depth += 1
        if depth:
            kept.append(instruction)
        if operator == "EMC" and depth:
            depth -= 1
    return pikepdf.unparse_content_stream(kept)
