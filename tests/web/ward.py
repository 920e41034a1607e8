"""Start a ward server on a Unix socket, and send it what the hospital's proxy would send."""

from __future__ import annotations

import http.client
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from packets.model.ward import Role, User, WardConfig
from packets.web.ward_server import WardServer
from tests.clock import now
from tests.samples import CONTENT
from tests.web.client import Answer, Client

HOST = "packets.example.org"
USERS = (User("anna", Role.NURSE), User("bela", Role.NURSE), User("lena", Role.LEAD), User("rita", Role.READER))


class SocketConnection(http.client.HTTPConnection):
    """A connection to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__(HOST, timeout=60)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(str(self.path))


@dataclass(slots=True)
class WardClient(Client):
    """The browser of a user, and the proxy in front of the server. `user` is the name that the proxy sends."""

    path: Path = Path()
    user: str = "anna"

    @property
    def origin(self) -> str:
        return f"https://{HOST}"

    def connection(self) -> http.client.HTTPConnection:
        return SocketConnection(self.path)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        sent = {"Host": HOST, "X_Remote_User": self.user} | headers
        answer = Client.ask(self, method, path, body, **sent)
        if "__Host-packets=" in str(answer.headers.get("Set-Cookie", "")):
            self.keep_cookie(answer)
        return answer

    def raw(self, request: bytes) -> Answer:
        """Send raw bytes to the server, as no proxy would."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(60)
            connection.connect(str(self.path))
            connection.sendall(request)
            got = http.client.HTTPResponse(connection)
            got.begin()
            return Answer(got.status, got.headers, got.read())

    def open(self) -> Answer:
        """Open the first page, which begins a session, and keep the token of its forms."""
        answer = self.get("/", Sec_Fetch_Site="none")
        if answer.status == 303:
            answer = self.get(answer.goes_to)
        self.keep_csrf(answer)
        return answer


@dataclass(slots=True)
class Ward:
    """A running ward server, and the lines of its log."""

    server: WardServer
    config: WardConfig
    log: list[str] = field(default_factory=list)

    def client(self, user: str) -> WardClient:
        """Return a browser of this user without a session."""
        return WardClient(0, path=Path(self.config.socket), user=user)

    def signed_on(self, user: str) -> WardClient:
        client = self.client(user)
        client.open()
        return client


def make_ward(folder: Path, clock: Callable[[], float] | None = None, **settings: object) -> Ward:
    """Create the folders and the server of a ward; `run` it in a thread."""
    days = folder / "days"
    days.mkdir(mode=0o700)
    key = folder / "site.key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)
    given: dict[str, object] = {
        "hosts": (HOST,),
        "user_header": "X-Remote-User",
        "days": str(days),
        "socket": str(folder / "packets.sock"),
        "users": USERS,
        "outbox": str(folder / "outbox"),
        "content": str(CONTENT),
        "site_key": str(key),
        "sign_out": "/oauth2/sign_out",
    }
    config = WardConfig(**(given | settings))  # type: ignore[arg-type]
    log: list[str] = []
    clocks = {"clock": clock} if clock else {}
    return Ward(WardServer(config, "ward.yaml", now=now, log=log.append, **clocks), config, log)
