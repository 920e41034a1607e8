"""One patient's case as a nurse enters it, with every message in full; no message contains a value."""

from __future__ import annotations

import datetime as dt
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from packets.case_input.case_fields import entered_print_options, make_case, read_case_file
from packets.case_input.case_reader import FIELD_LABELS, EnteredValue
from packets.content import library
from packets.content.schema.case_file import CASE
from packets.errors import InvalidInputError, Problem
from packets.model.case import Case, Paper, PrintOptions, PrintSize, Stage
from packets.model.handout import Handout
from packets.model.question import AnswerKind, Question
from tests.content.folder import SHIPPED

FOUND = library.load_for_packet(SHIPPED, "cervical-foraminotomy", "en", ["discharge"])
HANDOUT = FOUND.handouts["cervical-foraminotomy", "en"]
GOOD = {
    "patient_name": "Rosa Martinez (sample)",
    "mrn": "00418823",
    "surgery_date": "2026-12-07",
    "surgeon": "Dr. Jane Rivera (sample)",
    "collar": "undecided",
}
FILE = """\
procedure: cervical-foraminotomy
patient_name: Rosa Martinez (sample)
mrn: 00418823
surgery_date: 2026-12-07
surgeon: Dr. Jane Rivera (sample)
collar: no
"""


def numbered(record_number: str, surgery: dt.date) -> str:
    return "7KQ4-M2F4"


def make(handout: Handout = HANDOUT, /, **changes: str | None) -> tuple[Case | None, tuple[Problem, ...]]:
    """Return the valid options with some changed, or left out (None)."""
    values = {**GOOD, **changes}
    entered = {
        name: EnteredValue(value, "--" + name.replace("_", "-")) for name, value in values.items() if value is not None
    }
    return make_case(entered, handout, numbered)


def made(**changes: str | None) -> Case:
    case, problems = make(**changes)
    assert case is not None and problems == ()
    return case


def test_a_case_from_options() -> None:
    assert made() == Case(
        procedure="cervical-foraminotomy",
        patient_name="Rosa Martinez (sample)",
        record_number="00418823",
        surgery_date=dt.date(2026, 12, 7),
        surgeon="Dr. Jane Rivera (sample)",
        answers={"collar": "undecided"},
        packet_id="7KQ4-M2F4",
        language="en",
    )


def test_every_field_of_a_case_can_be_entered() -> None:
    case = made(
        dob="1961-03-09",
        discharge_date="2026-12-08",
        follow_up="Monday, 10:30",
        status="planned",
        packet_id="2222-2222",
        replaces="3333-3337",
        procedure="cervical-foraminotomy",
        language="en",
        large_print="yes",
        paper="a4",
    )
    assert (case.birth_date, case.discharge_date) == (dt.date(1961, 3, 9), dt.date(2026, 12, 8))
    assert (case.follow_up, case.stage) == ("Monday, 10:30", Stage.PLANNED)
    assert (case.packet_id, case.replaces) == ("2222-2222", ("3333-3337",))


@pytest.mark.parametrize(
    "name",
    ["Cher", "A" * 120, "Anne-Marie O'Neill", "Nguyễn Thị Ánh", "Żółć", "Мария", 'Robert "Bob" (Bobby) Smith',
     "Two  Spaces", "李小龍", "No\u00a0Break"],
)  # fmt: skip
def test_a_name_is_printed_as_typed(name: str) -> None:
    assert made(patient_name=name).patient_name == name


def test_a_name_is_normalized_and_trimmed() -> None:
    assert made(patient_name=" \u00a0Jose\u0301 \n").patient_name == "Jos\u00e9"


def test_leading_zeros_of_a_record_number_are_kept() -> None:
    assert made(mrn="0012345").record_number == "0012345"


