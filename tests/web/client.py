"""A minimal HTTP client that keeps the session cookie and the CSRF token, and parses responses."""

from __future__ import annotations

import html
import http.client
import re
import secrets
import socket
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import urlencode, urlsplit

FORM = {
    "procedure": "cervical-foraminotomy",
    "language": "en",
    "patient_name": "Rosa Sample",
    "mrn": "00418823",
    "dob": "",
    "surgery_date": "2026-12-07",
    "surgeon": "Dr. Jane Sample",
    "collar": "yes",
    "discharge_date": "",
    "follow_up": "",
    "status": "",
    "replaces": "",
    "large_print": "no",
    "paper": "letter",
}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        """Return the text as a reader sees it: no tags, entities or repeated white space."""
        bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", self.body.decode(), flags=re.S)
        return " ".join(html.unescape(bare).split())

    @property
    def goes_to(self) -> str:
        return str(self.headers.get("Location", "")).split("#")[0]


@dataclass(slots=True)
class Client:
    port: int
    cookie: str = ""
    csrf: str = ""
    answers: list[Answer] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send one request with a browser's headers. A header given as "" is left out."""
        sent = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if method == "POST":
            sent |= {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = self.connection()
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value})
            got = connection.getresponse()
            answer = Answer(got.status, got.headers, got.read())
        finally:
            connection.close()
        self.answers.append(answer)
        return answer

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        body = urlencode({"csrf": self.csrf} | fields).encode()
        return self.ask("POST", path, body, **headers)

    def upload(self, path: str, fields: dict[str, str], files: list[tuple[str, str, bytes]]) -> Answer:
        """Send a form with files, each with its field, name and content, as a browser does."""
        edge = secrets.token_hex(16)
        body = b""
        for name, text in ({"csrf": self.csrf} | fields).items():
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
            body += f"{head}{text}\r\n".encode()
        for part, name, data in files:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{part}"; filename="{name}"\r\n'
            body += f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n"
        body += f"--{edge}--\r\n".encode()
        return self.ask("POST", path, body, Content_Type=f"multipart/form-data; boundary={edge}")

    def raw(self, request: bytes) -> Answer:
        """Send raw bytes, for requests that no client library would send."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(request)
            got = http.client.HTTPResponse(connection)
            got.begin()
            return Answer(got.status, got.headers, got.read())

    def come_in(self, link: str) -> Answer:
        """Open the launch link, and load the empty form."""
        where = urlsplit(link)
        answer = self.get(f"{where.path}?{where.query}", Sec_Fetch_Site="none")
        if answer.status == 303:
            self.keep_cookie(answer)
            self.keep_csrf(self.get("/procedures/cervical-foraminotomy"))
        return answer

    def keep_cookie(self, answer: Answer) -> None:
        self.cookie = str(answer.headers["Set-Cookie"]).split(";")[0]

    def keep_csrf(self, page: Answer) -> None:
        match = re.search(r'name="csrf" value="([^"]+)"', page.body.decode())
        assert match, page.text
        self.csrf = match[1]

    def send(self, do: str = "make", **changes: str) -> Answer:
        """Submit the form with these changes, and return the page it redirects to."""
        sent = self.post("/packets", FORM | {"do": do} | changes)
        return self.get(sent.goes_to) if sent.status == 303 else sent

    def pdf(self, page: Answer, staff: bool = False) -> Answer:
        match = re.search(rb'href="(/packets/[^"?]+-staff-sheet\.pdf|/packets/[^"?]+\.pdf)"', page.body)
        match = re.search(rb'href="(/packets/[^"?]+-staff-sheet\.pdf)"', page.body) if staff else match
        assert match, page.text
        return self.get(match[1].decode())
