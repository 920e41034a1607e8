"""Make one packet from a self-contained task: a pure function that runs in any process, on any machine."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from packets import __version__
from packets.batch.print_run_pages import text_digest
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError
from packets.model.case import Case, Print
from packets.model.printed_digest import digest
from packets.pipeline import build_filled, fill_packet
from packets.verify.extract_text import without_whitespace


@dataclass(frozen=True, slots=True, repr=False)
class PacketTask:
    """Everything one packet needs.

    `name` and `record_number` are the schedule's cells: the finished pages are compared with them, so that no
    error between the schedule and the page can give a patient another's name.
    """

    row: int
    name: str
    record_number: str
    case: Case
    print_options: Print
    library: bytes  # of this procedure and language only: see `pickle_library`
    plan: str
    include_drafts: bool
    program: str


@dataclass(frozen=True, slots=True, repr=False)
class TaskResult:
    """A verified packet, or `problems`; `unproved` means that a finished PDF is not what it should be."""

    row: int
    packet_id: str
    digest: bytes = b""  # of what was to be printed: `digest`
    said: bytes = b""  # of the pages as read back: `print_run_pages.text_digest`
    data: bytes = b""
    sha256: str = ""
    pages: int = 0
    problems: tuple[Problem, ...] = ()
    unproved: bool = False


def run_task(job: PacketTask) -> TaskResult:
    """Make a packet. Problems of the content or the PDF are in the result; any exception is an internal error."""
    packet_id = job.case.packet_id
    if job.program != program_version():
        hint = "Install the same version of packets there."
        problem = Problem("E05", "this worker has another version of packets or other fonts", hint)
        return TaskResult(job.row, packet_id, problems=(problem,))
    try:
        library = unpickle_library(job.library)
        packet = fill_packet(library, job.case, plan=job.plan, include_drafts=job.include_drafts)
        pdf = build_filled(library, packet, job.print_options).pdf
        check_page_identifiers(pdf.texts, job)
    except VerificationError as error:
        return TaskResult(job.row, packet_id, problems=error.problems, unproved=True)
    except InvalidInputError as error:
        return TaskResult(job.row, packet_id, problems=error.problems)
    said = text_digest(pdf.texts)
    return TaskResult(
        job.row, packet_id, digest(packet, job.print_options, job.case), said, pdf.data, pdf.sha256, pdf.pages
    )


def check_page_identifiers(texts: Iterable[str], job: PacketTask) -> None:
    """Raise VerificationError (V30) unless every page shows the schedule's name and record number and the packet id."""
    name, number, packet_id = (
        without_whitespace(job.name),
        without_whitespace(job.record_number),
        without_whitespace(job.case.packet_id),
    )
    problems = [
        Problem("V30", f"page {page} does not show {what} of row {job.row}")
        for page, text in enumerate(texts, 1)
        for what, wanted in (("the name", name), ("the record number", number), ("the packet id", packet_id))
        if wanted not in text
    ]
    if problems:
        raise VerificationError(*problems)


@cache
def program_version() -> str:
    """Return what the bytes depend on besides the input: the version of this program and its fonts."""
    from packets.resources import fonts_root

    fonts = hashlib.sha256()
    for path in sorted(fonts_root().glob("*.ttf")):
        fonts.update(path.read_bytes())
    return f"{__version__} {fonts.hexdigest()[:16]}"


def pickle_library(library: Library, procedure: str, language: str, plan: str) -> bytes:
    """Pickle the part of the library that one packet needs, so that workers read no content folder."""
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
def unpickle_library(data: bytes) -> Library:
    """Pickle is safe here: the bytes come from `pickle_library` in the process that started the run."""
    library = pickle.loads(data)  # noqa: S301
    assert isinstance(library, Library)  # noqa: S101
    return library
