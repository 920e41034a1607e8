"""Test the wheel: it contains content and fonts and works from any folder; the fonts match SOURCES.md."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from packets import __version__, resources
from packets.errors import InvalidInputError
from packets.resources import content_root, fonts_root

pytestmark = pytest.mark.xdist_group("wheel")  # it is built and installed once for all tests


def run(*command: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a command without our variables in the environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PACKETS", "VIRTUAL"))}
    process = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    assert process.returncode == code, f"{process.stdout}{process.stderr}"
    return process


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the sdist, so that a file missing from the sdist is noticed."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=checkout)
    (sdist,) = folder.glob("*.tar.gz")
    run(sys.executable, "-m", "tarfile", "-e", sdist, folder, cwd=folder)
    unpacked = folder / sdist.name.removesuffix(".tar.gz")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=unpacked)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into a venv and return its bin folder; it uses the tests' libraries."""
    venv = tmp_path_factory.mktemp("venv")
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv)
    pip = f"-m pip --python {venv}/bin/python install --quiet --no-deps --no-index".split()
    run(sys.executable, *pip, wheel, cwd=venv)
    (site_packages,) = venv.glob("lib/python*/site-packages")
    (site_packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin"


def test_the_wheel_contains_package_content_and_fonts_and_nothing_else(wheel: Path, checkout: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        shipped = [path for root in ("content", "fonts") for path in (checkout / root).rglob("*") if path.is_file()]
        assert len(shipped) > 10
        for path in shipped:
            name = f"packets/_shipped/{path.relative_to(checkout)}"
            assert name in names
            assert file.read(name) == path.read_bytes()
    assert {name.split("/")[0] for name in names} == {"packets", f"packets-{__version__}.dist-info"}
    assert "packets/pdf/srgb.icc" in names
    assert {"packets/batch/migrations/001.sql", "packets/batch/migrations/registry/001.sql"} <= names
    assert not [name for name in names if "__pycache__" in name or "test" in Path(name).name]
    for licence in ("LICENSE", "fonts/OFL-AtkinsonHyperlegibleNext.txt", "fonts/OFL-SourceSans3.txt"):
        assert f"packets-{__version__}.dist-info/licenses/{licence}" in names


@pytest.mark.slow
def test_an_installed_packets_uses_its_own_content_and_fonts(installed: Path, tmp_path: Path) -> None:
    code = "from packets import resources as r; print(r.content_root(None)); print(r.fonts_root())"
    content, fonts = run(installed / "python", "-c", code, cwd=tmp_path).stdout.split()
    for folder in (content, fonts):
        assert folder.startswith(str(installed.parent))
        assert "/site-packages/packets/_shipped/" in folder


def test_an_installed_packets_makes_a_packet_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    assert "packet" in run(installed / "packets", "--help", cwd=tmp_path).stdout
    assert "cervical-foraminotomy" in run(installed / "packets", "list", cwd=tmp_path).stdout
    patient = ["--patient-name", "Sample Patient", "--mrn", "SAMPLE-0001", "--surgeon", "Dr. Sample Surgeon"]
    today = dt.date.today().isoformat()  # noqa: DTZ011  as the program does
    case = ["--surgery-date", today, "--collar", "yes", "--packet-id", "SAMP-LE2Z", *patient]
    run(installed / "packets", "packet", "cervical-foraminotomy", *case, "-o", "packet.pdf", cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["packet.pdf"]
    assert (tmp_path / "packet.pdf").read_bytes().startswith(b"%PDF-")


def test_an_installed_packets_names_the_libraries_to_install(installed: Path, tmp_path: Path) -> None:
    """It must not say `pip install packets[web]`: that name belongs to another project on PyPI."""
    code = "from packets.resources import how_to_install; print(how_to_install('web'))"
    command = run(installed / "python", "-c", code, cwd=tmp_path).stdout
    assert command.startswith(f'"{installed}/python')
    assert command.endswith(' -m pip install "flask<4,>=3.1" "waitress<4,>=3"\n')


def test_no_text_says_to_install_packets_from_pypi(checkout: Path) -> None:
    files = [*checkout.glob("*.*"), *(path for name in ("packets", "docs") for path in (checkout / name).rglob("*.*"))]
    texts = {path: path.read_text("utf-8") for path in files if path.suffix in (".py", ".md", ".html", ".bat", ".sh")}
    assert len(texts) > 100
    by_name = re.compile(r"pip install (-\S+ )*[\"']?packets\b")
    assert [str(path) for path, text in texts.items() if by_name.search(text)] == []


def test_a_checkout_without_libraries_says_what_to_type(checkout: Path, tmp_path: Path) -> None:
    process = run(sys.executable, "-S", checkout / "generate.py", "list", cwd=tmp_path, code=1)
    assert process.stdout == ""
    assert process.stderr == (
        "generate.py: not installed: PIL, bidi, click, fontTools, msgspec, pikepdf, pypdfium2, qrcode, reportlab, "
        "tzdata, uharfbuzz, yaml. Type: make demo && .venv/bin/python generate.py\n"
    )


def test_generate_py_checks_for_every_dependency(checkout: Path) -> None:
    import generate

    text = (checkout / "pyproject.toml").read_text()
    block = re.search(r"\ndependencies = \[(.*?)\n\]", text, re.S)
    assert block is not None
    names = [name.lower() for name in re.findall(r'"([A-Za-z0-9-]+)[^"]*"', block[1])]
    assert sorted(generate.NEEDED) == sorted(
        {"pillow": "PIL", "pyyaml": "yaml", "python-bidi": "bidi", "fonttools": "fontTools"}.get(name, name)
        for name in names
    )


def test_the_checksums_in_sources_md_are_those_of_the_files(checkout: Path) -> None:
    checksums: dict[Path, str] = {}
    for line in (checkout / "fonts/SOURCES.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) > 1 and re.fullmatch("[0-9a-f]{64}", cells[-1]):
            checksums[checkout / cells[0] if "/" in cells[0] else checkout / "fonts" / cells[0]] = cells[-1]
    fonts = set((checkout / "fonts").glob("*.ttf"))
    assert len(fonts) >= 4
    assert set(checksums) == fonts | {checkout / "packets/pdf/srgb.icc"}
    for path, sha256 in checksums.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, path.name


def test_a_content_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("notes")
    for path, reason in ((tmp_path / "missing", "does not exist"), (file, "is a file, not a folder")):
        with pytest.raises(InvalidInputError) as caught:
            content_root(path)
        assert str(caught.value) == (
            f"{path}: R01 the content folder {reason}\n    Type the folder that holds procedures/"
        )
    assert content_root(tmp_path) == tmp_path


@pytest.mark.parametrize(("name", "find"), [("content", lambda: content_root(None)), ("fonts", fonts_root)])
def test_the_wheels_copy_is_used_before_the_checkouts_and_one_must_exist(
    name: str, find: Callable[[], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "packets")
    with pytest.raises(InvalidInputError) as caught:
        find()
    assert str(caught.value) == (
        f"R02 this installation has no {name} folder\n    Install or copy Packets again, the way you did the first time"
    )
    (tmp_path / name).mkdir()
    assert find() == tmp_path / name
    shipped = tmp_path / "packets/_shipped" / name
    shipped.mkdir(parents=True)
    assert find() == shipped
