"""Make the password of a mail's PDF anew from the site's key whenever it is asked for; it is kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from packets.batch.plan import fingerprint
from packets.mail.ledger import Event, Message
from packets.mail.states import MailState
from packets.model.mail_settings import MailSettings
from packets.model.packet_id import ALPHABET

# What the ledger says of the attachment, at the step to "sending".
PROTECTED = "with a password"
UNPROTECTED = "without a password"
_MAY_BE_OUT = (MailState.SENDING, MailState.COMMITTING, MailState.SENT, MailState.UNKNOWN)
_LETTERS = 16  # of 5 bits each: no birth date, and nothing that can be tried


def mail_password(key: bytes, message: Message, settings: MailSettings) -> str:
    """Four times four signs that are not misheard; the same whenever this mail is tried again, and no other mail's.

    "" where the clinic's mails have none.
    """
    if not settings.passwords:
        return ""
    number = int.from_bytes(fingerprint(key, "the password of a mail", message.idempotency_key), "big")
    signs = "".join(ALPHABET[number >> 5 * place & 31] for place in range(_LETTERS))
    return "-".join(signs[place : place + 4] for place in range(0, _LETTERS, 4))


def password_for_patient(key: bytes, message: Message, events: Iterable[Event], settings: MailSettings) -> str:
    """Return what the patient needs to open this mail's PDF, "" where it opens without.

    A mail that went out is judged by how it was sent, whatever the settings say now; one of a version of packets that
    did not write this down, and one that waits, by the settings.
    """
    sent_as = [event.phase for event in events if event.after == MailState.SENDING]
    if message.state in _MAY_BE_OUT and sent_as and sent_as[-1] in (PROTECTED, UNPROTECTED):
        settings = replace(settings, passwords=sent_as[-1] == PROTECTED)
    return mail_password(key, message, settings)
