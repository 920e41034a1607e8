"""Print with lp: on a private CUPS queue if the system allows one, and with stand-ins for its programs."""

from __future__ import annotations

import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from packets.batch.packet_ledger import Ledger
from packets.batch.papers import printed
from packets.batch.printer import check_printer, print_file
from packets.cli import main
from packets.errors import UsageError
from tests.batch.cups import Queue, queue
from tests.batch.day import Day, patient
from tests.batch.test_batch import texts
from tests.cli.conftest import case_words
from tests.clock import now


@pytest.fixture(scope="module")
def printers() -> Iterator[Queue]:
    # A short path: a socket's name has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="packets-cups-") as folder, queue(Path(folder)) as made:
        yield made


@pytest.fixture
def here(printers: Queue, monkeypatch: pytest.MonkeyPatch) -> Queue:
    for name in ("CUPS_SERVER", "HOME", "PATH"):
        monkeypatch.setenv(name, printers.environ[name])
    return printers


@pytest.mark.system("cups")
@pytest.mark.xdist_group("cups")
def test_a_print_run_is_printed_by_a_real_queue(day: Day, here: Queue) -> None:
    day.write([patient(1), patient(2)])
    outcome = day.run("--print", here.duplex, "--copies", "2")
    assert outcome.code == 0
    message = rf"Sent to {here.duplex} as {here.duplex}-\d+\. Check the printer for the result\.\n"
    assert re.fullmatch(message, outcome.err), outcome.err
    (printed,) = here.wait_for(here.duplex, 1)
    assert "print-run" in printed.name
    # CUPS and the printer choose the order of the pages (face up or face down), and may add an empty page so that the
    # second copy begins on a new sheet.
    assert set(texts(printed)) - {""} == set(texts(day.folder / "print-run.pdf"))
    asked = (here.folder / "start.log").read_text("utf-8", "replace")
    assert "two-sided-long-edge" in asked and re.search(r"copies[^\n]*\b2\b", asked)
    assert re.search(r"job-name[^\n]*print-run", asked)
    for row in (patient(1), patient(2)):
        for file in (here.folder / "start.log", here.folder / "error.log", here.folder / "page.log"):
            if file.exists():
                assert row["patient_name"].encode() not in file.read_bytes()
    here.wait_until_idle()
    assert [file for file in (here.folder / "requests").iterdir() if file.name.startswith("d")] == [], (
        "cupsd keeps a printed file"
    )


@pytest.mark.system("cups")
@pytest.mark.xdist_group("cups")
def test_a_printer_that_cannot_print_on_both_sides_is_refused_before_anything_is_made(day: Day, here: Queue) -> None:
    day.write([patient(1)])
    outcome = day.run("--print", here.simplex)
    assert (outcome.code, outcome.err) == (
        2,
        "--print: N03 this printer does not say that it prints on both sides\n"
        "    Add --one-sided, or choose another printer.\n",
    )
    assert not day.folder.exists()
    outcome = day.run("--print", "Ward9")
    assert outcome.code == 2
    assert outcome.err.startswith("--print: N02 there is no printer of this name\n    There are: ")
    assert here.duplex in outcome.err
    before = len(here.arrived(here.simplex))
    assert day.run("--print", here.simplex, "--one-sided").code == 0
    files = here.wait_for(here.simplex, before + 1)
    assert len(pypdfium2.PdfDocument(files[-1])) == day.manifest()["print_run"]["pages"]


