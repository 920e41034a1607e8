"""Compute dates and make packets for the web form with the functions that the command line uses.

Content is read again when a file has changed. One lock guards all code that renders or reads a PDF, because reportlab
and pdfium are not thread-safe.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from packets.batch.packet_ledger import Ledger
from packets.case_input.case_fields import case_at_clinic, entered_print_options, read_date
from packets.case_input.case_reader import EnteredValue
from packets.case_input.follow_up import follow_up_warnings
from packets.case_input.person_names import name_notes
from packets.case_input.plan_choice import plan_of
from packets.case_input.sites import site_ids
from packets.content.catalog import CatalogEntry, catalog
from packets.content.library import (
    Library,
    expired_approvals,
    load_clinic,
    load_for_packet,
    load_language,
    load_valid,
    surgeon_warnings,
)
from packets.content.packet_plans import usual_plans
from packets.errors import PacketsError, Problem, UsageError
from packets.fill.explain import Explanation, explain, explain_regimens
from packets.mail.outbox import OpenOutbox
from packets.model.case import Case, Clinic, PrintOptions
from packets.model.handout import Handout, Status
from packets.model.language import Language
from packets.model.mail_settings import MailSettings
from packets.pipeline import BuiltPacket, case_of, check_dates, copy_notes, make_html, make_packet, make_rack_copy
from packets.storage.site_key import site_key
from packets.values import HiddenFields
from packets.verify.page_images import picture
from packets.web.day_search import PacketsOfDays
from packets.web.printed_patients import PrintedPatients

STAFF_SHEET = "staff-sheet"
PICTURE_WIDTH_PX = 1100
CONTENT_SUFFIXES = frozenset((".yaml", ".svg", ".png"))
PDF_LOCK = threading.Lock()  # of the process: two servers in it would share the state of pdfium and reportlab


class Finished(HiddenFields, Struct, frozen=True):
    """One patient's packet, ready to show and print, and its HTML copy."""

    case: Case
    packet: BuiltPacket
    compressed_html: bytes
    staff_sheet: BuiltPacket | None
    notes: tuple[Problem, ...]

    @property
    def html(self) -> bytes:
        return zlib.decompress(self.compressed_html)

    @property
    def size(self) -> int:
        """Return how many bytes its files have in memory."""
        files = [self.packet, self.staff_sheet] if self.staff_sheet else [self.packet]
        return len(self.compressed_html) + sum(len(file.pdf.data) for file in files)


