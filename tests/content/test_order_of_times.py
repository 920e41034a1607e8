"""Times of one day that are not in the order of the handout stop a packet; fixed ones are the author's mistake."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from packets.case_input.case_fields import case_at_clinic
from packets.case_input.case_reader import EnteredValue
from packets.cli.preview import pictures, sample_answers
from packets.content.library import Library, load, load_for_packet
from packets.errors import UsageError
from tests.content.folder import Folder

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "library"
ORDER = "If the handout has them in the wrong order, its author must move one of the two."
PATIENT = {
    "patient_name": "Rosa Sample",
    "mrn": "00418823",
    "surgery_date": "2026-12-14",
    "surgeon": "Dr. Jane Rivera",
}
PREP = {
    "first_dose": "7:00 PM",
    "last_drink": "8:00 AM",
    "arrival_time": "10:00 AM",
    "blood_thinner": "no",
    "diabetes": "no",
}


@cache
def samples() -> Library:
    return load_for_packet(SAMPLES, "colonoscopy", "en", ())


def said(library: Library, procedure: str, typed: dict[str, str]) -> list[str]:
    site = {"site": "downtown"} if library.clinic.sites else {}
    entered = {name: EnteredValue(value, f"--{name}") for name, value in (PATIENT | site | typed).items()}
    _, problems = case_at_clinic(entered, library.handouts[procedure, "en"], library.clinic)
    return [f"{problem.field}: {problem.code} {problem.message}. {problem.hint}" for problem in problems]


def test_times_in_the_order_of_the_handout_are_right() -> None:
    assert said(samples(), "colonoscopy", PREP) == []


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            {"last_drink": "10:30 AM"},
            'last_drink: C50 "last_drink" is later than "arrival_time". In the handout, "Stop all drinks" comes before '
            '"Be here for your procedure". Compare both times.\n' + ORDER,
        ),
        (
            {"last_drink": "3:30 AM"},
            'arrival_time: C50 4:00 AM is later than "last_drink". In the handout, "Drink the second half of your '
            'prep" comes before "Stop all drinks". Compare both times.\n' + ORDER,
        ),
    ],
)
def test_a_time_after_one_that_follows_it_is_refused(typed: dict[str, str], message: str) -> None:
    assert said(samples(), "colonoscopy", PREP | typed) == [message]


ARRIVE = """\
  - id: pills
    label: Last pills
    kind: restriction
    at: the day of surgery
    time: {pills}
    quote: Come early on the day of surgery.
  - id: arrive
    label: Arrive
    kind: appointment
    at: the day of surgery
    time: 8:00 AM
    quote: Come early on the day of surgery.
"""
DOSES = """\
      - medicines: []
        empty_rows: 2
        times: {morning: "{first_pills}", evening: 8:00 PM, bedtime: "{last_pills}"}
