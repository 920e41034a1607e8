"""Export the packets of a folder: each document once, and again only if its packet was replaced or became void."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from msgspec import Struct, field

from packets.batch.folder import Folder, digest_of, locked_ledger
from packets.batch.packet_ledger import LIVE, WEB_OUTBOX, Ledger, Packet
from packets.batch.papers import handovers_csv
from packets.batch.preflight import open_rows
from packets.batch.row_records import corrected_rows
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem, VerificationError
from packets.export import fhir_bundle, mdm
from packets.export.record_document import Document
from packets.mail.candidates import Candidate, candidates
from packets.model.export_settings import ExportSettings
from packets.model.packet_id import fingerprint
from packets.schedule.source_files import read_source
from packets.storage.files import make_folder, write_whole
from packets.values import HiddenFields

FORMS: Mapping[str, ModuleType] = {"mdm": mdm, "fhir": fhir_bundle}
HANDOVERS = "handed-over.csv"  # in the folder of the files: every paper that was handed over or taken back
_NEW, _VOID = "new", "void"
_RECORDED_TOGETHER = 20  # documents, at most, that are written again after a kill


class ExportContext(HiddenFields, Struct, frozen=True):
    """The folder to export, with the key and content that its packets were made with."""

    folder: Path
    content: Path
    library: Library
    key: bytes
    clock: Callable[[], dt.datetime]
    schedule: Path | None
    profile: str | None = None


class ExportResult(Struct):
    """What was written; `files` are (packet id, kind, name), with the kinds new, replacement and void."""

    files: list[tuple[str, str, str]] = field(default_factory=list)
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)


def export_settings(library: Library) -> ExportSettings:
    """Return the clinic's settings. Raise InvalidInputError (Z01) if there are none."""
    if library.clinic.export is None:
        hint = "Add an export: block to content/clinic.yaml; docs/hospital-systems.md shows one."
        raise InvalidInputError(Problem("Z01", "there are no settings for exports", hint, "clinic.yaml"))
    return library.clinic.export


def export(context: ExportContext, form: str, out: Path) -> ExportResult:
    """Write a file for each packet that the record system does not have yet; `form` is mdm or fhir.

    A file is whole or absent, and the ledger records it when it is there: after a kill, some documents may be written
    a second time, with the same identifiers. Raise InvalidInputError (D02, X25 to X34, Z01), LockedError,
    VerificationError (X27, Z02) or WriteError.
    """
    settings = export_settings(context.library)
    with locked_ledger(context.folder, context.clock) as ledger:
        if ledger.get_meta("site") != fingerprint(context.key, "site").hex():
            hint = "Use the site key that the folder was created with: --site-key FILE"
            message = "this folder was created with another site key"
            raise InvalidInputError(Problem("D02", message, hint, str(context.folder)))
        make_folder(out)
        result = _Exporter(context, settings, ledger, form, out).run()
        if handovers := ledger.handovers():
            write_whole(out / HANDOVERS, handovers_csv(handovers))
        return result


