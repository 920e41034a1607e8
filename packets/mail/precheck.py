"""Check the bytes of a mail just before they are sent: whose they are, and that they say nothing more.

The check does not know how the mail was built. It parses the bytes again and reads the PDF in them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from msgspec import Struct

from packets.errors import Problem, VerificationError
from packets.pdf.file_id import digest_matches
from packets.values import HiddenFields
from packets.verify.extract_text import read, without_whitespace
from packets.verify.html_reader import HtmlReader

_MAX_LINE = 998  # RFC 5321 section 4.5.3.1.6
# Type and file name of each part, in order.
_TEXT_PARTS = (("multipart/mixed", None), ("multipart/alternative", None), ("text/plain", None), ("text/html", None))
_PDF = ("application/pdf", "care-instructions.pdf")
_HTML = ("text/html", "care-instructions.html")
_CALENDAR = ("text/calendar", "care-dates.ics")
_PART_HEADERS = {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version"}
_PARAMETERS = {"charset", "boundary", "filename"}
_CALENDAR_LINES = {
    *("BEGIN", "VERSION", "PRODID", "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"),
    "END",
}


class ExpectedMessage(HiddenFields, Struct, frozen=True):
    """What the mail must be, taken from the ledger, the settings and the schedule, not from the mail itself."""

    recipient: str
    sender: str
    reply_to: str
    subject: str
    message_id: str
    date: dt.datetime
    pdf_sha256: str
    packet_id: str
    name: str
    record_number: str
    event_title: str
    password: str = ""  # the attachment must open with it and only with it
    original: bytes = b""  # if there is a password: the packet's file before encryption
    has_pdf: bool = True
    html_sha256: str = ""  # of the HTML copy; "" if the mail carries none


def check_message(data: bytes, expected: ExpectedMessage) -> None:
    """Raise VerificationError (X10 to X19) if the mail is not as expected.

    Problems name headers and pages, never their content.
    """
    # The email package would follow instructions in bad headers, so they are checked before it parses anything.
    problems = tuple(_lines(data)) + tuple(_headers(data.partition(b"\r\n\r\n")[0], expected))
    if not problems:
        try:
            problems = tuple(_parts(data, expected))
        except (ValueError, LookupError):
            problems = (_problem("X13", "the mail cannot be parsed"),)
    if problems:
        raise VerificationError(*problems)


def _lines(data: bytes) -> Iterator[Problem]:
    lines = data.split(b"\r\n")
    if lines[-1] != b"" or any(b"\r" in line or b"\n" in line for line in lines):
        yield _problem("X10", "a line of the mail does not end with CR LF")
    if any(len(line) > _MAX_LINE for line in lines):
        yield _problem("X10", "a line of the mail is too long")


def _parts(data: bytes, expected: ExpectedMessage) -> Iterator[Problem]:
    parsed = message_from_bytes(data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)  # noqa: S101  because of the policy
    parts = tuple(parsed.walk())
    attachments = [*([_PDF] if expected.has_pdf else []), *([_HTML] if expected.html_sha256 else []), _CALENDAR]
    if [(part.get_content_type(), part.get_filename()) for part in parts] != [*_TEXT_PARTS, *attachments]:
        yield _problem("X13", "the mail does not consist of a text, the packet and a calendar")
        return
    for number, part in enumerate(parts):
        if part.defects or (number and set(part.keys()) - _PART_HEADERS) or len(set(part.keys())) != len(part.keys()):
            yield _problem("X13", f"part {number} of the mail has unexpected headers")
        elif any(set(part[name].params) - _PARAMETERS for name in part if hasattr(part[name], "params")):
            yield _problem("X13", f"part {number} of the mail has an unexpected parameter")
    carried = dict(zip(attachments, parts[len(_TEXT_PARTS) :], strict=True))
    if expected.has_pdf:
        yield from _pdf(carried[_PDF].get_content(), expected)
    if expected.html_sha256:
        yield from _html(carried[_HTML].get_payload(decode=True), expected)
    yield from _calendar(carried[_CALENDAR].get_content(), expected)


def _calendar(text: str, expected: ExpectedMessage) -> Iterator[Problem]:
    for line in re.sub(r"\r?\n ", "", text).splitlines():
        name, _, value = line.partition(":")
        if name.partition(";")[0] not in _CALENDAR_LINES:
            yield _problem("X17", "the calendar contains more than dates")
        elif name == "SUMMARY" and value.strip().replace("\\", "") != expected.event_title:
            yield _problem("X17", "an event title in the calendar is not the neutral one")


def _headers(block: bytes, expected: ExpectedMessage) -> Iterator[Problem]:
    required = {
        "From": expected.sender,
        "To": expected.recipient,
        "Reply-To": expected.reply_to,
        "Subject": expected.subject,
        "Date": format_datetime(expected.date),
        "Message-ID": expected.message_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    if not expected.reply_to:
        del required["Reply-To"]
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", block).split(b"\r\n")
    values: dict[str, str] = {}
    for line in unfolded:
        name, colon, value = line.partition(b": ")
        if not colon or not re.fullmatch(rb"[A-Za-z-]+", name) or not re.fullmatch(rb"[ -~]+", value):
            yield _problem("X11", "a line above the body is not a header")
            continue
        key = name.decode()
        if key in values:
            yield _problem("X11", f"the header {key} occurs twice")
        elif key not in required and key != "Content-Type":
            yield _problem("X11", "the mail has an unexpected header")
        values[key] = value.decode()
    for key, expected_value in required.items():
        text = values.get(key)
        if text is not None and key == "Subject":
            text = str(make_header(decode_header(text)))
        if text is None:
            yield _problem("X11", f"the header {key} is missing")
        elif text != expected_value:
            yield _problem("X12", f"the header {key} has an unexpected value")


def _pdf(data: object, expected: ExpectedMessage) -> Iterator[Problem]:
    original = expected.original if expected.password else data
    if not isinstance(data, bytes) or not isinstance(original, bytes) or _sha256(original) != expected.pdf_sha256:
        yield _problem("X14", "the attachment is not the packet that was queued")
        return
    if not digest_matches(original):
        yield _problem("X15", "the attachment has changed since it was made")
    if expected.password and not (_can_be_opened(data, expected.password) and not _can_be_opened(data, None)):
        yield _problem("X18", "the attachment does not open with its password, and only with it")
        return
    texts = read(data, expected.password or None)
    if expected.password and texts != read(original):
        yield _problem("X14", "the attachment is not the packet that was queued")
        return
    for page, text in enumerate(texts, 1):
        for what, value in _identifiers(expected):
            if without_whitespace(value) not in without_whitespace(text):
                yield _problem("X16", f"page {page} of the attachment does not show {what} of this patient")


def _html(data: object, expected: ExpectedMessage) -> Iterator[Problem]:
    if not isinstance(data, bytes) or _sha256(data) != expected.html_sha256:
        yield _problem("X14", "the attachment is not the packet that was queued")
        return
    reader = HtmlReader()
    reader.read(data)
    header = without_whitespace("".join(item.text for item in reader.items[:2]))
    for what, value in _identifiers(expected):
        if reader.unexpected or without_whitespace(value) not in header:
            yield _problem("X16", f"the top of the HTML attachment does not show {what} of this patient")


def _identifiers(expected: ExpectedMessage) -> tuple[tuple[str, str], ...]:
    return (
        ("the name", expected.name),
        ("the record number", expected.record_number),
        ("the packet id", expected.packet_id),
    )


def _can_be_opened(data: bytes, password: str | None) -> bool:
    try:
        return bool(read(data, password))
    except VerificationError:
        return False


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _problem(code: str, message: str) -> Problem:
    return Problem(code, message, "Nothing was sent. Report this as an error in Packets.")
