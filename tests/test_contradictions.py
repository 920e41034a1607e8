"""Test that facts of one case that contradict each other stop its packet, however the case is entered."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle
from pathlib import Path

import pytest

from packets.case_input.sides import sides_of_schedule
from packets.model.question import Question
from tests.cli.conftest import Type, type_  # noqa: F401  a fixture
from tests.samples import loaded
from tests.schedule.siu import SEGMENTS, siu
from tests.schedule.test_fhir import APPOINTMENT, PATIENT, PROFILE, SURGEON, bundle
from tests.web.client import FORM
from tests.web.conftest import Serve, key_file, serve  # noqa: F401  fixtures
from tests.web.test_packet import error_of, let_in, words_of

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "library"
PROCEDURE = "knee-replacement-before"
CASE = {
    "patient_name": "Rosa Sample",
    "mrn": "00418823",
    "dob": "1961-03-09",
    "surgery_date": "2026-12-14",
    "surgeon": "Dr. Jane Rivera",
    "site": "downtown",
    "side": "left",
    "last_drink": "05:00",
    "arrival_time": "07:00",
    "heart_aspirin": "no",
    "start_time": "09:30",
    "procedure_text": "LEFT TKA",
    "discharge_date": "2026-12-16",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is entered wrong, and what is said about it."""

    code: str
    says: str
    changes: Mapping[str, str] = field(default_factory=dict)


FAULTS = {
    "side": Fault("C42", 'the words of the procedure name another side than the answer to "side"', {"side": "right"}),
    "discharge": Fault("C14", "the discharge date is before the surgery", {"discharge_date": "2026-12-13"}),
    "arrival": Fault("C43", "the patient would arrive after the surgery has begun", {"arrival_time": "09:31"}),
    "order": Fault("C50", '"last_drink" is later than "arrival_time"', {"last_drink": "09:32"}),
}
LABELS = {"side": "Which knee will be operated on?", "last_drink": "Last drink", "arrival_time": "Arrival time"}
OPTIONS = ("--content", "content", "--include-drafts", "--plan", "pre-op")
Enter = Callable[[Type, Mapping[str, str]], str]  # returns what was said, or "" if a packet was made


@pytest.fixture
def content(type_: Type) -> Path:  # noqa: F811
    return Path(shutil.copytree(SAMPLES, "content"))


