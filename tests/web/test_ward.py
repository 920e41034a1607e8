"""Test the ward server on its Unix socket: who gets in, whose session it is, and what each role may open."""

from __future__ import annotations

import json
import re
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from packets.batch.folder import Folder
from packets.errors import InvalidInputError, LockedError
from packets.model.ward import Role, WardConfig
from packets.storage.audit_file import verify_audit
from packets.web import schedule_views, task_views
from packets.web.access import LEAST_ROLE
from packets.web.guard import FORM_BYTES
from packets.web.views import WITHOUT_SESSION
from packets.web.ward_server import WardServer
from tests.batch.day import as_csv, patient
from tests.clock import now
from tests.web.client import FORM
from tests.web.conftest import started
from tests.web.test_guard import Clock, carries_all_headers
from tests.web.test_schedule import address, send, start
from tests.web.ward import HOST, Ward, WardClient, make_ward

Open = Callable[..., Ward]


@pytest.fixture
def open_ward(tmp_path: Path) -> Iterator[Open]:
    """Start ward servers in the test's folder, with other settings."""
    running: list[tuple[Ward, threading.Thread]] = []

    def start_one(**settings: Any) -> Ward:
        folder = tmp_path / str(len(running))
        folder.mkdir()
        ward = make_ward(folder, **settings)
        thread = threading.Thread(target=ward.server.run)
        thread.start()
        running.append((ward, thread))
        return ward

    yield start_one
    for ward, thread in running:
        ward.server.close()
        thread.join(10)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    """Start one server for the tests that do not change it."""
    ward = make_ward(tmp_path_factory.mktemp("ward"))
    thread = threading.Thread(target=ward.server.run)
    thread.start()
    yield ward
    ward.server.close()
    thread.join(10)


@pytest.fixture
def ward(shared: Ward) -> Ward:
    """Return the shared server with an empty log."""
    shared.log.clear()
    return shared


def raw(*lines: str, path: str = "/") -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {HOST}", *lines, "Connection: close", "", ""]).encode("latin-1")


# who gets in


def test_a_signed_on_nurse_makes_a_packet(ward: Ward) -> None:
    anna = ward.client("anna")
    page = anna.open()
    assert "anna" in page.text and "Sign out" in page.text and "Schedule" not in page.text
    cookie = anna.answers[0].headers["Set-Cookie"]
    assert re.fullmatch(r"__Host-packets=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Strict", cookie)
    assert "Packet " in anna.send().text
    assert ward.log == []
    for answer in anna.answers:
        carries_all_headers(answer)


@pytest.mark.parametrize(
    ("lines", "status", "reason"),
    [
        ([], 403, "403 GET / user=-: The proxy did not say who you are. Ask IT."),
        (["X-Remote-User: "], 403, "403 GET / user=-: The proxy did not say who you are. Ask IT."),
        (["X-Remote-User: anna", "X-Remote-User: lena"], 403, "not valid"),
        (["X-Remote-User: anna", "X-Remote-User: anna"], 403, "not valid"),
        (["X-Remote-User: ", "X-Remote-User: anna"], 403, "not valid"),
        (["X-Remote-User: anna", "X_Remote_User: lena"], 400, "Bad Request"),
        (["X_Remote_User: lena"], 400, "Bad Request"),
        (["X_Remote-User: lena"], 400, "Bad Request"),
        (["x_remote_user: lena"], 400, "Bad Request"),
        (["X-Remote-User : lena"], 400, "Bad Request"),
        (["X-Remote-User: an\x01na"], 400, "Bad Request"),
        (["X-Remote-User: an\x00na"], 400, "Bad Request"),
        (["X-Remote-User: anna", " lena"], 403, "not valid"),
        (["X-Remote-User: änna"], 403, "not valid"),
        (["X-Remote-User: Rosa Martinez"], 403, "not valid"),
        (["X-Remote-User: ../lena"], 403, "not valid"),
        (["X-Remote-User: mallory"], 403, "no role"),
        (["X-Remote-User: Lena"], 403, "no role"),
        (["Remote-User: lena"], 403, "did not say"),
        (["X-Remote-User-: lena"], 403, "did not say"),
    ],
)
def test_only_one_valid_user_header_is_accepted(ward: Ward, lines: list[str], status: int, reason: str) -> None:
    answer = ward.client("").raw(raw(*lines))
    assert answer.status == status
    assert b"packets" not in answer.body.replace(b"Packets", b"") and "Set-Cookie" not in answer.headers
    carries_all_headers(answer)
    assert len(ward.log) == 1 and reason in ward.log[0]
    assert "Rosa" not in ward.log[0] and "lena" not in ward.log[0]


