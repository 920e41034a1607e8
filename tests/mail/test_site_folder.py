"""Two users of one clinic with one key and one registry do not mail a patient twice."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from packets.errors import ExitCode
from tests.batch.day import Outcome
from tests.clock import now
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, mailed
from tests.mail.faults import Relay
from tests.mail.test_command import CommandLine

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def relay(authority: Authority) -> Iterator[Relay]:
    with Relay(lambda _: "none", authority.relay()) as relay:
        yield relay


class User(CommandLine):
    """A user with their own settings and state folder, and no --site-key."""

    def __init__(self, name: str, day: MailDay, content: Path, ca: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(day, content, ca)
        self.name, self.patch, self.home = name, patch, day.place / name

    def type(self, *words: str) -> Outcome:
        import io
        from contextlib import redirect_stderr, redirect_stdout

        from packets.cli import main

        self.patch.setenv("XDG_STATE_HOME", str(self.home / "state"))
        self.patch.setenv("XDG_CONFIG_HOME", str(self.home / "config"))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main.run([*words, "--content", str(self.content)], now)
        return Outcome(int(code), out.getvalue(), err.getvalue())

    def batch(self) -> Outcome:
        return self.type("batch", str(self.day.schedule), "-o", str(self.day.folder), "--quiet")


@pytest.fixture
def users(
    tmp_path: Path, mail_content: Path, authority: Authority, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> tuple[User, User]:
    """Set up two users, each with a batch folder of the same patient, and the clinic's content."""
    content = tmp_path / "content"
    shutil.copytree(mail_content, content)
    users = []
    for name in ("ann", "ben"):
        place = tmp_path / f"place-{name}"
        place.mkdir()
        day = MailDay(place, content, authority.settings(relay.port))
        day.write([mailed(1)])
        user = User(name, day, content, authority.pem, monkeypatch)
        users.append(user)
    users[1].content = users[0].content
    users[0].relay_at(relay.port)
    return users[0], users[1]


def share(user: User, folder: Path) -> Path:
    """Set up a folder with a key for all users."""
    folder.mkdir()
    key = folder / "site.key"
    key.write_text("5a" * 32)
    key.chmod(0o640)
    clinic = user.content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8") + f"  site_folder: {folder}\n", "utf-8")
    return folder


def to(relay: Relay) -> list[str]:
    return [recipient for mail in relay.accepted for recipient in mail.recipients]


def test_a_second_user_does_not_mail_a_patient_again(users: tuple[User, User], relay: Relay) -> None:
    ann, ben = users
    folder = share(ann, ann.day.place / "srv")
    for user in users:
        assert user.batch().code == ExitCode.OK
    assert ann.day.ids() == ben.day.ids()  # one key
    assert "1 newly queued" in ann.mail("queue").out
    assert "1 newly queued" in ben.mail("queue").out  # neither is sent yet
    sent = ann.mail("send")
    assert (sent.code, "not known" in sent.err or "Only mail that" in sent.err) == (ExitCode.OK, False)
    held = ben.mail("send")
    assert held.code == ExitCode.SOME_ROWS_FAILED
    assert "H15 a packet for this operation was mailed from another folder" in held.err
    assert to(relay) == ["person1@sample.example"]
    assert stat.S_IMODE((folder / "mail.db").stat().st_mode) == 0o660
    assert not (ann.home / "state").exists() and not (ann.home / "config").exists()


def test_without_a_shared_folder_the_output_says_that_other_users_are_unknown(
    users: tuple[User, User], relay: Relay
) -> None:
    ann, _ = users
    assert ann.batch().code == ExitCode.OK
    line = "Only mail that you sent from this computer is known here. See docs/mail.md, several users.\n"
    assert ann.mail("queue").err == line
    assert ann.mail("send").err == line
    assert ann.mail("send", "--quiet").err == ""
    assert to(relay) == ["person1@sample.example"]


