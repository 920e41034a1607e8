"""Accept only requests that the hospital's proxy has signed on, and answer the health check."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from packets.content.schema.ward_file import USER_NAME
from packets.model.ward import Role, User, WardConfig
from packets.web.guard import REFUSAL, send, with_headers

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

USER = "packets.user"  # the key of the user in the WSGI environment
HEALTH = "/healthz"
_FORBIDDEN = "403 Forbidden"
# A link in a portal, or the sign-on page of another site, leads here without the cookie, which is sent to requests of
# this site only. This page asks again from this site, so that an open session is found.
_ARRIVED = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Packets</title><meta http-equiv="refresh" content="0; url=/"></head>
<body><p><a href="/">Go on to Packets</a></p></body></html>
"""


class WardGate:
    """Pass the requests of signed-on users to `app`, with the user in their environment.

    `secret` is what the proxy sends, empty on a Unix socket. `health` returns what is wrong with the server. `log` is
    called once for each refused or failed request.
    """

    def __init__(
        self,
        app: WSGIApplication,
        config: WardConfig,
        secret: str,
        health: Callable[[], tuple[str, ...]],
        log: Callable[[str], None],
    ) -> None:
        self.app = app
        self.config = config
        self.secret = secret
        self.health = health
        self.log = log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start = with_headers(self._with_log(environ, start_response))
        if environ["PATH_INFO"] == HEALTH and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            faults = self.health()
            environ[REFUSAL] = " ".join(faults)
            return send(start, "503 Service Unavailable" if faults else "200 OK", "\n".join(faults) or "ok")
        user = self.user(environ)
        if isinstance(user, str):
            environ[REFUSAL] = user
            return send(start, _FORBIDDEN, user)
        environ[USER] = user
        if _comes_from_elsewhere(environ):
            start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(_ARRIVED)))])
            return [_ARRIVED]
        return self.app(environ, start)

    def user(self, environ: WSGIEnvironment) -> User | str:
        """Return the user whom the proxy names, or why the request is refused.

        waitress joins two headers of one name with a comma, which no name has; it drops headers with an underscore.
        """
        sent = _header(environ, self.config.secret_header) or ""
        if self.secret and not hmac.compare_digest(sent.encode("latin-1"), self.secret.encode()):
            return "Open Packets through the hospital's own address."
        name = _header(environ, self.config.user_header)
        if not name:
            return "The proxy did not say who you are. Ask IT."
        if not re.fullmatch(USER_NAME, name):
            return "The proxy sent a name of a user that is not valid. Ask IT."
        role = self._role(environ, name)
        if role is None:
            return "You have no role in Packets. Ask your charge nurse."
        return User(name, role)

    def _role(self, environ: WSGIEnvironment, name: str) -> Role | None:
        if not self.config.role_header:
            return self.config.role_of(name)
        sent = _header(environ, self.config.role_header)
        return Role(sent) if sent in tuple(Role) else None

    def _with_log(self, environ: WSGIEnvironment, start_response: StartResponse) -> StartResponse:
        def start(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
        ) -> Callable[[bytes], object]:
            if int(status[:3]) >= 400:
                self.log(_log_line(environ, status[:3]))
            return start_response(status, headers, exc_info)

        return start


def _header(environ: WSGIEnvironment, name: str) -> str | None:
    return environ.get(f"HTTP_{name.upper().replace('-', '_')}")


def _comes_from_elsewhere(environ: WSGIEnvironment) -> bool:
    """Return whether a person followed a link of another site, such as the sign-on page."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and environ.get("HTTP_SEC_FETCH_SITE") in ("cross-site", "same-site")
        and environ.get("HTTP_SEC_FETCH_MODE") == "navigate"
        and environ.get("HTTP_SEC_FETCH_DEST") == "document"
    )


def _log_line(environ: WSGIEnvironment, status: str) -> str:
    """Return a line without patient data: of the path only its first word, and nothing that was typed."""
    word = re.match(r"/[a-z-]{0,20}(?![^/])", environ["PATH_INFO"])
    method = environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in ("GET", "HEAD", "POST") else "?"
    user = environ.get(USER)
    who = user.name if isinstance(user, User) else "-"
    reason = environ.get(REFUSAL, "")
    return f"{status} {method} {word.group() if word else '?'} user={who}{f': {reason}' if reason else ''}"
