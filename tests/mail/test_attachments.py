"""Test what a mail carries: the PDF, its HTML copy, or both, as clinic.yaml says."""

from __future__ import annotations

import hashlib
import shutil
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from packets.content.library import load
from packets.errors import VerificationError
from packets.mail.message import build_message, mail_content
from packets.mail.precheck import check_message
from packets.mail.smtp import DeliveryResult, Outcome, Phase
from packets.model.case import PrintOptions
from packets.model.mail_settings import Attachments, MailSettings
from packets.verified_html import render_html
from tests.mail.day import MailDay, RecordingTransport, mailed
from tests.mail.test_message import NOW, SETTINGS, expected, ics, mail, pdf
from tests.mail.test_web_outbox import Office, office  # noqa: F401  a fixture
from tests.samples import CONTENT, library, packet


def accept_all() -> RecordingTransport:
    return RecordingTransport(lambda _: DeliveryResult(Outcome.SENT, Phase.DOT, 250))


def attachments(data: bytes) -> dict[str, bytes]:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return {str(part.get_filename()): bytes(part.get_payload(decode=True)) for part in message.iter_attachments()}


def words(data: bytes) -> str:
    message = message_from_bytes(data, policy=SMTP)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


CARRIED = {
    Attachments.PDF: ["care-instructions.pdf", "care-dates.ics"],
    Attachments.HTML: ["care-instructions.html", "care-dates.ics"],
    Attachments.BOTH: ["care-instructions.pdf", "care-instructions.html", "care-dates.ics"],
}
SAYS = {
    Attachments.PDF: "attached to this mail as a PDF file.",
    Attachments.HTML: "attached to this mail as a web page.",
    Attachments.BOTH: "attached to this mail twice, in the same words:",
}


@pytest.mark.parametrize("attach", Attachments)
def test_each_patient_gets_their_packet_in_the_form_that_the_clinic_chose(day: MailDay, attach: Attachments) -> None:
    day.settings = replace(day.settings, attach=attach)
    day.write([mailed(1), mailed(2)])
    assert day.run("--quiet", "--html").code == 0
    assert len(day.queue().new) == 2
    relay = accept_all()
    day.send(relay)
    assert [recipient for recipient, _ in relay.accepted] == ["person1@sample.example", "person2@sample.example"]
    for packet_id, (_, data) in zip(day.ids().values(), relay.accepted, strict=True):
        carried = attachments(data)
        assert list(carried) == CARRIED[attach]
        assert SAYS[attach] in words(data)
        if attach.has_html:
            assert carried["care-instructions.html"] == (day.folder / f"{packet_id}.html").read_bytes()
        if attach.has_pdf:
            assert carried["care-instructions.pdf"] == (day.folder / f"{packet_id}.pdf").read_bytes()


def test_a_packet_whose_copy_is_missing_or_changed_is_held(day: MailDay) -> None:
    day.settings = replace(day.settings, attach=Attachments.BOTH)
    day.write([mailed(1), mailed(2), mailed(3)])
    day.run("--quiet", "--html")
    changed, missing, whole = (day.folder / f"{packet_id}.html" for packet_id in day.ids().values())
    changed.write_bytes(changed.read_bytes().replace(b"2026", b"2027", 1))
    missing.unlink()
    result = day.queue()
    assert [hold.code for hold in result.held] == ["H19", "H19"] and len(result.new) == 1
    whole.write_bytes(whole.read_bytes() + b"\n")
    relay = accept_all()
    assert [hold.code for hold in day.send(relay).held] == ["H19"] and relay.accepted == []
    day.run("--quiet", "--html")
    again = day.queue()
    assert len(again.new) == 2 and [hold.code for hold in again.held] == ["H16"], "a person decides, as with a PDF"


def test_a_language_whose_mail_text_does_not_say_what_is_attached_is_held(day: MailDay, tmp_path: Path) -> None:
    day.content = Path(shutil.copytree(day.content, tmp_path / "own"))
    text = day.content / "common/mail.en.yaml"
    lines = text.read_text("utf-8")
    text.write_text(lines[: lines.index("text_html:")] + lines[lines.index("password:") :], "utf-8")
    day.settings = replace(day.settings, attach=Attachments.HTML)
    day.write([mailed(1)])
    day.run("--quiet", "--html")
    assert [hold.code for hold in day.queue().held] == ["H18"]


def clinic_with(folder: Path, content: Path, *lines: str) -> Path:
    root = Path(shutil.copytree(content, folder / "with mail"))
    block = ["mail:", "  host: mail.example.org", "  port: 587", "  tls: starttls", "  from: care@example.org", *lines]
    clinic = root / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8") + "\n".join(block) + "\n", "utf-8")
    return root


