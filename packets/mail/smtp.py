"""Hand one mail to the relay over SMTP with TLS, and report what is known of it afterwards.

smtplib raises the same exception if no greeting came and if the mail was accepted but the reply was lost. So the phase
decides: before the final dot the relay has nothing, after it only the relay's reply tells the outcome. No text from the
relay is kept, because it may repeat the address or the mail.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import smtplib
import socket
import ssl
import stat
import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from packets.errors import InvalidInputError, Problem
from packets.model.mail_settings import MailSettings, Tls

STEP_TIMEOUT_S = 120.0
DOT_TIMEOUT_S = 600.0  # RFC 5321 section 4.5.3.2.6: a slow relay may still deliver a mail after a shorter wait
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?= |$)")


class Outcome(StrEnum):
    SENT = "sent"
    DEFERRED = "deferred"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """How far an attempt got."""

    CONNECT = "connect"
    MAIL = "mail"
    RECIPIENT = "recipient"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


class DeliveryResult(Struct, frozen=True):
    """The outcome of one attempt. `code` is the relay's reply code or 0, `status` its enhanced code, such as 5.1.1."""

    outcome: Outcome
    phase: Phase
    code: int = 0
    status: str = ""

    @property
    def is_relay_failure(self) -> bool:
        """Return whether the relay failed, which says nothing about this mail."""
        early = self.phase in (Phase.CONNECT, Phase.MAIL) and self.outcome is Outcome.DEFERRED
        return early or self.code == 421


class _ConnectionUnusableError(Exception):
    """The relay sent a reply out of turn or closed the connection."""


