"""Milestones with a time of day, and with hours that are whole days: what to write, and what is printed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.case_input.case_fields import case_at_clinic
from packets.case_input.case_reader import EnteredValue
from packets.case_input.date_rules import date_problems
from packets.case_input.order_of_times import times_out_of_order
from packets.content.library import Library, load
from packets.content.revision_diff import read_revision
from packets.fill import dates
from packets.fill.explain import explain
from packets.model.applicable import dated_for, possible_milestones
from packets.model.case import PrintOptions
from packets.model.recovery import After, At, FromThrough, Milestone, Offset, Unit, Until
from packets.model.time_of_day import time_of_day
from packets.pipeline import make_packet, make_rack_copy
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from tests import samples
from tests.content.folder import Folder
from tests.effort import examples
from tests.samples import case

H = "content/procedures/knee/handout.en.yaml"
LANGUAGES = samples.library().languages
BY = "    by: 2 weeks\n"
ARRIVE = """\
  - id: arrive
    label: Arrive at the hospital
    kind: appointment
    at: the day of surgery
    time: {time}
    quote: Come early on the day of surgery.
"""
PATIENT = {"patient_name": "Rosa Sample", "mrn": "00418823", "surgery_date": "2026-12-07", "surgeon": "Dr. Jan Oak"}
RACK_PLAN = "packet: handout\nfor: patients\nshows: [title, identifiers, dates, booking, sections, ends, about]\n"


def add_arrival(folder: Folder, time: str, question: str = "arrival_time: time") -> None:
    """Add a milestone on the day of surgery, at a time that is given or asked."""
    folder.change("milestones:\n", "milestones:\n" + ARRIVE.format(time=time))
    folder.change("      - show: brace\n", "      - text: Come early on the day of surgery.\n      - show: brace\n")
    if time.startswith('"{'):
        folder.change("  surgeon: name\n", f"  surgeon: name\n  {question}\n")


def loaded(folder: Folder) -> Library:
    library, problems = load(folder.root)
    assert library is not None, problems
    return library


def printed(folder: Folder, **answers: str) -> str:
    """Return the text of a packet, which is verified with and without its case."""
    patient = case(procedure="knee", answers={"brace": "yes", **answers})
    packet = make_packet(loaded(folder), patient, PrintOptions())
    assert inspect(packet.pdf.data, folder.root) == packet.pdf.pages
    return without_whitespace(" ".join(read(packet.pdf.data)))


@pytest.mark.parametrize(("time", "words"), [("6:30 AM", "6:30 AM"), ("18:05", "6:05 PM"), ("00:15", "12:15 AM")])
def test_a_time_is_printed_after_the_date(folder: Folder, time: str, words: str) -> None:
    add_arrival(folder, time)
    assert folder.check() == ""
    assert without_whitespace(f"Mon Dec 7 2026, {words}") in printed(folder)


def test_a_time_that_is_asked_is_each_patients_own(folder: Folder) -> None:
    add_arrival(folder, '"{arrival_time}"')
    assert folder.check() == ""
    assert without_whitespace("Mon Dec 7 2026, 6:30 AM") in printed(folder, arrival_time="06:30")
    assert without_whitespace("Mon Dec 7 2026, 11:00 AM") in printed(folder, arrival_time="11:00")


def test_a_time_can_be_counted_back_from_one_that_is_asked(folder: Folder) -> None:
    add_arrival(folder, '"{arrival_time}"')
    pills = ARRIVE.replace("arrive", "pills").replace("Arrive at the hospital", "Take your pills")
    folder.change("milestones:\n", "milestones:\n" + pills.format(time='"6 hours before {arrival_time}"'))
    assert folder.check() == ""
    assert without_whitespace("Mon Dec 7 2026, 3:30 AM") in printed(folder, arrival_time="09:30")
    (item, _) = explain(loaded(folder).handouts["knee", "en"], dt.date(2026, 12, 7), LANGUAGES["en"])[:2]
    assert item.time == "6 hours before {arrival_time}"
    assert any("6 hours before {arrival_time}" in line for line in read_revision(Path(H)).lines)
    entered = {"arrival_time": "05:30", "brace": "yes"}
    library = loaded(folder)
    _, problems = case_at_clinic(
        {name: EnteredValue(value, "--answer") for name, value in {**PATIENT, **entered}.items()},
        library.handouts["knee", "en"],
        library.clinic,
    )
    assert [str(problem) for problem in problems] == [
        '--answer: C52 6 hours before "arrival_time" falls on the day before\n'
        '    The handout prints "Take your pills" on the same day. Check the time. If it is right, do not use this '
        "handout, and tell its author."
    ]


def test_a_time_counted_back_to_the_day_before_is_never_printed(folder: Folder) -> None:
    """A surgeon's milestone is not in the handout that the case was read with, so the dates are checked again."""
    add_arrival(folder, '"{arrival_time}"')
    folder.change('time: "{arrival_time}"', 'time: "6 hours before {arrival_time}"')
    handout = loaded(folder).handouts["knee", "en"]
    for time, codes in (("05:59", ["C52"]), ("06:00", []), ("23:00", [])):
        patient = case(procedure="knee", answers={"brace": "yes", "arrival_time": time})
        found = date_problems(patient, dated_for(handout, patient), patient.surgery_date)
        assert [item.problem.code for item in found if item.confirm is None] == codes, time
    known = replace(handout, milestones=tuple(replace(item, known_by="visit") for item in handout.milestones))
    for visit, codes in (("2026-12-08", ["C52"]), ("2026-12-08 07:00", [])):
        patient = case(procedure="knee", answers={"brace": "yes", "arrival_time": "05:59", "visit": visit})
        found = date_problems(patient, dated_for(known, patient), patient.surgery_date)
        assert [item.problem.code for item in found if item.confirm is None] == codes, visit


