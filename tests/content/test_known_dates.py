"""Test milestones whose date may be known from an answer, such as the discharge date."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.case_input.date_rules import date_problems, is_in_range
from packets.cli import main
from packets.content.library import Library, load
from packets.content.revision_diff import read_revision
from packets.model.applicable import milestones_for
from packets.model.case import Case, PrintOptions
from packets.model.recovery import At, Between, By, Offset, Unit
from packets.pipeline import make_packet, make_rack_copy
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from tests.clock import now
from tests.content.folder import Folder
from tests.content.test_times_of_day import RACK_PLAN
from tests.effort import examples
from tests.samples import case

H = "content/procedures/knee/handout.en.yaml"
SENTENCE = "Most people go home 1 to 3 days after surgery."
HOME = """\
  - id: home
    label: Going home
    between: 1 and 3 days
    instead_when: discharge_date
    quote: Most people go home 1 to 3 days after surgery.
"""
SURGERY = dt.date(2026, 12, 7)
PACKET = [
    *("packet", "knee", "--surgery-date", "2026-12-07", "--confirm-date", "2026-12-07", "--surgeon", "Dr. Rivera"),
    *("--patient-name", "Rosa Martinez", "--mrn", "00418823", "--answer", "brace=yes", "--content", "content"),
]


@pytest.fixture
def folder(folder: Folder) -> Folder:
    """Return the sample content with a handout that says when most people go home."""
    folder.change("  surgeon: name\n", "  surgeon: name\n  discharge_date: date, optional\n")
    folder.change("milestones:\n", "milestones:\n" + HOME)
    folder.change(
        "      - show: brace\n", "      - text: Most people go home 1 to 3 days after surgery.\n      - show: brace\n"
    )
    return folder


def loaded(folder: Folder) -> Library:
    library, problems = load(folder.root)
    assert library is not None, problems
    return library


def patient(discharge: str = "", **answers: str) -> Case:
    day = dt.date.fromisoformat(discharge) if discharge else None
    return case(procedure="knee", discharge_date=day, answers={"brace": "yes", **answers})


def say_two_days(folder: Folder) -> None:
    """Let the sentence and its quote say "1 to 2 days"."""
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    folder.write("procedures/knee/handout.en.yaml", text.replace("1 to 3 days after", "1 to 2 days after"))


def printed(folder: Folder, who: Case) -> str:
    """Return the text of a packet, which is verified with and without its case."""
    data = make_packet(loaded(folder), who, PrintOptions()).pdf.data
    inspect(data, folder.root)
    return without_whitespace(" ".join(read(data)))


def test_the_known_date_is_printed_instead_of_the_estimate(folder: Folder) -> None:
    assert folder.check() == ""
    text = printed(folder, patient("2026-12-09"))
    assert without_whitespace("Wed Dec 9 2026 Going home the date set for you") in text
    assert without_whitespace("to Thu Dec 10") not in text


def test_the_estimate_is_printed_while_the_date_is_not_known(folder: Folder) -> None:
    text = printed(folder, patient())
    assert without_whitespace("Tue Dec 8 to Thu Dec 10, 2026 Going home 1 to 3 days after surgery") in text
    assert without_whitespace("the date set for you") not in text


def test_the_rack_copy_has_the_estimate(folder: Folder) -> None:
    folder.write("packets/handout.yaml", RACK_PLAN)
    text = without_whitespace(" ".join(read(make_rack_copy(loaded(folder), "knee", "en", PrintOptions()).pdf.data)))
    assert without_whitespace("Going home 1 to 3 days after surgery") in text


def test_a_date_with_a_time_gives_both(folder: Folder) -> None:
    folder.change("  discharge_date: date, optional\n", "  arrival: date and time, optional\n")
    folder.change("    between: 1 and 3 days\n", "    at: the day of surgery\n")
    folder.change("    instead_when: discharge_date\n", "    instead_when: arrival\n")
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    folder.write("procedures/knee/handout.en.yaml", text.replace(SENTENCE, "Come on the day of surgery."))
    assert folder.check() == ""
    text = printed(folder, patient(arrival="2026-12-06 18:30"))
    assert without_whitespace("Sun Dec 6 2026, 6:30 PM Going home the date set for you") in text


def test_a_packet_with_a_forged_estimate_is_still_found(folder: Folder) -> None:
    packet = make_packet(loaded(folder), patient(), PrintOptions())
    folder.change("    between: 1 and 3 days\n", "    between: 1 and 2 days\n")
    say_two_days(folder)
    with pytest.raises(Exception, match='V17 the date of "home"'):
        inspect(packet.pdf.data, folder.root)


@pytest.mark.parametrize("language", ["en", "es", "de"])
def test_each_language_has_words_for_it(language: str) -> None:
    from tests.samples import library

    assert library().languages[language].say("interval_known")


# ---- the clinic's range


def make(*more: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main.run([*PACKET, *more, "-o", "packet.pdf"], now)
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_date_outside_the_range_needs_a_person(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = make("--discharge-date", "2026-12-12", capsys=capsys)
    assert code != 0 and said.startswith(
        'C49 the discharge date is outside the range of "Going home" in the handout (1 day to 3 days)\n'
        "    Compare the date with the chart. If it is right, add --confirm-date and this date, such as 2026-12-07.",
        said.index("C49"),
    )
    assert not (folder.root.parent / "packet.pdf").exists()
    code, said = make("--discharge-date", "2026-12-12", "--confirm-date", "2026-12-12", capsys=capsys)
    assert code == 0, said


def test_a_date_inside_the_range_needs_nobody(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = make("--discharge-date", "2026-12-10", capsys=capsys)
    assert code == 0, said


@pytest.mark.parametrize(
    ("rule", "days"), [("at: 2 days", [2]), ("by: 2 days", [0, 1, 2]), ("between: 1 and 2 days", [1, 2])]
)
def test_the_range_is_the_time_that_the_author_wrote(folder: Folder, rule: str, days: list[int]) -> None:
    folder.change("    between: 1 and 3 days\n", f"    {rule}\n")
    say_two_days(folder)
    handout = loaded(folder).handouts["knee", "en"]
    inside = []
    for days_after in range(5):
        who = patient((SURGERY + dt.timedelta(days=days_after)).isoformat())
        problems = date_problems(who, milestones_for(handout, who), SURGERY)
        if "C49" not in {problem.problem.code for problem in problems}:
            inside.append(days_after)
    assert inside == days


@settings(max_examples=examples(200))
@given(
    surgery=st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)),
    first=st.integers(1, 30),
    length=st.integers(1, 30),
    day=st.integers(-5, 90),
    unit=st.sampled_from([Unit.DAY, Unit.WEEK, Unit.MONTH]),
)
def test_a_day_is_in_range_from_the_first_date_to_the_last(
    surgery: dt.date, first: int, length: int, day: int, unit: Unit
) -> None:
    start, end = Offset(first, unit), Offset(first + length, unit)
    known = surgery + dt.timedelta(days=day)
    assert is_in_range(known, Between(start, end), surgery) == (start.after(surgery) <= known <= end.after(surgery))
    assert is_in_range(known, By(end), surgery) == (surgery <= known <= end.after(surgery))
    assert is_in_range(known, At(start), surgery) == (known == start.after(surgery))


# ---- what the author and staff read

MISTAKES = {
    ("    between: 1 and 3 days\n", "    until: 3 days\n    kind: restriction\n"): (
        f'{H}:33:19: M22 "until" cannot have "instead_when": the answer is one day\n'
        "    Write the time with at:, by:, between: or before:, or delete instead_when."
    ),
    ("instead_when: discharge_date", "instead_when: first_visit"): (
        f'{H}:32:19: M23 no question "first_visit" asks for another date\n'
        "    Add a line under asks: first_visit: date, optional"
    ),
    ("instead_when: discharge_date", "instead_when: brace"): (
        f'{H}:32:19: M23 no question "brace" asks for another date\n    Add a line under asks: brace: date, optional'
    ),
    ("instead_when: discharge_date", "instead_when: follow_up"): (
        f'{H}:32:19: M23 no question "follow_up" asks for another date\n'
        "    This name is reserved. Write instead_when: visit, and under asks: visit: date and time, optional"
    ),
    ("instead_when: discharge_date", "instead_when: surgery_date"): (
        f'{H}:32:19: M23 no question "surgery_date" asks for another date\n'
        "    Name another question; times are counted from the surgery as they are."
    ),
    ("instead_when: discharge_date", 'instead_when: "{discharge_date}"'): (
        f'{H}:32:19: S15 "{{discharge_date}}" is not the name of a question\n'
        "    Write discharge_date, or the name of a question for a date."
    ),
}


@pytest.mark.parametrize(("old", "new"), MISTAKES)
def test_a_mistake_is_reported_with_what_to_write(folder: Folder, old: str, new: str) -> None:
    folder.change(old, new)
    assert MISTAKES[old, new] in folder.check()


def test_a_question_that_only_a_milestone_needs_is_used(folder: Folder) -> None:
    folder.change("  discharge_date: date, optional\n", "  going_home: date, optional\n")
    folder.change("instead_when: discharge_date", "instead_when: going_home")
    assert folder.check() == ""


def test_a_language_file_without_the_words_is_reported(folder: Folder) -> None:
    folder.change("  interval_known: the date set for you\n", "", "languages/en.yaml")
    assert f'{H}:31:14: M13 the time of "home" needs the words "interval_known" in languages/en.yaml' in folder.check()


def test_explain_shows_the_answer_beside_the_arithmetic(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["explain", "knee", "--surgery-date", "2026-12-07", "--content", "content"]
    assert main.run(words, now) == 0
    said = capsys.readouterr().out
    assert "  Instead  the date of discharge_date, if it is known\n" in said
    assert "  Printed  between Tuesday, December 8 and Thursday, December 10, 2026\n" in said
    assert main.run([*words, "--answer", "discharge_date=2026-12-09"], now) == 0
    said = capsys.readouterr().out
    assert "  Rule     1 to 3 days after surgery\n" in said
    assert "  Count    2026-12-07 + 1 day = 2026-12-08, a Tuesday\n" in said
    assert "  Instead  discharge_date = 2026-12-09, a Wednesday\n" in said
    assert "  Printed  Wednesday, December 9, 2026\n" in said
    assert main.run([*words, "--json", "--answer", "discharge_date=2026-12-09"], now) == 0
    first = json.loads(capsys.readouterr().out)["milestones"][0]
    assert (first["instead_when"], first["is_known"], first["dates"]) == ("discharge_date", True, ["2026-12-09"])


def test_diff_shows_where_a_date_may_come_from(folder: Folder) -> None:
    assert (
        "[date] Going home: 1 day to 3 days after surgery, or {discharge_date} if it is known (expectation)"
        in read_revision(folder.root / "procedures/knee/handout.en.yaml").lines
    )


# ---- a surgeon's own time

SURGEON = """\
surgeon: rivera
language: en
revision: 1
name: Dr. Jane Rivera
procedures:
  - procedure: knee
    milestones:
      - replaces: home
        kind: expectation
        label: Going home
        by: 5 days
        why: A sample.
        said_by: Dr. Jane Rivera
        said_on: 2026-11-02
    review:
      status: approved
      by: Dr. Jane Rivera
      on: 2026-11-02
      again_by: 2028-11-02