def test_a_computer_without_the_shared_folder_sends_nothing(users: tuple[User, User], relay: Relay) -> None:
    ann, _ = users
    folder = share(ann, ann.day.place / "srv")
    assert ann.batch().code == ExitCode.OK
    assert ann.mail("queue").code == ExitCode.OK
    folder.rename(ann.day.place / "elsewhere")
    refused = ann.mail("send")
    assert refused.code == ExitCode.INVALID_INPUT
    assert "K80 the key that all users share is not in the folder that clinic.yaml names" in refused.err
    with_key = ann.mail("send", "--site-key", str(ann.day.key))
    assert with_key.code == ExitCode.INVALID_INPUT
    assert "X81 the folder of the site's registry, named in clinic.yaml, is not on this computer" in with_key.err
    assert relay.accepted == []


def test_another_key_is_refused_by_the_shared_registry(users: tuple[User, User], relay: Relay) -> None:
    ann, ben = users
    share(ann, ann.day.place / "srv")
    assert ann.batch().code == ExitCode.OK
    assert ann.mail("queue").code == ExitCode.OK
    other = ben.day.place / "other.key"
    other.write_text("6b" * 32)
    other.chmod(0o600)
    ben.type("batch", str(ben.day.schedule), "-o", str(ben.day.folder), "--quiet", "--site-key", str(other))
    refused = ben.mail("queue", "--site-key", str(other))
    assert refused.code == ExitCode.INVALID_INPUT
    assert "X82 the site's registry belongs to another key" in refused.err


def test_a_folder_of_the_shared_registry_is_refused_without_it(users: tuple[User, User], relay: Relay) -> None:
    ann, _ = users
    folder = share(ann, ann.day.place / "srv")
    assert ann.batch().code == ExitCode.OK
    assert ann.mail("queue").code == ExitCode.OK
    clinic = ann.content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8").replace(f"  site_folder: {folder}\n", ""), "utf-8")
    for what in ("list", "send"):
        refused = ann.mail(what)
        assert refused.code == ExitCode.INVALID_INPUT
        assert f"X83 the mails of this folder are in the registry in {folder}" in refused.err
    assert relay.accepted == []


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_shared_key_may_be_readable_by_its_group_only(users: tuple[User, User]) -> None:
    ann, _ = users
    folder = share(ann, ann.day.place / "srv")
    (folder / "site.key").chmod(0o644)
    assert "K05 other people can read the site key" in ann.batch().err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become two other users")
def test_two_users_of_one_group_write_to_the_shared_registry() -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        # The checkout may be in a folder that only root can enter: /root.
        shutil.copytree(CHECKOUT / "packets", Path(place) / "packets", ignore=shutil.ignore_patterns("__pycache__"))
        folder = Path(place) / "srv"
        folder.mkdir()
        os.chown(folder, 0, GROUP)
        folder.chmod(0o2770)
        assert [mails_after_adding_one_as(user, folder) for user in (4001, 4002, 4001)] == [1, 2, 3]


GROUP = 4242


def mails_after_adding_one_as(user: int, folder: Path) -> int:
    """Add a mail as another user, whose files are private by default; return the number of mails."""
    import subprocess
    import sys

    script = """
import os, secrets, sys
from pathlib import Path
from packets.mail.mail_ledger import Message
from packets.mail.registry import SentMailRegistry
os.umask(0o077)
os.setgroups([int(sys.argv[3])])
os.setgid(int(sys.argv[1]))
os.setuid(int(sys.argv[1]))
registry = SentMailRegistry(Path(sys.argv[2]), site=b"site")
mark = secrets.token_bytes(16)
message = Message(0, mark, "", b"p", b"e", b"d", b"a", "", "", "", 0, 0, "", "", "", "")
with registry.locked():
    registry.add(message)
print(len(registry.mail_to_patient(b"p")))
registry.close()
"""
    words = [sys.executable, "-c", script, str(user), str(folder), str(GROUP)]
    ran = subprocess.run(words, cwd=folder.parent, check=False, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return int(ran.stdout)
