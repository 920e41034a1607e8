"""Make the packets of a day from the files of an interface engine or a FHIR server, as its users type it."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

from packets.errors import ExitCode
from packets.verify.extract_text import read, without_whitespace
from tests.cli.conftest import Type
from tests.schedule.siu import SEGMENTS, changed, siu
from tests.schedule.test_fhir import APPOINTMENT, PATIENT, SURGEON, bundle
from tests.schedule.test_fhir import changed as fhir_changed


@pytest.fixture(autouse=True)
def evening_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packets of a surgery day are made the evening before: planned surgery cannot be in the past."""
    monkeypatch.setattr("tests.cli.conftest.now", lambda: dt.datetime(2026, 12, 6, 18, tzinfo=dt.UTC))


def spool(folder: Path, **files: bytes) -> None:
    (folder / "spool").mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / "spool" / f"{name}.hl7").write_bytes(data)


def test_a_dry_run_shows_the_start_as_sent_and_at_the_clinic(type_: Type, tmp_path: Path) -> None:
    utc = {name: SEGMENTS[name].replace("20261207073000", "20261208033000+0000") for name in ("SCH", "AIS")}
    visit = siu(**changed("AIS", "CERVFORAM^Cervical foraminotomy", "VISIT^Office visit"), SCH="SCH|1|2")
    bad = siu(**changed("PID", "^MR~", "^XX~"), SCH="SCH|1|3|||||||||^^^20261207073000")
    spool(tmp_path, a=siu(**utc), b=visit, c=bad)
    ran = type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu", "--dry-run")
    assert ran.code == ExitCode.SOME_ROWS_FAILED
    assert "a.hl7, message 1: 20261208033000+0000 = 2026-12-07 21:30" in ran.out
    assert "Note: 1 that are not operations of these handouts were left out: 1 VISIT." in ran.err
    assert (
        "row 2 (c.hl7, message 1), column PID-3: B84 expected one record number (PID-3) that matches the schedule "
        "profile, found none\n" in ran.err
    )
    assert "Muster" not in ran.out + ran.err


def test_a_rescheduled_operation_gets_a_new_packet_that_replaces_the_old_one(type_: Type, tmp_path: Path) -> None:
    spool(tmp_path, a=siu())
    first = type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu", "--json")
    (made,) = json.loads(first.out)["packets"]
    moved = {name: SEGMENTS[name].replace("20261207073000", "20261209073000") for name in ("SCH", "AIS")}
    spool(tmp_path, b=siu(**moved, **changed("MSH", "20261206153000||SIU^S12", "20261206160000||SIU^S13")))
    second = type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu", "--json")
    (changed_packet,) = json.loads(second.out)["packets"]
    assert changed_packet["replaces"] == [made["packet_id"]]
    assert "Note: ignored, because there is a later message of the same case: a.hl7, message 1" in second.err
    spool(tmp_path, c=siu(**moved, **changed("MSH", "20261206153000||SIU^S12", "20261206170000||SIU^S15")))
    third = type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu", "--json")
    assert json.loads(third.out)["cancelled"] == [{"row": 1, "packet_id": changed_packet["packet_id"]}]
    assert f"packet {changed_packet['packet_id']} is void" in third.err


def test_an_older_message_alone_does_not_bring_back_the_old_day(type_: Type, tmp_path: Path) -> None:
    moved = {name: SEGMENTS[name].replace("20261207073000", "20261209073000") for name in ("SCH", "AIS")}
    spool(tmp_path, b=siu(**moved, **changed("MSH", "20261206153000||SIU^S12", "20261206160000||SIU^S13")))
    type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu", "--json")
    (tmp_path / "spool" / "b.hl7").unlink()
    spool(tmp_path, a=siu())
    for words in (["--dry-run"], []):
        ran = type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu", *words)
        assert ran.code == ExitCode.SOME_ROWS_FAILED
        assert (
            "row 1 (a.hl7, message 1): B78 this folder was made with a later message of the same case\n"
            "    Put the later message back into the folder; this one is ignored." in ran.err
        )
    cancel = siu(**changed("MSH", "20261206153000||SIU^S12", "20261206150000||SIU^S15"))
    spool(tmp_path, a=cancel)
    assert "B78" in type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu").err


