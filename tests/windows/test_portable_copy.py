"""Run the zip of `make windows` with Windows Python under Wine, and compare the results with Linux."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from packets.cli import main
from packets.web.server import WebServer
from tests.batch.day import Day, Outcome, patient
from tests.clock import now
from tests.mail.conftest import Authority, authority  # noqa: F401  a fixture
from tests.mail.day import mailed
from tests.mail.faults import AcceptedMail, Relay
from tests.mail.test_command import BLOCK
from tests.samples import CONTENT
from tests.web.client import Client
from tests.web.test_schedule import send as send_schedule
from tests.web.test_schedule import start as start_batch
from tests.windows.wine import Windows, finish, kill, seen, wait_until

pytestmark = [
    pytest.mark.system("/usr/lib/wine/wine64"),
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.xdist_group("windows"),  # one Wine prefix for all of them
]

HOLD_THE_FOLDER = """
import datetime, pathlib, sys
from packets.storage.lock import FolderLock
with FolderLock(pathlib.Path(sys.argv[1]), datetime.datetime(2026, 12, 7, 9, 30)):
    print("holding", flush=True)
    sys.stdin.read()
"""


class OnWindows(Day):
    """A surgery day whose batch runs under Wine, with the content of the zip."""

    windows: Windows

    def run(self, *more: str) -> Outcome:
        return self.windows.run(*self.words(*more))

    def words(self, *more: str | Path) -> list[str | Path]:
        return ["batch", self.schedule, "-o", self.folder, "--site-key", self.key, "--jobs", "2", *more]


@pytest.fixture
def day(windows: Windows, tmp_path: Path) -> OnWindows:
    (tmp_path / "windows").mkdir()
    day = OnWindows(tmp_path / "windows", CONTENT)
    day.windows = windows
    return day


@pytest.fixture
def on_linux(day: OnWindows, tmp_path: Path) -> Callable[[], Day]:
    """Make the packets of the same schedule on Linux."""

    def make() -> Day:
        (tmp_path / "linux").mkdir()
        linux = Day(tmp_path / "linux", CONTENT)
        shutil.copyfile(day.schedule, linux.schedule)
        assert linux.run().code in (0, 3)
        return linux

    return make


def test_one_packet_is_the_same_file_as_on_linux(windows: Windows, day: OnWindows, tmp_path: Path) -> None:
    words = ["packet", "cervical-foraminotomy", "--surgery-date", "2026-12-07", "--collar", "yes", "--mrn", "00418823"]
    words += ["--surgeon", "Dr. Jane Sample", "--patient-name", "عمر Müller 李", "--quiet"]
    outcome = windows.run(*words, "--site-key", day.key, "-o", tmp_path / "windows.pdf")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert main.run([*words, "--site-key", str(day.key), "-o", str(tmp_path / "linux.pdf")], now) == 0
    assert (tmp_path / "windows.pdf").read_bytes() == (tmp_path / "linux.pdf").read_bytes()


def test_the_batch_file_is_the_command(windows: Windows, tmp_path: Path) -> None:
    listed = windows.batch_file(windows.copy / "packets.bat", "list")
    assert listed.code == 0 and "Foraminotomía cervical" in listed.out, listed
    refused = windows.batch_file(windows.copy / "packets.bat", "list", "--content", tmp_path / "missing")
    assert refused.code == 4 and "R01 the content folder does not exist" in refused.err


def test_a_shortcut_is_put_on_the_desktop(windows: Windows) -> None:
    outcome = windows.batch_file(windows.copy / "desktop-shortcut.bat")
    assert outcome.code == 0 and "Packets.lnk is on the desktop." in outcome.out, outcome
    assert (windows.home / "Packets.lnk").is_file()


def test_a_batch_is_the_same_files_as_on_linux(day: OnWindows, on_linux: Callable[[], Day]) -> None:
    rows = [patient(number) for number in range(9)]
    rows += [patient(20, patient_name="李 小龙"), patient(21, patient_name="عمر حداد"), patient(22, collar="perhaps")]
    day.write(rows)
    outcome = day.run()
    assert outcome.code == 3 and "11 new" in outcome.out and "1 refused" in outcome.out, outcome
    assert day.bytes() == on_linux().bytes()
    assert day.leftovers() == []
    again = day.run()
    assert again.code == 3 and "11 unchanged" in again.out, again


def test_a_killed_batch_resumes(windows: Windows, day: OnWindows, on_linux: Callable[[], Day]) -> None:
    day.write([patient(number) for number in range(40)])
    process = windows.start(*day.words())
    try:
        wait_until(lambda: day.folder.is_dir() and len(day.packets()) >= 5)
    finally:
        kill(process)
    assert len(day.packets()) < 40
    outcomes = []

    def ended() -> bool:
        """Wait until Wine has released the lock of the killed process."""
        outcomes.append(day.run())
        return outcomes[-1].code != 75

    wait_until(ended)
    assert outcomes[-1].code == 0, outcomes[-1]
    assert day.bytes() == on_linux().bytes()
    assert day.leftovers() == []


def test_a_folder_in_use_is_refused(windows: Windows, day: OnWindows) -> None:
    day.write([patient(1)])
    day.folder.mkdir()
    holder = windows.python("-c", HOLD_THE_FOLDER, day.folder)
    assert holder.stdout is not None and holder.stdout.readline().strip() == "holding"
    outcome = day.run()
    assert outcome.code == 75
    message = r"W11 another run is working in this folder \(process \d+, started 2026-12-07 09:30\)\n"
    assert re.search(message, outcome.err), outcome.err
    assert finish(holder).code == 0
    assert day.run().code == 0


def test_unsupported_options_are_refused_on_windows(windows: Windows, day: OnWindows, tmp_path: Path) -> None:
    day.write([patient(1)])
    printed = day.run("--print", "Ward-3")
    assert printed.code == 2 and "--print: N92 Packets cannot print by itself on Windows" in printed.err
    assert not day.folder.exists()
    share = windows.run("batch", day.schedule, "-o", "\\\\server\\share\\monday", "--site-key", day.key)
    assert share.code == 4 and "D06 the folder is on a network drive" in share.err, share
    missing = windows.run("handout", "cervical-foraminotomy", "-o", tmp_path / "missing" / "rack.pdf")
    assert missing.code == 5 and f'Make it first: mkdir "{seen(tmp_path / "missing")}"' in missing.err, missing


@pytest.fixture
def mail_content(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))


@pytest.fixture
def relay(mail_content: Path, authority: Authority) -> Iterator[Relay]:  # noqa: F811
    """Start a mail server with TLS that the content names."""
    with Relay(lambda _: "none", authority.relay()) as relay:
        _use(mail_content, relay.port, authority.pem)
        yield relay


def _use(content: Path, port: int, pem: Path) -> None:
    text = (CONTENT / "clinic.yaml").read_text("utf-8")
    block = BLOCK.format(port=port, ca=f"'{seen(pem)}'")
    (content / "clinic.yaml").write_text(text + block, "utf-8")


def test_a_batch_is_mailed_over_tls(
    windows: Windows,
    day: OnWindows,
    mail_content: Path,
    relay: Relay,
    authority: Authority,  # noqa: F811
    tmp_path: Path,
) -> None:
    day.write([mailed(1), mailed(2, email_consent="no")])
    made = windows.run(*day.words("--content", mail_content))
    assert made.code == 0, made
    known: list[str | Path] = [day.folder, "--schedule", day.schedule, "--content", mail_content, "--site-key", day.key]
    queued = windows.run("mail", "queue", *known)
    assert queued.code == 0 and "1 newly queued" in queued.out, queued
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "another.pem"))
    _use(mail_content, relay.port, tmp_path / "another.pem")
    untrusted = windows.run("mail", "send", *known)
    assert untrusted.code == 4 and "not from a trusted authority" in untrusted.err, untrusted
    assert relay.accepted == []
    _use(mail_content, relay.port, authority.pem)
    sent = windows.run("mail", "send", *known)
    assert (sent.code, sent.out) == (0, "1 sent. No mail is waiting.\n"), sent
    (mail,) = relay.accepted
    assert mail.encrypted and mail.recipients == ["person1@sample.example"]
    assert attached(mail) == (day.folder / f"{day.ids()[2]}.pdf").read_bytes()


def attached(mail: AcceptedMail) -> bytes:
    """Return the PDF of a mail."""
    message = email.message_from_bytes(mail.data, policy=email.policy.default)
    (pdf,) = (part for part in message.iter_attachments() if part.get_content_type() == "application/pdf")
    content: bytes = pdf.get_content()
    return content


@dataclass
class Desk:
    """The server under Wine, and a client with an open session."""

    process: subprocess.Popen[str]
    client: Client
    outbox: Path


@pytest.fixture
def desk(windows: Windows, day: OnWindows, mail_content: Path, relay: Relay, tmp_path: Path) -> Iterator[Desk]:
    outbox = tmp_path / "outbox"
    process = windows.start(
        "serve", "--no-browser", "--site-key", day.key, "--outbox", outbox, "--content", mail_content
    )
    try:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        client = Client(urlsplit(link).port or 0)
        assert client.come_in(link).status == 303, link
        yield Desk(process, client, outbox)
    finally:
        kill(process)


def test_the_web_form_makes_the_same_packet_as_on_linux(desk: Desk, day: OnWindows) -> None:
    made = desk.client.send()
    pictures = re.findall(r'<img src="([^"]+)"', made.body.decode())
    assert pictures and all(desk.client.get(picture).status == 200 for picture in pictures)
    page = WebServer(CONTENT, key_file=day.key, now=now)
    thread = threading.Thread(target=page.run)
    thread.start()
    try:
        on_linux = Client(page.port)
        on_linux.come_in(page.link())
        there = on_linux.send()
        for staff in (False, True):
            assert desk.client.pdf(made, staff=staff).body == on_linux.pdf(there, staff=staff).body
    finally:
        page.close()
        thread.join(30)


def test_the_web_form_makes_the_packets_of_a_schedule(desk: Desk, day: OnWindows, on_linux: Callable[[], Day]) -> None:
    rows = [patient(number) for number in range(4)]
    day.write(rows)
    page = send_schedule(desk.client, day.schedule.read_bytes(), seen(day.folder))
    assert "4 rows 4 new" in page.text, page.text
    done = start_batch(desk.client)
    assert "4 packets, " in done.text and "checked" in done.text, done.text
    made, expected = day.bytes(), on_linux().bytes()
    assert {name: made[name] for name in expected if name.endswith(".pdf")} == {
        name: digest for name, digest in expected.items() if name.endswith(".pdf")
    }
    opened = desk.client.post("/outboxes", {"folder": seen(day.folder)})
    outbox = desk.client.get(opened.goes_to) if opened.status == 303 else opened
    assert outbox.status == 200 and "Something went wrong" not in outbox.text, outbox.text


def test_the_web_form_mails_a_packet(
    windows: Windows, desk: Desk, day: OnWindows, mail_content: Path, relay: Relay
) -> None:
    made = desk.client.send(status="performed", mrn="00418824")
    pdf = desk.client.pdf(made).body
    form = re.search(rb'href="(/packets/[\w-]+/mail)">E-mail<', made.body)
    assert form, made.text
    action = re.search(rb'action="(/packets/[\w-]+/mail)"', desk.client.get(form[1].decode()).body)
    assert action
    address = "rosa@sample.example"
    fields = {"email": address, "email_again": address, "email_consent": "yes"}
    queued = desk.client.post(action[1].decode(), fields)
    assert queued.status == 303, queued.text
    sent = windows.run("mail", "send", desk.outbox, "--content", mail_content, "--site-key", day.key)
    assert (sent.code, sent.out) == (0, "1 sent. No mail is waiting.\n"), sent
    (mail,) = relay.accepted
    assert mail.recipients == [address] and attached(mail) == pdf
    assert "Sent" in desk.client.get("/outboxes/own").text
