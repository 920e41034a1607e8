"""The bytes that are about to go out, and whose they must be, in; nothing out, or NotProved.

The last look knows nothing of how the mail was built: it takes the bytes apart again, and reads the PDF out of them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from packets.errors import Problem, VerificationError
from packets.pdf.file_id import digest_matches
from packets.verify.extract_text import read, without_whitespace

_LONGEST_LINE = 998  # RFC 5321, 4.5.3.1.6
# Type and attachment's name of each part, in order: no more, no fewer, no others.
_EXPECTED_PARTS = (
    ("multipart/mixed", None),
    ("multipart/alternative", None),
    ("text/plain", None),
    ("text/html", None),
    ("application/pdf", "care-instructions.pdf"),
    ("text/calendar", "recovery-dates.ics"),
)
_PART_HEADERS = {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "MIME-Version"}
_PARAMETERS = {"charset", "boundary", "filename"}
_CALENDAR_LINES = {
    *("BEGIN", "VERSION", "PRODID", "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"),
    "END",
}


@dataclass(frozen=True, slots=True, repr=False)
class ExpectedMessage:
    """Whom the mail is for, from the ledger, the settings and the schedule: not from the letter."""

    envelope: str
    sender: str
    reply_to: str
    subject: str
    message_id: str
    date: dt.datetime
    pdf_sha256: str
    packet_id: str
    name: str
    record_number: str
    event: str
    password: str = ""  # that the attachment must ask for
    made: bytes = b""  # the packet's own file, where the attachment is that file with a password


def check_message(data: bytes, meant: ExpectedMessage) -> None:
    """Raises NotProved (X10 to X19); its problems name headers and pages, never what stands there."""
    # The library's parser is not shown a head that is not as it should be: it follows what such a head says.
    problems = tuple(_lines(data)) + tuple(_head(data.partition(b"\r\n\r\n")[0], meant))
    if not problems:
        try:
            problems = tuple(_parts(data, meant))
        except (ValueError, LookupError):
            problems = (_problem("X13", "the mail cannot be taken apart again"),)
    if problems:
        raise VerificationError(*problems)


def _lines(data: bytes) -> Iterator[Problem]:
    lines = data.split(b"\r\n")
    if lines[-1] != b"" or any(b"\r" in line or b"\n" in line for line in lines):
        yield _problem("X10", "a line of the mail does not end in CR LF")
    if any(len(line) > _LONGEST_LINE for line in lines):
        yield _problem("X10", "a line of the mail is too long")


def _parts(data: bytes, meant: ExpectedMessage) -> Iterator[Problem]:
    parsed = message_from_bytes(data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)  # noqa: S101  the policy says so
    parts = tuple(parsed.walk())
    if tuple((part.get_content_type(), part.get_filename()) for part in parts) != _EXPECTED_PARTS:
        yield _problem("X13", "the mail is not made of a text, a PDF and a calendar")
        return
    for number, part in enumerate(parts):
        if part.defects or (number and set(part.keys()) - _PART_HEADERS) or len(set(part.keys())) != len(part.keys()):
            yield _problem("X13", f"part {number} of the mail has another head than it should")
        elif any(set(part[name].params) - _PARAMETERS for name in part if hasattr(part[name], "params")):
            yield _problem("X13", f"part {number} of the mail says more of itself than it should")
    yield from _pdf(parts[4].get_content(), meant)
    yield from _calendar(parts[5].get_content(), meant)


def _calendar(text: str, meant: ExpectedMessage) -> Iterator[Problem]:
    for line in re.sub(r"\r?\n ", "", text).splitlines():
        name, _, value = line.partition(":")
        if name.partition(";")[0] not in _CALENDAR_LINES:
            yield _problem("X17", "the calendar says more than dates")
        elif name == "SUMMARY" and value.strip().replace("\\", "") != meant.event:
            yield _problem("X17", "a title in the calendar is not the neutral one")


def _head(block: bytes, meant: ExpectedMessage) -> Iterator[Problem]:
    wanted = {
        "From": meant.sender,
        "To": meant.envelope,
        "Reply-To": meant.reply_to,
        "Subject": meant.subject,
        "Date": format_datetime(meant.date),
        "Message-ID": meant.message_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    if not meant.reply_to:
        del wanted["Reply-To"]
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", block).split(b"\r\n")
    found: dict[str, str] = {}
    for line in unfolded:
        name, colon, value = line.partition(b": ")
        if not colon or not re.fullmatch(rb"[A-Za-z-]+", name) or not re.fullmatch(rb"[ -~]+", value):
            yield _problem("X11", "a line of the mail's head is no header")
            continue
        key = name.decode()
        if key in found:
            yield _problem("X11", f"the header {key} is there twice")
        elif key not in wanted and key != "Content-Type":
            yield _problem("X11", "the mail has a header that it should not have")
        found[key] = value.decode()
    for key, right in wanted.items():
        text = found.get(key)
        if text is not None and key == "Subject":
            text = str(make_header(decode_header(text)))
        if text is None:
            yield _problem("X11", f"the header {key} is missing")
        elif text != right:
            yield _problem("X12", f"the header {key} is not what it should be")


def _pdf(data: object, meant: ExpectedMessage) -> Iterator[Problem]:
    made = meant.made if meant.password else data
    if not isinstance(data, bytes) or not isinstance(made, bytes) or _sha256(made) != meant.pdf_sha256:
        yield _problem("X14", "the attachment is not the packet that was queued")
        return
    if not digest_matches(made):
        yield _problem("X15", "the attachment has changed since it was made")
    if meant.password and not (_opens(data, meant.password) and not _opens(data, None)):
        yield _problem("X18", "the attachment does not open with its password, and only with it")
        return
    texts = read(data, meant.password or None)
    if meant.password and texts != read(made):
        yield _problem("X14", "the attachment is not the packet that was queued")
        return
    wanted = (("the name", meant.name), ("the record number", meant.record_number), ("the packet id", meant.packet_id))
    for page, text in enumerate(texts, 1):
        for what, value in wanted:
            if without_whitespace(value) not in without_whitespace(text):
                yield _problem("X16", f"page {page} of the attachment does not show {what} of this patient")


def _opens(data: bytes, password: str | None) -> bool:
    try:
        return bool(read(data, password))
    except VerificationError:
        return False


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _problem(code: str, message: str) -> Problem:
    return Problem(code, message, "Nothing was sent. Report this as a fault of packets.")
