"""Check which Python interpreter `make` chooses in a fresh clone, and its messages if there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.effort import spread
from tools.get_pip import WHEEL

ROOT = Path(__file__).resolve().parents[1]
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
pytestmark = [
    pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no make on Windows"),
]

# Behaves like an interpreter of the given version, and logs what it was asked to do.
STUB = """\
import os, sys, types
from pathlib import Path
version, lacks, *words = sys.argv[1:]
sys.version_info = (*map(int, version.split(".")), 0, "final", 0)
for module in ("pip", "ensurepip"):
    sys.modules[module] = types.ModuleType(module)
for module in filter(None, lacks.split(",")):
    sys.modules[module] = None
if words[0] == "-c":
    exec(words[1])
elif words[:2] == ["-m", "venv"]:
    print("venv", version, *words[2:-1], file=open(os.environ["LOG"], "a"))
    folder = Path(words[-1], "bin")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "python").unlink(missing_ok=True)
    (folder / "python").write_text(Path(os.environ["THIS"]).read_text())
    (folder / "python").chmod(0o755)
elif words[0].endswith("get_pip.py"):
    print("get_pip", file=open(os.environ["LOG"], "a"))
    sys.exit(os.environ.get("NO_INDEX"))
else:
    sys.exit(f"not expected: {words}")
