"""Follow docs/for-authors.md as written: write every file, run every command, compare every output."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import clock
from tests.content.folder import SHIPPED
from tools.guide_pictures import SECTION

ROOT = SHIPPED.parent
DOC = ROOT / "docs" / "for-authors.md"
HANDOUT = "my-content/procedures/sample-hand/handout.en.yaml"
PROGRAM = f"{shlex.quote(sys.executable)} {shlex.quote(clock.PROGRAM)}"
BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


def write(block: str, file: str) -> None:
    Path(file).write_text(block, "utf-8")


def correct(block: str) -> None:
    text = Path(HANDOUT).read_text("utf-8")
    old = "".join(line[1:] for line in block.splitlines(keepends=True) if line.startswith("-"))
    new = "".join(line[1:] for line in block.splitlines(keepends=True) if line.startswith("+"))
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in the handout"
    write(text.replace(old, new), HANDOUT)


def run(block: str, environment: dict[str, str]) -> int:
    """Run each `$ command` of the block and compare its output with the lines below it."""
    commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    for command in commands:
        typed, _, expected = command.partition("\n")
        done = subprocess.run(  # noqa: S602  commands from our own guide
            typed.replace("python generate.py", PROGRAM),
            shell=True,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == expected, typed
        assert done.returncode == (4 if "mistakes. " in expected else 0), done.stderr
        assert done.stderr == "", typed
    return len(commands)


@pytest.mark.slow
def test_the_guide_for_authors_works_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED, "content")
    today = dt.datetime.now(dt.UTC).date()
    page = SECTION.sub("", DOC.read_text("utf-8"))  # test_knee_guide.py tests that section
    for written, days in (("2026-11-20", -2), ("2028-11-20", 728)):  # whenever this test runs
        page = page.replace(written, (today + dt.timedelta(days)).isoformat())
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    commands = 0
    for file, kind, block in BLOCK.findall(page):
        if kind in ("text", "yaml"):
            write(block, file)
        elif kind == "diff":
            correct(block)
        else:
            assert kind == "console"
            commands += run(block, environment)
    assert commands == 18
    source = hashlib.sha256(Path("sample-hand.txt").read_bytes()).hexdigest()
    assert source in Path("content/procedures/sample-hand/handout.en.yaml").read_text("utf-8")
    for name in ("rack-copy.pdf", "sample-packet.pdf"):
        assert Path(name).read_bytes().startswith(b"%PDF-")


def test_the_guide_for_authors_has_no_broken_links() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", DOC.read_text("utf-8"))
    assert links
    for link in links:
        assert link.startswith("https://example.org/") or (DOC.parent / link).is_file()
