"""Put a packet and its translation into one file: each page of the translation behind the page it belongs to.

The patient's pages are those of the packet alone. The translation's pages begin where the patient's do, so that both
show the same parts; a part that continues on the next page is printed whole where it begins.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from packets.errors import InvalidInputError, Problem
from packets.model import filled_packet
from packets.model.filled_packet import FilledPacket
from packets.model.language import Language


def with_staff_footer(packet: FilledPacket, words: Language) -> FilledPacket:
    """Say at the foot of each page that it is the staff's copy, and in which language."""
    foot = f"{words.say('staff_copy')} · {packet.header_footer.bottom_left}"
    return replace(packet, header_footer=replace(packet.header_footer, bottom_left=foot))


def with_page_breaks(
    packet: FilledPacket, translation: FilledPacket, first_pages: Sequence[int]
) -> tuple[FilledPacket, list[tuple[int, int]]]:
    """Break the translation's pages wherever a new page of the packet begins; `first_pages` are those of its blocks.

    Returns with it, for each such page, the translation's first block and the packet's page. Raises Refused (V18).
    """
    starts = [
        page
        for block, page in zip(packet.blocks, first_pages, strict=True)
        if not _is_language_specific(block, packet.language)
    ]
    kinds = [type(block) for block in packet.blocks if not _is_language_specific(block, packet.language)]
    others = [type(block) for block in translation.blocks if not _is_language_specific(block, translation.language)]
    if kinds != others:
        hint = "Print each language by itself, and tell whoever looks after the content."
        raise InvalidInputError(Problem("V18", "the two languages do not have the same parts in the same order", hint))
    blocks: list[filled_packet.Block] = []
    first_blocks: list[tuple[int, int]] = []
    remaining = iter(starts)
    page, before_next = -1, []
    for block in translation.blocks:
        if isinstance(block, filled_packet.NewPage):
            continue
        if _is_language_specific(block, translation.language):
            before_next.append(block)
            continue
        start = next(remaining)
        if start > page:
            if blocks:
                blocks.append(filled_packet.TurnPage())
            first_blocks.append((len(blocks), start))
            page = start
        blocks += [*before_next, block]
        before_next = []
    return replace(translation, blocks=(*blocks, *before_next)), first_blocks


def _is_language_specific(block: filled_packet.Block, language: str) -> bool:
    """Return whether only one language has it: a draft mark, the clinic's own disclaimer below a translation."""
    if isinstance(block, filled_packet.Disclaimer):
        return block.language not in ("", language)
    return isinstance(block, filled_packet.DraftMark | filled_packet.NewPage)


def page_order(pages: int, translated_pages: int, counterparts: dict[int, int]) -> list[tuple[bool, int]]:
    """Return for each page of the file whether it is the translation's, and its number there from 0.

    `counterparts` maps pages of the packet to the translation's page that begins with the same part.
    """
    order: list[tuple[bool, int]] = []
    done = 0
    starts = sorted(counterparts)
    for page in range(pages):
        order.append((False, page))
        following = [start for start in starts if start > page]
        end = counterparts[following[0]] if following else translated_pages
        is_last = page + 1 == pages or (following and following[0] == page + 1)
        stop = end if is_last else min(end, done + 1)
        order += [(True, number) for number in range(done, stop)]
        done = max(done, stop)
    return order


def merge(data: bytes, translation: bytes, order: Sequence[tuple[bool, int]], language: str) -> bytes:
    """Return one file with both structure trees: the packet's, and in it the translation's as a part in its language.

    The keys of the translation's pages and links in the parent tree (ISO 32000-1 14.7.4.4) follow the packet's.
    """
    import pikepdf
    from pikepdf import Array, Name, String

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.open(io.BytesIO(translation)) as other:
        own = list(pdf.pages)
        pdf.pages.extend(other.pages)
        added = list(pdf.pages)[len(own) :]
        root, tree = pdf.Root.StructTreeRoot, pdf.copy_foreign(other.Root.StructTreeRoot)
        offset = int(root.ParentTreeNextKey)
        nums = list(tree.ParentTree.Nums)
        for place in range(0, len(nums), 2):
            root.ParentTree.Nums.append(int(nums[place]) + offset)
            root.ParentTree.Nums.append(nums[place + 1])
        root.ParentTreeNextKey = offset + int(tree.ParentTreeNextKey)
        for page in added:
            page.obj.StructParents = int(page.obj.StructParents) + offset
            for annotation in page.obj.get("/Annots", Array()):
                annotation.StructParent = int(annotation.StructParent) + offset
        part = tree.K
        part.S, part.P, part.Lang = Name.Part, root.K, String(language)
        root.K.K.append(part)
        pdf.Root.PageLayout = Name.TwoPageLeft  # a page beside its translation on the screen
        ordered = [(added if is_translated else own)[number].obj for is_translated, number in order]
        kids = pdf.Root.Pages
        for page_object in ordered:
            page_object.Parent = kids
        kids.Kids, kids.Count = Array(ordered), len(ordered)
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
