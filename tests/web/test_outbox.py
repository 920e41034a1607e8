"""Test the outbox view: what needs a decision, and what each decision does."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from packets.mail.outbox import open_outbox
from packets.mail.smtp import DeliveryResult, Outcome, Phase
from packets.model.mail_settings import MailSettings, Tls
from packets.web.server import WebServer
from tests.mail.conftest import mail_content  # noqa: F401  a fixture
from tests.mail.day import MailDay, RecordingTransport, mailed
from tests.web.client import Answer, Client
from tests.web.conftest import Serve, started
from tests.web.ward import Ward, make_ward

SETTINGS = MailSettings(host="127.0.0.1", port=25, tls=Tls.STARTTLS, sender="care@clinic.example", per_minute=600)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, mail_content: Path) -> Path:  # noqa: F811
    """Make a day with one sent, one rejected, one unknown and one waiting mail; return where it is."""
    place = tmp_path_factory.mktemp("made")
    day = MailDay(place, mail_content, SETTINGS)
    day.make([mailed(number) for number in range(3)])
    day.queue()

    verdicts = {
        "person0": DeliveryResult(Outcome.SENT, Phase.DOT, 250),
        "person1": DeliveryResult(Outcome.REJECTED, Phase.RECIPIENT, 550),
        "person2": DeliveryResult(Outcome.UNKNOWN, Phase.DOT),
    }

    def answer(recipient: str) -> DeliveryResult:
        return verdicts[recipient.split("@")[0]]

    day.send(RecordingTransport(answer))
    day.make([mailed(number) for number in range(4)])
    day.queue()
    assert sorted(day.states_of_mail()) == ["queued", "rejected", "sent", "unknown"]
    return place


@pytest.fixture
def day(tmp_path: Path, made: Path, mail_content: Path) -> Iterator[MailDay]:  # noqa: F811
    """Return a copy of that day."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    day = MailDay(tmp_path, mail_content, SETTINGS)
    with patch("packets.web.mail_views.state_folder", return_value=day.state):
        yield day


@pytest.fixture
def nurse(day: MailDay, serve: Serve) -> Client:
    page: WebServer = serve(day.content, key_file=day.key)
    client = Client(page.port)
    client.come_in(page.link())
    return client


def opened(client: Client, folder: Path | str) -> Answer:
    answer = client.post("/outboxes", {"folder": str(folder)})
    return client.get(answer.goes_to) if answer.status == 303 else answer


def packet_of(day: MailDay, state: str) -> str:
    return next(message.packet for message in day.messages() if message.state == state)


def number_of(day: MailDay, packet: str) -> int:
    """Return the number of the patient whose packet this is."""
    return next(row - 2 for row, made in day.ids().items() if made == packet and row is not None)


def decide(client: Client, page: Answer, packet: str, decision: str) -> Answer:
    match = re.search(r'action="(/outboxes/[\w-]+/decide)"', page.body.decode())
    assert match
    answer = client.post(match[1], {"packet": packet, "decision": decision})
    return client.get(answer.goes_to) if answer.status == 303 else answer


def test_mail_that_needs_a_decision_comes_first(nurse: Client, day: MailDay) -> None:
    page = opened(nurse, day.folder)
    first, others = page.text.split("All other mail")
    assert "Needs your decision" in first
    for state, expected in (("unknown", "Delivery unknown"), ("rejected", "Refused by the mail server")):
        assert f"{packet_of(day, state)} {expected}" in first
    assert f"{packet_of(day, 'sent')} Sent" in others and f"{packet_of(day, 'queued')} Waiting to be sent" in others
    for message in day.messages():
        if message.state == "unknown":
            assert f"Ask IT to look for {message.message_id} in the mail server’s log." in first
    assert "person0@sample.example" not in page.text, "addresses are masked"


