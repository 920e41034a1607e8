"""Make packets for one of a clinic's sites: by option, case file, schedule column and rack copy."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from packets.verify.extract_text import read, without_whitespace
from tests.batch.day import as_csv, patient
from tests.cli.conftest import Type, case_words
from tests.samples import CONTENT

SITES = """
sites:
  downtown: {name: Downtown}
  northside:
    name: Northside
    phone: 555-010-0100
    dial: "+1-555-010-0100"
"""
CASE = """\
procedure: cervical-foraminotomy
patient_name: Rosa Sample
mrn: "00418823"
surgery_date: 2026-12-07
surgeon: Dr. Jane Rivera
collar: "yes"
"""


@pytest.fixture
def clinic(type_: Type, tmp_path: Path) -> Type:
    """Run commands in a clinic with two sites."""
    shutil.copytree(CONTENT, tmp_path / "content")
    file = tmp_path / "content/clinic.yaml"
    file.write_text(file.read_text("utf-8") + SITES, "utf-8")
    key = tmp_path / "key"
    key.write_text("0123456789abcdef" * 4)
    os.chmod(key, 0o600)  # noqa: PTH101

    def run(command: str, *words: str):  # type: ignore[no-untyped-def]
        keyed = ("--site-key", "key") if command in ("packet", "batch") else ()
        return type_(command, *words, "--content", "content", *keyed)

    return run


def pages(name: str) -> str:
    return "".join(read(Path(name).read_bytes()))


def shows(name: str, words: str) -> bool:
    return without_whitespace(words) in without_whitespace(pages(name))


def test_a_packet_without_a_site_is_refused_with_the_sites(clinic: Type) -> None:
    ran = clinic("packet", "cervical-foraminotomy", *case_words(), "-o", "packet.pdf")
    assert (ran.code, ran.err) == (
        2,
        "--site: C90 the site is missing\n    Type: --site downtown or --site northside\n",
    )
    assert not Path("packet.pdf").exists()


def test_an_unknown_site_is_refused_with_the_sites(clinic: Type) -> None:
    ran = clinic("packet", "cervical-foraminotomy", *case_words(site="north"), "-o", "packet.pdf")
    assert (ran.code, ran.err) == (
        2,
        "--site: C91 there is no site of this name\n    There are: downtown and northside.\n",
    )


def test_a_site_is_refused_where_the_clinic_has_one_place(type_: Type) -> None:
    ran = type_("packet", "cervical-foraminotomy", *case_words(site="north"), "-o", "packet.pdf")
    assert ran.err == ("--site: C92 this clinic has no sites\n    Leave the site out, or add sites: to clinic.yaml.\n")


def test_the_packet_and_the_staff_sheet_name_the_site_and_two_sites_differ_in_their_id(clinic: Type) -> None:
    ids = []
    for site, name, number in (
        ("northside", "Northside", "555-010-0100"),
        ("downtown", "Downtown", "816-363-2500"),
    ):
        words = case_words(site=site)
        ran = clinic("packet", "cervical-foraminotomy", *words, "-o", "p.pdf", "--staff-sheet", "staff.pdf", "--json")
        assert ran.code == 0, ran.err
        ids.append(json.loads(ran.out)["packet_id"])
        assert shows("p.pdf", f"Location {name}") and shows("p.pdf", number)
        assert shows("staff.pdf", f"Location {name}")
        assert clinic("verify", "p.pdf", "staff.pdf").code == 0
    assert ids[0] != ids[1]


def test_a_case_file_names_the_site_and_verify_compares_it(clinic: Type) -> None:
    Path("case.yaml").write_text(CASE + "site: northside\n", "utf-8")
    ran = clinic("packet", "--case", "case.yaml", "-o", "p.pdf", "--json")
    assert ran.code == 0, ran.err
    number = json.loads(ran.out)["packet_id"]
    for site, code in (("northside", 0), ("downtown", 6)):
        Path("case.yaml").write_text(f"{CASE}site: {site}\npacket_id: {number}\n", "utf-8")
        assert clinic("verify", "--case", "case.yaml", "p.pdf").code == code
    Path("case.yaml").write_text(f"{CASE}packet_id: {number}\n", "utf-8")
    ran = clinic("verify", "--case", "case.yaml", "p.pdf")
    assert ran.err == ("case.yaml: C90 the site is missing\n    Add a line: site: downtown or site: northside\n")


def test_the_rack_copy_of_a_site_has_its_number(clinic: Type) -> None:
    ran = clinic("handout", "cervical-foraminotomy", "-o", "rack.pdf")
    assert ran.err == "--site: C90 the site is missing\n    This clinic has several: downtown or northside.\n"
    assert clinic("handout", "cervical-foraminotomy", "--site", "northside", "-o", "rack.pdf").code == 0
    assert shows("rack.pdf", "555-010-0100") and shows("rack.pdf", "Northside")
    assert not shows("rack.pdf", "816-363-2500")


def test_a_preview_is_of_one_site(clinic: Type) -> None:
    ran = clinic("preview", "cervical-foraminotomy", "--width", "200")
    assert (ran.code, ran.err) == (
        2,
        "--site: C90 the site is missing\n    Type: --site downtown or --site northside\n",
    )
    ran = clinic("preview", "cervical-foraminotomy", "--width", "200", "--site", "northside")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("preview/cervical-foraminotomy.en-1.png")


def test_a_row_with_an_unknown_site_is_held_and_the_others_are_made(clinic: Type) -> None:
    rows = [patient(1, site="northside"), patient(2, site="nowhere"), patient(3, site=""), patient(4, site="downtown")]
    Path("day.csv").write_text(as_csv(rows), "utf-8")
    ran = clinic("batch", "day.csv", "-o", "day", "--json", "--jobs", "1")
    assert ran.code == 3, ran.err
    report = json.loads(ran.out)
    assert [row["row"] for row in report["packets"]] == [2, 5]
    assert [
        (problem["row"], problem["column"], problem["code"], problem["hint"]) for problem in report["problems"]
    ] == [
        (3, "site", "C91", "There are: downtown and northside."),
        (4, "site", "C90", "Write downtown or northside."),
    ]


def test_a_schedule_without_a_column_for_the_site_is_reported_row_by_row(clinic: Type) -> None:
    Path("day.csv").write_text(as_csv([patient(1)]), "utf-8")
    ran = clinic("batch", "day.csv", "-o", "day", "--jobs", "1")
    assert "C90 the site is missing" in ran.err
    assert "The schedule needs a column for it. Write downtown or northside." in ran.err


def test_a_row_that_moves_to_another_site_gets_a_new_packet(clinic: Type) -> None:
    ids = []
    for site in ("northside", "downtown"):
        Path("day.csv").write_text(as_csv([patient(1, site=site)]), "utf-8")
        ran = clinic("batch", "day.csv", "-o", "day", "--json", "--jobs", "1")
        assert ran.code == 0, ran.err
        (row,) = json.loads(ran.out)["packets"]
        ids.append((row["step"], row["packet_id"], row["replaces"]))
    assert [step for step, _, _ in ids] == ["make", "change"]
    assert ids[1][2] == [ids[0][1]] != [ids[1][1]]


PROFILE = """\
source: hospital
dates: YYYY-MM-DD
columns:
  mrn: MRN
  patient_name: NAME
  procedure: PROC
  surgery_date: DATE
  surgeon: SURGEON
  collar: COLLAR
  site: CAMPUS
words:
  - {in: site, theirs: N CAMPUS, ours: northside}
"""


def test_a_schedule_profile_translates_the_hospitals_name_of_a_site(clinic: Type) -> None:
    profile = Path("content/sources/hospital.yaml")
    profile.write_text(PROFILE.replace("ours: northside", "ours: north"), "utf-8")
    Path("day.csv").write_text(
        "MRN,NAME,PROC,DATE,SURGEON,COLLAR,CAMPUS\n"
        "00000001,Ada Abel,cervical-foraminotomy,2026-12-07,Dr. Sample,yes,N CAMPUS\n",
        "utf-8",
    )
    ran = clinic("batch", "day.csv", "-o", "day", "--jobs", "1", "--profile", "hospital")
    assert 'B05 site cannot be "north"\n    Did you mean "northside"?' in ran.err
    profile.write_text(PROFILE, "utf-8")
    ran = clinic("batch", "day.csv", "-o", "day", "--jobs", "1", "--profile", "hospital")
    assert ran.code == 0, ran.err
    (packet,) = Path("day").rglob("????-????.pdf")
    assert shows(str(packet), "Location Northside")
