"""The packets of a folder in, a print run out that is made only once and read back page by page."""

from __future__ import annotations

import hashlib
import re
from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from packets.batch import print_run_pages as paper
from packets.batch.folder import Folder, digest_of
from packets.batch.ledger import Ledger, Packet
from packets.batch.options import BatchContext, BatchOptions
from packets.batch.plan import fingerprint
from packets.batch.pool import Fault, OutOfMemory, OutOfTime, Pool, WorkerDied
from packets.batch.preflight import Ready, good_rows
from packets.content.library import Library
from packets.errors import Problem, UsageError, VerificationError, WriteError
from packets.model.case import Print
from packets.model.packet_id import is_packet_id
from packets.pdf.merge import ExtractedPages
from packets.schedule.rows import ScheduleRows
from packets.storage.files import whole_file

STRETCH = 100  # packets, at least, that are read back in one go
PARTS_AHEAD = 8
PACKET_S = 1.0  # that a packet may take to be read back: a few hundred times what it does on a quiet machine
STRETCHES = 40  # at most: each begins with reading where all objects are


class Interrupted(Exception):
    """Somebody asked to stop; what was begun here is not kept."""


@dataclass(frozen=True, slots=True)
class Run:
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

    def told(self, folder: Path) -> dict[str, object] | None:
        """For the manifest, which must not say where the folder is."""
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


@dataclass(frozen=True, slots=True, repr=False)
class _Sheaf:
    """One packet with what its pages must show."""

    packet: Packet
    ready: Ready


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
    schedule_rows: ScheduleRows,
    pool: Pool | None,
    missing: int,
) -> Run:
    """Prints the rows that are `chosen`. Raises NotProved (V40 to V44), Misused (Q20), CannotWrite, Interrupted."""
    sort = sorted_by(options, ledger)
    rows = _in_order(sort, chosen, schedule_rows)
    if name == "from":
        rows = rows[place_of(options.start_from, [packets[row].id for row in rows]) :]
        first = packets[rows[0]].id
        if path.parent == folder.path:
            path = path.with_name(f"print-run-from-{first}.pdf")
    about = paper.RunSheet(_SUBTITLES.get(name, ""), not _one_sided(options, ledger), missing)
    made = _composition(rows, packets, library, about)
    sha256, _, rest = ledger.note(name).partition(" ")
    composition, _, pages = rest.partition(" ")
    if sha256 and composition == made and digest_of(path) == sha256:
        return Run(name, path, sha256, int(pages), len(rows), about.both_sides)
    print_options = Print(library.clinic.paper)
    entries = [paper.Entry(packets[row].id, packets[row].pages) for row in rows]
    call = _in(pool)
    sheets = paper.run_sheets(entries, print_options, about, call)
    blank = library.languages[library.clinic.language].say("blank_page")
    with whole_file(path) as (file, temp):
        parts = (_part(_sheave, folder, library, about) for _sheave in _sheaves(rows, packets, schedule_rows))
        loose = _counted(_loosened(parts, pool), context, len(rows))
        sha256, count = paper.write(file, sheets, print_options, blank, about.both_sides, loose, call)
        file.flush()
        expected = ((_sheave, _expected(_sheave, library, about)) for _sheave in _sheaves(rows, packets, schedule_rows))
        _prove(temp, count, expected, rows, packets, context, pool, about)
    ledger.keep(**{name: f"{sha256} {made} {count}"} | (_how(sort, about) if name == "print_run" else {}))
    return Run(name, path, sha256, count, len(rows), about.both_sides)


def _how(sort: str, about: paper.RunSheet) -> dict[str, str]:
    return {"sort": sort, "sides": "both" if about.both_sides else "one"}


def _one_sided(options: BatchOptions, ledger: Ledger) -> bool:
    """As asked; after a jam also as what was printed."""
    return options.one_sided or (bool(options.start_from) and ledger.note("sides") == "one")


def sorted_by(options: BatchOptions, ledger: Ledger) -> str:
    """As asked; else, after a jam, as what was printed: in another order packets would be missed without a word."""
    return options.sort or (ledger.note("sort") if options.start_from else "") or "schedule"