def test_a_batch_makes_the_copies_that_the_clinics_mail_carries(day: MailDay, tmp_path: Path) -> None:
    day.content = clinic_with(tmp_path, day.content, "  attach: both")
    day.make([mailed(1), mailed(2)])
    assert len(list(day.folder.glob("*.html"))) == 2


def test_passwords_and_html_exclude_each_other(mail_content: Path, tmp_path: Path) -> None:
    root = clinic_with(tmp_path, mail_content, "  attach: html", "  passwords: yes")
    _, problems = load(root)
    (problem,) = (each for each in problems if not each.warning)
    line = len((root / "clinic.yaml").read_text("utf-8").splitlines()) - 1
    assert str(problem) == (
        f"{root}/clinic.yaml:{line}:11: L77 an HTML copy cannot have a password\n"
        "    Write attach: pdf, or passwords: no. Anyone who has an HTML file can read it."
    )


def test_the_outbox_of_the_web_form_stores_and_sends_the_copy(office: Office) -> None:  # noqa: F811
    office.settings = replace(office.settings, attach=Attachments.BOTH)
    case, _ = office.make_single()
    assert office.put().message is not None
    (copy,) = office.folder.glob("*.html")
    assert copy.name == f"{case.packet_id}.html"
    copy.unlink()
    assert office.put().message is not None, "pressed again, it is made again"
    relay = accept_all()
    office.send(relay)
    ((_, data),) = relay.accepted
    assert attachments(data)["care-instructions.html"] == copy.read_bytes()


def html(**changes: Any) -> bytes:
    return render_html([packet(**{"patient_name": "Rosa Sample", **changes})], PrintOptions())


def mail_with(copy: bytes, *, has_pdf: bool = True) -> bytes:
    settings = replace(SETTINGS, attach=Attachments.BOTH if has_pdf else Attachments.HTML)
    return build_message(replace(mail(), html=copy, pdf=pdf() if has_pdf else b"", sender=settings.sender))


def refusal(data: bytes, copy: bytes, **changes: object) -> str:
    try:
        check_message(data, expected(html_sha256=hashlib.sha256(copy).hexdigest(), **changes))
    except VerificationError as error:
        return str(error)
    return ""


def test_the_final_check_compares_the_copy_with_the_patient() -> None:
    right, other = html(), html(patient_name="Max Other", record_number="00555555")
    assert refusal(mail_with(right), right) == ""
    assert refusal(mail_with(right, has_pdf=False), right, has_pdf=False) == ""
    assert refusal(mail_with(other), right).startswith("X14 the attachment is not the packet that was queued")
    wrong = refusal(mail_with(other), other)
    assert wrong.splitlines()[0] == "X16 the top of the HTML attachment does not show the name of this patient"
    assert "Max" not in wrong and "00555555" not in wrong
    assert "X16" in refusal(mail_with(html(packet_id="SAMP-LE3X")), html(packet_id="SAMP-LE3X"))
    assert "X13 the mail does not consist of" in refusal(mail_with(right), right, has_pdf=False)
    with pytest.raises(VerificationError, match="X13 the mail does not consist of"):
        check_message(mail_with(right), expected())


def test_the_mail_says_what_is_attached() -> None:
    def text(attach: Attachments) -> tuple[str, ...]:
        settings: MailSettings = replace(SETTINGS, attach=attach)
        return mail_content(
            library().mails["en"],
            settings,
            recipient="rosa@sample.example",
            message_id="<0@clinic.example>",
            date=NOW,
            patient_name="Rosa Sample",
            packet_id="SAMP-LE2Z",
            clinic="",
            phone="816-363-2500",
            pdf=b"",
            has_password=False,
            calendar=ics(),
        ).paragraphs

    assert [SAYS[attach] in text(attach)[0] for attach in Attachments] == [True] * 3


@pytest.mark.parametrize(
    ("language", "says"), [("es", "adjuntas a este correo dos veces"), ("de", "zweimal angehängt")]
)
def test_a_translated_text_is_used_when_it_is_reviewed(language: str, says: str, tmp_path: Path) -> None:
    assert library().mails.keys() == {"en"}, "the translations are drafts"
    root = Path(shutil.copytree(CONTENT, tmp_path / "own"))
    text = root / f"common/mail.{language}.yaml"
    text.write_text(text.read_text("utf-8").replace("review:\n  status: draft\n", ""), "utf-8")
    reviewed, problems = load(root)
    assert reviewed is not None, problems
    assert says in reviewed.mails[language].paragraphs(Attachments.BOTH)[0]
    for attach in Attachments:
        assert len(reviewed.mails[language].paragraphs(attach)) == len(library().mails["en"].paragraphs(attach))
    assert any("R05 this e-mail text awaits a translator" in str(problem) for problem in problems)
