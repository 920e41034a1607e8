"""Test a surgeon's instructions: what the patient reads, and where each date comes from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from packets.verify.extract_text import read
from tests.cli.conftest import Type, case_words, type_  # noqa: F401  a fixture
from tests.content.folder import SHIPPED

SAMPLE = Path(__file__).resolve().parents[1] / "surgeons/jane-sample.yaml"
SURGEON = "Dr. Jane Sample"
INSTRUCTIONS = Path("content/surgeons/jane-sample.yaml")


@pytest.fixture
def content(type_: Type) -> Path:  # noqa: F811
    shutil.copytree(SHIPPED, "content")
    INSTRUCTIONS.parent.mkdir()
    shutil.copy(SAMPLE, INSTRUCTIONS)
    return Path("content")


def printed(file: str) -> list[str]:
    """Return the words of each page, joined by single spaces."""
    return [" ".join(page.split()) for page in read(Path(file).read_bytes(), None)]


def packet(type_: Type, *more: str, **changes: str | None) -> tuple[str, str]:  # noqa: F811
    """Make a packet; return the text of its pages and the text on the screen."""
    words = case_words(**{"surgeon": SURGEON, **changes})
    ran = type_("packet", "cervical-foraminotomy", "--content", "content", "--quiet", *more, *words, "-o", "p.pdf")
    assert ran.code == 0, ran.err
    return "\n".join(printed("p.pdf")), ran.err


def test_the_packet_has_the_surgeons_instructions(type_: Type, content: Path) -> None:  # noqa: F811
    text, screen = packet(type_, "--staff-sheet", "staff.pdf")
    assert screen == ""
    # The table of dates says which rows are orders, with the surgeon's number and words.
    first, *others = text.split("\n")
    assert "Doctor’s order" in first and "3 weeks after surgery" in first
    assert "First visit (Dr. Jane Sample)" in first
    assert "555-010-0199" in text and "816-363-2500" not in text
    assert text.count("Dr. Jane Sample asks you to wear the soft collar day and night.") == 2
    # The clinic's sentence is unchanged, with the surgeon's instruction below it.
    assert "Patients are usually safe to drive within a week or two." in text
    assert (
        "Dr. Jane Sample asks you to wait with driving until Monday, December 28, 2026 (3 weeks after surgery). "
        "This takes the place of the general advice above."
    ) in text
    assert (
        "Heavier work and sports (Dr. Jane Sample): between Sunday, March 7 and Wednesday, April 7, 2027 "
        "(3 to 4 months after surgery). This takes the place of the general advice above."
    ) in text
    for page in (first, *others):
        assert "English, revision 1 · Dr. Jane Sample, revision 3" in page
    assert "With the own instructions of Dr. Jane Sample, revision 3." in text
    sheet = "\n".join(printed("staff.pdf"))
    assert "From when may you drive? Monday, December 28, 2026 (3 weeks after surgery)" in sheet
    assert "asks you to wear the soft collar day and night" in sheet
    assert type_("verify", "--content", "content", "p.pdf").code == 0


def test_verify_recalculates_the_surgeons_dates(type_: Type, content: Path) -> None:  # noqa: F811
    packet(type_)
    text = INSTRUCTIONS.read_text("utf-8")
    INSTRUCTIONS.write_text(text.replace("at: 3 weeks", "at: 5 weeks"), "utf-8")
    ran = type_("verify", "--content", "content", "p.pdf")
    assert ran.code == 6 and 'V17 the date of "driving" does not follow from the surgery date' in ran.err
    INSTRUCTIONS.write_text(text.replace("revision: 3", "revision: 4"), "utf-8")
    ran = type_("verify", "--content", "content", "p.pdf")
    assert ran.code == 6 and "V11 the title and revision at the bottom of page 1" in ran.err


def test_another_surgeons_packet_is_unchanged(type_: Type, content: Path) -> None:  # noqa: F811
    pages, screen = packet(type_, surgeon="Dr. Ada Lark")
    assert "Sample" not in pages.replace("Rosa Sample", "") and screen == ""
    shutil.rmtree(content / "surgeons")
    before = Path("p.pdf").read_bytes()
    packet(type_, surgeon="Dr. Ada Lark")
    assert Path("p.pdf").read_bytes() == before


def test_a_similar_name_gives_a_warning_on_the_screen(type_: Type, content: Path) -> None:  # noqa: F811
    pages, screen = packet(type_, surgeon="Dr. Jane Sampel")
    assert "816-363-2500" in pages
    assert screen == (
        "Note: --surgeon: C22 no surgeon's instructions are for exactly this name\n"
        '    Did you mean "Dr. Jane Sample" (surgeons/jane-sample.yaml)? Write the name so, or add it there under '
        "aliases or not_meant. The packet has the clinic's own words, dates and number.\n"
    )


def test_a_draft_is_printed_only_with_include_drafts_and_is_marked(type_: Type, content: Path) -> None:  # noqa: F811
    text = INSTRUCTIONS.read_text("utf-8")
    INSTRUCTIONS.write_text(text[: text.index("      status:")] + "      status: draft\n", "utf-8")
    pages, screen = packet(type_)
    assert "asks you" not in pages and "816-363-2500" in pages
    assert "Dr. Jane Sample's own instructions (surgeons/jane-sample.yaml)" in screen
    pages, screen = packet(type_, "--include-drafts")
    assert screen == ""
    for page in pages.split("\n"):
        assert "DRAFT: not yet reviewed by a clinician · Cervical" in page
    assert "DRAFT: not yet reviewed by a clinician. Dr. Jane Sample asks you to wait with driving" in pages
    assert type_("verify", "--content", "content", "p.pdf").code == 0


def test_an_expired_approval_gives_a_warning_on_the_screen(type_: Type, content: Path) -> None:  # noqa: F811
    text = INSTRUCTIONS.read_text("utf-8").replace("on: 2026-11-03", "on: 2020-11-03").replace("by: 2028", "by: 2021")
    INSTRUCTIONS.write_text(text, "utf-8")
    _, screen = packet(type_)
    assert "surgeons/jane-sample.yaml: R04 the approval ran out on 2021-11-03" in screen
    assert packet(type_, surgeon="Dr. Pat Other")[1] == "", "nothing of Dr. Sample's is printed"
    assert type_("check", "--content", "content").code == 4


def test_spanish_is_refused_if_the_instructions_are_in_english_only(type_: Type, content: Path) -> None:  # noqa: F811
    words = case_words(surgeon=SURGEON, language="es")
    ran = type_("packet", "cervical-foraminotomy", "--content", "content", "--include-drafts", *words, "-o", "p.pdf")
    assert ran.code == 4 and "R18 Dr. Jane Sample's instructions are not in this language" in ran.err
    assert not Path("p.pdf").exists()


def test_explain_shows_where_each_date_comes_from(type_: Type, content: Path) -> None:  # noqa: F811
    words = ("explain", "cervical-foraminotomy", "--content", "content", "--surgery-date", "2026-12-07")
    ran = type_(*words, "--surgeon", SURGEON)
    assert ran.code == 0 and ran.err == ""
    assert "With the instructions of Dr. Jane Sample, revision 3 (approved)" in ran.out
    assert (
        "Dr. Jane Sample asks you to wait with driving until (restriction)\n"
        "  Source   surgeons/jane-sample.yaml: said by Dr. Jane Sample on 2026-11-02\n"
        "  Reason   Turning the head fast is not safe before the first visit.\n"
        "  Instead  of the handout's: Driving is usually safe (expectation): 1 to 2 weeks after surgery, "
        "between Monday, December 14 and Monday, December 21, 2026\n"
        "  Rule     3 weeks after surgery\n"
        "  Count    2026-12-07 + 3 weeks (21 days) = 2026-12-28, a Monday\n"
        "  Printed  Monday, December 28, 2026\n"
    ) in ran.out
    assert '  Source   "They can get back to light work by four weeks."' in ran.out
    shown = json.loads(type_(*words, "--surgeon", SURGEON, "--json").out)["milestones"]
    assert {entry["id"]: entry["from"] for entry in shown} == {
        "home": "handout",
        "check-up": "surgeons/jane-sample.yaml",
        "driving": "surgeons/jane-sample.yaml",
        "light-work": "handout",
        "heavy-work": "surgeons/jane-sample.yaml",
    }
    assert shown[2]["surgeon_override"]["said_on"] == "2026-11-02"


def test_a_batch_uses_the_instructions_of_each_rows_surgeon(type_: Type, content: Path) -> None:  # noqa: F811
    rows = ["mrn,patient_name,dob,procedure,surgery_date,surgeon,collar"]
    surgeons = {"Abel": SURGEON, "Bruno": '"SAMPLE, JANE"', "Costa": "Dr. Jane Sampel", "Dvorak": "Dr. Jane Sampel"}
    for number, (name, surgeon) in enumerate({**surgeons, "Erik": "Dr. Ada Lark"}.items()):
        rows.append(f"MRN-{number},{name},1961-03-09,cervical-foraminotomy,2026-12-07,{surgeon},yes")
    Path("day.csv").write_text("\n".join(rows) + "\n", "utf-8")
    ran = type_("batch", "day.csv", "-o", "day", "--content", "content", "--jobs", "1")
    assert ran.code == 0
    assert ran.err.count("C22 no surgeon's instructions") == 1 and "row 4, column surgeon: C22" in ran.err
    packets = [entry["file"] for entry in json.loads(Path("day/manifest.json").read_text("utf-8"))["packets"]]
    has_instructions = ["asks you to wait with driving until" in "".join(printed(f"day/{file}")) for file in packets]
    assert has_instructions == [True, True, False, False, False]


def test_check_reports_a_character_that_no_font_has(type_: Type, content: Path) -> None:  # noqa: F811
    text = INSTRUCTIONS.read_text("utf-8")
    INSTRUCTIONS.write_text(text.replace("day and night", "day and night \U00013000"), "utf-8")
    ran = type_("check", "--content", "content")
    assert ran.code == 4 and f"{INSTRUCTIONS}:17:" in ran.out and "G02 no font can print" in ran.out


def test_a_starter_passes_check_and_its_commented_examples_are_valid(type_: Type, content: Path) -> None:  # noqa: F811
    shutil.rmtree(content / "surgeons")
    ran = type_("new", "surgeon", "ada-lark", "--content", "content")
    file = Path("content/surgeons/ada-lark.yaml")
    assert ran.out == f"{file}: written. Next: packets check --content content\n"
    ran = type_("check", "--content", "content", str(file))
    assert ran.code == 0 and ran.out.count("R05") == 1
    ran = type_("new", "surgeon", "ada-lark", "--content", "content")
    assert ran.code == 2 and 'U43 the surgeon "ada-lark" already exists' in ran.err
    lines = file.read_text("utf-8").splitlines()
    shown = ("# aliases:", "# not_meant:", "# phone:", "# dial:", "    # notices:", "    #  ", "    # milestones:")
    lines = [line.replace("# ", "", 1) if line.startswith(shown) else line for line in lines]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    ran = type_("check", "--content", "content", str(file))
    assert (ran.code, ran.out.count("R05")) == (0, 1), ran.out
    ran = type_("new", "surgeon", "bea-lark", "--source", "x.txt", "--content", "content")
    assert ran.code == 2 and "U26 a surgeon's file has no source" in ran.err


def test_no_real_surgeon_is_shipped() -> None:
    assert not (SHIPPED / "surgeons").exists()
