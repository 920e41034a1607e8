"""Test PDFs with a password: what patients receive, how staff look the password up, and that it is never stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from msgspec.structs import replace

from packets.errors import VerificationError
from packets.mail.message import build_message
from packets.mail.outbox import open_outbox
from packets.mail.password import mail_password, password_for_patient
from packets.mail.precheck import check_message
from packets.pdf.encrypt import encrypt
from packets.verify.extract_text import read, without_whitespace
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, RecordingTransport, mailed
from tests.mail.faults import Relay
from tests.mail.test_command import CommandLine, context  # noqa: F401  a fixture
from tests.mail.test_message import expected, mail, pdf
from tests.mail.test_outbox import LATER, SENT, always

OWN, OTHER = "7KQ4-M2F4-QDYF-BUYH", "BUYH-7KQ4-M2F4-QDYF"


def text_and_attachment(data: bytes) -> tuple[str, bytes]:
    """Return the text that a patient reads, and the PDF."""
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    attached = next(message.iter_attachments()).get_content()
    assert isinstance(attached, bytes)
    return body.get_content(), attached


def passwords(day: MailDay) -> list[str]:
    return [mail_password(day.context.key, message, day.settings) for message in day.messages()]


def test_each_pdf_opens_only_with_its_own_password(day: MailDay, authority: Authority) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    with Relay(lambda _: "none", authority.relay()) as relay:
        day.settings = authority.settings(relay.port, passwords=True)
        day.send()
    assert day.states_of_mail() == ["sent", "sent"]
    pdf_passwords = passwords(day)
    assert len(set(pdf_passwords)) == 2
    for number, accepted in enumerate(relay.accepted):
        text, attached = text_and_attachment(accepted.data)
        assert "The PDF file asks for a password when you open it." in text
        for wrong in (None, pdf_passwords[1 - number]):
            with pytest.raises(VerificationError, match="V23 the file does not open with this password"):
                read(attached, wrong)
        packet = day.messages()[number].packet
        pages = read(attached, pdf_passwords[number])
        assert all(without_whitespace(packet) in without_whitespace(page) for page in pages)


def test_the_password_is_readable_and_the_same_for_every_attempt(day: MailDay) -> None:
    day.settings = replace(day.settings, passwords=True)
    day.make([mailed(1)])
    day.queue()
    (before,) = passwords(day)
    assert re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}", before)
    day.send(always(LATER))
    day.clock.advance(minutes=2)
    transport = always(SENT)
    day.send(transport)
    assert passwords(day) == [before]
    ((_, data),) = transport.accepted
    assert read(text_and_attachment(data)[1], before)


def test_the_password_is_stored_nowhere_and_in_no_mail(day: MailDay) -> None:
    day.settings = replace(day.settings, passwords=True)
    day.make([mailed(1)])
    day.queue()
    transport = always(SENT)
    day.send(transport)
    (password,) = passwords(day)
    searched = 0
    for file in (file for place in (day.folder, day.state) for file in place.rglob("*") if file.is_file()):
        searched += 1
        assert password.encode() not in file.read_bytes(), file
    assert searched >= 4
    ((_, data),) = transport.accepted
    assert password.encode() not in data and password not in text_and_attachment(data)[0]


def test_without_the_setting_the_pdf_has_no_password(day: MailDay) -> None:
    day.make([mailed(1)])
    day.queue()
    transport: RecordingTransport = always(SENT)
    day.send(transport)
    text, attached = text_and_attachment(transport.accepted[0][1])
    assert read(attached) and "password" not in text


# What a bug could attach instead, and what the final check reports.
WRONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "no password": (pdf, "X18 the attachment does not open with its password, and only with it"),
    "another mail's password": (
        lambda: encrypt(pdf(), OTHER),
        "X18 the attachment does not open with its password, and only with it",
    ),
    "another patient's packet": (
        lambda: encrypt(pdf("Max Other", "00555555", "7KQ4-M2F4"), OWN),
        "X14 the attachment is not the packet that was queued",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_the_final_check_opens_the_attachment(wrong: str) -> None:
    make, message = WRONG[wrong]
    with pytest.raises(VerificationError) as refused:
        check_message(build_message(mail(pdf=make())), expected(password=OWN, original=pdf()))
    assert str(refused.value) == f"{message}\n    Nothing was sent. Report this as an error in Packets."


def test_the_final_check_accepts_the_right_attachment_and_compares_the_original_with_the_ledger() -> None:
    protected = encrypt(pdf(), OWN)
    check_message(build_message(mail(pdf=protected)), expected(password=OWN, original=pdf()))
    other = pdf("Max Other", "00555555", "7KQ4-M2F4")
    with pytest.raises(VerificationError, match="X14"):
        check_message(build_message(mail(pdf=encrypt(other, OWN))), expected(password=OWN, original=other))


def test_staff_can_look_up_the_password(context: CommandLine, day: MailDay) -> None:  # noqa: F811
    context.relay_at(1)
    clinic = context.content / "clinic.yaml"
    day.write([mailed(1)])
    assert context.type("batch", str(day.schedule), "-o", str(day.folder), "--quiet").code == 0
    assert context.mail("queue").code == 0
    packet = context.mail("list").out.split()[0]
    content = ("--content", str(context.content))
    refused = context.mail("show", packet, "--password", *content)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == (
        "--password: U35 the PDF of this mail has no password\n"
        "    It opens without one. With `passwords: yes` under `mail:` in clinic.yaml, later mail gets one.\n"
    )
    clinic.write_text(clinic.read_text("utf-8") + "  passwords: yes\n", "utf-8")
    shown = context.mail("show", packet, "--password", *content)
    assert shown.code == 0 and re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}\n", shown.out)
    assert context.mail("show", packet, "--password", *content).out == shown.out


@pytest.mark.parametrize("before", [False, True])
def test_the_password_shown_is_the_one_the_mail_was_sent_with(day: MailDay, authority: Authority, before: bool) -> None:
    day.make([mailed(1), mailed(2)])
    day.queue()
    with Relay(lambda to: "none" if to.startswith("person1") else "RCPT 450", authority.relay()) as relay:
        day.settings = authority.settings(relay.port, passwords=before)
        day.send()
        day.settings = replace(day.settings, passwords=not before)
    _, attached = text_and_attachment(relay.accepted[0].data)
    with open_outbox(day.context) as (ledger, _):
        sent, waits = (
            password_for_patient(day.context.key, message, ledger.events(message), day.settings)
            for message in ledger.messages()
        )
    assert read(attached, sent or None)
    assert bool(sent) is before
    assert bool(waits) is not before  # what is sent from now on
