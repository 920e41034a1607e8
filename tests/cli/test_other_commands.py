"""Test the commands handout, explain, verify, check and list, and the help texts."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from packets.cli.commands import COMMANDS
from packets.verify.extract_text import read, without_whitespace
from tests.cli.conftest import Type, case_words


def test_the_rack_copy_has_no_patient(type_: Type) -> None:
    ran = type_("handout", "cervical-foraminotomy", "-o", "rack.pdf")
    assert (ran.code, ran.out) == (0, "rack.pdf: rack copy, 2 pages\n")
    text = without_whitespace("".join(read(Path("rack.pdf").read_bytes())))
    for words in ("Information for patients", "1 to 2 weeks after surgery", "Your own date", "816-363-2500"):
        assert without_whitespace(words) in text
    assert without_whitespace("The surgeon may advise you to wear a soft neck (cervical) collar.") in text
    for word in ("Record number", "Packet", "2026", "2027"):
        assert without_whitespace(word) not in text
    assert type_("verify", "rack.pdf").code == 0


def test_the_rack_copy_in_large_print_on_a4(type_: Type) -> None:
    ran = type_("handout", "cervical-foraminotomy", "--large-print", "--paper", "a4", "-o", "rack.pdf", "--json")
    assert json.loads(ran.out)["pages"] == 4


EXPLAINED = """\
Cervical Foraminotomy, English, revision 1
Day 0, the day of surgery: Thursday, December 31, 2026

Leave the hospital, in most cases (expectation)
  Source   "In most cases, patients can leave the hospital the day after surgery."
  Rule     the day after surgery
  Count    2026-12-31 + 1 day = 2027-01-01, a Friday
  Printed  Friday, January 1, 2027

Driving is usually safe (expectation)
  Source   "Patients are usually safe to drive within a week or two."
  Rule     1 to 2 weeks after surgery
  Count    2026-12-31 + 1 week (7 days) = 2027-01-07, a Thursday
  Count    2026-12-31 + 2 weeks (14 days) = 2027-01-14, a Thursday
  Printed  between Thursday, January 7 and Thursday, January 14, 2027

Back to light work (expectation)
  Source   "They can get back to light work by four weeks."
  Rule     by 4 weeks after surgery
  Count    2026-12-31 + 4 weeks (28 days) = 2027-01-28, a Thursday
  Printed  by Thursday, January 28, 2027

Heavier work and sports (expectation)
  Source   "They can take part in heavier work and sports within two to three months after the surgery."
  Rule     2 to 3 months after surgery
  Count    2026-12-31 + 2 months (day 31 of February 2027, which ends on day 28) = 2027-02-28, a Sunday
  Count    2026-12-31 + 3 months = 2027-03-31, a Wednesday
  Printed  between Sunday, February 28 and Wednesday, March 31, 2027
