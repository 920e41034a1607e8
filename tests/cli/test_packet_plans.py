"""Test which packet a patient gets, as a nurse types it: for the days before the surgery, or for going home."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from packets.verify.extract_text import read
from tests.cli.conftest import Ran, Type
from tests.schedule.siu import SEGMENTS, siu

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"
PATIENT = (
    *("--content", str(SAMPLES), "--include-drafts", "--site", "downtown"),
    *("--patient-name", "Rosa Sample", "--mrn", "00418823", "--surgeon", "Dr. Eva Lindqvist"),
)
TIMES = ("first_dose=18:00", "last_drink=07:00", "arrival_time=09:30")
ANSWERS = {
    "colonoscopy": (*TIMES, "blood_thinner=no", "diabetes=no"),
    "knee-replacement-before": ("side=left", "last_drink=04:30", "arrival_time=06:30", "heart_aspirin=no"),
    "total-knee-replacement": ("side=left", "walking_aid=cane", "blood_thinner=no"),
}
HEADER = "mrn,patient_name,dob,procedure,surgery_date,surgeon,site,status,plan," + ",".join(
    dict.fromkeys(answer.partition("=")[0] for words in ANSWERS.values() for answer in words)
)


def packet(type_: Type, procedure: str, *words: str, surgery_date: str = "2026-12-14") -> Ran:
    answers = [word for answer in ANSWERS[procedure] for word in ("--answer", answer)]
    return type_("packet", procedure, *PATIENT, "--surgery-date", surgery_date, *answers, *words, "-o", "packet.pdf")


def words_of(file: str = "packet.pdf") -> str:
    return " ".join(" ".join(read(Path(file).read_bytes())).split())


def row(procedure: str, plan: str, number: int) -> str:
    values = dict(answer.split("=") for answer in ANSWERS[procedure])
    patient = f"0041882{number},Rosa {'ABC'[number]}. Sample,1961-03-09,{procedure},2026-12-14,Dr. Eva Lindqvist"
    return ",".join((patient, "downtown,planned", plan, *(values.get(name, "") for name in HEADER.split(",")[9:])))


def batch(type_: Type, *rows: str, options: tuple[str, ...] = ()) -> Ran:
    Path("monday.csv").write_text("\n".join((HEADER, *rows)) + "\n", "utf-8")
    words = ("--content", str(SAMPLES), "--include-drafts", *options)
    return type_("batch", "monday.csv", "-o", "monday", *words, "--jobs", "1", "--quiet")


def test_a_handout_for_the_days_before_is_printed_without_the_page_for_going_home(type_: Type) -> None:
    ran = packet(type_, "knee-replacement-before")
    assert ran.code == 0, ran.err
    assert "Your countdown" in words_of() and "going-home page" not in words_of()


def test_a_folder_without_a_plan_for_the_days_before_prints_no_page_for_going_home(type_: Type, tmp_path: Path) -> None:
    shutil.copytree(SAMPLES, tmp_path / "mine")
    (tmp_path / "mine/packets/pre-op.yaml").unlink()
    ran = packet(type_, "knee-replacement-before", "--content", str(tmp_path / "mine"))
    assert (ran.code, ran.err) == (
        2,
        '--plan: C25 the plan "discharge" has a page for going home, and this handout is for the days before the '
        "surgery\n    Add a plan without that page to the content folder: packets/pre-op.yaml\n",
    )
    assert not Path("packet.pdf").exists()


def test_a_handout_with_dates_before_and_after_needs_the_plan(type_: Type) -> None:
    ran = packet(type_, "colonoscopy")
    assert (ran.code, ran.err) == (
        2,
        "--plan: C24 this packet could be for the days before the surgery or for going home\n"
        "    Type: --plan pre-op or --plan discharge\n",
    )
    assert not Path("packet.pdf").exists()
    assert packet(type_, "colonoscopy", "--plan", "pre-op").code == 0
    assert "going-home page" not in words_of()
    assert packet(type_, "colonoscopy", "--plan", "discharge").code == 0
    assert "going-home page" in words_of()


def test_a_plan_that_does_not_fit_the_handout_is_refused(type_: Type) -> None:
    ran = packet(type_, "knee-replacement-before", "--plan", "discharge")
    assert (ran.code, ran.err) == (
        2,
        '--plan: C25 the plan "discharge" has a page for going home, and this handout is for the days before the '
        "surgery\n    Type: --plan pre-op\n",
    )
    ran = packet(type_, "total-knee-replacement", "--plan", "pre-op")
    assert (ran.code, ran.err) == (
        2,
        '--plan: C25 the plan "pre-op" is for the days before the surgery, and this handout has no '
        "instructions for them or for the day itself\n"
        "    Type: --plan discharge\n",
    )
    assert packet(type_, "knee-replacement-before", "--plan", "handout").code == 0


@pytest.mark.parametrize("added", ["before: 7 days", "at: the day of surgery\n        time: 6:30 AM"])
def test_the_steps_that_a_surgeon_adds_before_the_surgery_count(type_: Type, added: str) -> None:
    content = Path(shutil.copytree(SAMPLES, "content"))
    file = content / "surgeons/jane-sample.yaml"
    written = file.read_text("utf-8")
    assert written.count("at: 4 days") == 1
    file.write_text(written.replace("at: 4 days", added), "utf-8")
    jane = ("--surgeon", "Dr. Jane Sample", "--content", "content")
    ran = packet(type_, "total-knee-replacement", *jane)
    assert (ran.code, ran.err) == (
        2,
        "--plan: C24 this packet could be for the days before the surgery or for going home\n"
        "    Type: --plan pre-op or --plan discharge\n",
    )
    ran = packet(type_, "total-knee-replacement", *jane, "--plan", "pre-op")
    assert ran.code == 0 and "going-home page" not in words_of(), ran.err
    assert packet(type_, "total-knee-replacement", "--content", "content").code == 0
    ran = batch(
        type_,
        row("total-knee-replacement", "", 0).replace("Dr. Eva Lindqvist", "Dr. Jane Sample"),
        row("total-knee-replacement", "", 1),
        options=("--content", "content"),
    )
    assert ran.code == 3 and ran.err.startswith("row 2, column plan: C24 "), ran.err


def test_an_order_for_the_day_itself_can_be_printed_for_the_days_before_and_an_expectation_cannot(type_: Type) -> None:
    content = Path(shutil.copytree(SAMPLES, "content"))
    file = content / "procedures/total-knee-replacement/handout.en.yaml"
    step = "milestones:\n  - {id: food, label: Do not eat, kind: restriction, at: the day of surgery, "
    written = file.read_text("utf-8").replace(
        "milestones:\n", step + "quote: Tell every dentist that you have a new joint.}\n", 1
    )
    file.write_text(written, "utf-8")
    words = ("--content", "content", "--plan", "pre-op")
    ran = packet(type_, "total-knee-replacement", *words)
    assert ran.code == 0 and "Do not eat" in words_of(), ran.err
    file.write_text(written.replace("Do not eat, kind: restriction", "Walking is usual"), "utf-8")
    ran = packet(type_, "total-knee-replacement", *words)
    assert ran.code == 2 and ran.err.startswith('--plan: C25 the plan "pre-op" is for the days before'), ran.err


def test_a_packet_for_the_days_before_is_not_made_after_them(type_: Type) -> None:
    ran = packet(type_, "colonoscopy", "--plan", "pre-op", "--status", "performed", surgery_date="2026-12-07")
    assert (ran.code, ran.err) == (
        2,
        "--status: C83 the operation is recorded as performed, but this packet is for the days before it\n"
        "    Correct the status, or make the packet for going home.\n"
        "--surgery-date: C84 the surgery date is before today, but this packet is for the days before the surgery\n"
        "    Compare the date with the chart. If it is right, add --confirm-date and this date, such as 2026-12-07.\n",
    )
    ran = packet(
        type_, "colonoscopy", "--plan", "pre-op", "--confirm-date", "2026-12-07", surgery_date="2026-12-07"
    )  # fmt: skip
    assert ran.code == 0, ran.err
    assert packet(type_, "colonoscopy", "--plan", "discharge", surgery_date="2026-12-07").code == 0


def test_a_case_file_says_the_plan(type_: Type) -> None:
    Path("case.yaml").write_text(
        "procedure: colonoscopy\npatient_name: Rosa Sample\nmrn: 00418823\nsurgery_date: 2026-12-14\nsite: downtown\n"
        "surgeon: Dr. Eva Lindqvist\nplan: preop\n"
        + "".join(f"{a.replace('=', ': ')}\n" for a in ANSWERS["colonoscopy"])
    )
    words = ("packet", "--case", "case.yaml", "--content", str(SAMPLES), "--include-drafts", "-o", "packet.pdf")
    ran = type_(*words)
    assert ran.err == (
        "case.yaml:7:7: U07 there is no such packet plan\n    There are: discharge, handout, pre-op and staff-sheet.\n"
    )
    Path("case.yaml").write_text(Path("case.yaml").read_text().replace("preop", "pre-op"))
    assert type_(*words).code == 0
    assert "going-home page" not in words_of()


def test_each_row_of_a_schedule_gets_the_packet_that_fits_it(type_: Type) -> None:
    rows = (row("colonoscopy", "", 0), row("knee-replacement-before", "", 1), row("total-knee-replacement", "", 2))
    ran = batch(type_, *rows)
    assert ran.code == 3 and ran.err.startswith(
        "row 2, column plan: C24 this packet could be for the days before the surgery or for going home\n"
        "    Write pre-op or discharge.\n"
    ), ran.err
    made = sorted(Path("monday").glob("????-????.pdf"), key=lambda file: "countdown" in words_of(str(file)))
    assert ["going-home page" in words_of(str(file)) for file in made] == [True, False]
    ran = batch(type_, row("colonoscopy", "pre-op", 0), *rows[1:])
    assert ran.code == 0, ran.err
    texts = [words_of(str(file)) for file in Path("monday").glob("????-????.pdf")]
    assert sum("going-home page" in text for text in texts) == 1 and len(texts) == 3


def test_a_plan_that_does_not_fit_a_row_is_refused_there(type_: Type) -> None:
    ran = batch(type_, row("total-knee-replacement", "pre-op", 0), row("colonoscopy", "preop", 1))
    assert ran.code == 3 and ran.err == (
        'row 2, column plan: C25 the plan "pre-op" is for the days before the surgery, and this handout has no '
        "instructions for them or for the day itself\n    Write discharge.\n"
        "row 3, column plan: C17 the packet plan must be discharge, handout, pre-op or staff-sheet\n"
    )
    ran = batch(type_, row("total-knee-replacement", "", 0), options=("--plan", "pre-op"))
    assert ran.code == 3 and ran.err == (
        'row 2, column plan: C25 the plan "pre-op" is for the days before the surgery, and this handout has no '
        "instructions for them or for the day itself\n"
        "    Leave --plan out. If rows of the schedule differ, give it a column plan.\n"
    )


@pytest.mark.parametrize(("procedure", "going_home"), [("colonoscopy", True), ("knee-replacement-before", False)])
def test_the_profile_of_an_interface_says_the_plan_where_two_fit(
    type_: Type, procedure: str, going_home: bool
) -> None:  # fmt: skip
    content = Path(shutil.copytree(SAMPLES, "content"))
    answers = dict(answer.split("=") for answer in ANSWERS[procedure])
    assumed = {name: value for name, value in answers.items() if name != "side"} | {"plan": "discharge"}
    profile = (content / "sources/hl7v2-siu.yaml").read_text("utf-8").split("when_missing:")[0]
    profile += "paths: {site: ZSU-3" + (", side: ZSU-4" if "side" in answers else "") + "}\nwhen_missing:\n"
    profile += "".join(f'  {name}: "{value}"\n' for name, value in assumed.items())
    profile += f"words:\n  - {{in: procedure, theirs: CERVFORAM, ours: {procedure}}}\n"
    (content / "sources/siu.yaml").write_text(profile.replace("source: hl7v2-siu", "source: siu"), "utf-8")
    start = "20261214093000"
    message = siu(
        SCH=SEGMENTS["SCH"].replace("20261207073000", start),
        AIS=f"AIS|1||CERVFORAM^LEFT TKA^L|{start}",
        ZSU="ZSU|1||downtown|left",
    )
    Path("monday.hl7").write_bytes(message)
    words = ("--profile", "siu", "--content", "content", "--include-drafts", "--jobs", "1", "--quiet")
    ran = type_("batch", "monday.hl7", "-o", "monday", *words)
    assert ran.code == 0, ran.err
    (made,) = Path("monday").glob("????-????.pdf")
    assert ("going-home page" in words_of(str(made))) is going_home


def test_explain_calls_the_day_as_the_pages_do(type_: Type) -> None:
    words = ("--surgery-date", "2026-12-14", "--language", "de", "--content", str(SAMPLES))
    assert "\nDay 0, the day of the procedure: Montag" in type_("explain", "colonoscopy", *words).out
    assert "\nDay 0, the day of surgery: Montag" in type_("explain", "total-knee-replacement", *words).out
