"""Test uploaded schedules: the dry run, the batch, its print run, and errors."""

from __future__ import annotations

import html
import logging
import re
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import openpyxl
import pytest
from waitress.adjustments import Adjustments

from packets.batch.options import BatchContext, BatchOptions
from packets.batch.run import BatchReport, run_batch
from packets.content.library import Library
from packets.storage.lock import FolderLock
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from packets.web.batch_progress import BatchRun
from packets.web.schedule_views import UPLOAD_BYTES
from packets.web.server import WebServer
from packets.web.upload_limits import parser_class
from tests.batch.day import Row, as_csv, patient
from tests.clock import now
from tests.effort import examples
from tests.mail.day import MailDay, mailed
from tests.samples import CONTENT
from tests.schedule.siu import SEGMENTS, changed, siu
from tests.web.client import Answer, Client
from tests.web.conftest import Serve
from tests.web.test_guard import Clock
from tests.web.test_outbox import SETTINGS
from tests.web.test_packet import let_in, words_of


def send(client: Client, data: str | bytes, folder: Path | str, name: str = "monday.csv", **more: str) -> Answer:
    """Upload a schedule as a browser does, and return the page it redirects to."""
    return send_files(client, {name: data if isinstance(data, bytes) else data.encode()}, folder, **more)


def send_files(client: Client, files: dict[str, bytes], folder: Path | str, **more: str) -> Answer:
    fields = {"folder": str(folder), "profile": "plain", "sort": "schedule"} | more
    answer = client.upload("/schedules", fields, [("schedule", name, data) for name, data in files.items()])
    return client.get(answer.goes_to) if answer.status == 303 else answer


def address(client: Client) -> str:
    return next(answer.goes_to for answer in reversed(client.answers) if answer.goes_to.startswith("/schedules/"))


def start(client: Client) -> Answer:
    """Start the batch, wait for it, and return the result page."""
    assert client.post(f"{address(client)}/start", {}).status == 303
    return wait(client)


def wait(client: Client) -> Answer:
    where, until = address(client), time.monotonic() + 60
    while client.get(f"{where}/progress").status == 200:
        assert time.monotonic() < until
        time.sleep(0.05)
    return client.get(where)


def rows_of(page: Answer) -> list[tuple[str, str, str, str]]:
    """Return row, action, packet and reason of each line of the table, in the order of the schedule."""
    cells = [(line["Row"], line["Action"], line["Packet"], line["Reason and what to do"]) for line in lines_of(page)]
    return sorted(cells, key=lambda line: int(line[0]) if line[0] != "–" else 10_000)


def lines_of(page: Answer) -> list[dict[str, str]]:
    """Return the cells of each line of the table by their heading, in the order of the page."""
    lines = []
    for row in re.findall(r'<tr class="\w+" [^>]*>(.*?)</tr>', page.body.decode(), re.S):
        cells = dict(re.findall(r'<td [^>]*data-label="([^"]*)">(.*?)</td>', row, re.S))
        lines.append(
            {name: " ".join(html.unescape(re.sub("<[^>]+>", " ", cell)).split()) for name, cell in cells.items()}
        )
    for line in lines:
        line["Action"] = line.pop("What was done", "") or line.pop("What would be done", "")
    return lines


def fields_of(page: Answer) -> dict[str, str]:
    """Return the cells that can be typed, with their values."""
    field = r'<input type="text" form="cells" name="([^"]+)" [^>]*?value="([^"]*)"'
    return {name: html.unescape(value) for name, value in re.findall(field, page.body.decode())}


@pytest.fixture
def rows() -> list[Row]:
    return [patient(1), patient(2, collar=""), patient(3, status="cancelled"), patient(4)]


