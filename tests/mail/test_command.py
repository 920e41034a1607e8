"""The mail commands as typed, their exit codes, the documentation, and that no patient data leaks."""

from __future__ import annotations

import io
import re
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from packets.cli import main
from packets.mail.smtp import DeliveryResult, Phase
from packets.mail.smtp import Outcome as Fate
from packets.model.mail_settings import MailSettings
from packets.storage.lock import FolderLock
from tests.batch.day import CHECKOUT, Outcome
from tests.clock import NOW, now
from tests.mail.conftest import Authority
from tests.mail.day import START, MailDay, RecordingTransport, mailed
from tests.mail.faults import Relay
from tests.mail.test_web_outbox import Office

BLOCK = """
mail:
  host: 127.0.0.1
  port: {port}
  tls: starttls
  from: care@clinic.example
  per_minute: 600
  ca_file: {ca}
"""


class CommandLine:
    """A user who types commands in a folder of their own."""

    def __init__(self, day: MailDay, content: Path, ca: Path) -> None:
        self.day, self.ca = day, ca
        self.content = day.place / "content"
        import shutil

        shutil.copytree(content, self.content)
        self.clinic = (self.content / "clinic.yaml").read_text("utf-8")
        self.output = ""

    def relay_at(self, port: int) -> None:
        (self.content / "clinic.yaml").write_text(self.clinic + BLOCK.format(port=port, ca=self.ca), "utf-8")

    def type(self, *words: str) -> Outcome:
        options = ["--site-key", str(self.day.key)]
        if words[0] == "batch" or words[1] in ("queue", "send", "cancel"):
            options += ["--content", str(self.content)]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main.run([*words, *options], now)
        self.output += out.getvalue() + err.getvalue()
        return Outcome(int(code), out.getvalue(), err.getvalue())

    def mail(self, what: str, *words: str) -> Outcome:
        more = ("--schedule", str(self.day.schedule)) if what in ("queue", "send") else ()
        return self.type("mail", what, str(self.day.folder), *words, *more)


@pytest.fixture
def context(
    day: MailDay, mail_content: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> CommandLine:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path)
    return CommandLine(day, mail_content, authority.pem)


@contextmanager
def relay_for(context: CommandLine, authority: Authority, failures: dict[str, str] | None = None) -> Iterator[Relay]:
    with Relay(lambda to: (failures or {}).get(to, "none"), authority.relay()) as relay:
        context.relay_at(relay.port)
        yield relay


ALONE = "Only mail that you sent from this computer is known here. See docs/mail.md, several users.\n"


def test_queue_list_send_show(context: CommandLine, authority: Authority) -> None:
    with relay_for(context, authority) as relay:
        context.day.make(
            [mailed(1), mailed(2, email_consent="no"), mailed(3, email="s@x.example"), mailed(4, email="s@x.example")]
        )
        ids = context.day.ids()
        assert context.mail("send").out == "The queue is empty. To queue mail, use: mail queue\n"
        queued = context.mail("queue")
        assert (queued.code, queued.err) == (0, ALONE)
        assert queued.out == (
            f"held      {ids[3]}  row 3: H01 no consent to e-mail is recorded.\n"
            f"held      {ids[4]}  row 4: H11 more than one patient has this address. "
            "To send it anyway, use --release.\n"
            f"held      {ids[5]}  row 5: H11 more than one patient has this address. "
            "To send it anyway, use --release.\n"
            "1 newly queued, 0 already queued, 0 already sent, 3 held, 0 taken out.\n"
        )
        without = context.mail("queue", "--release", ids[3], "--because", "asked-again")
        assert (without.code, without.err) == (
            3,
            f"{ALONE}{ids[3]} was not queued: correct this first.\n",
        )
        assert context.mail("list").out == f"{ids[2]}  queued     p***@s***.example\n"
        dry = context.mail("send", "--dry-run")
        assert dry.out.endswith("1 would be sent now. Nothing was sent: this was a dry run.\n")
        assert relay.connections == 0
        sent = context.mail("send")
        assert (sent.code, sent.out, sent.err) == (0, "1 sent. No mail is waiting.\n", ALONE)
        shown = context.mail("show", ids[2]).out
        assert re.search(r"committing -> sent at dot, reply code 250  \(relay\)\n$", shown)
        assert len(relay.accepted) == 1