def test_a_time_of_a_planned_operation_is_checked_too(folder: Folder) -> None:
    add_arrival(folder, '"{arrival_time}"')
    folder.change('time: "{arrival_time}"', 'time: "6 hours before {arrival_time}"')
    folder.change("    kind: appointment\n", "    kind: appointment\n    unless: status is performed\n")
    library = loaded(folder)
    entered = {**PATIENT, "brace": "yes", "arrival_time": "05:30"}

    def codes(**fields: str) -> list[str]:
        values = {name: EnteredValue(value, "--answer") for name, value in {**entered, **fields}.items()}
        _, problems = case_at_clinic(values, library.handouts["knee", "en"], library.clinic)
        return [problem.code for problem in problems]

    assert codes() == codes(status="planned") == ["C52"]
    assert codes(status="performed") == []


def test_fixed_times_around_a_step_without_a_time_do_not_stop_a_packet(folder: Folder) -> None:
    """The author wrote both times, so a nurse cannot correct them: `check` compares them."""
    milestones = tuple(
        Milestone(str(number), "Drink", "", At(Offset(0, Unit.DAY)), "", time=time)
        for number, time in enumerate(("03:00", "", "01:00"))
    )
    handout = replace(loaded(folder).handouts["knee", "en"], milestones=milestones)
    assert list(times_out_of_order({}, handout, dt.date(2026, 12, 7))) == []


def test_an_optional_time_that_nobody_knows_is_a_line_to_write_on(folder: Folder) -> None:
    add_arrival(folder, '"{arrival_time}"', "arrival_time: time, optional")
    assert without_whitespace("Mon Dec 7 2026, ____________") in printed(folder)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("en", "Monday, December 7, 2026, 6:30 AM"),
        ("es", "lunes, 7 de diciembre de 2026, 6:30 a. m."),
        ("de", "Montag, 7. Dezember 2026, 6:30 Uhr"),
    ],
)
def test_each_language_has_its_own_form_of_the_time(tag: str, words: str) -> None:
    language = LANGUAGES[tag]
    time = dates.time_of_day("06:30", language)
    day = dates.when(language, At(Offset(0, Unit.DAY)), dt.date(2026, 12, 7), time)
    assert day.replace("\u00a0", " ") == words


