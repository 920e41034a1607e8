"""Change a schedule between two runs: what is made again, what is superseded, what is only reported."""

from __future__ import annotations

from pathlib import Path

from tests.batch.day import Day, patient
from tests.batch.test_batch import texts


def inodes(day: Day) -> dict[str, tuple[int, int]]:
    return {file.name: (file.stat().st_ino, file.stat().st_mtime_ns) for file in day.folder.glob("????-????.pdf")}


def test_the_file_of_an_unchanged_row_is_not_touched(day: Day) -> None:
    day.write([patient(1), patient(2)])
    assert day.run().code == 0
    before, made = inodes(day), day.bytes()
    outcome = day.run()
    assert outcome.code == 0
    assert "0 new, 0 changed, 0 made again, 2 unchanged" in outcome.out
    assert (inodes(day), day.bytes()) == (before, made)
    day.write([patient(2), patient(5), patient(1)])  # in another order, and one more
    assert day.run().code == 0
    after = inodes(day)
    assert {name: after[name] for name in before} == before
    assert len(after) == 3


def test_a_rescheduled_row_replaces_its_packet(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    before, kept = day.ids(), inodes(day)
    day.write([patient(1), patient(2, surgery_date="2026-12-14")])
    outcome = day.run("--only-changed")
    assert outcome.code == 0
    after = day.ids()
    assert after[2] == before[2] and after[3] != before[3]
    assert inodes(day)[f"{before[2]}.pdf"] == kept[f"{before[2]}.pdf"]
    assert [file.name for file in (day.folder / "superseded").iterdir()] == [f"{before[3]}.pdf"]
    first = texts(day.folder / f"{after[3]}.pdf")[0]
    assert f"Replaces packet {before[3]}" in first and "December 14, 2026" in first
    run = "".join(texts(day.folder / "print-run-changes.pdf"))
    assert after[3] in run and before[2] not in run
    full_run = "".join(texts(day.folder / "print-run.pdf"))
    assert after[3] in full_run and after[2] in full_run
    assert day.manifest()["print_run"]["changes"]["packets"] == 1


def test_only_changed_writes_the_same_print_run_when_repeated(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    day.write([patient(1), patient(2, collar="no")])
    day.run("--only-changed")
    made = day.bytes()
    assert "print-run-changes.pdf" in made
    assert day.run("--only-changed").code == 0
    assert day.bytes() == made


def test_a_correction_of_any_kind_replaces_the_packet(day: Day) -> None:
    row = patient(1)
    day.write([row])
    day.run()
    seen = [day.ids()[2]]
    for correction in (
        {"collar": "undecided"},
        {"patient_name": "Bruno Abell"},
        {"dob": "1951-03-10"},
        {"surgeon": "Dr. John Sample"},
        {"follow_up": "Monday at ten"},
        {"status": "planned", "surgery_date": "2026-12-08"},
        {"status": "performed"},
        {"large_print": "yes"},
    ):
        row = {**row, **correction}
        day.write([row])
        assert day.run().code == 0
        assert day.ids()[2] not in seen, correction
        page = texts(day.folder / f"{day.ids()[2]}.pdf")[0]
        assert f"Replaces packet {seen[-1]}" in " ".join(page.split()), correction
        seen.append(day.ids()[2])
    assert sorted(file.stem for file in (day.folder / "superseded").iterdir()) == sorted(seen[:-1])


def test_a_row_that_returns_to_an_earlier_state_gets_a_new_id(day: Day) -> None:
    ids = []
    for collar in ("yes", "no", "yes", "no"):
        day.write([patient(1, collar=collar)])
        assert day.run().code == 0
        ids.append(day.ids()[2])
    assert len(set(ids)) == 4
    for date in ("2026-12-14", "2026-12-07"):
        day.write([patient(1, collar="no", surgery_date=date)])
        assert day.run().code == 0
        ids.append(day.ids()[2])
    assert len(set(ids)) == 6


def test_a_changed_handout_replaces_its_packets(day: Day, tmp_path: Path) -> None:
    import shutil

    content = tmp_path / "content"
    shutil.copytree(day.content, content)
    day = Day(tmp_path, content)
    day.write([patient(1), patient(2)])
    day.run()
    before = day.ids()
    handout = content / "procedures/cervical-foraminotomy/handout.en.yaml"
    text = handout.read_text("utf-8")
    assert text.count("\nrevision: ") == 1
    number = text.partition("\nrevision: ")[2].split("\n")[0]
    handout.write_text(text.replace(f"\nrevision: {number}", "\nrevision: 77"), "utf-8")
    outcome = day.run("--only-changed")
    assert "0 new, 2 changed" in outcome.out
    assert set(day.ids().values()).isdisjoint(before.values())
    assert "revision 77" in texts(day.folder / f"{day.ids()[2]}.pdf")[0]


def test_a_cancelled_row_makes_its_packet_void(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    before = day.ids()
    day.write([patient(1), patient(2, status="cancelled", collar="")])
    for _ in range(2):  # the second run reports the same
        outcome = day.run("--only-changed")
        assert outcome.code == 0
        assert outcome.err == (
            f"Note: row 3: Q13 packet {before[3]} is void: its row is marked as cancelled\n"
            "    Remove it from what was printed. If it was handed over, ask for it back.\n"
        )
        assert day.states() == {2: "ready", 3: "cancelled"}
        assert day.manifest()["packets"][1]["packet_id"] == before[3]
        assert day.packets() == [f"{before[2]}.pdf"]
        assert before[3] not in "".join(texts(day.folder / "print-run.pdf"))
    day.write([patient(1), patient(2)])  # the surgery takes place after all
    assert day.run().code == 0
    assert day.ids()[3] != before[3]
    assert f"Replaces packet {before[3]}" in texts(day.folder / f"{day.ids()[3]}.pdf")[0]


def test_a_cancelled_row_and_one_with_a_new_date_are_a_reschedule(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    before = day.ids()[2]
    day.write([patient(1, status="cancelled"), patient(1, surgery_date="2026-12-14")])
    assert day.run().code == 0
    assert day.states() == {2: "cancelled", 3: "ready"}
    assert f"Replaces packet {before}" in texts(day.folder / f"{day.ids()[3]}.pdf")[0]


def test_a_row_missing_from_the_schedule_is_reported_and_nothing_is_deleted(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    before = day.ids()
    day.write([patient(1)])
    outcome = day.run()
    assert outcome.code == 0
    assert outcome.err == (
        f"Note: schedule: Q11 packet {before[3]} was made from a row that is no longer in the schedule\n"
        "    Find out why. Its file is still there; if it was handed over, ask for it back.\n"
    )
    assert day.packets() == sorted(f"{name}.pdf" for name in before.values())
    assert day.states() == {2: "ready", None: "missing_from_schedule"}
    assert before[3] not in "".join(texts(day.folder / "print-run.pdf"))


def test_a_corrected_record_number_is_only_a_hint(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    before = day.ids()[2]
    day.write([patient(1, mrn="00000077")])
    outcome = day.run()
    assert f"Packet {day.ids()[2]} has the same name: was the record number corrected?" in outcome.err
    assert f"packet {before} was made from a row that is no longer in the schedule" in outcome.err
    assert "Replaces" not in texts(day.folder / f"{day.ids()[2]}.pdf")[0]


def test_the_packet_of_a_row_with_a_new_error_is_on_hold(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    before = day.ids()
    day.write([patient(1), patient(2, surgery_date="soon")])
    outcome = day.run()
    assert outcome.code == 3
    assert (
        f"Note: row 3: Q12 packet {before[3]} was made for this patient before, and is not in the print run\n"
        "    Correct the row, then run this again.\n"
    ) in outcome.err
    assert day.states() == {2: "ready", 3: "on_hold"}
    assert before[3] not in "".join(texts(day.folder / "print-run.pdf"))


def test_a_new_date_does_not_replace_the_packet_of_a_performed_operation(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    before = day.ids()[2]
    day.write([patient(1, status="performed")])  # its pages do not show this
    day.run()
    assert day.ids()[2] == before
    day.write([patient(1, status="performed"), patient(1, surgery_date="2027-03-01")])
    assert day.run().code == 0
    assert day.ids()[2] == before
    assert "Replaces" not in texts(day.folder / f"{day.ids()[3]}.pdf")[0]


def test_a_corrected_performed_row_replaces_its_packet_with_a_warning(day: Day) -> None:
    day.write([patient(1, status="performed")])
    day.run()
    before = day.ids()[2]
    day.write([patient(1, status="performed", surgery_date="2026-12-04")])
    outcome = day.run()
    after = day.ids()[2]
    assert (outcome.code, outcome.err) == (
        0,
        f"Note: row 2: Q85 packet {after} replaces packet {before}, whose operation was performed: the date or the "
        "procedure was corrected\n"
        "    If it is another operation, make its packet in another folder: this one replaces the first.\n",
    )
    assert f"Replaces packet {before}" in texts(day.folder / f"{after}.pdf")[0]
    assert [file.name for file in (day.folder / "superseded").iterdir()] == [f"{before}.pdf"]
    made = day.bytes()
    assert day.run().err == outcome.err and day.bytes() == made


def test_a_planned_row_after_a_performed_one_is_another_operation(day: Day) -> None:
    day.write([patient(1, status="performed")])
    day.run()
    before = day.ids()[2]
    day.write([patient(1, surgery_date="2027-03-01")])
    outcome = day.run()
    after = day.ids()[2]
    assert f"Packet {after} is for the same patient: was the date or the procedure corrected?" in outcome.err
    assert "record number corrected" not in outcome.err
    assert "Replaces" not in texts(day.folder / f"{after}.pdf")[0]
    assert day.packets() == sorted([f"{before}.pdf", f"{after}.pdf"])
    made = day.bytes()
    assert day.run().err == outcome.err and day.bytes() == made


def test_a_change_after_a_failed_run_names_the_printed_version_too(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    printed = day.ids()[2]
    day.write([patient(1, collar="yes")])
    assert day.run("--print-run", str(day.place / "nowhere" / "run.pdf")).code == 5  # made, and never printed
    unseen = next(name for name in day.packets() if name != f"{printed}.pdf").removesuffix(".pdf")
    day.write([patient(1, collar="undecided")])
    assert f" replaces {unseen}, {printed}\n" in day.run("--dry-run").out
    assert day.run().code == 0
    page = " ".join(texts(day.folder / f"{day.ids()[2]}.pdf")[0].split())
    assert f"Replaces packet {unseen}. Please discard it. Replaces packet {printed}. Please discard it." in page


def test_neither_of_two_possible_corrections_replaces_the_packet(day: Day) -> None:
    day.write([patient(1)])
    day.run()
    before = day.ids()[2]
    day.write([patient(1, surgery_date="2026-12-14"), patient(1, surgery_date="2026-12-21")])
    outcome = day.run()
    assert f"Q11 packet {before}" in outcome.err
    for name in day.ids().values():
        assert "Replaces" not in texts(day.folder / f"{name}.pdf")[0]


def test_an_altered_file_is_made_again(day: Day) -> None:
    day.write([patient(1), patient(2)])
    day.run()
    made, kept = day.bytes(), inodes(day)
    file = day.folder / f"{day.ids()[3]}.pdf"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    outcome = day.run()
    assert "1 made again, 1 unchanged" in outcome.out
    assert day.bytes() == made
    assert inodes(day)[f"{day.ids()[2]}.pdf"] == kept[f"{day.ids()[2]}.pdf"]


def test_an_outdated_print_run_is_deleted_when_the_plan_changes(day: Day) -> None:
    """Void packets in it could be printed. A run that changes nothing keeps it."""
    day.write([patient(1), patient(2)])
    day.run()
    stale = day.folder / "print-run-from-2222-2222.pdf"
    stale.write_bytes(b"%PDF-")
    day.run()
    assert stale.exists()
    day.write([patient(1)])
    day.run()
    assert not stale.exists()
