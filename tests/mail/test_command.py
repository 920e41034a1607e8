"""The commands as they are typed, their exit codes, the document, and that nothing of a patient leaks."""

from __future__ import annotations

import io
import re
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from packets.app import cli
from packets.domain.mail import MailSettings
from packets.jobs.transport import Outcome as Fate
from packets.jobs.transport import Phase, Verdict
from packets.output.lock import FolderLock
from tests.clock import NOW, now
from tests.jobs.day import CHECKOUT, Outcome
from tests.mail.conftest import Authority
from tests.mail.day import START, MailDay, Paper, mailed
from tests.mail.faults import Relay
from tests.mail.test_outbox_one import Office

BLOCK = """
mail:
  host: 127.0.0.1
  port: {port}
  tls: starttls
  from: care@clinic.example
  per_minute: 600
  ca_file: {ca}
"""


class Desk:
    """Somebody who types commands in a folder of their own."""

    def __init__(self, day: MailDay, content: Path, ca: Path) -> None:
        self.day, self.ca = day, ca
        self.content = day.place / "content"
        import shutil

        shutil.copytree(content, self.content)
        self.clinic = (self.content / "clinic.yaml").read_text("utf-8")
        self.said = ""

    def relay_at(self, port: int) -> None:
        (self.content / "clinic.yaml").write_text(self.clinic + BLOCK.format(port=port, ca=self.ca), "utf-8")

    def type(self, *words: str) -> Outcome:
        known = ["--site-key", str(self.day.key)]
        if words[0] == "batch" or words[1] in ("queue", "send"):
            known += ["--content", str(self.content)]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.run([*words, *known], now)
        self.said += out.getvalue() + err.getvalue()
        return Outcome(int(code), out.getvalue(), err.getvalue())

    def mail(self, what: str, *words: str) -> Outcome:
        more = ("--schedule", str(self.day.schedule)) if what in ("queue", "send") else ()
        return self.type("mail", what, str(self.day.folder), *words, *more)