def test_the_role_comes_from_its_header(open_ward: Open) -> None:
    ward = open_ward(users=(), role_header="X-Remote-Role")
    lena = ward.client("lena")
    assert "Schedule" in lena.get("/", X_Remote_Role="lead").text
    assert "Schedule" not in lena.get("/", X_Remote_Role="nurse").text
    for role in ("", "Lead", "lead, nurse", "admin"):
        answer = lena.get("/", X_Remote_Role=role)
        assert answer.status == 403 and "You have no role in Packets" in answer.text
    twice = raw("X-Remote-User: anna", "X-Remote-Role: nurse", "X-Remote-Role: lead")
    assert lena.raw(twice).status == 403
    assert lena.raw(raw("X-Remote-User: anna", "X-Remote-Role: nurse", "X_Remote_Role: lead")).status == 400


def test_on_a_port_the_proxy_must_send_its_secret(open_ward: Open, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 32 + "\n")
    secret.chmod(0o600)
    ward = open_ward(socket="", port=18600, secret_file=str(secret))

    class PortClient(WardClient):
        def connection(self) -> Any:
            return super(WardClient, self).connection()

    client = PortClient(18600, user="anna")
    for sent in ("", "s" * 31, "s" * 33, "ß" * 32, f"{'s' * 32}, {'s' * 32}"):
        answer = client.get("/", X_Packets_Secret=sent)
        assert answer.status == 403 and "Open Packets through the hospital’s own address" in answer.text.replace(
            "'", "’"
        )
    assert client.get("/", X_Packets_Secret="s" * 32).status in (200, 303)
    twice = [f"X-Packets-Secret: {'s' * 32}", "X_Packets_Secret: x", "X-Remote-User: anna"]
    with socket.create_connection(("127.0.0.1", 18600)) as connection:
        connection.sendall(raw(*twice))
        assert b" 400 Bad Request" in connection.recv(100)
    check = Path(__file__).parents[2] / "docs/ward-server/healthy.py"
    assert subprocess.run([sys.executable, check, "18600"]).returncode == 0, "the health check of the container"
    assert len(ward.log) == 6 and "s" * 31 not in "".join(ward.log)


def test_only_the_hospitals_address_is_accepted(ward: Ward) -> None:
    anna = ward.signed_on("anna")
    for host in ("evil.example", "localhost", "127.0.0.1", f"{HOST}:8443", f"{HOST}.evil.example"):
        assert anna.get("/", Host=host).status in (400, 403)
    for origin in (f"http://{HOST}", "https://evil.example", "null", "", f"https://{HOST}:8443"):
        assert anna.post("/packets", FORM | {"do": "make"}, Origin=origin).status == 403
    assert anna.get("/", Sec_Fetch_Site="cross-site").status == 403
    assert ward.log[-1] == "403 GET / user=anna: This request came from another web site."
    assert all("Rosa" not in line and "Sample" not in line for line in ward.log)


def test_a_link_from_another_site_finds_the_open_session(ward: Ward) -> None:
    """The cookie is not sent with it, so it must not begin a new session."""
    anna = ward.signed_on("anna")
    cookie, anna.cookie = anna.cookie, ""
    how = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    page = anna.get("/schedule", **how)
    assert page.status == 200 and 'http-equiv="refresh" content="0; url=/"' in page.body.decode()
    assert "Set-Cookie" not in page.headers
    carries_all_headers(page)
    anna.cookie = cookie
    assert "Set-Cookie" not in anna.get("/").headers
    assert anna.get("/", **(how | {"Sec_Fetch_Dest": "iframe"})).status == 403
    assert anna.ask("POST", "/lock", b"", **how).status == 403


