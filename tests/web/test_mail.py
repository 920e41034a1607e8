"""Test the mail form: its fields, its errors, and that the mail contains the packet that was shown."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock, call, patch

import pytest
from msgspec.structs import replace

from packets.cli import main
from packets.mail.mail_ledger import Message
from packets.mail.outbox import open_outbox
from packets.mail.password import mail_password
from packets.mail.queue import QueueResult
from packets.storage.lock import FolderLock
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from packets.web.audit import AuditError
from packets.web.server import WebServer
from tests.batch.day import as_csv
from tests.clock import now
from tests.mail.conftest import Authority, authority, mail_content  # noqa: F401  fixtures
from tests.mail.day import START, MailDay, mailed
from tests.mail.faults import Relay
from tests.mail.test_command import BLOCK
from tests.web.client import Answer, Client
from tests.web.conftest import Serve
from tests.web.test_guard import carries_all_headers
from tests.web.test_packet import let_in
from tests.web.test_schedule import address as schedule_address
from tests.web.test_schedule import send, start

ADDRESS = "rosa@sample.example"


@dataclass(slots=True)
class Office:
    """A server with an outbox, and the folder as a command sees it."""

    day: MailDay
    client: Client
    content: Path
    page: WebServer

    @property
    def folder(self) -> Path:
        return self.day.folder

    def made(self, **changes: str) -> Answer:
        page = self.client.send(**{"status": "performed"} | changes)
        assert "E-mail" in page.text, page.text
        return page

    def form(self, made: Answer) -> Answer:
        match = re.search(rb'href="(/packets/[\w-]+/mail)">E-mail<', made.body)
        assert match
        return self.client.get(match[1].decode())

    def mail(self, made: Answer, address: str = ADDRESS, again: str = ADDRESS, consent: str = "yes") -> Answer:
        form = self.form(made)
        match = re.search(rb'action="(/packets/[\w-]+/mail)"', form.body)
        assert match, form.text
        fields = {"email": address, "email_again": again} | ({"email_consent": consent} if consent else {})
        sent = self.client.post(match[1].decode(), fields)
        return self.client.get(sent.goes_to) if sent.status == 303 else sent

    def messages(self) -> list[Message]:
        with open_outbox(self.day.context) as (ledger, _):
            return list(ledger.messages())

    def decide(self, packet: str, decision: str, reason: str = "") -> Answer:
        fields = {"packet": packet, "decision": decision, "reason": reason}
        answer = self.client.post("/outboxes/own/decide", fields)
        return self.client.get(answer.goes_to) if answer.status == 303 else answer

    def type(self, *words: str) -> int:
        return int(main.run(["mail", *words, "--content", str(self.content), "--site-key", str(self.day.key)], now))


@pytest.fixture
def office(
    tmp_path: Path,
    mail_content: Path,  # noqa: F811
    authority: Authority,  # noqa: F811
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    content = Path(shutil.copytree(mail_content, tmp_path / "content"))
    with (content / "clinic.yaml").open("a") as clinic:
        clinic.write(BLOCK.format(port=1, ca=authority.pem))
    day = MailDay(tmp_path, content, authority.settings(1))
    day.folder = tmp_path / "outbox"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    day.state = tmp_path / "packets"
    page = serve(content, key_file=day.key, outbox=day.folder)
    yield Office(day, let_in(page), content, page)


def error_of(page: Answer, name: str) -> str:
    match = re.search(rf'<p class="error" id="{name}-error">(.*?)</p>', page.body.decode(), re.S)
    return " ".join(re.sub(r"<span.*?</span>", "", html.unescape(match[1])).split()) if match else ""


def value_of(page: Answer, name: str) -> str:
    match = re.search(rf'name="{name}" id="{name}" value="([^"]*)"', page.body.decode())
    assert match, name
    return html.unescape(match[1])


def packet_of(page: Answer) -> str:
    match = re.search("[Pp]acket ([2-9A-Z]{4}-[2-9A-Z]{4})", page.text)
    assert match
    return match[1]


def test_a_change_after_the_packet_was_put_in_the_outbox_is_a_new_version(office: Office) -> None:
    first = office.made()
    office.form(first)
    assert "is in the outbox" not in office.made(collar="no").text, "the form alone hands nothing out"
    assert "This packet is in the outbox" in office.mail(first).text
    changed = office.made(collar="no")
    assert f"Packet {packet_of(first)} is in the outbox . Cancel it there." in changed.text
    assert "Take back the earlier paper" not in changed.text, "there is none"
    office.mail(changed)
    states = {message.packet: message.state.value for message in office.messages()}
    assert states == {packet_of(first): "superseded", packet_of(changed): "queued"}


def test_the_page_lists_every_mail_that_is_cancelled_when_consent_is_withdrawn(office: Office) -> None:
    first = packet_of(office.mail(office.made()))
    changed = office.made(collar="no")
    page = office.mail(changed, consent="")
    assert error_of(page, "email_consent").startswith("No consent to e-mail is recorded. Ask the patient.")
    assert f"The mail of packet {first} that was waiting is cancelled Hand the packet over on paper." in page.text
    assert [message.state.value for message in office.messages()] == ["cancelled"]


def test_a_packet_that_was_replaced_is_not_mailed(office: Office) -> None:
    first = office.made()
    form = office.form(first)
    office.client.pdf(first)
    changed = office.made(collar="no")
    office.client.pdf(changed)
    match = re.search(rb'action="(/packets/[\w-]+/mail)"', form.body)
    assert match
    fields = {"email": ADDRESS, "email_again": ADDRESS, "email_consent": "yes"}
    shown = office.client.get(office.client.post(match[1].decode(), fields).goes_to)
    assert f"Packet {packet_of(changed)} replaces this packet. Do not hand this one out." in shown.text
    assert not office.folder.exists(), "nothing is queued"


def test_the_outbox_contains_the_packets_that_were_shown(office: Office) -> None:
    shown = {}
    for name, mrn, address in (("Rosa Sample", "00418823", ADDRESS), ("Ada Abel", "0017", "ada@sample.example")):
        made = office.made(patient_name=name, mrn=mrn, paper="a4", large_print="yes", dob="", include_drafts="yes")
        shown[packet_of(made)] = office.client.pdf(made).body
        page = office.mail(made, address, address)
        assert f"This packet is in the outbox: {address[0]}***@s***.example" in page.text
    assert len(shown) == 2
    for message in office.messages():
        assert (office.folder / f"{message.packet}.pdf").read_bytes() == shown[message.packet]
        assert message.sha256 == hashlib.sha256(shown[message.packet]).hexdigest()
    listed = office.client.get("/outboxes/own").text
    assert [packet for packet in shown if f"{packet} Waiting to be sent" in listed] == list(shown)
    assert "Nothing needs your decision." in listed
    assert ADDRESS not in listed, "addresses are masked"
    assert "Rosa Sample, 00418823" in listed


def test_mail_send_sends_the_mail_of_the_form(
    office: Office, authority: Authority, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    made = office.made()
    shown = office.client.pdf(made).body
    office.mail(made)
    with Relay(lambda _: "none", authority.relay()) as relay:
        clinic = office.content / "clinic.yaml"
        clinic.write_text(clinic.read_text("utf-8").replace("port: 1\n", f"port: {relay.port}\n"), "utf-8")
        assert office.type("send", str(office.folder)) == 0
    assert capsys.readouterr().out.endswith("1 sent. No mail is waiting.\n")
    (mail,) = relay.accepted
    assert mail.recipients == [ADDRESS]
    import email

    parts = email.message_from_bytes(mail.data).walk()
    attached = [part.get_payload(decode=True) for part in parts if part.get_content_type() == "application/pdf"]
    assert attached == [shown]
    inspect(shown, office.content)
    assert without_whitespace("Rosa Sample") in without_whitespace(read(shown)[0])
    assert f"{packet_of(made)} Sent" in office.client.get("/outboxes/own").text
    assert "This packet was already mailed" in office.mail(made).text
    assert len(relay.accepted) == 1


def sent_from_the_page(office: Office, label: str, outbox: str = "/outboxes/own") -> Answer:
    """Press Send in the outbox, wait until all mail was tried, and return the page."""
    assert label in office.client.get(outbox).text
    assert office.client.post(f"{outbox}/send", {}).status == 303
    until = time.monotonic() + 60
    while office.client.get(f"{outbox}/sending").status == 200:
        assert time.monotonic() < until
        time.sleep(0.05)
    return office.client.get(outbox)


def use_relay(office: Office, port: int) -> None:
    clinic = office.content / "clinic.yaml"
    clinic.write_text(re.sub(r"port: \d+\n", f"port: {port}\n", clinic.read_text("utf-8")), "utf-8")


def test_waiting_mail_is_sent_from_the_outbox_page(
    office: Office,
    authority: Authority,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office.mail(office.made())
    other = {"mrn": "00000007", "patient_name": "Bruno Abel", "surgery_date": "2026-12-06"}
    office.mail(office.made(**other), "bruno@sample.example", "bruno@sample.example")
    monkeypatch.setattr("packets.web.mail_sender.MAX_FAILURES_IN_A_ROW", 1)
    page = sent_from_the_page(office, "Send 2 waiting mails")
    assert "Last sending: 1 will be tried again." in page.text
    assert "The mail server did not accept 1 mails in a row; the others were not tried. Ask IT whether" in page.text
    assert page.text.count("A61") == 1
    with Relay(lambda _: "none", authority.relay()) as relay:
        use_relay(office, relay.port)
        page = sent_from_the_page(office, "Send 2 waiting mails")
        assert "Last sending: 1 sent." in page.text, "the first one is tried again later"
        assert [mail.recipients for mail in relay.accepted] == [["bruno@sample.example"]]
    with patch("packets.web.mail_sender.send", side_effect=ValueError("Rosa Sample")):
        page = sent_from_the_page(office, "Send 1 waiting mail")
    assert "Something went wrong (ValueError). Press Send again: no mail is sent twice." in page.text


def test_the_outbox_can_be_used_while_the_mail_server_answers_slowly(
    office: Office,
    authority: Authority,  # noqa: F811
) -> None:
    """Another nurse puts a packet in the outbox, cancels one, and presses Send: nobody waits, nothing is sent twice."""
    asked, answer = threading.Event(), threading.Event()

    def slowly(recipient: str) -> str:
        if recipient == ADDRESS:
            asked.set()
            assert answer.wait(60)
        return "none"

    first = office.mail(office.made())
    bruno = {"mrn": "00000007", "patient_name": "Bruno Abel"}
    cancelled = office.mail(office.made(**bruno), "bruno@sample.example", "bruno@sample.example")
    with Relay(slowly, authority.relay()) as relay:
        use_relay(office, relay.port)
        assert office.client.post("/outboxes/own/send", {}).status == 303
        assert asked.wait(60)
        page = office.mail(office.made(mrn="0017", patient_name="Ada Cole"), "ada@sample.example", "ada@sample.example")
        assert "This packet is in the outbox" in page.text
        corrected = office.mail(office.made(collar="no"))
        assert "n earlier mail is still queued or being sent" in corrected.text
        office.decide(packet_of(cancelled), "cancel")
        page = office.decide(packet_of(first), "cancel")
        assert f"The mail of packet {packet_of(first)} is sending." in page.text and "Sending the mail" in page.text
        assert office.client.post("/outboxes/own/send", {}).status == 303
        answer.set()
        until = time.monotonic() + 60
        while office.client.get("/outboxes/own/sending").status == 200:
            assert time.monotonic() < until
            time.sleep(0.05)
    assert [mail.recipients for mail in relay.accepted] == [[ADDRESS], ["ada@sample.example"]]
    assert [message.state.value for message in office.messages()] == ["sent", "cancelled", "sent"]
    assert "Held: the packet was changed after it was mailed" in office.client.get("/outboxes/own").text
    office.decide(packet_of(corrected), "release", "corrected")
    assert office.messages()[-1].state.value == "queued", "a person can send the correction"


def test_a_correction_no_longer_waits_for_a_mail_that_was_resolved(
    office: Office,
    authority: Authority,  # noqa: F811
) -> None:
    first = office.mail(office.made())
    with Relay(lambda _: "dot closed", authority.relay()) as relay:
        use_relay(office, relay.port)
        sent_from_the_page(office, "Send 1 waiting mail")
    office.mail(office.made(collar="no"))
    assert "Held: it is unknown whether the earlier mail was delivered" in office.client.get("/outboxes/own").text
    assert "Held: the packet was changed after it was mailed" in office.decide(packet_of(first), "delivered").text


def test_a_decision_stands_if_held_packets_cannot_be_queued_again(office: Office) -> None:
    first = office.mail(office.made())
    (office.content / "procedures" / "cervical-foraminotomy" / "handout.en.yaml").write_text("no handout", "utf-8")
    page = office.decide(packet_of(first), "cancel")
    assert "Cancelled" in page.text
    assert "Packets that were held because of this mail could not be queued again:" in page.text
    assert [message.state.value for message in office.messages()] == ["cancelled"]


def test_mail_that_was_queued_again_and_not_recorded_says_so(
    office: Office,
    authority: Authority,  # noqa: F811
) -> None:
    office.mail(office.made())
    again = QueueResult(new=list(office.messages()))
    with (
        Relay(lambda _: "none", authority.relay()) as relay,
        patch("packets.web.mail_sender.queue_again", return_value=again),
        patch("packets.web.outbox_views.recorder", return_value=Mock(side_effect=AuditError)),
    ):
        use_relay(office, relay.port)
        page = sent_from_the_page(office, "Send 1 waiting mail")
    assert "Mail was queued again, but the audit file cannot be written. Call IT now." in page.text
    assert page.text.count("A13") == 1 and "Last sending: 1 sent." in page.text


def test_the_mail_of_a_day_is_queued_and_sent_on_the_page(
    office: Office,
    authority: Authority,  # noqa: F811
    tmp_path: Path,
) -> None:
    rows = [mailed(1), mailed(2), mailed(3, email_consent="no"), mailed(4, email="person1@sample.example")]
    send(office.client, as_csv([mailed(1), mailed(3, email_consent="no")]), tmp_path / "monday")
    assert "Queue the e-mails" in start(office.client).text
    send(office.client, as_csv(rows), tmp_path / "monday")
    start(office.client)
    where = office.client.post(f"{schedule_address(office.client)}/mail", {}).goes_to
    page = office.client.get(where)
    assert "1 mail newly queued, 3 held. Nothing is sent yet." in page.text
    assert "ask the person who sends the mail" not in page.text
    (packet,) = re.findall(r"(\S{4}-\S{4}) Held: more than one patient has this address Row 5", page.text)
    decision = {"packet": packet, "decision": "release", "reason": "shared-address"}
    where = office.client.post(f"{where}/decide", decision).goes_to
    printed: list[bool] = []

    def print_meanwhile(recipient: str) -> str:
        if recipient:
            printed.append(office.client.get(f"{schedule_address(office.client)}/print-run.pdf").body[:4] == b"%PDF")
        return "none"

    with Relay(print_meanwhile, authority.relay()) as relay:
        use_relay(office, relay.port)
        page = sent_from_the_page(office, "Send 2 waiting mails", where)
    assert printed == [True, True], "papers are printed while a mail is delivered"
    assert "Last sending: 2 sent." in page.text
    assert sorted(mail.recipients[0] for mail in relay.accepted) == ["person1@sample.example", "person2@sample.example"]
    assert office.client.post(f"{where}/decide", decision | {"decision": "take-out"}).status == 400
    other = office.client.post("/outboxes", {"folder": str(tmp_path / "monday")}).goes_to
    assert "check its schedule on the Schedule page" in office.client.get(other).text
    assert office.client.post(f"{other}/send", {}).status == 400, "the page does not know the schedule"


def test_a_mail_server_with_a_login_needs_its_password_when_the_form_is_started(office: Office) -> None:
    with (office.content / "clinic.yaml").open("a") as clinic:
        clinic.write("  user: packets\n")
    office.mail(office.made())
    assert "Waiting mail is not sent from this form." in office.client.get("/outboxes/own").text
    assert office.client.post("/outboxes/own/send", {}).status == 400


MISTAKES: list[tuple[dict[str, str], str, str]] = [
    ({"consent": ""}, "email_consent", "No consent to e-mail is recorded. Ask the patient."),
    ({"address": "", "again": ""}, "email", "No address is recorded. Type it as the patient spells it."),
    ({"address": "rosa", "again": "rosa"}, "email", "The address is not exactly one e-mail address. Type one address,"),
    ({"again": "rosa@sampel.example"}, "email_again", "The address is not confirmed. The two addresses differ."),
    ({"again": ""}, "email_again", "The address is not confirmed. The two addresses differ."),
]


@pytest.mark.parametrize(("typed", "name", "expected"), MISTAKES)
def test_an_error_is_shown_next_to_its_field_and_nothing_typed_is_lost(
    office: Office, typed: dict[str, str], name: str, expected: str
) -> None:
    page = office.mail(office.made(), **typed)
    assert error_of(page, name).startswith(expected)
    assert page.text.startswith("There is a problem") and f'href="#{name}"' in page.body.decode()
    assert value_of(page, "email") == typed.get("address", ADDRESS)
    assert value_of(page, "email_again") == typed.get("again", ADDRESS)
    assert ('value="yes" checked' in page.body.decode()) is (typed.get("consent", "yes") == "yes")
    assert not office.folder.exists(), "nothing is written before all is right"
    assert "is in the outbox" in office.mail(office.made()).text


def test_the_operation_must_have_been_performed(office: Office) -> None:
    for stage in ("planned", ""):
        page = office.mail(office.made(status=stage, surgery_date="2026-12-08"))
        assert "The operation is not recorded as performed" in page.text
        assert (
            "Once it has been performed, choose that in the form, make the packet again, and mail that one."
            in page.text
        )
        assert re.search(r'href="/packets/[\w-]+#case">The operation', page.body.decode())
        assert value_of(page, "email") == ADDRESS
    assert not office.folder.exists()


def test_a_packet_that_cannot_be_mailed_is_reported_before_the_patient_is_asked(office: Office) -> None:
    page = office.form(office.made(status=""))
    assert "This packet cannot be mailed The operation is not recorded as performed Once it has been" in page.text
    assert "consent" not in page.text.split("This packet cannot be mailed")[1].split("Address")[0], "not asked yet"
    assert 'class="summary"' not in office.form(office.made()).body.decode()


def test_a_clinic_without_mail_settings_sees_an_error_at_once(serve: Serve, tmp_path: Path) -> None:
    client = let_in(serve(outbox=tmp_path / "mail"))
    match = re.search(r'href="(/packets/[\w-]+/mail)"', client.send(status="performed").body.decode())
    assert match
    assert (
        "This packet cannot be mailed There are no settings for mail Ask the person who maintains Packets"
        in client.get(match[1]).text
    )


def test_an_address_with_a_header_injection_is_refused(office: Office) -> None:
    for address in ("rosa@sample.example\nBcc: eve@evil.example", "=?utf-8?q?x=0ABcc=3A?=@sample.example", "a@b@c.de"):
        assert error_of(office.mail(office.made(), address, address), "email"), address
    assert not office.folder.exists()


def test_the_same_packet_is_queued_once_and_another_version_must_name_what_it_replaces(office: Office) -> None:
    made = office.made()
    office.mail(made)
    assert "is in the outbox" in office.mail(made).text
    assert len(office.messages()) == 1
    office.client = let_in(office.page)  # on another day, when the form no longer knows the first packet
    refused = office.mail(office.made(surgeon="Dr. Other Sample"))
    expected = f"The outbox has packet {packet_of(made)} for this operation Type its id under Replaces packet"
    assert expected in refused.text
    office.mail(office.made(surgeon="Dr. Other Sample", replaces=packet_of(made)))
    assert [str(message.state) for message in office.messages()] == ["superseded", "queued"]


def test_a_held_packet_is_shown_with_the_reason_and_what_to_do(office: Office) -> None:
    first = packet_of(office.mail(office.made()))
    held = office.mail(office.made(patient_name="Ada Abel", mrn="0017"))
    packet = packet_of(held)
    assert "This packet is held: more than one patient has this address." in held.text
    listed = office.client.get("/outboxes/own").text
    assert f"{packet} Held: more than one patient has this address" in listed.partition("All other mail")[0]
    assert f"{first} Held: more than one patient has this address" in listed  # either may be the wrong one
    assert "Call the patient." in listed and "The patients share this address" in listed
    refused = office.decide(packet, "release")
    expected = f"No reason was chosen to send packet {packet} anyway. Choose a reason."
    assert f"{expected} A06" in refused.text
    assert len(office.messages()) == 1
    passed = office.decide(packet, "release", "shared-address")
    assert f"{packet} Waiting to be sent" in passed.text
    assert "Nothing needs your decision." in office.decide(first, "release", "shared-address").text
    assert [message.override_reason for message in office.messages()] == ["", "shared-address", "shared-address"]


def test_a_held_packet_can_be_removed(office: Office) -> None:
    office.mail(office.made())
    packet = packet_of(office.mail(office.made(patient_name="Ada Abel", mrn="0017")))
    assert "Nothing needs your decision." in office.decide(packet, "take-out").text
    assert not (office.folder / f"{packet}.json").exists()
    assert [str(message.state) for message in office.messages()] == ["superseded", "queued"]


def test_only_what_a_decision_changed_is_recorded(office: Office) -> None:
    first = packet_of(office.mail(office.made()))
    packet = packet_of(office.mail(office.made(patient_name="Ada Abel", mrn="0017")))
    (office.folder / f"{packet}.pdf").write_bytes(b"")
    with patch("packets.web.outbox_views.record") as record:
        held = office.decide(packet, "release", "shared-address").text
        assert f"Packet {packet} is still held:" in held and "H06" in held
        assert record.mock_calls == []
        office.decide(packet, "take-out")
        assert record.mock_calls == [call("cancelled", packet), call("queued", first)]
        record.reset_mock()
        assert (
            f"The mail of packet {first} is queued. Only a held packet can be" in office.decide(first, "take-out").text
        )
        assert "There is no mail of this packet. The outbox may" in office.decide(packet, "take-out").text
        assert record.mock_calls == []


def test_many_nurses_can_queue_mail_at_once(office: Office) -> None:
    client = office.client

    def one(number: int) -> str:
        own_client = Office(office.day, Client(client.port, client.cookie, client.csrf), office.content, office.page)
        made = own_client.made(patient_name=f"Sample {'ABCDEFGH'[number] * 6}", mrn=f"S{number:06}")
        page = own_client.mail(made, f"person{number}@sample.example", f"person{number}@sample.example")
        assert "This packet is in the outbox" in page.text, page.text
        assert "W11" not in own_client.client.get("/outboxes/own").text
        return packet_of(made)

    with ThreadPoolExecutor(8) as pool:
        packets = list(pool.map(one, range(8)))
    assert sorted(message.packet for message in office.messages()) == sorted(packets)
    for number, packet in enumerate(packets):
        words = "".join(without_whitespace(text) for text in read((office.folder / f"{packet}.pdf").read_bytes()))
        assert [each for each in range(8) if f"S{each:06}" in words] == [number]


def test_nothing_typed_is_lost_while_another_process_sends(office: Office) -> None:
    made = office.made()
    office.mail(made)
    with FolderLock(office.folder, START):
        page = office.mail(office.made(patient_name="Ada Abel", mrn="0017"), "a@b.example", "a@b.example")
    assert "Packets of this folder are being made, mailed or checked just now" in page.text and "W11" in page.text
    assert value_of(page, "email") == "a@b.example"


def test_without_an_outbox_the_mail_form_says_whom_to_ask(client: Client) -> None:
    made = client.send(status="performed")
    match = re.search(rb'href="(/packets/[\w-]+/mail)">E-mail<', made.body)
    assert match
    page = client.get(match[1].decode())
    assert "E-mail is not set up for this form." in page.text
    assert "set up an outbox" in page.text and 'name="email"' not in page.body.decode()
    assert client.post(match[1].decode(), {"email": ADDRESS}).status == 400
    assert client.get("/outboxes/own").status == 410


def test_a_clinic_without_mail_sees_an_error(office: Office) -> None:
    clinic = office.content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8").partition("\nmail:")[0], "utf-8")
    page = office.mail(office.made())
    assert "There are no settings for mail Ask the person who maintains Packets to set up e-mail." in page.text
    assert value_of(page, "email") == ADDRESS


def test_session_and_csrf_token_are_required(office: Office) -> None:
    form = office.form(office.made())
    match = re.search(rb'action="(/packets/[\w-]+/mail)"', form.body)
    assert match
    where = match[1].decode()
    fields = {"email": ADDRESS, "email_again": ADDRESS, "email_consent": "yes"}
    assert Client(office.client.port).get(where).status == 403
    assert Client(office.client.port).get("/outboxes/own").status == 403
    assert office.client.post(where, fields, Origin="http://evil.example").status == 403
    token, office.client.csrf = office.client.csrf, "guess"
    assert office.client.post(where, fields).status == 403
    office.client.csrf = token
    assert office.client.post(where, fields | {"email": "x" * 70000}).status == 413
    assert office.client.get("/packets/guess/mail").status == 410 and office.client.get("/mails/guess").status == 410
    assert office.client.post("/outboxes/own/decide", {"packet": "x", "decision": "steal"}).status == 400
    assert not office.folder.exists()
    for answer in office.client.answers:
        carries_all_headers(answer)
    answers = [answer.goes_to for answer in office.client.answers]
    assert not [each for each in answers if "rosa" in each.lower() or "@" in each]


def test_an_internal_error_reveals_no_patient_data(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ValueError("Rosa Sample rosa@sample.example")

    with patch("packets.web.mail_views.queue_single", breaks):
        page = office.mail(office.made())
    captured = capfd.readouterr()
    assert page.status == 500 and "ValueError at test_mail.py" in page.text
    assert not [text for text in (page.text, captured.out, captured.err) if "Rosa" in text or ADDRESS in text]


def test_the_password_of_the_pdf_is_shown_to_the_nurse(office: Office) -> None:
    with (office.content / "clinic.yaml").open("a") as clinic:
        clinic.write("  passwords: yes\n")
    page = office.mail(office.made())
    (message,) = office.messages()
    password = mail_password(office.day.context.key, message, replace(office.day.settings, passwords=True))
    assert "Give it to the patient now, in person or by phone, not by mail" in page.text
    assert password in page.text
    outbox = office.client.get("/outboxes/own")
    (link,) = re.findall(r'href="(/outboxes/own/passwords/[^"]+)"', outbox.body.decode())
    assert password not in outbox.text, "it is shown when somebody asks for it"
    later = office.client.get(link)
    assert f"The mailed PDF opens with {password} Give it to the patient in person or by phone" in later.text
    assert "Rosa Sample, 00418823" in later.text


def test_no_password_is_mentioned_if_the_pdf_has_none(office: Office) -> None:
    made = office.made()
    assert "password" not in office.mail(made).text
    assert "/outboxes/own/passwords/" not in office.client.get("/outboxes/own").body.decode()
    assert office.client.get(f"/outboxes/own/passwords/{packet_of(made)}").status == 404
