"""Make the packets of a surgery day from schedules with and without errors."""

from __future__ import annotations

import datetime as dt
import json
import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from packets.cli import main
from packets.model.packet_id import is_packet_id
from tests.batch.day import CHECKOUT, Day, patient
from tests.clock import PROGRAM


def texts(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range().replace("\u00a0", " ") for page in document]
    finally:
        document.close()


def test_batch_and_packet_make_the_same_bytes_for_the_same_case(day: Day) -> None:
    row = patient(1, follow_up="Monday at ten")
    day.write([row])
    day.run()
    paper = day.place / "packet.pdf"
    typed = {"patient-name": row["patient_name"]} | {
        name.replace("_", "-"): row[name] for name in ("mrn", "dob", "surgery_date", "surgeon", "collar", "follow_up")
    }
    words = [word for name, value in typed.items() for word in (f"--{name}", value)]
    known = ["--content", str(day.content), "--site-key", str(day.key), "-o", str(paper), "--quiet"]
    assert main.run(["packet", row["procedure"], *words, *known]) == 0
    assert paper.read_bytes() == (day.folder / day.packets()[0]).read_bytes()


def test_each_accepted_row_gets_a_packet_named_by_its_id(day: Day) -> None:
    rows = [patient(1), patient(2), patient(3, collar="")]
    day.write(rows)
    outcome = day.run()
    assert outcome.code == 3
    assert [packet["row"] for packet in day.manifest()["packets"]] == [2, 3]
    assert day.packets() == sorted(f"{name}.pdf" for name in day.ids().values())
    assert all(is_packet_id(name) for name in day.ids().values())
    for row in (2, 3):
        pages = texts(day.folder / f"{day.ids()[row]}.pdf")
        assert len(pages) >= 2
        for page in pages:
            assert rows[row - 2]["patient_name"] in page and rows[row - 2]["mrn"] in page and day.ids()[row] in page


def test_the_command_prints_a_summary_and_the_problems(day: Day) -> None:
    day.write([patient(1), patient(2, surgery_date="12/07/26"), patient(3, status="cancelled")])
    outcome = day.run()
    assert outcome.err == (
        "row 3, column surgery_date: C09 the surgery date has a year of two digits\n"
        "    Write year, month and day with two dashes: 2026-12-07\n"
    )
    run = day.manifest()["print_run"]
    assert outcome.out == (
        f"{day.folder}: 3 rows. 1 new, 0 changed, 0 made again, 0 unchanged, 1 cancelled, "
        f"0 missing from the schedule, 1 refused\n"
        f"{day.folder}/print-run.pdf: 1 packet, {run['pages']} pages on {run['sheets']} sheets, "
        "checked\n"
    )


def test_a_row_with_an_impossible_or_unlikely_date_is_refused_and_the_others_are_made(day: Day) -> None:
    rows = [
        patient(1),
        patient(2, surgery_date="2026-12-09", status="performed"),
        patient(3, surgery_date="2025-12-07", status="performed"),
        patient(4, surgery_date="2062-12-07"),
        patient(5, dob="1900-01-01"),
        patient(6, dob="1899-12-30"),
    ]
    day.write(rows)
    outcome = day.run()
    assert outcome.code == 3 and list(day.ids()) == [2]
    assert day.codes() == [
        (3, "surgery_date", "C70"),
        (4, "surgery_date", "C75"),
        (5, "surgery_date", "C77"),
        (6, "dob", "C73"),
        (7, "dob", "C72"),
    ]
    assert (
        "row 5, column surgery_date: C77 the surgery date is more than 180 days from today\n"
        "    Compare the date with the chart. If it is right, add --confirm-date and this date, such as 2026-12-07.\n"
    ) in outcome.err
    assert "2062" not in outcome.err and "1900-01-01" not in outcome.err


def test_confirm_date_accepts_an_unlikely_date(day: Day) -> None:
    day.write([patient(1), patient(4, surgery_date="2027-12-06"), patient(5, surgery_date="2062-12-06")])
    assert day.run("--confirm-date", "2027-12-06").code == 3
    assert list(day.ids()) == [2, 3]
    assert day.codes() == [(4, "surgery_date", "C77")]


def test_a_name_that_no_font_has_is_refused_with_the_supported_scripts(day: Day) -> None:
    names = ["Adédayọ̀ Ọlárẹ̀wájú", "Yázhí Ałtsoí Ą́ą́h", "יעל כהן", "สมชาย ใจดี"]
    day.write([patient(number, patient_name=name) for number, name in enumerate(names, 1)])
    outcome = day.run()
    assert outcome.code == 3 and [packet["row"] for packet in day.manifest()["packets"]] == [2, 3, 4]
    assert outcome.err.startswith(
        "row 5, column patient_name: G01 no font can print some of its characters\n"
        "    Write it in letters that can be printed, if the patient agrees: Latin letters with any accents (also "
        "Vietnamese, Yoruba and Navajo), Greek, Cyrillic, Hebrew, Arabic, Hindi (Devanagari) and Chinese.\n"
    )


