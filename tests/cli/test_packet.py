"""Test the command packet."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pikepdf
import pytest

from packets.model.packet_id import is_packet_id
from packets.verify.extract_text import read, without_whitespace
from tests.cli.conftest import Type, case_words
from tests.samples import LONGEST, NAMES

CASE = """
procedure: cervical-foraminotomy
patient_name: Rosa Sample
mrn: 00418823
surgery_date: 2026-12-07
surgeon: Dr. Jane Rivera
collar: no
packet_id: SAMP-LE2Z
"""


def text_of(path: str, password: str | None = None) -> str:
    """Return text as a reader sees it, with lines joined."""
    return " ".join(" ".join(read(Path(path).read_bytes(), password)).split())


def packet(type_: Type, *more: str, **changes: str | None) -> str:
    ran = type_("packet", "cervical-foraminotomy", *case_words(**changes), *more, "-o", "packet.pdf")
    assert ran.code == 0, ran.err
    return text_of("packet.pdf")


def test_a_packet_carries_the_patient_the_dates_the_disclaimer_and_the_phone(type_: Type) -> None:
    text = packet(type_, surgery_date="2026-12-31")
    for words in (
        "Rosa Sample",
        "00418823",
        "Dr. Jane Rivera",
        "Thursday, December 31, 2026",
        "Fri Jan 1 2027",
        "Thu Jan 7 to Thu Jan 14, 2027",
        "1 to 2 weeks after surgery",
        "by Thu Jan 28 2027",
        "Sun Feb 28 to Wed Mar 31, 2027",
        "816-363-2500",
        "Don’t forget to bring your imaging studies with you.",
        "This material is intended to give the patient an overview of surgical procedures and treatments and is not "
        "intended to replace the advice and guidance of a physician. Always consult with your doctor about the "
        "particular risks and benefits of your treatment.",
    ):
        assert without_whitespace(words) in without_whitespace(text), words
    assert "discectomy" not in text and "fusion" not in text


def test_the_result_is_printed(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", *case_words(packet_id="SAMP-LE2Z"), "-o", "packet.pdf")
    assert (ran.code, ran.out, ran.err) == (0, "packet.pdf: packet SAMP-LE2Z, 3 pages, checked\n", "")
    assert stat.S_IMODE(Path("packet.pdf").stat().st_mode) == 0o600
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--json")
    result = json.loads(ran.out)
    assert result["pages"] == 3 and is_packet_id(result["packet_id"]) and len(result["sha256"]) == 64


COLLAR = {
    "yes": "Your surgeon has advised you to wear a soft neck (cervical) collar.",
    "no": "Your surgeon has not ordered a neck collar.",
    "undecided": "The surgeon may advise you to wear a soft neck (cervical) collar.",
}


@pytest.mark.parametrize("collar", COLLAR)
def test_the_collar(type_: Type, collar: str) -> None:
    text = packet(type_, collar=collar)
    assert {answer: text.count(sentence) for answer, sentence in COLLAR.items()} == {
        answer: 2 if answer == collar else 0 for answer in COLLAR
    }


def test_leaving_the_collar_out_says_what_to_type(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", *case_words(collar=None), "-o", "packet.pdf")
    assert ran.code == 2
    assert ran.err == (
        '--collar: C16 "collar" is not answered\n    Type: --collar yes, --collar no or --collar undecided\n'
    )
    assert not Path("packet.pdf").exists()


def test_unknown_values_print_as_lines_to_fill_in(type_: Type) -> None:
    text = packet(type_)
    assert "Date of going home" in text and "Follow-up appointment Ask your nurse" in text
    text = packet(type_, discharge_date="2026-12-08", follow_up="December 22 at 10:15, Suite 300")
    assert "Date of going home Tuesday, December 8, 2026" in text
    assert "Follow-up appointment December 22 at 10:15, Suite 300" in text


def test_planned_performed_and_replaced(type_: Type) -> None:
    assert packet(type_, status="planned", surgery_date="2026-12-09").count("Prepared before surgery") == 3
    assert "Prepared before surgery" not in packet(type_, status="performed")
    assert "Replaces packet SAMP-LE2Z. Please discard it." in packet(type_, replaces="SAMP-LE2Z")


def test_the_birth_date(type_: Type) -> None:
    assert "Date of birth March 9, 1961" in packet(type_, dob="1961-03-09").replace("00418823 ", "")


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_prints_as_it_was_typed(type_: Type, kind: str) -> None:
    name = "Rosa Martinez" if kind == "markup" else NAMES[kind]  # which no name has, but an appointment may
    text = packet(type_, patient_name=name, surgeon=NAMES[kind], follow_up=NAMES[kind])
    assert without_whitespace(text).count(without_whitespace(NAMES[kind])) >= (2 if kind == "markup" else 3)


def test_large_print_and_a4(type_: Type) -> None:
    packet(type_, "--large-print", "--paper", "a4", patient_name=LONGEST)
    with pikepdf.open("packet.pdf") as pdf:
        assert [round(float(side)) for side in pdf.pages[0].MediaBox[2:]] == [595, 842]
        assert len(pdf.pages) == 5
    packet(type_, "--paper", "letter")
    with pikepdf.open("packet.pdf") as pdf:
        assert [float(side) for side in pdf.pages[0].MediaBox[2:]] == [612, 792]


def test_the_handout_alone_and_the_staff_sheet(type_: Type) -> None:
    text = packet(type_, "--plan", "handout", "--staff-sheet", "staff.pdf")
    assert "What is Cervical Foraminotomy?" in text and "Your going-home page" not in text
    sheet = text_of("staff.pdf")
    assert "Staff sheet. Not part of the patient’s copy" in sheet
    assert "The operation was performed as planned." in sheet
    assert "When is driving usually safe? between Monday, December 14 and Monday, December 21, 2026" in sheet
    packet(type_, "--staff-sheet", "staff.pdf", status="performed")
    assert "performed as planned" not in text_of("staff.pdf")


def test_a_case_from_a_file_and_from_standard_input(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("case.yaml").write_text(CASE, "utf-8")
    assert type_("packet", "--case", "case.yaml", "-o", "one.pdf").code == 0
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CASE.encode())))
    assert type_("packet", "--case", "-", "-o", "two.pdf").code == 0
    ran = type_(
        *("packet", "cervical-foraminotomy", *case_words(collar="no", packet_id="SAMP-LE2Z"), "-o", "three.pdf")
    )
    assert ran.code == 0
    assert Path("one.pdf").read_bytes() == Path("two.pdf").read_bytes() == Path("three.pdf").read_bytes()
    assert "00418823" in text_of("one.pdf")


def test_a_field_in_both_case_file_and_option_is_refused(type_: Type) -> None:
    Path("case.yaml").write_text(CASE, "utf-8")
    ran = type_("packet", "--case", "case.yaml", "--mrn", "00418824", "-o", "packet.pdf")
    assert ran.code == 2
    assert ran.err == (
        "--mrn: U04 mrn is entered in the case file and as an option\n    Leave it out in one of them.\n"
    )


def test_a_wrong_case_file_is_refused_with_every_mistake_and_no_value(type_: Type) -> None:
    Path("case.yaml").write_text(
        "procedure: cervical-foraminotomy\npatient_name: Rosa Secret\nmrn: " + "0" * 41 + "\nsurgery_date: 12/07/26\n"
        "surgeon: Dr. Jane Rivera\ncollar: No\n",
        "utf-8",
    )
    ran = type_("packet", "--case", "case.yaml", "-o", "packet.pdf")
    assert ran.code == 4
    assert [line.split(" ")[:2] for line in ran.err.splitlines() if line.startswith("case")] == [
        ["case.yaml:3:6:", "C06"],
        ["case.yaml:4:15:", "C09"],
        ["case.yaml:6:9:", "C17"],
    ]
    assert "Secret" not in ran.err and "12/07" not in ran.err


def test_packet_ids_come_from_the_site_s_key(type_: Type) -> None:
    first = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf").out
    again = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf").out
    assert first == again
    key = Path("settings/packets/site.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    other = type_("packet", "cervical-foraminotomy", *case_words(mrn="00418824"), "-o", "packet.pdf").out
    assert other != first
    key.unlink()
    assert type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf").out != first


def test_a_password_encrypts_the_file(type_: Type) -> None:
    Path("password").write_text("correct horse battery\n", "utf-8")
    Path("password").chmod(0o600)
    ran = type_(
        *("packet", "cervical-foraminotomy", *case_words(packet_id="SAMP-LE2Z"), "--password-file", "password"),
        *("-o", "packet.pdf"),
    )
    assert ran.code == 0, ran.err
    for wrong in ("", "wrong horse battery", "1961-03-09"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open("packet.pdf", password=wrong)
    with pikepdf.open("packet.pdf", password="correct horse battery") as pdf:
        assert pdf.encryption.R == 6 and pdf.encryption.bits == 256
    assert b"Rosa" not in Path("packet.pdf").read_bytes()
    assert type_("verify", "packet.pdf").code == 6
    ran = type_("verify", "packet.pdf", "--password-file", "password")
    assert (ran.code, ran.out) == (0, "packet.pdf: complete and unchanged, 3 pages\n")


def test_the_staff_sheet_needs_its_own_file(type_: Type) -> None:
    ran = type_(
        *("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--staff-sheet", "./packet.pdf")
    )
    assert ran.code == 2
    assert ran.err.startswith("--staff-sheet: U01 -o and --staff-sheet cannot be the same file\n")


def test_answers_to_a_handout_s_other_questions(type_: Type) -> None:
    words = case_words(collar=None)
    assert type_("packet", "cervical-foraminotomy", *words, "--answer", "collar=yes", "-o", "packet.pdf").code == 0
    ran = type_("packet", "cervical-foraminotomy", *words, "--answer", "collar", "-o", "packet.pdf")
    assert ran.code == 2 and ran.err.startswith("--answer: U02 this answer has no equals sign\n")
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "--answer", "collar=no", "-o", "packet.pdf")
    assert ran.code == 2 and ran.err.startswith("--answer: U03 this field is entered twice\n")
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "--answer", "brace=no", "-o", "packet.pdf")
    assert ran.code == 2 and ran.err.startswith("--answer: C05 ")


def test_no_procedure(type_: Type) -> None:
    ran = type_("packet", *case_words(), "-o", "packet.pdf")
    assert ran.code == 2
    assert ran.err == (
        "PROCEDURE: U05 the procedure is missing\n"
        "    Type its id, such as: packet cervical-foraminotomy. `list` shows all procedures.\n"
    )


def test_a_corrected_packet_gets_a_new_id(type_: Type) -> None:
    def number(*more: str) -> str:
        ran = type_("packet", "cervical-foraminotomy", *case_words(), *more, "-o", "packet.pdf", "--json")
        return str(json.loads(ran.out)["packet_id"])

    first = number()
    second = number("--replaces", first)
    third = number("--replaces", second)
    assert len({first, second, third}) == 3
    assert f"Replaces packet {second}. Please discard it." in text_of("packet.pdf")
    assert number("--replaces", first) == second
    assert number("--replaces", "SAMP-LE2Z") not in (first, second, third)  # another case's packet, with a wrong date
    assert number("--replaces", f"{second}, {first}") not in (first, second, third)
    assert f"Replaces packet {second}. Please discard it." in text_of("packet.pdf")
    assert f"Replaces packet {first}. Please discard it." in text_of("packet.pdf")


def test_packets_with_different_text_have_different_ids(type_: Type) -> None:
    """Collar yes and collar no once had the same packet id, and `verify` accepted both."""
    drafts = "--include-drafts"
    papers: tuple[dict[str, str | None], ...] = (
        {},
        {"collar": "no"},
        {"surgeon": "Dr. Other Sample"},
        {"surgery_date": "2026-12-09"},
        {"surgery_date": "2026-12-09", "status": "planned"},
        {"patient_name": "Rosa Marquez"},
        {"dob": "1961-03-10"},
        {"follow_up": "Monday at ten"},
        {"discharge_date": "2026-12-08"},
        {"surgery_date": "2026-12-08"},
        {"mrn": "00418824"},
    )
    looks = (["--large-print"], ["--paper", "a4"], ["--plan", "handout"], ["--language", "es", drafts])

    def number(*more: str, **changes: str | None) -> str:
        words = ["packet", "cervical-foraminotomy", *case_words(**changes), *more, "-o", "packet.pdf", "--json"]
        ran = type_(*words)
        assert ran.code == 0, ran.err
        return str(json.loads(ran.out)["packet_id"])

    numbers = [number(**changes) for changes in papers] + [number(*print_options) for print_options in looks]
    numbers.append(number("--language", "es", "--with", "en", drafts))
    assert len(set(numbers)) == len(numbers)
    assert number() == numbers[0], "the same paper has the same number"
    assert number(status="performed") == numbers[0], "which its pages do not say"


def test_unusual_names_do_not_break_the_file(type_: Type) -> None:
    for name in (
        "Packet 4B9D-FDP8",
        "Page 1 of 3",
        "Surgery date Monday, February 30, 2026",
        "Griﬃth",
        "Record number 7",
    ):
        packet(type_, patient_name=name, surgeon=name)
        ran = type_("verify", "packet.pdf")
        assert ran.code == 0, (name, ran.err)


def test_a_follow_up_before_the_surgery_is_a_note(type_: Type) -> None:
    words = case_words(follow_up="Monday, November 30, 10:30")
    ran = type_("packet", "cervical-foraminotomy", *words, "-o", "packet.pdf")
    assert ran.code == 0 and Path("packet.pdf").exists()
    assert ran.err == (
        "Note: --follow-up: C79 the follow-up appointment is before the surgery\n"
        "    Compare it with the appointment and a calendar.\n"
    )