def options(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    words = [word for name, value in case.items() for word in ("--answer", f"{name}={value}")]
    return said(type_, "packet", PROCEDURE, *words, *OPTIONS, "-o", "packet.pdf")


def case_file(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    write_case(case)
    return said(type_, "packet", "--case", "case.yaml", *OPTIONS, "-o", "packet.pdf")


def preview(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    write_case(case)
    words = ("--content", "content", "--plan", "pre-op", "--width", "100")
    return said(type_, "preview", "--case", "case.yaml", *words)


def explain(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    write_case(case)
    return said(type_, "explain", "--case", "case.yaml", "--content", "content")


def plain_row(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    return batch_of_rows(type_, {**case, "procedure": PROCEDURE})


def translated_row(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    """The side is in the schedule's own word for the procedure."""
    fields = [name for name in case if name != "procedure_text"]
    columns = "".join(f"  {name}: {name.upper()}\n" for name in [*fields, "procedure"])
    profile = f"source: ours\ndates: YYYY-MM-DD\ncolumns:\n{columns}words:\n"
    profile += f"  - {{in: procedure, theirs: {case['procedure_text']}, ours: {PROCEDURE}}}\n"
    Path("content/sources/ours.yaml").write_text(profile, "utf-8")
    row = {name.upper(): case[name] for name in fields} | {"PROCEDURE": case["procedure_text"]}
    return batch_of_rows(type_, row, "--profile", "ours")


def fhir(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    profile = PROFILE.replace("cervical-foraminotomy", PROCEDURE).replace("{collar: undecided}", when_missing(case))
    paths = (
        "site: Appointment.comment, discharge_date: Appointment.patientInstruction, side: Appointment.reasonCode.text"
    )
    profile += f"paths: {{{paths}}}\n"
    Path("content/sources/server.yaml").write_text(profile, "utf-8")
    appointment = APPOINTMENT | {
        "serviceType": [{"coding": [{"code": "CERVFORAM"}], "text": case["procedure_text"]}],
        "start": f"{case['surgery_date']}T{case['start_time']}:00-06:00",
        "comment": case["site"],
        "patientInstruction": case["discharge_date"],
        "reasonCode": [{"text": case["side"]}],
    }
    Path("monday.json").write_bytes(bundle(appointment, PATIENT, SURGEON))
    return said(type_, "batch", "monday.json", "-o", "out", "--profile", "server", *OPTIONS)


def hl7v2(type_: Type, case: Mapping[str, str]) -> str:  # noqa: F811
    profile = Path("content/sources/hl7v2-siu.yaml").read_text("utf-8").split("when_missing:")[0]
    profile += f"paths: {{site: ZSU-3, discharge_date: ZSU-4, side: ZSU-5}}\nwhen_missing: {when_missing(case)}\n"
    profile += f"words:\n  - {{in: procedure, theirs: CERVFORAM, ours: {PROCEDURE}}}\n"
    Path("content/sources/siu.yaml").write_text(profile.replace("source: hl7v2-siu", "source: siu"), "utf-8")
    start = f"{case['surgery_date'].replace('-', '')}{case['start_time'].replace(':', '')}00"
    message = siu(
        SCH=SEGMENTS["SCH"].replace("20261207073000", start),
        AIS=f"AIS|1||CERVFORAM^{case['procedure_text']}^L|{start}",
        ZSU=f"ZSU|1||{case['site']}|{case['discharge_date']}|{case['side']}",
    )
    Path("monday.hl7").write_bytes(message)
    return said(type_, "batch", "monday.hl7", "-o", "out", "--profile", "siu", *OPTIONS)


def when_missing(case: Mapping[str, str]) -> str:
    questions = ("last_drink", "arrival_time", "heart_aspirin")
    return "{" + ", ".join(f'{name}: "{case[name]}"' for name in questions) + "}"


def write_case(case: Mapping[str, str]) -> None:
    lines = {"procedure": PROCEDURE, **case}
    Path("case.yaml").write_text("".join(f'{name}: "{value}"\n' for name, value in lines.items()), "utf-8")


def batch_of_rows(type_: Type, row: Mapping[str, str], *words: str) -> str:  # noqa: F811
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    Path("monday.csv").write_text(text.getvalue(), "utf-8")
    return said(type_, "batch", "monday.csv", "-o", "out", *words, *OPTIONS)


def said(type_: Type, *words: str) -> str:  # noqa: F811
    """Return the problems, and check that nothing was written if there is one."""
    ran = type_(*words)
    if ran.code == 0:
        return ""
    assert [*Path().rglob("*.pdf"), *Path("preview").glob("*.png")] == []
    return ran.err


COMMANDS: tuple[Enter, ...] = (options, case_file, preview, explain, plain_row, translated_row, fhir, hl7v2)


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("enter", COMMANDS, ids=lambda enter: enter.__name__)
def test_a_case_without_a_contradiction_passes(type_: Type, enter: Enter) -> None:  # noqa: F811
    assert enter(type_, CASE) == ""


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize(
    ("enter", "fault"),  # each command has one of them; the next test has all of them
    [pytest.param(enter, fault, id=enter.__name__) for enter, fault in zip(COMMANDS, cycle(FAULTS), strict=False)],
)
def test_a_contradiction_stops_every_command(type_: Type, enter: Enter, fault: str) -> None:  # noqa: F811
    assert f"{FAULTS[fault].code} {FAULTS[fault].says}\n" in enter(type_, {**CASE, **FAULTS[fault].changes})


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("enter", COMMANDS, ids=lambda enter: enter.__name__)
def test_all_contradictions_are_reported_at_once(type_: Type, enter: Enter) -> None:  # noqa: F811
    changes = {name: value for fault in FAULTS.values() for name, value in fault.changes.items()}
    said = enter(type_, {**CASE, **changes})
    assert all(f"{fault.code} {fault.says}\n" in said for fault in FAULTS.values())


@pytest.mark.usefixtures("content")
def test_a_side_is_never_assumed(type_: Type) -> None:  # noqa: F811
    profile = PROFILE.replace("cervical-foraminotomy", PROCEDURE).replace("{collar: undecided}", "{side: left}")
    Path("content/sources/server.yaml").write_text(profile, "utf-8")
    Path("monday.json").write_bytes(bundle(APPOINTMENT, PATIENT, SURGEON))
    assert said(type_, "batch", "monday.json", "-o", "out", "--profile", "server", *OPTIONS) == (
        "content/sources/server.yaml:5:16: B76 the side of an operation is never assumed\n"
        "    Name where your system has it, under paths. Without it, the row is refused.\n"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start_time": "7:30"}, "C40 the start of the surgery is not a time of day"),
        ({"start_time": "25:00"}, "C40 the start of the surgery is not a time of day"),
    ],
)
@pytest.mark.usefixtures("content")
def test_what_is_compared_must_be_readable(type_: Type, changes: dict[str, str], message: str) -> None:  # noqa: F811
    assert message in case_file(type_, {**CASE, **changes})


@pytest.mark.parametrize("fault", [*FAULTS, ""])
def test_a_contradiction_stops_the_web_form(serve: Serve, fault: str) -> None:  # noqa: F811
    client = let_in(serve(SAMPLES))
    page = client.get(f"/procedures/{PROCEDURE}")
    assert "Procedure as scheduled (optional)" in page.text and "Start of surgery (optional)" in page.text
    changes = FAULTS[fault].changes if fault else {}
    empty = {name: value for name, value in FORM.items() if name != "collar"}
    sent = client.post(
        "/packets", {**empty, **CASE, **changes, "procedure": PROCEDURE, "do": "make", "include_drafts": "1"}
    )
    page = client.get(sent.goes_to)
    assert (re.search(r'href="/packets/[^"]+\.pdf"', page.body.decode()) is not None) is not bool(fault)
    if fault:
        (field,) = changes
        says = FAULTS[fault].says
        for name, label in LABELS.items():
            says = says.replace(f'"{name}"', f"“{label}”")
        assert error_of(page, field).casefold().startswith(says.casefold())
    else:
        assert "LEFT TKA" not in words_of(client.pdf(page).body)


@pytest.mark.parametrize(
    ("words", "sides"),
    [
        ("LEFT TKA", "left"),
        ("TKA RIGHT", "right"),
        ("TKA L", "left"),
        ("TKA R", "right"),
        ("TKA R.", "right"),
        ("TKA (L)", "left"),
        ("TKA, R", "right"),
        ("TKA-L", "left"),
        ("L TKA", "left"),
        ("R KNEE ARTHROPLASTY", "right"),
        ("ARTHROSCOPY R KNEE", "right"),
        ("LTKA", "left"),
        ("RTKR", "right"),
        ("LT TKA", "left"),
        ("TKA L/R", "left right"),
        ("TKA R AND L", "left right"),
        ("BILATERAL TKA", "left right"),
        ("TKA B/L", "left right"),
        ("Knie-TEP links", "left"),
        ("Knie-TEP rechts", "right"),
        ("Knie-TEP li.", "left"),
        ("Knie-TEP re", "right"),
        ("KNIE-TEP RE.", "right"),
        ("Knie-TEP bds.", "left right"),
        ("Knie-TEP beidseits", "left right"),
        ("Prótesis de rodilla derecha", "right"),
        ("PTR izq.", "left"),
        ("PTR dcha", "right"),
        ("TKA OD", ""),  # not about an eye
        # Not sides:
        ("TKA", ""),
        ("LAMINECTOMY L4-L5", ""),
        ("LAMINECTOMY L 4-5", ""),
        ("L-SPINE FUSION", ""),
        ("FORAMINOTOMY C5 R", ""),
        ("FUSION L5/S1 R", ""),
        ("TKA Dr. R", ""),
        ("TKA DR L", ""),
        ("TKA R. Smith", ""),
        ("TKA J R Smith", ""),
        ("TKA Dr. Li", ""),
        ("TKA Li", ""),
        ("RE: TKA", ""),
        ("TKA R/O INFECTION", ""),
        ("TKA right after the fracture", ""),
        ("Prothese der Hüfte", ""),
    ],
)
def test_the_sides_that_words_name(words: str, sides: str) -> None:
    assert " ".join(sorted(found(words, PROCEDURE))) == sides


@pytest.mark.parametrize(
    ("words", "sides"),
    [("CATARACT OD", "right"), ("CATARACT OS", "left"), ("CATARACT OU", "left right"), ("PHACO LE", "left")],
)
def test_the_sides_of_eyes(words: str, sides: str) -> None:
    assert " ".join(sorted(found(words, "cataract-surgery"))) == sides


def found(words: str, procedure: str) -> frozenset[str]:
    return sides_of_schedule(words, side_of(procedure))


@cache
def side_of(procedure: str) -> Question:
    """Return the question about the side."""
    question = loaded(SAMPLES).handouts[procedure, "en"].side
    assert question is not None
    return question