# sessions


def test_a_session_belongs_to_its_user(ward: Ward) -> None:
    anna = ward.signed_on("anna")
    made = anna.post("/packets", FORM | {"do": "make"}).goes_to
    assert "Rosa Sample" in anna.get(made).text
    bela = ward.client("bela")
    bela.cookie = anna.cookie
    answer = bela.get(made)
    assert answer.status == 403 and "Rosa" not in answer.text
    assert "You are signed in as bela" in answer.text
    assert anna.get(made).status == 403, "the browser has changed hands: what anna did there is gone"
    bela.open()
    assert bela.cookie != anna.cookie
    assert bela.get(made).status == 410
    bela.csrf = anna.csrf
    assert bela.post("/packets", FORM | {"do": "make"}).status == 403


def test_two_nurses_at_once_do_not_see_each_others_work(ward: Ward) -> None:
    """Each makes packets of other patients in the same moments, and gets only theirs."""
    names = {"anna": "Rosa Sample", "bela": "Walter Sample"}
    seen: dict[str, list[str]] = {user: [] for user in names}

    def work(user: str) -> None:
        client = ward.signed_on(user)
        for number in range(3):
            page = client.send(patient_name=f"{names[user]} {'ABC'[number]}", mrn=f"00{number}{len(user)}18823")
            seen[user].append(page.text)
            seen[user].append(client.pdf(page).body.decode("latin-1"))

    threads = [threading.Thread(target=work, args=(user,)) for user in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for user, other in (("anna", "Walter"), ("bela", "Rosa")):
        assert len(seen[user]) == 6 and all(page.count(names[user].split()[0]) for page in seen[user][::2])
        assert not any(other in page for page in seen[user])


def test_a_surgeon_is_suggested_only_to_the_user_who_typed_the_name(ward: Ward) -> None:
    form = "/procedures/cervical-foraminotomy"
    ward.signed_on("anna").send(surgeon="Dr. Typed Sample")
    assert b'<option value="Dr. Typed Sample">' in ward.signed_on("anna").get(form).body
    bela = ward.signed_on("bela")
    assert b"Typed Sample" not in bela.get(form).body
    assert "Used today Cervical Foraminotomy" in bela.get("/procedures").text, (
        "a procedure says nothing about a patient"
    )


def test_an_idle_session_ends_and_the_lock_offers_to_sign_out(open_ward: Open) -> None:
    clock = Clock()
    ward = open_ward(clock=clock, idle_minutes=5)
    anna = ward.signed_on("anna")
    made = anna.post("/packets", FORM | {"do": "make"}).goes_to
    clock.now += 4 * 60
    assert anna.get(made).status == 200
    clock.now += 5 * 60 + 1
    locked = anna.get(made)
    assert locked.status == 403 and "This form is locked" in locked.text and "Rosa" not in locked.text
    assert 'href="/oauth2/sign_out"' in locked.body.decode() and 'href="/"' in locked.body.decode()
    anna.open()
    assert anna.get(made).status == 410


def test_signing_out_clears_everything_and_goes_on_to_the_proxy(ward: Ward) -> None:
    anna = ward.signed_on("anna")
    made = anna.post("/packets", FORM | {"do": "make"}).goes_to
    answer = anna.post("/lock", {})
    assert (answer.status, answer.goes_to) == (303, "/signed-out")
    assert "Max-Age=0" in answer.headers["Set-Cookie"] and "Secure" in answer.headers["Set-Cookie"]
    page = anna.get("/signed-out")
    assert 'http-equiv="refresh" content="0; url=/oauth2/sign_out"' in page.body.decode()
    assert anna.get(made).status == 403


def test_a_user_has_at_most_ten_sessions(open_ward: Open) -> None:
    ward = open_ward()
    first = ward.signed_on("anna")
    bela = ward.signed_on("bela")
    for _ in range(10):
        ward.client("anna").get("/")
    assert first.get("/outbox").status == 403 and bela.get("/outbox").status == 200
    assert len(ward.server.sessions._open) == 11


def test_there_is_no_launch_link(ward: Ward) -> None:
    assert ward.client("anna").get("/open?token=x").status in (403, 404)


# roles


def test_every_view_has_a_least_role(ward: Ward) -> None:
    app = ward.server.app
    views = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert views - set(WITHOUT_SESSION) == set(LEAST_ROLE)


@pytest.mark.parametrize("user", ["rita", "anna", "lena"])
def test_each_view_refuses_roles_below_its_own(ward: Ward, user: str) -> None:
    """Every rule of the application is asked, with every role."""
    client = ward.client(user)
    client.get("/", Sec_Fetch_Site="none")
    client.keep_csrf(client.get("/outbox"))
    role = ward.config.role_of(user)
    assert role
    app = ward.server.app
    tried = set()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in (*WITHOUT_SESSION, "lock"):
            continue
        path = re.sub(r"<[^>]*number>", "1", rule.rule)
        path = re.sub(r"<[^>]*>", "x", path)
        answer = client.post(path, {}) if "POST" in (rule.methods or ()) else client.get(path)
        refused = answer.status == 403 and "Your role may not open this page" in answer.text
        if rule.endpoint == "home" and role is Role.READER:
            assert (answer.status, answer.goes_to) == (303, "/outbox")
        else:
            assert refused is not role.includes(LEAST_ROLE[rule.endpoint]), (rule.endpoint, answer.status)
        tried.add(rule.endpoint)
    assert tried == set(LEAST_ROLE) - {"lock"}


def test_only_a_lead_decides_about_held_mail(ward: Ward) -> None:
    anna, lena = ward.signed_on("anna"), ward.signed_on("lena")
    for decision in ("release", "delivered", "not-delivered", "patient-knows"):
        fields = {"packet": "7KQ4-M2F4", "decision": decision, "reason": "corrected"}
        assert "Your role does not allow this" in anna.post("/outboxes/own/decide", fields).text
        assert lena.post("/outboxes/own/decide", fields).status == 303
    assert anna.post("/outboxes/own/decide", {"packet": "7KQ4-M2F4", "decision": "cancel"}).status == 303


# days


def test_a_lead_makes_the_packets_of_a_day_and_nobody_types_a_path(open_ward: Open) -> None:
    ward = open_ward()
    lena = ward.signed_on("lena")
    form = lena.get("/schedule").body.decode()
    assert '<option value="2026-12-08">Tuesday, December 8, 2026</option>' in form and 'type="text"' not in form
    page = send(lena, as_csv([patient(1), patient(2)]), "2026-12-09")
    assert "No surgery of this schedule is on Wednesday, December 9, 2026" in page.text
    page = send(lena, as_csv([patient(1), patient(2)]), "2026-12-07")
    assert "What would be made monday.csv · Monday, December 7, 2026" in page.text
    assert ward.config.days not in page.text, "no path of the server is shown"
    assert "Packets made" in start(lena).text
    made = Path(ward.config.days, "2026-12-07")
    assert stat.S_IMODE(made.stat().st_mode) == 0o700 and len(list(made.glob("*-*.pdf"))) == 3
    assert "December 7, 2026 (has packets)" in lena.get("/schedule").text
    assert '<option value="2026-12-07">' in lena.get("/outbox").body.decode()
    assert lena.post("/outboxes", {"folder": "2026-12-07"}).status == 303


@pytest.mark.parametrize(
    "folder",
    ["", "../2026-12-08", "2026-12-08/..", "/etc", "/", ".", "..", "2026-12-08/../../x", "2026-12-08\0", "2026-13-01",
     "2026-12-8", "2030-01-01", "link", "2026-12-09", " ２０２６-12-08"],
)  # fmt: skip
def test_a_folder_that_is_no_day_of_the_list_is_refused(ward: Ward, folder: str, tmp_path: Path) -> None:
    days = Path(ward.config.days)
    for name in ("link", "2026-12-09"):
        (days / name).unlink(missing_ok=True)
        (days / name).symlink_to(tmp_path)
    lena = ward.signed_on("lena")
    before = sorted(path for path in days.parent.rglob("*") if not path.is_socket())
    page = send(lena, as_csv([patient(1)]), folder)
    assert page.status == 200 and "No day was chosen. Choose a day from the list." in page.text
    page = lena.post("/outboxes", {"folder": folder})
    assert page.status == 200 and "No day was chosen. Choose a day from the list." in page.text
    assert sorted(path for path in days.parent.rglob("*") if not path.is_socket()) == before
    assert list(tmp_path.iterdir()) == []


def test_a_batch_that_ends_after_the_server_was_told_to_stop_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("packets.web.batch_service.STOP_S", 0.0)
    ward = make_ward(tmp_path)
    thread = started(ward.server)
    lena = ward.signed_on("lena")
    send(lena, as_csv([patient(number) for number in range(1, 7)]), "2026-12-07")
    assert lena.post(f"{address(lena)}/start", {}).status == 303
    until = time.monotonic() + 60
    while not list(Folder(Path(ward.config.days, "2026-12-07")).packet_files()):
        assert time.monotonic() < until
        time.sleep(0.01)
    ward.server.close()
    thread.join(60)
    audit = Path(ward.config.days, "audit.jsonl")
    entries = [json.loads(line) for line in audit.read_text().splitlines()]
    made = {file.stem for file in Folder(Path(ward.config.days, "2026-12-07")).packet_files()}
    assert made and {entry["packet"] for entry in entries if entry["action"] == "made"} == made
    assert len(entries) == len(made) and verify_audit(audit).problems == ()


# what comes in


def test_a_large_upload_is_refused_and_not_kept(ward: Ward) -> None:
    """Of 200 MB only the headers are read. A form that is a little too large is read and gets a page."""
    head = f"POST /schedules HTTP/1.1\r\nHost: {HOST}\r\nX-Remote-User: lena\r\nContent-Length: 200000000\r\n\r\n"
    answer = ward.client("").raw(head.encode())
    assert answer.status == 413
    carries_all_headers(answer)
    anna = ward.signed_on("anna")
    page = anna.post("/packets", FORM | {"do": "make", "patient_name": "W" * FORM_BYTES})
    assert page.status == 413 and "Nothing was saved. Go back" in page.text
    assert ward.log == [
        "413 ? ? user=-: Request Entity Too Large",
        "413 POST /packets user=anna: The file or form is too large.",
    ]


def test_schedules_made_to_exhaust_the_server_are_refused(ward: Ward) -> None:
    """Millions of blank lines, and a cell that never ends; tests/schedule has the workbook that is too large."""
    lena = ward.signed_on("lena")
    endless = as_csv([patient(1)]).encode() + b'"' + b"x" * 2_000_000
    for data, reason in (
        (b"\n" * 2_000_000, "The file has more than 100,000 rows, most of them blank."),
        (endless, "A quotation mark in row 3 is not closed"),
    ):
        page = send(lena, data, "2026-12-08")
        assert "This schedule cannot be used" in page.text and reason in page.text, page.text
    assert ward.client("").get("/healthz").status == 200


def test_the_shipped_proxies_let_every_upload_through() -> None:
    nginx, apache = (
        Path(__file__).parents[2].joinpath("docs/ward-server", name).read_text()
        for name in ("nginx.conf", "apache.conf")
    )
    for path, limit in {**schedule_views.UPLOADS, **task_views.UPLOADS}.items():
        assert f"location = {path} {{\n        client_max_body_size {limit.bytes};" in nginx
        assert f'<Location "{path}">\n        LimitRequestBody {limit.bytes}\n' in apache


def test_the_log_has_no_patient_data(ward: Ward) -> None:
    anna = ward.signed_on("anna")
    anna.get("/Rosa%20Martinez/00418823?name=Rosa")
    anna.get("/rosa-martinez-with-a-very-long-name")
    anna.get("/packets/Rosa.pdf")
    anna.post("/packets", FORM | {"do": "unknown"})
    assert ward.log == [
        "404 GET ? user=anna",
        "404 GET ? user=anna",
        "410 GET /packets user=anna",
        "400 POST /packets user=anna",
    ]


def test_the_health_check_needs_no_user_and_says_what_is_wrong(open_ward: Open) -> None:
    ward = open_ward()
    client = ward.client("")
    answer = client.get("/healthz", Host="localhost")
    assert (answer.status, answer.body) == (200, b"ok\n")
    carries_all_headers(answer)
    Path(ward.config.days).rename(f"{ward.config.days}-gone")
    answer = client.get("/healthz", Host="localhost")
    assert (answer.status, answer.body) == (503, b"days: the folder cannot be written\n")
    assert ward.log == ["503 GET /healthz user=-: days: the folder cannot be written"]


# starting


def test_only_the_group_of_the_socket_can_connect(ward: Ward) -> None:
    assert stat.S_IMODE(Path(ward.config.socket).stat().st_mode) == 0o660


def test_a_socket_that_a_killed_server_left_is_replaced_and_one_in_use_is_not(ward: Ward, tmp_path: Path) -> None:
    left = tmp_path / "left.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(left))
    (tmp_path / "days").mkdir()
    config = replace(ward.config, socket=str(left), days=str(tmp_path / "days"))
    WardServer(config, "ward.yaml", now=now, log=print)._server.close()
    second = tmp_path / "second.sock"
    with pytest.raises(LockedError, match="J05 another server writes this audit file"):
        WardServer(replace(ward.config, socket=str(second)), "ward.yaml", now=now, log=print)
    file = tmp_path / "file"
    file.write_text("not a socket")
    for path in (ward.config.socket, str(file), str(tmp_path / "missing" / "packets.sock")):
        with pytest.raises(InvalidInputError) as refused:
            WardServer(replace(config, socket=path), "ward.yaml", now=now, log=print)
        assert str(refused.value) == (
            f"ward.yaml: A47 the socket {path} cannot be used\n"
            "    Its folder must exist and belong to the server's user. No other server may use the socket."
        )
    assert file.read_text() == "not a socket"
    assert ward.client("anna").get("/healthz").status == 200


def test_what_the_settings_name_must_be_usable(ward: Ward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is wrong is reported at once."""
    secret = tmp_path / "secret"
    secret.write_text("short\n")
    days = tmp_path / "days"
    config = replace(ward.config, socket="", port=18601, secret_file=str(secret), days=str(days))

    def message(changed: WardConfig) -> str:
        with pytest.raises(InvalidInputError) as refused:
            WardServer(changed, "ward.yaml", now=now, log=print)
        return str(refused.value)

    secret.chmod(0o640)
    no_days = (
        f"ward.yaml: A46 {days} is not a folder that the server can write to\n"
        "    Create it, and give it to the user who runs the server."
    )
    assert message(config) == (
        f"{secret}: A44 the proxy's secret cannot be used\n"
        f"    Its first line must have 32 characters or more. Type: openssl rand -hex 32 > {secret}\n{no_days}"
    )
    secret.chmod(0o644)
    assert message(config) == (
        f"{secret}: A45 every user can read the proxy's secret\n    Type: chmod o= {secret}\n{no_days}"
    )
    monkeypatch.delattr("packets.web.ward_server.socket.AF_UNIX")
    assert message(replace(ward.config, socket=str(tmp_path / "packets.sock"))) == (
        "ward.yaml: A48 this computer has no Unix sockets\n    Use a Linux server, or port: and secret_file: instead."
    )
