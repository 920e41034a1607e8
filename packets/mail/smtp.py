"""A finished mail and one recipient in, what is known of it afterwards out: judged by where it failed.

smtplib raises the same exception where no greeting came and where the mail was taken and the answer lost, so the place
decides: before the final dot the relay has nothing, after it only its own answer says. No text of the relay's is kept,
for it may repeat the address or the mail.
"""

from __future__ import annotations

import contextlib
import os
import re
import smtplib
import socket
import ssl
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from packets.errors import InvalidInputError, Problem
from packets.model.mail_settings import MailSettings, Tls

STEP_TIMEOUT_S = 120.0
DOT_TIMEOUT_S = 600.0  # RFC 5321, 4.5.3.2.6: shorter, and a slow relay delivers what we take for lost
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?= |$)")


class Outcome(StrEnum):
    SENT = "sent"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """How far an attempt had come."""

    CONNECT = "connect"
    MAIL = "mail"
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """`code` is the relay's, 0 where it gave none; `status` its enhanced code, such as 5.1.1."""

    outcome: Outcome
    phase: Phase
    code: int = 0
    status: str = ""

    @property
    def is_relay_failure(self) -> bool:
        """The fault is not the recipient's: it says nothing about this mail."""
        early = self.phase in (Phase.CONNECT, Phase.MAIL) and self.outcome is Outcome.DEFERRED
        return early or self.code == 421


class _ConnectionUnusableError(Exception):
    """The conversation cannot go on: the relay spoke out of turn, or has gone."""


