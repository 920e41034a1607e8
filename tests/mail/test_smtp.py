"""Test that every relay failure has the right outcome and that an untrusted relay gets nothing."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from packets.errors import ExitCode, InvalidInputError
from packets.mail.smtp import DeliveryResult, Outcome, Phase, SmtpTransport, read_relay_password, tls_context
from packets.model.mail_settings import Tls
from tests.mail.conftest import Authority, authority_in
from tests.mail.faults import FAILURES, PATIENT_TEXT, Relay

MAIL = b"From: care@clinic.example\r\nTo: rosa@sample.example\r\nSubject: s\r\n\r\n.a dot\r\n..\r\nend\r\n"
TO = "rosa@sample.example"


class Dot:
    """Count how often `before_dot` was called, just before the final dot."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


@contextmanager
def sender(authority: Authority, relay: Relay, **changes: Any) -> Iterator[SmtpTransport]:
    settings = authority.settings(relay.port, **changes)
    transport = SmtpTransport(settings, tls_context(settings), "secret", step_s=0.6, dot_s=0.6)
    yield transport
    transport.close()


def test_there_are_enough_failures_to_try() -> None:
    assert len(FAILURES) >= 17
    assert {"sent", "deferred", "rejected", "unknown"} == {state for _, state, _ in FAILURES.values()}


@pytest.mark.parametrize("failure", FAILURES)
def test_each_relay_failure_has_the_right_outcome(failure: str, authority: Authority) -> None:
    accepted, state, phase = FAILURES[failure]
    # More than the socket buffers hold, or the whole body could be sent before the relay resets the connection.
    data = MAIL + b"and more\r\n" * 2_000_000 if failure == "body reset" else MAIL
    with Relay(lambda _: failure, authority.relay()) as relay:
        dot = Dot()
        with sender(authority, relay) as transport:
            verdict = transport.deliver(TO, data, dot)
        assert (verdict.outcome, verdict.phase) == (state, phase)
        assert len(relay.accepted) == accepted
        assert dot.times == (phase == "dot")  # the dot is sent only after it was recorded
        assert PATIENT_TEXT.split()[0] not in repr(verdict)


def test_the_mail_arrives_unchanged_over_tls_with_leading_dots(authority: Authority) -> None:
    with Relay(lambda _: "none", authority.relay()) as relay:
        with sender(authority, relay) as transport:
            assert transport.deliver(TO, MAIL, Dot()) == DeliveryResult(Outcome.SENT, Phase.DOT, 250, "2.0.0")
            assert transport.deliver("max@sample.example", MAIL, Dot()).outcome is Outcome.SENT
        assert [mail.data for mail in relay.accepted] == [MAIL, MAIL]
        assert [mail.recipients for mail in relay.accepted] == [[TO], ["max@sample.example"]]
        assert all(mail.encrypted for mail in relay.accepted)
        assert relay.connections == 1
        assert relay.commands[0].casefold() == "ehlo clinic.example"  # not the name of this machine


def test_the_connection_is_kept_after_a_rejected_recipient(authority: Authority) -> None:
    failures = {"": "none", "bad@sample.example": "RCPT 550", TO: "none"}
    with Relay(lambda to: failures[to], authority.relay()) as relay:
        with sender(authority, relay) as transport:
            assert transport.deliver("bad@sample.example", MAIL, Dot()).outcome is Outcome.REJECTED
            assert transport.deliver(TO, MAIL, Dot()).outcome is Outcome.SENT
        assert relay.connections == 1
        assert len(relay.accepted) == 1


@pytest.mark.parametrize("failure", ["250, then closed", "dot silence", "dot 421"])
def test_a_closed_connection_is_opened_again(failure: str, authority: Authority) -> None:
    failures = {"": "none", "first@sample.example": failure, TO: "none"}
    with Relay(lambda to: failures[to], authority.relay()) as relay:
        with sender(authority, relay) as transport:
            transport.deliver("first@sample.example", MAIL, Dot())
            assert transport.deliver(TO, MAIL, Dot()).outcome is Outcome.SENT
        assert relay.connections == 2
        assert [mail.recipients for mail in relay.accepted][-1] == [TO]


def test_nothing_is_delivered_if_committing_cannot_be_recorded(authority: Authority) -> None:
    def cannot() -> None:
        raise OSError(28, "No space left on device")

    with Relay(lambda _: "none", authority.relay()) as relay, sender(authority, relay) as transport:
        assert transport.deliver(TO, MAIL, cannot).outcome is Outcome.DEFERRED
        assert relay.accepted == []


def test_a_relay_that_gives_up_before_the_dot_has_no_mail(authority: Authority) -> None:
    """`before_dot` may wait for another request that uses the outbox."""
    with Relay(lambda _: "none", authority.relay()) as relay, sender(authority, relay) as transport:
        delivered = transport.deliver(TO, MAIL, relay.hang_up)
        assert (delivered.outcome, delivered.phase, relay.accepted) == (Outcome.DEFERRED, Phase.BODY, [])


