"""Build the bytes of one mail.

The headers contain nothing about the patient except the address. They are written here, line by line,
from known values: on Python 3.11 the email package can be made to add another header by a name
like `=?utf-8?q?x=0ABcc=3A...?=`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
from collections.abc import Iterator
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msgspec import Struct

from packets.model.mail_settings import MailSettings, MailText, filled
from packets.values import HiddenFields

PDF_NAME = "care-instructions.pdf"
HTML_NAME = "care-instructions.html"
CALENDAR_NAME = "care-dates.ics"


class MailContent(HiddenFields, Struct, frozen=True):
    """Everything one mail contains. `signature` is the clinic's name and telephone number.

    `pdf` or `html` is b"" if the mail does not carry it.
    """

    recipient: str
    sender: str
    reply_to: str
    subject: str
    message_id: str  # with angle brackets
    date: dt.datetime
    language: str
    greeting: str
    paragraphs: tuple[str, ...]
    signature: tuple[str, ...]
    pdf: bytes
    calendar: str
    html: bytes = b""


def mail_content(
    text: MailText,
    settings: MailSettings,
    *,
    recipient: str,
    message_id: str,
    date: dt.datetime,
    patient_name: str,
    packet_id: str,
    clinic: str,
    phone: str,
    pdf: bytes,
    has_password: bool,
    calendar: str,
    html: bytes = b"",
) -> MailContent:
    """Fill the e-mail text of the content for one patient."""
    values = {"packet_id": packet_id, "phone": phone}
    paragraphs = tuple(filled(paragraph, values) for paragraph in text.paragraphs(settings.attach))
    return MailContent(
        recipient=recipient,
        sender=settings.sender,
        reply_to=settings.reply_to,
        subject=text.subject,
        message_id=message_id,
        date=date,
        language=text.language,
        greeting=filled(text.greeting, {"patient_name": patient_name}),
        paragraphs=paragraphs + (text.password if has_password else ()),
        signature=(clinic, phone) if clinic else (phone,),
        pdf=pdf,
        calendar=calendar,
        html=html,
    )


def message_headers(mail: MailContent) -> tuple[tuple[str, str], ...]:
    """Return name and value of each header, in order, except those of the body."""
    headers = [("From", mail.sender), ("To", mail.recipient)]
    if mail.reply_to:
        headers.append(("Reply-To", mail.reply_to))
    subject = mail.subject
    if not subject.isascii():
        subject = Header(subject, "utf-8", maxlinelen=900).encode(maxlinelen=900)
    return (
        *headers,
        ("Subject", subject),
        ("Date", format_datetime(mail.date)),
        ("Message-ID", mail.message_id),
        ("Auto-Submitted", "auto-generated"),
    )


def build_message(mail: MailContent) -> bytes:
    """Return the bytes to send, always the same for the same content. Raise ValueError if a header is not one line."""
    lines = []
    for name, value in message_headers(mail):
        if not value or not all(" " <= character <= "~" for character in value):
            raise ValueError(f"{name} is not one line of ASCII characters")
        lines.append(f"{name}: {value}\r\n")
    return "".join(lines).encode("ascii") + _body(mail).as_bytes()


def _body(mail: MailContent) -> EmailMessage:
    body = EmailMessage(policy=SMTP)
    body.set_content("\n\n".join(_plain(mail)) + "\n", cte="quoted-printable")
    body.add_alternative(_html(mail), subtype="html", cte="quoted-printable")
    if mail.pdf:
        body.add_attachment(mail.pdf, "application", "pdf", filename=PDF_NAME)
    if mail.html:
        body.add_attachment(mail.html, "text", "html", filename=HTML_NAME)
    body.add_attachment(mail.calendar, subtype="calendar", cte="base64", filename=CALENDAR_NAME)
    # The package would choose other boundaries each time.
    digest = hashlib.sha256(mail.message_id.encode()).hexdigest()[:24]
    body.set_boundary(f"=_packets_{digest}_1")
    alternative = next(body.iter_parts())
    alternative.set_boundary(f"=_packets_{digest}_2")
    return body


def _plain(mail: MailContent) -> Iterator[str]:
    yield mail.greeting
    yield from mail.paragraphs
    yield "\n".join(mail.signature)


def _html(mail: MailContent) -> str:
    paragraphs = [html.escape(text) for text in (mail.greeting, *mail.paragraphs)]
    paragraphs.append("<br>".join(html.escape(line) for line in mail.signature))
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    language = html.escape(mail.language)
    return f'<!DOCTYPE html>\n<html lang="{language}">\n<body>\n{body}\n</body>\n</html>\n'