def test_mail_shows_whose_it_is_and_links_its_packet(nurse: Client, day: MailDay) -> None:
    page = opened(nurse, day.folder)
    unknown = packet_of(day, "unknown")
    expected = mailed(number_of(day, unknown))
    assert f"{expected['patient_name']} · Record number {expected['mrn']} {unknown} Delivery unknown" in page.text
    match = re.search(rf'href="(/outboxes/[\w-]+/packets/{unknown}\.pdf)"', page.body.decode())
    assert match and nurse.get(match[1]).body == (day.folder / f"{unknown}.pdf").read_bytes()
    assert nurse.get(match[1].replace(unknown, "GWHN-MWSR")).status == 404


def test_a_void_packet_shows_whom_to_call(nurse: Client, day: MailDay) -> None:
    sent = packet_of(day, "sent")
    cancelled = number_of(day, sent)
    day.make([mailed(number, status="cancelled" if number == cancelled else "") for number in range(4)])
    first, _ = opened(nurse, day.folder).text.split("All other mail")
    expected = mailed(cancelled)
    assert f"{expected['patient_name']} · Record number {expected['mrn']} {sent} Sent, no longer valid" in first


@pytest.mark.parametrize(
    ("decision", "state"), [("delivered", "sent"), ("not-delivered", "queued"), ("cancel", "cancelled")]
)
def test_a_person_resolves_mail_of_unknown_outcome(nurse: Client, day: MailDay, decision: str, state: str) -> None:
    packet = packet_of(day, "unknown")
    page = decide(nurse, opened(nurse, day.folder), packet, decision)
    assert page.status == 200
    assert [str(message.state) for message in day.messages() if message.packet == packet] == [state]
    assert "Nobody knows" not in page.text


def test_waiting_mail_can_be_cancelled_and_sent_mail_cannot(nurse: Client, day: MailDay) -> None:
    queued, sent = packet_of(day, "queued"), packet_of(day, "sent")
    page = opened(nurse, day.folder)
    assert "Cancelled" in decide(nurse, page, queued, "cancel").text
    refused = decide(nurse, page, sent, "cancel")
    assert f"The mail of packet {sent} is sent." in refused.text and "X31" in refused.text
    assert decide(nurse, page, queued, "send").status == 400


def test_held_packets_are_shown_with_the_reason_and_what_to_do(nurse: Client, day: MailDay) -> None:
    rows = [mailed(number) for number in range(4)]
    shared = [mailed(number, email="person0@sample.example") for number in (4,)]
    day.make([*rows, *shared, mailed(5, email_consent="no")])
    day.queue()
    ids = day.ids()
    first, _ = opened(nurse, day.folder).text.split("All other mail")
    assert f"{ids[6]} Held: more than one patient has this address Row 6 Call the patient." in first
    assert "If it should be sent anyway, ask the person who sends the mail." in first
    assert f"{ids[7]} Held: no consent to e-mail is recorded Row 7 Correct the row of the schedule" in first
    day.make([*rows, *shared, mailed(5)])
    day.queue()
    assert ids[7] not in opened(nurse, day.folder).text.split("All other mail")[0]
    decided = decide(nurse, opened(nurse, day.folder), ids[6], "release")
    assert decided.status == 400, "the page does not know the schedule"
    assert "press Make packets, then Queue the e-mails" in opened(nurse, day.folder).text


def test_a_void_packet_is_listed_until_the_patient_knows(nurse: Client, day: MailDay) -> None:
    sent = packet_of(day, "sent")
    day.make([mailed(0, status="cancelled"), *(mailed(number) for number in range(1, 4))])
    page = opened(nurse, day.folder)
    assert (
        f"{sent} Sent, no longer valid: its row is marked as cancelled – Call the patient. The patient knows"
        in page.text
    )
    assert "packets mail" not in page.text, "the page must not ask a nurse to type a command"
    assert "no longer valid" not in decide(nurse, page, sent, "patient-knows").text
    queued = packet_of(day, "queued")
    assert "X80" in decide(nurse, page, queued, "patient-knows").text


