"""Test the mail as a patient receives it, its calendar as other programs read it, and the final check."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.errors import ExitCode, VerificationError
from packets.mail.address import masked_address, parse_address
from packets.mail.calendar_file import calendar
from packets.mail.message import MailContent, build_message, mail_content
from packets.mail.precheck import ExpectedMessage, check_message
from packets.model.case import PrintOptions
from packets.model.mail_settings import MailSettings, Tls
from packets.model.recovery import At, Between, By, Milestone, Offset, Unit
from packets.verified_pdf import render
from tests.samples import case, handout, library, packet

NOW = dt.datetime(2026, 12, 8, 14, 30, tzinfo=dt.timezone(dt.timedelta(hours=-6)))
SETTINGS = MailSettings("relay.example", 587, Tls.STARTTLS, "care@clinic.example", "office@clinic.example")
TO = "rosa@sample.example"
ID = "<0123456789abcdef0123456789abcdef@clinic.example>"


@cache
def pdf(name: str = "Rosa Sample", number: str = "00418823", packet_id: str = "SAMP-LE2Z") -> bytes:
    return render(packet(patient_name=name, record_number=number, packet_id=packet_id), PrintOptions()).data


def ics(sequence: int = 0, surgery: dt.date = dt.date(2026, 12, 7)) -> str:
    return calendar(
        handout().milestones,
        surgery,
        title=library().mails["en"].event,
        episode=b"e" * 16,
        sequence=sequence,
        domain="clinic.example",
        written=NOW,
    )


def mail(**changes: object) -> MailContent:
    plain = mail_content(
        library().mails["en"],
        SETTINGS,
        recipient=TO,
        message_id=ID,
        date=NOW,
        patient_name="Rosa Sample",
        packet_id="SAMP-LE2Z",
        clinic="Sample Spine Clinic",
        phone="816-363-2500",
        pdf=pdf(),
        has_password=False,
        calendar=ics(),
    )
    return replace(plain, **changes)


def expected(**changes: object) -> ExpectedMessage:
    plain = ExpectedMessage(
        recipient=TO,
        sender=SETTINGS.sender,
        reply_to=SETTINGS.reply_to,
        subject="Your care instructions",
        message_id=ID,
        date=NOW,
        pdf_sha256=hashlib.sha256(pdf()).hexdigest(),
        packet_id="SAMP-LE2Z",
        name="Rosa Sample",
        record_number="00418823",
        event_title=library().mails["en"].event,
    )
    return replace(plain, **changes)


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_has_the_expected_headers_text_and_attachments() -> None:
    data = build_message(mail())
    check_message(data, expected())
    message = parsed(data)
    assert [(name, str(message[name])) for name in message][:7] == [
        ("From", "care@clinic.example"),
        ("To", TO),
        ("Reply-To", "office@clinic.example"),
        ("Subject", "Your care instructions"),
        ("Date", "Tue, 08 Dec 2026 14:30:00 -0600"),
        ("Message-ID", ID),
        ("Auto-Submitted", "auto-generated"),
    ]
    body = message.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    assert text.startswith("Hello,\n\nYour care instructions are attached to this mail as a PDF file.")
    assert "call us at 816-363-2500. Please give us the number of the packet: SAMP-LE2Z." in text
    assert text.endswith("\n\nSample Spine Clinic\n816-363-2500\n")
    assert "password" not in text
    html = message.get_body(("html",))
    assert html is not None
    assert '<html lang="en">' in html.get_content()
    assert "<p>Sample Spine Clinic<br>816-363-2500</p>" in html.get_content()
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["care-instructions.pdf", "care-dates.ics"]
    assert next(message.iter_attachments()).get_content() == pdf()
    assert data == build_message(mail())


def test_the_text_explains_how_to_open_a_pdf_with_a_password() -> None:
    text = library().mails["en"]
    fields = {"message_id": ID, "date": NOW, "patient_name": "R", "packet_id": "SAMP-LE2Z", "clinic": "", "phone": "1"}
    protected = mail_content(text, SETTINGS, recipient=TO, pdf=b"", has_password=True, calendar="", **fields)  # type: ignore[arg-type]
    assert protected.paragraphs[-1].startswith("The PDF file asks for a password when you open it.")
    assert protected.signature == ("1",)


def test_a_name_in_the_greeting_is_escaped_and_stays_in_the_body() -> None:
    text = replace(library().mails["en"], greeting="Dear {patient_name},")
    name = "=?utf-8?q?x=0ABcc=3A_evil@x.example?= <b>Bo</b> {phone}"
    changed = mail_content(
        text,
        SETTINGS,
        recipient=TO,
        message_id=ID,
        date=NOW,
        patient_name=name,
        packet_id="SAMP-LE2Z",
        clinic="",
        phone="816-363-2500",
        pdf=pdf(),
        has_password=False,
        calendar=ics(),
    )
    data = build_message(changed)
    check_message(data, expected())
    assert "Bcc" not in parsed(data)
    body = parsed(data).get_body(("html",))
    assert body is not None
    assert "&lt;b&gt;Bo&lt;/b&gt; {phone}," in body.get_content()


def test_a_subject_in_another_alphabet_is_encoded() -> None:
    subject = "Hướng dẫn chăm sóc của quý vị sau khi xuất viện, xin đọc kỹ và gọi chúng tôi"
    data = build_message(mail(subject=subject))
    check_message(data, expected(subject=subject))
    assert parsed(data)["Subject"] == subject


# What a bug could do to a mail, and what the final check reports.
MUTANTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "attachment swapped": (lambda: build_message(mail(pdf=pdf("Max Other", "00555555", "7KQ4-M2F4"))), "X14"),
    "address of the next row": (lambda: build_message(mail(recipient="max@sample.example")), "X12 the header To"),
    "two addresses in one cell": (
        lambda: build_message(mail(recipient=f"{TO}, max@sample.example")),
        "X12 the header To",
    ),
    "name in the subject": (
        lambda: build_message(mail(subject="Rosa Sample's instructions")),
        "X12 the header Subject",
    ),
    "encoded word that adds Bcc": (
        lambda: build_message(mail(sender="=?utf-8?q?x=0ABcc=3A_evil@x.example?= <care@clinic.example>")),
        "X12 the header From",
    ),
    "Bcc": (
        lambda: b"Bcc: evil@x.example\r\n" + build_message(mail()),
        "X11 the mail has an unexpected header",
    ),
    "To twice": (lambda: f"To: {TO}\r\n".encode() + build_message(mail()), "X11 the header To occurs twice"),
    "no date": (
        lambda: build_message(mail()).replace(b"\r\nDate: ", b"\r\nX-Date: "),
        "X11 the header Date is missing",
    ),
    "header folded into a second": (
        lambda: build_message(mail()).replace(b"Subject: ", b"Subject: a\r\n b\r\nSubject: ", 1),
        "X11 the header Subject occurs twice",
    ),
    "bare line feed": (lambda: build_message(mail()).replace(b"Hello", b"Hel\nlo", 1), "X10"),
    "another message's id": (lambda: build_message(mail(message_id="<x@clinic.example>")), "X12 the header Message-ID"),
    "file named after the patient": (
        lambda: build_message(mail()).replace(b"care-instructions.pdf", b"rosa-sample.pdf"),
        "X13",
    ),
    "name in the header of a part": (
        lambda: build_message(mail()).replace(
            b"Content-Disposition: ", b"Content-Description: Rosa\r\nContent-Disposition: "
        ),
        "X13 part 4",
    ),
    "no attachment": (lambda: b"".join(build_message(mail()).partition(b"application/pdf")[::2]), "X13"),
    "calendar with a revealing title": (
        lambda: build_message(mail(calendar=ics().replace("SUMMARY:", "SUMMARY:Cervical "))),
        "X17 an event title in the calendar is not the neutral one",
    ),
    "calendar with a name": (
        lambda: build_message(mail(calendar=ics().replace("CLASS:", "DESCRIPTION:Rosa Sample\r\nCLASS:"))),
        "X17 the calendar contains more than dates",
    ),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_final_check_finds(mutant: str) -> None:
    make, message = MUTANTS[mutant]
    with pytest.raises(VerificationError) as refused:
        check_message(make(), expected())
    assert message in str(refused.value)
    assert refused.value.exit_code is ExitCode.VERIFICATION_FAILED
    for secret in ("Rosa", "00418823", "sample.example", "evil"):
        assert secret not in str(refused.value)


WHOLE: tuple[tuple[Callable[[], bytes], str], ...] = (
    (
        lambda: build_message(mail()).replace(b"Hello", b"Hel\nlo", 1),
        "X10 a line of the mail does not end with CR LF",
    ),
    (lambda: f"To: {TO}\r\n".encode() + build_message(mail()), "X11 the header To occurs twice"),
    (lambda: build_message(mail(recipient="max@sample.example")), "X12 the header To has an unexpected value"),
    (
        lambda: build_message(mail()).replace(b"care-instructions.pdf", b"rosa-sample.pdf"),
        "X13 the mail does not consist of a text, the packet and a calendar",
    ),
    (
        lambda: build_message(mail(pdf=pdf("Max Other", "00555555", "7KQ4-M2F4"))),
        "X14 the attachment is not the packet that was queued",
    ),
    (
        lambda: build_message(mail(calendar=ics().replace("SUMMARY:", "SUMMARY:Cervical "))),
        "X17 an event title in the calendar is not the neutral one",
    ),
)


@pytest.mark.parametrize(("make", "message"), WHOLE, ids=[message[:3] for _, message in WHOLE])
def test_the_final_check_reports(make: Callable[[], bytes], message: str) -> None:
    with pytest.raises(VerificationError) as refused:
        check_message(make(), expected())
    assert str(refused.value) == f"{message}\n    Nothing was sent. Report this as an error in Packets."


def test_the_final_check_finds_a_line_that_is_too_long() -> None:
    with pytest.raises(VerificationError, match="X10 a line of the mail is too long"):
        check_message(build_message(mail()).replace(b"Hello", b"Hello" * 300, 1), expected())


def test_the_final_check_finds_another_patients_packet_even_if_the_ledger_is_wrong() -> None:
    other = pdf("Max Other", "00555555", "SAMP-LE2Z")
    with pytest.raises(VerificationError) as refused:
        check_message(build_message(mail(pdf=other)), expected(pdf_sha256=hashlib.sha256(other).hexdigest()))
    assert str(refused.value).split("\n")[:2] == [
        "X16 page 1 of the attachment does not show the name of this patient",
        "    Nothing was sent. Report this as an error in Packets.",
    ]
    for page in (1, 2):
        assert f"X16 page {page} of the attachment does not show the record number of this pat" in str(refused.value)


def test_the_final_check_finds_a_changed_packet() -> None:
    changed = pdf() + b"\n"
    with pytest.raises(VerificationError) as refused:
        check_message(build_message(mail(pdf=changed)), expected(pdf_sha256=hashlib.sha256(changed).hexdigest()))
    assert str(refused.value) == (
        "X15 the attachment has changed since it was made\n    Nothing was sent. Report this as an error in Packets."
    )


@pytest.mark.parametrize("value", ["a\r\nBcc: evil@x.example", "a\nb", "ü", "", "a\x00", "a\u2028b"])
def test_a_header_of_several_lines_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="To is not one line of ASCII characters"):
        build_message(mail(recipient=value))


# ---- the calendar


def test_icalendar_reads_the_calendar() -> None:
    read = icalendar.Calendar.from_ical(ics())
    events = read.walk("VEVENT")
    assert [(event.decoded("DTSTART"), event.decoded("DTEND")) for event in events] == [
        (milestone.dates(case().surgery_date)[0], milestone.dates(case().surgery_date)[-1] + dt.timedelta(days=1))
        for milestone in handout().milestones
    ]
    assert len(events) >= 4
    assert {str(event["SUMMARY"]) for event in events} == {"Date: see your care instructions"}
    assert {str(event["SEQUENCE"]) for event in events} == {"0"}
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert all(b"\n" not in line for line in ics().encode().split(b"\r\n"))
    for secret in ("driving", "cervical", "Rosa", "00418823"):
        assert secret.casefold() not in ics().casefold()


def test_the_same_events_move_after_rescheduling() -> None:
    before, after = (icalendar.Calendar.from_ical(text) for text in (ics(), ics(1, dt.date(2026, 12, 14))))
    uids = [[str(event["UID"]) for event in calendar.walk("VEVENT")] for calendar in (before, after)]
    assert uids[0] == uids[1]
    assert {str(event["SEQUENCE"]) for event in after.walk("VEVENT")} == {"1"}
    assert before.walk("VEVENT")[0].decoded("DTSTART") != after.walk("VEVENT")[0].decoded("DTSTART")


OFFSETS = st.builds(Offset, st.integers(0, 40), st.sampled_from(Unit))
TIMINGS = st.one_of(st.builds(At, OFFSETS), st.builds(By, OFFSETS), st.builds(Between, OFFSETS, OFFSETS))


@given(
    TIMINGS,
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=90),
)
def test_icalendar_reads_every_milestone(timing: At | By | Between, surgery: dt.date, title: str) -> None:
    milestone = Milestone("m", "Label", "Label", timing, "quote")
    text = calendar([milestone], surgery, title=title, episode=b"e", sequence=3, domain="x.example", written=NOW)
    assert max(len(line) for line in text.encode().split(b"\r\n")) <= 75
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert event.decoded("DTSTART") == milestone.dates(surgery)[0]
    assert event.decoded("DTEND") == milestone.dates(surgery)[-1] + dt.timedelta(days=1)
    assert str(event["SUMMARY"]) == title


# ---- addresses


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("rosa@sample.example", "rosa@sample.example"),
        ("Rosa.O'Neil+spine@Mail.Sample.Example", "Rosa.O'Neil+spine@mail.sample.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_a_single_address_is_accepted(cell: str, address: str) -> None:
    assert parse_address(cell) == address


@pytest.mark.parametrize(
    "cell",
    [
        "", "rosa", "@sample.example", "rosa@", "rosa@sample", "rosa@@sample.example", "rosa@sample..example",
        "rosa@sample.example, max@sample.example", "rosa@sample.example;max@sample.example",
        "rosa@sample.example max@sample.example", "Rosa <rosa@sample.example>", "rosa@sample.example\r\nBcc: x@y.org",
        "=?utf-8?q?x?=@sample.example", "%s@sample.example", '"rosa"@sample.example', "rosa.@sample.example",
        ".rosa@sample.example", "ro..sa@sample.example", "rösa@sample.example", "rosa@-sample.example",
        "rosa@sample.c", "rosa@127.0.0.1", "rosa@[127.0.0.1]", "a" * 65 + "@sample.example", "-" * 10,
        "rosa@" + "a" * 64 + ".example", "rosa@" + "a." * 130 + "example", "rosa@sample.example\u2028",
    ],
)  # fmt: skip
def test_anything_but_a_single_address_is_refused(cell: str) -> None:
    assert parse_address(cell) is None


@given(st.text(max_size=80))
def test_every_accepted_address_fits_in_a_header(cell: str) -> None:
    address = parse_address(cell)
    assert address is None or (
        address.isascii() and address.isprintable() and address.count("@") == 1 and " " not in address
    )


def test_a_masked_address_reveals_little() -> None:
    assert masked_address("rosa@example.org") == "r***@e***.org"
    assert masked_address("max@mail.sample.example") == "m***@m***.example"
