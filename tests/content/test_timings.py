"""Milestones with `until`, `from` and `through`, `after` and `before`: what to write, and what is printed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packets.case_input.date_rules import date_problems
from packets.content.library import load
from packets.content.revision_diff import read_revision
from packets.fill import dates
from packets.fill.explain import explain
from packets.fill.printed_answers import rack_milestones
from packets.model.applicable import milestones_for
from packets.model.case import PrintOptions
from packets.model.filled_packet import DateTable
from packets.model.recovery import After, At, Between, By, FromThrough, Offset, Timing, Unit, Until
from packets.pipeline import fill_packet, make_packet, make_rack_copy
from packets.verify.extract_text import read, without_whitespace
from packets.verify.inspect import inspect
from tests import samples
from tests.content.folder import Folder
from tests.effort import examples
from tests.samples import case

H = "content/procedures/knee/handout.en.yaml"
L = "languages/en.yaml"
LANGUAGES = samples.library().languages
EXPECTED = {"en": ("by", "between"), "es": ("más", "tardar", "entre"), "de": ("spätestens", "zwischen")}
ORDER = "    by: 2 weeks\n"  # the time of the first milestone, in line 29
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
OFFSETS = st.one_of(
    st.builds(Offset, st.integers(1, 24), st.sampled_from((Unit.DAY, Unit.WEEK, Unit.MONTH))),
    st.builds(Offset, st.integers(1, 24).map(lambda days: 24 * days), st.just(Unit.HOUR)),
)


def order(time: str) -> str:
    return f"    {time}\n    kind: restriction\n"


def change_time(folder: Folder, time: str, quote: str = "You can walk soon.") -> None:
    """Change the time of the first milestone, and its sentence in the text and in the quote."""
    folder.change(ORDER, time)
    text = (folder.root / "procedures/knee/handout.en.yaml").read_text("utf-8")
    folder.write("procedures/knee/handout.en.yaml", text.replace("You can walk within two weeks.", quote))


def checked(folder: Folder, time: str) -> str:
    change_time(folder, time, "You can walk after one day, one to two weeks.")
    return folder.check()


ONE_DAY = (
    f'{H}:29:9: M15 an order with "at" is printed with that day alone: "Do not drive | March 7"\n'
    "    If it holds until then, write until: 2 weeks. If it begins then, write after: 2 weeks.\n"
    "    If it is done once, on that day, this note can stay."
)


def test_an_order_on_one_day_is_questioned(folder: Folder) -> None:
    folder.change(ORDER, order("at: 2 weeks"))
    assert folder.check() == ONE_DAY


@pytest.mark.parametrize("time", ["at: the day of surgery", "at: 1 day before", "before: 1 day"])
def test_an_order_for_one_day_up_to_the_surgery_is_a_step_of_the_countdown(folder: Folder, time: str) -> None:
    change_time(folder, order(time), "Have your last drink on the day before surgery.")
    assert folder.check() == ""


# What an author writes for the first milestone, and the whole message.
MISTAKES = {
    "an order with by": (
        order("by: 2 weeks"),
        f'{H}:29:9: M12 an order cannot have "by": "Do not drive by March 7" would be read as its opposite\n'
        "    If that is its last day, write until: 2 weeks. If it begins then, write after: 2 weeks",
    ),
    "an order with between": (
        order("between: 1 and 2 weeks"),
        f'{H}:29:14: M12 an order cannot have "between": "Do not drive by March 7" would be read as its opposite\n'
        "    For an order from its first to its last day, write from: 1 week and through: 2 weeks. "
        "For one that begins with the surgery, write until: 2 weeks",
    ),
    "from alone": (
        order("from: 2 weeks"),
        f'{H}:29:11: M14 "from" needs "through" as well\n'
        "    Add through: with the last day. For what begins on a day and does not end, write after: 2 weeks",
    ),
    "through alone": (
        order("through: 2 weeks"),
        f"{H}:27:5: M01 a milestone needs exactly one of at, by, between, until, from, after or before; found none\n"
        f'{H}:29:14: M14 "through" needs "from" as well\n'
        "    Add from: with the first day. For what begins with the surgery, write until: 6 weeks",
    ),
    "a last day that is not later": (
        order("from: 2 weeks\n    through: 14 days"),
        f'{H}:30:14: M03 "through" is not later than "from"\n'
        "    Write the first day of it as from:, the last as through:.",
    ),
    "until and by": (
        "    until: 2 weeks\n    by: 2 weeks\n",
        f"{H}:29:12: M01 a milestone needs exactly one of at, by, between, until, from, after or before; "
        "found by and until\n    Keep one of them. The first and the last day of an order are from: and through:.",
    ),
    "until in words": (
        order("until: two weeks"),
        f'{H}:29:12: M02 "two weeks" is not a time after surgery\n    Write it like this: until: 4 weeks',
    ),
    "day 0 of a milestone": (
        "    at: day 0\n",
        f'{H}:29:9: M02 "day 0" is not a time after surgery\n    Write: at: the day of surgery',
    ),
    "a countdown after the surgery": (
        "    before: 7 days after\n",
        f'{H}:29:13: M02 "7 days after" is not a time before surgery\n    Write it like this: before: 7 days',
    ),
    "a countdown too long": (
        "    before: 200 weeks\n",
        f"{H}:29:13: M05 200 weeks is too long\n"
        "    Times are counted from the day of surgery: at least 1 day, at most 2 years.",
    ),
}


@pytest.mark.parametrize(("new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_time_is_reported_with_the_words_to_write(folder: Folder, new: str, message: str) -> None:
    assert checked(folder, new) == message


def test_a_language_file_without_the_words_is_good_until_a_handout_needs_them(folder: Folder) -> None:
    folder.change('  date_until: "until the end of {date}"\n', "", L)
    assert folder.check() == ""
    folder.change(ORDER, order("until: 2 weeks"))
    assert folder.check() == (
        f'{H}:29:12: M13 the time of "walk" needs the words "date_until" in languages/en.yaml\n'
        "    Add it there below words:, such as in the shipped languages/en.yaml."
    )


def test_a_kind_of_case_needs_its_own_words_before_surgery(folder: Folder) -> None:
    """The words "7 days before surgery" are not printed in a handout about a procedure."""
    folder.change('    time_before: "{time} before the procedure"\n', "", L)
    folder.change("title: Knee Sample\n", "title: Knee Sample\nkind: procedure\n")
    assert folder.check() == ""
    folder.change(ORDER, "    before: 2 weeks\n")
    assert folder.check() == (
        f'{H}:30:13: M13 the time of "walk" needs the words "time_before" in languages/en.yaml\n'
        "    Add it there below kinds: procedure:, such as in the shipped languages/en.yaml."
    )


PRINTED = {
    "until: 2 weeks": ("until Mon Dec 21 2026, end of the day", "until 2 weeks after surgery"),
    "from: 1 week\n    through: 2 weeks": (
        "from Mon Dec 14 through Mon Dec 21, 2026",
        "from 1 through 2 weeks after surgery",
    ),
    "after: 2 weeks": ("from Mon Dec 21 2026, or later", "2 weeks after surgery or later"),
    "before: 2 weeks": ("Mon Nov 23 2026", "2 weeks before surgery"),
    "before: 1 day": ("Sun Dec 6 2026", "the day before surgery"),
    "at: the day of surgery": ("Mon Dec 7 2026", "the day of surgery"),
    "until: 1 day before": ("until Sun Dec 6 2026, end of the day", "until 1 day before surgery"),
    "from: 5 days before\n    through: the day of surgery": (
        "from Wed Dec 2 through Mon Dec 7, 2026",
        "from 5 days before surgery through the day of surgery",
    ),
}


@pytest.mark.parametrize(("time", "words"), PRINTED.items(), ids=PRINTED)
def test_an_order_prints_its_days_and_is_verified(folder: Folder, time: str, words: tuple[str, ...]) -> None:
    change_time(folder, order(time))
    library, problems = load(folder.root)
    assert library is not None, problems
    packet = make_packet(library, case(procedure="knee", answers={"brace": "yes"}), PrintOptions())
    text = without_whitespace(" ".join(read(packet.pdf.data)))
    for printed in words:
        assert without_whitespace(printed) in text, printed
    assert inspect(packet.pdf.data, folder.root) == packet.pdf.pages


def test_a_packet_with_another_last_day_is_found(folder: Folder) -> None:
    folder.change(ORDER, order("until: 2 weeks"))
    library, problems = load(folder.root)
    assert library is not None, problems
    packet = make_packet(library, case(procedure="knee", answers={"brace": "yes"}), PrintOptions())
    folder.change("    until: 2 weeks\n", "    at: 2 weeks\n")  # "Monday, December 21" is in the text
    assert inspect(packet.pdf.data, folder.root) == packet.pdf.pages
    folder.change("    at: 2 weeks\n", "    after: 2 weeks\n")
    with pytest.raises(Exception, match="V17"):
        inspect(packet.pdf.data, folder.root)


CALL = """\
  - id: call
    label: We call you
    kind: appointment
    between: 5 and 2 days before
    quote: We call you 5 to 2 days before surgery.
