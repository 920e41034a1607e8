"""Merge the packets of a folder into a print run and verify it page by page."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct

from packets.batch import print_run_pages as run_pages
from packets.batch.folder import Folder, digest_of
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.packet_ledger import Ledger, Packet
from packets.batch.pool import Pool, TaskFailedError, TaskMemoryError, TaskTimeoutError, WorkerDiedError
from packets.batch.preflight import AcceptedRow
from packets.content.library import Library
from packets.errors import Problem, UsageError, VerificationError, WriteError
from packets.fill.document_info import header as header_text
from packets.model.case import PrintOptions
from packets.model.packet_id import fingerprint, is_packet_id
from packets.pdf.extract import ExtractedPages
from packets.storage.files import whole_file
from packets.values import HiddenFields

MIN_BATCH = 20  # packets that are read back in one task, at least; fewer would not keep all workers busy to the end
PARTS_OF_TASK = 20  # packets whose pages one task extracts: the fonts that they share are sent here once
TASKS_AHEAD = 8
PACKET_S = 1.0  # seconds allowed to read back a packet; a few hundred times what it takes on a quiet machine
WORKER_FAILED = "W12"
_REPORT = "Do not print anything. Report this as an error in Packets"
MAX_BATCHES = 6  # to begin one, pdfium reads the whole cross-reference and all pages before it


class PrintRunStoppedError(Exception):
    """Report that the user asked to stop; the unfinished print run is not kept."""


class Run(Struct, frozen=True):
    """A print run; without packets there is no file."""

    name: str
    path: Path
    sha256: str
    pages: int
    packets: int
    both_sides: bool = True

    @property
    def sheets(self) -> int:
        return -(-self.pages // 2) if self.both_sides else self.pages

    def manifest_entry(self, folder: Path) -> dict[str, object] | None:
        """Return the entry for the manifest, which must not say where the folder is; None without packets."""
        if not self.packets:
            return None
        file = self.path.name if self.path.parent == folder else str(self.path)
        return {
            "file": file,
            "sha256": self.sha256,
            "packets": self.packets,
            "pages": self.pages,
            "sheets": self.sheets,
        }


class _RunPacket(HiddenFields, Struct, frozen=True):
    """A packet of the run and the row whose identifiers its pages must show."""

    packet: Packet
    accepted: AcceptedRow


def print_run(
    name: str,
    path: Path,
    chosen: Sequence[int],
    packets: Mapping[int, Packet],
    options: BatchOptions,
    library: Library,
    context: BatchContext,
    folder: Folder,
    ledger: Ledger,
    accepted_rows: Mapping[int, AcceptedRow],
    pool: Pool | None,
    missing: int,
) -> Run:
    """Write the print run of the `chosen` rows.

    Raise VerificationError (D07, V41 to V45, V47), UsageError (Q20), WriteError or PrintRunStoppedError.
    """
    sort = sorted_by(options, ledger)
    rows = _in_order(sort, chosen, accepted_rows)
    if name == "from":
        rows = rows[index_of(options.start_from, [packets[row].id for row in rows]) :]
        first = packets[rows[0]].id
        if path.parent == folder.path:
            path = path.with_name(f"print-run-from-{first}.pdf")
    sheet = run_pages.RunSheet(_SUBTITLES.get(name, ""), not _one_sided(options, ledger), missing)
    composition = _composition(rows, packets, library, sheet)
    sha256, _, rest = ledger.get_meta(name).partition(" ")
    last_composition, _, pages = rest.partition(" ")
    if sha256 and last_composition == composition and digest_of(path) == sha256:
        return Run(name, path, sha256, int(pages), len(rows), sheet.both_sides)
    print_options = PrintOptions(library.clinic.paper)
    entries = [run_pages.Entry(packets[row].id, packets[row].pages) for row in rows]
    call = _call_in(pool)
    sheets = run_pages.run_sheets(entries, print_options, sheet, call)
    blank = library.languages[library.clinic.language].say("blank_page")
    with whole_file(path) as (file, temp):
        in_run = [_RunPacket(packets[row], accepted_rows[row]) for row in rows]
        parts = (_part(packet, folder, library, sheet) for packet in in_run)
        extracted = _with_progress(_extract_parts(parts, pool), context, len(rows))
        sha256, count = run_pages.write(file, sheets, print_options, blank, sheet.both_sides, extracted, call)
        file.flush()
        expected = ((packet, _expected(packet, library, sheet)) for packet in in_run)
        _verify(temp, count, expected, rows, packets, context, pool, sheet)
    options_meta = _options_meta(sort, sheet) if name == "print_run" else {}
    ledger.set_meta(**{name: f"{sha256} {composition} {count}"} | options_meta)
    return Run(name, path, sha256, count, len(rows), sheet.both_sides)


def _options_meta(sort: str, sheet: run_pages.RunSheet) -> dict[str, str]:
    return {"sort": sort, "sides": "both" if sheet.both_sides else "one"}


def _one_sided(options: BatchOptions, ledger: Ledger) -> bool:
    """Return whether to print on one side: as asked, or after a paper jam as the last print run."""
    return options.one_sided or (bool(options.start_from) and ledger.get_meta("sides") == "one")


def sorted_by(options: BatchOptions, ledger: Ledger) -> str:
    """Return the sort order: as asked, or after a paper jam that of the last print run, so that no packet is missed."""
    return options.sort or (ledger.get_meta("sort") if options.start_from else "") or "schedule"


def is_as_printed(
    options: BatchOptions,
    packets: Mapping[int, Packet],
    library: Library,
    ledger: Ledger,
    accepted_rows: Mapping[int, AcceptedRow],
    missing: int,
) -> bool:
    """Return whether the whole print run has the same packets in the same order as the last one."""
    rows = _in_order(sorted_by(options, ledger), list(packets), accepted_rows)
    last = ledger.get_meta("print_run").split(" ")
    sheet = run_pages.RunSheet(both_sides=not _one_sided(options, ledger), missing=missing)
    return last == [""] or last[1] == _composition(rows, packets, library, sheet)


def _call_in(pool: Pool | None) -> Callable[..., Any] | None:
    """Return a function that calls another in a worker process, so that its caches do not stay in this one."""
    if pool is None:
        return None

    def call(function: Callable[..., Any], *arguments: object) -> Any:
        with _worker_errors():
            return pool.submit(function, *arguments).result()

    return call


_SUBTITLES = {"changes": "Changed and new packets only. Contains no patient names."}


def _in_order(sort: str, rows: Sequence[int], accepted_rows: Mapping[int, AcceptedRow]) -> Sequence[int]:
    """Return the rows in print order: by day, and within a day a blank time or room comes last."""
    if sort == "schedule":
        return rows
    keys: dict[int, tuple[object, ...]] = {}
    for number in rows:
        accepted = accepted_rows[number]
        row, time = accepted.row, accepted.row.start_time or "~"
        first = {"time": "", "room": row.room or "~", "surgeon": accepted.case.surgeon}[sort]
        keys[number] = (accepted.case.surgery_date, _natural_sort_key(first), time, number)
    return sorted(keys, key=lambda number: keys[number])


def _natural_sort_key(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key that puts room 2 before room 10."""
    parts = re.findall("[0-9]+|[^0-9]+", text.casefold())
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def index_of(start: str, ids: Sequence[str]) -> int:
    """Return the index of the packet that an id, or its beginning, means. Raise UsageError (Q20)."""
    start = start.upper()
    matches = [place for place, name in enumerate(ids) if name.startswith(start)]
    if len(matches) == 1:
        return matches[0]
    what = "more than one packet begins" if matches else "no packet of this print run begins"
    hint = "Type more of it" if matches else "Look at the run sheet, or at the top of a page"
    if not matches and is_packet_id(start):
        hint = "It may have been replaced or cancelled; look at the newest run sheet"
    raise UsageError(Problem("Q20", f"{what} with this id", hint, "--from"))