def is_as_printed(
    options: BatchOptions,
    packets: Mapping[int, Packet],
    library: Library,
    ledger: Ledger,
    schedule_rows: ScheduleRows,
    missing: int,
) -> bool:
    """Whether the whole print run holds the same packets in the same order as when it was made last."""
    rows = _in_order(sorted_by(options, ledger), array("I", packets), schedule_rows)
    before = ledger.note("print_run").split(" ")
    about = paper.RunSheet(both_sides=not _one_sided(options, ledger), missing=missing)
    return before == [""] or before[1] == _composition(rows, packets, library, about)


def _in(pool: Pool | None) -> Callable[..., Any] | None:
    """A way to call a function in another process, so that what it remembers does not stay in this one."""
    if pool is None:
        return None

    def call(function: Callable[..., Any], *arguments: object) -> Any:
        with _answered():
            return pool.submit(function, *arguments).result()

    return call


_SUBTITLES = {"changes": "Changed and new packets only. Holds no patient's name."}


def _in_order(sort: str, rows: Sequence[int], schedule_rows: ScheduleRows) -> Sequence[int]:
    """Rows as they are to be printed: day by day, and within a day a blank time or room comes last."""
    if sort == "schedule":
        return rows
    keys: dict[int, tuple[object, ...]] = {}
    for ready in good_rows(schedule_rows, rows):
        row, time = ready.row, ready.row.start_time or "~"
        first = {"time": "", "room": row.room or "~", "surgeon": ready.case.surgeon}[sort]
        keys[row.number] = (ready.case.surgery_date, _natural(first), time, row.number)
    return sorted(keys, key=lambda row: keys[row])


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Room 2 before room 10."""
    parts = re.findall("[0-9]+|[^0-9]+", text.casefold())
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def place_of(start: str, ids: Sequence[str]) -> int:
    """Which of these packets an id, or its beginning, means. Raises Misused (Q20)."""
    start = start.upper()
    found = [place for place, name in enumerate(ids) if name.startswith(start)]
    if len(found) == 1:
        return found[0]
    what = "more than one packet begins" if found else "no packet of this print run begins"
    hint = "Type more of it" if found else "Look at the run sheet, or at the top of a page"
    if not found and is_packet_id(start):
        hint = "It may have been replaced or cancelled; look at the newest run sheet"
    raise UsageError(Problem("Q20", f"{what} with this id", hint, "--from"))


def _composition(rows: Sequence[int], packets: Mapping[int, Packet], library: Library, about: paper.RunSheet) -> str:
    """What the run depends on: the same packets in the same order are not put together again."""
    print_options = (library.clinic.paper.value, library.clinic.language, about.both_sides, about.missing)
    state = hashlib.sha256(repr(print_options).encode())
    for row in rows:
        state.update(f"{packets[row].id} {packets[row].sha256} {packets[row].pages}\n".encode())
    return state.hexdigest()


def _sheaves(rows: Sequence[int], packets: Mapping[int, Packet], schedule_rows: ScheduleRows) -> Iterator[_Sheaf]:
    """In the order of `rows`; in that of the schedule nothing is held."""
    if all(one < other for one, other in pairwise(rows)):
        for ready in good_rows(schedule_rows, rows):
            yield _Sheaf(packets[ready.row.number], ready)
        return
    held = {ready.row.number: ready for ready in good_rows(schedule_rows, sorted(rows))}
    for row in rows:
        yield _Sheaf(packets[row], held[row])


def _loosened(parts: Iterable[paper.Part], pool: Pool | None) -> Iterator[tuple[ExtractedPages, ...]]:
    """Each part taken apart, in order; the workers are a few parts ahead."""
    if pool is None:
        yield from map(paper.loosen_part, parts)
        return
    flying: deque[Future[tuple[ExtractedPages, ...]]] = deque()
    for part in parts:
        flying.append(pool.submit(paper.loosen_part, part))
        if len(flying) > PARTS_AHEAD:
            with _answered():
                loose = flying.popleft().result()
            yield loose
    while flying:
        with _answered():
            loose = flying.popleft().result()
        yield loose


def _counted(
    parts: Iterable[tuple[ExtractedPages, ...]], context: BatchContext, total: int
) -> Iterator[tuple[ExtractedPages, ...]]:
    for number, each in enumerate(parts, 1):
        if context.stop():
            raise Interrupted
        yield each
        context.progress("Putting the print run together", number, total, 0)


def _part(each: _Sheaf, folder: Folder, library: Library, about: paper.RunSheet) -> paper.Part:
    packet, case = each.packet, each.ready.case
    language = library.languages[case.language]
    return paper.Part(
        packet_id=packet.id,
        file=folder.file(packet),
        sha256=packet.sha256,
        pages=packet.pages,
        header=language.say("header", patient=case.patient_name, record_number=case.record_number),
        corner=language.say("header_packet", packet=packet.id),
        blank=language.say("blank_page") if about.both_sides else "",
        language=case.language,
        print_options=each.ready.print_options,
    )


def _expected(each: _Sheaf, library: Library, about: paper.RunSheet) -> paper.Expected:
    """The name and number are the schedule's cells, not the case's: see `work.Job`."""
    added = about.both_sides and each.packet.pages % 2
    blank = library.languages[each.ready.case.language].say("blank_page") if added else ""
    row = each.ready.row
    return paper.Expected(each.packet.id, each.packet.pages, row.name, row.record_number, blank)


def _prove(
    path: Path,
    count: int,
    expected: Iterable[tuple[_Sheaf, paper.Expected]],
    rows: Sequence[int],
    packets: Mapping[int, Packet],
    context: BatchContext,
    pool: Pool | None,
    about: paper.RunSheet,
) -> None:
    """Every page stands in its place and says what it said when its packet was proved."""
    sides = 2 if about.both_sides else 1
    length = sum(sides * about.sheets(packets[row].pages) for row in rows)
    first, done = count - length, 0
    if first < sides or first % sides:
        raise VerificationError(Problem("V44", "the print run does not begin on the front of a sheet", "Report this"))
    stream = iter(expected)
    flying: list[tuple[list[_Sheaf], Future[tuple[bytes, ...]] | tuple[bytes, ...]]] = []
    most = max(STRETCH, -(-len(rows) // STRETCHES))
    while stretch := list(islice(stream, most)):
        sheaves, wanted = [each for each, _ in stretch], [each for _, each in stretch]
        if pool is None:
            flying.append((sheaves, paper.verify_pages(path, first, wanted)))
        else:
            answer = pool.submit_long(PACKET_S * len(wanted), paper.verify_pages, path, first, wanted)
            flying.append((sheaves, answer))
        first += sum(each.length for each in wanted)
        while len(flying) > 4:
            done += _compare(*flying.pop(0), context)
            context.progress("Reading the print run back", done, len(rows), 0)
            if context.stop():
                raise Interrupted
    for each in flying:
        done += _compare(*each, context)
    if done != len(rows):
        raise VerificationError(
            Problem("V44", "the print run was not read back whole", "Report this as a fault of packets")
        )


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except (WorkerDied, OutOfTime, OutOfMemory, Fault) as error:
        # Says nothing against the packets: they stay.
        message = f"the print run could not be put together and read back ({type(error).__name__})"
        raise WriteError(Problem("W12", message, "The packets are there. Run the same command again")) from None


def _compare(
    sheaves: list[_Sheaf], answer: Future[tuple[bytes, ...]] | tuple[bytes, ...], context: BatchContext
) -> int:  # fmt: skip
    with _answered():
        digests = answer.result() if isinstance(answer, Future) else answer
    for each, digest in zip(sheaves, digests, strict=True):
        if fingerprint(context.key, "said", digest) != each.packet.said:
            message = f"the pages of packet {each.packet.id} say something else in the print run"
            raise VerificationError(
                Problem("V45", message, "Nothing may be printed. Report this as a fault of packets")
            )
    return len(sheaves)
