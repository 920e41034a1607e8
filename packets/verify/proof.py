"""Check that a finished PDF says exactly what it should, or raise VerificationError with everything that is wrong.

Verification does not depend on the layout: another library reads the bytes, and the filled packet says what they must
hold. Every page must have both identifiers, the packet id, the revision and its page number; all pages together must
hold every text in full, with nothing left out and nothing added, and as many boxes to check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec.structs import replace

from packets.errors import Problem, VerificationError
from packets.model import filled_packet
from packets.model.filled_packet import FilledPacket
from packets.pdf.file_id import digest_matches
from packets.verify.check_boxes import box_problems, boxes_of, count_boxes
from packets.verify.extract_text import read, read_with, without_whitespace
from packets.verify.figures import figure_problems, has_pictures, read_figures

_FIRST_LINE = 30  # characters that fit on one line even in the largest print


def verify_packet(data: bytes, packet: FilledPacket, pages: int, *, password: str | None = None) -> tuple[str, ...]:
    """Return the text of each page as read back, without white space.

    Raise VerificationError (V01 to V08, V23 to V25, V27); its problems name pages and kinds of text, never the text.
    """
    if not digest_matches(data):
        raise VerificationError(Problem("V02", "the file has changed since it was made"))
    texts, boxes = _read(data, password, packet)
    attached = [without_whitespace(text) for file in packet.attached for text in read(file.data)]
    own = texts[: len(texts) - len(attached)]
    problems = [
        *_page_count(texts, pages),
        *_packet_problems(own, replace(packet, pages_after=len(attached))),
        *_attached_problems(texts[len(own) :], attached, replace(packet, pages_before=len(own))),
    ]
    if not problems and has_pictures(packet.blocks):
        problems += figure_problems(read_figures(data, password)[: len(own)], own, packet.blocks)
    if not problems:
        problems += box_problems(sum(boxes[: len(own)]), packet.blocks)
    if problems:
        raise VerificationError(*problems)
    return tuple(texts)


def verify_pair(
    data: bytes,
    packet: FilledPacket,
    staff_copy: FilledPacket,
    staff_pages: Sequence[bool],
    *,
    password: str | None = None,
) -> tuple[str, ...]:
    """Check both packets of one file, each complete and in order; `staff_pages` says which pages are translated."""
    if not digest_matches(data):
        raise VerificationError(Problem("V02", "the file has changed since it was made"))
    texts, boxes = _read(data, password, packet, staff_copy)
    problems = list(_page_count(texts, len(staff_pages)))
    if not problems:
        for of_staff, expected, pages_have in (
            (False, packet, "the pages in the patient's language have"),
            (True, staff_copy, "the pages in the second language have"),
        ):
            pages = [text for text, translated in zip(texts, staff_pages, strict=True) if translated is of_staff]
            problems += _packet_problems(pages, expected)
            if has_pictures(expected.blocks):
                both = zip(read_figures(data, password), staff_pages, strict=True)
                figures = [on_page for on_page, translated in both if translated is of_staff]
                problems += figure_problems(figures, pages, expected.blocks)
            own = sum(count for count, translated in zip(boxes, staff_pages, strict=True) if translated is of_staff)
            problems += box_problems(own, expected.blocks, pages_have)
    if problems:
        raise VerificationError(*problems)
    return tuple(texts)


def _read(data: bytes, password: str | None, *packets: FilledPacket) -> tuple[list[str], list[int]]:
    """Return the text of each page and its number of boxes to check, which are counted if a packet has any."""
    has_boxes = any(boxes_of(packet.blocks) for packet in packets)
    pages = read_with(data, count_boxes if has_boxes else lambda _: 0, password)
    return [without_whitespace(text) for text, _ in pages], [boxes for _, boxes in pages]


def _packet_problems(texts: list[str], packet: FilledPacket) -> Iterator[Problem]:
    yield from _header_footer_problems(texts, packet)
    bodies, missing = _without_headers_and_footers(texts, packet)
    yield from _date_problems(bodies, packet)
    yield from _text_problems(bodies, missing, packet)


def _attached_problems(texts: list[str], expected: list[str], packet: FilledPacket) -> Iterator[Problem]:
    """Check that each attached page has the packet's header and footer, and otherwise only the text of the clinic's."""
    yield from _header_footer_problems(texts, packet)
    bodies, _ = _without_headers_and_footers(texts, packet)
    for number, (body, text) in enumerate(zip(bodies, expected, strict=False), packet.pages_before + 1):
        if body != text:
            yield Problem("V28", f"page {number} does not show what the attached PDF says there")


def _page_count(texts: list[str], pages: int) -> Iterator[Problem]:
    if len(texts) != pages:
        yield Problem("V03", f"the file has {len(texts)} pages instead of {pages}")


def header_footer(packet: FilledPacket, number: int, count: int) -> Iterator[tuple[str, str]]:
    """Yield the texts that every page must have, each with its name for messages."""
    texts = packet.header_footer
    number, count = packet.pages_before + number, packet.pages_before + count + packet.pages_after
    yield "the patient's name and record number", texts.top_left
    yield "the packet id", texts.top_right
    yield "the title and revision", texts.bottom_left
    yield f'"page {number} of {count}"', texts.page(number, count)


def _header_footer_problems(texts: list[str], packet: FilledPacket) -> Iterator[Problem]:
    for number, text in enumerate(texts, 1):
        for name, expected in header_footer(packet, number, len(texts)):
            if without_whitespace(expected) not in text:
                yield Problem("V04", f"page {packet.pages_before + number} does not show {name}")


def _date_problems(bodies: Sequence[str], packet: FilledPacket) -> Iterator[Problem]:
    everything = "".join(bodies)  # a date may begin on one page and end on the next
    for number, date in enumerate(dict.fromkeys(packet.dates), 1):
        if without_whitespace(date) not in everything:
            yield Problem("V05", f"date {number} of the packet is missing or different")


def _text_problems(bodies: Sequence[str], missing: Sequence[str], packet: FilledPacket) -> Iterator[Problem]:
    """Check that every text is complete and in order, also over a page break; a table's header may repeat after one.

    A text that is found in its place is complete. All other characters of the pages must be those of the headers,
    footers and texts that were not found, each as often as there: counting what was found on both sides would not
    change the difference.
    """
    everything = "".join(bodies)
    wanted_rest = list(missing)
    printed_rest: list[str] = []
    position = 0
    for number, block in enumerate(packet.blocks, 1):
        for text in drawn_without_whitespace(block):
            start = everything.find(text, position)
            if start >= 0:
                printed_rest.append(everything[position:start])
                position = start + len(text)
                continue
            wanted_rest.append(text)
            if not (missing and _is_interrupted(text, bodies)):
                yield Problem("V06", f"a text of part {number} ({type(block).__name__}) is missing or different")
    printed_rest.append(everything[position:])
    wanted, printed = Counter("".join(wanted_rest)), Counter("".join(printed_rest))
    if wanted - printed:
        yield Problem("V07", "some of the packet's text is missing")
    extra = printed - wanted
    for header in sorted(_table_headers(packet), key=Counter.total, reverse=True):  # a shorter one can be part of it
        while header and header <= extra:
            extra -= header
    if extra:
        yield Problem("V08", "the file shows text that is not the packet's")


def _table_headers(packet: FilledPacket) -> Iterator[Counter[str]]:
    """Yield the characters of each table's header, which repeats on each page where the table goes on."""
    for block in filled_packet.flattened(packet.blocks):
        if isinstance(block, filled_packet.DateTable | filled_packet.Countdown):
            yield Counter(without_whitespace("".join(block.heads)))
        elif isinstance(block, filled_packet.Table | filled_packet.FormTable):
            yield Counter(without_whitespace("".join(block.columns)))