@pytest.mark.parametrize("tls", Tls)
@pytest.mark.parametrize(
    ("certificate", "reason"),
    [
        ("untrusted", "its certificate is not from a trusted authority"),
        ("expired", "its certificate has expired"),
        ("of another host", "its certificate is for another server"),
    ],
)
def test_a_relay_with_a_bad_certificate_gets_nothing(
    certificate: str, reason: str, tls: Tls, authority: Authority, tmp_path: Path
) -> None:
    context = {
        "untrusted": lambda: authority_in(tmp_path).relay(),
        "expired": lambda: authority.relay(expired=True),
        "of another host": lambda: authority.relay("mail.elsewhere.example"),
    }[certificate]()
    with Relay(lambda _: "none", context, implicit_tls=tls is Tls.IMPLICIT) as relay:
        with sender(authority, relay, tls=tls) as transport, pytest.raises(InvalidInputError) as refused:
            transport.deliver(TO, MAIL, Dot())
        assert str(refused.value) == (
            f"127.0.0.1:{relay.port}: X03 the mail server cannot be trusted: {reason}. Nothing was sent\n"
            "    Ask IT. Mail is never sent without a valid certificate. For the hospital's own authority, set ca_file."
        )
        assert refused.value.exit_code is ExitCode.INVALID_INPUT
        assert relay.accepted == []
        assert not any("MAIL" in line or TO in line for line in relay.commands)


@pytest.mark.parametrize("offers", [False, True])
def test_nothing_is_sent_when_the_relay_does_not_offer_tls(offers: bool, authority: Authority) -> None:
    with Relay(lambda _: "none", None, offers_tls=offers) as relay:
        with sender(authority, relay) as transport, pytest.raises(InvalidInputError) as refused:
            transport.deliver(TO, MAIL, Dot())
        assert str(refused.value) == (
            f"127.0.0.1:{relay.port}: X04 the mail server does not offer TLS: nothing was sent\n"
            "    Ask IT. An attacker between here and the mail server may have removed the offer."
        )
        assert relay.accepted == []


def test_old_tls_versions_are_refused(authority: Authority) -> None:
    context = authority.relay()
    with pytest.warns(DeprecationWarning):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Relay(lambda _: "none", context) as relay:
        with sender(authority, relay) as transport, pytest.raises(InvalidInputError, match="the TLS handshake failed"):
            transport.deliver(TO, MAIL, Dot())
        assert relay.accepted == []


def test_a_missing_certificate_file_is_refused(authority: Authority) -> None:
    with pytest.raises(InvalidInputError) as refused:
        tls_context(authority.settings(25, ca_file="/nowhere/ca.pem"))
    assert str(refused.value) == (
        "/nowhere/ca.pem: X01 the file with the certificates cannot be read\n"
        "    Write the path of a PEM file with the certificate of the mail server's certificate authority."
    )


def test_a_line_that_could_end_the_mail_early_is_refused(authority: Authority) -> None:
    with Relay(lambda _: "none", authority.relay()) as relay, sender(authority, relay) as transport:
        for data in (MAIL + b"\n.\n", MAIL + b"\r.\r\n", MAIL + b"no end"):
            with pytest.raises(ValueError, match="does not end with CR LF"):
                transport.deliver(TO, data, Dot())
        assert relay.connections == 0


class Inbox:
    def __init__(self) -> None:
        self.mails: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 queued"


def test_aiosmtpd_accepts_a_mail(authority: Authority) -> None:
    inbox = Inbox()
    server = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=authority.relay(),
        require_starttls=True,
        server_hostname="x",
    )
    with listening(server) as port:
        settings = authority.settings(port)
        transport = SmtpTransport(settings, tls_context(settings), step_s=5, dot_s=5)
        assert transport.deliver(TO, MAIL, Dot()).outcome is Outcome.SENT
        transport.close()
    assert inbox.mails == [("care@clinic.example", [TO], MAIL)]


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_login_with_right_and_wrong_password(password: str, authority: Authority) -> None:
    from aiosmtpd.smtp import AuthResult

    def judge(_server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(handled=False, success=data.login == b"packets" and data.password == b"right")

    inbox = Inbox()
    server = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=authority.relay(),
        auth_required=True,
        authenticator=judge,
        server_hostname="x",
    )
    with listening(server) as port:
        settings = authority.settings(port, user="packets")
        transport = SmtpTransport(settings, tls_context(settings), password, step_s=5, dot_s=5)
        if password == "right":
            assert transport.deliver(TO, MAIL, Dot()).outcome is Outcome.SENT
        else:
            with pytest.raises(InvalidInputError) as refused:
                transport.deliver(TO, MAIL, Dot())
            assert str(refused.value) == (
                f"127.0.0.1:{port}: X05 the mail server rejected the login: nothing was sent\n"
                "    Ask IT for the user name (clinic.yaml, mail: user) and the password (--password-file)."
            )
        transport.close()
    assert len(inbox.mails) == (password == "right")


@pytest.mark.parametrize("ways", ["", "GSSAPI NTLM"])
def test_a_relay_without_a_supported_login_method_gets_nothing(ways: str, authority: Authority) -> None:
    with Relay(lambda _: "none", authority.relay(), login_methods=ways) as relay:
        with sender(authority, relay, user="packets") as transport, pytest.raises(InvalidInputError, match="X05"):
            transport.deliver(TO, MAIL, Dot())
        assert relay.accepted == [] and not any("MAIL" in line for line in relay.commands)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def listening(server: Controller) -> Iterator[int]:
    server.start()
    try:
        yield server.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    finally:
        server.stop()


def test_the_password_file_must_be_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_bytes(b"hush\r\nmore")
    file.chmod(0o600)
    assert read_relay_password(file) == "hush"
    file.chmod(0o640)
    with pytest.raises(InvalidInputError) as refused:
        read_relay_password(file)
    assert str(refused.value) == (
        f"{file}: X06 other people can read the mail server's password\n"
        f"    Make it readable by you alone: chmod 600 {file}"
    )
    with pytest.raises(InvalidInputError) as refused:
        read_relay_password(tmp_path / "none")
    assert str(refused.value) == (
        f"{tmp_path / 'none'}: X02 the mail server's password cannot be read\n"
        "    Type the path of a file whose first line is the password, in ASCII characters"
    )
