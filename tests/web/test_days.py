"""Test the first page with the packets of today: printing, handing over, taking back, and the search."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import re
import shutil
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from packets.batch.packet_ledger import Ledger, Paper
from packets.batch.papers import hand_over
from packets.batch.run import BatchReport, run_batch
from packets.storage.audit_file import Action, AuditFile, verify_audit
from packets.storage.lock import FolderLock
from packets.web.audit import AuditError
from packets.web.batch_service import BatchService, UploadedBatch
from packets.web.day_report import packets_of
from packets.web.day_search import PacketsOfDays
from packets.web.folders import DayFolders, TypedFolders
from packets.web.packet_service import PacketService
from packets.web.printed_patients import PrintedPatients
from tests.batch.day import Day, as_csv, patient
from tests.clock import now
from tests.samples import copy_in_english
from tests.web.client import Answer, Client
from tests.web.conftest import Serve
from tests.web.test_packet import let_in
from tests.web.test_schedule import send, start
from tests.web.test_ward import Open, open_ward
from tests.web.ward import make_ward

__all__ = ["open_ward"]
MONDAY = "/days/2026-12-07"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the packets of Monday: seven rows, of which one is cancelled and one has a mistake; return where it is."""
    place = tmp_path_factory.mktemp("made")
    day = Day(place, copy_in_english(place / "content"))
    (place / "days").mkdir()
    day.folder = place / "days" / "2026-12-07"
    rows = [patient(number) for number in range(1, 6)]
    day.write([*rows, patient(6, status="cancelled"), patient(7, collar="")])
    assert day.run().code == 3
    return place