def tls_context(settings: MailSettings) -> ssl.SSLContext:
    """Return the TLS settings. Raise InvalidInputError (X01) if the trusted certificates cannot be read."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError):
        hint = "Write the path of a PEM file with the certificate of the mail server's certificate authority."
        raise InvalidInputError(
            Problem("X01", "the file with the certificates cannot be read", hint, settings.ca_file)
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def read_relay_password(path: Path) -> str:
    """Return the first line of a file that only its owner can read. Raise InvalidInputError (X02, X06)."""
    try:
        with path.open("rb") as file:
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                hint = f"Make it readable by you alone: chmod 600 {shlex.quote(str(path))}"
                raise InvalidInputError(
                    Problem("X06", "other people can read the mail server's password", hint, str(path))
                )
            secret = file.read(1000).split(b"\n", 1)[0].removesuffix(b"\r").decode("ascii")
    except (OSError, UnicodeDecodeError):
        hint = "Type the path of a file whose first line is the password, in ASCII characters"
        raise InvalidInputError(Problem("X02", "the mail server's password cannot be read", hint, str(path))) from None
    return secret


class SmtpTransport:
    """A connection to the relay, opened when it is needed. Each mail has one recipient."""

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
        """Deliver `data`, and call `before_dot` just before the final dot; if it raises, nothing is delivered.

        Raise InvalidInputError (X03 to X06) if the mail server cannot be trusted or rejects the login; then nothing was
        sent and nothing will be.
        """
        if not data.endswith(b"\r\n") or b"\n" in data.replace(b"\r\n", b"") or b"\r" in data.replace(b"\r\n", b""):
            raise ValueError("a line of the mail does not end with CR LF")
        phase = Phase.CONNECT
        try:
            smtp = self._still_open() or self._open()
            phase = Phase.MAIL
            size = [f"size={len(data)}"] if smtp.has_extn("size") else []
            code, text = smtp.mail(self._settings.sender, size)
            if code != 250:
                return self._refusal(Outcome.REJECTED if code == 552 else Outcome.DEFERRED, phase, code, text)
            phase = Phase.RECIPIENT
            code, text = smtp.rcpt(recipient)
            if code not in (250, 251):
                return self._refusal(_outcome_of(code), phase, code, text)
            phase = Phase.DATA
            code, text = smtp.docmd("DATA")
            if code != 354:
                return self._refusal(_outcome_of(code), phase, code, text)
            phase = Phase.BODY
            _socket(smtp).sendall(re.sub(rb"(?m)^\.", b"..", data))
            self._check_silent(smtp)
            before_dot()
            self._check_silent(smtp)  # before_dot may have waited for longer than the relay
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
        return self._finish(smtp)

    def _finish(self, smtp: smtplib.SMTP) -> DeliveryResult:
        """Write the final dot. From here on, no reply means an unknown outcome."""
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
            return self._refusal(_outcome_of(code), Phase.DOT, code, text)
        self._drop()
        return DeliveryResult(Outcome.UNKNOWN, Phase.DOT, max(code, 0))

    def close(self) -> None:
        """Quit; the reply does not matter."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                _socket(smtp).settimeout(min(self._step_s, 5.0))
                smtp.docmd("QUIT")
            smtp.close()

    # ---- the connection

    def _still_open(self) -> smtplib.SMTP | None:
        """Return the connection of the previous mail if it is alive; many relays close it after some time or mails."""
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
        # Without it smtplib would send this computer's name in EHLO.
        ehlo_name = settings.domain
        try:
            if settings.tls is Tls.IMPLICIT:
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.host, settings.port, ehlo_name, timeout=self._step_s, context=self._context
                )
            else:
                smtp = smtplib.SMTP(settings.host, settings.port, ehlo_name, timeout=self._step_s)
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
            hint = "Ask IT. An attacker between here and the mail server may have removed the offer."
            raise self._problem("X04", "the mail server does not offer TLS: nothing was sent", hint) from None

    def _log_in(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.login(self._settings.user, self._secret)
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPException:  # includes relays that offer no supported login method
            hint = "Ask IT for the user name (clinic.yaml, mail: user) and the password (--password-file)."
            raise self._problem("X05", "the mail server rejected the login: nothing was sent", hint) from None

    def _untrusted(self, error: ssl.SSLError) -> InvalidInputError:
        reason = "the TLS handshake failed"
        if isinstance(error, ssl.SSLCertVerificationError):
            reason = {
                10: "its certificate has expired",  # X509_V_ERR_CERT_HAS_EXPIRED
                62: "its certificate is for another server",  # X509_V_ERR_HOSTNAME_MISMATCH
                64: "its certificate is for another server",  # X509_V_ERR_IP_ADDRESS_MISMATCH
            }.get(error.verify_code, "its certificate is not from a trusted authority")
        hint = "Ask IT. Mail is never sent without a valid certificate. For the hospital's own authority, set ca_file."
        return self._problem("X03", f"the mail server cannot be trusted: {reason}. Nothing was sent", hint)

    def _problem(self, code: str, message: str, hint: str) -> InvalidInputError:
        return InvalidInputError(Problem(code, message, hint, f"{self._settings.host}:{self._settings.port}"))

    def _check_silent(self, smtp: smtplib.SMTP) -> None:
        """Raise _ConnectionUnusableError if there is anything to read, or the relay has closed the connection.

        A reply out of turn would be mistaken for the reply to the dot, and a connection that is already closed need
        not become an unknown outcome.
        """
        assert smtp.file is not None  # noqa: S101  a reply was read before
        _socket(smtp).settimeout(0)
        try:
            if smtp.file.peek(1) or _socket(smtp).recv(1) is not None:
                raise _ConnectionUnusableError
        except (BlockingIOError, ssl.SSLWantReadError):
            _socket(smtp).settimeout(self._step_s)

    def _refusal(self, outcome: Outcome, phase: Phase, code: int, text: bytes) -> DeliveryResult:
        """Return the outcome of a refusal. Drop a connection that may be out of step or that the relay closes (421)."""
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
    """Return REJECTED for a permanent refusal only; anything else may succeed later."""
    return Outcome.REJECTED if 500 <= code < 600 else Outcome.DEFERRED


def _enhanced_status(text: bytes) -> str:
    match = _ENHANCED.match(text)
    return match[0].decode() if match else ""
