"""The documents in a fresh clone, set up by `make demo` alone: every command in them is typed as it is written."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mail.conftest import authority_in
from tests.mail.faults import Relay

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fresh clone"), pytest.mark.timeout(1200)]

BLOCK = re.compile(r"^```(sh|console|yaml)\n(.*?)^```", re.M | re.S)

# These need more than a document can give; the tests that are named run them.
ELSEWHERE = {
    "make test": "this is one of its tests",
    "mail list /home/nurse": "an outbox filled by the page: tests/web/test_outbox.py",
    "mail queue /home/nurse": "the same",
    "mail send /home/nurse": "the same",
}
# What a document says that a command ends with, where it is not 0. The first that is part of the command counts.
CODES = {
    "--print Ward3": 2,  # there is no such printer here
    "batch samples/schedule.csv": 3,  # two of its rows are wrong
    "mail queue": 3,  # some packets are held
    "--dry-run": 0,
    "mail send": 7,  # the relay's answer to one mail is lost
    "mail list": 7,
}
EXAMPLE = "7KQ4-M2F4"
UNKNOWN = "rosa@sample.example"


@dataclass
class Clone:
    place: Path
    environ: dict[str, str]

    def type(self, script: str, timeout_s: float = 600) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", script], cwd=self.place, env=self.environ, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, timeout=timeout_s,
        )  # fmt: skip

    def serve(self, script: str) -> tuple[str, int]:
        """Start the page, wait until it says where it is, and press Ctrl-C."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {script} --no-browser"], cwd=self.place, env=self.environ, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None and process.stderr is not None
            link = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            error = process.stderr.read()
        return link or error, process.returncode


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """The files that git knows or would add, with a git of their own; then `make demo`, and mail set up by IT."""
    place, home = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("home")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    kept = re.compile(r"(https?|no)_proxy|pip_.*|ssl_cert.*|requests_ca.*", re.I)
    environ = {name: text for name, text in os.environ.items() if kept.fullmatch(name)}
    environ |= {"HOME": str(home), "LANG": "C.UTF-8"}
    environ["PATH"] = f"/usr/local/bin:/usr/bin:/bin:{sys.base_prefix}/bin"
    for file in (".config/pip/pip.conf", ".pip/pip.conf"):
        if (Path.home() / file).exists():
            (home / file).parent.mkdir(parents=True)
            shutil.copy(Path.home() / file, home / file)
    made = Clone(place, environ)
    demo = made.type("make demo")
    assert demo.returncode == 0, demo.stderr
    assert "The sample packet is here: " in demo.stdout

    authority = authority_in(tmp_path_factory.mktemp("authority"))
    lost = iter([True])  # the answer to the first mail to this patient is lost

    def choose(recipient: str) -> str:
        return "dot closed" if recipient == UNKNOWN and next(lost, False) else "none"

    with Relay(choose, authority.relay()) as relay:
        text = next(body for kind, body in blocks("docs/mail.md") if kind == "yaml")
        text = text.replace("mail.example.org", "127.0.0.1").replace("587", str(relay.port))
        with (place / "content/clinic.yaml").open("a") as settings:
            settings.write(f"{text}  ca_file: {authority.pem}\n")
        identity = "-c user.name=x -c user.email=x@sample.example"
        commit = made.type(f"git init -q && git add -A && git {identity} commit -q -m start")
        assert commit.returncode == 0, commit.stderr
        yield made


def blocks(document: str) -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / document).read_text("utf-8"))


def commands(document: str) -> Iterator[str]:
    """Each command of the shell blocks and of the lines after `$`, joined where it runs over lines."""
    for kind, body in blocks(document):
        if kind != "yaml":
            for line in body.replace("\\\n", " ").splitlines():
                if kind == "sh" or line.startswith("$ "):
                    yield line.removeprefix("$ ")


@pytest.mark.parametrize("document", ["README.md", "docs/for-nurses.md", "docs/mail.md", "docs/scale.md"])
def test_every_command_of_the_document_does_what_it_says(clone: Clone, document: str) -> None:
    for kind, body in blocks(document):
        if kind == "yaml" and body.startswith("# "):
            (clone.place / body.splitlines()[0].removeprefix("# ")).write_text(body, "utf-8")
    activated, ran = "", 0
    for command in commands(document):
        if any(part in command for part in ELSEWHERE) or command.startswith("make demo"):
            continue
        if command == ". .venv/bin/activate":
            activated = f"{command} && "
            continue
        if command.startswith("python benchmarks/"):
            continue
        command = command.replace("/home/nurse", clone.environ["HOME"])
        if re.search(f"mail.* {EXAMPLE}", command):
            command = command.replace(EXAMPLE, packet_for(clone, command))
        if " serve" in command:
            link, code = clone.serve(command.replace("python", ".venv/bin/python", 1))
            assert link.startswith("http://127.0.0.1:") and code in (0, 130), (command, link, code)
        else:
            done = clone.type(activated + command)
            wanted = next((code for part, code in CODES.items() if part in command), 0)
            assert done.returncode in (wanted, 0), (command, done.returncode, done.stdout, done.stderr)
            assert "Traceback" not in done.stderr
        ran += 1
    assert ran >= 1
    assert clone.type("git status --porcelain -uall").stdout == ""


def packet_for(clone: Clone, command: str) -> str:
    """The packet that the document's example stands for: one in the state that the command is about."""
    listed = clone.type(". .venv/bin/activate && python generate.py mail list today").stdout
    state = "unknown" if "resolve" in command else "sent" if "cancel" not in command else "queued"
    found = [line for line in listed.splitlines() if state in line] or listed.splitlines()
    match = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", found[0] if found else "")
    assert match is not None, listed
    return match[0]