def test_exit_code_is_7_for_unknown_and_3_for_rejected(context: CommandLine, authority: Authority) -> None:
    failures = {"person1@sample.example": "dot closed", "person2@sample.example": "RCPT 550"}
    with relay_for(context, authority, failures) as relay:
        context.day.make([mailed(1)])
        first = context.day.ids()[2]
        context.mail("queue")
        sent = context.mail("send")
        assert sent.code == 7
        assert f"  {first}  Message-ID <" in sent.err
        assert f"mail resolve {context.day.folder} {first} --not-delivered" in sent.err
        assert context.mail("list").code == 7
        assert len(relay.accepted) == 1
        assert context.mail("resolve", first).code == 2
        assert context.mail("resolve", first, "--delivered").out == f"{first}  sent\n"
        context.day.make([mailed(1), mailed(2)])
        context.mail("queue")
        refused = context.mail("send")
        assert refused.code == 3
        assert "p***@s***.example: rejected; see: mail show" in refused.err


def test_a_mail_held_when_sent_is_reported_with_exit_code_3(context: CommandLine, authority: Authority) -> None:
    with relay_for(context, authority) as relay:
        context.day.make([mailed(1), mailed(2)])
        context.mail("queue")
        context.day.make([mailed(1, email_consent="no"), mailed(2)])
        ids = context.day.ids()
        why = (
            f"{ids[2]}  is held. row 2: H01 no consent to e-mail is recorded. "
            "Correct the row of the schedule, make its packets again, and queue the mails again.\n"
        )
        dry = context.mail("send", "--dry-run")
        assert (dry.code, dry.err) == (0, why)
        sent = context.mail("send")
        assert (sent.code, sent.err) == (3, why + ALONE)
        assert sent.out == "1 cancelled, 1 sent. No mail is waiting.\n"
        assert "queued -> cancelled: H01 no consent to e-mail is recorded" in context.mail("show", ids[2]).out
        assert len(relay.accepted) == 1


def test_a_packet_that_waited_for_a_mail_is_looked_at_again_when_the_mail_is_cancelled(context: CommandLine) -> None:
    context.relay_at(1)
    context.day.make([mailed(1, surgery_date="2026-11-23"), mailed(1), mailed(2, surgery_date="2026-11-23"), mailed(2)])
    ids = context.day.ids()
    assert f"held      {ids[3]}  row 3: H10" in context.mail("queue").out
    without = context.mail("cancel", ids[2])
    assert (without.code, without.out, without.err) == (
        0,
        f"{ids[2]}  cancelled\n",
        "Packets are held because of earlier mail. To queue those that can be mailed now:\n"
        f"  mail queue {context.day.folder} --schedule FILE\n",
    )
    cancelled = context.mail("cancel", ids[4], "--schedule", str(context.day.schedule))
    assert (cancelled.code, cancelled.out) == (0, f"{ids[4]}  cancelled\n")
    for row in (3, 5):
        assert (
            f"{ids[row]}  is held. row {row}: H16 the earlier mail was rejected, cancelled or too late."
            in cancelled.err
        )


def test_list_exits_with_7_after_a_crash(context: CommandLine) -> None:
    class Crash(BaseException):
        pass

    def dies(_: str, __: bytes, before_dot: Callable[[], None]) -> None:
        before_dot()
        raise Crash

    context.relay_at(1)
    context.day.make([mailed(1)])
    context.mail("queue")
    carrier = RecordingTransport(lambda _: DeliveryResult(Fate.SENT, Phase.DOT, 250))
    carrier.deliver = dies  # type: ignore[assignment,method-assign]
    context.day.clock.now = NOW
    context.day.state = context.day.place / "state" / "packets"
    with pytest.raises(Crash):
        context.day.send(carrier)
    listed = context.mail("list")
    assert listed.code == 7
    assert "  unknown " in listed.out and "  Message-ID <" in listed.err