class _Exporter:
    def __init__(self, context: ExportContext, settings: ExportSettings, ledger: Ledger, form: str, out: Path) -> None:
        self.context, self.settings, self.ledger, self.out = context, settings, ledger, out
        self.writer = FORMS[form]
        self.meta = f"exported_{form}"
        self.exported: dict[str, str] = json.loads(ledger.get_meta(self.meta) or "{}")
        self.packets = {packet.id: packet for packet in ledger.packets()}
        self.folder = Folder(context.folder)
        self.result = ExportResult()

    def run(self) -> ExportResult:
        context = self.context
        place = (context.content, context.schedule, context.profile)
        try:
            for candidate in candidates(context.folder, context.key, self.ledger, context.library, *place):
                if candidate.packet.id in self.exported:
                    self.result.unchanged += 1
                else:
                    self.add(candidate)
            self.report_corrected()
            self.void()
        finally:
            self.record()
        return self.result

    def report_corrected(self) -> None:
        """Report the packets that print something else than their rows of the schedule."""
        for row, packet_id in corrected_rows(self.ledger).items():
            if packet_id not in self.exported:
                message = f"packet {packet_id} was made from cells that were typed in the web form (row {row})"
                hint = "Correct the schedule, run the batch with it, and export again."
                self.result.problems.append(Problem("Z06", message, hint, str(self.context.folder)))

    def add(self, candidate: Candidate) -> None:
        packet, case = candidate.packet, candidate.case
        file = self.folder.file(packet)
        if digest_of(file) != packet.sha256:
            hint = "Run the same batch command again: it makes this packet again"
            message = f"the file of packet {packet.id} has changed since it was made, or is missing"
            self.result.problems.append(Problem("D07", message, hint, str(file)))
            return
        replaced = self.replaced(packet)
        handout = self.context.library.handouts[case.procedure, case.language]
        document = Document(
            packet.id,
            candidate.record_number,
            candidate.name,
            case.birth_date,
            handout.title,
            case.language,
            self.context.clock(),
            file.read_bytes(),
            replaced,
        )
        self.write(document, "replacement" if replaced else "new")

    def replaced(self, packet: Packet) -> str:
        """Return the newest earlier packet of this case that the record system has, "" if there is none."""
        earlier = packet.replaces
        while earlier:
            if self.exported.get(earlier) == _NEW:
                return earlier
            earlier = self.packets[earlier].replaces if earlier in self.packets else None
        return ""

    def void(self) -> None:
        """Cancel the documents of packets that are void and that no exported packet replaces."""
        succeeded = set(self.replacements())
        void = [
            packet
            for packet_id, kind in self.exported.items()
            if kind == _NEW
            and packet_id not in succeeded
            and (packet := self.packets.get(packet_id)) is not None
            and packet.state not in LIVE
        ]
        patients = dict(self.patients()) if void else {}
        for packet in void:
            if packet.patient not in patients:
                message = f"packet {packet.id} is void, and its patient is not in the schedule"
                hint = "Cancel the document in the record system by hand."
                self.result.problems.append(Problem("Z05", message, hint, str(self.context.folder)))
                continue
            record_number, name = patients[packet.patient]
            language = self.context.library.clinic.language
            title, now = self.settings.document_name, self.context.clock()
            document = Document(packet.id, record_number, name, None, title, language, now, is_void=True)
            self.write(document, _VOID)

    def replacements(self) -> Iterator[str]:
        """Yield the ids of documents that a later export has replaced."""
        for packet_id in self.exported:
            packet = self.packets.get(packet_id)
            if packet is not None and (replaced := self.replaced(packet)):
                yield replaced

    def patients(self) -> Iterator[tuple[bytes, tuple[str, str]]]:
        """Yield the fingerprint of each patient of the schedule, with record number and name."""
        context = self.context
        if context.schedule is None or self.ledger.get_meta(WEB_OUTBOX):
            return
        files = read_source(context.schedule)
        for row in open_rows(files, str(context.schedule), context.content, context.library, context.profile):
            if row.record_number:
                yield fingerprint(context.key, "patient", row.record_number), (row.record_number, row.name)

    def write(self, document: Document, kind: str) -> None:
        """Write one file and record it. Raise VerificationError (Z02) if it does not read back as this document."""
        data: bytes = self.writer.write(document, self.settings)
        if not self.writer.is_read_back(data, document):
            message = f"the export of packet {document.packet_id} does not read back as this patient's document"
            raise VerificationError(Problem("Z02", message, "Nothing was written. Report this as an error in Packets."))
        name = document.file_stem + self.writer.SUFFIX
        write_whole(self.out / name, data)
        self.exported[document.packet_id] = _VOID if document.is_void else _NEW
        self.result.files.append((document.packet_id, kind, name))
        if len(self.result.files) % _RECORDED_TOGETHER == 0:
            self.record()

    def record(self) -> None:
        """Record in the ledger which documents have been written so far."""
        exported = json.dumps(self.exported)
        if exported != (self.ledger.get_meta(self.meta) or "{}"):
            self.ledger.set_meta(**{self.meta: exported})