def test_the_rack_copy_has_the_time_that_all_patients_have(folder: Folder) -> None:
    folder.write("packets/handout.yaml", RACK_PLAN)
    add_arrival(folder, "6:30 AM")
    text = without_whitespace(" ".join(read(make_rack_copy(loaded(folder), "knee", "en", PrintOptions()).pdf.data)))
    assert without_whitespace("the day of surgery, 6:30 AM") in text


def test_a_packet_with_another_time_is_found(folder: Folder) -> None:
    add_arrival(folder, "6:30 AM")
    packet = make_packet(loaded(folder), case(procedure="knee", answers={"brace": "yes"}), PrintOptions())
    folder.change("    time: 6:30 AM\n", "    time: 7:30 AM\n")
    with pytest.raises(Exception, match="V17"):
        inspect(packet.pdf.data, folder.root)


MISTAKES = {
    "no such hour": (
        BY + "    time: 25:00\n",
        f'{H}:30:11: M18 "25:00" is not a time of day\n'
        "    Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30.",
    ),
    "morning or evening": (
        BY + "    time: 6:30\n",
        f'{H}:30:11: M18 "6:30" is not a time of day\n'
        "    Write it as 6:30 AM, or with two digits for the hour of 24: 06:30 or 18:30.",
    ),
    "half an hour before a time": (
        BY + '    time: "30 minutes before {arrival_time}"\n',
        f'{H}:30:11: M18 "30 minutes before {{arrival_time}}" is not a time of day\n'
        "    Ask for the other time, such as arrival_time: time under asks, and count whole hours back from it: "
        'time: "6 hours before {arrival_time}"',
    ),
    "a time of several days": (
        "    after: 2 weeks\n    time: 6:30 AM\n",
        f'{H}:30:11: M19 "after" cannot have a time of day: it needs one day\n'
        "    Write the day with at:, by: or before:, or delete the time.",
    ),
    "a question that is not asked": (
        BY + '    time: "{arrival_time}"\n',
        f'{H}:30:11: M20 no question "arrival_time" asks for a time of day\n'
        "    Add a line under asks: arrival_time: time",
    ),
    "a question for something else": (
        BY + '    time: "{brace}"\n',
        f'{H}:30:11: M20 no question "brace" asks for a time of day\n    Add a line under asks: brace: time',
    ),
    "braces without quotes": (
        BY + "    time: {arrival_time}\n",
        f'{H}:30:11: S03 expected a time of day such as 6:30 AM, or a question for one: "{{arrival_time}}", '
        "found fields\n"
        '    A value that begins with { needs "quotes".',
    ),
    "hours that are not whole days": (
        "    by: 36 hours\n",
        f"{H}:29:9: M17 36 hours are not whole days, so they give no date\n"
        "    Write a multiple of 24, such as 48 hours, or days; or leave the hours in the text.",
    ),
    "a few minutes": (
        "    by: 30 minutes\n",
        f'{H}:29:9: M02 "30 minutes" is not a time after surgery\n'
        "    Leave it in the text: a milestone counts days, weeks, months, or whole days of hours such as 48 hours.",
    ),
}


