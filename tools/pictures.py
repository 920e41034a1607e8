"""Take every picture of the documentation again: python -m tools.pictures

Pages are drawn from new packets. The pictures of the web form are screenshots of Chromium, which two browser
tests take.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

from packets.cli.preview import SAMPLE_ID
from packets.content.library import load_for_packet
from packets.model.case import Case, PrintOptions
from packets.pipeline import make_packet
from tools import guide_pictures
from tools.guide_pictures import ROOT

PICTURES = ROOT / "docs" / "pictures"
README_WIDTH_PX = 680
BROWSER = "tests/web/test_browser.py"
TESTS = (
    f"{BROWSER}::test_the_documentation_pictures",
    f"{BROWSER}::test_axe_finds_no_violations_on_the_pages_of_a_day",
)


def first_page() -> None:
    """Draw page 1 of the packet of `make demo`, for the README."""
    procedure = "cervical-foraminotomy"
    case = Case(
        procedure=procedure,
        patient_name="Sample Patient",
        record_number="SAMPLE-0001",
        surgery_date=dt.date(2026, 12, 7),
        surgeon="Dr. Sample Surgeon",
        answers={"collar": "yes"},
        packet_id=SAMPLE_ID,
        language="en",
    )
    made = make_packet(load_for_packet(ROOT / "content", procedure, "en", ("discharge",)), case, PrintOptions())
    guide_pictures.write(made, 1, PICTURES / "page-1.png", README_WIDTH_PX)


def main() -> int:
    first_page()
    guide_pictures.main()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--update-golden", *TESTS]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