@pytest.mark.system("cups")
@pytest.mark.xdist_group("cups")
def test_one_packet_is_printed_under_its_id(tmp_path: Path, here: Queue, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(here.arrived(here.duplex))
    file = tmp_path / "packet.pdf"
    words = case_words(packet_id="SAMP-LE2Z")
    code = main.run(["packet", "cervical-foraminotomy", *words, "--print", here.duplex, "-o", str(file)], now)
    output = capsys.readouterr()
    assert code == 0, output.err
    assert f"Sent to {here.duplex} as {here.duplex}-" in output.err
    printed = here.wait_for(here.duplex, before + 1)[-1]
    assert "samp-le2z" in printed.name.lower()
    assert set(texts(printed)) - {""} == set(texts(file))


def test_a_locked_packet_cannot_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "packet.pdf"
    locked = ["--password-file", str(tmp_path / "password"), "--print", "Ward3", "-o", str(file)]
    assert main.run(["packet", "cervical-foraminotomy", *case_words(), *locked], now) == 2
    assert capsys.readouterr().err == (
        "--print: U12 an encrypted packet cannot be printed\n"
        "    To print it, make the packet without a password. Encrypt only the copy that you send.\n"
    )
    assert not file.exists()


@pytest.mark.system("cups")
@pytest.mark.xdist_group("cups")
def test_a_printer_that_rejects_jobs_is_reported(day: Day, here: Queue) -> None:
    here.lines(["cupsreject", here.simplex])
    try:
        day.write([patient(1)])
        day.run()
        with pytest.raises(UsageError) as caught:
            print_file(day.folder / "print-run.pdf", here.simplex, "print-run", here.environ, both_sides=False)
        assert str(caught.value).startswith("--print: N04 the printer does not accept the job\n    ")
        assert "not accepting jobs" in str(caught.value)
    finally:
        here.lines(["cupsaccept", here.simplex])


# Stand-ins for the programs.


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_lp_is_called_with_the_options_for_the_job(tmp_path: Path) -> None:
    program(tmp_path, "lpstat", "echo Ward3")
    program(tmp_path, "lpoptions", "echo copies=1 printer-type=4180 printer-info=Ward3")
    program(tmp_path, "lp", f'printf "%s\\n" "$@" > {tmp_path}/arguments; echo "request id is Ward3-7 (1 file(s))"')
    environ = {"PATH": f"{tmp_path}:/bin:/usr/bin"}
    assert print_file(tmp_path / "-x.pdf", "Ward3", "7KQ4-M2F4", environ, copies=3) == "Ward3-7"
    assert (tmp_path / "arguments").read_text().splitlines() == [
        "-d", "Ward3", "-n", "3", "-t", "7KQ4-M2F4", "-o", "sides=two-sided-long-edge", "-o", "collate=true",
        "-o", "print-scaling=none", "-o", "ipp-attribute-fidelity=true", "--", str(tmp_path / "-x.pdf"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="a job title is an id"):
        print_file(tmp_path / "x.pdf", "Ward3", "Rosa Sample", environ)


def test_what_was_sent_to_a_printer_counts_as_printed(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, output in (("lpstat", "Ward3"), ("lpoptions", "copies=1"), ("lp", "request id is Ward3-7 (1 file(s))")):
        program(tmp_path, name, f'echo "{output}"')
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    day.write([patient(1), patient(2)])
    ran = day.run("--print", "Ward3", "--one-sided")
    assert ran.code == 0, ran.err
    ledger = Ledger(day.folder / "ledger.db", day.now)
    assert printed(ledger) == ("2026-12-08T09:00:00+00:00", frozenset(day.ids().values()))
    ledger.close()


def test_copies_without_a_printer_are_refused(day: Day) -> None:
    day.write([patient(1)])
    outcome = day.run("--copies", "2")
    message = "--copies: U28 this option needs a printer\n    Add --print PRINTER.\n"
    assert (outcome.code, outcome.err) == (2, message)
    assert not day.folder.exists()


def test_missing_hanging_and_empty_cups_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as caught:
        check_printer("Ward3", {"PATH": str(tmp_path)})
    assert str(caught.value) == (
        '--print: N01 the program "lpstat" is not installed\n'
        "    Install CUPS (apt-get install cups-client), or open the PDF and print it from there."
    )
    program(tmp_path, "lpstat", "exec sleep 60")
    monkeypatch.setattr("packets.batch.printer.TIMEOUT_S", 0.2)
    with pytest.raises(UsageError) as caught:
        check_printer("Ward3", {"PATH": f"{tmp_path}:/bin:/usr/bin"})
    assert str(caught.value) == (
        '--print: N05 the program "lpstat" does not answer\n    Check that the printer\'s queue is running: lpstat -t'
    )
    program(tmp_path, "lpstat", "true")
    with pytest.raises(UsageError) as caught:
        check_printer("Ward3", {"PATH": f"{tmp_path}:/bin:/usr/bin"})
    assert str(caught.value) == (
        "--print: N02 there is no printer of this name\n    No printer is set up. Add one in the system's settings."
    )


def test_printing_on_windows_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        check_printer("Ward-3", {}, platform="win32")
    assert str(caught.value) == (
        "--print: N92 Packets cannot print by itself on Windows\n"
        "    Leave out --print, open the PDF that was made, and print it from there."
    )