def test_a_folder_without_packets_is_reported(nurse: Client, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    page = opened(nurse, tmp_path / "empty")
    assert "This folder was not made by a batch." in page.text and "D09" in page.text
    assert "The folder is not a full path." in opened(nurse, "monday").text


def test_session_and_csrf_token_are_required(nurse: Client, day: MailDay) -> None:
    page = opened(nurse, day.folder)
    packet = packet_of(day, "unknown")
    nurse.csrf = "guess"
    assert decide(nurse, page, packet, "delivered").status == 403
    assert Client(nurse.port).get("/outbox").status == 403
    assert packet_of(day, "unknown") == packet


def ward_with_mail(day: MailDay, tmp_path: Path) -> Ward:
    folder = tmp_path / "ward"
    folder.mkdir()
    content = Path(shutil.copytree(day.content, tmp_path / "content"))
    with (content / "clinic.yaml").open("a") as clinic:
        clinic.write("mail: {host: 127.0.0.1, port: 25, tls: starttls, from: care@clinic.example, passwords: yes}\n")
    return make_ward(folder, content=str(content), site_key=str(day.key))


def test_the_audit_file_has_what_became_of_a_mail(day: MailDay, tmp_path: Path) -> None:
    """Held is not queued, once queued is not queued again, and consent can be withdrawn."""
    ward = ward_with_mail(day, tmp_path)
    thread = started(ward.server)

    def mail(page: Answer, consent: str = "yes") -> str:
        (where,) = re.findall(r'href="(/packets/[\w-]+/mail)">E-mail<', page.body.decode())
        fields = {"email": "rosa@sample.example", "email_again": "rosa@sample.example", "email_consent": consent}
        return anna.get(anna.post(where, fields).goes_to).text

    try:
        anna = ward.signed_on("anna")
        first = anna.send(status="performed")
        assert "is in the outbox" in mail(first) and "is in the outbox" in mail(first)
        second = anna.send(status="performed", mrn="0017", patient_name="Ada Cole")
        assert "This packet is held" in mail(second)
        assert "The packet that was held is no longer mailed" in mail(second, consent="")
        assert "Ask the patient" in mail(second, consent=""), "it is not in the outbox any more"
        assert "is in the outbox" in mail(first), "the address is that of one patient again"
        assert "The mail of this packet that was waiting is cancelled" in mail(first, consent="")
    finally:
        ward.server.close()
        thread.join()
    ids = [re.findall(r"/packets/[^/]+/([A-Z0-9-]+)\.pdf", page.body.decode())[0] for page in (first, second)]
    lines = Path(ward.config.days, "audit.jsonl").read_text().splitlines()
    assert [(entry["action"], ids.index(entry["packet"])) for entry in map(json.loads, lines)] == [
        ("made", 0),
        ("queued", 0),
        ("made", 1),
        ("cancelled", 1),
        ("queued", 0),
        ("cancelled", 0),
    ]


def test_a_ward_server_offers_each_role_its_decisions(day: MailDay, tmp_path: Path) -> None:
    """A reader looks, a nurse cancels, a lead decides; the history of the mail names the user."""
    ward = ward_with_mail(day, tmp_path)
    day.folder = day.folder.rename(Path(ward.config.days) / "2026-12-08")
    unknown, waiting = packet_of(day, "unknown"), packet_of(day, "queued")
    thread = started(ward.server)
    try:
        offered = {}
        for user in ("rita", "anna", "lena"):
            client = ward.client(user)
            client.get("/")
            client.keep_csrf(client.get("/outbox"))
            page = opened(client, "2026-12-08")
            decisions = re.findall(
                rf'value="([\w-]+)" aria-label="[^"]+: packet ({unknown}|{waiting})"', page.body.decode()
            )
            links = page.body.decode().count("/packets/") > 0, page.body.decode().count("/passwords/") > 0
            offered[user] = {decision for decision, _ in decisions}, *links
        assert offered == {
            "rita": (set(), False, False),
            "anna": ({"cancel"}, True, True),
            "lena": ({"cancel", "delivered", "not-delivered"}, True, True),
        }
        decide(client, page, unknown, "delivered")
    finally:
        ward.server.close()
        thread.join()
    with open_outbox(day.context) as (ledger, _):
        message = next(each for each in ledger.messages() if each.packet == unknown)
        assert (message.state, ledger.events(message)[-1].actor) == ("sent", "lena")
