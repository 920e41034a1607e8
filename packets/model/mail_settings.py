"""Define the clinic's mail settings and the text of a mail."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

GREETING_SLOTS = frozenset({"patient_name"})
TEXT_SLOTS = frozenset({"packet_id", "phone"})


class Tls(StrEnum):
    """How the connection to the relay is encrypted; unencrypted mail is not supported."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class Attachments(StrEnum):
    """In which form a mail carries the packet."""

    PDF = "pdf"
    HTML = "html"
    BOTH = "both"

    @property
    def has_pdf(self) -> bool:
        return self is not Attachments.HTML

    @property
    def has_html(self) -> bool:
        return self is not Attachments.PDF


class MailSettings(Struct, frozen=True):
    """The `mail:` block of content/clinic.yaml."""

    host: str
    port: int
    tls: Tls
    sender: str  # an address
    reply_to: str = ""
    user: str = ""  # "" if the relay needs no login
    ca_file: str = ""  # "" for the system's trusted certificates
    per_minute: int = 20
    deadline_hours: int = 48  # mail not sent within this time after queueing is never sent
    before_confirmed: bool = False  # whether a packet may be mailed before the operation is confirmed as performed
    site_folder: str = ""  # holds the shared key and registry; "" if each user has their own
    passwords: bool = False  # whether each PDF has its own password, given to the patient by other means
    attach: Attachments = Attachments.PDF  # HTML has no password

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]


class MailText(Struct, frozen=True):
    """A file content/common/mail.<language>.yaml. Paragraphs may use TEXT_SLOTS, the greeting GREETING_SLOTS."""

    language: str
    revision: int
    subject: str
    greeting: str
    text: tuple[str, ...]
    password: tuple[str, ...]  # added if the attachment has a password
    event: str  # the title of every calendar entry
    text_html: tuple[str, ...] = ()  # says instead of `text` that an HTML file is attached
    text_both: tuple[str, ...] = ()  # says that a PDF and an HTML file are
    draft: bool = False  # awaiting a translator: no mail has it

    def paragraphs(self, attach: Attachments) -> tuple[str, ...]:
        """Return the text for what is attached, () if the file has none for it."""
        return {Attachments.PDF: self.text, Attachments.HTML: self.text_html, Attachments.BOTH: self.text_both}[attach]


def filled(pattern: str, values: Mapping[str, str]) -> str:
    """Return the pattern with its placeholders filled; values are never parsed as patterns."""
    pieces = []
    while True:
        before, brace, rest = pattern.partition("{")
        pieces.append(before)
        if not brace:
            return "".join(pieces)
        name, _, pattern = rest.partition("}")
        pieces.append(values[name])
