"""Test the questions of a handout as columns of a schedule, without an entry in a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from packets.cli import main
from packets.verify.extract_text import read, without_whitespace
from tests.batch.day import Day, as_csv, patient
from tests.clock import now
from tests.content.knee import ANSWERS, SIDES, content


@pytest.fixture
def day(tmp_path: Path) -> Day:
    return Day(tmp_path, content(tmp_path))


def knee(number: int, **changes: str) -> dict[str, str]:
    return patient(number, procedure="total-knee", collar="", **{"side": "left", **ANSWERS, **changes})


def test_each_row_gets_the_side_of_its_own_cell(day: Day) -> None:
    rows = [knee(1), knee(2, side="right", arrival_time="18:30"), knee(3, side="both"), patient(4)]
    day.write(rows)
    outcome = day.run()
    assert outcome.code == 0, outcome.out + outcome.err
    ids = day.ids()
    for row, side in ((2, "left"), (3, "right"), (4, "both")):
        texts = [without_whitespace(text) for text in read((day.folder / f"{ids[row]}.pdf").read_bytes(), None)]
        assert all(without_whitespace(SIDES[side]) in text for text in texts)
        assert not any(without_whitespace(SIDES[other]) in text for other in SIDES.keys() - {side} for text in texts)
    again = day.run()
    assert "0 new, 0 changed, 0 made again, 4 unchanged" in again.out


def test_every_page_of_a_print_run_shows_its_own_side(day: Day) -> None:
    """Also the blank page that completes a sheet."""
    day.write([knee(1, side="left"), knee(2, side="right"), knee(3, side="both")])
    outcome = day.run()
    assert outcome.code == 0, outcome.out + outcome.err
    run = day.folder / "print-run.pdf"
    names = {name: SIDES[side] for name, side in zip(day.ids().values(), ("left", "right", "both"), strict=True)}
    pages = [without_whitespace(text) for text in read(run.read_bytes(), None)]
    blank = [text for text in pages if "blankonpurpose" in text and "Recordnumber" in text]
    assert len(blank) == 3, "each packet has three pages"
    for text in pages:
        for name, side in names.items():
            if f"Packet{name}" in text:
                assert without_whitespace(f"· {side}Packet {name}") in text[:120]
    assert main.run(["verify", str(run), "--content", str(day.content)], now) == 0


def test_a_row_whose_side_is_corrected_gets_a_new_packet(day: Day) -> None:
    day.write([knee(1), knee(2)])
    assert day.run().code == 0
    before = day.ids()
    day.write([knee(1), knee(2, side="right")])
    outcome = day.run()
    assert "0 new, 1 changed, 0 made again, 1 unchanged" in outcome.out, outcome.out
    assert day.ids()[2] == before[2] and day.ids()[3] != before[3]


def test_wrong_and_missing_answers_name_the_row_the_column_and_what_to_write(day: Day) -> None:
    rows = [
        knee(1, side=""),
        knee(2, side="links"),
        knee(3, arrival_time="6:30"),
        knee(4, class_day="11/30/26"),
        knee(5, weight_kg="160 lb"),
        {**patient(6), "side": "left"},
        knee(7, bring=""),
    ]
    day.write(rows)
    outcome = day.run()
    assert len(day.ids()) == 1, "only the last row is right: what to bring is optional"
    said = outcome.out + outcome.err
    for expected in (
        'row 2, column side: C16 "side" (Which knee was operated on?) is not answered\n'
        "        Write left, right or both.",
        'row 3, column side: C17 "side" must be left, right or both',
        'row 4, column arrival_time: C40 "arrival_time" is not a time of day',
        'row 5, column class_day: C09 "class_day" has a year of two digits',
        'row 6, column weight_kg: C41 "weight_kg" is not a number',
        'row 7, column side: C04 the handout "cervical-foraminotomy" does not ask about "side"\n'
        "        Leave the cell blank, or choose another procedure.",
    ):
        assert " ".join(expected.split()) in " ".join(said.split())
    assert "links" not in said and "160 lb" not in said


def test_a_schedule_without_the_column_says_that_it_needs_one(day: Day) -> None:
    row = knee(1)
    del row["side"]
    day.schedule.write_text(as_csv([row]), "utf-8")
    outcome = day.run()
    assert 'C16 "side" (Which knee was operated on?) is not answered' in outcome.out + outcome.err
    assert "The schedule needs a column for it. Write left, right or both." in outcome.out + outcome.err


def test_a_profile_translates_the_words_of_a_program(day: Day) -> None:
    profile = (
        "source: ours\ndates: MM/DD/YYYY\ncolumns:\n  mrn: MRN\n  patient_name: NAME\n  procedure: PROC\n"
        "  surgery_date: DATE\n  surgeon: SURGEON\n  side: LATERALITY\n  blood_thinner: THINNER\n  allergy: ALLERGY\n"
        "  arrival_time: ARRIVE\n  weight_kg: KG\n  class_day: CLASS\n  helper: HELPER\n"
        "words:\n  - {in: side, theirs: LT, ours: left}\n  - {in: side, theirs: RT, ours: right}\n"
    )
    (day.content / "sources/ours.yaml").write_text(profile, "utf-8")
    header = "MRN,NAME,PROC,DATE,SURGEON,LATERALITY,THINNER,ALLERGY,ARRIVE,KG,CLASS,HELPER"
    row = "00000001,Ada Abel,total-knee,12/07/2026,Dr. Sample,RT,no,no,6:30 AM,70,11/30/2026,Bo Abel"
    day.schedule.write_text(f"{header}\n{row}\n", "utf-8")
    outcome = day.run("--profile", "ours")
    assert outcome.code == 0, outcome.out + outcome.err
    (name,) = day.ids().values()
    text = " ".join(" ".join(read((day.folder / f"{name}.pdf").read_bytes(), None)).split())
    assert "Your operation is on your right knee. Please arrive at 6:30 AM. Your weight is 70 kg." in text
    assert "Your class is on Monday, November 30, 2026" in text
    (day.content / "sources/ours.yaml").write_text(profile.replace("ours: right", "ours: rigt"), "utf-8")
    assert 'B05 side cannot be "rigt"' in day.run("--profile", "ours").err


def test_a_row_that_contradicts_itself_is_refused(day: Day) -> None:
    """The side in the words of the procedure, and a patient who would arrive after the surgery has begun."""
    profile = (day.content / "sources/plain.yaml").read_text("utf-8").replace("source: plain", "source: words")
    theirs = ("LEFT TKA", "TKA RT", "BILATERAL TKA", "TKA")
    words = "".join(f"  - {{in: procedure, theirs: {words}, ours: total-knee}}\n" for words in theirs)
    questions = "".join(f"  {name}: {name}\n" for name in ("side", *ANSWERS, "bring"))
    profile = profile.replace("  collar: collar\n", f"  collar: collar\n{questions}") + f"words:\n{words}"
    profile = profile.replace("may_be_empty:\n", "may_be_empty:\n  - bring\n")
    (day.content / "sources/words.yaml").write_text(profile, "utf-8")
    good = [("LEFT TKA", "left"), ("TKA RT", "right"), ("BILATERAL TKA", "both"), ("TKA", "right")]
    bad = [("LEFT TKA", "right"), ("TKA RT", "both"), ("BILATERAL TKA", "left")]
    rows = [{**knee(n, side=side), "procedure": words, "bring": ""} for n, (words, side) in enumerate(good + bad, 1)]
    rows[0]["start_time"], rows[3]["start_time"] = "07:30", "06:15"
    day.write(rows)
    outcome = day.run("--profile", "words")
    said = outcome.out + outcome.err
    assert sorted(filter(None, day.ids())) == [2, 3, 4], said
    assert said.count('C42 the words of the procedure name another side than the answer to "side"') == 3
    for row in (6, 7, 8):
        assert f"row {row}, column side: C42" in said
    assert "row 5, column arrival_time: C43 the patient would arrive after the surgery has begun" in said


def test_a_known_date_outside_the_clinics_range_waits_for_a_person(day: Day) -> None:
    path = day.content / "procedures/total-knee/handout.en.yaml"
    text = path.read_text("utf-8").replace(
        "  class_day: date\n", "  class_day: date\n  discharge_date: date, optional\n"
    )
    home = "  - id: home\n    label: Going home\n    between: 1 and 3 days\n    instead_when: discharge_date\n"
    quote = "Most people go home 1 to 3 days after surgery."
    text = text.replace("milestones:\n", f"milestones:\n{home}    quote: {quote}\n")
    text = text.replace("      - show: blood-thinner\n", f"      - text: {quote}\n      - show: blood-thinner\n")
    path.write_text(text, "utf-8")
    (day.content / "procedures/total-knee/handout.es.yaml").unlink()
    day.write([knee(1, discharge_date="2026-12-09"), knee(2, discharge_date="2026-12-13"), knee(3, discharge_date="")])
    outcome = day.run()
    said = outcome.out + outcome.err
    assert sorted(filter(None, day.ids())) == [2, 4], said
    assert 'C49 the discharge date is outside the range of "Going home" in the handout (1 day to 3 days)' in said
    assert day.codes() == [(3, "discharge_date", "C49")]
    day.run("--confirm-date", "2026-12-13")
    texts = [" ".join(read((day.folder / name).read_bytes(), None)) for name in day.packets()]
    assert sum(without_whitespace("Sun Dec 13 2026 Going home") in without_whitespace(text) for text in texts) == 1
