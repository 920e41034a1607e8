"""Check the documents: their commands run, and every command is documented."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from packets.cli.commands import COMMANDS
from tests.cli.conftest import Type, type_  # noqa: F401  a fixture

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS_TO_RUN = ["README.md", "docs/for-nurses.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def blocks(document: str, kind: str) -> list[str]:
    bodies = [match[2] for match in BLOCK.finditer((ROOT / document).read_text("utf-8")) if match[1] == kind]
    assert bodies or kind != "sh", document
    return bodies


def commands(document: str) -> Iterator[list[str]]:
    for block in blocks(document, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:2] == ["python", "generate.py"]:
                yield words[2:]


@pytest.mark.parametrize("document", DOCUMENTS_TO_RUN)
def test_the_commands_of_a_document_succeed(document: str, type_: Type) -> None:  # noqa: F811
    for block in blocks(document, "yaml"):
        name = block.splitlines()[0].removeprefix("# ")
        Path(name).write_text(block, "utf-8")
    to_run = [words for words in commands(document) if words[0] in ("packet", "handout", "explain", "verify", "list")]
    assert len(to_run) >= 3
    for words in to_run:
        ran = type_(*words)
        assert ran.code == 0, (words, ran.err)


def test_every_command_is_documented() -> None:
    text = "".join(path.read_text("utf-8") for path in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    typed = ("generate.py", ".venv/bin/packets")
    assert [name for name in COMMANDS if not any(f"{program} {name}" in text for program in typed)] == []


def test_every_exit_code_is_explained() -> None:
    from packets.errors import ExitCode

    text = (ROOT / "docs/errors.md").read_text("utf-8")
    assert [code for code in ExitCode if f"| {int(code)} |" not in text] == []


def test_links_point_to_existing_files() -> None:
    documents = [ROOT / "README.md", *ROOT.glob("docs/*.md")]
    links = [
        (path, target)
        for path in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    ]
    assert len(links) > 8
    assert [(path.name, target) for path, target in links if not (path.parent / target).exists()] == []


def test_every_file_named_in_contributing_exists() -> None:
    text = (ROOT / "docs/contributing.md").read_text("utf-8")
    names = set(re.findall(r"`((?:packets|content|tests|docs)/[\w./-]+)`", text))
    assert len(names) > 20
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []
