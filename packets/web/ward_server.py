"""Start the web server of a ward: several nurses, behind the hospital's own proxy."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from waitress.parser import ParsingError

from packets.content.library import load_clinic
from packets.errors import InvalidInputError, Problem
from packets.model.ward import WardConfig
from packets.resources import content_root
from packets.storage.audit_file import AUDIT_NAME, AuditFile
from packets.storage.files import is_there
from packets.web import schedule_views, task_views
from packets.web.audit import set_audit
from packets.web.batch_service import BatchService
from packets.web.folders import DayFolders
from packets.web.guard import Guard
from packets.web.mail_sender import MailSender
from packets.web.packet_service import PacketService
from packets.web.schedule_views import UPLOAD_BYTES
from packets.web.server import Channel, Server, listen
from packets.web.sessions import Sessions
from packets.web.unrecorded import record_unrecorded
from packets.web.upload_limits import parser_class
from packets.web.views import create_app
from packets.web.ward_gate import WardGate

COOKIE = "__Host-packets"
SOCKET_MODE = 0o660  # the proxy is in the socket's group
LEAST_SECRET = 32
LEAST_FREE_BYTES = 200_000_000
THREADS = 8
PATIENCE_S = 20.0  # how long the health check waits for a packet that is being made


class WardServer(Server):
    """The web server of a ward. `log` gets one line, without patient data, for each refused or failed request."""

    def __init__(
        self,
        config: WardConfig,
        path: str,
        *,
        now: Callable[[], dt.datetime],
        log: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Listen on the socket or port of the settings; `path` is their file in messages.

        Raise InvalidInputError (A44 to A48, J01 to J03, R01) for what the settings name and cannot be used, UsageError
        (A02), LockedError (J05) if another server runs with these days.
        """
        root = content_root(Path(config.content) if config.content else None)
        secret = _check(config, path)
        self.config = config
        service = PacketService(root, Path(config.site_key) if config.site_key else None, now)
        days = Path(config.days)
        folders = DayFolders(days, lambda: load_clinic(root).date(now()))
        batches = BatchService(service, folders)
        sessions = Sessions[object](clock, config.idle_minutes * 60)
        outbox = Path(config.outbox) if config.outbox else None
        sender = MailSender(service, Path(config.mail_password_file) if config.mail_password_file else None)
        self.app = create_app(service, batches, sessions, COOKIE, outbox, folders, sender, config)
        guard = Guard(self.app, config.hosts, schedule_views.UPLOADS | task_views.UPLOADS, scheme="https")
        gate = WardGate(guard, config, secret, lambda: faults(service, days), log)
        listening = _listen_on(Path(config.socket), path) if config.socket else listen(config.port)
        try:
            self.audit = AuditFile(days / AUDIT_NAME, now)
            record_unrecorded(self.audit, folders, now, log)
        except BaseException:
            listening.close()
            raise
        set_audit(self.app, self.audit)
        headers = (config.user_header, config.role_header, config.secret_header)
        super().__init__(
            gate,
            listening,
            service,
            batches,
            sessions,
            channel=_channel(guard.limit, frozenset(name.upper() for name in headers if name), log),
            threads=THREADS,
            max_request_body_size=2 * UPLOAD_BYTES,  # longer ones are refused after their headers
        )

    def run(self) -> None:
        try:
            super().run()
        finally:
            self.batches.wait()  # so that what they have made is recorded
            with self.service.outbox_lock:  # so that what was queued is recorded
                self.audit.close()
            if self.config.socket:
                Path(self.config.socket).unlink(missing_ok=True)


def faults(service: PacketService, days: Path) -> tuple[str, ...]:
    """Return what is wrong with the server, in words without patient data."""
    found = []
    try:
        if not service.procedures()[0]:
            found.append("content: no handout can be read")
    except Exception as error:
        found.append(f"content: {type(error).__name__}")
    if not os.access(days, os.W_OK | os.X_OK):
        found.append("days: the folder cannot be written")
    else:
        with contextlib.suppress(OSError):
            if shutil.disk_usage(days).free < LEAST_FREE_BYTES:
                found.append("days: the disk is almost full")
    if service.pdf_lock.acquire(timeout=PATIENCE_S):
        service.pdf_lock.release()
    else:
        found.append(f"packets: none was finished for {PATIENCE_S:.0f} seconds")
    return tuple(found)


def _check(config: WardConfig, path: str) -> str:
    """Return the secret that the proxy sends, "" without one. Raise InvalidInputError for all that cannot be used."""
    problems: list[Problem] = []
    secret = ""
    if config.secret_file:
        try:
            secret = _secret(Path(config.secret_file))
        except InvalidInputError as error:
            problems += error.problems
    if not Path(config.days).is_dir() or not os.access(config.days, os.W_OK | os.X_OK):
        hint = "Create it, and give it to the user who runs the server."
        problems.append(Problem("A46", f"{config.days} is not a folder that the server can write to", hint, path))
    if problems:
        raise InvalidInputError(*problems)
    return secret


def _secret(file: Path) -> str:
    """Return the first line of a file that only its owner and group can read. Raise InvalidInputError (A44, A45)."""
    try:
        with file.open("rb") as stream:
            if sys.platform != "win32" and stat.S_IMODE(os.fstat(stream.fileno()).st_mode) & 0o007:
                hint = f"Type: chmod o= {file}"
                raise InvalidInputError(Problem("A45", "every user can read the proxy's secret", hint, str(file)))
            secret = stream.read(1000).split(b"\n", 1)[0].strip().decode("ascii")
    except (OSError, UnicodeDecodeError):
        secret = ""
    if len(secret) < LEAST_SECRET:
        hint = f"Its first line must have {LEAST_SECRET} characters or more. Type: openssl rand -hex 32 > {file}"
        raise InvalidInputError(Problem("A44", "the proxy's secret cannot be used", hint, str(file)))
    return secret


def _listen_on(path: Path, config: str) -> socket.socket:
    """Listen on a Unix socket; one that a killed server left is replaced. Raise InvalidInputError (A47, A48)."""
    if not hasattr(socket, "AF_UNIX"):
        hint = "Use a Linux server, or port: and secret_file: instead."
        raise InvalidInputError(Problem("A48", "this computer has no Unix sockets", hint, config))
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if is_there(path) and path.is_socket() and not _is_served(path):
            path.unlink()
        before = os.umask(0o777 - SOCKET_MODE)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
    except OSError:
        listening.close()
        hint = "Its folder must exist and belong to the server's user. No other server may use the socket."
        raise InvalidInputError(Problem("A47", f"the socket {path} cannot be used", hint, config)) from None
    return listening


def _is_served(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
        except ConnectionRefusedError:
            return False
    return True


def _channel(limit: Callable[[str], int], trusted: frozenset[str], log: Callable[[str], None]) -> type[Channel]:
    """Return a channel that refuses header names with _ and keeps no body that is too large."""

    class Parser(parser_class(limit)):  # type: ignore[misc]
        def parse_header(self, header_plus: bytes) -> None:
            """Raise ParsingError for a header that differs from a trusted one only in _ instead of -."""
            for line in header_plus.split(b"\r\n")[1:]:
                name = line.partition(b":")[0].decode("latin-1").upper()
                if "_" in name and name.replace("_", "-") in trusted:
                    raise ParsingError("Header name with _")
            super().parse_header(header_plus)

    class WardChannel(Channel):
        parser_class: Any = Parser

        def log(self, line: str) -> None:
            log(line)

    return WardChannel
