"""Read a schedule in a test, and a schedule and profile to change."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

from packets.batch.preflight import open_rows
from packets.content.library import Library, load
from packets.errors import InvalidInputError, UsageError
from packets.schedule.rows import Row
from packets.schedule.source_files import SourceFile
from tests.batch.day import as_csv, patient

PATIENT = patient(1)
PROFILE = """\
source: ours
dates: MM/DD/YYYY
columns:
  mrn: MRN
  patient_name: PATIENT
  procedure: PROC
  surgery_date: DATE
  surgeon: SURGEON
  collar: COLLAR
"""
# A schedule that fits this profile.
EXPORT = "MRN,PATIENT,PROC,DATE,SURGEON,COLLAR\n00000001,Ada Abel,cervical-foraminotomy,12/07/2026,Dr. Sample,yes\n"


def with_changes(**changes: str) -> str:
    """Return a schedule of one row with some changed cells."""
    return as_csv([patient(1, **changes)])


@cache
def load_library(content: Path) -> Library:
    library, problems = load(content)
    assert library is not None, problems
    return library


class ScheduleReader:
    """A content folder with the shipped schedule profiles, to which a test can add its own."""

    def __init__(self, content: Path, folder: Path) -> None:
        self.root = folder / "content"
        self.library = load_library(content)
        shutil.copytree(content / "sources", self.root / "sources")

    def write_profile(self, text: str, name: str = "ours") -> None:
        (self.root / "sources" / f"{name}.yaml").write_text(text, "utf-8")

    def rows(self, data: str | bytes, profile: str | None = None) -> list[Row]:
        data = data.encode() if isinstance(data, str) else data
        return list(open_rows([SourceFile("monday.csv", data)], "monday.csv", self.root, self.library, profile))

    def problems(self, data: str | bytes, profile: str | None = None) -> str:
        """Return all problems as the command line shows them."""
        try:
            return "\n".join(str(problem) for row in self.rows(data, profile) for problem in row.problems)
        except (InvalidInputError, UsageError) as error:
            return str(error)