def test_a_packet_id_is_generated_only_if_none_was_entered() -> None:
    asked: list[tuple[str, dt.date]] = []
    entered = {name: EnteredValue(value, "row", 3) for name, value in GOOD.items()}

    def number(record_number: str, surgery: dt.date) -> str:
        asked.append((record_number, surgery))
        return "7KQ4-M2F4"

    make_case(entered, HANDOUT, number)
    assert asked == [("00418823", dt.date(2026, 12, 7))]
    make_case({**entered, "packet_id": EnteredValue("2222-2222", "row", 3)}, HANDOUT, number)
    make_case({**entered, "collar": EnteredValue("", "row", 3)}, HANDOUT, number)
    assert len(asked) == 1


MISTAKES: dict[str, tuple[dict[str, str | None], str]] = {
    "no name": (
        {"patient_name": None},
        '--patient-name: C01 the patient\'s name is missing\n    Type: --patient-name "Rosa Martinez (sample)"',
    ),
    "no record number": ({"mrn": None}, "--mrn: C01 the record number is missing\n    Type: --mrn 00418823"),
    "no date": (
        {"surgery_date": None},
        "--surgery-date: C01 the surgery date is missing\n    Type: --surgery-date 2026-12-07",
    ),
    "no surgeon": (
        {"surgeon": None},
        '--surgeon: C01 the surgeon\'s name is missing\n    Type: --surgeon "Dr. Jane Rivera (sample)"',
    ),
    "an empty name": (
        {"patient_name": "  "},
        "--patient-name: C02 the patient's name is empty\n    Fill it in.",
    ),
    "an empty day of going home": (
        {"discharge_date": ""},
        "--discharge-date: C02 the discharge date is empty\n    Fill it in, or leave it out.",
    ),
    "an empty answer": ({"collar": ""}, '--collar: C02 "collar" is empty\n    Fill it in.'),
    "a line end": (
        {"patient_name": "Rosa\nMartinez"},
        "--patient-name: C03 the patient's name contains a line break\n    Type it on one line, with spaces.",
    ),
    "a tab": (
        {"surgeon": "Jane\tRivera"},
        "--surgeon: C03 the surgeon's name contains a tab\n    Type it on one line, with spaces.",
    ),
    "a control character": (
        {"patient_name": "Rosa\x07"},
        "--patient-name: C03 the patient's name contains the control character U+0007\n"
        "    Delete it and type the words again.",
    ),
    "a direction override": (
        {"patient_name": "Rosa \u202eMartinez"},
        "--patient-name: C03 the patient's name contains the character U+202E, "
        "which changes the direction of the text\n"
        "    Delete it and type the words again.",
    ),
    "a zero-width space": (
        {"mrn": "0041\u200b8823"},
        "--mrn: C03 the record number contains the invisible character U+200B (zero width space)\n"
        "    Delete it and type the words again.",
    ),
    "a line separator": (
        {"surgeon": "Jane\u2028Rivera"},
        "--surgeon: C03 the surgeon's name contains the invisible character U+2028 (line separator)\n"
        "    Delete it and type the words again.",
    ),
    "half a character": (
        {"follow_up": "Monday\ud800"},
        "--follow-up: C03 the follow-up appointment contains the character U+D800, which no font can show\n"
        "    Delete it and type the words again.",
    ),
    "a name too long": (
        {"patient_name": "A" * 121},
        "--patient-name: C06 the patient's name is too long\n    At most 120 characters fit.",
    ),
    "a record number too long": (
        {"mrn": "0" * 41},
        "--mrn: C06 the record number is too long\n    At most 40 characters fit.",
    ),
    "a date in another order": (
        {"surgery_date": "12/07/2026"},
        "--surgery-date: C45 the surgery date is ambiguous: the month or the day can come first\n"
        "    Write the month as a word, such as December 7, 2026, or write 2026-12-07.",
    ),
    "a date without zeros": (
        {"surgery_date": "2026-12-7"},
        "--surgery-date: C07 the surgery date is not a date\n    Write year, month and day with two dashes: 2026-12-07",
    ),
    "a serial number": (
        {"surgery_date": "46363"},
        "--surgery-date: C07 the surgery date is not a date\n    Write year, month and day with two dashes: 2026-12-07",
    ),
    "a day that is not in the calendar": (
        {"dob": "1961-02-29"},
        "--dob: C08 the date of birth is not in the calendar\n    Look at the month and the day again.",
    ),
    "a thirteenth month": (
        {"surgery_date": "2026-13-07"},
        "--surgery-date: C08 the surgery date is not in the calendar\n    Look at the month and the day again.",
    ),
    "a year of two digits": (
        {"dob": "3/9/61"},
        "--dob: C09 the date of birth has a year of two digits\n"
        "    Write year, month and day with two dashes: 2026-12-07",
    ),
    "a time of day": (
        {"surgery_date": "2026-12-07T07:30:00Z"},
        "--surgery-date: C10 the surgery date has a time of day\n"
        "    Write year, month and day with two dashes: 2026-12-07",
    ),
    "a surgery long ago": (
        {"surgery_date": "1989-12-31"},
        "--surgery-date: C11 the year of the surgery cannot be right\n    Surgery dates from 1990 to 2100 can be used.",
    ),
    "a surgery far ahead": (
        {"surgery_date": "2101-01-01"},
        "--surgery-date: C11 the year of the surgery cannot be right\n    Surgery dates from 1990 to 2100 can be used.",
    ),
    "born on the day of surgery": (
        {"dob": "2026-12-07"},
        "--dob: C12 the date of birth is not before the surgery\n    Look at both dates again.",
    ),
    "too old": (
        {"dob": "1861-03-09"},
        "--dob: C13 the date of birth is more than 130 years before the surgery\n    Look at both dates again.",
    ),
    "home before the surgery": (
        {"discharge_date": "2026-12-06"},
        "--discharge-date: C14 the discharge date is before the surgery\n    Look at both dates again.",
    ),
    "home years later": (
        {"discharge_date": "2062-12-08"},
        "--discharge-date: C15 the discharge date is more than a year after the surgery\n    Look at both dates again.",
    ),
    "no word about the collar": (
        {"collar": None},
        '--collar: C16 "collar" is not answered\n    Type: --collar yes, --collar no or --collar undecided',
    ),
    "another word about the collar": (
        {"collar": "maybe"},
        '--collar: C17 "collar" must be yes, no or undecided',
    ),
    "a word in capitals": (
        {"collar": "YES"},
        '--collar: C17 "collar" must be yes, no or undecided\n    Write it in small letters: yes',
    ),
    "another status": ({"status": "done"}, "--status: C17 the status must be planned or performed"),
    "another paper": ({"paper": "legal"}, "--paper: C17 the paper must be letter or a4"),
    "large print, perhaps": ({"large_print": "1"}, "--large-print: C17 large print must be yes or no"),
    "a cancelled operation": (
        {"status": "cancelled"},
        "--status: C18 the operation is cancelled\n    No packet is made. If one was handed over, ask for it back.",
    ),
    "a number with a slip": (
        {"packet_id": "7KQ4-M2F5"},
        "--packet-id: C19 the packet id is not valid\n"
        "    Copy it from the top of the older packet; its last letter catches typing errors.",
    ),
    "a packet that replaces itself": (
        {"packet_id": "2222-2222", "replaces": "2222-2222"},
        "--replaces: C20 a packet cannot replace itself\n    Enter the id of the older packet.",
    ),
    "another procedure": (
        {"procedure": "knee"},
        '--procedure: C21 the procedure is not that of the handout, "cervical-foraminotomy"\n'
        "    Make them the same, or leave procedure out here.",
    ),
    "another language": (
        {"language": "es"},
        '--language: C21 the language is not that of the handout, "en"\n'
        "    Make them the same, or leave language out here.",
    ),
}


