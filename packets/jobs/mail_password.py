"""The site's key and a mail in, the password of its PDF out: made anew whenever it is asked for, and kept nowhere."""

from __future__ import annotations

from packets.domain.mail import MailSettings
from packets.domain.packet_id import ALPHABET
from packets.jobs.ledger_mail import Message
from packets.jobs.plan import fingerprint

_SIGNS = 16  # of 5 bits each: no birth date, and nothing that can be tried


def password_of(key: bytes, message: Message, settings: MailSettings) -> str:
    """Four times four signs that are not misheard; the same whenever this mail is tried again, and no other mail's.

    "" where the clinic's mails have none.
    """
    if not settings.passwords:
        return ""
    number = int.from_bytes(fingerprint(key, "the password of a mail", message.idem), "big")
    signs = "".join(ALPHABET[number >> 5 * place & 31] for place in range(_SIGNS))
    return "-".join(signs[place : place + 4] for place in range(0, _SIGNS, 4))
