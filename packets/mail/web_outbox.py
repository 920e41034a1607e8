"""One packet as it was made and where its patient wants it in, its mail in the page's outbox out, or why it is held.

The file is the one that was made, byte for byte; from there on it is a packet like those of a batch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from packets.batch.folder import Folder, digest_of
from packets.batch.ledger import LIVE, Packet, State
from packets.batch.plan import CaseFingerprints, fingerprint
from packets.batch.print_run_pages import text_digest
from packets.content.library import Library
from packets.errors import Problem, UsageError
from packets.mail import address as mail_address
from packets.mail.candidates import candidates
from packets.mail.eligibility import consent_problems
from packets.mail.holds import HOLDS, Hold, current_holds, save_holds
from packets.mail.ledger import MailLedger, Message, in_flight, utc
from packets.mail.outbox import MailContext, open_outbox, settings_of
from packets.mail.password import password_for_patient
from packets.mail.queue import queue_candidates
from packets.mail.states import WAITING, MailState
from packets.mail.web_entries import new_entry, remove_entry, write_entry
from packets.model.case import Case, Stage
from packets.storage.files import write_whole
from packets.verified_pdf import RenderedPdf

# Code of a hold: the field that it is about, and what to do there.
_FIELDS = {
    "H01": ("email_consent", "Ask the patient. Without consent, hand the packet over on paper."),
    "H02": ("email", "Type it as the patient spells it."),
    "H03": ("email_again", "The two are not the same. Ask the patient again, and type both anew."),
    "H04": ("email", "Type one address, such as name@example.org."),
    "H05": ("status", "Once it has been performed, say so in the form, make the packet again, and mail that."),
    "H08": ("language", "Hand the packet over on paper."),
}
_PACKET_HOLDS = ("H05", "H08")


@dataclass(frozen=True, slots=True, repr=False)
class MailRequest:
    """As typed: the patient agrees, and says the address twice."""

    consent: bool
    address: str
    again: str


@dataclass(frozen=True, slots=True, repr=False)
class SingleResult:
    """A mail, or why a person has to look first; `password` opens its PDF."""

    message: Message | None
    hold: Hold | None
    password: str = ""


def queue_single(
    context: MailContext, library: Library, case: Case, pdf: RenderedPdf, wish: MailRequest
) -> SingleResult:
    """Raises Misused with a problem for each field (H01 to H08; X37 where another version is in the outbox), Refused
    (X28), and what `opened` raises."""
    settings = settings_of(library)
    address = wish.address.strip()
    confirmed = "yes" if address == wish.again.strip() else "no"
    mail = (address, "yes" if wish.consent else "no", confirmed)
    problems = [
        Problem(code, HOLDS[code][0], _FIELDS[code][1], field=_FIELDS[code][0])
        for code in consent_problems(mail, case, settings, library.mails, library.clinic.date(context.clock()))
    ]
    if not wish.consent and Folder(context.folder).ledger.exists():
        problems += _withdraw_consent(context, case.packet_id)
    if problems:
        raise UsageError(*problems)
    with open_outbox(context, of_page=True) as (ledger, register):
        _store_packet(context, ledger, case, pdf)
        write_entry(context.folder, case.packet_id, new_entry(case, address, utc(context.clock())))
        rows = list(candidates(context.folder, context.key, ledger, library, context.folder, None, None))
        done = queue_candidates(context, library, ledger, register, rows)
        of_packet = (each for each in (*done.new, *done.waiting, *done.sent) if each.packet == case.packet_id)
        message = next(of_packet, None)
        password = password_for_patient(context.key, message, ledger.events(message), settings) if message else ""
    hold = next((each for each in done.held if each.packet_id == case.packet_id), None)
    return SingleResult(message, hold, password)


def unmailable_reasons(library: Library, case: Case, today: dt.date) -> tuple[Problem, ...]:
    """What neither consent nor an address mends, to be told before the patient is asked. Raises Refused (X28)."""
    nothing_asked = ("", "", "")
    said = consent_problems(nothing_asked, case, settings_of(library), library.mails, today)
    codes = [code for code in said if code in _PACKET_HOLDS]
    return tuple(Problem(code, HOLDS[code][0], _FIELDS[code][1], field=_FIELDS[code][0]) for code in codes)


def _withdraw_consent(context: MailContext, packet_id: str) -> list[Problem]:
    """A patient who agrees no more gets no mail that waited; what has gone out, or may have, is said."""
    said = []
    with open_outbox(context, of_page=True) as (ledger, register):
        for message in list(ledger.messages()):
            if message.packet != packet_id:
                continue
            if message.state in WAITING:
                register.release(ledger.move(message, MailState.CANCELLED, actor=context.actor, phase="consent"))
                text, todo = "the mail that waited is cancelled", "Hand the packet over on paper."
            elif in_flight(message) or message.state in (MailState.SENT, MailState.UNKNOWN):
                text, todo = "a mail with this packet has gone out before, or may have", "Look at the outbox."
            else:
                continue
            said.append(Problem("H01", text, todo, field="email_consent"))
        if said:
            remove_entry(context.folder, packet_id)
            save_holds(ledger, [hold for hold in current_holds(ledger) if hold.packet_id != packet_id])
    return said


def masked_if_valid(address: str) -> str:
    """As a list may show it."""
    found = mail_address.parse_address(address.strip())
    return mail_address.masked_address(found) if found else ""


def withdraw_mail(context: MailContext, library: Library, packet_id: str) -> None:
    """A packet that is held is not mailed: what was entered for it goes, and with it what spoke against another's. A
    mail that is on its way is left alone."""
    with open_outbox(context, of_page=True) as (ledger, register):
        if not any(message.packet == packet_id and in_flight(message) for message in ledger.messages()):
            remove_entry(context.folder, packet_id)
            rows = list(candidates(context.folder, context.key, ledger, library, context.folder, None, None))
            queue_candidates(context, library, ledger, register, rows)


def _store_packet(context: MailContext, ledger: MailLedger, case: Case, pdf: RenderedPdf) -> None:
    """The packet in the ledger, and its file beside it; a version that this one replaces makes room."""
    packets = {packet.id: packet for packet in ledger.packets()}
    new = _new_packet(context, case, pdf, packets)
    known = packets.get(new.id)
    problems = tuple(_conflicts(case, new, known, packets.values()))
    if problems:
        raise UsageError(*problems)
    folder = Folder(context.folder)
    if known is not None and known.state is State.READY:
        if digest_of(folder.file(known)) != known.sha256:  # purged meanwhile; these are its very bytes
            write_whole(folder.file(known), pdf.data)
        return
    retired = [replace(packet, state=State.SUPERSEDED) for packet in packets.values() if _is_replaced(packet, case)]
    begun = replace(new, sha256="", pages=0, said=b"")
    ledger.plan(retired, [] if known else [begun])
    folder.settle(retired)
    write_whole(folder.file(new), pdf.data)
    ledger.ready([replace(known or new, state=State.READY, sha256=pdf.sha256, pages=pdf.pages, said=new.said)])


def _conflicts(case: Case, new: Packet, known: Packet | None, packets: Iterable[Packet]) -> Iterator[Problem]:
    """Two different papers never share a number, and of one operation one packet is the right one."""
    code, does = "X37", "Type its number under Replaces packet, make the packet again, and mail that."
    if known is not None and known.state is State.READY and known.sha256 != new.sha256:
        yield Problem(code, "the outbox has this packet already, and it was another", does, field="replaces")
    elif known is not None and known.state not in LIVE:
        yield Problem(code, "the outbox has a newer version of this packet", does, field="replaces")
    elif known is None:
        for packet in packets:
            if packet.state in LIVE and packet.day == new.day and packet.id not in case.replaces:
                message = f"the outbox has packet {packet.id} of this operation"
                yield Problem(code, message, does, field="replaces")


def _is_replaced(packet: Packet, case: Case) -> bool:
    return packet.id in case.replaces and packet.state in LIVE


def _new_packet(context: MailContext, case: Case, pdf: RenderedPdf, packets: dict[str, Packet]) -> Packet:
    person = CaseFingerprints.of(context.key, case.record_number, case.procedure, case.surgery_date, case.patient_name)
    versions = [packet.version for packet in packets.values() if packet.day == person.day]
    return Packet(
        id=case.packet_id,
        patient=person.patient,
        episode=person.episode,
        day=person.day,
        name=person.name,
        version=max(versions, default=0) + 1,
        digest=fingerprint(context.key, "digest", pdf.sha256),
        performed=int(case.stage is Stage.PERFORMED),
        replaces=next((each for each in case.replaces if each in packets), None),
        run=1,
        sha256=pdf.sha256,
        pages=pdf.pages,
        said=fingerprint(context.key, "said", text_digest(pdf.texts)),
    )