@pytest.fixture
def desk(
    day: MailDay, mail_content: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Desk:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.chdir(tmp_path)
    return Desk(day, mail_content, authority.pem)


@contextmanager
def relay_for(desk: Desk, authority: Authority, faults: dict[str, str] | None = None) -> Iterator[Relay]:
    with Relay(lambda to: (faults or {}).get(to, "none"), authority.relay()) as relay:
        desk.relay_at(relay.port)
        yield relay


ALONE = "Only mails that you sent from this computer are known here. docs/mail.md: several users\n"


def test_queue_list_send_show(desk: Desk, authority: Authority) -> None:
    with relay_for(desk, authority) as relay:
        desk.day.make(
            [mailed(1), mailed(2, email_consent="no"), mailed(3, email="s@x.example"), mailed(4, email="s@x.example")]
        )
        ids = desk.day.ids()
        assert desk.mail("send").out == "Nothing is in the queue. To fill it: mail queue\n"
        queued = desk.mail("queue")
        assert (queued.code, queued.err) == (0, ALONE)
        assert queued.out == (
            f"held      {ids[3]}  row 3: H01 no consent to mail is recorded.\n"
            f"held      {ids[4]}  row 4: H11 several patients have this address. A person may let it pass: --release.\n"
            f"held      {ids[5]}  row 5: H11 several patients have this address. A person may let it pass: --release.\n"
            "1 new in the queue, 0 were there, 0 sent before, 3 held, 0 taken out.\n"
        )
        without = desk.mail("queue", "--release", ids[3], "--because", "asked-again")
        assert (without.code, without.err) == (
            3,
            f"{ALONE}{ids[3]} was not let out: this has to be put right first.\n",
        )
        assert desk.mail("list").out == f"{ids[2]}  queued     p***@s***.example\n"
        dry = desk.mail("send", "--dry-run")
        assert dry.out.endswith("1 would go out now. Nothing was sent: this was a dry run.\n")
        assert relay.connections == 0
        sent = desk.mail("send")
        assert (sent.code, sent.out, sent.err) == (0, "1 sent. None is waiting.\n", ALONE)
        shown = desk.mail("show", ids[2]).out
        assert re.search(r"committing -> sent at dot, the relay said 250  \(relay\)\n$", shown)
        assert len(relay.taken) == 1


def test_unknown_is_7_and_refused_for_good_is_3(desk: Desk, authority: Authority) -> None:
    faults = {"person1@sample.example": "dot closed", "person2@sample.example": "RCPT 550"}
    with relay_for(desk, authority, faults) as relay:
        desk.day.make([mailed(1)])
        first = desk.day.ids()[2]
        desk.mail("queue")
        sent = desk.mail("send")
        assert sent.code == 7
        assert f"  {first}  Message-ID <" in sent.err
        assert f"mail resolve {desk.day.folder} {first} --not-delivered" in sent.err
        assert desk.mail("list").code == 7
        assert len(relay.taken) == 1
        assert desk.mail("resolve", first).code == 2
        assert desk.mail("resolve", first, "--delivered").out == f"{first}  sent\n"
        desk.day.make([mailed(1), mailed(2)])
        desk.mail("queue")
        refused = desk.mail("send")
        assert refused.code == 3
        assert "p***@s***.example: rejected; see: mail show" in refused.err


def test_what_does_not_go_out_after_all_is_3_and_says_why(desk: Desk, authority: Authority) -> None:
    with relay_for(desk, authority) as relay:
        desk.day.make([mailed(1), mailed(2)])
        desk.mail("queue")
        desk.day.make([mailed(1, email_consent="no"), mailed(2)])
        ids = desk.day.ids()
        why = (
            f"{ids[2]}  does not go out. row 2: H01 no consent to mail is recorded. "
            "Correct the row of the schedule, make its packets again, and queue the mails again.\n"
        )
        dry = desk.mail("send", "--dry-run")
        assert (dry.code, dry.err) == (0, why)
        sent = desk.mail("send")
        assert (sent.code, sent.err) == (3, why + ALONE)
        assert sent.out == "1 cancelled, 1 sent. None is waiting.\n"
        assert "queued -> cancelled: H01 no consent to mail is recorded" in desk.mail("show", ids[2]).out
        assert len(relay.taken) == 1


def test_after_a_crash_the_list_is_7(desk: Desk) -> None:
    class Crash(BaseException):
        pass

    def dies(_: str, __: bytes, before_dot: Callable[[], None]) -> None:
        before_dot()
        raise Crash

    desk.relay_at(1)
    desk.day.make([mailed(1)])
    desk.mail("queue")
    carrier = Paper(lambda _: Verdict(Fate.SENT, Phase.DOT, 250))
    carrier.deliver = dies  # type: ignore[assignment,method-assign]
    desk.day.clock.now = NOW
    desk.day.state = desk.day.place / "state" / "packets"
    with pytest.raises(Crash):
        desk.day.send(carrier)
    listed = desk.mail("list")
    assert listed.code == 7
    assert "  unknown " in listed.out and "  Message-ID <" in listed.err


def test_a_bad_certificate_is_4(desk: Desk, authority: Authority) -> None:
    with Relay(lambda _: "none", authority.relay("other.example")) as relay:
        desk.relay_at(relay.port)
        desk.day.make([mailed(1)])
        desk.mail("queue")
        refused = desk.mail("send")
        assert refused.code == 4
        assert "its certificate is another machine's. Nothing was sent" in refused.err
        assert relay.taken == []


def test_no_settings_is_4_and_a_second_sender_is_75(desk: Desk) -> None:
    desk.day.make([mailed(1)])
    assert "X28 there are no settings for mail" in desk.mail("queue").err
    desk.relay_at(1)
    with FolderLock(desk.day.folder, START):
        assert desk.mail("queue").code == 75
        assert desk.mail("send").code == 75


def test_what_is_typed_wrongly_is_2(desk: Desk) -> None:
    desk.relay_at(1)
    desk.day.make([mailed(1)])
    folder = desk.day.folder
    said = {
        ("queue", "--release", "7KQ4-M2F4"): (
            "--release: U31 --release and --because belong together\n    Type both: --release PACKET --because "
            "rescheduled|corrected|address-checked|shared-address|asked-again\n"
        ),
        ("resolve", "7KQ4-M2F4"): (
            "--delivered: U33 what became of it is missing\n"
            "    Look for its Message-ID in the relay's log. Found: --delivered, else: --not-delivered\n"
        ),
        ("purge", "--older-than", "soon"): (
            "--older-than: U34 this is not a number of days\n    Write it like this: 30d\n"
        ),
        ("show", "7KQ4-M2F4"): f"{folder}: X32 there is no mail of this packet\n    `mail list` shows the ids.\n",
    }
    for words, message in said.items():
        typed = desk.mail(*words)
        assert (typed.code, typed.err) == (4 if words[0] == "show" else 2, message)
    (desk.content / "clinic.yaml").write_text(
        desk.clinic + BLOCK.format(port=1, ca=desk.ca) + "  user: packets\n", "utf-8"
    )
    assert desk.mail("send").err == (
        "--password-file: U32 the relay's password is missing\n"
        "    Put it on the first line of a file that only you can read: --password-file FILE\n"
    )


def outbox_of_the_page(desk: Desk, settings: MailSettings) -> str:
    """In the folder `mail`: a packet that waits, and one that is held, whose number it gives."""
    office = Office(desk.day.place, desk.content, settings)
    office.folder, office.state = desk.day.place / "mail", desk.day.place / "state" / "packets"
    office.clock.now = NOW
    assert office.put("family@sample.example").message is not None
    hold = office.put("family@sample.example", patient_name="Ada Abel", mrn="0017").hold
    assert hold is not None
    return hold.packet_id


def test_the_document_can_be_followed(desk: Desk, authority: Authority) -> None:
    text = (CHECKOUT / "docs" / "mail.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    commands = [shlex.split(line)[2:] for block in blocks for line in block.splitlines() if "generate.py" in line]
    assert len(commands) >= 9
    desk.day.schedule = desk.day.place / "monday.csv"
    desk.day.folder = desk.day.place / "monday"
    desk.day.write([mailed(1), mailed(2)])
    with relay_for(desk, authority, {"person1@sample.example": "dot reset"}) as relay:
        held = outbox_of_the_page(desk, authority.settings(relay.port))
        for words in commands:
            packet = held if words[2:3] == ["mail"] else desk.day.ids()[2] if words[0] == "mail" else ""
            if words[:2] == ["mail", "cancel"]:
                assert "deferred" in desk.mail("list").out or "queued" in desk.mail("list").out
            done = desk.type(*(packet if word == "7KQ4-M2F4" else word for word in words))
            wanted = 7 if words == ["mail", "send", "monday", "--schedule", "monday.csv"] else 0
            assert done.code == wanted, (words, done.err)


# ---- nothing leaks

CANARY = {"patient_name": "Canaria Zwitscher", "mrn": "CNRY7731", "email": "canaria.zwitscher@vogel.example"}
MARKS = [b"canaria", b"zwitscher", b"cnry7731", b"vogel"]


def test_nothing_of_the_patient_is_anywhere_but_in_the_pdf(
    desk: Desk, authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    temp = tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setattr("tempfile.tempdir", None)
    others = [
        mailed(2, email="bruno@sample.example", patient_name="Bruno\u202eCanaria"),  # refused by the batch
        mailed(3, email="canaria@vogel.example, other@vogel.example"),
    ]
    faults = {CANARY["email"]: "dot 554 with patient text"}
    with relay_for(desk, authority, faults) as relay:
        desk.day.write([mailed(1, **CANARY), *others])
        desk.type("batch", str(desk.day.schedule), "-o", str(desk.day.folder))
        ids = desk.day.ids()
        desk.mail("queue")
        desk.mail("list")
        desk.mail("list", "--json")
        assert desk.mail("send", "--dry-run").code == 0
        assert desk.mail("send").code == 3  # and the relay's answer held the patient's name
        desk.mail("show", ids[2])
        faults.clear()
        desk.mail("queue", "--release", ids[2], "--because", "asked-again")
        assert desk.mail("send").code == 0
        (taken,) = relay.taken
    packet = desk.type("packet", "cervical-foraminotomy", "--mrn", CANARY["mrn"], "--patient-name",
                       CANARY["patient_name"], "--surgeon", "Dr. S", "--surgery-date", "2026-12-07", "--collar", "yes",
                       "-o", str(tmp_path / "one.pdf"), "--content", str(desk.content))  # fmt: skip
    assert packet.code == 0
    assert found_in(desk.said.encode()) == []
    head = taken.data.partition(b"\r\n\r\n")[0]
    assert found_in(head.replace(f"To: {CANARY['email']}".encode(), b"")) == []
    mail_text = taken.data.partition(b"Content-Type: application/pdf")[0].replace(head, b"")
    assert found_in(mail_text) == []
    schedule = {desk.day.schedule}
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
    for database in (desk.day.folder / "ledger.db", tmp_path / "state" / "packets" / "mail.db"):
        db = sqlite3.connect(database)
        assert found_in("\n".join(db.iterdump()).encode()) == []
        db.close()
    # What is looked for can be found: it stands on the pages, and in the schedule.
    from packets.output.readback import read

    assert "Canaria" in read((desk.day.folder / f"{ids[2]}.pdf").read_bytes())[0]
    assert found_in(desk.day.schedule.read_bytes()) != []


def found_in(data: bytes) -> list[bytes]:
    return [mark for mark in MARKS if mark in data.lower() or mark in data.replace(b"=\r\n", b"").lower()]


def metadata_of(file: Path) -> bytes:
    import pikepdf

    with pikepdf.open(file) as pdf:
        info = [str(value) for value in pdf.docinfo.values()]
        metadata = pdf.Root.Metadata.read_bytes() if "/Metadata" in pdf.Root else b""
        return " ".join(info).encode() + metadata


def test_ctrl_c_lets_the_mail_that_is_on_its_way_finish(desk: Desk, authority: Authority) -> None:
    import os
    import signal

    def press(recipient: str) -> str:
        if recipient:
            os.kill(os.getpid(), signal.SIGINT)
        return "none"

    desk.day.make([mailed(1), mailed(2)])
    with Relay(press, authority.relay()) as relay:
        desk.relay_at(relay.port)
        desk.mail("queue")
        stopped = desk.mail("send")
        assert stopped.code == 130
        assert len(relay.taken) == 1
    assert re.findall("sent|queued", desk.mail("list").out) == ["sent", "queued"]
