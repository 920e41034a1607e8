"""Test the braille copy of a packet as a person types the command, and as liblouis reads the file back."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from functools import cache
from pathlib import Path

import pytest

from packets.braille.liblouis import Liblouis, find_liblouis
from packets.errors import PacketsError, VerificationError
from packets.model.filled_packet import FilledPacket
from packets.verified_braille import render_braille
from packets.verify.braille_proof import verify_braille
from tests.cli.conftest import Type, case_text, case_words, type_  # noqa: F401  a fixture
from tests.html_copies.copies import VARIANTS, arabic_packet
from tests.pages.variants import Variant, build
from tests.samples import LONGEST, NAMES, packet

needs_liblouis = pytest.mark.system("lou_translate")
TABLES = {"en": "en-ueb-g2.ctb", "es": "es-g1.ctb", "de": "de-g0-detailed.utb"}


def liblouis() -> Liblouis:
    return find_liblouis(os.environ)


def read_by_liblouis(lines: str, language: str = "en") -> str:
    """Return the words of a file as liblouis reads it with its own table of braille ASCII."""
    command = ["lou_translate", "--backward", f"en-us-brf.dis,{TABLES[language]}"]
    lines = lines.replace("\\", "\\\\")  # the program reads a backslash as the beginning of an escape sequence
    return " ".join(subprocess.run(command, input=lines, capture_output=True, text=True, check=True).stdout.split())


def braille_copy(type_: Type, *more: str, **changes: str | None) -> list[str]:  # noqa: F811
    """Return the pages of the file."""
    words = ("packet", "cervical-foraminotomy", *case_words(**changes), *more, "-o", "packet.pdf")
    ran = type_(*words, "--braille", "packet.brf")
    assert ran.code == 0, ran.err
    return Path("packet.brf").read_text("ascii").removesuffix("\f").split("\f")


@needs_liblouis
def test_the_copy_says_what_the_packet_says_on_pages_of_25_lines_of_40_cells(type_: Type) -> None:  # noqa: F811
    pages = braille_copy(type_, packet_id="SAMP-LE2Z", dob="1961-03-09")
    everything = read_by_liblouis("\n".join(pages))
    for expected in (
        "This braille copy was made by a computer program. No braille reader has checked it yet.",
        "Surgery date: Monday, December 7, 2026",
        "March 9, 1961",
        "Mon Dec 14 to Mon Dec 21, 2026 Driving is usually safe 1 to 2 weeks after surgery Usual",
        "816-363-2500",
        "Your surgeon has advised you to wear a soft neck (cervical) collar.",
        "Always consult with your doctor about the particular risks and benefits of your treatment.",
    ):
        assert expected in everything, expected
    for number, page in enumerate(pages, 1):
        lines = page.split("\n")
        assert len(lines) == 26 and max(map(len, lines)) <= 40
        words = read_by_liblouis(page)
        assert words.startswith("Rosa Sample, Record number 00418823 Packet SAMP-LE2Z")
        assert words.endswith(f"Page {number} of {len(pages)}")


@needs_liblouis
def test_the_result_is_printed(type_: Type) -> None:  # noqa: F811
    words = ("packet", "cervical-foraminotomy", *case_words(packet_id="SAMP-LE2Z"), "-o", "packet.pdf")
    ran = type_(*words, "--braille", "packet.brf")
    out = "packet.brf: braille copy, read back; no braille reader has checked it\n"
    assert (ran.code, ran.out, ran.err) == (0, f"packet.pdf: packet SAMP-LE2Z, 3 pages, checked\n{out}", "")
    assert stat.S_IMODE(Path("packet.brf").stat().st_mode) == 0o600
    assert json.loads(type_(*words, "--braille", "packet.brf", "--json").out)["braille"] == "packet.brf"
    Path("case.yaml").write_text(case_text(packet_id="SAMP-LE2Z"), "utf-8")
    assert type_("verify", "packet.brf", "--case", "case.yaml").out == "packet.brf: complete, matches the case\n"
    Path("case.yaml").write_text(case_text(packet_id="SAMP-LE2Z", surgery_date="2026-12-08"), "utf-8")
    assert type_("verify", "packet.brf", "--case", "case.yaml").err.startswith(
        "packet.brf: V64 a text or number of part 2"
    )


@needs_liblouis
@pytest.mark.parametrize("variant", VARIANTS[::20], ids=str)
def test_every_sample_can_be_written_in_braille(variant: Variant) -> None:
    assert render_braille(build(variant).filled, liblouis()).endswith(b"\f")


@needs_liblouis
@pytest.mark.parametrize("name", [LONGEST, NAMES["one long word"], "René O’Neil-Núñez", "Bo B", "Can Still Enough"])
def test_every_page_shows_the_name_in_full(name: str) -> None:
    data = render_braille([packet(patient_name=name)], liblouis()).decode()
    for page in data.split("\f")[:-1]:
        header = page.partition("\r\n\r\n")[0].replace("-\r\n", "").replace("\r\n", "\n")
        read = "".join(letter for letter in read_by_liblouis(header) if letter.isalpha())
        assert read.casefold().startswith("".join(letter for letter in name if letter.isalpha()).casefold())


@needs_liblouis
def test_a_translation_follows_the_packet_in_the_braille_of_its_language(type_: Type) -> None:  # noqa: F811
    pages = braille_copy(type_, "--language", "es", "--with", "en", "--include-drafts")
    assert "Ningún lector de braille" in read_by_liblouis(pages[0], "es")
    assert read_by_liblouis(pages[-1], "en").endswith("Page 7 of 7") and len(pages) > 14


NO_PAGES = "V60 the braille file does not have pages of 25 lines, each of at most 40 cells"
CHANGES = {
    "a digit of a date": ("#AD TO", "#AE TO", "V64 a text or number of part 5 (DateTable) is missing or different"),
    "a word": ("DRIV+", "DRIVES", "V64 a text or number of part 5 (DateTable) is missing or different in the"),
    "a missing line": ("BY ,MON ,JAN #D1 #BJBG", "", "V64 a text or number of part 5 (DateTable) is missing or"),
    "another record number": (
        "#JJDAHHBC\r\n,PACKET",
        "#JJDAHHCC\r\n,PACKET",
        "V61 page 1 of the braille file does not",
    ),
    "another page number": (",PAGE #C ( ", ",PAGE #D ( ", 'V62 page 3 of the braille file does not say "page 3 of 7"'),
    "a text that is added": ("REVI.N #A\r\n", "REVI.N #A\r\nMORE\r\n", NO_PAGES),
    "a longer line": (",PAGE #B", "X" * 41, NO_PAGES),
    "a character that is not a cell": (",PAGE #B", "{", NO_PAGES),
}


@cache
def right_file() -> str:
    return render_braille([packet()], liblouis()).decode()


@needs_liblouis
@pytest.mark.parametrize("change", CHANGES)
def test_a_wrong_file_is_refused(change: str) -> None:
    made, right = packet(), right_file()
    old, new, refusal = CHANGES[change]
    wrong = right.replace(old, new, 1)
    assert wrong != right
    assert refusals(wrong, made).startswith(refusal)


@needs_liblouis
def test_pages_that_are_missing_changed_or_added_are_refused() -> None:
    made = packet()
    pages = right_file().split("\f")[:-1]
    other = render_braille([packet(patient_name="Rosa Martina")], liblouis()).decode().split("\f")
    assert 'V62 page 1 of the braille file does not say "page 1 of 6"' in refusals(
        "".join(f"{p}\f" for p in pages[:-1]), made
    )
    assert "V61 page 3 of the braille file does not show the patient's name, record number and packet id" in refusals(
        "".join(f"{page}\f" for page in (*pages[:2], other[2], *pages[3:])), made
    )
    assert refusals("".join(f"{page}\f" for page in (*pages, pages[-1])), made) == (
        "V63 the braille file shows something that is not the packet's"
    )
    filled_in = pages[-1].replace("\r\n" * 3, "\r\nMORE\r\n\r\n", 1)
    assert refusals("".join(f"{page}\f" for page in (*pages[:-1], filled_in)), made) == (
        "V63 the braille file shows something that is not the packet's"
    )


def refusals(data: str, made: FilledPacket) -> str:
    with pytest.raises(VerificationError) as caught:
        verify_braille(data.encode(), [made], liblouis())
    return str(caught.value)


@needs_liblouis
def test_what_braille_cannot_say_is_refused_and_nothing_is_written(type_: Type) -> None:  # noqa: F811
    words = ("packet", "cervical-foraminotomy", "--language", "es", "--include-drafts", "-o", "packet.pdf")
    ran = type_(*words, *case_words(patient_name="Łucja Sample"), "--braille", "packet.brf")
    assert (ran.code, ran.err) == (
        4,
        "--braille: G04 Spanish braille has no sign for Ł (U+0141 LATIN CAPITAL LETTER L WITH STROKE)\n"
        "    Write it another way, or make the packet without --braille.\n",
    )
    # The cells of b after a digit are those of 2, and liblouis' table has no sign between them.
    ran = type_(*words, *case_words(mrn="0041b"), "--braille", "packet.brf")
    assert ran.err.startswith("--braille: G05 a text of the packet cannot be read back from Spanish braille\n")
    assert list(Path.cwd().glob("packet.*")) == []


@needs_liblouis
def test_a_language_without_braille_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PacketsError) as caught:
        render_braille([arabic_packet(tmp_path)], liblouis())
    assert str(caught.value) == (
        "--braille: U46 there is no braille copy in the language ar\n"
        "    Leave --braille out. There are braille copies in English, Spanish and German."
    )


def test_liblouis_must_be_installed_and_work(type_: Type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # noqa: F811
    words = ("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--braille", "packet.brf")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    ran = type_(*words)
    assert ran.code == 2
    assert ran.err.startswith(
        "--braille: U47 the program lou_translate is not installed\n"
        "    Install liblouis: sudo apt-get install liblouis-bin (Debian, Ubuntu), "
    )
    program = tmp_path / "bin/lou_translate"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    ran = type_(*words)
    assert (ran.code, ran.err.splitlines()[0]) == (
        2,
        "--braille: U48 lou_translate cannot translate with its table en-ueb-g2.ctb",
    )
    assert list(Path.cwd().glob("packet.*")) == []


def test_a_copy_cannot_have_a_password_or_the_name_of_another_file(type_: Type) -> None:  # noqa: F811
    Path("password").write_text("correct horse battery\n")
    words = ("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf", "--braille")
    ran = type_(*words, "packet.brf", "--password-file", "password")
    assert ran.err.startswith("--braille: U18 a braille copy cannot have a password\n")
    assert type_(*words, "./packet.pdf").err.startswith("--braille: U01 -o and --braille cannot be the same file\n")
