"""Refuse requests from elsewhere, and set the security headers of every response."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORM_BYTES = 64 * 1024
TOO_LARGE = "413 Content Too Large"
_TOO_LARGE_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="/assets/page.css">
</head>
<body>
<main class="narrow">
<h1>{title}</h1>
<p class="lead">At most {megabytes:.1f} MB are read. Nothing was saved.</p>
<p><a class="button" href="{back}">Go back</a></p>
</main>
</body>
</html>
"""
REFUSAL = "packets.refusal"  # the key of the reason of a refused request in the WSGI environment

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)
HEADERS = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", f"{_POLICY}'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # With no-referrer, Chrome sends this application's forms with "Origin: null".
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
# Instead of the first header above, for files that are the same for everyone and have a hash in their address.
CACHED = ("Cache-Control", "max-age=31536000, immutable")
# Instead of the headers above: a page of this form loads a PDF into a hidden frame to print it.
PDF_HEADERS = {"Content-Security-Policy": f"{_POLICY}'self'", "X-Frame-Options": "SAMEORIGIN"}


class UploadLimit(Struct, frozen=True):
    """How many bytes a path accepts; for larger requests, what is said and where the form is."""

    bytes: int
    back: str
    refusal: str


class Guard:
    """Refuse every request that does not come from the web form in a browser at the form's own address.

    `hosts` are the only accepted Host headers; otherwise a web site could reach the form by resolving its own name to
    127.0.0.1 (DNS rebinding). `uploads` are the paths that accept more than a form.
    `scheme` is that of the address in the browser: https behind a proxy.
    """

    def __init__(
        self, app: WSGIApplication, hosts: Iterable[str], uploads: Mapping[str, UploadLimit], scheme: str = "http"
    ) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.uploads = uploads
        self.scheme = scheme

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start = with_headers(start_response)
        refusal = self.refusal(environ)
        if refusal is None:
            return self.app(environ, start)
        status, environ[REFUSAL] = refusal
        if status == TOO_LARGE:
            return send(start, status, self._page(environ["PATH_INFO"]), "text/html")
        return send(start, status, environ[REFUSAL])

    def refusal(self, environ: WSGIEnvironment) -> tuple[str, str] | None:
        """Return the status and message of a refused request, None for an accepted one."""
        # waitress joins two Host headers with a comma, so they are refused too.
        if environ.get("HTTP_HOST") not in self.hosts:
            return "403 Forbidden", "Open this form only at its own address."
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD", "POST"):
            return "405 Method Not Allowed", "Only GET, HEAD and POST are allowed."
        if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
            return "403 Forbidden", "This request came from another web site."
        if method == "POST":
            if environ.get("HTTP_ORIGIN") != f"{self.scheme}://{environ['HTTP_HOST']}":
                return "403 Forbidden", "This request did not come from the form itself."
            limit = self.limit(environ["PATH_INFO"])
            try:
                length = int(environ.get("CONTENT_LENGTH") or 0)
            except ValueError:
                length = limit + 1
            if not 0 <= length <= limit:
                return TOO_LARGE, "The file or form is too large."
        return None

    def limit(self, path: str) -> int:
        """Return how many bytes a request to this path may have."""
        return self.uploads[path].bytes if path in self.uploads else FORM_BYTES

    def _page(self, path: str) -> str:
        """Return the page of a request that is too large, with the way back."""
        upload = self.uploads.get(path, UploadLimit(FORM_BYTES, "/", "This form is too large"))
        return _TOO_LARGE_PAGE.format(title=upload.refusal, megabytes=upload.bytes / 1e6, back=upload.back)


def send(start: StartResponse, status: str, message: str, kind: str = "text/plain") -> Iterable[bytes]:
    """Send a message as plain text, or as a page."""
    body = f"{message}\n".encode()
    start(status, [("Content-Type", f"{kind}; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def with_headers(start_response: StartResponse) -> StartResponse:
    """Add the security headers to a response."""
    own_names = {name.lower() for name, _ in HEADERS}

    def start(
        status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        others = [(name, value) for name, value in headers if name.lower() not in own_names]
        special = dict(PDF_HEADERS) if ("Content-Type", "application/pdf") in others else {}
        special |= dict([CACHED]) if CACHED in headers else {}
        own = [(name, special.get(name, value)) for name, value in HEADERS]
        return start_response(status, [*others, *own], exc_info)

    return start
