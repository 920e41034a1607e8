"""Test places to write of a common part that print the answer to a question of the handout."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Type
from tests.cli.test_packet_plans import words_of
from tests.content.knee import content

GOING_HOME = "common/going-home.en.yaml"
PATIENT = ("--patient-name", "Rosa Sample", "--mrn", "00418823", "--surgeon", "Dr. Eva Lindqvist")
ANSWERS = ("side=left", "blood_thinner=no", "allergy=no", "arrival_time=06:30", "weight_kg=70", "helper=Tom Example")


def folder(root: Path, source: str) -> Path:
    """Write content whose handout asks for a visit, and a going-home page that prints `source`."""
    content(root)
    (root / "content/procedures/total-knee/handout.es.yaml").unlink()
    handout, page = root / "content/procedures/total-knee/handout.en.yaml", root / "content" / GOING_HOME
    text = handout.read_text("utf-8").replace(
        "  class_day: date\n", "  class_day: date\n  first_visit: date and time, optional\n"
    )
    handout.write_text(text, "utf-8")
    text = page.read_text("utf-8").replace("from: follow_up", f"from: {source}")
    page.write_text(text, "utf-8")
    return root / "content"


def test_a_known_visit_is_printed_on_the_going_home_page(type_: Type, tmp_path: Path) -> None:
    root = folder(tmp_path, "first_visit")
    answers = [word for answer in (*ANSWERS, "class_day=2026-12-01") for word in ("--answer", answer)]
    words = ("packet", "total-knee", "--content", str(root), *PATIENT, "--surgery-date", "2026-12-07", *answers)
    ran = type_(*words, "--answer", "first_visit=2026-12-21 2:30 PM", "-o", "packet.pdf")
    assert ran.code == 0, ran.err
    assert "Follow-up appointment Monday, December 21, 2026, 2:30 PM" in words_of()
    assert type_("verify", "packet.pdf", "--content", str(root)).code == 0
    assert type_(*words, "-o", "packet.pdf").code == 0
    assert "Follow-up appointment Ask your nurse" in words_of() and "2:30 PM" not in words_of()


def test_a_question_that_no_handout_asks_is_reported(type_: Type, tmp_path: Path) -> None:
    root = folder(tmp_path, "frist_visit")
    ran = type_("check", "--content", str(root))
    message = f'content/{GOING_HOME}:11:11: L78 no handout asks "frist_visit"\n    Did you mean "first_visit"?\n'
    assert message in ran.out, ran.out