@pytest.mark.parametrize(("changes", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_with_what_to_type(changes: dict[str, str | None], message: str) -> None:
    case, problems = make(**changes)
    assert case is None
    assert "\n".join(map(str, problems)) == message
    assert all(problem.field and not problem.warning for problem in problems)


def test_a_handouts_own_question_has_its_own_option() -> None:
    handout = replace(HANDOUT, questions=(*HANDOUT.questions, Question("splint", AnswerKind.YES_NO_UNDECIDED)))
    _, problems = make(handout)
    assert "\n".join(map(str, problems)) == (
        '--answer: C16 "splint" is not answered\n'
        "    Type: --answer splint=yes, --answer splint=no or --answer splint=undecided"
    )


def test_all_mistakes_are_reported_at_once() -> None:
    _, problems = make(patient_name=None, mrn=" ", surgery_date="soon", collar="perhaps", dob="x", paper="y")
    assert sorted(problem.code for problem in problems) == ["C01", "C02", "C07", "C07", "C17", "C17"]


def test_an_answer_that_the_handout_does_not_ask_for_is_refused() -> None:
    plain = replace(HANDOUT, questions=tuple(question for question in HANDOUT.questions if question.name != "collar"))
    case, problems = make(plain)
    assert case is None
    assert "\n".join(map(str, problems)) == (
        '--collar: C04 the handout "cervical-foraminotomy" does not ask about "collar"\n'
        "    Leave it out, or choose another procedure."
    )


def file(text: str) -> tuple[Case | None, str]:
    """Read a case file with this text; return the case and the messages."""
    try:
        entered = read_case_file(text, "case.yaml")
    except InvalidInputError as refused:
        return None, str(refused)
    case, problems = make_case(entered, HANDOUT, numbered)
    return case, "\n".join(map(str, problems))


def test_a_case_from_a_file() -> None:
    case, messages = file(FILE)
    assert messages == "" and case is not None
    assert (case.record_number, case.answers) == ("00418823", {"collar": "no"})


def test_messages_name_the_case_file(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(FILE, "utf-8")
    assert {entry.path for entry in read_case_file(path).values()} == {str(path)}
    assert read_case_file(FILE.encode())["mrn"] == EnteredValue("00418823", "-", 3, 6)


FILES = {
    "a missing answer": (
        FILE.replace("collar: no\n", ""),
        'case.yaml: C16 "collar" is not answered\n    Add a line: collar: yes, collar: no or collar: undecided',
    ),
    "a missing field": (
        FILE.replace("mrn: 00418823\n", ""),
        "case.yaml: C01 the record number is missing\n    Add a line: mrn: 00418823",
    ),
    "a misspelt field": (
        FILE.replace("surgery_date", "surgury_date"),
        "case.yaml: C01 the surgery date is missing\n    Add a line: surgery_date: 2026-12-07\n"
        'case.yaml:4:15: C05 a case has no field of this name\n    Did you mean "surgery_date"?',
    ),
    "a patient's name as a field": (
        FILE + "rosa martinez: yes\n",
        'case.yaml:7:1: S07 a case has no such field\n    It can have: procedure, patient_name, mrn, dob, '
        "surgery_date, surgeon, collar, language, site, discharge_date, follow_up, status, start_time, procedure_text, "
        "plan, packet_id, replaces, large_print and paper.",
    ),
    "a value at its place": (
        FILE.replace("2026-12-07", "07.12.2026"),
        "case.yaml:4:15: C45 the surgery date is ambiguous: the month or the day can come first\n"
        "    Write the month as a word, such as December 7, 2026, or write 2026-12-07.",
    ),
    "a field twice": (
        FILE + "mrn: 1\n",
        "case.yaml:7:1: Y09 a field appears twice (first on line 3)\n    Delete one of the two.",
    ),
    "an empty field": (
        FILE + "follow_up:\n",
        "case.yaml:7:11: S04 expected text, found nothing\n    Fill it in, or delete the line.",
    ),
    "a value cut by a #": (
        FILE + "follow_up: Monday, room #12 # second floor\n",
        "case.yaml:7:12: S12 what follows # is not printed\n"
        '    To print it, put the whole value in "quotes"; a comment goes on its own line.',
    ),
    "a list": (
        FILE + "follow_up: [Monday]\n",
        "case.yaml:7:12: S03 expected text, found a list\n"
        '    A value that begins with [ needs "quotes".',
    ),
    "no fields at all": (
        "Rosa Martinez",
        "case.yaml:1:1: S01 expected the fields of a case, found text\n    Write it as lines like this: procedure: …",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), FILES.values(), ids=FILES)
def test_a_mistake_in_a_case_file_is_reported_with_what_to_write(text: str, message: str) -> None:
    assert file(text) == (None, message)


def test_a_missing_value_in_a_form_asks_to_fill_it_in() -> None:
    entered = {name: EnteredValue(value, "") for name, value in GOOD.items() if name != "collar"}
    _, problems = make_case(entered, HANDOUT, numbered)
    assert [(problem.code, problem.hint, problem.field) for problem in problems] == [("C16", "Fill it in.", "collar")]


def test_the_examples_of_the_reference_page_make_a_case() -> None:
    entered = {field.name: EnteredValue(field.example, "example") for field in CASE.fields if field.name != "replaces"}
    case, problems = make_case(entered, HANDOUT, numbered, ("northside",))
    assert case is not None and problems == ()


def test_everything_the_handout_asks_for_must_be_entered() -> None:
    questions = (
        *HANDOUT.questions,
        Question("discharge_date", AnswerKind.DATE),
        Question("follow_up", AnswerKind.NAME),
    )
    _, problems = make(replace(HANDOUT, questions=questions))
    assert [str(problem).splitlines()[0] for problem in problems] == [
        "--discharge-date: C01 the discharge date is missing",
        "--follow-up: C01 the follow-up appointment is missing",
    ]


def test_paper_and_size() -> None:
    assert entered_print_options({}, FOUND.clinic) == PrintOptions(Paper.LETTER, PrintSize.NORMAL)
    entered = {"paper": EnteredValue("a4", "--paper"), "large_print": EnteredValue("yes", "--large-print")}
    assert entered_print_options(entered, FOUND.clinic) == PrintOptions(Paper.A4, PrintSize.LARGE)


# A secret that no message can contain by chance.
secrets = st.text("XQZ§¥€ÑÆ\u200b\u202e\x07\ud800\n#:[]{}*&!'\"", min_size=3, max_size=30).filter(
    lambda text: sum(char in "XQZ§¥€ÑÆ" for char in text) > 2
)


def leaks(secret: str, messages: str) -> bool:
    return any(piece in messages for piece in secret.split() if sum(char in "XQZ§¥€ÑÆ" for char in piece) > 1)


@given(st.sampled_from(sorted({*FIELD_LABELS, "collar"})), secrets)
def test_no_message_contains_an_entered_value(field: str, secret: str) -> None:
    _, problems = make(**{field: secret})
    assert not leaks(secret, "\n".join(map(str, problems)))


@given(st.sampled_from(sorted({*FIELD_LABELS, "collar"})), secrets)
def test_no_message_about_a_file_contains_a_value(field: str, secret: str) -> None:
    _, messages = file(f"{FILE}{field}: {secret}\n".replace("\ud800", ""))
    assert not leaks(secret, messages)


@given(secrets)
def test_no_message_about_a_file_contains_a_field_name(secret: str) -> None:
    _, messages = file(f"{FILE}{secret}: 1\n".replace("\ud800", ""))
    assert not leaks(secret, messages)


@given(st.dictionaries(st.sampled_from(sorted({*FIELD_LABELS, "collar", "other"})), st.text(max_size=20)))
def test_any_input_gives_a_case_or_a_problem(values: dict[str, str]) -> None:
    case, problems = make_case({name: EnteredValue(text, "row") for name, text in values.items()}, HANDOUT, numbered)
    assert (case is None) == bool(problems)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)))
def test_every_date_in_the_range_is_read_as_written(day: dt.date) -> None:
    assert made(surgery_date=day.isoformat()).surgery_date == day


@given(st.text(st.characters(categories=("L", "M", "N", "P", "S", "Zs"), exclude_characters=" \u00a0"), min_size=1,
               max_size=40).map(str.strip).filter(bool))  # fmt: skip
def test_a_printable_name_is_kept_whole_or_refused(name: str) -> None:
    case, problems = make(patient_name=name)
    if case is None:
        assert problems[0].code in ("C03", "C60", "C63", "C64", "C66")
    else:
        assert case.patient_name == unicodedata.normalize("NFC", name)