def test_the_manifest_and_problems_csv_list_every_row(day: Day) -> None:
    day.write([patient(1), patient(2, collar=""), patient(3, status="cancelled")])
    day.run()
    manifest = day.manifest()
    assert list(manifest) == ["schedule", "packets", "problems", "print_run"]
    assert manifest["schedule"]["rows"] == 3 and len(manifest["schedule"]["sha256"]) == 64
    assert [list(packet) for packet in manifest["packets"]] == [
        ["row", "packet_id", "file", "sha256", "pages", "state"]
    ] * 2
    assert manifest["packets"][1] == {
        "row": 4, "packet_id": None, "file": None, "sha256": None, "pages": None, "state": "cancelled"
    }  # fmt: skip
    assert manifest["problems"] == [
        {
            "row": 3,
            "column": "collar",
            "code": "C16",
            "message": '"collar" is not answered. Write yes, no or undecided. What the surgeon has not said is '
            "undecided.",
        }
    ]
    assert (day.folder / "problems.csv").read_bytes().decode("utf-8-sig").splitlines() == [
        "row,column,code,kind,what is wrong,what to do",
        '3,collar,C16,not made,"""collar"" is not answered","Write yes, no or undecided. What the surgeon has not said '
        'is undecided."',
    ]


def test_only_the_pdfs_contain_patient_data(day: Day) -> None:
    rows = [patient(1), patient(2, surgery_date="tomorrow"), patient(3, mrn="00000001"), patient(4, collar="perhaps")]
    day.write(rows)
    outcome = day.run("--json")
    private = [row[field] for row in rows for field in ("patient_name", "dob", "mrn", "surgeon")]
    private += ["tomorrow", "perhaps"]
    public = [file for file in day.folder.iterdir() if file.suffix != ".pdf"]
    assert {file.name for file in public} >= {"manifest.json", "problems.csv", "ledger.db"}
    shown = [outcome.out, outcome.err, *(file.name for file in day.folder.rglob("*"))]
    for text in [*shown, *(file.read_bytes().decode("latin-1") for file in public)]:
        assert [word for word in private if word in text] == []


