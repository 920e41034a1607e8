"""Write the packets of a day as one PDF for the printer, after a run sheet that lists them.

Each packet begins on the front of a sheet. A page that only fills the back of a sheet says so, shows the packet's
identifiers and does not count as one of its pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from packets.errors import Problem, VerificationError
from packets.model.case import PrintOptions
from packets.model.filled_packet import FilledPacket, HeaderFooter, Heading, Paragraph, Span, Table, Title
from packets.pdf.extract import ExtractedPages, add_page, extract_pages
from packets.pdf.file_id import digest_matches
from packets.pdf.merge import PdfMerger
from packets.storage.files import reading
from packets.values import HiddenFields
from packets.verified_pdf import RenderedPdf, render
from packets.verify.extract_text import read_pages, without_whitespace
from packets.verify.inspect_print_run import RUN_SHEET

LINES = 300  # per part of the run sheet, at most: a longer table takes too long to lay out


class Part(HiddenFields, Struct, frozen=True):
    """One packet of the run."""

    packet_id: str
    file: Path
    sha256: str
    pages: int
    header: str  # name and record number, as the packet's pages show them
    corner: str  # the packet id, as the packet's pages show it
    blank: str  # "This page is blank on purpose" in the packet's language; "" for no blank page
    language: str
    print_options: PrintOptions


class Entry(Struct, frozen=True):
    """A line of the run sheet."""

    packet_id: str
    pages: int


class Expected(HiddenFields, Struct, frozen=True):
    """What the pages of a packet, and the blank page after it if there is one, must show in the print run."""

    packet_id: str
    pages: int
    name: str
    record_number: str
    blank: str  # "" if no blank page was added: the packet fills its last sheet, or printing is one-sided

    @property
    def length(self) -> int:
        return self.pages + bool(self.blank)


def text_digest(texts: Iterable[str]) -> bytes:
    """Return a digest of the text of some pages, ignoring white space."""
    state = hashlib.sha256()
    for text in texts:
        text = without_whitespace(text)
        state.update(f"{len(text)} {text}".encode())
    return state.digest()


class RunSheet(Struct, frozen=True):
    """What the run sheet says besides its list; `missing` counts the schedule rows that are not in the run."""

    subtitle: str = ""
    both_sides: bool = True
    missing: int = 0

    def sheets(self, pages: int) -> int:
        return -(-pages // 2) if self.both_sides else pages


def run_sheets(
    entries: Sequence[Entry], print_options: PrintOptions, about: RunSheet, call: Callable[..., Any] | None = None
) -> Iterator[RenderedPdf]:
    """Render the list of packets and sheets; each part of a long list begins on the front of a sheet.

    Sheet numbers include the run sheet itself. Its length depends only on the number of its lines, so each length is
    rendered once first. `call` runs `sheet_part` in another process; None runs it here.
    """
    call = call or _call_here
    chunks = [entries[first : first + LINES] for first in range(0, len(entries), LINES)]
    ends = {len(chunk): chunk for chunk in chunks[:1] + chunks[-1:]}
    lengths = {length: call(sheet_part, chunk, 1, "", about, print_options).pages for length, chunk in ends.items()}
    sheet = sum(about.sheets(lengths[len(chunk)]) for chunk in chunks) + 1
    for number, chunk in enumerate(chunks, 1):
        part = f", part {number} of {len(chunks)}" if len(chunks) > 1 else ""
        rendered = call(sheet_part, chunk, sheet, part, about, print_options)
        if rendered.pages != lengths[len(chunk)]:
            raise VerificationError(
                Problem("V46", "the length of the run sheet is wrong", "Report this as an error in Packets")
            )
        yield rendered
        sheet += sum(about.sheets(entry.pages) for entry in chunk)


def _call_here(function: Callable[..., Any], *arguments: object) -> Any:
    return function(*arguments)


def sheet_part(
    entries: Sequence[Entry], sheet: int, part: str, about: RunSheet, print_options: PrintOptions
) -> RenderedPdf:
    """Render one part of the run sheet; its first packet begins on sheet number `sheet`."""
    return render(_run_sheet(entries, sheet, part, about), print_options)


def _run_sheet(entries: Sequence[Entry], sheet: int, part: str, about: RunSheet) -> FilledPacket:
    rows = []
    first = sheet
    for entry in entries:
        last = sheet + about.sheets(entry.pages) - 1
        cells = (entry.packet_id, str(entry.pages), str(sheet) if last == sheet else f"{sheet}–{last}")
        rows.append(tuple((Span(cell),) for cell in cells))
        sheet = last + 1
    count = f"{len(entries)} packet{'s' if len(entries) != 1 else ''} on sheets {first} to {sheet - 1}"
    how = "both sides of the paper, flipped on the long edge" if about.both_sides else "one side of the paper"
    one = about.missing == 1
    not_complete = (
        f"Not complete: {about.missing} row{'' if one else 's'} of the schedule could not be made and "
        f"{'is' if one else 'are'} not in this print run. See problems.csv."
    )
    jam = "After a jam: look for the last packet that came out whole, and print again from the next one"
    return FilledPacket(
        language="en",
        title=RUN_SHEET,
        packet_id="",
        blocks=(
            Title(RUN_SHEET, about.subtitle or "For the person at the printer. Holds no patient's name."),
            Paragraph((Span(f"{count}. Print on {how}."),)),
            *((Paragraph((Span(not_complete, strong=True),)),) if about.missing else ()),
            Paragraph((Span(f"{jam}: batch … --from PACKET"),)),
            Heading("Packets"),
            Table(("Packet", "Pages", "Sheets"), tuple(rows), row_headers=True),
        ),
        header_footer=HeaderFooter("", "", RUN_SHEET + part, "Page {page} of {pages}"),
        dates=(),
    )


def extract_part(part: Part) -> tuple[ExtractedPages, ...]:
    """Extract the pages of a packet and of the blank page after it. Raise VerificationError (D07).

    The blank page is verified with the whole print run.
    """
    from packets.pdf.renderer import page_for_any_file

    with reading(part.file):
        data = part.file.read_bytes()
    if hashlib.sha256(data).hexdigest() != part.sha256 or not digest_matches(data):
        message = f"the file of packet {part.packet_id} has changed since it was made"
        raise VerificationError(Problem("D07", message, "Run the same command again", part.file.name))
    pages = extract_pages(data)
    if part.pages % 2 == 0 or not part.blank:
        return (pages,)
    blank = _blank_page(part.packet_id, part.header, part.corner, part.blank, part.language)
    streams = page_for_any_file(blank, part.print_options)
    return (pages, _extract_blank(blank, part.print_options)) if streams is None else (add_page(pages, streams),)


def extract_parts(parts: Sequence[Part]) -> list[tuple[ExtractedPages, ...]]:
    return [extract_part(part) for part in parts]


def write(
    file: BinaryIO,
    sheets: Iterable[RenderedPdf],
    print_options: PrintOptions,
    blank: str,
    both_sides: bool,
    parts: Iterable[tuple[ExtractedPages, ...]],
    call: Callable[..., Any] | None = None,
) -> tuple[str, int]:
    """Write the print run; `call` is as for `run_sheets`. Return the sha256 of the file and its number of pages."""
    call = call or _call_here
    merger = PdfMerger(file, RUN_SHEET, both_sides=both_sides)
    for sheet in sheets:
        merger.append(call(extract_pages, sheet.data))
        if both_sides and sheet.pages % 2:
            merger.append(call(_extract_blank, _blank_page("", "", "", blank, "en"), print_options))
    for part in parts:
        for pages in part:
            merger.append(pages)
    return merger.close(), merger.pages


def _blank_page(packet_id: str, header: str, corner: str, blank: str, language: str) -> FilledPacket:
    return FilledPacket(
        language=language,
        title=RUN_SHEET,
        packet_id=packet_id,
        blocks=(Paragraph((Span(blank),)),),
        header_footer=HeaderFooter(header, corner, "", ""),
        dates=(),
    )


def _extract_blank(page: FilledPacket, print_options: PrintOptions) -> ExtractedPages:
    """Render and extract a blank page; it is verified with the whole print run."""
    from packets.pdf.renderer import render as render_unverified

    data, _ = render_unverified(page, print_options)
    return extract_pages(data)


def verify_pages(path: Path, first: int, expected: Sequence[Expected]) -> tuple[bytes, ...]:
    """Verify the identifiers on some pages of the print run, beginning with page `first` (counted from 0).

    Return a digest of each packet's text, to compare with the text when the packet was verified. Raise
    VerificationError (V41 to V43).
    """
    texts = read_pages(path, first, sum(packet.length for packet in expected))
    number = first
    digests = []
    for packet in expected:
        pages = []
        for _ in range(packet.pages):
            number += 1
            pages.append(_page(texts, number, packet))
        if packet.blank:
            number += 1
            if without_whitespace(packet.blank) not in _page(texts, number, packet):
                raise _wrong("V43", number, "is not the blank page that it should be", packet)
        digests.append(text_digest(pages))
    return tuple(digests)


def _page(texts: Iterator[str], number: int, expected: Expected) -> str:
    text = without_whitespace(next(texts, ""))
    if not text:
        raise _wrong("V41", number, "is missing or empty", expected)
    for what, identifier in (
        ("name", expected.name),
        ("record number", expected.record_number),
        ("packet id", expected.packet_id),
    ):
        if without_whitespace(identifier) not in text:
            raise _wrong("V42", number, f"does not show the {what}", expected)
    return text


def _wrong(code: str, number: int, what: str, expected: Expected) -> VerificationError:
    hint = "Do not print anything. Report this as an error in Packets"
    return VerificationError(
        Problem(code, f"page {number} of the print run, of packet {expected.packet_id}, {what}", hint)
    )
