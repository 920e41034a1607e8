"""Compute dates and make packets for the form with the command line's own functions.

Content is read once and again when a file has changed. Everything that draws or reads a PDF is done one at a time,
for reportlab and pdfium are not made for threads.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from packets.case_input.case_fields import EnteredValue, entered_print_options, read_date
from packets.case_input.person_names import name_notes
from packets.content.follow_up import follow_up_warnings
from packets.content.library import (
    CatalogEntry,
    Library,
    catalog,
    expired_approvals,
    load,
    load_clinic,
    load_for_packet,
    surgeon_warnings,
)
from packets.errors import InvalidInputError, PacketsError, Problem
from packets.fill.explain import Explained, explain
from packets.model.case import Case, Print
from packets.model.handout import Handout, Status
from packets.model.language import Language
from packets.pipeline import BuiltPacket, case_of, check_dates, make_packet, make_rack_copy
from packets.storage.site_key import site_key
from packets.verify.page_images import picture

PLAN = "discharge"
STAFF_SHEET = "staff-sheet"
PICTURE_WIDTH_PX = 1100


@dataclass(frozen=True, slots=True, repr=False)
class Finished:
    """One patient's packet as the page shows it."""

    case: Case
    packet: BuiltPacket
    staff_sheet: BuiltPacket | None
    notes: tuple[Problem, ...]


class PacketService:
    """`key_file` is another site key than the user's own; `now` gives the time, with its time zone."""

    def __init__(self, root: Path, key_file: Path | None, now: Callable[[], dt.datetime]) -> None:
        self.root = root
        self.now = now
        self._key_file = key_file
        self.press = threading.Lock()
        self.post = threading.Lock()  # taken before the press: one request at a time in the folder of an outbox
        self._reading = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._catalog: tuple[tuple[CatalogEntry, ...], tuple[Problem, ...]] | None = None
        self._libraries: dict[tuple[str, str], Library] = {}

    def procedures(self) -> tuple[tuple[CatalogEntry, ...], tuple[Problem, ...]]:
        """What can be printed, and the problems of files that cannot be read."""
        with self._reading:
            self._notice_changes()
            if self._catalog is None:
                entries, problems = catalog(self.root)
                self._catalog = tuple(entry for entry in entries if entry.status is not Status.RETIRED), problems
            return self._catalog

    def library(self, procedure: str, language: str) -> Library:
        """For one packet and its staff sheet. Raises Misused, Refused."""
        with self._reading:
            self._notice_changes()
            if (procedure, language) not in self._libraries:
                plans = (PLAN, STAFF_SHEET) if (self.root / "packets" / f"{STAFF_SHEET}.yaml").is_file() else (PLAN,)
                self._libraries[procedure, language] = load_for_packet(self.root, procedure, language or None, plans)
            return self._libraries[procedure, language]

    def whole_library(self) -> Library:
        """For what is more than one packet. Raises Refused."""
        library, problems = load(self.root)
        if library is None:
            raise InvalidInputError(*(problem for problem in problems if not problem.warning))
        return library

    def languages(self, procedure: str) -> tuple[tuple[str, str], ...]:
        """Tag and name of each language that this handout can be printed in."""
        found = []
        for entry in self.procedures()[0]:
            if entry.id == procedure:
                with contextlib.suppress(PacketsError):  # another language's fault does not stop this one
                    found.append(
                        (entry.language, self.library(procedure, entry.language).languages[entry.language].name)
                    )
        return tuple(found)

    def handout(self, library: Library, surgeon: str, *, include_drafts: bool) -> Handout:
        """With the surgeon's own instructions. Raises Refused."""
        ((procedure, tag),) = library.handouts
        return library.handout_for(procedure, tag, surgeon, include_drafts=include_drafts)

    def dates(self, library: Library, handout: Handout, surgery_date: str) -> tuple[dt.date, tuple[Explained, ...]]:
        """Raises Misused for a date that cannot be read."""
        _, words = single_handout(library)
        surgery = read_date(surgery_date, "surgery_date")
        return surgery, explain(handout, surgery, words)

    def make(
        self,
        library: Library,
        entered: Mapping[str, EnteredValue],
        *,
        include_drafts: bool,
        confirmed: Collection[dt.date] = (),
    ) -> tuple[Finished | None, tuple[Problem, ...]]:
        """The packet and its staff sheet, or what is wrong with the form or the content. `confirmed` are unlikely dates
        that the nurse has confirmed."""
        today = library.clinic.date(self.now())
        handout, _ = single_handout(library)
        print_options = entered_print_options(entered, library.clinic)
        with self.press:
            try:
                case, problems = case_of(
                    entered, handout, library, print_options, self.key, include_drafts=include_drafts
                )
                if case is None:
                    return None, problems
                problems = check_dates(library, case, today, entered, confirmed, include_drafts=include_drafts)
                if problems:
                    return None, problems
                packet, sheet = (
                    make_packet(library, case, print_options, plan=plan, include_drafts=include_drafts)
                    if plan in library.plans
                    else None
                    for plan in (PLAN, STAFF_SHEET)
                )
            except PacketsError as error:
                return None, error.problems
        assert packet is not None  # noqa: S101  load_for_packet has read its plan
        notes = (
            *follow_up_warnings(case, library.languages.values()),
            *expired_approvals(self.root, library, today),
            *surgeon_warnings(library, case.procedure, case.surgeon),
            *name_notes(case),
        )
        return Finished(case, packet, sheet, notes), ()

    def key(self) -> bytes:
        """Raises Refused."""
        return site_key(self._key_file, os.environ, self.site_folder())

    def site_folder(self) -> str:
        """Return the folder with the key and the registry of all users, "" where each has their own. Raises Refused."""
        return load_clinic(self.root).site_folder

    def picture(self, data: bytes, number: int) -> bytes:
        """Raises IndexError where there is no such page."""
        with self.press:
            return picture(data, number, width_px=PICTURE_WIDTH_PX)

    def read_faces(self) -> None:
        """All of them, so that who only measures text does so without the press."""
        from packets.layout.fonts import missing

        with self.press:
            missing("Ж ọ\u0300 李 כ ع क")  # one character for each of them

    def warm_up(self) -> None:
        """Draw and read back nobody's handout, so that content, faces and libraries are there for the first packet."""
        for entry in self.procedures()[0][:1]:
            library = load_for_packet(self.root, entry.id, entry.language, ("handout",))
            with self.press:
                made = make_rack_copy(library, entry.id, entry.language, Print(), include_drafts=True)
            self.picture(made.pdf.data, 1)

    def _notice_changes(self) -> None:
        """Names, times and sizes of all files: 0.2 ms for this folder, and an editor's save always changes one."""
        files = sorted(path for path in self.root.rglob("*.yaml") if path.is_file())
        seen = tuple((str(path), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files)
        if seen != self._seen:
            self._seen = seen
            self._catalog = None
            self._libraries.clear()


def single_handout(library: Library) -> tuple[Handout, Language]:
    """The handout and the language of a library that was read for one packet."""
    (handout,), (words,) = library.handouts.values(), library.languages.values()
    return handout, words


def has_drafts(library: Library) -> bool:
    """Whether there is text that prints only when it is asked for."""
    handout, _ = single_handout(library)
    parts = [part for section in handout.sections for part in section.parts]
    parts += [part for notice in handout.notices for part in notice.parts]
    parts += [part for common in library.common.values() for part in common.parts]
    own = [each.review.status for surgeon in library.surgeons for each in surgeon.procedures]
    return Status.DRAFT in (handout.review.status, *own) or any(part.draft for part in parts)