"""


@dataclass
class Machine:
    folder: Path
    shell: str

    def install(self, name: str, version: str, lacks: str = "") -> None:
        """Put an interpreter on the PATH; one of version "dead" does not start."""
        file = self.folder / "stubs" / name
        file.write_text(self._text(file, version, lacks))
        file.chmod(0o755)

    def _text(self, file: Path, version: str, lacks: str) -> str:
        if version == "dead":
            return f"#!/bin/sh\necho 'pyenv: {file.name}: command not found' >&2\nexit 127\n"
        return f'#!/bin/sh\nTHIS={file} exec {sys.executable} -I -S {self.folder}/stub.py {version} "{lacks}" "$@"\n'

    def make(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": f"{self.folder}/stubs:{self.folder}/tools", "LOG": str(self.folder / "log")}
        variables["STUBS"] = str(self.folder / "stubs")
        command = ["make", f"SHELL={self.folder}/tools/sh", ".venv/stamp-venv", *words]
        clone = self.folder / "clone"
        return subprocess.run(command, cwd=clone, env=variables | environ, capture_output=True, text=True, check=False)

    def log(self) -> list[str]:
        log = self.folder / "log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture(params=spread(SHELLS, 1))
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    for name in ("stubs", "tools", "clone"):
        (tmp_path / name).mkdir()
    (tmp_path / "stub.py").write_text(STUB)
    for program in ("make", "dirname", "rm", "touch", "sed", request.param):
        (tmp_path / "tools" / program).symlink_to(str(shutil.which(program)))
    shell = tmp_path / "tools" / "sh"
    if request.param == "busybox":
        shell.write_text(f'#!{shutil.which("busybox")} sh\nexec busybox sh "$@"\n')
        shell.chmod(0o755)
    else:
        shell.symlink_to(str(shutil.which(request.param)))
    shutil.copy(ROOT / "Makefile", tmp_path / "clone")
    shutil.copytree(ROOT / "tools", tmp_path / "clone" / "tools")
    return Machine(tmp_path, request.param)


SUPPORTED = ["python3.11", "python3.12", "python3.13", "python3.14"]


@pytest.mark.parametrize(
    ("present", "chosen"),
    spread(
        [
            *[({name: name.removeprefix("python")}, name.removeprefix("python")) for name in SUPPORTED],
            *[({"python3": version}, version) for version in ("3.11", "3.12", "3.13", "3.14", "3.15")],
            ({"python": "3.12"}, "3.12"),
            ({"python3": "3.13", "python3.13": "3.13", "python3.11": "3.11"}, "3.13"),
            ({"python3": "3.9", "python3.9": "3.9", "python3.12": "3.12"}, "3.12"),
            ({"python3": "3.10", "python3.11": "3.11", "python3.14": "3.14"}, "3.14"),
            ({"python3.11": "dead", "python3.12": "dead", "python3": "3.13"}, "3.13"),
            ({"python3": "dead", "python3.14": "dead", "python3.11": "3.11"}, "3.11"),
            ({"python3": "3.9", "python": "3.11"}, "3.11"),
        ],
        8,
    ),
)
def test_the_first_suitable_interpreter_is_chosen(machine: Machine, present: dict[str, str], chosen: str) -> None:
    for name, version in present.items():
        machine.install(name, version)
    ran = machine.make()
    assert ran.returncode == 0, ran.stderr
    assert machine.log() == [f"venv {chosen} --clear"]


def test_an_interpreter_without_ssl_is_not_chosen(machine: Machine) -> None:
    machine.install("python3", "3.12", lacks="ssl")
    machine.install("python3.11", "3.11")
    assert machine.make().returncode == 0
    assert machine.log() == ["venv 3.11 --clear"]


def test_the_interpreter_can_be_chosen_with_a_variable(machine: Machine) -> None:
    machine.install("python3", "3.13")
    machine.install("mine", "3.12")
    assert machine.make(f"PYTHON={machine.folder}/stubs/mine").returncode == 0
    assert machine.log() == ["venv 3.12 --clear"]


@pytest.mark.parametrize(
    ("present", "found"),
    [
        ({}, "none"),
        ({"python3": "3.9"}, "python3 (3.9)"),
        ({"python3": "3.10", "python3.12": "dead"}, "python3 (3.10), python3.12 (does not start)"),
    ],
)
def test_without_a_suitable_interpreter_make_lists_what_it_found(
    machine: Machine, present: dict[str, str], found: str
) -> None:
    for name, version in present.items():
        machine.install(name, version)
    ran = machine.make()
    assert ran.returncode == 2
    assert ran.stderr.startswith(
        f"Python 3.11 or newer is needed. Found: {found}\n"
        "On Debian and Ubuntu type: sudo apt-get install python3 python3-venv\n"
        "To use a Python in another place, type: make demo PYTHON=/path/to/python3.12\n"
    )
    assert machine.log() == []


def test_without_ensurepip_pip_is_downloaded(machine: Machine) -> None:
    machine.install("python3", "3.13", lacks="ensurepip")
    assert machine.make().returncode == 0
    assert machine.log() == ["venv 3.13 --clear --without-pip", "get_pip"]


def test_without_ensurepip_and_without_a_network_make_says_what_to_type(machine: Machine) -> None:
    machine.install("python3", "3.13", lacks="ensurepip")
    ran = machine.make(NO_INDEX="pip could not be downloaded from the package index: no network")
    assert ran.returncode == 2
    assert ran.stderr.startswith(
        "pip could not be downloaded from the package index: no network\n"
        "The virtual environment could not be created. "
        "Type: sudo apt-get install python3.13-venv, then run make again\n"
    )
    assert not (machine.folder / "clone/.venv").exists()


def test_a_working_environment_is_kept(machine: Machine) -> None:
    machine.install("python3", "3.13")
    assert machine.make().returncode == machine.make().returncode == 0
    assert machine.log() == ["venv 3.13 --clear"]


def test_an_environment_whose_interpreter_was_removed_is_created_again(machine: Machine) -> None:
    machine.install("python3", "3.13")
    assert machine.make().returncode == 0
    python = machine.folder / "clone/.venv/bin/python"
    python.unlink()
    python.symlink_to("/nowhere/python3.11")
    assert machine.make().returncode == 0
    assert machine.log() == ["venv 3.13 --clear"] * 2


def test_make_demo_and_make_test_do_not_call_apt_or_npm(tmp_path: Path) -> None:
    """`make -n` prints the commands of all prerequisites."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for target in ("demo", "test"):
        ran = subprocess.run(["make", "-n", target], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert "tools/make-venv.sh" in ran.stdout
        assert not [word for word in ("apt", "npm", "sudo", "tests.programs") if word in ran.stdout], ran.stdout
    script = (ROOT / "tools/make-venv.sh").read_text("utf-8")
    assert [line for line in script.splitlines() if "apt-get" in line and "echo" not in line] == []


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Serve a package index; yield its folder and address."""
    root = tmp_path / "index"
    (root / "pip").mkdir(parents=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield root, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


def test_get_pip_accepts_only_the_expected_file(index: tuple[Path, str], tmp_path: Path) -> None:
    root, address = index
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[global]\nindex-url = {address}\n")
    inherited = {name: text for name, text in os.environ.items() if not name.lower().endswith("_proxy")}
    environ = inherited | {"PIP_CONFIG_FILE": str(settings), "HOME": str(tmp_path)}
    environ.pop("PIP_INDEX_URL", None)

    def error() -> str:
        command = [sys.executable, str(ROOT / "tools/get_pip.py")]
        ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert ran.returncode == 1 and "Traceback" not in ran.stderr
        return ran.stderr.removeprefix("pip could not be downloaded from the package index: ")

    (root / "pip/index.html").write_text("<a href='other-1.0.whl'>other</a>")
    assert error() == f"{WHEEL} is not in {address}/pip/\n"
    (root / "pip/index.html").write_text(f'<a href="../files/{WHEEL}#sha256=00">pip</a>')
    assert error() == "HTTP Error 404: File not found\n"
    (root / "files").mkdir()
    (root / "files" / WHEEL).write_bytes(b"something else")
    assert error() == f"{WHEEL} is not the expected file: its SHA-256 differs\n"
