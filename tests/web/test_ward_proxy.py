"""Test the ward server as IT runs it: its own process, behind a real nginx or Apache with TLS and sign-on."""

from __future__ import annotations

import base64
import http.client
import http.server
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from packets.batch.folder import Folder
from tests.batch.day import as_csv, patient
from tests.clock import PROGRAM
from tests.web.client import FORM, Answer, Client
from tests.web.test_guard import carries_all_headers
from tests.web.test_schedule import address, send, start
from tests.web.ward import HOST, WardClient

DEPLOY = Path(__file__).resolve().parents[2] / "docs/ward-server"
pytestmark = pytest.mark.xdist_group("ward proxy")


class SignOn(http.server.BaseHTTPRequestHandler):
    """Stand in for oauth2-proxy: the cookie sso names the user who has signed on."""

    def do_GET(self) -> None:
        user = re.search(r"sso=(\w+)", self.headers.get("Cookie", ""))
        code = 200 if self.path.startswith(("/oauth2/sign_", "/portal/")) else 202 if user else 401
        self.send_response(code)
        if user and code == 202:
            self.send_header("X-Auth-Request-User", user[1])
        body = b""
        if portal := re.fullmatch(r"/portal/([0-9]+)", self.path):
            body = f'<a href="https://localhost:{portal[1]}/outbox">Packets</a>'.encode()
            self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port: int = chosen.getsockname()[1]
    return port


@dataclass
class ProxyClient(Client):
    """A browser that goes through the proxy."""

    tls: ssl.SSLContext | None = None
    user: str = ""

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPSConnection("localhost", self.port, timeout=60, context=self.tls)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        answer = super().ask(method, path, body, **headers)
        if "__Host-packets=" in str(answer.headers.get("Set-Cookie", "")):
            self.cookie = f"sso={self.user}; " + str(answer.headers["Set-Cookie"]).split(";")[0]
        return answer

    def open(self) -> Answer:
        answer = self.get("/", Sec_Fetch_Site="none")
        self.keep_csrf(answer)
        return answer


@dataclass(slots=True)
class Site:
    """A ward server as a process, and the proxy in front of it."""

    folder: Path
    port: int
    tls: ssl.SSLContext
    process: subprocess.Popen[str]
    apache_port: int
    sign_on_port: int

    @property
    def log(self) -> list[str]:
        """Return the lines that the server has written so far, without the first."""
        return (self.folder / "log").read_text().splitlines()[1:]

    def client(self, user: str) -> ProxyClient:
        """Return the browser of a user who has signed on at the proxy; "" has not."""
        return ProxyClient(self.port, cookie=f"sso={user}" if user else "", tls=self.tls, user=user)

    def signed_on(self, user: str) -> ProxyClient:
        client = self.client(user)
        client.open()
        return client


def start_server(folder: Path, *ports: int, settings: str = "") -> subprocess.Popen[str]:
    """Start the server with the shipped settings, changed to this folder and these ports, and wait until it listens."""
    text = (DEPLOY / "ward.yaml").read_text()
    text = text.replace("/run/packets", str(folder)).replace("/var/lib/packets", str(folder))
    text = text.replace("[packets.example.org]", str([HOST, *(f"localhost:{port}" for port in ports)]))
    (folder / "ward.yaml").write_text(text + f"site_key: {folder}/site.key\n{settings}")
    with (folder / "log").open("w") as log:
        command = [sys.executable, PROGRAM, "serve", "--ward", str(folder / "ward.yaml")]
        process = subprocess.Popen(command, stderr=log, text=True, start_new_session=True)
    until = time.monotonic() + 60
    while not (folder / "log").read_text().startswith("Ready: "):
        assert process.poll() is None and time.monotonic() < until, (folder / "log").read_text()
        time.sleep(0.05)
    return process


