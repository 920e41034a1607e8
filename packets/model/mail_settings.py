"""The clinic's settings for mail, and the words of a mail, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

GREETING_SLOTS = frozenset({"patient_name"})
TEXT_SLOTS = frozenset({"packet_id", "phone"})


class Tls(StrEnum):
    """How the connection to the relay is encrypted; there is no third way."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The `mail:` block of content/clinic.yaml."""

    host: str
    port: int
    tls: Tls
    sender: str  # an address
    reply_to: str = ""
    user: str = ""  # "" for a relay that knows this machine
    ca_file: str = ""  # "" for the certificates that the machine trusts
    per_minute: int = 20
    deadline_hours: int = 48  # what has not gone out so long after queueing never does
    before_confirmed: bool = False  # whether a packet goes out before its operation is known to be performed
    site_folder: str = ""  # with the key and the registry of all users; "" where each user has their own
    passwords: bool = False  # whether each PDF asks for a password of its own, which the patient is told otherwise

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class MailText:
    """content/common/mail.<language>.yaml; paragraphs hold {slots} of TEXT_SLOTS, the greeting of GREETING_SLOTS."""

    language: str
    revision: int
    subject: str
    greeting: str
    text: tuple[str, ...]
    password: tuple[str, ...]  # printed instead of nothing where the attachment has a password
    event: str  # the title of every entry in the calendar


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with its slots filled; a value is never read as a pattern itself."""
    pieces = []
    while True:
        before, brace, rest = pattern.partition("{")
        pieces.append(before)
        if not brace:
            return "".join(pieces)
        name, _, pattern = rest.partition("}")
        pieces.append(values[name])
