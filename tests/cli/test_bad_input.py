"""Test bad input: a clear message, the right exit code, no file, no traceback, no patient data."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.cli.conftest import Type, case_words
from tests.clock import PROGRAM
from tests.effort import spread

WRONG: dict[str, tuple[dict[str, str], str]] = {
    "impossible date": ({"surgery_date": "2026-02-30"}, "--surgery-date: C08 the surgery date is not in the calendar"),
    "two-digit year": ({"surgery_date": "12/07/26"}, "--surgery-date: C09 the surgery date has a year of two digits"),
    "day before month": (
        {"surgery_date": "25/12/2026"},
        "--surgery-date: C46 the surgery date has the day first, and here the month comes first",
    ),
    "another weekday": (
        {"surgery_date": "Tuesday, December 7, 2026"},
        "--surgery-date: C47 the surgery date is not on",
    ),
    "a year long ago": ({"surgery_date": "0202-12-07"}, "--surgery-date: C11 the year of the surgery cannot be right"),
    "home before surgery": (
        {"discharge_date": "2026-12-06"},
        "--discharge-date: C14 the discharge date is before the surgery",
    ),
    "born after surgery": ({"dob": "2027-01-01"}, "--dob: C12 the date of birth is not before the surgery"),
    "empty name": ({"patient_name": "  "}, "--patient-name: C02 the patient's name is empty"),
    "control character": ({"patient_name": "Secret\x07name"}, "--patient-name: C03 the patient's name contains "),
    "bidi override": ({"patient_name": "Secret\u202ename"}, "--patient-name: C03 the patient's name contains "),
    "zero-width space": ({"mrn": "004\u200b18823"}, "--mrn: C03 the record number contains "),
    "line end": ({"surgeon": "Dr. Secret\nDr. Other"}, "--surgeon: C03 the surgeon's name contains a line break"),
    "121 letters": ({"patient_name": "S" * 121}, "--patient-name: C06 the patient's name is too long"),
    "Thai": (
        {"patient_name": "ก Secret"},
        "--patient-name: G01 no font can print ก (U+0E01 THAI CHARACTER KO KAI) in patient_name",
    ),
    "Georgian": ({"patient_name": "გიორგი"}, "--patient-name: G01 no font can print "),
    "emoji": ({"follow_up": "Secret 🙂"}, "--follow-up: G01 no font can print 🙂 (U+1F642"),
    "collar in capitals": ({"collar": "Yes"}, '--collar: C17 "collar" must be yes, no or undecided'),
    "cancelled": ({"status": "cancelled"}, "--status: C18 the operation is cancelled"),
    "packet id with a slip": ({"packet_id": "SAMP-LE3Z"}, "--packet-id: C19 the packet id is not valid"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_input_is_reported(type_: Type, kind: str) -> None:
    changes, message = WRONG[kind]
    ran = type_("packet", "cervical-foraminotomy", *case_words(**changes), "-o", "packet.pdf")
    assert ran.code == 2
    assert ran.err.startswith(message)
    assert ran.out == ""
    assert sum(not line.startswith("    ") for line in ran.err.splitlines()) == 1  # one message, then what to do
    for secret in ("Secret", "Rosa", "00418823", "12/07", "Traceback"):
        assert secret not in ran.err
    assert not Path("packet.pdf").exists()


def test_all_mistakes_are_reported_at_once(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", "-o", "packet.pdf")
    assert ran.code == 2
    assert [line.split(" ")[0] for line in ran.err.splitlines() if not line.startswith(" ")] == [
        "--collar:",
        "--mrn:",
        "--patient-name:",
        "--surgeon:",
        "--surgery-date:",
    ]


def test_an_unknown_procedure_lists_the_known_ones(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomie", *case_words(), "-o", "packet.pdf")
    assert ran.code == 2
    assert ran.err == (
        'PROCEDURE: L22 there is no procedure "cervical-foraminotomie"\n'
        '    Did you mean "cervical-foraminotomy"?\n'
        "    There are: anterior-cervical-discectomy-fusion, cervical-foraminotomy, lumbar-laminectomy and "
        "lumbar-microdiscectomy.\n"
    )


def test_a_path_is_refused_as_a_procedure(type_: Type) -> None:
    for procedure in ("../../etc/passwd", "/etc/hostname", "cervical-foraminotomy/../x", ""):
        ran = type_("packet", procedure, *case_words(), "-o", "packet.pdf")
        assert ran.code == 2 and "L22" in ran.err


def test_an_unknown_command_and_option(type_: Type) -> None:
    ran = type_("pakcet")
    assert ran.code == 2 and 'Did you mean "packet"?' in ran.err
    assert type_("packet", "--patient", "x", "-o", "packet.pdf").code == 2


def test_an_output_that_is_a_folder_or_has_none(type_: Type) -> None:
    Path("folder").mkdir()
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "folder")
    assert ran.code == 5 and ran.err.startswith("folder: W0")
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "nowhere/packet.pdf")
    assert ran.code == 5 and ran.err.startswith("nowhere/packet.pdf: W0")
    assert not Path("nowhere").exists()


def test_an_output_with_a_name_too_long_or_a_link_in_a_circle(type_: Type) -> None:
    Path("loop").symlink_to("loop")
    words = ["packet", "cervical-foraminotomy", *case_words()]
    ran = type_(*words, "-o", "n" * 300)
    assert ran.code == 5
    assert ran.err == f"{'n' * 300}: W07 this name is too long for the disk\n    Choose a shorter name\n"
    for more in (["-o", "loop"], ["-o", "packet.pdf", "--staff-sheet", "loop"]):
        ran = type_(*words, *more)
        assert ran.code == 5 and ran.err.startswith("loop: W10 cannot be written: Too many levels")
    assert not Path("packet.pdf").exists()


def test_an_output_in_a_folder_that_may_not_be_entered(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def stat(path: object, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> os.stat_result:
        if "locked" in str(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))  # root would be let in
        return real(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)  # type: ignore[arg-type]

    real = os.stat
    monkeypatch.setattr(os, "stat", stat)
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "locked/packet.pdf")
    assert ran.code == 5
    assert ran.err.startswith("locked/packet.pdf: W04 you may not write here\n")


def mounted(folder: Path, options: str) -> Path:
    if os.getuid() != 0:
        pytest.skip("only root can mount a small disk")
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False)
    if mount.returncode:
        pytest.skip("no disk can be mounted here")
    return folder


def test_a_full_disk(type_: Type, tmp_path: Path) -> None:
    disk = mounted(tmp_path / "disk", "size=16k")
    try:
        ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "disk/packet.pdf")
        assert ran.code == 5 and "the disk is full" in ran.err
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_read_only_disk(type_: Type, tmp_path: Path) -> None:
    disk = mounted(tmp_path / "disk", "ro,size=64k")
    try:
        ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "disk/packet.pdf")
        assert ran.code == 5 and "W0" in ran.err
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_an_older_packet_stays_when_the_new_one_cannot_be_made(type_: Type) -> None:
    Path("packet.pdf").write_bytes(b"the older packet")
    assert type_("packet", "cervical-foraminotomy", *case_words(collar="maybe"), "-o", "packet.pdf").code == 2
    assert Path("packet.pdf").read_bytes() == b"the older packet"


def test_no_home_for_the_site_key(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("HOME", raising=False)
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf")
    assert ran.code == 4 and "--site-key" in ran.err
    assert type_("packet", "cervical-foraminotomy", *case_words(packet_id="SAMP-LE2Z"), "-o", "packet.pdf").code == 0


def test_content_with_a_mistake_makes_no_packet(type_: Type, tmp_path: Path, checkout: Path) -> None:
    import shutil

    content = tmp_path / "content"
    shutil.copytree(checkout / "content", content)
    handout = content / "procedures/cervical-foraminotomy/handout.en.yaml"
    handout.write_text(handout.read_text("utf-8").replace("between: 1 and 2 weeks", "between: a week or two"), "utf-8")
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "--content", "content", "-o", "packet.pdf")
    assert ran.code == 4
    assert ran.err == (
        "content/procedures/cervical-foraminotomy/handout.en.yaml:79:14: "
        'M02 "a week or two" is not a time after surgery\n'
        "    Write it like this: between: 1 and 2 weeks\n"
    )


def test_an_internal_error_shows_its_place_but_no_patient_data(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    import packets.pipeline as making

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Rosa Secret")

    monkeypatch.setattr(making, "fill", broken)
    ran = type_("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf")
    assert ran.code == 1
    assert ran.err.startswith("Internal error (RuntimeError at test_bad_input.py:")
    assert "Rosa" not in ran.err and "Traceback" not in ran.err


def test_control_c_is_130(checkout: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from packets.cli import main as cli\n"
        "import packets.content.library as library\n"
        "def wait(*_, **__):\n    raise KeyboardInterrupt\n"
        "library.load_for_packet = wait\n"
        "cli.main(['packet', 'cervical-foraminotomy', '-o', 'packet.pdf'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 130
    assert run.stderr.strip() == "Interrupted. No partial file is left."


def test_a_closed_output_pipe_is_handled(checkout: Path) -> None:
    command = f"{sys.executable} {checkout}/generate.py list | true"
    run = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert run.returncode == 0 and run.stderr == ""


def test_a_combining_mark_is_printed_on_a_letter_and_refused_alone(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", *case_words(patient_name="Ann \u030cohn"), "-o", "packet.pdf")
    assert ran.code == 2 and "COMBINING CARON" in ran.err
    assert type_("packet", "cervical-foraminotomy", *case_words(patient_name="J\u030cohn"), "-o", "j.pdf").code == 0
    assert type_("packet", "cervical-foraminotomy", *case_words(patient_name="Z\u030cofie"), "-o", "p.pdf").code == 0


def test_the_message_about_a_missing_font(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", *case_words(patient_name="Ros🙂 Secret"), "-o", "packet.pdf")
    assert ran.err == (
        "--patient-name: G01 no font can print 🙂 (U+1F642 SLIGHTLY SMILING FACE) in patient_name\n"
        "    These can be printed: Latin letters with any accents (also Vietnamese, Yoruba and Navajo), Greek, "
        "Cyrillic, Hebrew, Arabic, Hindi (Devanagari) and Chinese. "
        "Nothing is printed with a letter missing.\n"
    )


def test_a_missing_font_message_quotes_one_character_and_not_the_name(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", *case_words(patient_name="กข"), "-o", "packet.pdf")
    assert ran.code == 2
    assert ("ก" in ran.err) != ("ข" in ran.err)


def test_null_in_a_case_file(type_: Type) -> None:
    case = "procedure: cervical-foraminotomy\npatient_name: ~\nmrn: null\nsurgery_date: 2026-12-07\n"
    Path("case.yaml").write_text(case + "surgeon: Dr. Jane Rivera\ncollar: no\n", "utf-8")
    ran = type_("packet", "--case", "case.yaml", "-o", "packet.pdf")
    assert ran.code == 4
    assert "case.yaml:2:15: S04 expected " in ran.err and "case.yaml:3:6: S04 expected " in ran.err


def test_values_of_a_case_file_are_never_repeated(type_: Type) -> None:
    case = "procedure: Rosa Secret\npatient_name: x\nmrn: 1\nsurgery_date: 2026-12-07\nsurgeon: y\ncollar: no\n"
    Path("case.yaml").write_text(case, "utf-8")
    ran = type_("packet", "--case", "case.yaml", "-o", "packet.pdf")
    assert ran.code == 4
    assert ran.err.startswith("case.yaml:1:12: U07 there is no such procedure\n    There are: ")
    assert "Secret" not in ran.err


def test_a_name_without_quotes_is_not_repeated(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", "--patient-name", "Rosa", "Secret", "-o", "packet.pdf")
    assert ran.code == 2
    assert "There is an extra word. Put a value of several words in quotes" in ran.err
    assert "Secret" not in ran.err


def test_an_output_never_overwrites_an_input(type_: Type) -> None:
    Path("case.yaml").write_text("procedure: cervical-foraminotomy\n", "utf-8")
    ran = type_("packet", "--case", "case.yaml", "-o", "case.yaml")
    assert ran.code == 2
    assert ran.err == "-o: U08 this is an input file and would be overwritten\n    Type another name.\n"
    assert Path("case.yaml").read_text("utf-8") == "procedure: cervical-foraminotomy\n"
    Path("sub").mkdir()
    words = ["packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--staff-sheet"]
    assert type_(*words, "sub/../packet.pdf").code == 2
    ran = type_(*words, "nowhere/staff.pdf")
    assert ran.code == 5 and ran.err.startswith("nowhere/staff.pdf: W0")
    assert not Path("packet.pdf").exists()
    for typed in (["packet", "cervical-foraminotomy", *case_words()], ["handout", "cervical-foraminotomy"]):
        ran = type_(*typed, "-o", "-")
        assert ran.code == 2
        assert ran.err == "-o: U06 a PDF is written to a file, not to the screen\n    Type: -o packet.pdf\n"
        assert not Path("-").exists()


def test_no_standard_input(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    ran = type_("packet", "--case", "-", "-o", "packet.pdf")
    assert ran.code == 2
    assert ran.err == "--case: U09 there is no standard input to read\n    Type the name of a file.\n"


OUTPUTS = [*product(("list", "--help", "packet", "explain", "nothing-like-it"), ("stdout", "stderr"), ("", "1"))]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(("command", "stream", "unbuffered"), spread(OUTPUTS, 7))
def test_output_that_cannot_be_printed_has_its_own_exit_code_and_files_are_complete(
    command: str, stream: str, unbuffered: str, checkout: Path, tmp_path: Path
) -> None:
    words = {
        "packet": ["packet", "cervical-foraminotomy", *case_words(packet_id="SAMP-LE2Z"), "-o", "packet.pdf"],
        "explain": ["explain", "cervical-foraminotomy", "--surgery-date", "2026-12-07"],
    }.get(command, [command])
    environ = {**os.environ, "PYTHONUNBUFFERED": unbuffered}  # "" is as if it were not there
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        run = subprocess.run(
            [sys.executable, PROGRAM, *words], cwd=tmp_path, env=environ, text=True, check=False,
            stdout=full if stream == "stdout" else subprocess.PIPE,
            stderr=full if stream == "stderr" else subprocess.PIPE,
        )  # fmt: skip
    finally:
        os.close(full)
    if stream == "stderr" and command != "nothing-like-it":
        assert run.returncode == 0  # nothing was written there
    elif command == "nothing-like-it":
        assert run.returncode in (2, 5) and "Traceback" not in (run.stdout or "") + (run.stderr or "")
    else:
        assert run.returncode == 5
        assert run.stderr == (
            "The output of this command could not be written: No space left on device. "
            "Files that it wrote are complete.\n"
        )
    if command == "packet":
        assert (tmp_path / "packet.pdf").stat().st_size > 20_000


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_has_gone_is_not_an_error(unbuffered: str, checkout: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [sys.executable, str(checkout / "generate.py"), "list"], stdout=writer, stderr=subprocess.PIPE, text=True,
        check=False, env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    os.close(writer)
    assert (run.returncode, run.stderr) == (0, "")


def test_check_refuses_a_path_outside_the_content(type_: Type, tmp_path: Path) -> None:
    ran = type_("check", "no-such-file.yaml")
    assert ran.code == 2 and ran.err.startswith(
        "no-such-file.yaml: U10 there is no such file or folder\n    Type a path below"
    )
    ran = type_("check", str(tmp_path))
    assert ran.code == 2 and ": U11 this is not in the content folder\n" in ran.err


def test_future_surgery_is_refused_as_performed(type_: Type) -> None:
    ran = type_(
        "packet",
        "cervical-foraminotomy",
        *case_words(surgery_date="2026-12-09", status="performed"),
        "-o",
        "packet.pdf",
    )
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "--surgery-date: C70 the operation is recorded as performed, but its date is after today\n"
        "    Correct the surgery date, or the status.\n"
    )
    assert not Path("packet.pdf").exists()


def test_an_unlikely_date_needs_confirmation(type_: Type) -> None:
    words = [
        "packet",
        "cervical-foraminotomy",
        *case_words(surgery_date="2016-12-07", dob="1900-01-01"),
        "-o",
        "packet.pdf",
    ]
    ran = type_(*words)
    assert ran.code == 2 and not Path("packet.pdf").exists()
    assert "--surgery-date: C75 every recovery date in this packet is already past" in ran.err
    assert "--dob: C73 the date of birth is January 1, 1900" in ran.err
    assert type_(*words, "--confirm-date", "2016-12-07").code == 2
    assert type_(*words, "--confirm-date", "2016-12-07", "--confirm-date", "1900-01-01").code == 0
    assert Path("packet.pdf").exists()
    wrong = type_(*words, "--confirm-date", "yes")
    assert (wrong.code, wrong.err) == (
        2,
        "--confirm-date: U70 this is not a date\n    Write year, month and day with two dashes: 2026-12-07\n",
    )


def test_an_unlikely_date_in_a_case_file_is_reported_with_its_line(type_: Type) -> None:
    Path("case.yaml").write_text(
        "procedure: cervical-foraminotomy\npatient_name: Rosa Sample\nmrn: 00418823\nsurgery_date: 2062-12-07\n"
        "surgeon: Dr. Jane Rivera\ncollar: no\n",
        "utf-8",
    )
    ran = type_("packet", "--case", "case.yaml", "-o", "packet.pdf")
    assert ran.code == 4
    assert ran.err.startswith("case.yaml:4:15: C77 the surgery date is more than 180 days from today\n")


def test_names_and_numbers_of_another_program_are_refused(type_: Type) -> None:
    ran = type_(
        "packet",
        "cervical-foraminotomy",
        *case_words(patient_name="O&#39;Neal", mrn="\u201c00418823\u201d", surgeon="NULL"),
        "-o",
        "packet.pdf",
    )
    assert ran.code == 2
    assert ran.err == (
        "--mrn: C66 the record number has quotation marks\n    Type it without them.\n"
        "--patient-name: C60 the patient's name has an HTML entity in place of a character\n"
        """    Probably "'" was meant. Correct it in the program that the text comes from, or type it again.\n"""
        "--surgeon: C65 the surgeon's name is what programs write for a missing value\n    Type it.\n"
    )


def test_a_case_file_is_checked_like_the_command_line(type_: Type, tmp_path: Path) -> None:
    text = (
        "procedure: cervical-foraminotomy\npatient_name: Mu?oz\nmrn: N/A\nsurgery_date: 2026-12-07\n"
        'surgeon: TBD\ncollar: yes\nfollow_up: "NULL"\n'
    )
    (tmp_path / "case.yaml").write_text(text, "utf-8")
    ran = type_("packet", "--case", str(tmp_path / "case.yaml"), "-o", "packet.pdf")
    assert ran.code == 4
    assert [line.split()[1] for line in ran.err.splitlines() if ".yaml:" in line] == ["C60", "C68", "C65", "C65"]


def test_an_unlikely_name_gets_a_note(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", *case_words(patient_name="Test Patient"), "-o", "packet.pdf")
    assert ran.code == 0 and "C69 the patient's name has a word that programs write" in ran.err
