"""Test the portable copy for Windows: its pinned libraries and the contents of the zip."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.windows.imports import imported
from tools.windows import build

# Libraries of every Windows 10 and 11. msvcp140.dll (the C++ runtime) is not one of them, although Wine has it.
OF_WINDOWS = {
    *("advapi32", "bcrypt", "cabinet", "crypt32", "dwrite", "gdi32", "iphlpapi", "kernel32", "msi", "ntdll", "ole32"),
    *("oleaut32", "psapi", "rpcrt4", "user32", "usp10", "version", "winmm", "ws2_32"),
}


def test_the_pinned_libraries_are_those_of_pyproject() -> None:
    text = build.REQUIREMENTS.read_text("utf-8")
    pinned: dict[str, str] = dict(re.findall(r"^([a-z0-9-]+)==(\S+) --hash=sha256:[0-9a-f]{64}$", text, re.M))
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) == len(pinned) == len(build.pins()) - 1
    for text in build.requirements():
        need = Requirement(text)
        version = pinned.get(re.sub(r"[-_.]+", "-", need.name).lower())
        assert version and version in need.specifier, f"{text}: run python tools/windows/build.py --lock"


@pytest.mark.slow
@pytest.mark.xdist_group("windows")
def test_the_same_checkout_gives_the_same_zip(portable_zip: Path, tmp_path: Path) -> None:
    build.build(tmp_path / "again.zip", build.cache_folder())
    assert (tmp_path / "again.zip").read_bytes() == portable_zip.read_bytes()
    with zipfile.ZipFile(portable_zip) as archive:
        names = archive.namelist()
        paths = archive.read("Packets/python/python311._pth")
        starter = archive.read("Packets/packets.bat")
    assert paths == b"python311.zip\r\n.\r\n..\\packages\r\n"
    assert starter.startswith(b"@echo off\r\n") and starter.count(b"\n") == starter.count(b"\r\n")
    for name in ("desktop-shortcut.bat", "README.txt", "python/python.exe", "python/LICENSE.txt"):
        assert f"Packets/{name}" in names
    for end in ("/content/clinic.yaml", "/fonts/NotoSansArabic-Regular.ttf", "/licenses/LICENSE"):
        assert any(name.endswith(end) for name in names), end


@pytest.mark.slow
@pytest.mark.xdist_group("windows")
def test_every_library_that_is_loaded_is_in_the_zip_or_in_windows(portable_copy: Path) -> None:
    programs = [file for file in portable_copy.rglob("*") if file.suffix.lower() in (".exe", ".dll", ".pyd")]
    assert len(programs) > 40
    there = {file.name.lower() for file in programs} | {f"{name}.dll" for name in OF_WINDOWS}
    missing = {
        (file.name, name)
        for file in programs
        for name in imported(file)
        if name not in there and not name.startswith("api-ms-win-")
    }
    assert missing == set()
