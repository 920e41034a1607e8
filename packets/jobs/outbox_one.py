"""One packet as it was made and where its patient wants it in, its mail in the page's outbox out, or why it is held.

The file is the one that was made, byte for byte; from there on it is a packet like those of a batch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from packets.content.library import Library
from packets.domain.case import Case, Stage
from packets.errors import Misused, Problem
from packets.jobs import mail_address
from packets.jobs.folder import Folder, digest_of
from packets.jobs.ledger import LIVE, Packet, State
from packets.jobs.ledger_mail import MailLedger, Message, in_flight, utc
from packets.jobs.ledger_mail_tables import WAITING, MailState
from packets.jobs.mail_entries import entry_of, remove_entry, write_entry
from packets.jobs.mail_holds import HOLDS, Hold, holds, keep_holds
from packets.jobs.mail_password import password_to_tell
from packets.jobs.mail_rows import candidates
from packets.jobs.outbox import Desk, opened, queue_rows, settings_of, wishes
from packets.jobs.plan import Person, fingerprint
from packets.output.files import write_whole
from packets.output.print_run import said_by
from packets.output.proved_pdf import RenderedPdf

# Code of a hold: the field that it is about, and what to do there.
_FIELDS = {
    "H01": ("email_consent", "Ask the patient. Without consent, hand the packet over on paper."),
    "H02": ("email", "Type it as the patient spells it."),
    "H03": ("email_again", "The two are not the same. Ask the patient again, and type both anew."),
    "H04": ("email", "Type one address, such as name@example.org."),
    "H05": ("status", "Once it has been performed, say so in the form, make the packet again, and mail that."),
    "H08": ("language", "Hand the packet over on paper."),
}
_OF_THE_PACKET = ("H05", "H08")


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """As typed: the patient agrees, and says the address twice."""

    consent: bool
    address: str
    again: str


@dataclass(frozen=True, slots=True, repr=False)
class Put:
    """A mail, or why a person has to look first; `password` opens its PDF."""

    message: Message | None
    hold: Hold | None
    password: str = ""


def put(desk: Desk, library: Library, case: Case, pdf: RenderedPdf, wish: Wish) -> Put:
    """Raises Misused with a problem for each field (H01 to H08; X37 where another version is in the outbox), Refused
    (X28), and what `opened` raises."""
    settings = settings_of(library)
    address = wish.address.strip()
    confirmed = "yes" if address == wish.again.strip() else "no"
    mail = (address, "yes" if wish.consent else "no", confirmed)
    problems = [
        Problem(code, HOLDS[code][0], _FIELDS[code][1], field=_FIELDS[code][0])
        for code in wishes(mail, case, settings, library.mails, library.clinic.date(desk.clock()))
    ]
    if not wish.consent and Folder(desk.folder).ledger.exists():
        problems += _taken_back(desk, case.packet_id)
    if problems:
        raise Misused(*problems)
    with opened(desk, of_page=True) as (ledger, register):
        _enter(desk, ledger, case, pdf)
        write_entry(desk.folder, case.packet_id, entry_of(case, address, utc(desk.clock())))
        rows = list(candidates(desk.folder, desk.key, ledger, library, desk.folder, None, None))
        done = queue_rows(desk, library, ledger, register, rows)
        of_packet = (each for each in (*done.new, *done.waiting, *done.sent) if each.packet == case.packet_id)
        message = next(of_packet, None)
        password = password_to_tell(desk.key, message, ledger.events(message), settings) if message else ""
    hold = next((each for each in done.held if each.packet_id == case.packet_id), None)
    return Put(message, hold, password)


def unfit(library: Library, case: Case, today: dt.date) -> tuple[Problem, ...]:
    """What neither consent nor an address mends, to be told before the patient is asked. Raises Refused (X28)."""
    nothing_asked = ("", "", "")
    said = wishes(nothing_asked, case, settings_of(library), library.mails, today)
    codes = [code for code in said if code in _OF_THE_PACKET]
    return tuple(Problem(code, HOLDS[code][0], _FIELDS[code][1], field=_FIELDS[code][0]) for code in codes)


def _taken_back(desk: Desk, packet_id: str) -> list[Problem]:
    """A patient who agrees no more gets no mail that waited; what has gone out, or may have, is said."""
    said = []
    with opened(desk, of_page=True) as (ledger, register):
        for message in list(ledger.messages()):
            if message.packet != packet_id:
                continue
            if message.state in WAITING:
                register.release(ledger.move(message, MailState.CANCELLED, actor=desk.actor, phase="consent"))
                text, todo = "the mail that waited is cancelled", "Hand the packet over on paper."
            elif in_flight(message) or message.state in (MailState.SENT, MailState.UNKNOWN):
                text, todo = "a mail with this packet has gone out before, or may have", "Look at the outbox."
            else:
                continue
            said.append(Problem("H01", text, todo, field="email_consent"))
        if said:
            remove_entry(desk.folder, packet_id)
            keep_holds(ledger, [each for each in holds(ledger) if each.packet_id != packet_id])
    return said


def hint(address: str) -> str:
    """As a list may show it."""
    found = mail_address.address(address.strip())
    return mail_address.hint(found) if found else ""


def take_out(desk: Desk, library: Library, packet_id: str) -> None:
    """A packet that is held is not mailed: what was entered for it goes, and with it what spoke against another's. A
    mail that is on its way is left alone."""
    with opened(desk, of_page=True) as (ledger, register):
        if not any(each.packet == packet_id and in_flight(each) for each in ledger.messages()):
            remove_entry(desk.folder, packet_id)
            rows = list(candidates(desk.folder, desk.key, ledger, library, desk.folder, None, None))
            queue_rows(desk, library, ledger, register, rows)


def _enter(desk: Desk, ledger: MailLedger, case: Case, pdf: RenderedPdf) -> None:
    """The packet in the ledger, and its file beside it; a version that this one replaces makes room."""
    packets = {each.id: each for each in ledger.packets()}
    new = _packet(desk, case, pdf, packets)
    known = packets.get(new.id)
    problems = tuple(_conflicts(case, new, known, packets.values()))
    if problems:
        raise Misused(*problems)
    folder = Folder(desk.folder)
    if known is not None and known.state is State.READY:
        if digest_of(folder.file(known)) != known.sha256:  # purged meanwhile; these are its very bytes
            write_whole(folder.file(known), pdf.data)
        return
    retired = [replace(each, state=State.SUPERSEDED) for each in packets.values() if _is_replaced(each, case)]
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
        for each in packets:
            if each.state in LIVE and each.day == new.day and each.id not in case.replaces:
                message = f"the outbox has packet {each.id} of this operation"
                yield Problem(code, message, does, field="replaces")


def _is_replaced(packet: Packet, case: Case) -> bool:
    return packet.id in case.replaces and packet.state in LIVE


def _packet(desk: Desk, case: Case, pdf: RenderedPdf, packets: dict[str, Packet]) -> Packet:
    person = Person.of(desk.key, case.record_number, case.procedure, case.surgery_date, case.patient_name)
    versions = [each.version for each in packets.values() if each.day == person.day]
    return Packet(
        id=case.packet_id,
        patient=person.patient,
        episode=person.episode,
        day=person.day,
        name=person.name,
        version=max(versions, default=0) + 1,
        digest=fingerprint(desk.key, "digest", pdf.sha256),
        performed=int(case.stage is Stage.PERFORMED),
        replaces=next((each for each in case.replaces if each in packets), None),
        run=1,
        sha256=pdf.sha256,
        pages=pdf.pages,
        said=fingerprint(desk.key, "said", said_by(pdf.texts)),
    )