"""


def test_a_known_date_replaces_a_surgeons_own_estimate_too(folder: Folder) -> None:
    folder.write("surgeons/rivera.yaml", SURGEON)
    assert folder.check() == ""
    by = without_whitespace("by Sat Dec 12 2026 Going home (Dr. Jane Rivera) by 5 days after surgery")
    assert by in printed(folder, patient())
    text = printed(folder, patient("2026-12-11"))
    known = without_whitespace("Fri Dec 11 2026 Going home (Dr. Jane Rivera) the date set for you")
    assert known in text and without_whitespace("Sat Dec 12") not in text


def test_a_surgeons_estimate_of_several_days_stays(folder: Folder) -> None:
    """A single day cannot replace an order that has a first and a last day."""
    folder.write("surgeons/rivera.yaml", SURGEON.replace("by: 5 days", "after: 5 days"))
    assert without_whitespace("from Sat Dec 12 2026, or later") in printed(folder, patient("2026-12-11"))


def test_verify_names_a_date_that_only_the_case_can_confirm(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    assert make("--discharge-date", "2026-12-09", "--packet-id", "SAMP-LE2Z", capsys=capsys)[0] == 0
    assert main.run(["verify", "packet.pdf", "--content", "content"], now) == 0
    assert capsys.readouterr().err == (
        'Note: packet.pdf: the date of "Going home" was entered for this patient and cannot be checked without the '
        "case\n    Type: verify --case FILE packet.pdf\n"
    )
    folder.root.with_name("case.yaml").write_text(
        "procedure: knee\nsurgery_date: 2026-12-07\nsurgeon: Dr. Rivera\npatient_name: Rosa Martinez\n"
        "mrn: 00418823\nbrace: yes\npacket_id: SAMP-LE2Z\ndischarge_date: 2026-12-09\n"
    )
    assert main.run(["verify", "--case", "case.yaml", "packet.pdf", "--content", "content"], now) == 0
    assert capsys.readouterr().err == ""
