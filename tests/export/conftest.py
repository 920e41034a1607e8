"""Give the export tests a batch whose clinic exports its packets."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from packets.cli import main
from tests.batch.day import CHECKOUT, Day, Outcome, reset_signals
from tests.clock import PROGRAM
from tests.samples import copy_in_english

SETTINGS = """
export:
  authority: HOSP
  system: "urn:oid:1.2.36.146.595.217.0.1"
  packet_system: https://example.org/packets
  facility: HOSP
  receiver: EHR
  receiving_facility: HOSP
  document_type: DCINSTR
  document_name: Discharge instructions
  loinc: 74213-0
"""


class ExportDay(Day):
    """A surgery day whose packets are exported."""

    jobs = 1

    @property
    def out(self) -> Path:
        return self.place / "outgoing"

    def export_arguments(self, form: str) -> list[str]:
        place = ["--content", str(self.content), "--site-key", str(self.key)]
        return ["export", str(self.folder), "--as", form, "-o", str(self.out), "--schedule", str(self.schedule), *place]

    def export(self, form: str, *more: str) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main.run([*self.export_arguments(form), *more], self.now)
        return Outcome(int(code), out.getvalue(), err.getvalue())

    def start_export(self, form: str) -> subprocess.Popen[str]:
        command = [sys.executable, PROGRAM, *self.export_arguments(form)]
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
        return subprocess.Popen(command, text=True, env=environ, preexec_fn=reset_signals, **streams)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.out.iterdir()} if self.out.exists() else {}


@pytest.fixture
def day(tmp_path: Path) -> ExportDay:
    content = copy_in_english(tmp_path / "content")
    clinic = content / "clinic.yaml"
    clinic.write_text(clinic.read_text("utf-8") + SETTINGS, "utf-8")
    return ExportDay(tmp_path, content)