def test_the_dry_run_shows_a_table_and_writes_nothing(client: Client, rows: list[Row], tmp_path: Path) -> None:
    page = send(client, as_csv(rows), tmp_path / "monday")
    assert "What would be made monday.csv" in page.text
    assert "4 rows 2 new 1 cancelled 1 not made" in page.text
    table = rows_of(page)
    assert [each[:2] for each in table] == [("2", "New"), ("3", "Not made"), ("4", "Cancelled"), ("5", "New")]
    assert table[1][3].startswith("collar in row 3 “Collar” is not answered. Write yes, no or undecided. ")
    assert not (tmp_path / "monday").exists()


def test_sending_the_same_schedule_again_says_the_same(client: Client, rows: list[Row], tmp_path: Path) -> None:
    """The first packets of a folder were all new once: the print run of the changes would be the whole one."""
    folder = tmp_path / "monday"
    send(client, as_csv(rows), folder)
    start(client)
    for _ in range(2):
        assert "4 rows 2 unchanged 1 cancelled 1 not made" in send(client, as_csv(rows), folder).text
        done = start(client)
        assert "4 rows 2 unchanged 1 cancelled 1 not made" in done.text
        assert "Print run" in done.text and "new or changed" not in done.text.lower()


def test_each_row_shows_its_patient_and_those_with_a_problem_come_first(client: Client, tmp_path: Path) -> None:
    rows = [patient(1, room="OR 2"), patient(2, collar=""), patient(3, room="OR 4", mrn="1E+5"), patient(4)]
    page = send(client, as_csv(rows), tmp_path / "monday")
    shown = [(line["Row"], line["Patient"], line["Room"], line["Action"]) for line in lines_of(page)]
    assert shown == [
        ("3", "Carla Abel, 00000002", "–", "Not made"),
        ("4", "Dieter Abel, 1E+5", "OR 4", "Not made"),
        ("2", "Bruno Abel, 00000001", "OR 2", "New"),
        ("5", "Elif Abel, 00000004", "–", "New"),
    ]
    without_rooms = send(client, as_csv([patient(1)]), tmp_path / "tuesday")
    assert "Room" not in lines_of(without_rooms)[0]


def test_each_packet_that_was_made_can_be_opened(client: Client, rows: list[Row], tmp_path: Path) -> None:
    folder = tmp_path / "monday"
    assert "<td" in send(client, as_csv(rows), folder).body.decode()
    assert f"{address(client)}/packets/" not in client.answers[-1].body.decode(), "no file exists yet"
    done = start(client)
    links = re.findall(rf'href="({address(client)}/packets/([^"]+)\.pdf)"', done.body.decode())
    assert len(links) == 2
    for link, packet in links:
        pdf = client.get(link)
        assert pdf.body == (folder / f"{packet}.pdf").read_bytes()
        assert pdf.headers["Content-Disposition"] == f'inline; filename="{packet}.pdf"'
    for name in ("GWHN-MWSR", "print-run", "..%2f..%2fetc%2fpasswd", "manifest.json"):
        assert client.get(f"{address(client)}/packets/{name}.pdf").status == 404


def test_a_packet_that_is_no_longer_in_the_schedule_shows_its_patient(
    client: Client, rows: list[Row], tmp_path: Path
) -> None:
    folder = tmp_path / "monday"
    send(client, as_csv(rows), folder)
    start(client)
    (line,) = [line for line in lines_of(send(client, as_csv(rows[:3]), folder)) if line["Row"] == "–"]
    assert line["Patient"] == "Elif Abel · Record number 00000004"
    assert line["Packet"] in line["Reason and what to do"]


