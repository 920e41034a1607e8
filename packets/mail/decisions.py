"""What a person says about a mail in, the ledger's new state out: resolve, cancel, accept a restored copy, purge."""

from __future__ import annotations

import datetime as dt

from packets.batch.folder import SUPERSEDED, Folder
from packets.batch.ledger import WEB_OUTBOX, State
from packets.batch.void_packets import NOTIFIED, notified_packets, void_mailed_packets
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem
from packets.mail.calendar_file import cancellation
from packets.mail.ledger import MailLedger, Message, in_flight, utc
from packets.mail.outbox import MailContext, open_outbox, settings_of
from packets.mail.states import WAITING, MailState
from packets.mail.web_entries import entries_older_than, remove_entry
from packets.storage.files import remove


def resolve(context: MailContext, packet_id: str, *, delivered: bool) -> Message:
    """A person has found out what became of a mail of unknown outcome."""
    with open_outbox(context) as (ledger, _):
        message = messages_of_packet(context, ledger, packet_id)[-1]
        if message.state is not MailState.UNKNOWN:
            hint = "Only a mail of unknown outcome is resolved; `mail list` shows them."
            raise InvalidInputError(
                Problem("X31", f"the mail of packet {packet_id} is {message.state}", hint, str(context.folder))
            )
        state = MailState.SENT if delivered else MailState.QUEUED
        return ledger.move(message, state, actor=context.actor, decided_by=context.actor, next_try=utc(context.clock()))


def cancel(context: MailContext, packet_id: str) -> Message:
    """A mail that waits does not go out; neither does one of unknown outcome go out again."""
    with open_outbox(context) as (ledger, register):
        message = messages_of_packet(context, ledger, packet_id)[-1]
        if message.state not in (*WAITING, MailState.UNKNOWN):
            hint = "Only what waits, or is of unknown outcome, can be cancelled."
            raise InvalidInputError(
                Problem("X31", f"the mail of packet {packet_id} is {message.state}", hint, str(context.folder))
            )
        unknown = message.state is MailState.UNKNOWN
        message = ledger.move(
            message, MailState.CANCELLED, actor=context.actor, decided_by=context.actor if unknown else ""
        )
        if not unknown:
            register.release(message)
        return message


def accept_restore(context: MailContext) -> tuple[list[Message], list[Message]]:
    """Use an older copy of the ledger from now on: what was waiting (first) is cancelled, for it may have gone out
    since; what was being sent (second) is unknown."""
    cancelled, unknown = [], []
    with open_outbox(context, trusting=True) as (ledger, register):
        for message in list(ledger.messages()):
            if in_flight(message) or message.state is MailState.SENT:
                register.keep(message)  # no other folder of this user mails it again either
            if message.state is MailState.COMMITTING:
                unknown.append(ledger.move(message, MailState.UNKNOWN, actor="restore"))
                continue
            if message.state is MailState.SENDING:
                message = ledger.move(message, MailState.QUEUED, actor="restore")
            if message.state in WAITING:
                cancelled.append(ledger.move(message, MailState.CANCELLED, actor="restore"))
    return cancelled, unknown


def mark_patient_notified(context: MailContext, packet_id: str) -> None:
    """Write down that the patient knows that a mailed packet is void. Raises Refused (X32, X80)."""
    with open_outbox(context) as (ledger, _):
        _void_mail(context, ledger, packet_id)
        ledger.record("told", "", **{NOTIFIED: " ".join(sorted({*notified_packets(ledger), packet_id}))})


def calendar_cancellation(context: MailContext, library: Library, packet_id: str) -> str:
    """Return a calendar file (METHOD:CANCEL) for a person to send to the patient. Raises Refused (X28, X32, X80).

    It names the entries of every procedure, since the ledger does not know which one the patient's was. A calendar
    passes over those that it does not have.
    """
    settings = settings_of(library)
    with open_outbox(context) as (ledger, _):
        message = _void_mail(context, ledger, packet_id)
    handouts = (*library.handouts.values(), *library.own.values())
    return cancellation(
        sorted({milestone.id for handout in handouts for milestone in handout.milestones}),
        title=library.mails[library.clinic.language].event,
        episode=message.episode,
        sequence=message.sequence + 1,
        domain=settings.domain,
        organizer=settings.sender,
        written=context.clock(),
    )


def _void_mail(context: MailContext, ledger: MailLedger, packet_id: str) -> Message:
    message = messages_of_packet(context, ledger, packet_id)[-1]
    if packet_id not in {each.packet_id for each in void_mailed_packets(ledger)} | notified_packets(ledger):
        hint = "`mail list` shows the mailed packets that are void. For a new date or new words, mail the new packet."
        text = f"the mail of packet {packet_id} does not have to be taken back"
        raise InvalidInputError(Problem("X80", text, hint, str(context.folder)))
    return message


def messages_of_packet(context: MailContext, ledger: MailLedger, packet_id: str) -> list[Message]:
    """In the order in which they were queued. Raises Refused (X32) where there is none."""
    found = [message for message in ledger.messages() if message.packet == packet_id]
    if not found:
        hint = "`mail list` shows the ids."
        raise InvalidInputError(Problem("X32", "there is no mail of this packet", hint, str(context.folder)))
    return found


def purge(context: MailContext, older_than: dt.timedelta) -> tuple[int, int]:
    """Take away what identifies: hints of mails that have come to their end, and PDF files that are no longer current
    or were mailed, all older than this; of an outbox of the page all that does not wait. What proves stays:
    fingerprints, digests, events.

    Gives the number of mails and of files.
    """
    folder = Folder(context.folder)
    with open_outbox(context) as (ledger, _):
        before = utc(context.clock() - older_than)
        old = [each for each in ledger.messages() if not in_flight(each) and ledger.events(each)[-1].at < before]
        hinted = [each for each in old if each.masked_address]
        for message in hinted:
            ledger.purge(message, context.actor)
        gone = {each.packet for each in old if each.state is MailState.SENT}
        gone |= {each.packet for each in old if _is_superseded_or_cancelled(ledger, each.packet)}
        waiting = {each.packet for each in ledger.messages() if in_flight(each)}
        entered = set(entries_older_than(context.folder, before)) - waiting if ledger.note(WEB_OUTBOX) else set()
        gone |= entered
        files = [
            file
            for name in sorted(gone)
            for file in (folder.path / f"{name}.pdf", folder.path / SUPERSEDED / f"{name}.pdf")
            if file.exists()
        ]
        ledger.keep(purged=" ".join(sorted({*ledger.note("purged").split(), *(file.stem for file in files)})))
        for name in entered:
            remove_entry(context.folder, name)
        for file in files:
            remove(file)
        ledger.compact()
    return len(hinted), len(files)


def _is_superseded_or_cancelled(ledger: MailLedger, packet_id: str) -> bool:
    return any(packet.id == packet_id and packet.state is not State.READY for packet in ledger.packets())