def test_a_fhir_export_makes_packets_and_lists_what_is_refused(type_: Type, tmp_path: Path) -> None:
    (tmp_path / "export").mkdir()
    error = fhir_changed(APPOINTMENT, id="a2", status="entered-in-error")
    lost = fhir_changed(
        APPOINTMENT, id="a3", participant=[{"actor": {"reference": "Patient/p9"}}, APPOINTMENT["participant"][1]]
    )
    (tmp_path / "export" / "day.json").write_bytes(bundle(APPOINTMENT, error, lost, PATIENT, SURGEON))
    ran = type_("batch", "export", "-o", "out", "--profile", "fhir-server")
    assert ran.code == ExitCode.SOME_ROWS_FAILED
    assert len(list((tmp_path / "out").glob("????-????.pdf"))) == 1
    assert "B99 the case was entered in error: find the paper, if there is any" in ran.err
    rows = list(csv.reader((tmp_path / "out" / "problems.csv").read_text("utf-8-sig").splitlines()))
    assert ["3 (day.json, entry 3)", "", "B95", "not made"] in [row[:4] for row in rows]


def test_a_folder_needs_the_profile_of_an_interface(type_: Type, tmp_path: Path) -> None:
    spool(tmp_path, a=siu(), b=siu())
    ran = type_("batch", "spool", "-o", "out")
    assert ran.code == ExitCode.INVALID_INPUT
    assert ran.err == (
        'spool: B98 the folder has 2 files, and "plain" reads one\n'
        "    Name one file, or a schedule profile with format: hl7v2 or fhir-r4 (--profile).\n"
        "    It fits another profile. Add: --profile hl7v2-siu\n"
    )


def test_test_messages_are_printed_only_as_test_data_and_marked_on_every_page(type_: Type, tmp_path: Path) -> None:
    spool(tmp_path, a=siu(**changed("MSH", "|P|", "|T|")))
    words = ("batch", "spool", "-o", "out", "--profile", "hl7v2-siu")
    ran = type_(*words)
    assert ran.code == ExitCode.SOME_ROWS_FAILED
    assert (
        "B85 this is a test message (MSH-11)\n    Nothing is printed from it, except by `batch --test-data`" in ran.err
    )
    assert list((tmp_path / "out").glob("????-????.pdf")) == []
    assert type_(*words, "--test-data", "--html").code == 0
    (pdf,) = (tmp_path / "out").glob("????-????.pdf")
    pages = [without_whitespace(page) for page in read(pdf.read_bytes())]
    footer = without_whitespace("TEST DATA: not a patient’s packet · Cervical Foraminotomy · English, revision 1")
    assert all(footer in page for page in pages) and pages[0].count(footer[:20]) == 2  # also below the title
    assert "TEST DATA: not a patient’s packet" in pdf.with_suffix(".html").read_text("utf-8")
    assert type_("verify", str(pdf), "out").code == 0
    assert "B85 this is a test message (MSH-11)" in type_(*words).err


def test_a_new_booking_after_a_cancellation_keeps_the_patients_packet(type_: Type, tmp_path: Path) -> None:
    """Some systems cancel a case and book it again under another number, for the same patient and day."""
    spool(tmp_path, a=siu())
    (made,) = json.loads(type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu", "--json").out)["packets"]
    cancelled = siu(**changed("MSH", "20261206153000||SIU^S12", "20261206160000||SIU^S15"))
    again = siu(SCH=SEGMENTS["SCH"].replace("77001", "77002"), **changed("MSH", "153000", "160100"))
    spool(tmp_path, b=cancelled, c=again)
    ran = type_("batch", "spool", "-o", "out", "--profile", "hl7v2-siu")
    assert "1 unchanged, 1 cancelled" in ran.out and "void" not in ran.err
    assert (tmp_path / "out" / f"{made['packet_id']}.pdf").exists()