"""


def add_arrival(folder: Folder, pills: str) -> None:
    folder.change("milestones:\n", "milestones:\n" + ARRIVE.format(pills=pills))
    folder.change("          You can walk within", "          Come early on the day of surgery. You can walk within")


def knee(folder: Folder, **typed: str) -> list[str]:
    library, problems = load(folder.root)
    assert library is not None, problems
    return said(library, "knee", {"brace": "yes"} | typed)


def test_a_time_that_is_the_same_for_all_patients_is_compared_too(folder: Folder) -> None:
    add_arrival(folder, '"{last_pills}"')
    folder.change("  surgeon: name\n", "  surgeon: name\n  last_pills: time\n")
    (message,) = knee(folder, last_pills="9:00 AM")
    assert message.startswith('last_pills: C50 "last_pills" is later than 8:00 AM. In the handout, "Last pills" comes')
    assert knee(folder, last_pills="8:00 AM") == []


def test_times_of_one_day_are_compared_past_a_visit_that_was_moved_to_another(folder: Folder) -> None:
    add_arrival(folder, '"{last_pills}"')
    visit = ARRIVE[ARRIVE.index("  - id: arrive") :].replace("rrive", "sk")
    visit = visit.replace("    time: 8:00 AM\n", "    instead_when: visit\n")
    folder.change("  - id: arrive\n", visit + "  - id: arrive\n")
    folder.change("  surgeon: name\n", "  surgeon: name\n  last_pills: time\n  visit: date and time, optional\n")
    (message,) = knee(folder, last_pills="9:00 AM", visit="2026-12-11 10:00 AM")
    assert message.startswith('last_pills: C50 "last_pills" is later than 8:00 AM.')


def test_two_fixed_times_of_one_day_are_in_order_of_time(folder: Folder) -> None:
    add_arrival(folder, "9:00 AM")
    assert "M04 this milestone is earlier than one above it" in folder.check()


def test_times_for_different_patients_need_no_order(folder: Folder) -> None:
    add_arrival(folder, "9:00 AM")
    folder.change("    time: 9:00 AM\n", "    time: 9:00 AM\n    if: brace is yes\n")
    folder.change("    time: 8:00 AM\n", "    time: 8:00 AM\n    unless: brace is yes\n")
    assert "M04" not in folder.check()


def test_times_of_one_day_are_compared_past_a_milestone_without_one(folder: Folder) -> None:
    add_arrival(folder, "9:00 AM")
    rest = ARRIVE[ARRIVE.index("  - id: arrive") :].replace("    time: 8:00 AM\n", "").replace("rrive", "sk")
    folder.change("  - id: arrive\n", rest + "  - id: arrive\n")
    assert "M04 this milestone is earlier than one above it" in folder.check()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("7:00 AM", "11:00 PM"), []),
        (("7:00 AM", "12:30 AM"), []),  # bedtime after midnight
        (
            ("7:00 AM", "11:00 AM"),
            ["last_pills: C51 the time of the medicines for evening is not before that for bedtime"],
        ),
        (
            ("9:00 PM", "11:00 PM"),
            ["first_pills: C51 the time of the medicines for morning is not before that for evening"],
        ),
    ],
)
def test_the_times_of_the_medicines_are_in_order(folder: Folder, typed: tuple[str, str], message: list[str]) -> None:
    folder.change("      - show: brace\n", DOSES + "      - show: brace\n")
    folder.change("  surgeon: name\n", "  surgeon: name\n  first_pills: time\n  last_pills: time\n")
    hint = ". Enter the time of day at which the patient takes them."
    assert knee(folder, first_pills=typed[0], last_pills=typed[1]) == [f"{words}{hint}" for words in message]


def test_preview_makes_up_times_in_the_order_of_the_handout(folder: Folder) -> None:
    add_arrival(folder, '"{last_drink}"')
    folder.change("    time: 8:00 AM\n", "    time: 7 hours before {arrival_time}\n")
    folder.change("      - show: brace\n", DOSES + "      - show: brace\n")
    questions = "  arrival_time: time\n  last_drink: time\n  last_pills: time\n  first_pills: time\n"
    folder.change("  surgeon: name\n", "  surgeon: name\n" + questions)
    library, problems = load(folder.root)
    assert library is not None, problems
    answers = sample_answers(library.handouts["knee", "en"], PATIENT["surgery_date"])
    times = ("last_drink", "arrival_time", "first_pills", "last_pills")
    assert [answers[name] for name in times] == ["09:30", "17:00", "10:30", "20:30"]
    assert knee(folder, **answers) == []


def test_preview_makes_up_times_for_the_colonoscopy() -> None:
    answers = sample_answers(samples().handouts["colonoscopy", "en"], PATIENT["surgery_date"])
    assert said(samples(), "colonoscopy", answers) == []


def test_preview_says_how_to_type_a_time_that_it_cannot_make_up(folder: Folder, tmp_path: Path) -> None:
    add_arrival(folder, '"{last_pills}"')
    folder.change("  surgeon: name\n", "  surgeon: name\n  last_pills: time\n")
    with pytest.raises(UsageError) as refused:
        list(pictures(folder.root, {"procedure": EnteredValue("knee", "PROCEDURE")}, None, 100, tmp_path))
    assert str(refused.value).endswith('The preview made up "last_pills". Type: --answer last_pills=TIME')
