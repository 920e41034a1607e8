"""Test the profile `plain`: each question of a handout is a column of its own name, without a line in the profile."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cli.conftest import Type, type_  # noqa: F401  a fixture

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "library"
KNEE = (
    "mrn,patient_name,dob,procedure,surgery_date,surgeon,site,side,walking_aid,blood_thinner\n"
    "00910001,Ana Muster,1958-02-14,total-knee-replacement,2026-12-14,Dr. Jane Rivera,downtown,{side},walker,no\n"
)
RUN = ("batch", "monday.csv", "-o", "monday", "--dry-run", "--include-drafts", "--content", "content")


def test_the_questions_of_the_knee_are_columns_of_the_shipped_profile(type_: Type) -> None:  # noqa: F811
    """The shipped profile names `collar`, which no handout of this library asks."""
    root = shutil.copytree(SAMPLES, Path("content"))
    shutil.copy(ROOT / "content" / "sources" / "plain.yaml", root / "sources")
    Path("monday.csv").write_text(KNEE.format(side="left"), "utf-8")
    ran = type_(*RUN)
    assert ran.code == 0, ran.err
    assert "1 row. 1 new" in ran.out
    Path("monday.csv").write_text(KNEE.format(side="middle"), "utf-8")
    ran = type_(*RUN)
    assert (ran.code, ran.err) == (3, 'row 2, column side: C17 "side" must be left, right or both\n')


def test_a_column_that_no_handout_asks_is_refused(type_: Type) -> None:  # noqa: F811
    root = shutil.copytree(SAMPLES, Path("content"))
    shutil.copy(ROOT / "content" / "sources" / "plain.yaml", root / "sources")
    header, row = KNEE.format(side="left").splitlines()
    Path("monday.csv").write_text(f"{header},collar\n{row},yes\n", "utf-8")
    ran = type_(*RUN)
    assert ran.code == 4 and "B12 row 1 is not the header of" in ran.err and "Unknown: collar." in ran.err