"""
FREE = """\
  - id: lifting
    label: Do not lift more than a book
    kind: restriction
    until: 2 weeks
    quote: You can walk within two weeks.
  - id: free
    label: Lifting anything
    after: 2 weeks
    quote: You can walk within two weeks.
"""


def test_a_range_of_days_before_surgery(folder: Folder) -> None:
    folder.change("milestones:\n", "milestones:\n" + CALL)
    folder.change("          You can walk", "          We call you 5 to 2 days before surgery. You can walk")
    assert folder.check() == ""
    library, problems = load(folder.root)
    assert library is not None, problems
    texts = list(fill_packet(library, case(procedure="knee", answers={"brace": "yes"})).texts())
    assert "5 to 2 days before surgery" in texts
    folder.change("5 and 2 days before", "2 and 5 days before")
    assert "M03 the first time is not before the second" in folder.check()
    folder.change("2 and 5 days before", "5 days before and 2 days before")
    assert "between: 5 and 2 days before" in folder.check()


def test_an_order_that_ends_on_the_day_of_the_permission_is_questioned(folder: Folder) -> None:
    folder.change("milestones:\n", "milestones:\n" + FREE)
    assert (
        'M76 "Do not lift more than a book" holds to the end of the day on which this begins\n'
        "    A patient reads both for that day. If it is allowed then, write until: 13 days there. "
        "If not, write after: 15 days here."
    ) in folder.check()
    folder.change("    after: 2 weeks", "    after: 15 days")
    assert "M76" not in folder.check()


def test_a_permission_on_the_first_day_gets_no_days_that_would_be_refused(folder: Folder) -> None:
    folder.change("milestones:\n", "milestones:\n" + FREE.replace("2 weeks", "1 day"))
    found = folder.check()
    assert "M76" in found and "A patient reads both for that day. Say which is right in the text" in found
    assert "0 days" not in found


GRAMMAR = {
    ("de", "", By(Offset(0, Unit.DAY))): "spätestens am Tag der Operation",
    ("de", "", Until(Offset(0, Unit.DAY))): "bis zum Tag der Operation",
    ("de", "", After(Offset(0, Unit.DAY))): "am Tag der Operation oder später",
    ("de", "", After(Offset(-2, Unit.DAY))): "2 Tage vor der Operation oder später",
    ("de", "", By(Offset(4, Unit.WEEK))): "spätestens 4 Wochen nach der Operation",
    ("de", "", FromThrough(Offset(0, Unit.DAY), Offset(2, Unit.DAY))): (
        "vom Tag der Operation bis 2 Tage nach der Operation"
    ),
    ("de", "procedure", FromThrough(Offset(-2, Unit.DAY), Offset(0, Unit.DAY))): (
        "2 Tage vor dem Eingriff bis zum Tag des Eingriffs"
    ),
    ("de", "", FromThrough(Offset(-3, Unit.DAY), Offset(-2, Unit.DAY))): "3 bis 2 Tage vor der Operation",
    ("de", "procedure", Between(Offset(-5, Unit.DAY), Offset(-2, Unit.DAY))): "5 bis 2 Tage vor dem Eingriff",
    ("es", "", Between(Offset(-5, Unit.DAY), Offset(-2, Unit.DAY))): "de 5 a 2 días antes de la cirugía",
    ("en", "", Between(Offset(-2, Unit.WEEK), Offset(-10, Unit.DAY))): "2 weeks to 10 days before surgery",
    ("es", "", FromThrough(Offset(-2, Unit.DAY), Offset(0, Unit.DAY))): (
        "desde 2 días antes de la cirugía hasta el día de la cirugía"
    ),
    ("en", "", FromThrough(Offset(-2, Unit.DAY), Offset(0, Unit.DAY))): (
        "from 2 days before surgery through the day of surgery"
    ),
}


@pytest.mark.parametrize(("tag", "kind", "timing"), GRAMMAR)
def test_the_words_of_a_time_are_those_that_its_language_needs(tag: str, kind: str, timing: Timing) -> None:
    assert dates.interval(LANGUAGES[tag].for_kind(kind), timing) == GRAMMAR[tag, kind, timing]


@pytest.mark.parametrize("tag", ["en", "es", "de"])
@settings(max_examples=examples(100))
@given(surgery=DAYS, offset=OFFSETS, longer=st.integers(1, 12))
def test_an_order_never_has_the_words_of_an_expectation(
    tag: str, surgery: dt.date, offset: Offset, longer: int
) -> None:
    language = LANGUAGES[tag]
    last = Offset(offset.count * longer + offset.count, offset.unit)
    orders: list[Timing] = [Until(offset), FromThrough(offset, last), After(offset), Until(Offset(-1, Unit.DAY))]
    for timing in orders:
        printed = f"{dates.when(language, timing, surgery)} ({dates.interval(language, timing)})"
        for word in EXPECTED[tag]:
            assert word not in printed.split(), printed
        day = timing.offsets[-1].after(surgery)
        assert dates.long_date(language, day) in printed
        assert printed != f"{dates.long_date(language, day)} ({dates.interval(language, At(offset))})"


@settings(max_examples=examples(200))
@given(surgery=DAYS, offset=OFFSETS)
def test_a_time_before_surgery_is_counted_back(surgery: dt.date, offset: Offset) -> None:
    day = Offset(-offset.count, offset.unit).after(surgery)
    if offset.unit is Unit.MONTH:
        assert (surgery.year * 12 + surgery.month) - (day.year * 12 + day.month) == offset.count
        assert day.day == surgery.day or (day.day < surgery.day and (day + dt.timedelta(days=1)).day == 1)
    else:
        assert surgery - day == dt.timedelta(**{f"{offset.unit}s": offset.count})


def test_explain_counts_back(folder: Folder) -> None:
    folder.change(ORDER, "    before: 2 weeks\n")
    library, problems = load(folder.root)
    assert library is not None, problems
    explained = explain(library.handouts["knee", "en"], dt.date(2026, 12, 7), library.languages["en"])[0]
    assert explained.rule == "2 weeks before surgery"
    assert explained.steps == ("2026-12-07 - 2 weeks (14 days) = 2026-11-23, a Monday",)


def test_the_table_begins_with_what_is_before_surgery(folder: Folder) -> None:
    folder.change(ORDER, "    before: 2 weeks\n")
    library, problems = load(folder.root)
    assert library is not None, problems
    filled = fill_packet(library, case(procedure="knee", answers={"brace": "yes"}))
    table = next(block for block in filled.blocks if isinstance(block, DateTable))
    assert [row.when for row in table.rows] == ["Mon\u00a0Nov\u00a023", "Sun\u00a0Feb\u00a07"]


def test_the_table_says_by_only_for_an_expectation(folder: Folder) -> None:
    assert dates.when(LANGUAGES["en"], By(Offset(2, Unit.WEEK)), dt.date(2026, 12, 7)) == (
        "by Monday,\u00a0December\u00a021,\u00a02026"
    )


def test_a_milestone_for_one_answer_is_printed_only_for_it(folder: Folder) -> None:
    change_time(folder, "    if: brace is yes\n" + order("until: 2 weeks"), "You can walk soon, in weeks.")
    assert folder.check() == ""
    library, problems = load(folder.root)
    assert library is not None, problems
    for answer, printed in (("yes", True), ("no", False)):
        packet = make_packet(library, case(procedure="knee", answers={"brace": answer}), PrintOptions())
        text = without_whitespace(" ".join(read(packet.pdf.data)))
        assert (without_whitespace("until Mon Dec 21 2026, end of the day") in text) is printed
        assert (without_whitespace("Doctor’s order") in text) is printed
        assert inspect(packet.pdf.data, folder.root) == packet.pdf.pages


def test_past_dates_of_other_patients_do_not_count(folder: Folder) -> None:
    change_time(folder, "    if: brace is yes\n    until: 2 weeks\n")
    folder.change("    between: 2 and 3 months\n", "    if: brace is no\n    between: 2 and 3 months\n")
    library, problems = load(folder.root)
    assert library is not None, problems
    today = dt.date(2027, 1, 5)
    for answer, codes in (("yes", ["C75"]), ("no", [])):
        patient = case(procedure="knee", answers={"brace": answer})
        dates_past = date_problems(patient, milestones_for(library.handouts["knee", "en"], patient), today)
        assert [problem.problem.code for problem in dates_past] == codes


def test_an_unknown_answer_in_a_milestone_is_reported(folder: Folder) -> None:
    change_time(folder, "    if: brace is maybe\n    until: 2 weeks\n")
    assert f"{H}:29:9: L07" in folder.check()


def test_the_rack_copy_says_for_whom_a_milestone_is(folder: Folder) -> None:
    folder.change(
        "  brace: yes, no or undecided\n",
        "  brace: yes, no or undecided\n"
        "  aid:\n    ask: Which walking aid?\n    choices: {cane: cane, walker: walker}\n",
    )
    change_time(folder, "    if: aid is walker\n    until: 2 weeks\n")
    library, problems = load(folder.root)
    assert library is not None, problems
    labels = [milestone.label for milestone in rack_milestones(library.handouts["knee", "en"], {})]
    assert labels == ["Which walking aid? walker: Walking", "Running"]
    folder.write(
        "packets/handout.yaml",
        "packet: handout\nfor: patients\nshows: [title, identifiers, dates, booking, sections, ends, about]\n",
    )
    library, problems = load(folder.root)
    assert library is not None, problems
    text = without_whitespace(" ".join(read(make_rack_copy(library, "knee", "en", PrintOptions()).pdf.data)))
    assert "Whichwalkingaid?" in text and "walker:Walking" in text, text


def test_diff_shows_an_order_and_whom_it_is_for(folder: Folder) -> None:
    change_time(folder, "    if: brace is yes\n" + order("from: 1 day before\n    through: 2 weeks"))
    lines = read_revision(Path(H)).lines
    assert (
        "[date] Walking: from 1 day before surgery through 2 weeks after surgery (restriction) [brace is yes]" in lines
    )
