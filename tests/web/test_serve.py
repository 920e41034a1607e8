"""Test `generate.py serve` as a process: its output, what it writes to disk, and how it stops."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Type, type_  # noqa: F401  a fixture
from tests.clock import PROGRAM
from tests.web.client import Client

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen[str]
    link: str
    home: Path

    def client(self) -> Client:
        client = Client(urlsplit(self.link).port or 0)
        assert client.come_in(self.link).status == 303
        return client

    def stop(self) -> tuple[str, str]:
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.communicate(timeout=30)


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the server in an empty folder, with an empty home folder."""
    processes: list[subprocess.Popen[str]] = []
    home = tmp_path / "home"

    def run(*before: str, more: tuple[str, ...] = ()) -> Running:
        for name in ("temp", "work"):
            (home / name).mkdir(parents=True)
        environment = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "VIRTUAL_ENV")}
        environment |= {"HOME": str(home), "TMPDIR": str(home / "temp"), "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            [*before, sys.executable, PROGRAM, "serve", "--no-browser", *more],
            env=environment,
            cwd=home / "work",
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        processes.append(process)
        assert process.stdout is not None
        return Running(process, process.stdout.readline().strip(), home)

    yield run
    for process in processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)


def work_through(client: Client) -> None:
    """Use the form: a packet, pictures and files, errors, parallel requests, and the lock."""
    made = client.send()
    pictures = re.findall(r'<img src="([^"]+)"', made.body.decode())
    assert len(pictures) == 3
    for picture in pictures:
        assert client.get(picture).status == 200
    assert client.pdf(made).status == 200
    assert client.pdf(made, staff=True).status == 200
    client.send("large_print=yes")
    client.send(mrn="", surgery_date="soon")
    client.post("/packets", {"patient_name": "Rosa Sample " * 4000, "do": "make"})
    client.post("/lock", {})


def test_it_prints_one_link_and_no_patient_data(start: Start) -> None:
    running = start()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d{4,5}/open\?token=[\w-]{43}", running.link)
    work_through(running.client())
    out, err = running.stop()
    assert (out, err) == ("", "Server stopped; all session data was discarded.\n")
    assert running.process.returncode == 0


def test_only_the_site_key_is_left_on_disk(start: Start) -> None:
    running = start()
    work_through(running.client())
    running.stop()
    left = sorted(str(path.relative_to(running.home)) for path in running.home.rglob("*") if path.is_file())
    assert left == [".config/packets/site.key"]


@pytest.mark.system("strace")
def test_only_the_site_key_is_ever_written(start: Start, tmp_path: Path) -> None:
    """Trace every file that any thread creates, writes or renames."""
    trace = tmp_path / "trace"
    calls = "open,openat,creat,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,mknod,memfd_create"
    running = start("strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={calls}")
    work_through(running.client())
    running.stop()
    lines = trace.read_text("utf-8", "replace").splitlines()
    assert any("handout.en.yaml" in line for line in lines), "the trace shows files that are read"
    writes = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|^\d+ +(creat|rename|link|mkdir|mknod|memfd)")
    changing = [line for line in lines if writes.search(line)]
    ours = [line for line in changing if "/dev/" not in line]
    assert any("site.key" in line for line in ours), "the trace shows files that are written"
    assert [line for line in ours if "/.config" not in line] == []


def test_a_port_in_use_is_reported(type_: Type) -> None:  # noqa: F811
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = type_("serve", "--no-browser", "--port", str(taken.getsockname()[1]))
    assert ran.code == 2
    assert ran.err == "--port: A02 this port cannot be used\n    Leave --port out to use any free port.\n"


def test_without_flask_it_says_what_to_install(type_: Type) -> None:  # noqa: F811
    with patch("packets.cli.serve.find_spec", return_value=None):
        ran = type_("serve")
    assert ran.code == 2
    assert ran.err == (
        f'A01 the web form needs Flask and waitress\n    Type: "{sys.executable}" -m pip install -e "{CHECKOUT}[web]"\n'
    )


def test_the_file_of_a_ward_has_all_other_settings(type_: Type) -> None:  # noqa: F811
    ran = type_("serve", "--ward", "ward.yaml", "--outbox", "mail")
    assert ran.code == 2
    assert ran.err == "--ward: A49 the file of --ward has all other settings\n    Leave them out.\n"


def test_the_link_is_opened_and_not_printed(type_: Type) -> None:  # noqa: F811
    opened: list[str] = []

    def opens(link: str) -> bool:
        opened.append(link)
        return True

    with (
        patch("packets.cli.serve.webbrowser.open", opens),
        patch("packets.web.server.wasyncore.loop", side_effect=KeyboardInterrupt),
    ):
        ran = type_("serve")
    assert ran.code == 0 and ran.out == ""
    assert ran.err == "The web form is open in your browser.\nServer stopped; all session data was discarded.\n"
    (link,) = opened
    assert "/open?token=" in link


def test_the_starters_run_on_their_systems() -> None:
    windows = (CHECKOUT / "docs/starters/packets.bat").read_bytes()
    assert windows.startswith(b"@echo off\r\n") and b"\r\npackets serve\r\n" in windows
    assert windows.count(b"\n") == windows.count(b"\r\n")
    assert b"Write its folder into the fourth line" in windows and windows.split(b"\r\n")[3].startswith(b"rem set ")
    linux = (CHECKOUT / "docs/starters/packets.desktop").read_text("utf-8")
    assert "\nExec=packets serve\n" in linux and "\nType=Application\n" in linux and "\nTerminal=true\n" in linux


def run_starter(path: str) -> tuple[int, str]:
    starter = CHECKOUT / "docs/starters/packets.sh"
    assert os.access(starter, os.X_OK)
    done = subprocess.run([starter], env={"PATH": path}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_shell_starter_starts_the_form_or_says_what_is_missing(tmp_path: Path) -> None:
    code, output = run_starter("/usr/bin:/bin")
    assert code == 1 and output.startswith("Packets was not found. Write its folder into the fifth line of this file")
    assert (CHECKOUT / "docs/starters/packets.sh").read_text("utf-8").splitlines()[4].startswith("# PATH=")
    program = tmp_path / "packets"
    program.write_text('#!/bin/sh\necho "started: $*"\n')
    program.chmod(0o700)
    assert run_starter(f"{tmp_path}:/usr/bin:/bin") == (0, "started: serve\n")


def test_the_folders_of_the_options_are_used(start: Start, tmp_path: Path) -> None:
    """An empty outbox and a day without packets write no file."""
    running = start(more=("--outbox", "mail", "--days", "days"))
    client = running.client()
    assert "No packets yet" in client.get("/").text and (running.home / "work" / "days").is_dir()
    assert "Single packets" in client.get("/outboxes/own").text
    work_through(client)
    running.stop()
    left = sorted(str(path.relative_to(running.home)) for path in running.home.rglob("*") if path.is_file())
    assert left == [".config/packets/site.key"]