def stop(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
    if process.poll() is None:
        os.killpg(process.pid, how)
    return process.wait(90)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Return a folder with a short path: that of a Unix socket has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="ward-"))
    folder.chmod(0o711)  # the proxy has a user of its own
    (folder / "days").mkdir()
    (folder / "site.key").write_text(secrets.token_hex(32))
    (folder / "site.key").chmod(0o600)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(str(folder / "packets.key"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "packets.crt"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """Start the server, the sign-on service, and nginx with the shipped configuration."""
    sign_on = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SignOn)
    threading.Thread(target=sign_on.serve_forever, daemon=True).start()
    port, plain_port, apache_port = free_port(), free_port(), free_port()
    text = (DEPLOY / "nginx.conf").read_text()
    for shipped, here in (
        ("/run/packets", str(folder)),
        ("/etc/ssl/packets", str(folder)),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80", f"listen 127.0.0.1:{plain_port}"),
        ("server_name packets.example.org", "server_name localhost"),
        ("127.0.0.1:4180", f"127.0.0.1:{sign_on.server_port}"),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    user = "user www-data;\n" if os.geteuid() == 0 else ""
    main = f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\nevents {{}}\n"
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(f"{main}http {{\naccess_log off;\n{temporary}{text}}}\n")
    process = start_server(folder, port, apache_port)
    if os.geteuid() == 0:
        shutil.chown(folder / "packets.sock", group="www-data")  # as the group of the unit
    nginx = subprocess.Popen(["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.PIPE)
    try:
        _wait_for(port, nginx)
        yield Site(
            folder,
            port,
            ssl.create_default_context(cafile=str(folder / "ca.pem")),
            process,
            apache_port,
            sign_on.server_port,
        )
    finally:
        nginx.terminate()
        nginx.communicate(timeout=30)
        sign_on.shutdown()
        sign_on.server_close()
        stop(process)


def _wait_for(port: int, proxy: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert proxy.poll() is None and time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.system("nginx")
def test_nobody_gets_in_without_signing_on(site: Site) -> None:
    nobody = site.client("")
    for path in ("/", "/outbox", "/assets/page.css", "/packets/x"):
        answer = nobody.get(path, X_Remote_User="akeller")
        assert (answer.status, answer.goes_to) == (303, f"https://localhost:{site.port}/oauth2/sign_in")
    assert nobody.post("/packets", FORM | {"do": "make"}, X_Remote_User="akeller").status == 303
    assert site.client("mallory").get("/").status == 403, "signed on, but without a role"
    assert site.client("akeller").get("/healthz").status == 404
    check = (DEPLOY / "healthy.py").read_text().replace("/run/packets", str(site.folder))
    assert subprocess.run([sys.executable, "-c", check]).returncode == 0, "the health check of the container"


@pytest.mark.system("nginx")
def test_two_nurses_work_at_once_through_nginx(site: Site) -> None:
    """A nurse makes packets while the lead makes those of a day, and each sees only their own."""
    nurse, lead = site.signed_on("akeller"), site.signed_on("jrivera")
    send(lead, as_csv([patient(number) for number in range(1, 5)]), "2026-12-07")
    with ThreadPoolExecutor(2) as both:
        batch = both.submit(start, lead)
        pages = [nurse.send(patient_name=f"Rosa Sample {letter}") for letter in "AB"]
    assert "Packets made" in batch.result().text
    assert [re.search(r"Rosa Sample \w", page.text) is not None for page in pages] == [True, True]
    assert nurse.pdf(pages[0]).body.startswith(b"%PDF")
    assert "Rosa" not in lead.get("/").text and lead.get(nurse.answers[-1].goes_to or "/packets/x").status in (200, 410)
    for answer in (*nurse.answers, *lead.answers):
        carries_all_headers_of_packets(answer)
    assert nurse.post("/lock", {}).goes_to == "/signed-out"


def carries_all_headers_of_packets(answer: Answer) -> None:
    """nginx names itself in one more header."""
    del answer.headers["Server"]
    carries_all_headers(answer)


@pytest.mark.system("nginx")
def test_a_user_header_of_the_browser_is_replaced(site: Site) -> None:
    nurse = site.signed_on("akeller")
    for headers in (
        {"X_Remote_User": "jrivera"},
        {"x-remote-user": "jrivera"},
        {"X-Remote-User": "jrivera", "Connection": "X-Remote-User"},
    ):
        page = nurse.get("/", **headers)
        assert page.status == 200 and "akeller" in page.text and "jrivera" not in page.text
    lines = "X-Remote-User: jrivera\r\nX_Remote_User: jrivera\r\nX-Remote-User: jrivera"
    request = f"GET /schedule HTTP/1.1\r\nHost: localhost:{site.port}\r\n{lines}\r\nCookie: {nurse.cookie}\r\n"
    with site.tls.wrap_socket(socket.create_connection(("localhost", site.port)), server_hostname="localhost") as raw:
        raw.sendall(f"{request}Connection: close\r\n\r\n".encode())
        got = http.client.HTTPResponse(raw)
        got.begin()
        assert got.status == 403 and b"Your role may not open this page" in got.read()
    assert nurse.post("/packets", FORM | {"do": "make"}, Origin=f"http://localhost:{site.port}").status == 403
    assert nurse.get("/", Host="evil.example").status in (403, 404)


@pytest.mark.system("nginx")
def test_floods_are_refused_and_the_service_goes_on(site: Site) -> None:
    """Uploads of 200 MB, slow clients, and 100 requests at once."""
    nurse = site.signed_on("akeller")
    slow = []
    for _ in range(50):
        connection = site.tls.wrap_socket(
            socket.create_connection(("localhost", site.port)), server_hostname="localhost"
        )
        connection.sendall(f"POST /packets HTTP/1.1\r\nHost: localhost:{site.port}\r\nContent-Le".encode())
        slow.append(connection)
    upload = nurse.ask("POST", "/schedules", b"", Content_Length="200000000")
    assert upload.status == 413
    with ThreadPoolExecutor(100) as crowd:
        without_session = crowd.map(lambda _: site.client("akeller").get("/outbox").status, range(50))
        with_session = crowd.map(lambda _: nurse.get("/outbox").status, range(50))
    assert (set(without_session), set(with_session)) == ({403}, {200})
    page = nurse.send(patient_name="Rosa Sample C")
    assert "Rosa Sample C" in page.text
    for connection in slow:
        connection.close()
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{site.process.pid}/status").read_text())
    assert peak and int(peak[1]) < 300_000


@pytest.mark.browser
@pytest.mark.system("nginx", "browser")
def test_a_nurse_signs_in_works_and_signs_out_in_chromium(site: Site) -> None:
    """A link of another site finds the open session, although the browser sends no cookie with it."""
    playwright = pytest.importorskip("playwright.sync_api")
    from tests.web.test_browser import CHROMIUM, FLAGS, axe

    form = f"https://localhost:{site.port}/"
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(ignore_https_errors=True)
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "sso", "value": "jrivera", "url": form}])
        complaints: list[str] = []
        on = context.new_page()
        on.on("console", lambda message: complaints.append(message.text))
        on.goto(form + "procedures/cervical-foraminotomy")
        assert "This form is locked" in on.inner_text("main") and axe(on) == []
        complaints.clear()  # the locked page has status 403
        on.get_by_role("link", name="Open the form").click()
        (cookie,) = [each for each in context.cookies() if each["name"] == "__Host-packets"]
        assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Strict"
        on.goto(form + "procedures/cervical-foraminotomy")
        for label, text in (("Patient’s name", "Rosa Sample"), ("Record number", "00418823")):
            on.get_by_role("textbox", name=label).fill(text)
        on.get_by_role("textbox", name="Surgery date").fill("2026-12-07")
        on.get_by_label("Surgeon", exact=True).fill("Dr. Jane Sample")
        on.get_by_role("radio", name="Yes").check()
        context.clear_cookies(name="sso")
        make = on.get_by_role("button", name="Make", exact=False).first
        make.click()
        on.get_by_text("Your sign-in has ended. What you typed is still on this page").wait_for()
        context.add_cookies([{"name": "sso", "value": "jrivera", "url": form}])
        make.click()
        on.wait_for_url("**/packets/*")
        assert "Rosa Sample" in on.inner_text("body")
        assert on.locator("img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
        on.goto(f"http://127.0.0.1:{site.sign_on_port}/portal/{site.port}")
        on.get_by_role("link", name="Packets").click()
        on.wait_for_url(form)
        assert cookie in context.cookies(), "the same session"
        for page in ("schedule", "outbox"):
            on.goto(form + page)
            assert axe(on) == []
        on.get_by_role("button", name="Sign out").click()
        on.wait_for_url(form + "oauth2/sign_out")
        on.goto(form + "outbox")
        assert "This form is locked" in on.inner_text("main")
        assert [text for text in complaints if "status of 40" not in text] == []
        browser.close()


@pytest.mark.system("nginx")
def test_the_log_of_all_this_has_no_patient_data(site: Site) -> None:
    """It runs last: the log has the refusals of the tests above."""
    line = re.compile(r"(4\d\d|503) (GET|POST|\?) (/[a-z-]*|\?) user=(akeller|jrivera|-)(: [A-Z][\w ,'.]+)?")
    assert len(site.log) > 50
    assert [text for text in site.log if not line.fullmatch(text)] == []
    assert not re.search("Rosa|Sample|00418823", "".join(site.log))


@pytest.mark.slow
def test_a_killed_server_loses_no_packet_of_a_batch(folder: Path, tmp_path: Path) -> None:
    """SIGKILL of the whole group while a day is made; then the same schedule again."""
    here = Path(shutil.copytree(folder, folder / "killed", ignore=lambda *_: ["killed", "packets.sock"]))
    rows = as_csv([patient(number) for number in range(1, 25)])
    day = here / "days" / "2026-12-07"
    process = start_server(here, 8443)
    try:
        lead = WardClient(0, path=here / "packets.sock", user="jrivera")
        lead.open()
        send(lead, rows, "2026-12-07")
        assert lead.post(f"{address(lead)}/start", {}).status == 303
        until = time.monotonic() + 60
        while len(list(Folder(day).packet_files())) < 4:
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        stop(process, signal.SIGKILL)
    before = {file.name: file.read_bytes() for file in Folder(day).packet_files()}
    assert 4 <= len(before) < 24
    process = start_server(here, 8443)
    try:
        answer = lead.get(address(lead))
        assert answer.status == 403 and "This form is locked" in answer.text
        lead.open()
        assert "unchanged" in send(lead, rows, "2026-12-07").text
        assert "Packets made" in start(lead).text
    finally:
        code = stop(process)
    after = {file.name: file.read_bytes() for file in Folder(day).packet_files()}
    assert len(after) == 24 and {name: after[name] for name in before} == before
    assert code == 0 and not (here / "packets.sock").exists()
    assert (here / "log").read_text().splitlines()[-1] == "Server stopped; all session data was discarded."


@pytest.mark.system("nginx", "apache2")
def test_a_nurse_works_through_apache(site: Site) -> None:
    """The shipped configuration, with passwords instead of OIDC. Apache passes headers with an underscore on."""
    folder = site.folder
    text = (DEPLOY / "apache.conf").read_text()
    basic = f"AuthType Basic\nAuthName packets\nAuthUserFile {folder}/passwords"
    for shipped, here in (
        ("/run/packets", str(folder)),
        ("/etc/ssl/packets", str(folder)),
        ("*:443", f"127.0.0.1:{site.apache_port}"),
        ("*:80", f"127.0.0.1:{free_port()}"),
        ("ServerName packets.example.org", "ServerName localhost"),
        ("AuthType openid-connect", basic),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    modules = "mpm_event authn_core authn_file authz_core authz_user auth_basic alias socache_shmcb ssl headers"
    modules += " proxy proxy_http reqtimeout"
    load = [f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so" for each in modules.split()]
    own = [f"ServerRoot {folder}", f"PidFile {folder}/apache.pid", f"ErrorLog {folder}/apache.log"]
    own += ["ServerName localhost", f"Listen 127.0.0.1:{site.apache_port}", f"Mutex file:{folder} default"]
    own += ["User www-data", "Group www-data"] if os.geteuid() == 0 else []
    (folder / "apache.conf").write_text("\n".join([*load, *own, text]))
    (folder / "passwords").write_text("akeller:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=\n")  # test
    (folder / "passwords").chmod(0o644)
    apache = subprocess.Popen(["apache2", "-f", str(folder / "apache.conf"), "-DFOREGROUND"], stderr=subprocess.PIPE)
    try:
        _wait_for(site.apache_port, apache)
        nurse = ProxyClient(site.apache_port, tls=site.tls)
        assert nurse.get("/").status == 401
        signed_on = {"Authorization": "Basic " + base64.b64encode(b"akeller:test").decode()}
        page = nurse.get("/", **signed_on, X_Remote_User="jrivera")
        assert page.status == 200 and "akeller" in page.text
        nurse.keep_csrf(page)
        made = nurse.post("/packets", FORM | {"do": "make"}, **signed_on)
        assert made.status == 303 and "Packet " in nurse.get(made.goes_to, **signed_on).text
        lines = f"X_Remote_User: jrivera\r\nAuthorization: {signed_on['Authorization']}\r\nConnection: close\r\n\r\n"
        raw = site.tls.wrap_socket(
            socket.create_connection(("localhost", site.apache_port)), server_hostname="localhost"
        )
        with raw:
            raw.sendall(f"GET /schedule HTTP/1.1\r\nHost: localhost:{site.apache_port}\r\n{lines}".encode())
            got = http.client.HTTPResponse(raw)
            got.begin()
            assert got.status in (400, 403)
        large = FORM | {"do": "make", "patient_name": "W" * 100_000}
        assert nurse.post("/packets", large, **signed_on).status == 413
        assert nurse.get("/healthz", **signed_on).status == 404
    finally:
        apache.terminate()
        apache.communicate(timeout=30)


@pytest.mark.system("systemd-analyze")
def test_the_unit_is_valid_for_systemd(tmp_path: Path) -> None:
    """The program of the unit is replaced by one that exists here."""
    text = (DEPLOY / "packets.service").read_text()
    program = "/opt/packets/.venv/bin/packets"
    assert text.count(program) == 1
    (tmp_path / "packets.service").write_text(text.replace(program, "/usr/bin/env packets"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / "packets.service")], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
