"""Queue the mail of one packet from the web form, under the same rules as the packets of a batch.

The packet's file is stored as it was made, byte for byte. From then on it is a packet like those of a batch.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from packets.batch.folder import Folder, digest_of
from packets.batch.packet_ledger import LIVE, Packet, State, utc
from packets.batch.plan import CaseFingerprints
from packets.batch.print_run_pages import text_digest
from packets.content.library import Library
from packets.errors import Problem, UsageError, WriteError
from packets.mail import address as mail_address
from packets.mail.candidates import candidates
from packets.mail.decisions import messages_of_packet, wrong_state
from packets.mail.eligibility import consent_problems
from packets.mail.holds import HOLDS, Hold, current_holds, save_holds
from packets.mail.mail_ledger import MailLedger, Message, in_flight, sent_or_in_flight
from packets.mail.outbox import MailContext, open_outbox, settings_of
from packets.mail.password import password_for_patient
from packets.mail.queue import QueueResult, queue_candidates
from packets.mail.states import WAITING, MailState
from packets.mail.web_entries import new_entry, remove_entry, write_entry
from packets.model.case import Case, Stage
from packets.model.packet_id import fingerprint
from packets.storage.files import write_whole
from packets.values import HiddenFields
from packets.verified_pdf import RenderedPdf

# By hold code: the field of the web form, and what to do there.
_FIELDS = {
    "H01": ("email_consent", "Ask the patient. Without consent, hand the packet over on paper."),
    "H02": ("email", "Type it as the patient spells it."),
    "H03": ("email_again", "The two addresses differ. Ask the patient again, and type both again."),
    "H04": ("email", "Type one address, such as name@example.org."),
    "H05": ("status", "Once it has been performed, choose that in the form, make the packet again, and mail that one."),
    **dict.fromkeys(("H08", "H18"), ("language", "Hand the packet over on paper.")),
}
_ON_PAPER = "Hand the packet over on paper."
_PACKET_HOLDS = ("H05", "H08", "H18")  # neither consent nor an address can change these


class MailRequest(HiddenFields, Struct, frozen=True):
    """What was typed in the web form."""

    consent: bool
    address: str
    repeated_address: str


class SingleResult(HiddenFields, Struct, frozen=True):
    """The message, or why the packet is held; `password` opens the PDF.

    `queued` are the packets whose mail was queued now: not this one if its mail waits already or is held, and maybe
    others that were held because of this one.
    """

    message: Message | None
    hold: Hold | None
    password: str = ""
    queued: tuple[str, ...] = ()


class ConsentWithdrawnError(UsageError):
    """The patient no longer consents: mail that waited, or packets that were held, were taken out."""

    def __init__(self, packet_ids: tuple[str, ...], *problems: Problem) -> None:
        super().__init__(*problems)
        self.packet_ids = packet_ids


def queue_single(
    context: MailContext, library: Library, case: Case, pdf: RenderedPdf, html: bytes, request: MailRequest
) -> SingleResult:
    """Store a packet in the web outbox, with its HTML copy if mails carry one, and queue its mail.

    Raise UsageError with a problem for each field (H01 to H08; X37 if another version is in the outbox), which is a
    ConsentWithdrawnError if that took a packet out of the outbox, InvalidInputError (X28), and what `open_outbox`
    raises.
    """
    settings = settings_of(library)
    address = request.address.strip()
    confirmed = "yes" if address == request.repeated_address.strip() else "no"
    mail = (address, "yes" if request.consent else "no", confirmed)
    problems = [
        _field_problem(code)
        for code in consent_problems(mail, case, settings, library.mails, library.clinic.date(context.clock()))
    ]
    if not request.consent and Folder(context.folder).ledger.exists():
        taken_out, more = _withdraw_consent(context, case)
        if taken_out:
            raise ConsentWithdrawnError(taken_out, *problems, *more)
        problems += more
    if problems:
        raise UsageError(*problems)
    with open_outbox(context, web_outbox=True) as (ledger, registry):
        _store_packet(context, ledger, case, pdf, html if settings.attach.has_html else b"")
        write_entry(context.folder, case.packet_id, new_entry(case, address, utc(context.clock())))
        rows = list(candidates(context.folder, context.key, ledger, library, context.folder, None, None))
        result = queue_candidates(context, library, ledger, registry, rows)
        messages = (*result.new, *result.waiting, *result.sent)
        message = next((message for message in messages if message.packet == case.packet_id), None)
        password = password_for_patient(context.key, message, ledger.events(message), settings) if message else ""
    hold = next((hold for hold in result.held if hold.packet_id == case.packet_id), None)
    return SingleResult(message, hold, password, tuple(message.packet for message in result.new))


def unmailable_reasons(library: Library, case: Case, today: dt.date) -> tuple[Problem, ...]:
    """Return why a packet cannot be mailed, whatever the patient answers. Raise InvalidInputError (X28)."""
    no_answers = ("", "", "")
    codes = consent_problems(no_answers, case, settings_of(library), library.mails, today)
    return tuple(_field_problem(code) for code in codes if code in _PACKET_HOLDS)


def _field_problem(code: str) -> Problem:
    field, hint = _FIELDS[code]
    return Problem(code, HOLDS[code].reason, hint, field=field)


def _withdraw_consent(context: MailContext, case: Case) -> tuple[tuple[str, ...], list[Problem]]:
    """Take the packet of a patient who no longer consents, and its other versions, out of the outbox.

    Return the ids of the packets whose mail waited or that were held, and what the nurse should know.
    """
    problems: list[Problem] = []
    taken_out: set[str] = set()
    with open_outbox(context, web_outbox=True) as (ledger, registry):
        versions = _versions(context, ledger, case)
        for message in list(ledger.messages()):
            if message.packet not in versions:
                continue
            which = "this packet" if message.packet == case.packet_id else f"packet {message.packet}"
            if message.state in WAITING:
                registry.remove(ledger.move(message, MailState.CANCELLED, actor=context.actor, phase="consent"))
                text, hint = f"the mail of {which} that was waiting is cancelled", _ON_PAPER
                taken_out.add(message.packet)
            elif sent_or_in_flight(message):
                text, hint = f"{which} was mailed before, or may have been", "Look at the outbox."
            else:
                continue
            problems.append(Problem("H01", text, hint))
        holds = current_holds(ledger)
        for packet_id in sorted({hold.packet_id for hold in holds} & versions):
            which = "the packet" if packet_id == case.packet_id else f"packet {packet_id}"
            text = f"{which} that was held is no longer mailed"
            problems.append(Problem("H01", text, _ON_PAPER))
            taken_out.add(packet_id)
        if problems:
            save_holds(ledger, [hold for hold in holds if hold.packet_id not in versions])
        for packet_id in sorted(versions):  # also where no mail waits: such a packet could be queued again
            try:
                remove_entry(context.folder, packet_id)
            except WriteError as error:
                problems += error.problems
    return tuple(sorted(taken_out)), problems


def _versions(context: MailContext, ledger: MailLedger, case: Case) -> set[str]:
    """Return the ids of the packet and of all others of the same patient and operation.

    A packet that it replaces may have another record number, which was corrected, or another name, but not both: a
    wrong id was typed then.
    """
    of = CaseFingerprints.of(context.key, case.record_number, case.procedure, case.surgery_date, case.patient_name)
    versions = {case.packet_id}
    for packet in ledger.packets():
        is_replaced = packet.id in case.replaces and (packet.patient == of.patient or packet.name == of.name)
        if is_replaced or (packet.patient, packet.episode) == (of.patient, of.episode):
            versions.add(packet.id)
    return versions


def masked_if_valid(address: str) -> str:
    """Return the masked form of an address as typed, or "" if it is not valid."""
    parsed = mail_address.parse_address(address.strip())
    return mail_address.masked_address(parsed) if parsed else ""


def withdraw_mail(context: MailContext, library: Library, packet_id: str) -> QueueResult:
    """Remove the entry of a held packet, and queue again the packets that were held because of it.

    Raise InvalidInputError (X31, X32) if the packet is not held, or if its mail is queued or being sent.
    """
    with open_outbox(context, web_outbox=True) as (ledger, registry):
        is_held = any(hold.packet_id == packet_id for hold in current_holds(ledger))
        if not is_held or any(message.packet == packet_id and in_flight(message) for message in ledger.messages()):
            message = messages_of_packet(context, ledger, packet_id)[-1]
            raise wrong_state(context, message, "Only a held packet can be taken out. Cancel mail that waits.")
        remove_entry(context.folder, packet_id)
        rows = list(candidates(context.folder, context.key, ledger, library, context.folder, None, None))
        return queue_candidates(context, library, ledger, registry, rows)


def _store_packet(context: MailContext, ledger: MailLedger, case: Case, pdf: RenderedPdf, html: bytes) -> None:
    """Record the packet in the ledger and write its files; supersede the versions it replaces.

    `html` is b"" if no mail carries a copy.
    """
    packets = {packet.id: packet for packet in ledger.packets()}
    new = _new_packet(context, case, pdf, packets)
    existing = packets.get(new.id)
    problems = tuple(_conflicts(case, new, existing, packets.values()))
    if problems:
        raise UsageError(*problems)
    folder = Folder(context.folder)
    copies = {new.id: hashlib.sha256(html).hexdigest()} if html else {}
    if existing is not None and existing.state is State.READY:
        if html and not folder.has_copy(existing, copies[existing.id]):
            write_whole(folder.html(existing), html)
            ledger.ready([], copies)
        if digest_of(folder.file(existing)) != existing.sha256:  # purged since; the digest is the same
            write_whole(folder.file(existing), pdf.data)
        return
    superseded = [replace(packet, state=State.SUPERSEDED) for packet in packets.values() if _is_replaced(packet, case)]
    planned = replace(new, sha256="", pages=0, text_fingerprint=b"")
    ledger.plan(superseded, [] if existing else [planned])
    folder.move_superseded(superseded)
    if html:
        write_whole(folder.html(new), html)
    write_whole(folder.file(new), pdf.data)
    text = new.text_fingerprint
    ready = replace(existing or new, state=State.READY, sha256=pdf.sha256, pages=pdf.pages, text_fingerprint=text)
    ledger.ready([ready], copies)


def _conflicts(case: Case, new: Packet, existing: Packet | None, packets: Iterable[Packet]) -> Iterator[Problem]:
    """Yield the problem (X37) if a packet id would stand for two packets, or an operation have two current packets."""
    code, hint = "X37", "Type its id under Replaces packet, make the packet again, and mail that one."
    if existing is not None and existing.state is State.READY and existing.sha256 != new.sha256:
        yield Problem(code, "the outbox has a different packet with this id", hint, field="replaces")
    elif existing is not None and existing.state not in LIVE:
        yield Problem(code, "the outbox has a newer version of this packet", hint, field="replaces")
    elif existing is None:
        for packet in packets:
            if packet.state in LIVE and packet.day == new.day and packet.id not in case.replaces:
                message = f"the outbox has packet {packet.id} for this operation"
                yield Problem(code, message, hint, field="replaces")


def _is_replaced(packet: Packet, case: Case) -> bool:
    return packet.id in case.replaces and packet.state in LIVE


def _new_packet(context: MailContext, case: Case, pdf: RenderedPdf, packets: dict[str, Packet]) -> Packet:
    fingerprints = CaseFingerprints.of(
        context.key, case.record_number, case.procedure, case.surgery_date, case.patient_name
    )
    versions = [packet.version for packet in packets.values() if packet.day == fingerprints.day]
    return Packet(
        id=case.packet_id,
        patient=fingerprints.patient,
        episode=fingerprints.episode,
        day=fingerprints.day,
        name=fingerprints.name,
        version=max(versions, default=0) + 1,
        digest=fingerprint(context.key, "digest", pdf.sha256),
        performed=int(case.stage is Stage.PERFORMED),
        replaces=next((replaced for replaced in case.replaces if replaced in packets), None),
        run=1,
        sha256=pdf.sha256,
        pages=pdf.pages,
        text_fingerprint=fingerprint(context.key, "said", text_digest(pdf.texts)),
    )
