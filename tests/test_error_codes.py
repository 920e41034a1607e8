"""Test that the list of error codes is complete, and that a test shows each message."""

from __future__ import annotations

import re
from pathlib import Path

from packets.error_codes import areas
from tests.messages_of_codes import messages_of_codes

ROOT = Path(__file__).resolve().parent.parent
CODES = [code for area in areas() for code in area.codes]
SOURCES = {path: path.read_text("utf-8") for path in sorted((ROOT / "packets").rglob("*.py"))}
# The web form shows a message beside its field, and its code after the hint or not at all.
SHOWN_WITHOUT_CODE = {
    "A03": "No schedule was chosen.",
    "A04": "The folder is not a full path.",
    "A05": "Something went wrong",
    "A06": "No reason was chosen to send packet",
    "A07": "This is not a valid folder path.",
    "A09": "This handout is not available in the chosen language.",
    "A62": "No PDF was chosen.",
    "A61": "mails in a row; the others were not tried. Ask IT whether",
    "A11": "Nobody was chosen.",
    "A10": "was handed out for another name and another record number",
    "A13": "Mail was queued again, but the audit file cannot be written.",
    "A43": "No day was chosen.",
    "A50": "No surgery of this schedule is on Wednesday, December 9, 2026",
}
# The last checks of the print run before it is kept: only an error in the writer itself could raise these.
NOT_REACHABLE = {"V46", "V47"}
# The number of messages of each code that has several. Before you add to this list, ask whether an author or a nurse
# would do the same about both mistakes. If not, the second one needs a code of its own.
SEVERAL_MESSAGES = {
    "B02": 3, "B03": 2, "B06": 2, "B10": 4,
    "B80": 7, "B81": 5, "B84": 5, "B85": 3, "B88": 5, "B91": 3, "B92": 2, "B93": 2,
    "C40": 2, "C46": 2, "C66": 2,
    "D04": 2, "D06": 2, "D07": 4,
    "E01": 2,
    "I04": 4, "I05": 4, "I09": 3, "I32": 2,
    "K04": 2,
    "L01": 2, "L02": 3, "L03": 2, "L04": 2, "L10": 2, "L29": 4, "L30": 4, "L38": 2,
    "L41": 2, "L44": 2, "L47": 2, "L48": 2, "L70": 2,
    "M02": 2, "M03": 3, "M14": 2, "M16": 2,
    "R05": 3, "R09": 2, "R12": 2, "R18": 2,
    "S02": 3, "S03": 3, "S06": 2, "S10": 3, "S13": 2,
    "T13": 2, "T30": 2, "T34": 2, "T39": 2,
    "U26": 2, "U41": 2, "U45": 2,
    "V22": 2, "V31": 4, "V56": 2,
    "X10": 2, "X11": 4, "X13": 4, "X16": 2, "X17": 2, "X22": 2,
    "Y01": 2, "Y04": 2, "Y05": 2, "Y07": 3,
}  # fmt: skip


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
    assert [meaning for meaning in meanings if meanings.count(meaning) > 1] == []


def test_one_letter_belongs_to_one_area_of_the_product() -> None:
    letters = [area.letter for area in areas()]
    assert letters == sorted(set(letters)) and len({area.title for area in areas()}) == len(letters)


def test_a_code_has_one_message_unless_several_are_reviewed() -> None:
    messages = messages_of_codes(ROOT / "packets")
    assert {code: len(texts) for code, texts in messages.items() if len(texts) > 1} == SEVERAL_MESSAGES


def test_the_collector_of_messages_finds_a_second_message(tmp_path: Path) -> None:
    (tmp_path / "checks.py").write_text(
        "def check(day, problems):\n"
        "    message = f'{day} is late'\n"
        "    problems.add('Z01', message)\n"
        "    message = 'too early' if day else 'no day'\n"
        "    raise Problem('Z01', message, 'Correct it.')\n"
        "KINDS = ('Z02', 'is missing'), ('Z01', 'Z02')\n"
    )
    assert messages_of_codes(tmp_path) == {"Z01": {"{} is late", "'too early'", "'no day'"}, "Z02": {"'is missing'"}}


def test_a_test_shows_the_message_of_every_code() -> None:
    tests = "".join(
        path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py") if path.name != "test_error_codes.py"
    )
    shown = set(re.findall(r"\b([A-Z][0-9]{2}) \S.{8}", tests))  # in one string: the code, then its message
    assert {code.code for code in CODES} - shown == {*SHOWN_WITHOUT_CODE, *NOT_REACHABLE}
    for message in SHOWN_WITHOUT_CODE.values():
        assert message in tests