def test_names_are_in_no_address_and_no_log(
    client: Client, rows: list[Row], tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        send(client, as_csv(rows), tmp_path / "monday")
        page = start(client)
    assert rows[0]["patient_name"] in page.text
    captured = capfd.readouterr()
    addresses = re.findall(r'(?:href|src|action)="([^"]+)"', page.body.decode())
    for text in (*addresses, captured.out, captured.err, caplog.text):
        assert "Abel" not in text and "0000000" not in text


def test_make_packets_writes_packets_and_print_run_that_verify(client: Client, rows: list[Row], tmp_path: Path) -> None:
    folder = tmp_path / "monday"
    page = send(client, as_csv(rows), folder)
    ids = [packet for _, what, packet, _ in rows_of(page) if what == "New"]
    done = start(client)
    assert "Packets made" in done.text and "2 packets, " in done.text and "checked" in done.text
    assert sorted(path.stem for path in folder.glob("????-????.pdf")) == sorted(ids)
    for path, row in zip([folder / f"{each}.pdf" for each in ids], (rows[0], rows[3]), strict=True):
        inspect(path.read_bytes(), CONTENT)
        assert without_whitespace(row["patient_name"]) in without_whitespace(read(path.read_bytes())[0])
    run = client.get(f"{address(client)}/print-run.pdf")
    assert run.body == (folder / "print-run.pdf").read_bytes()
    assert run.headers["Content-Disposition"] == 'inline; filename="print-run.pdf"'
    kept = "".join(path.read_text("utf-8", "replace") for path in folder.iterdir() if path.suffix in (".json", ".csv"))
    assert rows[0]["patient_name"] not in kept


def test_unchanged_rows_are_kept_and_a_changed_row_replaces_its_packet(
    client: Client, rows: list[Row], tmp_path: Path
) -> None:
    folder = tmp_path / "monday"
    send(client, as_csv(rows), folder)
    start(client)
    again = rows_of(send(client, as_csv(rows), folder))
    assert [each[1] for each in again] == ["Unchanged", "Not made", "Cancelled", "Unchanged"]
    rows[0]["surgery_date"] = "2026-12-09"
    del rows[3]
    changed = rows_of(send(client, as_csv(rows), folder))
    assert changed[0][1] == "Changed" and changed[0][3] == f"Replaces packet {again[0][2]}."
    assert changed[-1][:2] == ("–", "Check")
    assert f"Packet {again[3][2]} was made from a row that is no longer in the schedule" in changed[-1][3]
    done = start(client)
    assert (folder / f"{changed[0][2]}.pdf").exists() and "Packets made" in done.text


def test_new_and_changed_packets_get_their_own_print_run(client: Client, rows: list[Row], tmp_path: Path) -> None:
    """Printing everything again would give one patient two packets."""
    folder = tmp_path / "monday"
    send(client, as_csv(rows), folder)
    link = "New and changed packets only"
    assert link not in start(client).text, "all of it is"
    assert client.get(f"{address(client)}/print-run-changes.pdf").status == 404
    rows[0]["surgery_date"] = "2026-12-09"
    changed, _, _, kept = rows_of(send(client, as_csv(rows), folder))
    done = start(client)
    assert link in done.text and "1 of them was new or changed when packets were last made." in done.text
    only = client.get(f"{address(client)}/print-run-changes.pdf")
    assert only.headers["Content-Disposition"] == 'inline; filename="print-run-changes.pdf"'
    assert only.body == (folder / "print-run-changes.pdf").read_bytes()
    with FolderLock(folder, now()):  # nobody can record that it was printed
        refused = client.get(f"{address(client)}/print-run.pdf")
    assert "Packets of this folder are being made, mailed or checked just now. Wait until" in refused.text
    assert changed[2] in words_of(only.body) and kept[2] not in words_of(only.body)
    assert kept[2] in words_of(client.get(f"{address(client)}/print-run.pdf").body)


def test_after_a_paper_jam_the_rest_of_the_print_run_is_made_again(client: Client, tmp_path: Path) -> None:
    folder = tmp_path / "monday"
    send(client, as_csv([patient(number) for number in range(1, 5)]), folder)
    ids = [packet for _, _, packet, _ in rows_of(start(client))]
    where = address(client)
    for typed in ("", "ZZZZ", "x' onfocus='y"):
        refused = client.post(f"{where}/print-from", {"packet": typed})
        assert "No packet of this print run begins with this id. Look at the run sheet" in refused.text
    assert client.post(f"{where}/print-from", {"packet": ids[2][:6].lower()}).status == 303
    page = wait(client)
    assert f"From packet {ids[2]} on Print run" in page.text and "4 rows 4 unchanged" in page.text
    rest = words_of(client.get(f"{where}/print-run-from-{ids[2]}.pdf").body)
    assert [packet in rest for packet in ids] == [False, False, True, True]


def test_the_time_left_is_shown_once_it_can_be_estimated() -> None:
    clock = iter([100.0, 101.0, 110.0, 110.0, 110.0])
    run = BatchRun(clock=lambda: next(clock))
    run.progress("Making", 0, 400, 0)
    shown = []
    for done in (5, 10, 200, 400):
        run.progress("Making", done, 400, 0)
        shown.append(run.time_left)
    assert shown == ["", "about 6 minutes left", "less than a minute left", ""]


def test_unlikely_dates_are_made_after_confirmation(client: Client, tmp_path: Path) -> None:
    rows = [
        patient(1),
        patient(2, surgery_date="2027-12-06"),
        patient(3, surgery_date="2026-12-09", status="performed"),
    ]
    page = send(client, as_csv(rows), tmp_path / "monday")
    assert "3 rows 1 new 2 not made" in page.text
    assert "I have compared these dates with the charts, and they are correct" in page.text
    assert rows_of(page)[1][3] == (
        "surgery_date in row 3 The surgery date is more than 180 days from today. "
        "Compare the date with the chart. If it is correct, tick the box above the table. Check again"
    )
    where = address(client)
    unticked = client.get(client.post(f"{where}/confirm", {}).goes_to)
    assert "3 rows 1 new 2 not made" in unticked.text
    page = client.get(client.post(f"{where}/confirm", {"confirmed": "dates"}).goes_to)
    assert "3 rows 2 new 1 not made" in page.text, "what was performed tomorrow cannot be confirmed"
    assert "they are correct" not in page.text
    assert "2 packets" in start(client).text


def test_refused_cells_are_corrected_on_the_page_and_the_file_stays_as_it_is(serve: Serve, tmp_path: Path) -> None:
    mail_day = MailDay(tmp_path, CONTENT, SETTINGS)
    server = serve(key_file=mail_day.key)
    client = Client(server.port)
    client.come_in(server.link())
    folder = mail_day.folder
    rows = [mailed(1), mailed(2, collar=""), mailed(3), mailed(4, mrn=mailed(3)["mrn"])]
    mail_day.write(rows)
    sent = mail_day.schedule.read_bytes()
    page = send(client, sent, folder, mail_day.schedule.name)
    assert "4 rows 1 new 3 not made" in page.text
    cells = fields_of(page)
    assert cells == {
        "cell-3-collar": "",
        "cell-4-mrn": "00000003",
        "cell-4-patient_name": rows[2]["patient_name"],
        "cell-5-mrn": "00000003",
        "cell-5-patient_name": rows[3]["patient_name"],
    }
    where = address(client)
    unchanged = client.post(f"{where}/cells", cells)
    assert unchanged.goes_to == where, "what nobody has typed is not taken as correct"
    page = client.get(client.post(f"{where}/cells", cells | {"cell-3-collar": "maybe"}).goes_to)
    assert "4 rows 1 new 3 not made" in page.text and fields_of(page)["cell-3-collar"] == "maybe"
    typed = cells | {"cell-3-collar": "no", "cell-5-mrn": "00000044", "cell-99-mrn": "1", "cell-3-nothing": "x"}
    page = client.get(client.post(f"{address(client)}/cells", typed).goes_to)
    assert "4 rows 4 new" in page.text and "collar in row 3 Typed on this page" in page.text
    done = start(client)
    packets = {line["Row"]: line["Packet"] for line in lines_of(done)}
    assert "00000044" in words_of((folder / f"{packets['5']}.pdf").read_bytes())
    assert mail_day.schedule.read_bytes() == sent
    held = {hold.row: f"{hold.code} {hold.reason}" for hold in mail_day.queue().held}
    says = "H85 its row was corrected in the web form, and the schedule says something else"
    assert held == {3: says, 5: says}, "the schedule of these packets is not the file"
    released = mail_day.release(packets["3"], "corrected")
    assert released.new == [] and [hold.row for hold in released.held] == [3, 5]


def test_a_record_number_that_excel_stored_as_a_number_is_typed_again(client: Client, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    row = patient(1)
    sheet.append(list(row))
    sheet.append([int(value) if name == "mrn" else value for name, value in row.items()])
    book.save(tmp_path / "monday.xlsx")
    page = send(client, (tmp_path / "monday.xlsx").read_bytes(), tmp_path / "monday", "monday.xlsx")
    assert fields_of(page) == {"cell-2-mrn": ""} and "In the file: 1" in page.text
    page = client.get(client.post(f"{address(client)}/cells", {"cell-2-mrn": "00000001"}).goes_to)
    assert "1 row 1 new" in page.text


def test_a_long_table_is_shown_in_pages_with_what_needs_a_person_on_the_first(client: Client, tmp_path: Path) -> None:
    rows = [patient(number, collar="" if number == 250 else "yes") for number in range(1, 251)]
    first = send(client, as_csv(rows), tmp_path / "monday")
    assert "Page 1 of 3" in first.text and "Previous rows" not in first.text
    assert [line["Row"] for line in lines_of(first)] == ["251", *map(str, range(2, 101))]
    last = client.get(f"{address(client)}?page=3")
    assert [line["Row"] for line in lines_of(last)] == [str(row) for row in range(201, 251)]
    assert "Next rows" not in last.text
    for page in ("0", "x", "99999999", "-1", "²"):
        assert client.get(f"{address(client)}?page={quote(page)}").status == 200


def test_lost_zeros_need_a_decision_before_anything_is_made(client: Client, tmp_path: Path) -> None:
    """The schedule was corrected in Excel once: all packets became new ones with wrong record numbers."""
    folder = tmp_path / "monday"
    send(client, as_csv([patient(1), patient(2, mrn="77002"), patient(3)]), folder)
    start(client)
    made = sorted(path.name for path in folder.glob("*.pdf"))
    damaged = as_csv([patient(1, mrn="1"), patient(2, mrn="77002"), patient(3, mrn="3")])
    page = send(client, damaged, folder)
    assert "Needs your decision monday.csv" in page.text and "Make packets" not in page.text
    assert (
        "2 record numbers have lost their leading zeros since packets were last made in this folder. "
        "Excel does this to a CSV file. Compare with the chart. Use another file"
    ) in page.text
    assert [(line["Patient"], line["Action"]) for line in lines_of(page)] == [
        ("Bruno Abel, 1", "Not made"),
        ("Dieter Abel, 3", "Not made"),
    ]
    assert "Needs your decision" in start(client).text, "the run itself stops as well"
    assert sorted(path.name for path in folder.glob("*.pdf")) == made
    page = client.get(client.post(f"{address(client)}/confirm", {"confirmed": "changes"}).goes_to)
    assert "3 rows 2 new 1 unchanged 2 no longer in the schedule" in page.text and "Make packets" in page.text
    rows = [patient(1, mrn="1", collar="maybe"), patient(2, mrn="77002"), patient(3, mrn="3")]
    send(client, as_csv(rows), folder)
    client.post(f"{address(client)}/confirm", {"confirmed": "changes"})
    page = client.get(client.post(f"{address(client)}/cells", {"cell-2-collar": "no"}).goes_to)
    assert "Needs your decision" in page.text, "what was typed could be damaged too"


def test_a_row_with_a_new_error_is_held(client: Client, rows: list[Row], tmp_path: Path) -> None:
    send(client, as_csv(rows), tmp_path / "monday")
    start(client)
    rows[0]["surgery_date"] = "soon"
    page = send(client, as_csv(rows), tmp_path / "monday")
    assert "4 rows 1 unchanged 1 held 1 cancelled 1 not made" in page.text, "each row once"
    (first, second, *_) = rows_of(page)
    assert first[1] == "Held" and f"Packet {first[2]} was made for this patient before, and is not in" in first[3]
    assert second[1:3] == ("Not made", "–")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "This schedule cannot be used"),
        (b"name;number\r\nRosa;1\r\n", "This schedule cannot be used"),
        (b"\xff\xfe\x00", "This schedule cannot be used"),
        (b"PK\x03\x04 no workbook", "This schedule cannot be used"),
    ],
)
def test_a_file_that_is_not_a_schedule_is_reported(client: Client, tmp_path: Path, data: bytes, expected: str) -> None:
    page = send(client, data, tmp_path / "monday")
    assert expected in page.text and "Make packets" not in page.text.replace("Make packets again", "")
    assert "Rosa" not in page.text
    assert not (tmp_path / "monday").exists()


