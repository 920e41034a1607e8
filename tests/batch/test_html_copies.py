"""Test the HTML copies of a batch: they are made with the packets, kept, replaced and verified with them."""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

from packets.batch.packet_ledger import Ledger
from packets.verify.html_reader import HtmlReader
from tests.batch.day import Day, patient
from tests.batch.test_verify_run import verify
from tests.effort import examples


def copies(day: Day) -> list[str]:
    return sorted(file.name for file in day.folder.glob("*.html"))


def identifiers(file: Path) -> str:
    reader = HtmlReader()
    reader.read(file.read_bytes())
    return " ".join(item.text for item in reader.items if item.role == "p")


def test_each_packet_has_a_copy_of_its_own_patient(day: Day) -> None:
    rows = [patient(number) for number in range(1, 5)]
    day.write(rows)
    assert day.run("--html").code == 0
    assert copies(day) == [name.replace(".pdf", ".html") for name in day.packets()]
    for number, packet_id in day.ids().items():
        words = identifiers(day.folder / f"{packet_id}.html")
        row = rows[int(number or 0) - 2]  # row 1 is the header
        assert row["patient_name"] in words and row["mrn"] in words and packet_id in words
        assert (day.folder / f"{packet_id}.html").stat().st_mode & 0o777 == 0o600


def test_no_copy_is_made_without_the_option_and_the_packets_are_the_same(day: Day, tmp_path: Path) -> None:
    day.write([patient(1), patient(2)])
    assert day.run().code == 0
    assert copies(day) == []
    before = day.bytes()
    ids = day.ids()
    assert day.run("--html").code == 0
    assert len(copies(day)) == 2 and day.ids() == ids
    packets = {name: digest for name, digest in before.items() if name.endswith(".pdf")}
    assert {name: digest for name, digest in day.bytes().items() if name in packets} == packets


def test_a_second_run_makes_only_the_copies_that_are_missing_or_changed(day: Day) -> None:
    day.write([patient(1), patient(2), patient(3)])
    day.run("--html")
    whole = {name: (day.folder / name).read_bytes() for name in copies(day)}
    kept, missing, changed = (day.folder / name for name in whole)
    untouched = kept.stat().st_mtime_ns
    missing.unlink()
    changed.write_bytes(changed.read_bytes().replace(b"2026", b"2027", 1))
    assert day.run("--html").code == 0
    assert {name: (day.folder / name).read_bytes() for name in copies(day)} == whole
    assert kept.stat().st_mtime_ns == untouched


def test_the_copy_of_a_replaced_packet_is_moved_away(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run("--html")
    old = day.ids()[2]
    day.write([patient(1, surgery_date="2026-12-08"), patient(2)])
    assert day.run("--html").code == 0
    new = day.ids()[2]
    assert new != old and copies(day) == sorted([f"{new}.html", f"{day.ids()[3]}.html"])
    assert (day.folder / "superseded" / f"{old}.html").exists()
    assert f"Replaces packet {old}" in identifiers(day.folder / f"{new}.html")


def test_verify_finds_a_copy_that_has_changed_or_is_missing(day: Day) -> None:
    day.write([patient(1)])
    day.run("--html")
    (name,) = copies(day)
    file = day.folder / name
    assert verify(day, day.folder).code == 0
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b"Mon Dec 21", b"Mon Dec 22"))
    assert (
        f"{file}: D07 the HTML copy of packet {file.stem} has changed since it was made" in verify(day, day.folder).err
    )
    file.unlink()
    assert f"{file}: D07 the HTML copy of packet {file.stem} is missing" in verify(day, day.folder).err
    (day.folder / "WXYZ-2345.html").write_bytes(whole)
    assert "D08 this packet was not made in this folder" in verify(day, day.folder).err


def test_a_copy_and_its_packet_are_there_when_the_ledger_says_so(day: Day) -> None:
    day.write([patient(number) for number in range(1, 4)])
    day.run("--html")
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in day.folder.glob("*.html")}
    ledger = Ledger(day.folder / "ledger.db", day.now)
    assert {f"{packet.id}.html": ledger.html_sha256(packet.id) for packet in ledger.packets()} == digests
    ledger.close()


def test_runs_killed_at_any_moment_and_repeated_give_the_same_copies(day: Day, tmp_path: Path) -> None:
    day.write([patient(number) for number in range(30)])
    (tmp_path / "whole").mkdir()
    whole = Day(tmp_path / "whole", day.content)
    shutil.copy(day.schedule, whole.schedule)
    began = time.monotonic()
    assert whole.run("--html").code == 0
    duration = time.monotonic() - began
    for part in range(1, examples(10) + 1):
        process = day.start("--html")
        time.sleep(duration * part / examples(10))
        process.kill()
        process.communicate()
        for copy in day.folder.glob("*.html"):
            assert copy.read_bytes() == (whole.folder / copy.name).read_bytes(), "whole, or not there"
    assert day.run("--html").code == 0
    assert day.bytes() == whole.bytes()
    assert copies(day) == copies(whole) and len(copies(day)) == 30
    assert verify(day, day.folder).code == 0
