"""Write finished packets as one PDF for the printer, each from the front of a sheet, after a run sheet that lists them.

A page that only fills the back of a sheet says so, carries the identifiers of its packet, and is not counted in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from packets.errors import Problem, VerificationError
from packets.model.case import Print
from packets.model.filled_packet import DateRow, DateTable, FilledPacket, HeaderFooter, Heading, Paragraph, Span, Title
from packets.pdf.file_id import digest_matches
from packets.pdf.merge import ExtractedPages, PdfMerger, extract_pages
from packets.storage.files import reading
from packets.verified_pdf import RenderedPdf, render
from packets.verify.extract_text import read_pages, without_whitespace
from packets.verify.inspect_print_run import RUN_SHEET

LINES = 300  # of one part of the run sheet; the table of a longer one would take too long to lay out


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """One packet of the run."""

    packet_id: str
    file: Path
    sha256: str
    pages: int
    header: str  # both identifiers as the packet's own pages show them
    corner: str  # and its id
    blank: str  # "This page is blank on purpose", in the packet's language; "" where no page is to be added
    language: str
    print_options: Print


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the run sheet."""

    packet_id: str
    pages: int


@dataclass(frozen=True, slots=True, repr=False)
class Expected:
    """Pages of the print run, in their place: a packet's, and the blank one behind it if there is one."""

    packet_id: str
    pages: int
    name: str
    record_number: str
    blank: str  # "" where no page is added: the packet fills its last sheet, or each sheet has one side

    @property
    def length(self) -> int:
        return self.pages + bool(self.blank)


def text_digest(texts: Iterable[str]) -> bytes:
    """Return a digest of the text of pages without white space."""
    state = hashlib.sha256()
    for text in texts:
        text = without_whitespace(text)
        state.update(f"{len(text)} {text}".encode())
    return state.digest()


@dataclass(frozen=True, slots=True)
class RunSheet:
    """What the run sheet says beside its list; `missing` counts rows of the schedule that are not in the run."""

    subtitle: str = ""
    both_sides: bool = True
    missing: int = 0

    def sheets(self, pages: int) -> int:
        return -(-pages // 2) if self.both_sides else pages


def run_sheets(
    entries: Sequence[Entry], print_options: Print, about: RunSheet, call: Callable[..., Any] | None = None
) -> Iterator[RenderedPdf]:
    """Render the list of packets and sheets; a long list has several parts, each from the front of a sheet.

    The sheets are counted from the first of these, whose length is known from the number of their lines alone. `call`
    does the work (`sheet_part`) in another process; without it, it is done here.
    """
    made = call or _here
    chunks = [entries[first : first + LINES] for first in range(0, len(entries), LINES)]
    ends = {len(chunk): chunk for chunk in chunks[:1] + chunks[-1:]}
    lengths = {length: made(sheet_part, chunk, 1, "", about, print_options).pages for length, chunk in ends.items()}
    sheet = sum(about.sheets(lengths[len(chunk)]) for chunk in chunks) + 1
    for number, chunk in enumerate(chunks, 1):
        part = f", part {number} of {len(chunks)}" if len(chunks) > 1 else ""
        rendered = made(sheet_part, chunk, sheet, part, about, print_options)
        if rendered.pages != lengths[len(chunk)]:
            raise VerificationError(
                Problem("V46", "the run sheet does not know its own length", "Report this as a fault")
            )
        yield rendered
        sheet += sum(about.sheets(entry.pages) for entry in chunk)


def _here(function: Callable[..., Any], *arguments: object) -> Any:
    return function(*arguments)


def sheet_part(entries: Sequence[Entry], sheet: int, part: str, about: RunSheet, print_options: Print) -> RenderedPdf:
    """One part of the run sheet; its packets begin on `sheet`."""
    return render(_run_sheet(entries, sheet, part, about), print_options)


def _run_sheet(entries: Sequence[Entry], sheet: int, part: str, about: RunSheet) -> FilledPacket:
    rows = []
    first = sheet
    for entry in entries:
        last = sheet + about.sheets(entry.pages) - 1
        rows.append(DateRow(entry.packet_id, str(entry.pages), str(sheet) if last == sheet else f"{sheet}–{last}"))
        sheet = last + 1
    count = f"{len(entries)} packet{'s' if len(entries) != 1 else ''} on sheets {first} to {sheet - 1}"
    how = "both sides of the paper, flipped on the long edge" if about.both_sides else "one side of the paper"
    one = about.missing == 1
    left_out = (
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
            *((Paragraph((Span(left_out, strong=True),)),) if about.missing else ()),
            Paragraph((Span(f"{jam}: batch … --from PACKET"),)),
            Heading("Packets"),
            DateTable(("Packet", "Pages", "Sheets"), tuple(rows)),
        ),
        header_footer=HeaderFooter("", "", RUN_SHEET + part, "Page {page} of {pages}"),
        dates=(),
    )


