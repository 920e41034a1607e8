"""Wrap the WSGI application in the rules that hold for every request and response."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORM_BYTES = 64 * 1024

HEADERS = (
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # With no-referrer, Chrome sends our own forms with "Origin: null".
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)


class Guard:
    """Refuses what does not come from this page in a browser on this machine, before anything else sees it.

    `hosts` are the only names under which the page answers (otherwise a web site could reach it by making its own
    name mean 127.0.0.1). `larger_bodies` names the paths that may take more than a form, with their limit in bytes.
    """

    def __init__(self, app: WSGIApplication, hosts: Iterable[str], larger_bodies: dict[str, int]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.larger_bodies = larger_bodies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start = _with_headers(start_response)
        refusal = self.refusal(environ)
        if refusal is None:
            return self.app(environ, start)
        status, words = refusal
        body = f"{words}\n".encode()
        start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
        return [body]

    def refusal(self, environ: WSGIEnvironment) -> tuple[str, str] | None:
        # Two Host headers arrive here as one with a comma.
        if environ.get("HTTP_HOST") not in self.hosts:
            return "403 Forbidden", "This page answers only to its own address."
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD", "POST"):
            return "405 Method Not Allowed", "This page is read and sent, nothing else."
        if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
            return "403 Forbidden", "This request comes from another web site."
        if method == "POST":
            if environ.get("HTTP_ORIGIN") != f"http://{environ['HTTP_HOST']}":
                return "403 Forbidden", "This request does not come from the page itself."
            limit = self.larger_bodies.get(environ["PATH_INFO"], FORM_BYTES)
            try:
                length = int(environ.get("CONTENT_LENGTH") or 0)
            except ValueError:
                length = limit + 1
            if not 0 <= length <= limit:
                return "413 Content Too Large", "This is more than the page takes at once. Nothing was kept."
        return None


def _with_headers(start_response: StartResponse) -> StartResponse:
    ours = {name.lower() for name, _ in HEADERS}

    def start(
        status: str, headers: list[tuple[str, str]], fault: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        kept = [(name, value) for name, value in headers if name.lower() not in ours]
        return start_response(status, [*kept, *HEADERS], fault)

    return start
