"""Carry out what a person decides about mail: resolve, cancel, accept a restored folder, take back dates, purge."""

from __future__ import annotations

import datetime as dt

from packets.batch.folder import SUPERSEDED, Folder
from packets.batch.packet_ledger import WEB_OUTBOX, State, utc
from packets.batch.void_packets import NOTIFIED, notified_packets, void_mailed_packets
from packets.content.library import Library
from packets.errors import InvalidInputError, Problem
from packets.mail.calendar_days import event_names
from packets.mail.calendar_file import cancellation
from packets.mail.mail_ledger import MailLedger, Message, in_flight, sent_or_in_flight
from packets.mail.outbox import MailContext, open_outbox, settings_of
from packets.mail.states import WAITING, MailState
from packets.mail.web_entries import entries_older_than, remove_entry
from packets.storage.files import remove


def resolve(context: MailContext, packet_id: str, *, delivered: bool) -> Message:
    """Record whether a message of unknown outcome was delivered; if not, queue it again."""
    with open_outbox(context) as (ledger, _):
        message = messages_of_packet(context, ledger, packet_id)[-1]
        if message.state is not MailState.UNKNOWN:
            hint = "Only mail of unknown outcome can be resolved; `mail list` shows it."
            raise wrong_state(context, message, hint)
        state = MailState.SENT if delivered else MailState.QUEUED
        return ledger.move(message, state, actor=context.actor, decided_by=context.actor, next_try=utc(context.clock()))


def cancel(context: MailContext, packet_id: str) -> Message:
    """Cancel a message that waits, or one of unknown outcome, which is then not sent again."""
    with open_outbox(context) as (ledger, registry):
        message = messages_of_packet(context, ledger, packet_id)[-1]
        if message.state not in (*WAITING, MailState.UNKNOWN):
            hint = "Only mail that waits or is of unknown outcome can be cancelled."
            raise wrong_state(context, message, hint)
        is_unknown = message.state is MailState.UNKNOWN
        message = ledger.move(
            message, MailState.CANCELLED, actor=context.actor, decided_by=context.actor if is_unknown else ""
        )
        if not is_unknown:
            registry.remove(message)
        return message


def accept_restore(context: MailContext) -> tuple[list[Message], list[Message]]:
    """Use an older copy of the ledger from now on, and return the messages it cancelled and made unknown.

    Waiting messages are cancelled because they may have been sent since the copy was made. A message whose final dot
    may have been written becomes unknown.
    """
    cancelled, unknown = [], []
    with open_outbox(context, accept_old_copy=True) as (ledger, registry):
        for message in list(ledger.messages()):
            if sent_or_in_flight(message):
                registry.add(message)  # so that no other folder mails it again
            if message.state is MailState.COMMITTING:
                unknown.append(ledger.move(message, MailState.UNKNOWN, actor="restore"))
                continue
            if message.state is MailState.SENDING:
                message = ledger.move(message, MailState.QUEUED, actor="restore")
            if message.state in WAITING:
                cancelled.append(ledger.move(message, MailState.CANCELLED, actor="restore"))
    return cancelled, unknown


def mark_patient_notified(context: MailContext, packet_id: str) -> None:
    """Record that the patient knows that a mailed packet is void. Raise InvalidInputError (X32, X80)."""
    with open_outbox(context) as (ledger, _):
        _void_message(context, ledger, packet_id)
        ledger.record("patient notified", "", **{NOTIFIED: " ".join(sorted({*notified_packets(ledger), packet_id}))})


def calendar_cancellation(context: MailContext, library: Library, packet_id: str) -> str:
    """Return a calendar file (METHOD:CANCEL) for a person to send. Raise InvalidInputError (X28, X32, X80).

    It cancels the events of every procedure, because the ledger does not know which one the patient's was. Calendars
    ignore events that they do not have.
    """
    settings = settings_of(library)
    with open_outbox(context) as (ledger, _):
        message = _void_message(context, ledger, packet_id)
    handouts = (*library.handouts.values(), *library.surgeon_handouts.values())
    return cancellation(
        sorted({name for handout in handouts for name in event_names(handout)}),
        title=library.mails[library.clinic.language].event,
        episode=message.episode,
        sequence=message.sequence + 1,
        domain=settings.domain,
        organizer=settings.sender,
        written=context.clock(),
    )


def _void_message(context: MailContext, ledger: MailLedger, packet_id: str) -> Message:
    message = messages_of_packet(context, ledger, packet_id)[-1]
    void = {packet.packet_id for packet in void_mailed_packets(ledger)}
    if packet_id not in void | notified_packets(ledger):
        hint = "`mail list` shows mailed packets that are void. After a new date or new text, mail the new packet."
        text = f"the mail of packet {packet_id} does not have to be taken back"
        raise InvalidInputError(Problem("X80", text, hint, str(context.folder)))
    return message


def wrong_state(context: MailContext, message: Message, hint: str) -> InvalidInputError:
    """Return the error (X31) that a decision is not possible in the state of this mail."""
    text = f"the mail of packet {message.packet} is {message.state}"
    return InvalidInputError(Problem("X31", text, hint, str(context.folder)))


def messages_of_packet(context: MailContext, ledger: MailLedger, packet_id: str) -> list[Message]:
    """Return the messages of a packet, oldest first. Raise InvalidInputError (X32) if there are none."""
    messages = [message for message in ledger.messages() if message.packet == packet_id]
    if not messages:
        hint = "`mail list` shows the ids."
        raise InvalidInputError(Problem("X32", "there is no mail of this packet", hint, str(context.folder)))
    return messages


def purge(context: MailContext, older_than: dt.timedelta) -> tuple[int, int]:
    """Remove what identifies patients, and return the number of purged messages and of removed files.

    Removed are the masked addresses of finished messages, and packets that were mailed, superseded or cancelled, all
    older than `older_than`; from a web outbox also old entries that do not wait. Fingerprints, digests and events stay
    as proof.
    """
    folder = Folder(context.folder)
    with open_outbox(context) as (ledger, _):
        before = utc(context.clock() - older_than)
        old = [
            message
            for message in ledger.messages()
            if not in_flight(message) and ledger.events(message)[-1].at < before
        ]
        with_address = [message for message in old if message.masked_address]
        for message in with_address:
            ledger.purge(message, context.actor)
        void = {packet.id for packet in ledger.packets() if packet.state is not State.READY}
        packet_ids = {message.packet for message in old if message.state is MailState.SENT or message.packet in void}
        waiting = {message.packet for message in ledger.messages() if in_flight(message)}
        is_web_outbox = bool(ledger.get_meta(WEB_OUTBOX))
        entries = set(entries_older_than(context.folder, before)) - waiting if is_web_outbox else set()
        files = [
            file
            for packet_id in sorted(packet_ids | entries)
            for place in (folder.path, folder.path / SUPERSEDED)
            for file in (place / f"{packet_id}.pdf", place / f"{packet_id}.html")
            if file.exists()
        ]
        ledger.set_meta(purged=" ".join(sorted({*ledger.get_meta("purged").split(), *(file.stem for file in files)})))
        for packet_id in entries:
            remove_entry(context.folder, packet_id)
        for file in files:
            remove(file)
        ledger.compact()
    return len(with_address), len(files)