class PacketService:
    """Packets and dates from the content in `root`; `key_file` replaces the user's site key, `now` has a time zone."""

    def __init__(self, root: Path, key_file: Path | None, now: Callable[[], dt.datetime]) -> None:
        self.root = root
        self.now = now
        self._key_file = key_file
        self.pdf_lock = PDF_LOCK
        self.patients = PrintedPatients(PDF_LOCK)
        self.ledgers = PacketsOfDays()
        self.outbox_lock = threading.Lock()  # acquired before pdf_lock: one request at a time uses an outbox folder
        self.open_outboxes: dict[Path, OpenOutbox] = {}  # of folders whose mail is being sent
        self.closing = threading.Event()  # the server is stopping
        self._content_lock = threading.Lock()
        self._file_stamps: tuple[tuple[str, int, int], ...] = ()
        self._catalog: tuple[tuple[CatalogEntry, ...], tuple[Problem, ...]] | None = None
        self._english: tuple[Language | None, ...] = ()  # empty until it is looked for
        self._libraries: dict[tuple[str, str], Library] = {}
        self._clinic: Clinic | None = None

    def procedures(self) -> tuple[tuple[CatalogEntry, ...], tuple[Problem, ...]]:
        """Return the handouts that are not retired, and the problems of files with bad or missing fields."""
        with self._content_lock:
            self._drop_cache_if_changed()
            if self._catalog is None:
                entries, problems = catalog(self.root)
                self._catalog = tuple(entry for entry in entries if entry.status is not Status.RETIRED), problems
            return self._catalog

    def clinic(self) -> Clinic:
        """Return the clinic's settings. Raise InvalidInputError."""
        with self._content_lock:
            self._drop_cache_if_changed()
            if self._clinic is None:
                self._clinic = load_clinic(self.root)
            return self._clinic

    def library(self, procedure: str, language: str) -> Library:
        """Return what one packet and its staff sheet need. Raise UsageError or InvalidInputError."""
        with self._content_lock:
            self._drop_cache_if_changed()
            if (procedure, language) not in self._libraries:
                plans = (STAFF_SHEET,) if (self.root / "packets" / f"{STAFF_SHEET}.yaml").is_file() else ()
                self._libraries[procedure, language] = load_for_packet(
                    self.root, procedure, language or None, plans, usual=True
                )
            return self._libraries[procedure, language]

    def english(self) -> Language | None:
        """Return the English language file, whose words the form uses for the staff; None if there is none."""
        with self._content_lock:
            self._drop_cache_if_changed()
            if not self._english:
                self._english = (load_language(self.root, "en"),)
            return self._english[0]

    def whole_library(self) -> Library:
        """Return the whole library, for more than one packet. Raise InvalidInputError."""
        return load_valid(self.root)

    def languages(self, procedure: str) -> tuple[tuple[str, str], ...]:
        """Return tag and name of each language in which this handout can be printed."""
        languages = []
        for entry in self.procedures()[0]:
            if entry.id == procedure:
                with contextlib.suppress(PacketsError):  # a mistake in one language does not hide the others
                    languages.append(
                        (entry.language, self.library(procedure, entry.language).languages[entry.language].name)
                    )
        return tuple(languages)

    def handout(self, library: Library, surgeon: str, *, include_drafts: bool) -> Handout:
        """Return the handout with the surgeon's instructions. Raise InvalidInputError."""
        ((procedure, tag),) = library.handouts
        return library.handout_for(procedure, tag, surgeon, include_drafts=include_drafts)

    def dates(self, library: Library, handout: Handout, surgery_date: str) -> tuple[dt.date, tuple[Explanation, ...]]:
        """Return the surgery date and the recovery dates. Raise UsageError if the date cannot be read."""
        _, language = single_handout(library)
        surgery = read_date(surgery_date, "surgery_date", library.clinic.date_order)
        steps = explain_regimens(handout.regimens, surgery, language)
        return surgery, (*explain(handout, surgery, language), *steps)

    def entered_case(self, library: Library, entered: Mapping[str, EnteredValue]) -> Case | None:
        """Return the case as entered, without a packet id; None if it has a mistake, which `make` reports."""
        handout, _ = single_handout(library)
        return case_at_clinic(entered, handout, library.clinic)[0]

    def make(
        self,
        library: Library,
        entered: Mapping[str, EnteredValue],
        *,
        include_drafts: bool,
        confirmed: Collection[dt.date] = (),
        staff_language: str = "",
    ) -> tuple[Finished | None, tuple[Problem, ...]]:
        """Make the packet and its staff sheet, or return what is wrong with the form or the content.

        `confirmed` are the unlikely dates that the nurse has confirmed. With `staff_language`, each page has its
        translation on the back, unless that is the packet's own language.
        """
        today = library.clinic.date(self.now())
        handout, _ = single_handout(library)
        print_options = entered_print_options(entered, library.clinic)
        plan, plan_problems = plan_of(entered, handout, library, include_drafts=include_drafts)
        try:
            staff_library = self._staff_library(handout, staff_language)
        except PacketsError as error:
            return None, error.problems
        with self.pdf_lock:
            try:
                case, problems = case_of(
                    entered,
                    handout,
                    library,
                    print_options,
                    self.key,
                    plan=plan,
                    plan_problems=plan_problems,
                    include_drafts=include_drafts,
                    staff_library=staff_library,
                )
                if case is None:
                    return None, problems
                problems = check_dates(
                    library, case, today, entered, confirmed, plan=plan, include_drafts=include_drafts
                )
                if problems:
                    return None, problems
                packet, sheet = (
                    make_packet(
                        library,
                        case,
                        print_options,
                        plan=name,
                        include_drafts=include_drafts,
                        staff_library=None if name == STAFF_SHEET else staff_library,
                    )
                    if name in library.plans
                    else None
                    for name in (plan, STAFF_SHEET)
                )
                html = zlib.compress(make_html(packet, print_options)) if packet else b""
            except PacketsError as error:
                return None, error.problems
        assert packet is not None  # noqa: S101  load_for_packet loaded its plan
        notes = (
            *follow_up_warnings(case, library.languages.values()),
            *expired_approvals(self.root, library, today, case.surgeon),
            *surgeon_warnings(library, case.procedure, case.surgeon),
            *name_notes(case),
            *copy_notes(packet.filled[0].attached),
        )
        # Many packets are kept in memory. What they were made from is not needed again.
        packet, sheet = replace(packet, filled=()), replace(sheet, filled=()) if sheet else None
        return Finished(case, packet, html, sheet, notes), ()

    def _staff_library(self, handout: Handout, language: str) -> Library | None:
        if not language or language == handout.language:
            return None
        if language not in {entry.language for entry in self.procedures()[0] if entry.id == handout.id}:
            hint = "Choose another language for the back."
            message = "this handout is not available in the chosen language"
            raise UsageError(Problem("A09", message, hint, field="staff_language"))
        return self.library(handout.id, language)

    def key(self) -> bytes:
        """Return the site key. Raise InvalidInputError."""
        return site_key(self._key_file, os.environ, self.site_folder())

    def site_folder(self) -> str:
        """Return the folder of the shared key and registry, "" if each user has their own. Raise InvalidInputError."""
        return self.clinic().site_folder

    @contextlib.contextmanager
    def lent_ledger(self, folder: Path) -> Iterator[Ledger | None]:
        """Yield the ledger of a folder whose mail is being delivered, else None, while nobody else uses an outbox."""
        with self.outbox_lock:
            opened = self.open_outboxes.get(folder)
            yield opened[0] if opened else None

    def mail_settings(self) -> MailSettings | None:
        """Return the clinic's mail settings; None without any, or if clinic.yaml has a mistake (reported elsewhere)."""
        with contextlib.suppress(PacketsError):
            return load_clinic(self.root).mail
        return None

    def picture(self, data: bytes, number: int) -> bytes:
        """Return a page as PNG. Raise IndexError if the page does not exist."""
        with self.pdf_lock:
            return picture(data, number, width_px=PICTURE_WIDTH_PX)

    def load_fonts(self) -> None:
        """Load every font under the lock, so that code which only measures text does not need it."""
        from packets.layout.fonts import missing

        with self.pdf_lock:
            missing("Ж ọ\u0300 李 כ ع क")  # one character of each font

    def warm_up(self) -> None:
        """Render and verify a handout without a patient, so that imports and fonts are loaded for the first packet."""
        for entry in self.procedures()[0][:1]:
            library = load_for_packet(self.root, entry.id, entry.language, ("handout",))
            with self.pdf_lock:
                site = next(iter(site_ids(library.clinic)), "")
                rack_copy = make_rack_copy(
                    library, entry.id, entry.language, PrintOptions(), site=site, include_drafts=True
                )
            self.picture(rack_copy.pdf.data, 1)

    def _drop_cache_if_changed(self) -> None:
        """Drop cached content if the name, time or size of a file changed (0.2 ms for the shipped content)."""
        files = sorted(path for path in self.root.rglob("*") if path.suffix in CONTENT_SUFFIXES and path.is_file())
        stamps = tuple((str(path), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files)
        if stamps != self._file_stamps:
            self._file_stamps = stamps
            self._catalog = self._clinic = None
            self._english = ()
            self._libraries.clear()


def single_handout(library: Library) -> tuple[Handout, Language]:
    """Return the handout and the language of a library that was loaded for one packet."""
    (handout,), (language,) = library.handouts.values(), library.languages.values()
    return handout, language.for_kind(handout.kind)


def plans_to_choose(handout: Handout, library: Library) -> tuple[str, ...]:
    """Return the packet plans from which the nurse chooses; none if only one fits the handout."""
    plans = usual_plans(handout, library.plans)
    return plans if len(plans) > 1 else ()


def has_drafts(library: Library) -> bool:
    """Return whether the library has draft text, which is printed only on request."""
    handout, _ = single_handout(library)
    parts = [part for section in handout.sections for part in section.parts]
    parts += [part for notice in handout.notices for part in notice.parts]
    parts += [part for common in library.common.values() for part in common.parts]
    overrides = [procedure.review.status for surgeon in library.surgeons for procedure in surgeon.procedures]
    return Status.DRAFT in (handout.review.status, *overrides) or any(part.draft for part in parts)