@pytest.mark.parametrize(("new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_with_what_to_write(folder: Folder, new: str, message: str) -> None:
    folder.change(BY, new)
    assert folder.check().startswith(message)


def test_a_language_file_without_the_words_is_good_until_a_handout_needs_them(folder: Folder) -> None:
    for line in ('  date_at_time: "{date}, {time}"\n', '  many_hours: "{count} hours"\n'):
        folder.change(line, "", "languages/en.yaml")
    assert folder.check() == ""
    folder.change(BY, "    by: 48 hours\n    time: 6:30 AM\n")
    assert sorted(line.split(" needs ")[1] for line in folder.check().splitlines() if "M13" in line) == [
        'the words "date_at_time" in languages/en.yaml',
        'the words "many_hours" in languages/en.yaml',
    ]


def test_hours_give_a_date_and_keep_their_words(folder: Folder) -> None:
    folder.change(BY, "    until: 48 hours\n    kind: restriction\n")
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    words = "Do not shower for 48 hours."
    folder.write("procedures/knee/handout.en.yaml", text.replace("You can walk within two weeks.", words))
    assert folder.check() == ""
    text = printed(folder)
    assert without_whitespace("until Wed Dec 9 2026, end of the day") in text
    assert without_whitespace("until 48 hours after surgery") in text


def test_the_hours_of_the_quote_are_compared(folder: Folder) -> None:
    folder.change(BY, "    by: 72 hours\n")
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    words = "You can walk within 48 hours."
    folder.write("procedures/knee/handout.en.yaml", text.replace("You can walk within two weeks.", words))
    assert folder.check() == (
        f"{H}:29:9: M70 the quote says 48 hours, but the milestone says 72 hours\n"
        "    Compare both with the source, and correct the wrong one."
    )


def test_explain_shows_the_time_and_counts_hours(folder: Folder) -> None:
    add_arrival(folder, '"{arrival_time}"')
    folder.change(BY, "    by: 48 hours\n    time: 18:30\n")
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    words = "You can walk within 48 hours."
    folder.write("procedures/knee/handout.en.yaml", text.replace("You can walk within two weeks.", words))
    explained = explain(loaded(folder).handouts["knee", "en"], dt.date(2026, 12, 7), LANGUAGES["en"])
    assert (explained[0].time, explained[0].printed) == ("{arrival_time}", "Monday, December 7, 2026, ____________")
    assert (explained[1].time, explained[1].printed) == ("18:30", "by Wednesday, December 9, 2026, 6:30 PM")
    assert explained[1].steps == ("2026-12-07 + 48 hours (2 days) = 2026-12-09, a Wednesday",)


def test_explain_computes_with_the_time_of_an_answer(folder: Folder) -> None:
    add_arrival(folder, '"{arrival_time}"')
    handout = loaded(folder).handouts["knee", "en"]
    answered = replace(
        handout, milestones=possible_milestones(handout, {"arrival_time": "06:30"}, dt.date(2026, 12, 7))
    )
    explained = explain(answered, dt.date(2026, 12, 7), LANGUAGES["en"])
    assert explained[0].printed == "Monday, December 7, 2026, 6:30 AM"


def test_diff_shows_a_time(folder: Folder) -> None:
    add_arrival(folder, "6:30 AM")
    assert "[date] Arrive at the hospital: the day of surgery, 06:30 (appointment)" in read_revision(Path(H)).lines


@settings(max_examples=examples(200))
@given(surgery=st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)), days=st.integers(1, 400))
def test_hours_count_as_days(surgery: dt.date, days: int) -> None:
    hours = Offset(24 * days, Unit.HOUR)
    assert hours.after(surgery) == Offset(days, Unit.DAY).after(surgery) == surgery + dt.timedelta(days=days)
    assert Offset(-hours.count, Unit.HOUR).after(surgery) == surgery - dt.timedelta(days=days)
    for timing in (At(hours), Until(hours), After(hours), FromThrough(Offset(0, Unit.DAY), hours)):
        assert f"{24 * days} hour" in dates.interval(LANGUAGES["en"], timing)


@given(hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_a_time_in_english_is_read_as_it_was(hour: int, minute: int) -> None:
    clock = f"{hour:02}:{minute:02}"
    assert time_of_day(dates.time_of_day(clock, LANGUAGES["en"]).replace("\u00a0", " ")) == clock
