"""Start and stop the web server: waitress, the guard, and the idle lock."""

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
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from packets.errors import Problem, UsageError
from packets.web.batch_service import Batches
from packets.web.guard import HEADERS, Guard
from packets.web.packet_service import PacketService
from packets.web.schedule_views import SEND, SEND_BYTES
from packets.web.sessions import IDLE_S, Sessions
from packets.web.views import application

HOST = "127.0.0.1"
MEMORY = 1 << 28  # waitress writes what is larger to a temporary file; nothing here comes near it


class _Refusal(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """What waitress itself refuses (a broken request) carries the same headers."""

    def execute(self) -> None:
        self.response_headers.extend(HEADERS)
        super().execute()


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Refusal


class Page:
    """The server of one nurse's page; `link()` lets a browser in once."""

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        key_file: Path | None = None,
        outbox: Path | None = None,
        now: Callable[[], dt.datetime],
        clock: Callable[[], float] = time.monotonic,
        idle_s: float = IDLE_S,
    ) -> None:
        """Port 0 is any free one; `outbox` is the folder of single packets that wait to be mailed.

        Raises Misused (A02) for a port that is taken.
        """
        listening = _listen(port)
        self.port: int = listening.getsockname()[1]
        self.service = PacketService(root, key_file, now)
        self.sessions: Sessions[object] = Sessions(clock, idle_s)
        # Cookies do not know ports: two pages on one machine must not take each other's.
        self.batches = Batches(self.service)
        app = application(self.service, self.batches, self.sessions, f"packets-{secrets.token_hex(4)}", outbox)
        hosts = (f"{HOST}:{self.port}", f"localhost:{self.port}")
        _quiet_logs()
        self._server: Any = create_server(
            Guard(app, hosts, {SEND: SEND_BYTES}),
            sockets=[listening],
            threads=4,
            ident="",
            backlog=256,
            connection_limit=500,
            max_request_body_size=MEMORY,
            inbuf_overflow=MEMORY,
            outbuf_overflow=MEMORY,
            clear_untrusted_proxy_headers=True,
        )
        self._server.channel_class = _Channel
        self._closed = threading.Event()

    def link(self) -> str:
        return f"http://{HOST}:{self.port}/open?token={self.sessions.new_token()}"

    def run(self) -> None:
        """Serve until `close` or Ctrl-C; then nothing is left in memory."""
        threading.Thread(target=self._watch, daemon=True).start()
        threading.Thread(target=self._warm_up, daemon=True).start()
        try:
            while not self._closed.is_set():
                wasyncore.loop(timeout=1, count=1, map=self._server._map)
        except KeyboardInterrupt:
            pass
        finally:
            self.close()
            self.batches.stop_all()
            # Sockets are closed by the thread that waits for them.
            self._server.task_dispatcher.shutdown()
            wasyncore.close_all(self._server._map)

    def close(self) -> None:
        self._closed.set()
        self.sessions.close_all()
        with contextlib.suppress(OSError):  # already closed
            self._server.pull_trigger()

    def _watch(self) -> None:
        """Patients' data goes when its time is over, whether a request comes or not."""
        while not self._closed.wait(min(10.0, self.sessions.idle_s / 4)):
            self.sessions.sweep()

    def _warm_up(self) -> None:
        # What is wrong with the content is for the page to show.
        with contextlib.suppress(Exception):
            self.service.warm_up()


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would let another program take the port as well
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
    except (OSError, OverflowError):
        listening.close()
        hint = "Leave --port out to take any that is free."
        raise UsageError(Problem("A02", "this port cannot be used", hint, "--port")) from None
    return listening


def _quiet_logs() -> None:
    """Addresses and faults of requests are not written anywhere: the page itself says what went wrong."""
    for name in ("waitress", "werkzeug", "packets.web.views"):
        log = logging.getLogger(name)
        log.handlers = [logging.NullHandler()]
        log.propagate = False
