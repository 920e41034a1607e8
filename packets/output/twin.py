"""A packet and the same packet in another language in, one proved PDF out: behind each page its twin.

The patient's pages are drawn as they are alone. The twin's pages begin where the patient's do, so that both show the
same parts; a part that goes on over the next page stands whole where it begins.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from packets.domain import filled
from packets.domain.case import Print
from packets.domain.filled import FilledPacket
from packets.domain.wording import Language
from packets.errors import Problem, Refused
from packets.output.pdf import RenderedPdf
from packets.output.readback import squeezed
from packets.output.seal import sealed
from packets.output.verify import drawn, prove, prove_pair


def marked(packet: FilledPacket, words: Language) -> FilledPacket:
    """Each page says at its foot that it is the staff's, and in which language."""
    foot = f"{words.say('staff_copy')} · {packet.furniture.bottom_left}"
    return replace(packet, furniture=replace(packet.furniture, bottom_left=foot))


def render_pair(
    packet: FilledPacket, twin: FilledPacket, look: Print, *, author: str = "", password: str | None = None
) -> RenderedPdf:
    """Raises NotProved, fonts.MissingGlyph, Refused (V18)."""
    from packets.layout.engine.press import draw

    archival = password is None
    data, pages = draw(packet, look, author=author, archival=archival)
    begins = pages_of(packet, prove(data, packet, pages))
    twin, first_blocks = _turned(packet, twin, begins)
    twin_data, twin_pages = draw(twin, look, author=author, archival=archival)
    twin_begins = pages_of(twin, prove(twin_data, twin, twin_pages))
    facing = {begins_at: twin_begins[block] for block, begins_at in first_blocks}
    order = _order(pages, twin_pages, facing)
    both = _joined(data, twin_data, order, twin.language)
    if password is not None:
        from packets.output.protect import protect

        both = protect(both, password)
    both = sealed(both)
    texts = prove_pair(both, packet, twin, [is_twin for is_twin, _ in order], password=password)
    return RenderedPdf(both, len(order), texts)


def pages_of(packet: FilledPacket, texts: Sequence[str]) -> list[int]:
    """For each block the page that it begins on, counted from 0; `texts` are the pages as read back."""
    everything = "\n".join(texts)
    ends = [sum(len(text) + 1 for text in texts[: number + 1]) for number in range(len(texts))]
    found, at, page = [], 0, 0
    for block in packet.blocks:
        first = True
        for part in drawn(block):
            text = squeezed(part)
            place = everything.find(text, at)
            if place < 0:
                continue  # a long text that a page's foot stands in the middle of
            at = place + len(text)
            if first:
                page = next(number for number, end in enumerate(ends) if place < end)
                first = False
        found.append(page)
    return found


def _turned(
    packet: FilledPacket, twin: FilledPacket, begins: Sequence[int]
) -> tuple[FilledPacket, list[tuple[int, int]]]:
    """The twin with a page turned wherever the packet turns one, and of each such page its first block, and the
    packet's page."""
    mates = [page for block, page in zip(packet.blocks, begins, strict=True) if not _of_one(block, packet.language)]
    kinds = [type(block) for block in packet.blocks if not _of_one(block, packet.language)]
    theirs = [type(block) for block in twin.blocks if not _of_one(block, twin.language)]
    if kinds != theirs:
        hint = "Print each language by itself, and tell whoever looks after the content."
        raise Refused(Problem("V18", "the two languages do not have the same parts in the same order", hint))
    blocks: list[filled.Block] = []
    first_blocks: list[tuple[int, int]] = []
    pages = iter(mates)
    page, held = -1, []
    for block in twin.blocks:
        if isinstance(block, filled.NewPage):
            continue
        if _of_one(block, twin.language):
            held.append(block)  # stands above the next
            continue
        at = next(pages)
        if at > page:
            if blocks:
                blocks.append(filled.TurnPage())
            first_blocks.append((len(blocks), at))
            page = at
        blocks += [*held, block]
        held = []
    return replace(twin, blocks=(*blocks, *held)), first_blocks


def _of_one(block: filled.Block, language: str) -> bool:
    """What only one of the languages has: a draft's mark, the clinic's own disclaimer below a translation."""
    if isinstance(block, filled.Small):
        return block.language not in ("", language)
    return isinstance(block, filled.DraftMark | filled.NewPage)


def _order(pages: int, twin_pages: int, facing: dict[int, int]) -> list[tuple[bool, int]]:
    """Whether a page is the twin's, and its number there from 0: each twin page right behind the page it belongs to."""
    order: list[tuple[bool, int]] = []
    told = 0
    starts = sorted(facing)
    for page in range(pages):
        order.append((False, page))
        following = [start for start in starts if start > page]
        end = facing[following[0]] if following else twin_pages
        rest = page + 1 == pages or (following and following[0] == page + 1)
        stop = end if rest else min(end, told + 1)
        order += [(True, number) for number in range(told, stop)]
        told = max(told, stop)
    return order


def _joined(data: bytes, twin: bytes, order: Sequence[tuple[bool, int]], language: str) -> bytes:
    """One file with both structures: the packet's own, then the twin's as a part in its language.

    ISO 32000-1 14.7.4.4: the keys of the twin's pages and links move behind those of the packet.
    """
    import pikepdf
    from pikepdf import Array, Name, String

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.open(io.BytesIO(twin)) as other:
        own = list(pdf.pages)
        pdf.pages.extend(other.pages)
        theirs = list(pdf.pages)[len(own) :]
        root, tree = pdf.Root.StructTreeRoot, pdf.copy_foreign(other.Root.StructTreeRoot)
        offset = int(root.ParentTreeNextKey)
        nums = list(tree.ParentTree.Nums)
        for place in range(0, len(nums), 2):
            root.ParentTree.Nums.append(int(nums[place]) + offset)
            root.ParentTree.Nums.append(nums[place + 1])
        root.ParentTreeNextKey = offset + int(tree.ParentTreeNextKey)
        for page in theirs:
            page.obj.StructParents = int(page.obj.StructParents) + offset
            for annotation in page.obj.get("/Annots", Array()):
                annotation.StructParent = int(annotation.StructParent) + offset
        part = tree.K
        part.S, part.P, part.Lang = Name.Part, root.K, String(language)
        root.K.K.append(part)
        pdf.Root.PageLayout = Name.TwoPageLeft  # a page and its twin beside each other on the screen
        ordered = [(theirs if is_twin else own)[number].obj for is_twin, number in order]
        kids = pdf.Root.Pages
        for page_object in ordered:
            page_object.Parent = kids
        kids.Kids, kids.Count = Array(ordered), len(ordered)
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