def extract_part(part: Part) -> tuple[ExtractedPages, ...]:
    """Extract the pages of a packet and of the blank page after it. Raise VerificationError (V40)."""
    with reading(part.file):
        data = part.file.read_bytes()
    if hashlib.sha256(data).hexdigest() != part.sha256 or not digest_matches(data):
        message = f"the file of packet {part.packet_id} has changed since it was made"
        raise VerificationError(Problem("V40", message, "Run the same command again", part.file.name))
    if part.pages % 2 == 0 or not part.blank:
        return (extract_pages(data),)
    page = _blank_page(part.packet_id, part.header, part.corner, part.blank, part.language)
    return extract_pages(data), _extract_blank(page, part.print_options)


def write(
    file: BinaryIO,
    sheets: Iterable[RenderedPdf],
    print_options: Print,
    blank: str,
    both_sides: bool,
    parts: Iterable[tuple[ExtractedPages, ...]],
    call: Callable[..., Any] | None = None,
) -> tuple[str, int]:
    """Write the run; `call` as for `run_sheets`. Return the sha256 of the file and its number of pages."""
    made = call or _here
    sheaf = PdfMerger(file, RUN_SHEET, both_sides=both_sides)
    for sheet in sheets:
        sheaf.append(made(extract_pages, sheet.data))
        if both_sides and sheet.pages % 2:
            sheaf.append(made(_extract_blank, _blank_page("", "", "", blank, "en"), print_options))
    for part in parts:
        for loose in part:
            sheaf.append(loose)
    return sheaf.close(), sheaf.pages


def _blank_page(packet_id: str, header: str, corner: str, blank: str, language: str) -> FilledPacket:
    return FilledPacket(
        language=language,
        title=RUN_SHEET,
        packet_id=packet_id,
        blocks=(Paragraph((Span(blank),)),),
        header_footer=HeaderFooter(header, corner, "", ""),
        dates=(),
    )


def _extract_blank(page: FilledPacket, print_options: Print) -> ExtractedPages:
    """Render a blank page; it is verified with the whole run."""
    from packets.pdf.renderer import render as draw

    data, _ = draw(page, print_options)
    return extract_pages(data)


def verify_pages(path: Path, first: int, expected: Sequence[Expected]) -> tuple[bytes, ...]:
    """Read a stretch of the run back, from page `first` (counted from 0).

    Gives for each packet a digest of what its pages say, to be held against what they said when it was proved. Raises
    NotProved (V41 to V43).
    """
    texts = read_pages(path, first, sum(each.length for each in expected))
    number = first
    digests = []
    for each in expected:
        pages = []
        for _ in range(each.pages):
            number += 1
            pages.append(_page(texts, number, each))
        if each.blank:
            number += 1
            if without_whitespace(each.blank) not in _page(texts, number, each):
                raise _wrong("V43", number, "is not the blank page that it should be", each)
        digests.append(text_digest(pages))
    return tuple(digests)


def _page(texts: Iterator[str], number: int, expected: Expected) -> str:
    text = without_whitespace(next(texts, ""))
    if not text:
        raise _wrong("V41", number, "is missing or empty", expected)
    for what, wanted in (
        ("name", expected.name),
        ("record number", expected.record_number),
        ("packet id", expected.packet_id),
    ):
        if without_whitespace(wanted) not in text:
            raise _wrong("V42", number, f"does not show the {what}", expected)
    return text


def _wrong(code: str, number: int, what: str, expected: Expected) -> VerificationError:
    hint = "Do not print anything. Report this as a fault of packets"
    return VerificationError(
        Problem(code, f"page {number} of the print run, of packet {expected.packet_id}, {what}", hint)
    )