def _without_headers_and_footers(texts: Sequence[str], packet: FilledPacket) -> tuple[list[str], list[str]]:
    """Return what is between header and footer of each page, and the headers and footers that are not there."""
    bodies: list[str] = []
    missing: list[str] = []
    for number, text in enumerate(texts, 1):
        for _, part in header_footer(packet, number, len(texts)):
            expected = without_whitespace(part)
            if expected in text:
                text = text.replace(expected, "", 1)
            else:
                missing.append(expected)
        bodies.append(text)
    return bodies, missing


def _is_interrupted(text: str, bodies: Sequence[str]) -> bool:
    """Return whether a wrong header or footer, which is a problem of its own, is in the middle of a text."""
    return any(
        upper.endswith(text[:length]) and text[length:] in lower
        for upper, lower in pairwise(bodies)
        for length in range(1, len(text))
    )


def drawn(block: filled_packet.Block) -> Iterator[str]:
    """Yield the texts that a block prints; for a figure its captions, not its alternative text."""
    if isinstance(block, filled_packet.Letterhead):
        block = replace(block, logo=None)
    if isinstance(block, filled_packet.Figure):
        if block.caption:
            yield block.caption
    elif isinstance(block, filled_packet.Together):
        for inner in block.blocks:
            yield from drawn(inner)
    elif isinstance(block, filled_packet.Booking | filled_packet.HelpStrip):
        yield from (text for text in filled_packet.texts(block) if text != block.qr_alt)
    else:
        yield from filled_packet.texts(block)


@lru_cache(maxsize=1024)
def drawn_without_whitespace(block: filled_packet.Block) -> tuple[str, ...]:
    """Return the texts that a block prints, cached since most blocks are the same as in the packet before."""
    return tuple(map(without_whitespace, drawn(block)))


def first_pages(packet: FilledPacket, texts: Sequence[str]) -> list[int]:
    """Return for each block the page that it begins on, counted from 0; `texts` are the pages as read back."""
    everything = "\n".join(texts)
    ends = [sum(len(text) + 1 for text in texts[: number + 1]) for number in range(len(texts))]
    pages: list[int] = []
    position, page = 0, 0
    for block in packet.blocks:
        is_first = True
        for text in drawn_without_whitespace(block):
            start = everything.find(text, position)
            if start < 0:  # a footer interrupts it on a page break, so look for its first line
                text = text[:_FIRST_LINE]
                start = everything.find(text, position)
            if start < 0:
                continue
            position = start + len(text)
            if is_first:
                page = next(number for number, end in enumerate(ends) if start < end)
                is_first = False
        pages.append(page)
    return pages
