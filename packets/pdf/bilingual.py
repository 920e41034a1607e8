"""Put a packet and its translation into one file: on the back of each page the same parts in the other language."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from packets.errors import InvalidInputError, Problem
from packets.model import filled_packet
from packets.model.filled_packet import FilledPacket
from packets.model.language import Language
from packets.pdf.structure_merge import add_parents
from packets.values import HiddenFields


def with_staff_footer(packet: FilledPacket, words: Language) -> FilledPacket:
    """Say in the footer of each page that it is the staff's copy, and in which language."""
    footer = f"{words.say('staff_copy')} · {packet.header_footer.bottom_left}"
    return replace(packet, header_footer=replace(packet.header_footer, bottom_left=footer))


class RenderedPages(HiddenFields, Struct, frozen=True):
    """A packet, its PDF, the page on which each of its blocks begins (counted from 0), and the number of pages."""

    packet: FilledPacket
    data: bytes
    first_pages: Sequence[int]
    count: int


def align(
    packet: FilledPacket,
    translation: FilledPacket,
    blank_pages: tuple[str, str],
    render: Callable[[FilledPacket], RenderedPages],
) -> tuple[RenderedPages, RenderedPages]:
    """Render both with page breaks such that every part begins on the same page.

    Where a part takes more pages in one language, the other gets blank pages that say so, in the words of
    `blank_pages`. Raise InvalidInputError (V18) if the two do not have the same parts in the same order.
    """
    without_breaks = tuple(block for block in translation.blocks if not isinstance(block, filled_packet.NewPage))
    first = _Breaks.of(packet, blank_pages[0])
    second = _Breaks.of(replace(translation, blocks=without_breaks), blank_pages[1])
    if first.kinds() != second.kinds():
        hint = "Print each language by itself, and ask the person who maintains the content."
        raise InvalidInputError(Problem("V18", "the two languages do not have the same parts in the same order", hint))
    pages, translated = render(first.packet_with_breaks()), render(second.packet_with_breaks())
    for _ in range(4 * len(packet.blocks) + 8):  # each step moves one part; nearly all packets take none or one
        mismatch = _first_mismatch(first.starts(pages), second.starts(translated))
        if mismatch is None:
            return pages, translated
        index, missing = mismatch
        if missing > 0:
            first.move(index, missing)
            pages = render(first.packet_with_breaks())
        else:
            second.move(index, -missing)
            translated = render(second.packet_with_breaks())
    raise RuntimeError("the pages of the two languages cannot be aligned")


def _first_mismatch(starts: Sequence[int], translated_starts: Sequence[int]) -> tuple[int, int] | None:
    """Return the first part that does not begin on the same page, and how many pages the packet lacks before it."""
    for index, (page, translated) in enumerate(zip(starts, translated_starts, strict=True)):
        if page != translated:
            return index, translated - page
    return None


class _Breaks(Struct):
    """A packet with page breaks and blank pages before some of its shared blocks, each counted from 0."""

    packet: FilledPacket
    blank: str
    groups: list[list[filled_packet.Block]]  # a shared block, after the blocks that only this language has
    rest: list[filled_packet.Block]
    breaks: set[int]
    blanks: Counter[int]

    @classmethod
    def of(cls, packet: FilledPacket, blank: str) -> _Breaks:
        groups: list[list[filled_packet.Block]] = []
        waiting: list[filled_packet.Block] = []
        for block in packet.blocks:
            waiting.append(block)
            if not _is_language_specific(block, packet.language):
                groups.append(waiting)
                waiting = []
        return cls(replace(packet, page_by_page=True), blank, groups, waiting, set(), Counter())

    def kinds(self) -> list[type]:
        return [type(group[-1]) for group in self.groups]

    def move(self, index: int, pages: int) -> None:
        """Begin a part on a later page: on a new page first, then after blank pages."""
        if index < len(self.groups) and index not in self.breaks:
            self.breaks.add(index)
        else:
            self.blanks[index] += pages

    def packet_with_breaks(self) -> FilledPacket:
        blocks: list[filled_packet.Block] = []
        for index, group in enumerate(self.groups):
            blocks += self._blank_pages(index)
            if index in self.breaks:
                blocks.append(filled_packet.TurnPage())
            blocks += group
        blocks += [*self.rest, *self._blank_pages(len(self.groups))]
        return replace(self.packet, blocks=tuple(blocks))

    def _blank_pages(self, index: int) -> list[filled_packet.Block]:
        page = filled_packet.Paragraph((filled_packet.Span(self.blank),))
        return [filled_packet.TurnPage(), page] * self.blanks[index]

    def starts(self, pages: RenderedPages) -> list[int]:
        """Return the page on which each shared block begins, and the number of pages."""
        shared = {id(group[-1]) for group in self.groups}
        starts = zip(pages.packet.blocks, pages.first_pages, strict=True)
        return [*(page for block, page in starts if id(block) in shared), pages.count]


def _is_language_specific(block: filled_packet.Block, language: str) -> bool:
    """Return whether only one language has it: a draft mark, the clinic's own disclaimer below a translation."""
    if isinstance(block, filled_packet.Disclaimer):
        return block.language not in ("", language)
    return isinstance(block, filled_packet.DraftMark | filled_packet.NewPage)


def merge(data: bytes, translation: bytes, language: str) -> bytes:
    """Return one file, page by page in turn, with both structure trees: the translation's is a part in its language."""
    import pikepdf
    from pikepdf import Array, Name, String

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf, pikepdf.open(io.BytesIO(translation)) as other:
        patient_pages = list(pdf.pages)
        pdf.pages.extend(other.pages)
        translated_pages = list(pdf.pages)[len(patient_pages) :]
        root, tree = pdf.Root.StructTreeRoot, pdf.copy_foreign(other.Root.StructTreeRoot)
        add_parents(root, tree, translated_pages)
        part = tree.K
        part.S, part.P, part.Lang = Name.Part, root.K, String(language)
        root.K.K.append(part)
        pdf.Root.PageLayout = Name.TwoPageLeft  # a page beside its translation on the screen
        ordered = [page.obj for both in zip(patient_pages, translated_pages, strict=True) for page in both]
        kids = pdf.Root.Pages
        for page_object in ordered:
            page_object.Parent = kids
        kids.Kids, kids.Count = Array(ordered), len(ordered)
        pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