def test_a_bad_certificate_exits_with_4(context: CommandLine, authority: Authority) -> None:
    with Relay(lambda _: "none", authority.relay("other.example")) as relay:
        context.relay_at(relay.port)
        context.day.make([mailed(1)])
        context.mail("queue")
        refused = context.mail("send")
        assert refused.code == 4
        assert "its certificate is for another server. Nothing was sent" in refused.err
        assert relay.accepted == []


def test_missing_settings_exit_with_4_and_a_second_sender_with_75(context: CommandLine) -> None:
    context.day.make([mailed(1)])
    assert "X28 there are no settings for mail" in context.mail("queue").err
    context.relay_at(1)
    with FolderLock(context.day.folder, START):
        assert context.mail("queue").code == 75
        assert context.mail("send").code == 75


def test_usage_errors_exit_with_2(context: CommandLine) -> None:
    context.relay_at(1)
    context.day.make([mailed(1)])
    folder = context.day.folder
    messages = {
        ("queue", "--release", "7KQ4-M2F4"): (
            "--release: U31 --release and --because must be used together\n    Type both: --release PACKET --because "
            "rescheduled|corrected|address-checked|shared-address|asked-again\n"
        ),
        ("resolve", "7KQ4-M2F4"): (
            "--delivered: U33 the outcome is missing\n"
            "    Look for its Message-ID in the mail server's log. If it is there: --delivered, else: --not-delivered\n"
        ),
        ("purge", "--older-than", "soon"): (
            "--older-than: U34 this is not a number of days\n    Write it this way: 30d\n"
        ),
        ("show", "7KQ4-M2F4"): f"{folder}: X32 there is no mail of this packet\n    `mail list` shows the ids.\n",
    }
    for words, message in messages.items():
        typed = context.mail(*words)
        assert (typed.code, typed.err) == (4 if words[0] == "show" else 2, message)
    (context.content / "clinic.yaml").write_text(
        context.clinic + BLOCK.format(port=1, ca=context.ca) + "  user: packets\n", "utf-8"
    )
    assert context.mail("send").err == (
        "--password-file: U32 the mail server's password is missing\n"
        "    Put it on the first line of a file that only you can read: --password-file FILE\n"
    )


def outbox_of_the_page(context: CommandLine, settings: MailSettings) -> str:
    """Make a web outbox in the folder `mail` with a queued and a held packet; return the id of the held one."""
    office = Office(context.day.place, context.content, settings)
    office.folder, office.state = context.day.place / "mail", context.day.place / "state" / "packets"
    office.clock.now = NOW
    assert office.put("family@sample.example").message is not None
    hold = office.put("family@sample.example", patient_name="Ada Abel", mrn="0017").hold
    assert hold is not None
    return hold.packet_id