def test_only_the_owner_can_read_folders_and_files(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    day.write([patient(1, collar="no")])
    day.run()
    modes = {file: stat.S_IMODE(file.stat().st_mode) for file in [day.folder, *day.folder.rglob("*")]}
    assert {mode for file, mode in modes.items() if file.is_dir()} == {0o700}
    assert {mode for file, mode in modes.items() if file.is_file()} == {0o600}


def test_a_dry_run_lists_what_would_be_made_and_writes_nothing(day: Day) -> None:
    day.write([patient(1), patient(2), patient(3, collar=""), patient(4, status="cancelled")])
    outcome = day.run("--dry-run")
    assert outcome.code == 3
    assert not day.folder.exists()
    lines = outcome.out.splitlines()
    assert [line.split()[:3] for line in lines[:4]] == [
        ["make", "row", "2"], ["make", "row", "3"], ["refused", "row", "4"], ["cancelled", "row", "5"],
    ]  # fmt: skip
    assert lines[4] == (
        "4 rows. 2 new, 0 changed, 0 made again, 0 unchanged, 1 cancelled, "
        "0 missing from the schedule, 1 refused. Nothing was made: this was a dry run."
    )
    day.run()
    ids = day.ids()
    assert [line.split()[3] for line in lines[:2]] == [ids[2], ids[3]]
    before = day.bytes()
    day.write([patient(1), patient(2, surgery_date="2026-12-14")])
    lines = day.run("--dry-run").out.splitlines()
    assert lines[0] == f"keep      row 2     {ids[2]}"
    assert lines[1].startswith("change    row 3     ") and lines[1].endswith(f" replaces {ids[3]}")
    assert day.bytes() == before


def test_nothing_is_made_before_every_row_is_read(day: Day) -> None:
    day.schedule.write_text(
        "mrn,patient_name,dob,procedure,surgery_date,surgeon,collar\n"
        "00000001,Ada Abel,1960-01-01,cervical-foraminotomy,2026-12-07,Dr. Sample,yes\n"
        '00000002,"Bruno"x Abel,1960-01-01,cervical-foraminotomy,2026-12-07,Dr. Sample,yes\n'
    )
    outcome = day.run()
    assert outcome.code == 4
    assert outcome.err == (
        f"{day.schedule}: B04 a quotation mark in row 3 is not closed, or is in the middle of a cell\n"
        '    Inside quotes, a quote is written twice: "".\n'
    )
    assert not day.folder.exists()


def test_json_output_lists_packets_problems_and_print_runs(day: Day) -> None:
    day.write([patient(1), patient(2, collar="")])
    report = json.loads(day.run("--json").out)
    assert report["rows"] == 2
    assert [(packet["row"], packet["step"]) for packet in report["packets"]] == [(2, "make")]
    assert [(problem["row"], problem["code"]) for problem in report["problems"]] == [(3, "C16")]
    assert report["print_runs"][0]["packets"] == 1


def test_the_same_schedule_in_another_folder_gives_the_same_bytes(day: Day, content: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    other = Day(tmp_path / "again", content)
    for one in (day, other):
        one.write([patient(number) for number in range(5)])
        assert one.run().code == 0
    assert day.bytes() == other.bytes()


def on_the_day(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the clock to the surgery day: the samples have planned operations."""
    monkeypatch.setattr(day, "now", lambda: dt.datetime(2026, 12, 7, 15, 0, tzinfo=dt.UTC))


def test_the_sample_schedule_is_made(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_day(day, monkeypatch)
    day.schedule = CHECKOUT / "samples" / "schedule.csv"
    text = day.schedule.read_text("utf-8")
    assert text.count("(sample)") >= 24  # each patient and each surgeon
    assert day.run().code == 3
    manifest = day.manifest()
    assert manifest["schedule"]["rows"] == 12
    assert [code for _, _, code in day.codes()] == ["Q10", "C09", "C16"]
    assert list(day.states().values()).count("ready") == 9


def test_the_sample_us_export_needs_its_profile(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    on_the_day(day, monkeypatch)
    day.schedule = CHECKOUT / "samples" / "schedule-us.csv"
    outcome = day.run()
    assert outcome.code == 4
    assert outcome.err.endswith("    It fits another profile. Add: --profile us-export\n")
    assert day.run("--source", "us-export", "--dry-run").code == 0, "the former name of --profile"
    assert day.run("--profile", "us-export").code == 0
    first = texts(day.folder / f"{day.ids()[2]}.pdf")[0]
    assert "SAMPLE, ROSA M" in first and "Dr. Jane Rivera (sample)" in first and "December 7, 2026" in first


def test_wrong_options_are_refused(day: Day) -> None:
    day.write([patient(1)])
    outcome = day.run("--plan", "discharg")
    assert (outcome.code, outcome.err) == (
        2,
        '--plan: L24 there is no packet plan "discharg"\n'
        '    Did you mean "discharge"?\n    There are: discharge, handout, pre-op and staff-sheet.\n',
    )
    outcome = day.run("--only-changed", "--from", "7KQ4")
    assert (outcome.code, outcome.err.splitlines()[0]) == (
        2, "--from: U21 --only-changed and --from cannot be combined"
    )  # fmt: skip
    before = day.schedule.read_bytes()
    outcome = day.run("--print-run", str(day.schedule))
    assert (outcome.code, outcome.err) == (
        2,
        "--print-run: U08 this is an input file and would be overwritten\n    Type another name.\n",
    )
    assert day.schedule.read_bytes() == before and not day.folder.exists()
    day.schedule = day.place / "nowhere.csv"
    outcome = day.run()
    assert (outcome.code, outcome.err) == (
        4,
        f"{day.schedule}: B01 the schedule cannot be read: No such file or directory\n"
        "    Type the path of a CSV or XLSX file, or of a folder of HL7 v2 or FHIR files\n",
    )


@pytest.mark.parametrize(("streams", "code"), [("| true", 3), (">&- 2>&-", 3), ("2>/dev/full", 5)])
def test_a_closed_output_stream_does_not_stop_the_run(day: Day, streams: str, code: int) -> None:
    """Started by a timer or with a reader that ends early, the run makes the packets and returns its own exit code."""
    day.write([patient(1), patient(2, collar="")])
    command = shlex.join([sys.executable, PROGRAM, *day.arguments()])
    script = f"set -o pipefail; {command} {streams}"
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env={**os.environ})
    assert run.returncode == code and "Traceback" not in run.stderr
    assert list(day.ids()) == [2] and (day.folder / "print-run.pdf").exists()


def test_a_follow_up_on_the_wrong_weekday_is_a_warning(day: Day) -> None:
    day.write([patient(1, follow_up="Tuesday, January 4, 10:30"), patient(2, follow_up="Monday, January 4, 10:30")])
    outcome = day.run()
    assert outcome.code == 0 and list(day.ids()) == [2, 3]
    assert outcome.err == (
        "Note: row 2, column follow_up: C78 the follow-up date is not in the calendar, or is not on that weekday\n"
        "    Compare it with the appointment and a calendar.\n"
    )
