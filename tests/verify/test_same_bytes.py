"""Test that the same input gives the same bytes with other processes, seeds, locales and time zones."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from packets.model.case import PrintOptions
from packets.verified_pdf import render
from tests.clock import PROGRAM
from tests.samples import NAMES, packet

ENVIRONMENTS: dict[str, dict[str, str]] = {
    "hash seed": {"PYTHONHASHSEED": "4711"},
    "locale": {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "LANGUAGE": "de"},
    "C locale": {"LC_ALL": "C", "LANG": "C"},
    "time zone": {"TZ": "Pacific/Kiritimati"},
    "date": {"SOURCE_DATE_EPOCH": "1"},
    "reportlab's settings": {"RL_invariant": "0", "RL_pageCompression": "0", "RL_useA85": "1", "RL_pdfComments": "1"},
    "home": {"HOME": "/nowhere", "XDG_CONFIG_HOME": "/nowhere"},
}
TYPED = ["packet", "cervical-foraminotomy", "--surgery-date", "2026-12-07", "--surgeon", "Dr. Jane Rivera"]
TYPED += ["--collar", "yes", "--patient-name", NAMES["Vietnamese"], "--mrn", "00418823", "--packet-id", "SAMP-LE2Z"]


def digest(checkout: Path, folder: Path, changes: dict[str, str]) -> str:
    out = folder / "packet.pdf"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RL_")} | changes
    command = [sys.executable, PROGRAM, *TYPED, "-o", str(out)]
    run = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return hashlib.sha256(out.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def usual(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return digest(checkout, tmp_path_factory.mktemp("usual"), {"PYTHONHASHSEED": "0"})


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_bytes_do_not_depend_on_the_machine(name: str, usual: str, checkout: Path, tmp_path: Path) -> None:
    assert digest(checkout, tmp_path, ENVIRONMENTS[name]) == usual


def test_the_bytes_do_not_depend_on_an_earlier_packet(usual: str) -> None:
    for name in NAMES.values():
        render(packet(patient_name=name), PrintOptions())
    again = render(packet(patient_name=NAMES["Vietnamese"]), PrintOptions())
    assert again.sha256 == usual