def test_the_documented_commands_work(context: CommandLine, authority: Authority) -> None:
    text = (CHECKOUT / "docs" / "mail.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    commands = [shlex.split(line)[2:] for block in blocks for line in block.splitlines() if "generate.py" in line]
    assert len(commands) >= 9
    context.day.schedule = context.day.place / "today.csv"
    context.day.folder = context.day.place / "today"
    context.day.write([mailed(1), mailed(2)])
    with relay_for(context, authority, {"person1@sample.example": "dot reset"}) as relay:
        held = outbox_of_the_page(context, authority.settings(relay.port))
        for words in commands:
            words = ["mail" if word == "/home/nurse/packets/mail" else word for word in words]
            packet = held if words[2:3] == ["mail"] else context.day.ids()[2] if words[0] == "mail" else ""
            if words[:2] == ["mail", "cancel"]:
                assert "deferred" in context.mail("list").out or "queued" in context.mail("list").out
            done = context.type(*(packet if word == "7KQ4-M2F4" else word for word in words))
            expected = 7 if words == ["mail", "send", "today", "--schedule", "today.csv"] else 0
            assert done.code == expected, (words, done.err)


# ---- nothing leaks

CANARY = {"patient_name": "Canaria Zwitscher", "mrn": "CNRY7731", "email": "canaria.zwitscher@vogel.example"}
MARKS = [b"canaria", b"zwitscher", b"cnry7731", b"vogel"]


def test_patient_data_appears_only_in_the_pdf(
    context: CommandLine, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setattr("tempfile.tempdir", None)
    others = [
        mailed(2, email="bruno@sample.example", patient_name="Bruno\u202eCanaria"),  # refused by the batch
        mailed(3, email="canaria@vogel.example, other@vogel.example"),
    ]
    failures = {CANARY["email"]: "dot 554 with patient text"}
    with relay_for(context, authority, failures) as relay:
        context.day.write([mailed(1, **CANARY), *others])
        context.type("batch", str(context.day.schedule), "-o", str(context.day.folder))
        ids = context.day.ids()
        context.mail("queue")
        context.mail("list")
        context.mail("list", "--json")
        assert context.mail("send", "--dry-run").code == 0
        assert context.mail("send").code == 3  # and the relay's answer held the patient's name
        context.mail("show", ids[2])
        failures.clear()
        context.mail("queue", "--release", ids[2], "--because", "asked-again")
        assert context.mail("send").code == 0
        (mail,) = relay.accepted
    packet = context.type("packet", "cervical-foraminotomy", "--mrn", CANARY["mrn"], "--patient-name",
                       CANARY["patient_name"], "--surgeon", "Dr. S", "--surgery-date", "2026-12-07", "--collar", "yes",
                       "-o", str(tmp_path / "one.pdf"), "--content", str(context.content))  # fmt: skip
    assert packet.code == 0
    assert found_in(context.output.encode()) == []
    header = mail.data.partition(b"\r\n\r\n")[0]
    assert found_in(header.replace(f"To: {CANARY['email']}".encode(), b"")) == []
    mail_text = mail.data.partition(b"Content-Type: application/pdf")[0].replace(header, b"")
    assert found_in(mail_text) == []
    schedule = {context.day.schedule}
    looked = 0
    for file in sorted(tmp_path.rglob("*")):
        assert found_in(str(file.relative_to(tmp_path)).encode()) == [], "a name of a file"
        if file.is_file() and file not in schedule:
            looked += 1
            assert found_in(file.read_bytes()) == [], file.name
            if file.suffix == ".pdf":
                assert found_in(metadata_of(file)) == [], file.name
    assert looked > 8
    assert list(temp.iterdir()) == []
    for database in (context.day.folder / "ledger.db", tmp_path / "state" / "packets" / "mail.db"):
        db = sqlite3.connect(database)
        assert found_in("\n".join(db.iterdump()).encode()) == []
        db.close()
    # The search works: the name is on the pages and in the schedule.
    from packets.verify.extract_text import read

    assert "Canaria" in read((context.day.folder / f"{ids[2]}.pdf").read_bytes())[0]
    assert found_in(context.day.schedule.read_bytes()) != []


def found_in(data: bytes) -> list[bytes]:
    return [mark for mark in MARKS if mark in data.lower() or mark in data.replace(b"=\r\n", b"").lower()]


def metadata_of(file: Path) -> bytes:
    import pikepdf

    with pikepdf.open(file) as pdf:
        info = [str(value) for value in pdf.docinfo.values()]
        metadata = pdf.Root.Metadata.read_bytes() if "/Metadata" in pdf.Root else b""
        return " ".join(info).encode() + metadata


def test_ctrl_c_lets_the_current_mail_finish(context: CommandLine, authority: Authority) -> None:
    import os
    import signal

    def press_ctrl_c(recipient: str) -> str:
        if recipient:
            os.kill(os.getpid(), signal.SIGINT)
        return "none"

    context.day.make([mailed(1), mailed(2)])
    with Relay(press_ctrl_c, authority.relay()) as relay:
        context.relay_at(relay.port)
        context.mail("queue")
        stopped = context.mail("send")
        assert stopped.code == 130
        assert len(relay.accepted) == 1
    assert re.findall("sent|queued", context.mail("list").out) == ["sent", "queued"]
