"""Test that the list of error codes is complete, and that a test shows each message."""

from __future__ import annotations

import re
from pathlib import Path

from packets.error_codes import areas

ROOT = Path(__file__).resolve().parent.parent
CODES = [code for area in areas() for code in area.codes]
SOURCES = {path: path.read_text("utf-8") for path in sorted((ROOT / "packets").rglob("*.py"))}
# The web form shows a message beside its field, without its code.
SHOWN_WITHOUT_CODE = {
    "A03": "No schedule was chosen.",
    "A04": "The folder is not a full path.",
    "A07": "This is not a valid folder path.",
    "A08": "The procedure has changed.",
}
# The last check of the print run before it is kept: only a fault of the writer itself could raise these.
NOT_REACHABLE = {"V46"}


def used_codes() -> set[str]:
    return {code for text in SOURCES.values() for code in re.findall(r'"([A-Z][0-9]{2})"', text)}


def test_every_code_is_listed_once_and_used() -> None:
    listed = [code.code for code in CODES]
    assert listed == sorted(set(listed))
    assert set(listed) == used_codes()


def test_every_code_says_what_it_means_and_what_to_do() -> None:
    for code in CODES:
        for sentence in (code.meaning, code.action):
            assert re.fullmatch(r"[A-Z`].{8,}[.|:>-]|Type: .+|Write: .+|.+\.", sentence), (code.code, sentence)
    meanings = [code.meaning for code in CODES]
    # Some things are checked in two places, for an author and for a run.
    assert len(meanings) - len(set(meanings)) < 12


def test_one_letter_belongs_to_one_area_of_the_product() -> None:
    letters = [area.letter for area in areas()]
    assert letters == sorted(set(letters)) and len({area.title for area in areas()}) == len(letters)


def test_every_code_is_shown_by_a_test() -> None:
    tests = "".join(
        path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py") if path.name != "test_error_codes.py"
    )
    # After ^ or - it is an HL7 event, such as ADT^A03.
    missing = {code.code for code in CODES if not re.search(rf"(?<![-^])\b{code.code}\b", tests)}
    assert missing == {*SHOWN_WITHOUT_CODE, *NOT_REACHABLE}
    for message in SHOWN_WITHOUT_CODE.values():
        assert message in tests
