"""A relay on 127.0.0.1 that fails as configured, by connection or by recipient."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

PATIENT_TEXT = "Rosa Canary 00418823"

# For each failure: whether the relay has the mail afterwards, and the outcome and phase that the sender must report.
FAILURES: dict[str, tuple[bool, str, str]] = {
    "none": (True, "sent", "dot"),
    "no greeting": (False, "deferred", "connect"),
    "closed before the greeting": (False, "deferred", "connect"),
    "greeting 554": (False, "deferred", "connect"),
    "greeting 421": (False, "deferred", "connect"),
    "greeting is garbage": (False, "deferred", "connect"),
    "EHLO 421": (False, "deferred", "connect"),
    "EHLO closed": (False, "deferred", "connect"),
    "MAIL 421": (False, "deferred", "mail"),
    "MAIL 552": (False, "rejected", "mail"),
    "MAIL 550": (False, "deferred", "mail"),
    "MAIL 452": (False, "deferred", "mail"),
    "RCPT 421": (False, "deferred", "recipient"),
    "RCPT 450": (False, "deferred", "recipient"),
    "RCPT 550": (False, "rejected", "recipient"),
    "RCPT silence": (False, "deferred", "recipient"),
    "RCPT half a reply": (False, "deferred", "recipient"),
    "DATA 421": (False, "deferred", "data"),
    "DATA 451": (False, "deferred", "data"),
    "DATA 554": (False, "rejected", "data"),
    "DATA 250": (False, "deferred", "data"),
    "body reset": (False, "deferred", "body"),
    "body 250 out of turn": (False, "deferred", "body"),
    "dot 421": (False, "deferred", "dot"),
    "dot 451": (False, "deferred", "dot"),
    "dot 554": (False, "rejected", "dot"),
    "dot 554 with patient text": (False, "rejected", "dot"),
    "dot silence": (True, "unknown", "dot"),
    "dot closed": (True, "unknown", "dot"),
    "dot reset": (True, "unknown", "dot"),
    "dot garbage": (True, "unknown", "dot"),
    "dot 354": (True, "unknown", "dot"),
    "dot half a reply": (True, "unknown", "dot"),
    "dot a reply without an end": (True, "unknown", "dot"),
    "250, then closed": (True, "sent", "dot"),
    "QUIT 421": (True, "sent", "dot"),
    "QUIT silence": (True, "sent", "dot"),
}


@dataclass(slots=True)
class AcceptedMail:
    """A mail that the relay accepted."""

    sender: str
    recipients: list[str]
    data: bytes
    encrypted: bool


@dataclass
class Relay:
    """`choose` returns the failure for a recipient, or for a new connection if given ""."""

    choose: Callable[[str], str]
    context: ssl.SSLContext | None = None
    offers_tls: bool = True
    implicit_tls: bool = False
    login_methods: str = ""  # offered after AUTH
    accepted: list[AcceptedMail] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Relay:
        self._stopping = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in [self._accepting, *self._threads]:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with contextlib.suppress(OSError, ssl.SSLError):
            conversation = self._conversation = _Conversation(self, connection)
            try:
                conversation.run()
            finally:
                conversation.close()

    def hang_up(self) -> None:
        """Close the newest connection, as a relay does that has waited too long."""
        socket.socket.shutdown(self._conversation.socket, socket.SHUT_RDWR)  # without TLS's close_notify

    def wait(self) -> None:
        self._stopping.wait(10)


class _Closed(Exception):
    """The relay closed the connection."""


class _Conversation:
    def __init__(self, relay: Relay, connection: socket.socket) -> None:
        self.relay, self.socket = relay, connection
        self.file = self.socket.makefile("rb")
        self.failure = relay.choose("")
        self.encrypted = False
        self.sender, self.recipients = "", [""]

    def close(self) -> None:
        self.file.close()
        with contextlib.suppress(OSError):
            # Close the plain socket: a TLS socket would wait for the close_notify of the client.
            socket.socket.close(self.socket)

    def encrypt(self) -> None:
        assert self.relay.context
        self.file.close()
        try:
            self.socket = self.relay.context.wrap_socket(self.socket, server_side=True)
        except (OSError, ssl.SSLError):
            raise _Closed from None
        self.file = self.socket.makefile("rb")
        self.encrypted = True

    def say(self, *lines: str) -> None:
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.end()

    def end(self) -> None:
        self.close()
        raise _Closed

    def silence(self) -> None:
        self.relay.wait()
        self.end()

    def fails(self, step: str) -> bool:
        """Fail as configured at this step. Return whether the relay failed, so that the usual reply is left out."""
        failing_step, _, how = self.failure.partition(" ")
        if failing_step != step:
            return False
        text = f" {PATIENT_TEXT} is unwelcome" if "patient text" in how else " no"
        match how.split(" ")[0]:
            case "silence":
                self.silence()
            case "closed":
                self.end()
            case "reset":
                self.reset()
            case "garbage":
                self.say("%%%% what")
            case "half":
                self.socket.sendall(b"25")
                self.end()
            case "a":
                self.socket.sendall(b"250-" + b"x" * 20_000)
                self.end()
            case code:
                self.say(code + text)
                if code == "421":
                    self.end()
        return True

    def run(self) -> None:
        with contextlib.suppress(_Closed):
            if self.relay.implicit_tls:
                self.encrypt()
            self.greet()
            while line := self.file.readline():
                self.reply_to(line.decode("utf-8", "replace").rstrip("\r\n"))

    def greet(self) -> None:
        match self.failure:
            case "no greeting":
                self.silence()
            case "closed before the greeting":
                self.end()
            case "greeting 554" | "greeting 421":
                self.say(f"{self.failure[-3:]} not now")
                self.end()
            case "greeting is garbage":
                self.say("hello there")
            case _:
                self.say("220 relay ESMTP")

    def reply_to(self, line: str) -> None:
        self.relay.commands.append(line)
        verb = line.split(" ")[0].split(":")[0].upper()
        match verb:
            case "EHLO":
                if not self.fails("EHLO"):
                    self.hello()
            case "STARTTLS" if self.relay.context:
                self.say("220 go")
                self.encrypt()
            case "MAIL":
                self.sender = line
                if not self.fails("MAIL"):
                    self.say("250 ok")
            case "RCPT":
                self.recipients = [line.partition("<")[2].rstrip(">")]
                self.failure = self.relay.choose(self.recipients[0]) or self.failure
                if not self.fails("RCPT"):
                    self.say("250 ok")
            case "DATA":
                if not self.fails("DATA"):
                    self.data()
            case "RSET":
                self.say("250 ok")
            case "QUIT":
                if not self.fails("QUIT"):
                    self.say("221 bye")
                self.end()
            case _:
                self.say("500 what")

    def hello(self) -> None:
        offer = ["250-STARTTLS"] if self.relay.offers_tls and self.relay.context and not self.encrypted else []
        offer += [f"250-AUTH {self.relay.login_methods}"] if self.relay.login_methods else []
        self.say("250-relay", *offer, "250 SIZE 10000000")

    def data(self) -> None:
        if self.failure == "body 250 out of turn":
            self.socket.sendall(b"354 go\r\n250 2.0.0 queued\r\n")
        else:
            self.say("354 go")
        if self.failure == "body reset":
            self.file.read(40)
            self.reset()
        data = bytearray()
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                self.end()
            data += line[1:] if line.startswith(b".") else line
        fails_at_dot = self.failure.startswith("dot ")
        if not fails_at_dot or FAILURES[self.failure][0]:
            self.relay.accepted.append(AcceptedMail(self.sender, self.recipients, bytes(data), self.encrypted))
        if self.fails("dot"):
            return
        self.say("250 2.0.0 queued")
        if self.failure == "250, then closed":
            self.end()
