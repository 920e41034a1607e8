"""Make one packet from a self-contained task, in any process on any machine."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable
from functools import cache, lru_cache

from msgspec import Struct

from packets import __version__
from packets.batch.print_run_pages import text_digest
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError
from packets.model.case import Case, PrintOptions
from packets.model.printed_digest import digest
from packets.pipeline import build_filled, fill_packet, make_html
from packets.values import HiddenFields
from packets.verify.extract_text import without_whitespace


class PacketTask(HiddenFields, Struct, frozen=True):
    """Everything that one packet needs.

    `name` and `record_number` come straight from the schedule's cells. The finished pages are compared with them, so
    that no error in between can put another patient's name on them.
    """

    row: int
    name: str
    record_number: str
    case: Case
    print_options: PrintOptions
    library: bytes  # from `pickle_library`
    plan: str
    include_drafts: bool
    program: str
    html: bool = False  # also make an HTML copy


class TaskResult(HiddenFields, Struct, frozen=True):
    """A verified packet, or `problems`; with `unverified`, they are those of a finished PDF that is wrong."""

    row: int
    packet_id: str
    digest: bytes = b""  # of what the packet prints: `printed_digest.digest`
    text_digest: bytes = b""  # of the text read from the finished pages: `print_run_pages.text_digest`
    data: bytes = b""
    sha256: str = ""
    pages: int = 0
    html: bytes = b""
    problems: tuple[Problem, ...] = ()
    unverified: bool = False


def run_task(task: PacketTask) -> TaskResult:
    """Make a packet. Problems of the content or the PDF are in the result; any exception is an internal error."""
    packet_id = task.case.packet_id
    if task.program != program_version():
        hint = "Install the same version of Packets there."
        problem = Problem("E05", "this worker has another version of Packets or other fonts", hint)
        return TaskResult(task.row, packet_id, problems=(problem,))
    try:
        library = unpickle_library(task.library)
        packet = fill_packet(library, task.case, plan=task.plan, include_drafts=task.include_drafts)
        built = build_filled(library, packet, task.print_options)
        pdf = built.pdf
        check_page_identifiers(pdf.texts, task)
        html = make_html(built, task.print_options) if task.html else b""
    except VerificationError as error:
        return TaskResult(task.row, packet_id, problems=error.problems, unverified=True)
    except InvalidInputError as error:
        return TaskResult(task.row, packet_id, problems=error.problems)
    text = text_digest(pdf.texts)
    printed = digest(packet, task.print_options, task.case)
    return TaskResult(task.row, packet_id, printed, text, pdf.data, pdf.sha256, pdf.pages, html)


def check_page_identifiers(texts: Iterable[str], task: PacketTask) -> None:
    """Raise VerificationError (V30) unless every page shows the schedule's name and record number and the packet id."""
    name, number, packet_id = (
        without_whitespace(task.name),
        without_whitespace(task.record_number),
        without_whitespace(task.case.packet_id),
    )
    problems = [
        Problem("V30", f"page {page} does not show {what} of row {task.row}")
        for page, text in enumerate(texts, 1)
        for what, identifier in (("the name", name), ("the record number", number), ("the packet id", packet_id))
        if identifier not in text
    ]
    if problems:
        raise VerificationError(*problems)


@cache
def program_version() -> str:
    """Return the version of this program and of its fonts: what the bytes depend on besides the task."""
    from packets.resources import fonts_root

    fonts = hashlib.sha256()
    for path in sorted(fonts_root().glob("*.ttf")):
        fonts.update(path.read_bytes())
    return f"{__version__} {fonts.hexdigest()[:16]}"


def pickle_library(library: Library, procedure: str, language: str, plan: str) -> bytes:
    """Pickle the part of the library that one packet needs, so that workers read no content folder."""
    common = {key: part for key, part in library.common.items() if key[1] == language}
    overrides = {key: handout for key, handout in library.surgeon_handouts.items() if key[:2] == (procedure, language)}
    part = Library(
        library.clinic,
        {(procedure, language): library.handouts[procedure, language]},
        common,
        {plan: library.plans[plan]},
        {language: library.languages[language]},
        surgeons=library.surgeons,
        surgeon_handouts=overrides,
        test_data=library.test_data,
    )
    return pickle.dumps(part, pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=32)
def unpickle_library(data: bytes) -> Library:
    """Load a pickled library. This is safe: the process that started the run pickled it."""
    library = pickle.loads(data)  # noqa: S301
    assert isinstance(library, Library)  # noqa: S101
    return library