def tls_context(settings: MailSettings) -> ssl.SSLContext:
    """Raises Refused (X01) where the certificates to trust cannot be read."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError):
        hint = "Write the path of a PEM file with the certificate of the relay's authority."
        raise InvalidInputError(
            Problem("X01", "the file with the certificates cannot be read", hint, settings.ca_file)
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def read_relay_password(path: Path) -> str:
    """The first line of a file that only its owner can read. Raises Refused (X02); never shows it."""
    try:
        with path.open("rb") as file:
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                hint = f"Take it away from the others: chmod 600 {path}"
                raise InvalidInputError(Problem("X02", "other people can read the relay's password", hint, str(path)))
            secret = file.read(1000).split(b"\n", 1)[0].removesuffix(b"\r").decode("ascii")
    except (OSError, UnicodeDecodeError):
        hint = "Type the path of a file whose first line is the password, in plain letters, digits and signs"
        raise InvalidInputError(Problem("X02", "the relay's password cannot be read", hint, str(path))) from None
    return secret


class SmtpTransport:
    """One connection to the relay, opened when it is needed; one recipient for each mail."""

    def __init__(
        self,
        settings: MailSettings,
        context: ssl.SSLContext,
        secret: str = "",
        *,
        step_s: float = STEP_TIMEOUT_S,
        dot_s: float = DOT_TIMEOUT_S,
    ) -> None:
        self._settings, self._context, self._secret = settings, context, secret
        self._step_s, self._dot_s = step_s, dot_s
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, recipient: str, data: bytes, before_dot: Callable[[], None]) -> DeliveryResult:
        """Hand `data` over. `before_dot` is called when nothing but the final dot is missing; if it raises, nothing
        is delivered.

        Raises Refused (X03 to X06) where the relay cannot be trusted or does not know us: nothing was sent, and
        nothing will be.
        """
        if not data.endswith(b"\r\n") or b"\n" in data.replace(b"\r\n", b"") or b"\r" in data.replace(b"\r\n", b""):
            raise ValueError("a line of the mail does not end in CR LF")
        phase = Phase.CONNECT
        try:
            smtp = self._still_open() or self._open()
            phase = Phase.MAIL
            size = [f"size={len(data)}"] if smtp.has_extn("size") else []
            code, text = smtp.mail(self._settings.sender, size)
            if code != 250:
                return self._refused(Outcome.REJECTED if code == 552 else Outcome.DEFERRED, phase, code, text)
            phase = Phase.RECIPIENT
            code, text = smtp.rcpt(recipient)
            if code not in (250, 251):
                return self._refused(_outcome_of(code), phase, code, text)
            phase = Phase.DATA
            code, text = smtp.docmd("DATA")
            if code != 354:
                return self._refused(_outcome_of(code), phase, code, text)
            phase = Phase.BODY
            _socket(smtp).sendall(re.sub(rb"(?m)^\.", b"..", data))
            self._must_be_silent(smtp)
            before_dot()
        except InvalidInputError:
            self._drop()
            raise
        except _ConnectionUnusableError:
            self._drop()
            return DeliveryResult(Outcome.DEFERRED, phase)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            code = getattr(error, "smtp_code", 0)
            return DeliveryResult(Outcome.DEFERRED, phase, code if isinstance(code, int) and code > 0 else 0)
        except BaseException:
            self._drop()
            raise
        return self._dot(smtp)

    def _dot(self, smtp: smtplib.SMTP) -> DeliveryResult:
        """From here on silence means that nobody knows."""
        try:
            _socket(smtp).settimeout(self._dot_s)
            _socket(smtp).sendall(b".\r\n")
            code, text = smtp.getreply()
        except (OSError, smtplib.SMTPException):
            self._drop()
            return DeliveryResult(Outcome.UNKNOWN, Phase.DOT)
        if code == 250:
            with contextlib.suppress(OSError):
                _socket(smtp).settimeout(self._step_s)
            return DeliveryResult(Outcome.SENT, Phase.DOT, code, _enhanced_status(text))
        if 400 <= code < 600:
            return self._refused(_outcome_of(code), Phase.DOT, code, text)
        self._drop()
        return DeliveryResult(Outcome.UNKNOWN, Phase.DOT, max(code, 0))

    def close(self) -> None:
        """What the relay says to this no longer matters."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                _socket(smtp).settimeout(min(self._step_s, 5.0))
                smtp.docmd("QUIT")
            smtp.close()

    # ---- the connection

    def _still_open(self) -> smtplib.SMTP | None:
        """The connection of the mail before, if the relay still listens: many close it after a while or a number."""
        smtp = self._smtp
        if smtp is not None:
            try:
                if smtp.docmd("RSET")[0] == 250:
                    return smtp
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        return None

    def _open(self) -> smtplib.SMTP:
        settings = self._settings
        # Without a name of our own smtplib would tell the relay this machine's.
        name = settings.domain
        try:
            if settings.tls is Tls.IMPLICIT:
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.host, settings.port, name, timeout=self._step_s, context=self._context
                )
            else:
                smtp = smtplib.SMTP(settings.host, settings.port, name, timeout=self._step_s)
        except ssl.SSLError as error:
            raise self._untrusted(error) from None
        self._smtp = smtp
        self._hello(smtp)
        if settings.tls is Tls.STARTTLS:
            self._encrypt(smtp)
            self._hello(smtp)
        if settings.user:
            self._log_in(smtp)
        return smtp

    def _hello(self, smtp: smtplib.SMTP) -> None:
        code, _ = smtp.ehlo()
        if code != 250:
            raise smtplib.SMTPResponseException(code, b"")

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.starttls(context=self._context)
        except ssl.SSLError as error:
            raise self._untrusted(error) from None
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPResponseException):
            hint = "Ask IT. Somebody between here and the relay may have taken the offer away."
            raise self._problem("X04", "the relay does not offer TLS: nothing was sent", hint) from None

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.login(self._settings.user, self._secret)
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPException:  # also where the relay offers no way of logging in that we know
            hint = "Ask IT for the user name (clinic.yaml, mail: user) and the password (--password-file)."
            raise self._problem("X05", "the relay does not let us in: nothing was sent", hint) from None

    def _untrusted(self, fault: ssl.SSLError) -> InvalidInputError:
        reason = "the TLS handshake failed"
        if isinstance(fault, ssl.SSLCertVerificationError):
            reason = {
                10: "its certificate has run out",  # X509_V_ERR_CERT_HAS_EXPIRED
                62: "its certificate is another machine's",  # X509_V_ERR_HOSTNAME_MISMATCH
                64: "its certificate is another machine's",  # X509_V_ERR_IP_ADDRESS_MISMATCH
            }.get(fault.verify_code, "its certificate is not from an authority that is trusted here")
        hint = "Ask IT. There is no way to send without a valid certificate; for the hospital's own authority: ca_file"
        return self._problem("X03", f"the relay is not the one it should be: {reason}. Nothing was sent", hint)

    def _problem(self, code: str, message: str, hint: str) -> InvalidInputError:
        return InvalidInputError(Problem(code, message, hint, f"{self._settings.host}:{self._settings.port}"))

    def _must_be_silent(self, smtp: smtplib.SMTP) -> None:
        """Nothing may wait to be read: a reply out of turn would be taken for the answer to the dot, and a connection
        that is closed already need not become an unknown outcome. Raises _Closed.
        """
        assert smtp.file is not None  # noqa: S101  there was a reply before
        _socket(smtp).settimeout(0)
        try:
            if smtp.file.peek(1) or _socket(smtp).recv(1) is not None:
                raise _ConnectionUnusableError
        except (BlockingIOError, ssl.SSLWantReadError):
            _socket(smtp).settimeout(self._step_s)

    def _refused(self, outcome: Outcome, phase: Phase, code: int, text: bytes) -> DeliveryResult:
        """The relay has said no; a connection that may be out of step, or that it closes (421), is not used again."""
        smtp = self._smtp
        if smtp is None or code == 421 or not 400 <= code < 600:
            self._drop()
        elif phase is not Phase.DOT:
            try:
                if smtp.docmd("RSET")[0] != 250:
                    self._drop()
            except (OSError, smtplib.SMTPException):
                self._drop()
        return DeliveryResult(outcome, phase, max(code, 0), _enhanced_status(text))

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError):
                smtp.close()


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("closed")
    return smtp.sock


def _outcome_of(code: int) -> Outcome:
    """Only a clear no ends a mail; what is no reply of SMTP's counts as one that may come right."""
    return Outcome.REJECTED if 500 <= code < 600 else Outcome.DEFERRED


def _enhanced_status(text: bytes) -> str:
    found = _ENHANCED.match(text)
    return found[0].decode() if found else ""