def test_an_error_in_the_form_is_shown_next_to_its_field(client: Client) -> None:
    page = send(client, as_csv([patient(1)]), "monday")
    assert "There is a problem The folder is not a full path" in page.text
    assert 'id="folder-error"' in page.body.decode() and 'value="monday"' in page.body.decode()
    home = Path.home()
    assert f"The folder is not a full path. Type the full path of a folder, such as {home}/packets/monday" in page.text
    page = send(client, "", "monday", name="")
    assert "No schedule was chosen. Choose a CSV or Excel file, or the files of the hospital system." in page.text


@pytest.mark.parametrize("folder", ["/" + "x" * 256, "/" + "é" * 128, "/x" * 501, "/day/\0x", "/day/a\nb"])
def test_an_impossible_folder_is_reported_next_to_its_field(client: Client, folder: str) -> None:
    expected = "This is not a valid folder path. Type it exactly as the file manager shows it."
    page = send(client, as_csv([patient(1)]), folder)
    assert expected in page.text and 'id="folder-error"' in page.body.decode()
    outbox = client.post("/outboxes", {"folder": folder})
    assert outbox.status == 200 and expected in outbox.text and 'id="folder-error"' in outbox.body.decode()


def test_an_internal_error_in_a_batch_shows_its_type_but_no_patient_data(
    client: Client, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ValueError("Rosa Sample 00418823")

    monkeypatch.setattr("packets.web.batch_service.run_batch", breaks)
    send(client, as_csv([patient(1)]), tmp_path / "monday")
    stopped = start(client)
    hint = "Press Make packets again: finished packets are kept. If it happens again, report this message. A05"
    assert f"Something went wrong (ValueError). {hint}" in stopped.text
    captured = capfd.readouterr()
    for text in (stopped.text, captured.out, captured.err):
        assert "Rosa" not in text and "00418823" not in text


def test_an_unwritable_folder_is_reported(client: Client, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    send(client, as_csv([patient(1)]), tmp_path / "file" / "monday")
    done = start(client)
    assert "Stopped" in done.text and re.search(r" W\d\d ", done.text)
    assert "What would be done" in done.text, "nothing was"


def test_session_and_csrf_token_are_required(page: WebServer, client: Client, rows: list[Row], tmp_path: Path) -> None:
    send(client, as_csv(rows), tmp_path / "monday")
    where = address(client)
    other = Client(page.port)
    other.come_in(page.link())
    for path in (where, f"{where}/progress", f"{where}/print-run.pdf"):
        assert other.get(path).status == 410
    assert other.post(f"{where}/start", {}).status == 410
    assert Client(page.port).get("/schedule").status == 403
    assert client.get(f"{where}/print-run.pdf").status == 404, "nothing has been made"
    token, client.csrf = client.csrf, "guess"
    assert send(client, as_csv(rows), tmp_path / "monday").status == 403
    assert client.post(f"{where}/start", {}).status == 403
    client.csrf = token
    assert send(client, b"x", tmp_path / "monday", profile="../clinic").status == 400
    assert not (tmp_path / "monday").exists()


def test_the_files_of_a_hospital_system_are_uploaded_together(client: Client, tmp_path: Path) -> None:
    visit = siu(**changed("AIS", "CERVFORAM^Cervical foraminotomy", "VISIT^Office visit"), SCH="SCH|1|2")
    tomorrow = {name: SEGMENTS[name].replace("20261207073000", "20261208073000") for name in ("SCH", "AIS")}
    later = siu(**tomorrow, **changed("MSH", "20261206153000", "20261206160000"))
    files = {"b.hl7": later, "a.hl7": siu(), "c.hl7": visit, ".d.hl7": b"not finished", "e.tmp": b"not finished"}
    page = send_files(client, files, tmp_path / "monday")
    assert "Several files were chosen, and this kind of schedule is one file. Choose hl7v2-siu" in page.text
    page = send_files(client, files, tmp_path / "monday", profile="hl7v2-siu")
    assert "What would be made 3 files" in page.text and "1 row 1 new" in page.text
    assert [(line["Row"], line["Patient"]) for line in lines_of(page)] == [
        ("1 b.hl7, message 1", "Änne B Muster, 00418823")
    ]
    assert "Left out, because there is no handout for them: 1 VISIT." in page.text
    assert "Ignored, because there is a later message of the same case: a.hl7, message 1." in page.text
    assert "1 packet, " in start(client).text
    page = send(client, siu(), tmp_path / "tuesday", "a.hl7")
    assert "Choose hl7v2-siu under Kind of schedule." in page.text


def test_too_many_bytes_are_refused_with_a_way_back(client: Client, tmp_path: Path) -> None:
    page = send(client, b"x" * 10_000_001, tmp_path / "monday")
    assert "The schedule is too large. At most 10 MB are read. Export one day only." in page.text
    assert 'id="schedule-error"' in page.body.decode()
    count = UPLOAD_BYTES // 1_000_000 + 1
    body: Any = (b"x" * 1_000_000 for _ in range(count))
    page = client.ask("POST", "/schedules", body, Content_Length=str(count * 1_000_000))
    assert page.status == 413
    assert "These files are too large At most 50.0 MB are read. Nothing was saved. Go back" in page.text
    assert '<a class="button" href="/schedule">Go back</a>' in page.body.decode()
    assert "What would be made" in send(client, as_csv([patient(1)]), tmp_path / "monday").text


def test_a_request_that_will_be_refused_is_not_kept_while_it_arrives() -> None:
    head = b"POST /schedules HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    for length, kept in ((2000, 2000), (2001, 0)):
        parser: Any = parser_class({"/schedules": 2000}.__getitem__)(Adjustments())
        parser.received(head % length)
        assert parser.received(b"x" * length) == length and parser.completed
        assert len(parser.get_body_stream().read()) == kept


def test_a_large_schedule_stays_in_memory(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default, werkzeug and waitress write uploads over half a megabyte to temporary files."""
    import tempfile

    def refuses(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuses)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuses, raising=False)
    monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.newfile", refuses)
    data = as_csv([patient(number) for number in range(200)]) + "\r\n" * 400_000
    assert len(data) > 800_000
    assert "monday.csv" in send(client, data, tmp_path / "monday").text


def test_stop_keeps_finished_packets_and_the_next_start_continues(client: Client, tmp_path: Path) -> None:
    count = examples(300)
    send(client, as_csv([patient(number) for number in range(count)]), tmp_path / "monday")
    where = address(client)
    client.post(f"{where}/start", {})
    client.post(f"{where}/stop", {})
    until = time.monotonic() + 60
    while client.get(f"{where}/progress").status == 200 and time.monotonic() < until:
        time.sleep(0.05)
    stopped = client.get(where)
    if "Stopped" in stopped.text:  # a quick machine may have finished first
        assert "Finished packets are kept. Press Make packets again to continue." in stopped.text
        assert f"{count} packets" in start(client).text
    assert len(list((tmp_path / "monday").glob("????-????.pdf"))) == count


def test_a_batch_continues_after_the_session_locks(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The progress bar polls twice a second, which must not count as activity."""
    clock, looked = Clock(), threading.Event()

    def slow(order: BatchOptions, library: Library, context: BatchContext) -> BatchReport:
        assert looked.wait(60)
        return run_batch(order, library, context)

    monkeypatch.setattr("packets.web.batch_service.run_batch", slow)
    page = serve(clock=clock)
    client = Client(page.port)
    client.come_in(page.link())
    send(client, as_csv([patient(1)]), tmp_path / "monday")
    where = address(client)
    client.post(f"{where}/start", {})
    clock.now += 14 * 60
    assert client.get(f"{where}/progress").status == 200
    clock.now += 61
    assert client.get(f"{where}/progress").status == 403
    assert client.come_in(page.link()).status == 303
    form = client.get("/schedule")
    assert f"Being made now monday.csv {tmp_path / 'monday'}" in form.text
    (link,) = re.findall(r'href="(/schedule/running/\w+)"', form.body.decode())
    again = client.get(link).goes_to
    assert client.get(link).goes_to == again, "one session opens it once"
    assert "Making packets" in client.get(again).text
    looked.set()
    assert "Packets made" in wait(client).text
    assert client.get(link).goes_to == "/schedule" and "Being made now" not in client.get("/schedule").text
    assert "1 unchanged" in send(client, as_csv([patient(1)]), tmp_path / "monday").text


def test_a_batch_never_needs_the_pdf_lock(
    client: Client, page: WebServer, rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch runs while the test holds the PDF lock, and nothing is rendered or read in this process."""
    for place in ("packets.pdf.renderer.render", "packets.verify.pdfium.opened", "pikepdf.open"):
        monkeypatch.setattr(place, None)
    for _ in ("made", "only put together again"):
        send(client, as_csv(rows), tmp_path / "monday")
        with page.service.pdf_lock:
            done = start(client)
        assert "Packets made" in done.text and "2 packets, " in done.text
        (tmp_path / "monday" / "print-run.pdf").unlink()


def test_single_packets_are_made_while_a_batch_is_running(client: Client, tmp_path: Path) -> None:
    send(client, as_csv([patient(number) for number in range(300)]), tmp_path / "monday")
    where = address(client)
    assert client.post(f"{where}/start", {}).status == 303
    made = client.send()
    going = client.get(f"{where}/progress")
    assert inspect(client.pdf(made).body, CONTENT) == 3
    client.post(f"{where}/stop", {})
    until = time.monotonic() + 120
    while client.get(f"{where}/progress").status == 200 and time.monotonic() < until:
        time.sleep(0.05)
    assert going.status == 200, "the packet was there before the batch was done"


def test_closing_the_server_stops_a_batch_cleanly(serve: Serve, tmp_path: Path) -> None:
    page = serve()
    client = let_in(page)
    send(client, as_csv([patient(number) for number in range(200)]), tmp_path / "monday")
    client.post(f"{address(client)}/start", {})
    page.close()
    page.batches.stop_all()
    assert not page.batches._running
    for path in (tmp_path / "monday").glob("????-????.pdf"):
        assert len(read(path.read_bytes())) >= 3


def test_a_batch_that_begins_while_the_server_closes_is_stopped(serve: Serve, tmp_path: Path) -> None:
    page = serve()
    client = let_in(page)
    send(client, as_csv([patient(number) for number in range(12)]), tmp_path / "monday")
    client.post(f"{address(client)}/start", {})
    page.service.closing.set()  # the batches that were running have been asked to stop
    page.batches.wait()
    made = list((tmp_path / "monday").glob("????-????.pdf"))
    assert len(made) < 12
    client.post(f"{address(client)}/start", {})
    assert not page.batches.running()
