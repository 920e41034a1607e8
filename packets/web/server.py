"""Start and stop the web server: waitress, the request guard and the idle lock."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from packets.content.library import load_clinic
from packets.errors import Problem, UsageError
from packets.web import schedule_views, task_views
from packets.web.batch_service import BatchService
from packets.web.day_search import prepare_search
from packets.web.folders import DayFolders, TypedFolders
from packets.web.guard import HEADERS, Guard
from packets.web.mail_sender import MailSender
from packets.web.malloc_settings import return_large_blocks
from packets.web.packet_service import PacketService
from packets.web.sessions import IDLE_S, Sessions
from packets.web.upload_limits import parser_class
from packets.web.views import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"
# Longer requests are refused before they are read; shorter ones are read, and kept up to the guard's limit.
MAX_IN_MEMORY = 1 << 28
REQUEST_S = 20  # for requests that are being answered when the server stops


class _RefusalTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """Send the security headers also with the requests that waitress itself refuses, such as malformed ones."""

    def execute(self) -> None:
        self.response_headers.extend(HEADERS)
        self.channel.log(f"{self.request.error.code} ? ? user=-: {self.request.error.reason}")
        super().execute()


class Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _RefusalTask

    def log(self, line: str) -> None:
        """Log nothing in desk mode."""


class Server:
    """Serve an application on a listening socket until `close`; `settings` are waitress's."""

    def __init__(
        self,
        guard: WSGIApplication,
        listening: socket.socket,
        service: PacketService,
        batches: BatchService,
        sessions: Sessions[object],
        *,
        channel: type[HTTPChannel] = Channel,
        **settings: int,
    ) -> None:
        self.service = service
        self.batches = batches
        self.sessions = sessions
        _disable_logs()
        return_large_blocks()
        self._server: Any = create_server(
            guard,
            sockets=[listening],
            ident="",
            backlog=256,
            connection_limit=500,
            inbuf_overflow=MAX_IN_MEMORY,
            outbuf_overflow=MAX_IN_MEMORY,
            clear_untrusted_proxy_headers=True,
            **settings,
        )
        self._server.channel_class = channel
        self._closed = threading.Event()

    def run(self) -> None:
        """Serve until `close` or Ctrl-C, then drop every session."""
        threading.Thread(target=self._close_idle_sessions, daemon=True).start()
        warm_up = threading.Thread(target=self._warm_up, daemon=True)
        warm_up.start()
        try:
            while not self._closed.is_set():
                wasyncore.loop(timeout=1, count=1, map=self._server._map)
        except KeyboardInterrupt:
            pass
        finally:
            self.close()
            self.service.closing.set()
            self.batches.stop_all()
            # Only the thread that polls the sockets may close them.
            self._server.task_dispatcher.shutdown(timeout=REQUEST_S)
            wasyncore.close_all(self._server._map)
            warm_up.join()  # the process must not end while pdfium draws

    def close(self) -> None:
        """End every session and let `run` return."""
        self._closed.set()
        self.sessions.close_all()
        with contextlib.suppress(OSError):  # already closed
            self._server.pull_trigger()

    def _close_idle_sessions(self) -> None:
        """Drop the data of idle sessions on time, even if no request arrives."""
        while not self._closed.wait(min(10.0, self.sessions.idle_s / 4)):
            self.sessions.sweep()

    def _warm_up(self) -> None:
        # The web form reports mistakes in the content.
        with contextlib.suppress(Exception):
            self.service.warm_up()
        if isinstance(self.batches.folders, DayFolders):
            with contextlib.suppress(OSError):  # the health check reports a folder of days that cannot be read
                prepare_search(
                    self.batches.folders,
                    self.service.ledgers,
                    self.service.patients,
                    self.service.now,
                    self._closed.is_set,
                )


class WebServer(Server):
    """The web server of one nurse; each `link()` opens one browser session."""

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        key_file: Path | None = None,
        outbox: Path | None = None,
        mail_password_file: Path | None = None,
        days: Path | None = None,
        now: Callable[[], dt.datetime],
        clock: Callable[[], float] = time.monotonic,
        idle_s: float = IDLE_S,
    ) -> None:
        """Listen on a port (0: any free one). `outbox` is the folder of single packets that wait to be mailed,
        `mail_password_file` has the password of the mail server.

        `days` is the folder that has a folder for each day; without it, paths of folders are typed. Raise UsageError
        (A02) if the port is taken.
        """
        listening = listen(port)
        self.port: int = listening.getsockname()[1]
        service = PacketService(root, key_file, now)
        folders = DayFolders(days, lambda: load_clinic(root).date(now())) if days else TypedFolders()
        batches, sessions = BatchService(service, folders), Sessions[object](clock, idle_s)
        # Cookies are shared by all ports: two servers on one machine need different cookie names.
        cookie_name = f"packets-{secrets.token_hex(4)}"
        sender = MailSender(service, mail_password_file)
        app = create_app(service, batches, sessions, cookie_name, outbox, folders, sender)
        hosts = (f"{HOST}:{self.port}", f"localhost:{self.port}")
        guard = Guard(app, hosts, schedule_views.UPLOADS | task_views.UPLOADS)
        super().__init__(
            guard,
            listening,
            service,
            batches,
            sessions,
            channel=type("DeskChannel", (Channel,), {"parser_class": parser_class(guard.limit)}),
            threads=4,
            max_request_body_size=MAX_IN_MEMORY,
        )

    def link(self) -> str:
        """Return a link that opens the form once."""
        return f"http://{HOST}:{self.port}/open?token={self.sessions.new_token()}"


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a port of this computer. Raise UsageError (A02) if the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # on Windows, SO_REUSEADDR would let another program share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
    except (OSError, OverflowError):
        listening.close()
        hint = "Leave --port out to use any free port."
        raise UsageError(Problem("A02", "this port cannot be used", hint, "--port")) from None
    return listening


def _disable_logs() -> None:
    """Log nothing: request paths and exceptions may contain patient data. The form itself shows errors."""
    for name in ("waitress", "werkzeug", "packets.web.views"):
        log = logging.getLogger(name)
        log.handlers = [logging.NullHandler()]
        log.propagate = False
