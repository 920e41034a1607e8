"""A small content folder to change: one short handout that passes every check without a warning."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

from packets.content import library

SHIPPED = Path(__file__).resolve().parents[2] / "content"

HANDOUT = """\
handout: knee
language: en
revision: 1
title: Knee Sample
asks:
  surgery_date: date
  surgeon: name
  brace: yes, no or undecided
sections:
  - id: after
    heading: After the surgery
    parts:
      - text: |
          You can walk within two weeks.

          You can run within two to three months.
      - show: brace
notices:
  - id: brace
    label: Your brace
    says:
      - if: brace is yes
        text: Wear it.
      - unless: brace is yes
        text: Ask about it.
milestones:
  - id: walk
    label: Walking
    by: 2 weeks
    quote: You can walk within two weeks.
  - id: run
    label: Running
    between: 2 and 3 months
    quote: You can run within two to three months.
ends_with: [disclaimer, booking]
provenance:
  source: A sample
  sha256: 3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b
review:
  status: published
"""
DISCLAIMER = """\
common: disclaimer
language: en
revision: 1
parts:
  - text: Ask your doctor.
review:
  status: published
"""
LOCK = "locked: e16f66441b0a07aa4bbe8e0c1adfa596de5e9109afa39e3a954f5c0013848b2b\n"  # of the words above
BOOKING = """\
common: booking
language: en
revision: 1
heading: Book
parts:
  - text: Call {phone}.
review:
  status: published
"""
PLAN = """\
packet: discharge
for: patients
shows: [title, identifiers, dates, notices, booking, sections, ends, about]
"""
CLINIC = """\
phone: 816-363-2500
dial: "+1-816-363-2500"
paper: letter
print: normal
language: en
"""
FILES = {
    "procedures/knee/handout.en.yaml": HANDOUT,
    "common/disclaimer.en.yaml": DISCLAIMER + LOCK,
    "common/booking.en.yaml": BOOKING,
    "packets/discharge.yaml": PLAN,
    "clinic.yaml": CLINIC,
}


class Folder:
    """A `content/` in the working folder, so that messages name files as an author would type them."""

    root = Path("content")

    def __init__(self) -> None:
        for name, text in FILES.items():
            self.write(name, text)
        (self.root / "languages").mkdir()
        shutil.copy(SHIPPED / "languages" / "en.yaml", self.root / "languages")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def change(self, old: str, new: str, name: str = "procedures/knee/handout.en.yaml") -> None:
        """Replace a text that occurs exactly once in a file."""
        text = (self.root / name).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def check(self, today: dt.date | None = None) -> str:
        """Return every message of `check`."""
        loaded, problems = library.load(self.root, today)
        assert (loaded is None) == any(not problem.warning for problem in problems)
        return "\n".join(map(str, problems))