@pytest.fixture
def day(tmp_path: Path, made: Path) -> Day:
    """Return a copy of that Monday."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    day = Day(tmp_path, tmp_path / "content")
    day.folder = tmp_path / "days" / "2026-12-07"
    return day


@pytest.fixture
def nurse(day: Day, serve: Serve) -> Client:
    """Return a client of a server with the folder of days."""
    return let_in(serve(day.content, key_file=day.key, days=day.folder.parent))


def change(day: Day) -> None:
    """Correct a row, cancel another, add one, and make the packets again."""
    day.write(
        [
            patient(1),
            patient(2, collar="yes" if patient(2)["collar"] == "no" else "no"),
            patient(3, status="cancelled"),
            patient(4),
            patient(8),
        ]
    )
    assert day.run("--only-changed").code == 0


def papers(page: Answer) -> dict[str, str]:
    """Return what the page says about the paper of each packet."""
    lines = re.findall(
        r'<tr class="\w+" role="row" id="([^"]+)">.*?data-label="Paper">(.*?)</td>', page.body.decode(), re.S
    )
    return {packet: " ".join(re.sub("<[^>]+>", " ", cell).split()) for packet, cell in lines}


def print_paper(client: Client, paper: str) -> Answer:
    answer = client.post(f"{MONDAY}/print", {"paper": paper})
    return client.get(answer.headers["Location"]) if answer.status == 303 else answer


def record(client: Client, packet: str, what: str) -> Answer:
    return client.post(f"{MONDAY}/packets/{packet}", {"what": what})


def test_the_first_page_shows_the_day(nurse: Client, day: Day) -> None:
    page = nurse.get("/")
    assert "Monday, December 7, 2026" in page.text
    assert "6 patients 5 packets ready 1 needs attention 0 handed over" in page.text
    assert "Row 8 of the schedule: “Collar” is not answered. Write yes, no or undecided." in page.text
    first = day.ids()[2]
    assert papers(page)[first] == "Not printed from here"
    assert "Bruno Abel · Record number 00000001" in page.text
    assert print_paper(nurse, "print-run.pdf").body == (day.folder / "print-run.pdf").read_bytes()
    page = nurse.get("/")
    assert "Last printed from here: December 8, 3:00 AM. Nothing has changed since then." in page.text
    assert set(papers(page).values()) == {"Printed"}
    assert "One packet" in page.text and nurse.get("/procedures").status in (200, 303)
    assert "All days" in page.text and "Monday, December 7, 2026" in nurse.get("/days").text


def test_a_changed_schedule_says_what_to_print_and_what_to_take_back(nurse: Client, day: Day) -> None:
    before = day.ids()
    print_paper(nurse, "print-run.pdf")
    assert record(nurse, before[3], "to the patient").status == 303
    change(day)
    after = day.ids()
    page = nurse.get("/")
    assert "4 patients 4 packets ready 3 need attention 0 handed over" in page.text
    assert "2 packets are new since then." in page.text and "Print the 2 new ones" in page.text
    handed_over = f"Handed over to the patient, December 8, 3:00 AM, by {getpass.getuser()}"
    assert papers(page) == {
        before[3]: f"Not valid: replaced by packet {after[3]}. {handed_over}",
        before[4]: "Not valid: the operation was cancelled. Printed",
        before[6]: "Check: its row was removed from the schedule, or has an error now. Printed",
        before[2]: "Printed",
        after[3]: "New since the last print",
        before[5]: "Printed",
        after[6]: "New since the last print",
    }
    refused = record(nurse, before[3], "to a relative")
    assert (
        f"Packet {before[3]} is no longer valid, and must not be handed over. Hand over packet {after[3]}"
        in refused.text
    )
    old = nurse.get(f"{MONDAY}/packets/{before[3]}")
    assert f"This packet is not valid: replaced by packet {after[3]}" in old.text and "Record it" not in old.text
    for packet in (before[3], before[4]):
        assert record(nurse, packet, "taken back").status == 303
    assert print_paper(nurse, "print-run-changes.pdf").body == (day.folder / "print-run-changes.pdf").read_bytes()
    page = nurse.get("/")
    assert "1 needs attention" in page.text and "Take back these papers" not in page.text
    assert "Print the 2 new ones" not in page.text


def test_a_paper_that_was_handed_over_is_recorded_for_good(nurse: Client, day: Day) -> None:
    packet = day.ids()[2]
    page = nurse.get(f"{MONDAY}/packets/{packet}")
    assert f"Bruno Abel · Record number 00000001 Packet {packet} · Monday, December 7, 2026 · 3 pages" in page.text
    assert "Nobody was chosen. Choose who has the packet now." in record(nurse, packet, "").text
    assert record(nurse, packet, "to everybody").status == 400
    assert record(nurse, packet, "to a relative").status == 303
    page = nurse.get("/")
    assert "1 handed over" in page.text
    assert papers(page)[packet].startswith("Handed over to a relative, December 8, 3:00 AM, by ")
    assert record(nurse, packet, "taken back").status == 303
    assert record(nurse, packet, "to the patient").status == 303
    history = nurse.get(f"{MONDAY}/packets/{packet}").text
    assert history.index("to a relative") < history.index("Taken back") < history.index("to the patient")
    assert day.run().code == 3
    ledger = Ledger(day.folder / "ledger.db", now)
    assert [str(each.what) for each in ledger.handovers()] == ["to a relative", "taken back", "to the patient"]
    ledger.close()


def test_the_search_finds_names_numbers_and_ids_of_all_days(nurse: Client, day: Day) -> None:
    packet = day.ids()[3]
    for words in ("carla", "ABEL  carla", "CÁRLA", "00000002", packet, packet.replace("-", "").lower(), packet[:4]):
        answer = nurse.post("/search", {"words": words})
        assert answer.status == 303 and "arla" not in answer.goes_to and "00000002" not in answer.goes_to
        page = nurse.get(answer.goes_to)
        assert "1 packet found" in page.text, words
        assert "Monday, December 7, 2026" in page.text and list(papers(page)) == [packet]
    assert "5 packets found" in nurse.get(nurse.post("/search", {"words": "abel"}).goes_to).text
    assert "Nothing was found" in nurse.get(nurse.post("/search", {"words": "nobody"}).goes_to).text
    assert "Type what you are looking for" in nurse.get(nurse.post("/search", {"words": "  "}).goes_to).text
    (day.folder / "ledger.db").write_bytes(b"not a ledger" * 1000)
    assert (
        "Monday, December 7, 2026 cannot be read." in nurse.get(nurse.post("/search", {"words": "abel"}).goes_to).text
    )
    assert "The ledger is damaged." in nurse.get("/").text


class CountingLock:
    """A lock of the PDF library that counts how often a PDF was read."""

    used = 0

    def __enter__(self) -> None:
        self.used += 1

    def __exit__(self, *_: object) -> None:
        pass


def test_a_second_search_reads_only_what_has_changed(day: Day) -> None:
    first, second = day.ids()[2], day.ids()[3]
    lock: Any = CountingLock()
    patients = PrintedPatients(lock)

    def found(packet: str) -> str:
        return patients.patient(day.folder, packet)

    for _ in range(2):
        assert found(first) == "Bruno Abel · Record number 00000001" and "Carla" in found(second)
        assert found("2222-2222") == "" and lock.used == 2
    (day.folder / f"{second}.pdf").write_bytes(b"%PDF-1.7")
    assert found(second) == "" and lock.used == 3
    (day.folder / f"{first}.pdf").rename(day.folder / "deleted.pdf")
    patients.forget_deleted()
    (day.folder / "deleted.pdf").rename(day.folder / f"{first}.pdf")
    assert "Bruno" in found(first) and lock.used == 4


def test_a_second_search_reads_only_the_ledgers_that_have_changed(day: Day) -> None:
    clock, root, ledger = now, day.folder.parent, day.folder / "ledger.db"
    ledgers, monday = PacketsOfDays(), DayFolders(root, lambda: dt.date(2026, 12, 7)).days_with_packets()
    with patch("packets.web.day_search.packets_of", wraps=packets_of) as reading:
        for reads in (1, 2):
            os.utime(ledger)
            packets, _ = ledgers.read(root, monday, clock)
            assert reading.call_count == reads, "a ledger that was just written may be written again"
        os.utime(ledger, (0, 0))
        for _ in range(2):
            assert ledgers.read(root, monday, clock) == (packets, [])
            assert reading.call_count == 3
        hand_over(day.folder, packets[0].packet_id, Paper.TO_PATIENT, "anna", clock)
        assert ledgers.read(root, monday, clock)[0][0].handover
        (day.folder / f"{packets[0].packet_id}.pdf").unlink()
        assert not ledgers.read(root, monday, clock)[0][0].has_file


def test_a_packet_that_could_not_be_read_once_is_read_again(day: Day) -> None:
    packet = day.ids()[2]
    file = day.folder / f"{packet}.pdf"
    data, stat = file.read_bytes(), file.stat()
    patients = PrintedPatients(threading.Lock())
    for read, expected in ((bytes(len(data)), ""), (data, "Bruno Abel · Record number 00000001")):
        file.write_bytes(read)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        assert patients.patient(day.folder, packet) == expected


def test_every_day_with_a_folder_is_listed(tmp_path: Path) -> None:
    today = now().date()
    for ago in range(500):
        (tmp_path / str(today - dt.timedelta(days=ago))).mkdir()
    assert len(DayFolders(tmp_path, lambda: today).days_with_packets()) == 500


def test_while_a_batch_works_the_day_can_be_read_and_not_written(nurse: Client, day: Day) -> None:
    packet = day.ids()[2]
    with FolderLock(day.folder, now()):
        assert "5 packets ready" in nurse.get("/").text
        for page in (record(nurse, packet, "to the patient"), print_paper(nurse, "print-run.pdf")):
            assert "Packets of this folder are being made, mailed or checked just now." in page.text
    ledger = Ledger(day.folder / "ledger.db", now)
    ledger.set_meta(finished="")
    ledger.close()
    assert "The packets of this day are not finished." in nurse.get("/").text


def test_nothing_outside_of_the_days_can_be_opened(nurse: Client, day: Day) -> None:
    packet = day.ids()[2]
    (day.folder.parent / "2026-12-09").symlink_to(day.folder)
    assert nurse.get(f"{MONDAY}/{packet}.pdf").status == 200
    for path in (
        f"/days/2026-12-09/{packet}.pdf", "/days/..%2f2026-12-07", f"/days/%2e%2e/{packet}.pdf", "/days/monday",
        f"{MONDAY}/manifest.pdf", f"{MONDAY}/..%2fsite.pdf", f"{MONDAY}/packets/GWHN-MWSR", "/days/2026-12-07?page=2",
    ):  # fmt: skip
        assert nurse.get(path).status == 404, path
    assert "No packet of this day has this id." in print_paper(nurse, "GWHN-MWSR").text


def test_a_void_packet_whose_file_could_not_be_deleted_cannot_be_opened(nurse: Client, day: Day) -> None:
    withdrawn, replaced = day.ids()[5], day.ids()[3]
    file = (day.folder / f"{replaced}.pdf").read_bytes()
    change(day)
    (day.folder / f"{replaced}.pdf").write_bytes(file)
    ledger = Ledger(day.folder / "ledger.db", now)
    ledger.withdraw([packet for packet in ledger.packets() if packet.id == withdrawn])
    ledger.close()
    for packet in (withdrawn, replaced):
        page = nurse.get(f"{MONDAY}/{packet}.pdf")
        assert page.status == 410
        reasons = "it was withdrawn, replaced or cancelled, or never finished"
        assert f"Packet {packet} is not valid: {reasons}." in page.text
        assert f"{MONDAY}/{packet}.pdf" not in nurse.get("/").body.decode()


def test_a_desk_with_days_and_no_packets_yet(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "days").mkdir()
    client = let_in(serve(days=tmp_path / "days", outbox=tmp_path / "days" / "outbox"))
    assert "Outbox Single packets No mail" in client.get("/outboxes/own").text.replace(
        "Nothing needs your decision. ", ""
    )
    assert "No packets yet" in client.get("/").text and "Make one packet" in client.get("/").text
    assert "No day has packets yet." in client.get("/days").text
    page = send(client, as_csv([patient(1, surgery_date="2026-12-08")]), "2026-12-08")
    assert "What would be made" in page.text
    start(client)
    page = client.get("/")
    assert "Tuesday, December 8, 2026 Today" in page.text
    assert "1 patient 1 packet ready 0 need attention 0 handed over" in page.text
    assert "Day The day of the surgeries Choose the day Tuesday, December 8, 2026" in client.get("/outbox").text


def test_the_audit_file_of_a_ward_has_each_action_once_and_in_order(open_ward: Open) -> None:
    ward = open_ward()
    lena, anna = ward.signed_on("lena"), ward.signed_on("anna")
    send(lena, as_csv([patient(n, surgery_date="2026-12-08") for n in (1, 2)]), "2026-12-08")
    start(lena)
    page = anna.get("/")
    ids = sorted(papers(page))
    anna.keep_csrf(page)
    day = "/days/2026-12-08"
    anna.get(anna.post(f"{day}/print", {"paper": "print-run.pdf"}).headers["Location"])
    anna.ask("HEAD", f"{day}/{ids[0]}.pdf")
    anna.get(f"{day}/{ids[0]}.pdf")
    anna.get(f"{day}/print-run.pdf?printed=guess")
    anna.post(f"{day}/packets/{ids[0]}", {"what": "to the patient"})
    lena.post(f"{day}/packets/{ids[0]}", {"what": "taken back"})
    single = anna.send()
    anna.pdf(single)
    anna.pdf(single, staff=True)
    made = re.findall(rb"/packets/[^/]+/([A-Z0-9-]+)\.pdf", single.body)[0].decode()
    file = Path(ward.config.days, "audit.jsonl")
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(entry["user"], entry["action"], entry["packet"]) for entry in entries] == [
        *(("lena", "made", packet) for packet in ids),
        *(("anna", "printed", packet) for packet in entries_of(entries, "printed")[:2]),
        ("anna", "opened", ids[0]),
        *(("anna", "opened", packet) for packet in entries_of(entries, "opened")[1:3]),
        ("anna", "handed over", ids[0]),
        ("lena", "taken back", ids[0]),
        ("anna", "made", made),
        ("anna", "printed", made),
        ("anna", "opened", made),
    ]
    assert sorted(entries_of(entries, "printed")[:2]) == sorted(entries_of(entries, "opened")[1:3]) == ids
    assert verify_audit(file).problems == ()
    assert b"Abel" not in file.read_bytes() and b"Sample" not in file.read_bytes()


def entries_of(entries: list[dict[str, str]], action: str) -> list[str]:
    return [entry["packet"] for entry in entries if entry["action"] == action]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
def test_what_cannot_be_recorded_is_said(open_ward: Open, tmp_path: Path, content: Path) -> None:
    import resource

    ward = open_ward()
    day = Day(tmp_path, content)
    day.folder = Path(ward.config.days, "2026-12-07")
    day.write([patient(1)])
    day.run()
    anna, file = ward.signed_on("anna"), Path(ward.config.days, "audit.jsonl")
    packet = day.ids()[2]
    pdf = f"{MONDAY}/{packet}.pdf"
    ward.server.audit.record("anna", Action.OPENED, *[packet] * 300)
    before = file.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, hard))  # a full disk
    try:
        answer = anna.get(pdf)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert answer.status == 503
    assert "the audit file of this server cannot be written. Call IT now." in answer.text
    assert file.read_bytes() == before
    assert anna.get(pdf).status == 200 and verify_audit(file).entries == 301


def test_what_a_killed_batch_made_is_recorded_when_the_server_starts_again(day: Day, tmp_path: Path) -> None:
    days = day.folder.parent
    first, *others = sorted(day.ids().values())
    audit = AuditFile(days / "audit.jsonl", now)
    audit.record("lena", Action.MADE, first)
    audit.close()
    (days / "2026-12-08").mkdir()
    (days / "2026-12-08" / "ledger.db").write_bytes(b"no database")
    for start_number in range(2):
        folder = tmp_path / str(start_number)
        folder.mkdir()
        ward = make_ward(folder, days=str(days))
        ward.server.audit.close()
        ward.server._server.close()
        assert ward.log == ["audit: the packets of 2026-12-08 cannot be compared: the ledger is damaged"]
    entries = [json.loads(line) for line in (days / "audit.jsonl").read_text().splitlines()]
    assert [(entry["user"], entry["action"], entry["packet"]) for entry in entries] == [
        ("lena", "made", first),
        *(("packets", "recorded afterwards", packet) for packet in others),
    ]
    assert verify_audit(days / "audit.jsonl").problems == ()


def checked(folder: Path, content: Path, key_file: Path) -> tuple[BatchService, UploadedBatch]:
    batches = BatchService(PacketService(content, key_file, now), TypedFolders())
    data = as_csv([patient(1)]).encode()
    options = batches.options([("monday.csv", data)], str(folder / "monday"), "plain", "schedule", False)
    return batches, batches.check(options)


def test_a_batch_that_cannot_be_recorded_says_so(tmp_path: Path, content: Path, key_file: Path) -> None:
    def record(*_: object) -> None:
        raise AuditError

    batches, batch = checked(tmp_path, content, key_file)
    batches.start(batch, record)
    assert batch.running and batch.running.finished.wait(60)
    assert [str(problem) for problem in batch.running.problems] == [
        "A12 the packets were made, but the audit file cannot be written\n    Call IT now."
    ]


@pytest.mark.parametrize("locked", [False, True])
def test_what_another_run_has_made_is_recorded_once(
    tmp_path: Path, content: Path, key_file: Path, locked: bool
) -> None:
    """Two leads start the same day; the second run begins before the first has ended."""
    batches, batch = checked(tmp_path, content, key_file)

    def after_another(*arguments: Any) -> BatchReport:
        run_batch(*arguments)
        with FolderLock(arguments[0].folder, now()) if locked else nullcontext():
            return run_batch(*arguments)

    recorded: list[object] = []
    with patch("packets.web.batch_service.run_batch", after_another):
        batches.start(batch, lambda *record: recorded.append(record))
        assert batch.running and batch.running.finished.wait(60)
    assert [problem.code for problem in batch.running.problems] == (["W11"] if locked else [])
    assert (recorded, batches.running()) == ([], ())


def test_a_ledger_that_cannot_be_read_ends_the_batch(tmp_path: Path, content: Path, key_file: Path) -> None:
    batches, batch = checked(tmp_path, content, key_file)
    (tmp_path / "monday").mkdir()
    (tmp_path / "monday" / "ledger.db").write_bytes(b"no database")
    batches.start(batch, lambda *_: None)
    assert batch.running and batch.running.finished.wait(60)
    assert ([problem.code for problem in batch.running.problems], batches.running()) == (["D01"], ())
