"""Derive the password of a mail's PDF from the site key whenever it is needed; it is stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from packets.mail.mail_ledger import Event, Message
from packets.mail.states import MailState
from packets.model.mail_settings import MailSettings
from packets.model.packet_id import ALPHABET, fingerprint

# How the ledger describes the attachment, in the event that moves a message to "sending".
PROTECTED = "with a password"
UNPROTECTED = "without a password"
_MAY_BE_OUT = (MailState.SENDING, MailState.COMMITTING, MailState.SENT, MailState.UNKNOWN)
_LENGTH = 16  # characters of 5 bits each: not a birth date, and too many to guess


def mail_password(key: bytes, message: Message, settings: MailSettings) -> str:
    """Return the password of a message's PDF, or "" if the clinic sends PDFs without one.

    Four groups of four characters that are hard to mishear. Every attempt at a message has the same password, and no
    other message has it.
    """
    if not settings.passwords:
        return ""
    number = int.from_bytes(fingerprint(key, "the password of a mail", message.idempotency_key), "big")
    characters = "".join(ALPHABET[number >> 5 * index & 31] for index in range(_LENGTH))
    return "-".join(characters[start : start + 4] for start in range(0, _LENGTH, 4))


def password_for_patient(key: bytes, message: Message, events: Iterable[Event], settings: MailSettings) -> str:
    """Return the password that opens this message's PDF, or "" if it opens without one.

    For a message that was sent, the ledger knows whether the PDF had a password, whatever the settings are now. A
    message that is queued, or was sent by a version that did not record this, follows the settings.
    """
    sent_with = [event.phase for event in events if event.after == MailState.SENDING]
    if message.state in _MAY_BE_OUT and sent_with and sent_with[-1] in (PROTECTED, UNPROTECTED):
        settings = replace(settings, passwords=sent_with[-1] == PROTECTED)
    return mail_password(key, message, settings)
