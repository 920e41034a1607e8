"""Kill a ward server while it takes in a schedule, while it sends mail, and while a nurse cancels a mail."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from packets.storage.audit_file import verify_audit
from tests.batch.day import as_csv, patient
from tests.mail.conftest import Authority, authority, mail_content  # noqa: F401  fixtures
from tests.mail.faults import Relay
from tests.mail.test_command import BLOCK
from tests.web.client import Answer
from tests.web.test_schedule import send
from tests.web.test_ward_proxy import start_server, stop
from tests.web.ward import HOST, SocketConnection, WardClient

pytestmark = pytest.mark.xdist_group("ward proxy")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder with a short path, as a Unix socket needs it."""
    folder = Path(tempfile.mkdtemp(prefix="ward-"))
    (folder / "days").mkdir()
    (folder / "site.key").write_text("5a" * 32)
    (folder / "site.key").chmod(0o600)
    yield folder
    shutil.rmtree(folder)


def browser(folder: Path, user: str) -> WardClient:
    client = WardClient(0, path=folder / "packets.sock", user=user)
    client.open()
    return client


def locked(client: WardClient) -> bool:
    """Return whether the page after a restart says so; then open the form again."""
    answer = client.get("/outboxes/own")
    client.open()
    return answer.status == 403 and "This form is locked" in answer.text


def begin(client: WardClient, path: str, body: bytes, sent: int) -> http.client.HTTPConnection:
    """Send a form, of its body only `sent` bytes, and do not wait for the answer."""
    connection = SocketConnection(client.path)
    connection.putrequest("POST", path, skip_host=True)
    headers = {"Host": HOST, "X-Remote-User": client.user, "Origin": client.origin, "Cookie": client.cookie}
    kind = "multipart/form-data; boundary=edge" if path == "/schedules" else "application/x-www-form-urlencoded"
    for name, value in (headers | {"Content-Type": kind, "Content-Length": str(len(body))}).items():
        connection.putheader(name, value)
    connection.endheaders(body[:sent])
    return connection


def wait_until(happened: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


def sent(lead: WardClient) -> Answer:
    """Press Send, wait until all mail was tried, and return the page."""
    assert lead.post("/outboxes/own/send", {}).status == 303
    wait_until(lambda: lead.get("/outboxes/own/sending").status != 200)
    return lead.get("/outboxes/own")


def mail(nurse: WardClient, name: str, record_number: str, address: str) -> str:
    """Make a packet, put it in the outbox, and return its id."""
    page = nurse.send(status="performed", patient_name=name, mrn=record_number)
    (where,) = re.findall(r'href="(/packets/[\w-]+/mail)">E-mail<', page.body.decode())
    answer = nurse.post(where, {"email": address, "email_again": address, "email_consent": "yes"})
    assert "is in the outbox" in nurse.get(answer.goes_to).text
    (packet,) = set(re.findall(r"/packets/[^/]+/([A-Z0-9]{4}-[A-Z0-9]{4})\.pdf", page.body.decode()))
    return str(packet)


@pytest.mark.slow
def test_a_killed_server_sends_no_mail_twice_and_loses_none(
    folder: Path,
    tmp_path: Path,
    mail_content: Path,  # noqa: F811
    authority: Authority,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It dies before and after the mail server has a mail, and while half of a schedule has arrived."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    content = Path(shutil.copytree(mail_content, tmp_path / "content"))
    asked = threading.Event()
    replies = {"rosa@sample.example": "RCPT silence"}

    def reply(recipient: str) -> str:
        if recipient in replies:
            asked.set()
        return replies.get(recipient, "none")

    running: list[subprocess.Popen[str]] = []

    def server() -> subprocess.Popen[str]:
        running.append(start_server(folder, 8443, settings=f"content: {content}\n"))
        return running[-1]

    with Relay(reply, authority.relay()) as relay:
        with (content / "clinic.yaml").open("a") as clinic:
            clinic.write(BLOCK.format(port=relay.port, ca=authority.pem))
        try:
            process = server()
            nurse, lead = browser(folder, "akeller"), browser(folder, "jrivera")
            rosa = mail(nurse, "Rosa Sample", "00418823", "rosa@sample.example")
            ada = mail(nurse, "Ada Cole", "0017", "ada@sample.example")
            assert lead.post("/outboxes/own/send", {}).status == 303
            with closing(begin(lead, "/schedules", as_csv([patient(1)]).encode() + b"x" * 100_000, 50_000)):
                assert asked.wait(60)
                stop(process, signal.SIGKILL)  # the mail server has no mail yet
            assert relay.accepted == []

            process = server()
            assert locked(lead) and locked(nurse)
            page = lead.get("/outboxes/own").text
            assert f"{rosa} Waiting to be sent" in page and f"{ada} Waiting to be sent" in page
            assert "What would be made" in send(lead, as_csv([patient(1)]), "2026-12-07").text
            replies["rosa@sample.example"] = "dot silence"
            assert lead.post("/outboxes/own/send", {}).status == 303
            wait_until(lambda: relay.accepted)
            cancelling = f"csrf={nurse.csrf}&packet={ada}&decision=cancel".encode()
            with closing(begin(nurse, "/outboxes/own/decide", cancelling, len(cancelling))):
                stop(process, signal.SIGKILL)  # the mail server has the mail and has not said so

            process = server()
            assert locked(lead)
            page = lead.get("/outboxes/own").text
            assert f"{rosa} Delivery unknown" in page.split("All other mail")[0]
            is_cancelled = f"{ada} Cancelled" in page
            assert is_cancelled or f"{ada} Waiting to be sent" in page
            page = lead.get("/outboxes/own").text if is_cancelled else sent(lead).text
            assert f"{rosa} Delivery unknown" in page and (is_cancelled or f"{ada} Sent" in page)
        finally:
            for process in running:
                stop(process)
    recipients = [mail.recipients[0] for mail in relay.accepted]
    assert recipients == ["rosa@sample.example", "ada@sample.example"][: 1 if is_cancelled else 2]
    assert verify_audit(folder / "days" / "audit.jsonl").problems == ()
    assert [path.name for path in (folder / "days").iterdir()] == ["audit.jsonl"], "nothing of the half schedule"