def _composition(
    rows: Sequence[int], packets: Mapping[int, Packet], library: Library, sheet: run_pages.RunSheet
) -> str:
    """Return a digest of what the run depends on: an unchanged run is not written again."""
    print_options = (library.clinic.paper.value, library.clinic.language, sheet.both_sides, sheet.missing)
    state = hashlib.sha256(repr(print_options).encode())
    for row in rows:
        state.update(f"{packets[row].id} {packets[row].sha256} {packets[row].pages}\n".encode())
    return state.hexdigest()


def _extract_parts(parts: Iterable[run_pages.Part], pool: Pool | None) -> Iterator[tuple[ExtractedPages, ...]]:
    """Extract the pages of each part, in order; the workers are a few tasks ahead."""
    if pool is None:
        yield from map(run_pages.extract_part, parts)
        return
    remaining = iter(parts)
    pending: deque[Future[list[tuple[ExtractedPages, ...]]]] = deque()
    while True:
        while len(pending) < TASKS_AHEAD and (task := list(islice(remaining, PARTS_OF_TASK))):
            pending.append(pool.submit(run_pages.extract_parts, task))
        if not pending:
            return
        with _worker_errors():
            extracted = pending.popleft().result()
        yield from extracted


def _with_progress(
    parts: Iterable[tuple[ExtractedPages, ...]], context: BatchContext, total: int
) -> Iterator[tuple[ExtractedPages, ...]]:
    for number, part in enumerate(parts, 1):
        if context.stop():
            raise PrintRunStoppedError
        yield part
        context.progress("Assembling the print run", number, total, 0)


