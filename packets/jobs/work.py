"""The unit of work: a job in, a result out; a pure function that runs in any process, on any machine."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from packets import __version__
from packets.content.library import Library
from packets.domain.case import Case, Print
from packets.domain.printed import digest
from packets.errors import NotProved, Problem, Refused
from packets.output.making import fill_packet, make_filled
from packets.output.print_run import said_by
from packets.output.readback import squeezed


@dataclass(frozen=True, slots=True, repr=False)
class Job:
    """Everything one packet needs.

    `name` and `record_number` are the schedule's cells: the finished pages are held against them, so that no fault
    between the schedule and the page can give a patient another's name.
    """

    row: int
    name: str
    record_number: str
    case: Case
    look: Print
    library: bytes  # of this procedure and language only: see `packed`
    plan: str
    include_drafts: bool
    program: str


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """A proved packet, or `problems`; with `unproved` they say that a finished PDF is not what it should be."""

    row: int
    packet_id: str
    digest: bytes = b""  # of what was to be printed: `digest`
    said: bytes = b""  # of the pages as read back: `print_run.said_by`
    data: bytes = b""
    sha256: str = ""
    pages: int = 0
    problems: tuple[Problem, ...] = ()
    unproved: bool = False


def render(job: Job) -> Result:
    """Never raises for a fault of the content or of the PDF; what else it raises is a fault of the program."""
    packet_id = job.case.packet_id
    if job.program != program():
        hint = "Install the same version of packets there."
        problem = Problem("E05", "this worker has another version of packets or other typefaces", hint)
        return Result(job.row, packet_id, problems=(problem,))
    try:
        library = unpacked(job.library)
        packet = fill_packet(library, job.case, plan=job.plan, include_drafts=job.include_drafts)
        pdf = make_filled(library, packet, job.look).pdf
        witness(pdf.texts, job)
    except NotProved as fault:
        return Result(job.row, packet_id, problems=fault.problems, unproved=True)
    except Refused as fault:
        return Result(job.row, packet_id, problems=fault.problems)
    said = said_by(pdf.texts)
    return Result(job.row, packet_id, digest(packet, job.look, job.case), said, pdf.data, pdf.sha256, pdf.pages)


def witness(texts: Iterable[str], job: Job) -> None:
    """Raises NotProved (V30) unless every page shows the name and record number that stand in the schedule."""
    name, number, packet_id = squeezed(job.name), squeezed(job.record_number), squeezed(job.case.packet_id)
    problems = [
        Problem("V30", f"page {page} does not show {what} of row {job.row}")
        for page, text in enumerate(texts, 1)
        for what, wanted in (("the name", name), ("the record number", number), ("the packet id", packet_id))
        if wanted not in text
    ]
    if problems:
        raise NotProved(*problems)


@cache
def program() -> str:
    """What else the bytes depend on: the version of this program, and its typefaces."""
    from packets.resources import fonts_root

    faces = hashlib.sha256()
    for path in sorted(fonts_root().glob("*.ttf")):
        faces.update(path.read_bytes())
    return f"{__version__} {faces.hexdigest()[:16]}"


def packed(library: Library, procedure: str, language: str, plan: str) -> bytes:
    """What one packet needs of the library, so that a worker needs no content folder, and none can change meanwhile."""
    common = {key: part for key, part in library.common.items() if key[1] == language}
    own = {key: handout for key, handout in library.own.items() if key[:2] == (procedure, language)}
    part = Library(
        library.clinic,
        {(procedure, language): library.handouts[procedure, language]},
        common,
        {plan: library.plans[plan]},
        {language: library.languages[language]},
        surgeons=library.surgeons,
        own=own,
    )
    return pickle.dumps(part, pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=32)
def unpacked(data: bytes) -> Library:
    """Pickle is safe here: the bytes come from `packed` in the process that began the run."""
    library = pickle.loads(data)  # noqa: S301
    assert isinstance(library, Library)  # noqa: S101
    return library