"""


def test_explain_shows_sentence_rule_and_arithmetic(type_: Type) -> None:
    ran = type_("explain", "cervical-foraminotomy", "--surgery-date", "2026-12-31")
    assert ran.code == 0
    assert ran.out == EXPLAINED
    result = json.loads(type_("explain", "cervical-foraminotomy", "--surgery-date", "2026-12-31", "--json").out)
    assert result["milestones"][3]["dates"] == ["2027-02-28", "2027-03-31"]


def test_explain_of_a_handout_without_times(type_: Type) -> None:
    ran = type_("explain", "lumbar-laminectomy", "--surgery-date", "2026-12-31")
    assert ran.code == 0
    assert ran.out.endswith("\nThe handout gives no times, so its packets print no recovery dates.\n")


def test_explain_with_a_wrong_date(type_: Type) -> None:
    ran = type_("explain", "cervical-foraminotomy", "--surgery-date", "12/31/26")
    assert ran.code == 2 and ran.err.startswith("--surgery-date: C09 ")


SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"
KNEE = ("explain", "total-knee-replacement", "--surgery-date", "2026-12-07", "--content", str(SAMPLES))


def test_explain_shows_only_the_dates_for_an_answer(type_: Type) -> None:
    only_if = "Only if  blood_thinner is yes"
    assert only_if in type_(*KNEE).out
    assert only_if in type_(*KNEE, "--answer", "blood_thinner=yes").out
    ran = type_(*KNEE, "--answer", "blood-thinner=no")
    assert ran.code == 0
    assert only_if not in ran.out and "Printed" in ran.out


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("blood_thinner=maybe", '--answer: C17 "blood_thinner" must be yes'),
        ("blood_thinner", "--answer: U02 this answer has no equals sign"),
        ("brace=yes", '--answer: C44 the handout "total-knee-replacement" has no such question\n    It asks: '),
        ("mrn=123", '--answer: C44 the handout "total-knee-replacement" has no such question\n    It asks: '),
    ],
)
def test_explain_with_a_wrong_answer(type_: Type, answer: str, message: str) -> None:
    ran = type_(*KNEE, "--answer", answer)
    assert ran.code == 2 and ran.err.startswith(message)


def test_list(type_: Type) -> None:
    ran = type_("list")
    assert ran.code == 0
    assert ran.out.splitlines()[0].split() == [
        "PROCEDURE",
        "LANGUAGE",
        "REVISION",
        "STATUS",
        "REVIEW",
        "AGAIN",
        "BY",
        "TITLE",
    ]
    assert "cervical-foraminotomy en 1 published - Cervical Foraminotomy" in " ".join(ran.out.split())
    listed = json.loads(type_("list", "--json").out)
    statuses = {entry["procedure"]: entry["status"] for entry in listed if entry["language"] == "en"}
    assert statuses["cervical-foraminotomy"] == "published" and statuses["lumbar-laminectomy"] == "draft"


@pytest.fixture
def content(tmp_path: Path, checkout: Path) -> Path:
    shutil.copytree(checkout / "content", tmp_path / "content")
    return tmp_path / "content"


def test_the_shipped_content_has_no_mistake_and_its_corrections_await_a_clinician(type_: Type, content: Path) -> None:
    ran = type_("check", "--content", "content")
    assert ran.code == 0
    handout = "content/procedures/cervical-foraminotomy/handout.en.yaml"
    assert f'{handout}:99:7: R06 a change in "who-needs-it" awaits a clinician\n' in ran.out
    assert "lumbar-laminectomy/handout.en.yaml" in ran.out and ": R13 TODO for the clinician: " in ran.out
    assert re.search(r"No mistakes\. \d+ notes to review\.\n$", ran.out)


def test_check_reports_the_mistakes_of_all_files_at_once(type_: Type, content: Path) -> None:
    handout = content / "procedures/cervical-foraminotomy/handout.en.yaml"
    handout.write_text(
        handout.read_text("utf-8")
        .replace("title: Cerv", "titel: Cerv")
        .replace("between: 1 and 2 weeks", "between: a week or two"),
        "utf-8",
    )
    booking = content / "common/booking.en.yaml"
    booking.write_text(booking.read_text("utf-8").replace("{phone}", "{fone}"), "utf-8")
    ran = type_("check", "--content", "content")
    assert ran.code == 4
    assert 'content/common/booking.en.yaml:8:33: T02 there is no slot "fone"\n    Did you mean "phone"?\n' in ran.out
    assert 'handout.en.yaml:5:1: S07 a handout has no field "titel"\n    Did you mean "title"?\n' in ran.out
    assert 'handout.en.yaml:79:14: M02 "a week or two" is not a time after surgery\n' in ran.out
    assert re.search(r"\n4 mistakes\. \d+ notes to review\.\n$", ran.out)


def test_check_of_one_file_shows_that_file(type_: Type, content: Path) -> None:
    ran = type_("check", "--content", "content", "content/common/booking.en.yaml")
    assert (ran.code, ran.out) == (0, "No mistakes.\n")
    ran = type_("check", "--content", "content", "procedures")
    assert ran.code == 0 and ran.out.count("R06") == 4


def test_check_finds_a_character_that_no_font_has(type_: Type, content: Path) -> None:
    booking = content / "common/booking.en.yaml"
    booking.write_text(booking.read_text("utf-8").replace("office", "office ☎"), "utf-8")
    ran = type_("check", "--content", "content")
    assert ran.code == 4
    assert (
        "content/common/booking.en.yaml:8:30: G02 no font can print ☎ (U+260E BLACK TELEPHONE)\n"
        "    Write it another way: a packet that prints it cannot be made.\n"
    ) in ran.out


def test_verify_with_a_case(type_: Type) -> None:
    words = case_words(packet_id="SAMP-LE2Z")
    assert type_("packet", "cervical-foraminotomy", *words, "-o", "packet.pdf").code == 0
    case = (
        "procedure: cervical-foraminotomy\npatient_name: Rosa Sample\nmrn: 00418823\nsurgery_date: 2026-12-07\n"
        "surgeon: Dr. Jane Rivera\ncollar: yes\npacket_id: SAMP-LE2Z\n"
    )
    Path("case.yaml").write_text(case, "utf-8")
    ran = type_("verify", "packet.pdf", "--case", "case.yaml")
    assert (ran.code, ran.out) == (0, "packet.pdf: complete and unchanged, 3 pages, matches the case\n")
    Path("other.yaml").write_text(case.replace("collar: yes", "collar: no"), "utf-8")
    ran = type_("verify", "packet.pdf", "--case", "other.yaml")
    assert ran.code == 6 and "V06" in ran.err
    Path("bare.yaml").write_text(case.replace("packet_id: SAMP-LE2Z\n", ""), "utf-8")
    ran = type_("verify", "packet.pdf", "--case", "bare.yaml")
    assert ran.code == 4 and ran.err == (
        "bare.yaml: V21 the case file lacks the packet id\n    Add the line packet_id: with its value.\n"
    )


def test_verify_of_an_altered_a_cut_and_a_missing_file(type_: Type) -> None:
    type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf")
    original = Path("packet.pdf").read_bytes()
    Path("altered.pdf").write_bytes(original[:5000] + bytes([original[5000] ^ 1]) + original[5001:])
    Path("cut.pdf").write_bytes(original[:5000])
    ran = type_("verify", "packet.pdf", "altered.pdf", "cut.pdf", "missing.pdf")
    assert ran.code == 6
    assert ran.out == "packet.pdf: complete and unchanged, 3 pages\n"
    assert ran.err.splitlines()[0] in (
        "altered.pdf: V02 the file has changed since it was made",
        "altered.pdf: V01 the file is not a readable PDF",
    )
    assert "cut.pdf: V01 the file is not a readable PDF" in ran.err
    assert "missing.pdf: V20 the file cannot be read: No such file or directory" in ran.err


def test_verify_of_a_file_name_that_is_too_long(type_: Type) -> None:
    ran = type_("verify", "n" * 300)
    assert ran.code == 6
    hint = "Type the path of a finished file, or of the folder of a batch"
    assert ran.err == f"{'n' * 300}: V20 the file cannot be read: File name too long\n    {hint}\n"


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)], ids=str)
def test_every_command_has_help_with_an_example(type_: Type, command: list[str]) -> None:
    ran = type_(*command, "--help")
    assert ran.code == 0
    assert "Example" in ran.out


def test_the_version(type_: Type) -> None:
    assert type_("--version").out.startswith("packets, version 0.1")


def test_explain_uses_the_words_of_a_procedure(type_: Type, tmp_path: Path, checkout: Path) -> None:
    shutil.copytree(checkout / "content", tmp_path / "content")
    handout = tmp_path / "content/procedures/cervical-foraminotomy/handout.en.yaml"
    title = "title: Cervical Foraminotomy\n"
    handout.write_text(handout.read_text("utf-8").replace(title, f"{title}kind: procedure\n"), "utf-8")
    ran = type_("explain", "cervical-foraminotomy", "--surgery-date", "2026-12-31", "--content", "content")
    assert ran.code == 0, ran.err
    assert "Rule     by 4 weeks after the procedure" in ran.out
    assert "after surgery\n" not in ran.out