def _part(run_packet: _RunPacket, folder: Folder, library: Library, sheet: run_pages.RunSheet) -> run_pages.Part:
    packet, case = run_packet.packet, run_packet.accepted.case
    language = library.languages[case.language]
    return run_pages.Part(
        packet_id=packet.id,
        file=folder.file(packet),
        sha256=packet.sha256,
        pages=packet.pages,
        header=header_text(library.handouts[case.procedure, case.language], language, case),
        corner=language.say("header_packet", packet=packet.id),
        blank=language.say("blank_page") if sheet.both_sides else "",
        language=case.language,
        print_options=run_packet.accepted.print_options,
    )


def _expected(run_packet: _RunPacket, library: Library, sheet: run_pages.RunSheet) -> run_pages.Expected:
    """Return what the pages must show. The name and record number are the schedule's cells: see `PacketTask`."""
    packet, accepted = run_packet.packet, run_packet.accepted
    added = sheet.both_sides and packet.pages % 2
    blank = library.languages[accepted.case.language].say("blank_page") if added else ""
    return run_pages.Expected(packet.id, packet.pages, accepted.row.name, accepted.row.record_number, blank)


def _verify(
    path: Path,
    count: int,
    expected: Iterable[tuple[_RunPacket, run_pages.Expected]],
    rows: Sequence[int],
    packets: Mapping[int, Packet],
    context: BatchContext,
    pool: Pool | None,
    sheet: run_pages.RunSheet,
) -> None:
    """Raise VerificationError unless every page is in its place and has the text of the verified packet."""
    sides = 2 if sheet.both_sides else 1
    length = sum(sides * sheet.sheets(packets[row].pages) for row in rows)
    first, done = count - length, 0
    if first < sides or first % sides:
        raise VerificationError(Problem("V44", "the print run does not begin on the front of a sheet", _REPORT))
    context.progress("Checking the print run", 0, len(rows), 0)
    stream = iter(expected)
    pending: list[tuple[list[_RunPacket], Future[tuple[bytes, ...]] | tuple[bytes, ...]]] = []
    batch_size = max(MIN_BATCH, -(-len(rows) // MAX_BATCHES))
    while batch := list(islice(stream, batch_size)):
        run_packets, wanted = [packet for packet, _ in batch], [entry for _, entry in batch]
        if pool is None:
            if context.stop():
                raise PrintRunStoppedError
            pending.append((run_packets, run_pages.verify_pages(path, first, wanted)))
        else:
            answer = pool.submit_long(PACKET_S * len(wanted), run_pages.verify_pages, path, first, wanted)
            pending.append((run_packets, answer))
        first += sum(entry.length for entry in wanted)
    for verified in pending:
        if context.stop():
            raise PrintRunStoppedError
        done += _compare(*verified, context)
        context.progress("Checking the print run", done, len(rows), 0)
    if done != len(rows):
        raise VerificationError(Problem("V47", "the print run was not verified completely", _REPORT))


@contextmanager
def _worker_errors() -> Iterator[None]:
    """Turn the failure of a worker into WriteError (W12)."""
    try:
        yield
    except (WorkerDiedError, TaskTimeoutError, TaskMemoryError, TaskFailedError) as error:
        # The packets themselves are good, and are kept.
        message = f"the print run could not be assembled and verified ({type(error).__name__})"
        raise WriteError(
            Problem(WORKER_FAILED, message, "The packets are finished. Run the same command again")
        ) from None


def _compare(
    run_packets: list[_RunPacket], answer: Future[tuple[bytes, ...]] | tuple[bytes, ...], context: BatchContext
) -> int:  # fmt: skip
    with _worker_errors():
        digests = answer.result() if isinstance(answer, Future) else answer
    for run_packet, digest in zip(run_packets, digests, strict=True):
        if fingerprint(context.key, "said", digest) != run_packet.packet.text_fingerprint:
            message = f"the pages of packet {run_packet.packet.id} have a different text in the print run"
            raise VerificationError(Problem("V45", message, _REPORT))
    return len(run_packets)
