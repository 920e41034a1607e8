"""Test sessions, request checks and security headers with requests of browsers, attackers and broken programs."""

from __future__ import annotations

import http.cookies
import re
import time
from unittest.mock import patch

import pytest

from packets.schedule.source_files import SourceFile, UploadedSchedule
from packets.web.guard import CACHED, FORM_BYTES, HEADERS, PDF_HEADERS
from packets.web.server import WebServer
from packets.web.sessions import LAUNCH_S, Sessions
from tests.web.client import FORM, Answer, Client
from tests.web.conftest import Serve


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def carries_all_headers(answer: Answer) -> None:
    """Only a page of this form may show a PDF in a frame, to print it; nothing may show a page."""
    special = PDF_HEADERS if answer.headers["Content-Type"] == "application/pdf" else {}
    for name, value in (dict(HEADERS) | special).items():
        assert answer.headers.get_all(name) == [value], name
    assert "Server" not in answer.headers


# the launch link


def test_the_link_opens_the_page_and_gives_a_cookie_that_no_script_or_other_site_can_use(page: WebServer) -> None:
    client = Client(page.port)
    answer = client.come_in(page.link())
    assert (answer.status, answer.goes_to) == (303, "/")
    (cookie,) = http.cookies.SimpleCookie(str(answer.headers["Set-Cookie"])).values()
    assert cookie.key.startswith("packets-") and len(cookie.value) >= 40
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert not cookie["max-age"] and not cookie["expires"], "it ends with the browser"
    assert client.get("/procedures/cervical-foraminotomy").status == 200


def test_a_used_link_does_not_open_a_session(page: WebServer) -> None:
    link = page.link()
    assert Client(page.port).come_in(link).status == 303
    again = Client(page.port).come_in(link)
    assert again.status == 403
    assert "This link was already used" in again.text
    assert "Set-Cookie" not in again.headers


@pytest.mark.parametrize("token", ["", "x", "Ä", "A" * 43, "' or 1=1 --"])
def test_a_guessed_token_is_refused_and_the_real_one_still_works(page: WebServer, token: str) -> None:
    from urllib.parse import quote

    link = page.link()
    assert Client(page.port).get(f"/open?token={quote(token)}").status == 403
    assert Client(page.port).come_in(link).status == 303


def test_a_link_expires_after_ten_minutes_or_when_another_is_made() -> None:
    clock = Clock()
    sessions: Sessions[None] = Sessions(clock)
    old = sessions.new_token()
    clock.now += LAUNCH_S + 1
    assert sessions.launch(old) is None
    first, second = sessions.new_token(), sessions.new_token()
    assert sessions.launch(first) is None
    assert sessions.launch(second) is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/procedures/cervical-foraminotomy"),
        ("GET", "/packets/guess"),
        ("GET", "/packets/guess/SAMP-LE2Z.pdf"),
        ("GET", "/packets/guess/page-1.png"),
        ("POST", "/packets"),
        ("POST", "/dates"),
        ("POST", "/stay"),
        ("POST", "/lock"),
        ("GET", "/nothing"),
    ],
)
@pytest.mark.parametrize("cookie", ["", "packets-0=guess"])
def test_without_a_session_only_the_locked_page_is_shown(page: WebServer, method: str, path: str, cookie: str) -> None:
    client = Client(page.port, cookie)
    answer = client.ask(method, path, b"" if method == "POST" else None)
    assert answer.status == 403
    assert "This form is locked" in answer.text and "double-click the Packets icon" in answer.text
    carries_all_headers(answer)


def test_two_servers_on_one_machine_do_not_share_cookies(page: WebServer, serve: Serve) -> None:
    one, other = Client(page.port), Client(serve().port)
    one.come_in(page.link())
    other.cookie = one.cookie
    assert other.get("/").status == 403
    assert one.get("/").status == 200


