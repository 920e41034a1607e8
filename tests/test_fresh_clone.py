"""Run every command of the documents as written, in a fresh clone that was set up with `make demo` only."""

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

# Commands that need more than the document says; the tests that are named run them.
TESTED_ELSEWHERE = {
    "make test": "it runs this test",
    "mail list /home/nurse": "the outbox of the web form: tests/web/test_outbox.py",
    "mail queue /home/nurse": "the outbox of the web form: tests/web/test_outbox.py",
    "mail send /home/nurse": "the outbox of the web form: tests/web/test_outbox.py",
}
# The exit codes that the documents state, where not 0. The first entry that is part of the command applies.
EXIT_CODES = {
    "--print Ward3": 2,  # there is no such printer here
    "batch samples/schedule.csv": 3,  # two of its rows have errors
    "mail queue": 3,  # some packets are held
    "--dry-run": 0,
    "mail send": 7,  # the relay's answer to one mail is lost
    "mail list": 7,
}
EXAMPLE = "7KQ4-M2F4"
UNKNOWN = "rosa@sample.example"


@dataclass
class Clone:
    root: Path
    environ: dict[str, str]

    def run(self, script: str, timeout_s: float = 600) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", script], cwd=self.root, env=self.environ, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, timeout=timeout_s,
        )  # fmt: skip

    def serve(self, script: str) -> tuple[str, int]:
        """Start the web form, wait for its link, and press Ctrl-C; return the link, or the error, and the exit code."""
        with subprocess.Popen(
            ["bash", "-c", f"exec {script} --no-browser"], cwd=self.root, env=self.environ, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None and process.stderr is not None
            link = process.stdout.readline()
            process.send_signal(signal.SIGINT)
            error = process.stderr.read()
        return link or error, process.returncode


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """Copy the files that git tracks or would add, run `make demo`, and set up mail as an IT department would."""
    root, home = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("home")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
    needed = re.compile(r"(https?|no)_proxy|pip_.*|ssl_cert.*|requests_ca.*", re.I)
    environ = {name: text for name, text in os.environ.items() if needed.fullmatch(name)}
    environ |= {"HOME": str(home), "LANG": "C.UTF-8"}
    environ["PATH"] = f"/usr/local/bin:/usr/bin:/bin:{sys.base_prefix}/bin"
    for file in (".config/pip/pip.conf", ".pip/pip.conf"):
        if (Path.home() / file).exists():
            (home / file).parent.mkdir(parents=True)
            shutil.copy(Path.home() / file, home / file)
    clone = Clone(root, environ)
    demo = clone.run("make demo")
    assert demo.returncode == 0, demo.stderr
    assert "The sample packet is here: " in demo.stdout

    authority = authority_in(tmp_path_factory.mktemp("authority"))
    lost = iter([True])  # the answer to the first mail to this patient is lost

    def choose(recipient: str) -> str:
        return "dot closed" if recipient == UNKNOWN and next(lost, False) else "none"

    with Relay(choose, authority.relay()) as relay:
        text = next(body for kind, body in blocks("docs/mail.md") if kind == "yaml")
        text = text.replace("mail.example.org", "127.0.0.1").replace("587", str(relay.port))
        with (root / "content/clinic.yaml").open("a") as settings:
            settings.write(f"{text}  ca_file: {authority.pem}\n")
        identity = "-c user.name=x -c user.email=x@sample.example"
        commit = clone.run(f"git init -q && git add -A && git {identity} commit -q -m start")
        assert commit.returncode == 0, commit.stderr
        yield clone


def blocks(document: str) -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / document).read_text("utf-8"))


def commands(document: str) -> Iterator[str]:
    """Yield the commands of shell blocks and of lines that start with `$`; join continued lines."""
    for kind, body in blocks(document):
        if kind != "yaml":
            for line in body.replace("\\\n", " ").splitlines():
                if kind == "sh" or line.startswith("$ "):
                    yield line.removeprefix("$ ")


@pytest.mark.parametrize("document", ["README.md", "docs/for-nurses.md", "docs/mail.md", "docs/scale.md"])
def test_every_command_of_the_document_works(clone: Clone, document: str) -> None:
    for kind, body in blocks(document):
        if kind == "yaml" and body.startswith("# "):
            (clone.root / body.splitlines()[0].removeprefix("# ")).write_text(body, "utf-8")
    activate, count = "", 0
    for command in commands(document):
        if any(part in command for part in TESTED_ELSEWHERE) or command.startswith("make demo"):
            continue
        if command == ". .venv/bin/activate":
            activate = f"{command} && "
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
            done = clone.run(activate + command)
            expected = next((code for part, code in EXIT_CODES.items() if part in command), 0)
            assert done.returncode in (expected, 0), (command, done.returncode, done.stdout, done.stderr)
            assert "Traceback" not in done.stderr
        count += 1
    assert count >= 1
    assert clone.run("git status --porcelain -uall").stdout == ""


def packet_for(clone: Clone, command: str) -> str:
    """Return a packet to use for the example's packet id: one in the state that the command is about."""
    listed = clone.run(". .venv/bin/activate && python generate.py mail list today").stdout
    state = "unknown" if "resolve" in command else "sent" if "cancel" not in command else "queued"
    lines = [line for line in listed.splitlines() if state in line] or listed.splitlines()
    match = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", lines[0] if lines else "")
    assert match is not None, listed
    return match[0]
