"""Test with a private instance of Postfix on 127.0.0.1 that it accepts our mail; skipped if it is not installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest

from packets.errors import InvalidInputError
from packets.mail.states import MailState
from tests.mail.conftest import Authority
from tests.mail.day import MailDay, mailed
from tests.programs import SYSTEM_PATHS

POSTFIX = shutil.which("postfix", path=SYSTEM_PATHS) or ""

pytestmark = [
    pytest.mark.system("postfix"),
    pytest.mark.xdist_group("postfix"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix can be started by root only"),
]

MAIN = """compatibility_level = 3.6
queue_directory = {place}/queue
data_directory = {place}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = relay.example
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = {place}/log/mail.log
maillog_file_prefixes = {place}
smtpd_tls_chain_files = {place}/relay.pem
smtpd_tls_security_level = encrypt
smtpd_relay_restrictions = permit_mynetworks, reject
message_size_limit = {limit}
default_transport = error:outside
virtual_mailbox_domains = sample.example
virtual_mailbox_maps = inline:{{ {{ person1@sample.example = all/ }}, {{ person3@sample.example = all/ }} }}
virtual_mailbox_base = {place}/boxes
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
SERVICES = """127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    place: Path
    port: int

    def mails(self, count: int) -> list[bytes]:
        """Return the delivered mails, once there are `count`."""
        for _ in range(200):
            files = sorted((self.place / "boxes" / "all" / "new").glob("*"))
            if len(files) >= count:
                break
            time.sleep(0.05)
        return [file.read_bytes() for file in files]

    def log(self) -> str:
        return (self.place / "log" / "mail.log").read_text("utf-8")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def postfix(authority: Authority) -> Iterator[Postfix]:
    import pwd

    # Not in pytest's own folders, which the user of Postfix cannot enter.
    place = Path(tempfile.mkdtemp(prefix="packets-postfix-"))
    place.chmod(0o755)
    owner = pwd.getpwnam("postfix")
    for name in ("queue", "data", "boxes", "log", "config"):
        (place / name).mkdir()
    for name in ("data", "boxes"):
        os.chown(place / name, owner.pw_uid, owner.pw_gid)
    authority.ca.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(place / "relay.pem"))
    port = free_port()
    values = {"place": place, "port": port, "uid": owner.pw_uid, "gid": owner.pw_gid, "limit": 300_000}
    (place / "config" / "main.cf").write_text(MAIN.format(**values))
    (place / "config" / "master.cf").write_text(SERVICES.format(**values))
    run = [POSTFIX, "-c", str(place / "config")]
    started = subprocess.run([*run, "start"], capture_output=True, text=True, timeout=60, check=False)
    try:
        assert started.returncode == 0, started.stderr
        yield Postfix(place, port)
    finally:
        subprocess.run([*run, "stop"], capture_output=True, timeout=60, check=False)
        shutil.rmtree(place, ignore_errors=True)


def test_postfix_accepts_known_recipients_and_rejects_others(
    postfix: Postfix, day: MailDay, authority: Authority
) -> None:
    day.settings = authority.settings(postfix.port)
    day.make([mailed(1), mailed(2), mailed(3)])
    day.queue()
    done = day.send(day.patient_transport())
    assert done.count(MailState.SENT) == 2, postfix.log()
    assert day.states_of_mail() == ["sent", "rejected", "sent"]  # Postfix knows no person2
    delivered = postfix.mails(2)
    messages = [message_from_bytes(mail) for mail in delivered]
    assert sorted(str(message["To"]) for message in messages) == ["person1@sample.example", "person3@sample.example"]
    for sent in day.messages():
        if sent.state == "sent":
            assert (
                f"message-id={sent.message_id}" in postfix.log()
            )  # staff search the log for it if the outcome is unknown
    for message in messages:
        attached = [part for part in message.walk() if part.get_content_type() == "application/pdf"]
        assert len(attached) == 1


def test_a_mail_that_is_too_big_for_postfix_is_rejected(postfix: Postfix, day: MailDay, authority: Authority) -> None:
    config = postfix.place / "config" / "main.cf"
    config.write_text(config.read_text().replace("message_size_limit = 300000", "message_size_limit = 20000"))
    subprocess.run([POSTFIX, "-c", str(config.parent), "reload"], capture_output=True, timeout=60, check=True)
    day.settings = authority.settings(postfix.port)
    day.make([mailed(1)])
    day.queue()
    for _ in range(20):  # the reload takes a moment
        day.send(day.patient_transport())
        if day.states_of_mail() == ["rejected"]:
            break
    assert day.states_of_mail() == ["rejected"]


def test_postfix_with_a_certificate_for_another_name_gets_nothing(
    postfix: Postfix, day: MailDay, authority: Authority
) -> None:
    day.settings = authority.settings(postfix.port, host="localhost")  # its certificate says 127.0.0.1
    day.make([mailed(1)])
    day.queue()
    with pytest.raises(InvalidInputError, match=r"X03 .* its certificate is for another server"):
        day.send(day.patient_transport())
    assert postfix.mails(0) == []