# Host, Origin and CSRF token


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example"],
        ["evil.example:{port}"],
        ["127.0.0.1"],
        ["127.0.0.1:1"],
        ["127.0.0.1:{port}", "evil.example"],
        ["127.0.0.1:{port}", "127.0.0.1:{port}"],
        ["127.0.0.1:{port}.evil.example"],
        ["[::1]:{port}"],
    ],
)
def test_a_foreign_missing_or_repeated_host_header_is_refused(client: Client, hosts: list[str]) -> None:
    lines = "".join(f"Host: {host.format(port=client.port)}\r\n" for host in hosts)
    request = f"GET / HTTP/1.1\r\n{lines}Cookie: {client.cookie}\r\nConnection: close\r\n\r\n"
    answer = client.raw(request.encode())
    assert answer.status in (400, 403)
    assert b"Packets" not in answer.body
    carries_all_headers(answer)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_both_local_host_names_are_accepted(client: Client, host: str) -> None:
    assert client.get("/", Host=f"{host}:{client.port}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost:{port}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_a_form_from_another_origin_is_refused(client: Client, headers: dict[str, str]) -> None:
    changed = {name: value.format(port=client.port) for name, value in headers.items()}
    answer = client.post("/packets", FORM | {"do": "make"}, **changed)
    assert answer.status == 403
    assert "Location" not in answer.headers
    carries_all_headers(answer)


def test_a_cross_site_request_is_refused(client: Client) -> None:
    for path in ("/", "/assets/page.js", "/locked"):
        assert client.get(path, Sec_Fetch_Site="cross-site").status == 403


@pytest.mark.parametrize("csrf", ["", "guess", "Ä"])
def test_a_form_without_its_token_is_refused(client: Client, csrf: str) -> None:
    client.csrf = csrf
    answer = client.post("/packets", FORM | {"do": "make"})
    assert answer.status == 403
    assert "This form is out of date" in answer.text


def test_the_token_of_another_session_is_refused(page: WebServer, client: Client) -> None:
    other = Client(page.port)
    other.come_in(page.link())
    client.csrf = other.csrf
    assert client.post("/packets", FORM | {"do": "make"}).status == 403


def test_one_session_does_not_see_what_another_made(page: WebServer, client: Client) -> None:
    made = client.post("/packets", FORM | {"do": "make"}).goes_to
    assert client.get(made).status == 200
    other = Client(page.port)
    other.come_in(page.link())
    answer = other.get(made)
    assert answer.status == 410 and "fill in its form again and press Make" in answer.text
    assert "Rosa" not in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(client: Client, method: str) -> None:
    answer = client.raw(f"{method} / HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nConnection: close\r\n\r\n".encode())
    assert answer.status == 405
    carries_all_headers(answer)


# paths and sizes


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../web/views.py",
        "/assets/..%2fweb/views.py",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/....//etc/passwd",
        "/assets/..\\web\\views.py",
        "/assets//etc/passwd",
        "/assets/page.css%00.js",
        "/../../../../etc/passwd",
        "/packets/../../etc/passwd",
        "/packets/%2e%2e/%2e%2e/etc/passwd.pdf",
        "/procedures/..%2f..%2fclinic",
        "/procedures/../common/disclaimer",
        "//evil.example/",
        "/%0d%0aX-Evil:%201",
        "/packets/x/page-99999999999999999999.png",
        "/static/page.css",
        "/" + "a" * 4000,
    ],
)
def test_path_traversal_is_refused(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status in (400, 403, 404, 410)
    assert b"root:" not in answer.body and b"import" not in answer.body
    assert "evil" not in str(answer.headers)
    carries_all_headers(answer)


def test_every_file_that_a_page_names_is_served(client: Client) -> None:
    names = re.findall(r'"(/assets/[^"]+)"', client.get("/procedures").body.decode())
    assert len(names) > 5 and any(name.endswith(".pdf") for name in names)
    for name in names:
        answer = client.get(name)
        assert answer.status == 200 and answer.body, name


def test_only_the_applications_files_are_served(client: Client) -> None:
    for name in (
        "page.css",
        "page.js",
        "lock.js",
        "draft.js",
        "clear.js",
        "icon.svg",
        "AtkinsonHyperlegibleNext-Regular.ttf",
    ):
        answer = client.get(f"/assets/{name}")
        assert answer.status == 200 and answer.body, name
        carries_all_headers(answer)
    assert client.get("/assets/SourceSans3-Regular.ttf").status == 404


def test_a_body_that_is_too_long_is_refused_and_the_server_continues(client: Client) -> None:
    answer = client.post("/packets", FORM | {"do": "make", "patient_name": "W" * FORM_BYTES})
    assert answer.status == 413 and "This form is too large" in answer.text
    assert '<a class="button" href="/">Go back</a>' in answer.body.decode()
    carries_all_headers(answer)
    for length in ("-1", "1e3", "9" * 30):
        head = f"POST /packets HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\nOrigin: {client.origin}\r\n"
        refused = client.raw(f"{head}Content-Length: {length}\r\nConnection: close\r\n\r\n".encode())
        assert refused.status in (400, 413)
        carries_all_headers(refused)
    assert "Packet " in client.send().text


@pytest.mark.parametrize("request_", [b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nHost\r\n\r\n"])
def test_a_malformed_request_gets_the_security_headers(client: Client, request_: bytes) -> None:
    answer = client.raw(request_)
    assert answer.status == 400
    carries_all_headers(answer)


def test_every_response_has_the_security_headers(client: Client) -> None:
    made = client.send()
    client.pdf(made)
    client.get("/")
    client.get("/nothing")
    client.post("/dates", {"procedure": FORM["procedure"], "surgery_date": "2026-12-07"})
    client.post("/stay", {})
    client.send(surgery_date="2026-02-30")
    client.get("/packets/gone")
    client.get("/lock")
    client.ask("HEAD", "/")
    client.post("/packets", {"do": "unknown", "procedure": FORM["procedure"]})
    with patch("packets.web.packet_service.make_packet", side_effect=ValueError):
        client.send()
    with patch("packets.web.packet_service.PacketService.procedures", return_value=((), ())):
        client.get("/")
    assert {answer.status for answer in client.answers} >= {200, 204, 303, 400, 404, 405, 410, 500, 503}
    for answer in client.answers:
        carries_all_headers(answer)


# the lock


def test_an_idle_session_is_locked_and_its_data_dropped(serve: Serve) -> None:
    clock = Clock()
    page = serve(clock=clock)
    client = Client(page.port)
    client.come_in(page.link())
    made = client.post("/packets", FORM | {"do": "make"}).goes_to
    (session,) = page.sessions._open.values()
    clock.now += 14 * 60
    assert client.get(made).status == 200, "each request starts the time again"
    clock.now += 14 * 60
    assert client.post("/stay", {}).status == 204
    clock.now += 15 * 60 + 1
    assert client.get(made).status == 403
    assert session.views == {} and session.pictures == {} and session.remembered is None
    client.come_in(page.link())
    assert client.get(made).status == 410


def test_idle_data_is_dropped_without_a_request(serve: Serve) -> None:
    clock = Clock()
    page = serve(clock=clock, idle_s=1)
    client = Client(page.port)
    client.come_in(page.link())
    (session,) = page.sessions._open.values()
    session.keep(object())
    clock.now += 2
    until = time.monotonic() + 20
    while session.views and time.monotonic() < until:
        time.sleep(0.02)
    assert not session.views


def test_lock_drops_all_data_at_once(client: Client) -> None:
    made = client.post("/packets", FORM | {"do": "make"}).goes_to
    answer = client.post("/lock", {})
    assert (answer.status, answer.goes_to) == (303, "/locked")
    assert client.get(made).status == 403
    assert "Everything typed here has been cleared" in client.get("/locked").text


def test_closing_the_server_drops_all_data(serve: Serve) -> None:
    page = serve()
    client = Client(page.port)
    client.come_in(page.link())
    client.send()
    (session,) = page.sessions._open.values()
    assert session.views
    page.close()
    assert not session.views and not page.sessions._open


def test_a_locked_page_says_which_server_answered(serve: Serve) -> None:
    """A script tells a lock from a restart of the server by this header."""
    names = []
    for _ in range(2):
        client = Client(serve().port)
        answer = client.post("/stay", {})
        assert answer.status == 403
        names.append(answer.headers["X-Packets-Server"])
    assert len(set(names)) == 2


def test_the_oldest_views_are_dropped() -> None:
    sessions: Sessions[int] = Sessions(time.monotonic)
    session = sessions.launch(sessions.new_token())
    assert session is not None
    keys = [session.keep(number) for number in range(250)]
    assert len(session.views) == 200 and len(set(keys)) == 250
    assert session.views[keys[-1]] == 249 and keys[0] not in session.views


def test_all_sessions_together_keep_a_limited_number_of_bytes() -> None:
    """The session that keeps most drops what it did not use for the longest time; nobody loses their newest view."""
    sessions: Sessions[int] = Sessions(time.monotonic, max_bytes=1_000_000)
    anna, bela, lena = (sessions.open(user) for user in ("anna", "bela", "lena"))
    few = [bela.keep(number, 90_000) for number in range(3)]
    many = [anna.keep(number, 90_000) for number in range(30)]
    for number in range(30):
        assert anna.picture("hash", number, lambda: bytes(50_000)) == bytes(50_000)
    upload = lena.keep(0, 50_000_000)
    assert lena.view(upload) == 0
    assert [bela.view(key) for key in few] == [0, 1, 2]
    kept = [number for number, key in enumerate(many) if anna.view(key) is not None]
    assert 0 < len(kept) < 10 and kept == [*range(30 - len(kept), 30)]
    assert sum(each.view_bytes() + each.picture_bytes() for each in (anna, bela, lena)) <= 1_000_000
    lena.keep(1)
    assert lena.view(upload) is None and [bela.view(key) for key in few] == [0, 1, 2]


def test_pictures_of_pages_are_dropped_before_packets_of_any_session() -> None:
    """A picture can be drawn again; a packet that was dropped is lost."""
    sessions: Sessions[int] = Sessions(time.monotonic, max_bytes=1_000_000)
    users = [sessions.open(user) for user in ("anna", "bela")]
    packets = [(user, user.keep(number, 90_000)) for number in range(4) for user in users]
    for number in range(8):
        for user in users:
            user.picture("hash", number, lambda: bytes(200_000))
    assert [user.view(key) for user, key in packets] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [(sha256, number) for user in users for sha256, number in user.pictures] == [("hash", 7)] * 2


@pytest.mark.parametrize(
    ("path", "what_to_do"),
    [
        ("/packets/gone", "fill in its form again and press Make"),
        ("/schedules/gone", "Choose the schedule again on the Schedule page. Packets that were made are kept."),
        ("/outboxes/gone", "Open the outbox again on the Outbox page."),
        ("/mails/gone", "Open Outbox to see whether the packet is there."),
        ("/rack-copies/gone.pdf", "Make the copy again under More."),
    ],
)
def test_a_page_that_is_no_longer_kept_says_what_to_do(client: Client, path: str, what_to_do: str) -> None:
    answer = client.get(path)
    assert answer.status == 410 and what_to_do in answer.text
    assert "until you lock the form or leave it idle" in answer.text


def test_a_schedule_that_several_views_share_counts_once() -> None:
    """Each correction on the page, and the outbox of the day, keep the same files."""
    sessions: Sessions[int] = Sessions(time.monotonic, max_bytes=1_000_000)
    session = sessions.open("anna")
    schedule = UploadedSchedule("monday.csv", (SourceFile("monday.csv", bytes(600_000)),))
    keys = [session.keep(number, 1_000, schedule) for number in range(3)]
    assert session.view_bytes() < 100_000, "the newest view keeps the files in any case"
    keys.append(session.keep(3))
    assert [session.view(key) for key in keys] == [0, 1, 2, 3]
    session.keep(4, 0, UploadedSchedule("tuesday.csv", schedule.files))
    session.keep(5)
    assert [session.view(key) for key in keys] == [None, None, None, 3]


def test_a_view_that_is_used_is_kept_longer() -> None:
    sessions: Sessions[int] = Sessions(time.monotonic)
    session = sessions.open("anna")
    first = session.keep(-1)
    for number in range(250):
        session.keep(number)
        assert session.view(first) == -1


def test_only_this_machine_can_reach_it(page: WebServer) -> None:
    assert page._server.effective_host == "127.0.0.1"
    assert len(page._server.task_dispatcher.threads) < 20


def test_only_files_with_a_hash_in_their_address_may_be_kept_by_the_browser(client: Client) -> None:
    """Pages, PDFs and pictures of pages are never kept: they are a patient's."""
    page = client.get("/procedures/cervical-foraminotomy").body.decode()
    addresses = re.findall(r'(?:src|href)="(/assets/[^"]+)"', page)
    assert len(addresses) > 5
    style = client.get(next(address for address in addresses if address.endswith("page.css")))
    fonts = re.findall(r"url\(([^)]+)\)", style.body.decode())
    assert len(fonts) == 2
    folder = addresses[0].rpartition("/")[0]
    for address in [*addresses, *(f"{folder}/{font}" for font in fonts)]:
        assert client.get(address).headers["Cache-Control"] == CACHED[1], address
    assert client.get("/assets/page.css").headers["Cache-Control"] == "no-store"
    assert client.get("/assets/0123456789abcdef/page.css").headers["Cache-Control"] == "no-store"
    assert client.get(f"{folder}/nothing.css").status == 404
    assert client.get(f"{folder}/empty.pdf").headers["Cache-Control"] == CACHED[1]  # has no effect on a packet's PDF
    made = client.send()
    (address, *_) = re.findall(r'src="(/packets/[^"]+png)"', made.body.decode())
    first, again = client.get(address), client.get(address)
    assert first.body == again.body and first.headers["Cache-Control"] == "no-store"
    assert client.pdf(made).headers["Cache-Control"] == "no-store"
