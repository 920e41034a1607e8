"""Mistakes in the fields of a file, each with the author's change and the whole message."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest

from packets.content.problems import ProblemCollector
from packets.content.schema.common_file import COMMON
from packets.content.schema.field_types import Integer, SingleLine
from packets.content.schema.file_kinds import FILES
from packets.content.schema.records import Field, ParsedRecord, Record
from packets.content.schema.reference import nested_records
from packets.content.yaml.parser import read_text
from packets.model.handout import Handout
from tests.content.folder import CLINIC, Folder

HANDOUT = "content/procedures/knee/handout.en.yaml"

# The text of the handout, its replacement, and the message.
MISTAKES = {
    "a list instead of fields": (
        "  - id: after\n    heading: After the surgery",
        "  - after\n  - id: after\n    heading: After the surgery",
        f"{HANDOUT}:10:5: S01 expected the fields of a section, found text\n    Write it as lines like this: id: …",
    ),
    "a field left out": (
        "title: Knee Sample\n",
        "",
        f'{HANDOUT}:1:1: S02 a handout needs "title"\n'
        "    Add it with your own value. Example: title: Cervical Foraminotomy",
    ),
    "a compulsory question left out": (
        "  surgeon: name\n",
        "",
        f'{HANDOUT}:6:3: S02 "surgeon" is missing\n    Add a line: surgeon: name',
    ),
    "a list where one line belongs": (
        "title: Knee Sample",
        "title: [Knee]",
        f'{HANDOUT}:4:8: S03 expected one line of text, found a list\n    A value that begins with [ needs "quotes".',
    ),
    "a slot where one line belongs": (
        "title: Knee Sample",
        "title: {Knee}",
        f'{HANDOUT}:4:8: S03 expected one line of text, found fields\n    A value that begins with {{ needs "quotes".',
    ),
    "one line where a list belongs": (
        "ends_with: [disclaimer, booking]",
        "ends_with: disclaimer",
        f'{HANDOUT}:35:12: S03 expected a list, found text\n    Write each entry on a line of its own, as "- entry".',
    ),
    "a question where answers belong": (
        "asks:\n  surgery_date: date\n  surgeon: name\n  brace: yes, no or undecided\n",
        "asks: brace\n",
        f"{HANDOUT}:5:7: S03 expected fields, found text\n    Write them as name: value lines.",
    ),
    "a field left empty": (
        "title: Knee Sample",
        "title:",
        f"{HANDOUT}:4:7: S04 expected one line of text, found nothing\n    Fill it in, or delete the line.",
    ),
    "a value that begins with #": (
        "title: Knee Sample",
        "title: #1 Knee",
        f"{HANDOUT}:4:7: S04 expected one line of text, found nothing\n"
        '    What follows # is not read. Put a value that begins with # in "quotes".',
    ),
    "two of a kind": (
        "      - show: brace",
        "      - show: brace\n        text: Ask.",
        f"{HANDOUT}:17:15: S05 a part of a section needs exactly one of text, callout, table, image, subheading, "
        "page_break, medicines, schedule, show, fill_in, check or todo; found text and show",
    ),
    "none of a kind": (
        "      - show: brace",
        "      - show: brace\n      - status: draft",
        f"{HANDOUT}:18:9: S05 a part of a section needs exactly one of text, callout, table, image, subheading, "
        "page_break, medicines, schedule, show, fill_in, check or todo; found none\n"
        f"{HANDOUT}:18:17: R05 this part awaits a clinician\n"
        "    It prints only with --include-drafts, and then carries a mark.",
    ),
    "if and unless": (
        "      - if: brace is yes",
        "      - if: brace is yes\n        unless: brace is no",
        f"{HANDOUT}:23:17: S05 a part of a notice can have only one of if or unless; found if and unless",
    ),
    "a word that is not one of a few": (
        "  status: published",
        "  status: publisht",
        f'{HANDOUT}:40:11: S06 "publisht" is not an allowed value\n    Did you mean "published"?',
    ),
    "another word that is not one of a few": (
        "  status: published",
        "  status: done",
        f'{HANDOUT}:40:11: S06 "done" is not an allowed value\n'
        "    It can be published, form, draft, approved or retired.",
    ),
    "a field that is not known": (
        "title: Knee Sample",
        "titel: Knee Sample",
        f'{HANDOUT}:1:1: S02 a handout needs "title"\n'
        "    Add it with your own value. Example: title: Cervical Foraminotomy\n"
        f'{HANDOUT}:4:1: S07 a handout has no field "titel"\n    Did you mean "title"?',
    ),
    "a field that is like no other": (
        "title: Knee Sample",
        "title: Knee Sample\nquux: 1",
        f'{HANDOUT}:5:1: S07 a handout has no field "quux"\n    It can have: handout, language, revision, '
        "title, kind, names, synonyms, specialty, may_name, asks, "
        "sections, notices, milestones, emergency_signs, ends_with, provenance and review.",
    ),
    "words for a number": (
        "revision: 1",
        "revision: one",
        f'{HANDOUT}:3:11: S08 "one" is not a whole number from 1 to 9999',
    ),
    "a number too large": (
        "revision: 1",
        "revision: 10000",
        f'{HANDOUT}:3:11: S08 "10000" is not a whole number from 1 to 9999',
    ),
    "a date in another order": (
        "  status: published",
        "  status: published\n  again_by: 11/30/2028",
        f'{HANDOUT}:41:13: S09 "11/30/2028" is not a date like 2026-12-07\n'
        "    Write year, month and day with two dashes: 2026-12-07",
    ),
    "a date that is not in the calendar": (
        "  status: published",
        "  status: published\n  again_by: 2027-02-29",
        f'{HANDOUT}:41:13: S09 "2027-02-29" is not a date like 2026-12-07\n'
        "    Write year, month and day with two dashes: 2026-12-07",
    ),
    "an id with a space": (
        "  - id: walk",
        "  - id: Walk again",
        f'{HANDOUT}:27:9: S10 "Walk again" is not an id\n    Use small letters and digits, words joined by dashes.',
    ),
    "a question with a space": (
        "  surgeon: name",
        "  surgeon: name\n  soft brace: yes, no or undecided",
        f'{HANDOUT}:8:3: S10 "soft brace" is not a name for a field\n'
        "    Use small letters, digits and _ only, a letter first.",
    ),
    "several lines where one belongs": (
        "title: Knee Sample",
        "title: |\n  Knee\n  Sample",
        f"{HANDOUT}:4:8: S11 expected one line, found several\n    Write it after the colon, without |.",
    ),
    "a line too long": (
        "    label: Walking",
        f"    label: Walking\n    short: {'long ' * 6}",
        f"{HANDOUT}:29:12: S21 the line is too long\n    At most 28 characters fit; these are 29.",
    ),
    "words behind a #": (
        "    heading: After the surgery",
        "    heading: After the surgery # 2",
        f"{HANDOUT}:11:14: S12 what follows # is not printed\n"
        '    To print it, put the whole value in "quotes"; a comment goes on its own line.',
    ),
    "words of a text behind a #": (
        "        text: Wear it.",
        "        text: Wear it. # always",
        f"{HANDOUT}:23:15: S12 what follows # is not printed\n"
        '    To print it, put the whole value in "quotes"; a comment goes on its own line.',
    ),
    "a text of several lines without a bar": (
        "        text: Wear it.",
        "        text:\n          Take\n\n          - it\n          - off",
        f"{HANDOUT}:24:11: S17 a text of several lines begins with |\n    Write it like this: text: |",
    ),
    "an empty list": (
        "ends_with: [disclaimer, booking]",
        "ends_with: []",
        f"{HANDOUT}:35:12: S13 expected 1 to 200 entries, found 0\n    Add an entry, or delete the list.",
    ),
    "a condition too clever": (
        "      - if: brace is yes",
        "      - if: brace is yes or undecided",
        f'{HANDOUT}:22:13: S14 "brace is yes or undecided" is not a condition\n'
        "    For several answers write: brace is one of yes, undecided",
    ),
    "a condition the wrong way round": (
        "      - if: brace is yes",
        "      - if: not brace is no",
        f'{HANDOUT}:22:13: S14 "not brace is no" is not a condition\n    For the opposite write: brace is not no',
    ),
    "a sha256 cut short": (
        "  sha256: 3fd3c6ff3c64237a84547f0378eaeabcc5b675cf8f19d2bed081fdd2aa60c62b",
        "  sha256: 3fd3c6ff",
        f'{HANDOUT}:38:11: S15 "3fd3c6ff" is not a sha256\n    It is 64 characters long; sha256sum FILE prints it.',
    ),
    "lines without a label": (
        "      - show: brace",
        "      - show: brace\n        lines: 3",
        f'{HANDOUT}:18:16: S16 "lines" belongs to fill_in\n    Add fill_in: with a label.',
    ),
    "bold words in a heading": (
        "    heading: After the surgery",
        "    heading: After **the** surgery",
        f"{HANDOUT}:11:20: T12 ** would be printed as typed\n"
        "    Bold words work in text: and check: only; slots also work in headings.",
    ),
    "a slot in a label": (
        "    label: Your brace",
        "    label: Your brace from {surgeon}",
        f"{HANDOUT}:20:28: T12 {{surgeon}} would be printed as typed\n"
        "    Bold words work in text: and check: only; slots also work in headings.",
    ),
    "a slot in capitals in a label": (
        "    label: Your brace",
        "    label: Your brace, {Surgeon}",
        f"{HANDOUT}:20:24: T12 {{Surgeon}} would be printed as typed\n"
        "    Bold words work in text: and check: only; slots also work in headings.",
    ),
    # M: milestones
    "no time": (
        "    by: 2 weeks\n",
        "",
        f"{HANDOUT}:27:5: M01 a milestone needs exactly one of at, by, between, until, from, after or before; "
        "found none",
    ),
    "two times": (
        "    by: 2 weeks\n",
        "    by: 2 weeks\n    at: 1 week\n",
        f"{HANDOUT}:29:9: M01 a milestone needs exactly one of at, by, between, until, from, after or before; "
        "found at and by\n    Keep one of them. The first and the last day of an order are from: and through:.",
    ),
    "a time in words": (
        "    between: 2 and 3 months",
        "    between: two or three months",
        f'{HANDOUT}:33:14: M02 "two or three months" is not a time after surgery\n'
        "    Write it like this: between: 1 and 2 weeks",
    ),
    "hours": (
        "    by: 2 weeks",
        "    by: 2 hours",
        f"{HANDOUT}:29:9: M17 2 hours are not whole days, so they give no date\n"
        "    Write a multiple of 24, such as 48 hours, or days; or leave the hours in the text.",
    ),
    "two times behind by": (
        "    by: 2 weeks",
        "    by: 1 and 2 weeks",
        f'{HANDOUT}:29:9: M02 "1 and 2 weeks" is not a time after surgery\n'
        "    For two times write: between: 1 and 2 weeks",
    ),
    "two times in the wrong order": (
        "    between: 2 and 3 months",
        "    between: 3 and 2 months",
        f"{HANDOUT}:33:14: M03 the first time is not before the second\n    Write the earlier one first.",
    ),
    "milestones in the wrong order": (
        "    by: 2 weeks",
        "    by: 4 months",
        f'{HANDOUT}:30:12: M07 the quote does not mention "months"\n    Compare the time with the source again.\n'
        f"{HANDOUT}:31:5: M04 this milestone is earlier than one above it\n"
        "    Put the milestones in order of time; the table shows them in this order.",
    ),
    "a time too long": (
        "    between: 2 and 3 months",
        "    between: 2 and 30 months",
        f"{HANDOUT}:33:14: M05 30 months is too long\n"
        "    Times are counted from the day of surgery: at least 1 day, at most 2 years.",
    ),
    "no time at all": (
        "    by: 2 weeks",
        "    at: 0 days",
        f"{HANDOUT}:29:9: M05 0 days is too short\n"
        "    Times are counted from the day of surgery: at least 1 day, at most 2 years. That day itself is written: "
        "the day of surgery",
    ),
    "a quote that is not in the text": (
        "    quote: You can walk within two weeks.",
        "    quote: You can walk within 2 weeks.",
        f"{HANDOUT}:30:12: M06 the quote is not in the text\n"
        "    Copy the sentence from the section that says it, character by character.",
    ),
    "a quote without the day of surgery": (
        "    by: 2 weeks",
        "    by: the day of surgery",
        f"{HANDOUT}:29:9: M70 the quote says 2 weeks, but the milestone says the day of surgery\n"
        "    Compare both with the source, and correct the wrong one.\n"
        f'{HANDOUT}:30:12: M07 the quote does not mention "the day of surgery"\n'
        "    Compare the time with the source again.",
    ),
    "a quote about another unit": (
        "    by: 2 weeks",
        "    by: 14 days",
        f'{HANDOUT}:30:12: M07 the quote does not mention "days"\n    Compare the time with the source again.',
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_with_place_and_remedy(folder: Folder, old: str, new: str, message: str) -> None:
    folder.change(old, new)
    assert folder.check() == message


def test_the_small_folder_has_no_problems(folder: Folder) -> None:
    assert folder.check() == ""


def test_a_file_that_is_a_list(folder: Folder) -> None:
    folder.write("clinic.yaml", "- phone\n")
    assert folder.check() == (
        "content/clinic.yaml:1:1: S01 expected the fields of the clinic, found a list\n"
        "    Write it as lines like this: name: …"
    )


def test_all_mistakes_of_all_files_are_reported_at_once(folder: Folder) -> None:
    folder.change("Knee Sample", "")
    folder.change("packet: discharge", "packet: discharge\nsize: 2", "packets/discharge.yaml")
    folder.change("phone: 816-363-2500", "phone: call us", "clinic.yaml")
    codes = [line.split()[1] for line in folder.check().splitlines() if line.startswith("content/")]
    assert codes == ["S15", "S07", "S04"]


def test_at_most_a_hundred_mistakes_are_listed(folder: Folder) -> None:
    folder.write("clinic.yaml", "".join(f"field{number}: 1\n" for number in range(9000)))
    lines = [line for line in folder.check().splitlines() if line.startswith("content/clinic.yaml")]
    assert len(lines) == 101
    assert "content/clinic.yaml:101:1: Y19 more problems follow; fix these first" in lines


def test_a_yaml_mistake_is_not_reported_twice(folder: Folder) -> None:
    folder.change("title: Knee Sample", "title: *knee")
    assert [line.split()[1] for line in folder.check().splitlines() if line.startswith("content/")] == ["Y10"]


@pytest.mark.parametrize("name", FILES)
def test_each_example_of_the_reference_page_can_be_copied(name: str) -> None:
    tables = [FILES[name], *nested_records(FILES[name])]
    tried = 0
    for record in tables:
        for field in record.fields:
            if field.example:
                tried += 1
                tree = read_text(f"{field.name}: {field.example}\n", "example").tree
                notes = ProblemCollector("example")
                Record("an example", (field,)).read(tree, notes)  # type: ignore[arg-type]
                assert notes.problems == [], field.name
    assert tried > 1


def test_reading_a_misspelled_field_name_is_a_programming_error() -> None:
    parsed = read_text("common: booking\n", "booking.en.yaml")
    assert parsed.tree is not None
    record = COMMON.read(parsed.tree, ProblemCollector("booking.en.yaml"))
    assert record is not None
    assert record.text("common") == "booking"
    assert record.text("heading") == ""  # the author left it out
    assert record.all("sections", ParsedRecord) == ()  # a field of a handout, which shares its code with a common part
    for read in (lambda: record.text("haeding"), lambda: record.has("haeding"), lambda: record.at("haeding")):
        with pytest.raises(KeyError, match="a common part has no field 'haeding'"):
            read()
    with pytest.raises(KeyError, match="haeding"):
        record.all("haeding", ParsedRecord)


@dataclass(frozen=True)
class Visit:
    where: str
    minutes: int
    day: dt.date | None = None
    note: str = "none"


_WHERE = Field("where", SingleLine(), "Where.", True)
_TIMES = (Field("minutes", Integer(1, 90), "How long.", True), Field("note", SingleLine(), "A remark."))


def test_a_record_builds_its_class_and_missing_fields_are_empty() -> None:
    visit = Record("a visit", (Field("room", SingleLine(), "Where.", True, builds="where"), *_TIMES), model=Visit)
    parsed = read_text("room: Room 4\nminutes: 100\n", "visit.yaml")
    assert parsed.tree is not None
    problems = ProblemCollector("visit.yaml")
    record = visit.read(parsed.tree, problems)
    assert record is not None
    assert record.build(Visit) == Visit("Room 4", 0)
    assert [problem.code for problem in problems.problems] == ["S08"]
    with pytest.raises(TypeError, match="a visit does not build Handout"):
        record.build(Handout)


def test_a_schema_field_that_its_class_does_not_take_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="a visit: Visit has no parameter 'room'"):
        Record("a visit", (_WHERE, *_TIMES, Field("room", SingleLine(), "A room.")), model=Visit)
    without_class = Record("a remark", (_WHERE,))
    with pytest.raises(TypeError, match="a visit: a remark names no class"):
        Record("a visit", (_WHERE, *_TIMES, Field("day", without_class, "When.")), model=Visit)


def test_the_time_zone_is_a_region_of_the_tz_database(folder: Folder) -> None:
    folder.change("language: en\n", "language: en\ntime_zone: America/Chicago\n", "clinic.yaml")
    assert folder.check() == ""
    for wrong in ("CST", "America/Chikago", "GMT-6", "../etc/passwd", "America"):
        folder.write("clinic.yaml", CLINIC + f"time_zone: {wrong}\n")
        assert folder.check() == (
            f'content/clinic.yaml:6:12: S70 "{wrong}" is not a time zone\n'
            "    Write its name in the tz database: America/Chicago"
        )
