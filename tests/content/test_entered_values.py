"""Names, record numbers and text as other programs damage them; the rules are the same for every way to enter them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from packets.case_input.damaged_text import find_damage
from packets.case_input.empty_values import is_empty_value
from packets.case_input.person_names import given_name_first, name_notes
from packets.case_input.record_numbers import comparable_record_number, normalize_record_number
from tests.content.test_case_fields import made, make


def codes(**changes: str | None) -> list[str]:
    _, problems = make(**changes)
    return [problem.code for problem in problems]


def message(**changes: str | None) -> str:
    _, problems = make(**changes)
    return "\n".join(f"{problem.message}\n{problem.hint}" for problem in problems)


# Names of real people: none may be refused.
NAMES = [
    "José Núñez Müller",
    "JOSÉ NÚÑEZ MÜLLER",
    "Zoë Łukasiewicz",
    "Ó hÉigeartaigh",
    "McÉwan",
    "Željko DŽeko",
    "LUKÁŠ KRÍŽ",
    "JÓŠKA",
    "Renée O’Neil",
    "D'Angelo 't Hooft",
    "Smith–Jones",
    "Karl K:son",
    "Ravi A/L Kumar",
    "Mª José",
    "Nguyễn Thị Hoa",
    "Пётр",
    "Её",
    "Ειρήνη",
    "李小龍",
    "محمد",
    "דוד ז״ל",
    "Anna·Maria",
    "Ngũgĩ wa Thiong'o",
    'Robert "Bob" Smith',
    "X Æ A-12",
    "Ọlábísí Ẹ̀bùn",
    "Kahanamoku Keʻalohi",
    "Jesús María de los Ángeles",
    "Null",
    "Nan Smith",
    "A",
    "Martin Luther King Jr.",
    "İbrahim Şahin",
    "Þórður Ðórsson",
    "Mc'Donald",
    "!Xam Gawiseb",
    "Ann (Annie) Lee",
    "José-María",
    "O´Neal",
    "Ann Lee 3rd",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_people_have_are_accepted(name: str) -> None:
    assert made(patient_name=name, surgeon=f"Dr. A. {name}").patient_name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("JosÃ© Nuñez", "é"),
        ("Jos√© Nuñez", "é"),
        ("Jos├® Nunez", "é"),
        ("JosĂ©", "é"),
        ("MÃ¼ller", "ü"),
        ("Oâ€™Neil", "’"),
        ("Ð˜Ð²Ð°Ð½", ""),
        ("РњР°СЂРёСЏ", ""),
        ("O&#39;Neal", "'"),
        ("O&#x27;Neal", "'"),
        ("Zo&euml; Smith", "ë"),
        ("O&apos;Neal", "'"),
        ("Tom &amp; Ann", "&"),
        ("O%27Brien", "'"),
        ("Rosa%20Martinez", " "),
        ("O\\'Brien", "'"),
        ("Smith\\", ""),
        ("Pawe\\u0142", "ł"),
        ("Mu?oz", ""),
        ("Mu¿oz", ""),
        ("JosŽ", ""),
        ("MŸller", ""),
        ("BŽla", ""),
        ("Nu–ez", ""),
        ("JosÈ", ""),
        ("NuÒez", ""),
        ("=?utf-8?Q?Jos=C3=A9?=", ""),
    ],
)
def test_a_name_that_another_program_damaged_is_refused(name: str, meant: str) -> None:
    for field in ("patient_name", "surgeon"):
        assert codes(**{field: name}) == ["C60"]
        error = message(**{field: name})
        assert name not in error
        assert ('Probably "' in error) is bool(meant) and (not meant or f'Probably "{meant}" was meant.' in error)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Monday 10:30, Dr. OÃ©", True),
        ("Caf&eacute; floor 2", True),
        ("Dr. Mu?oz, 10:30", True),
        ("10:30 O\\'Brien", True),
        ("See https://a.b/c%20d?e=1&f=2", False),
        ("Is it Monday? Call us.", False),
        ("50% off, 10 & 11", False),
        ("room A\\B", False),
        ("11:00 JosÈ", False),
        ("Q&A; 9:00", False),
    ],
)
def test_free_text_is_refused_only_if_it_is_certainly_damaged(words: str, wrong: bool) -> None:
    assert bool(find_damage(words, in_words=True)) is wrong


EMPTY = [
    "NULL",
    "null",
    "\\N",
    "None",
    "N/A",
    "n/a",
    "TBD",
    "-",
    "--",
    ".",
    "?",
    "undefined",
    "nan",
    "NaN",
    "0",
    "00",
    "{{follow_up}}",
    "[object Object]",
    "«Follow_Up»",
    "<follow_up>",
    "${followUp}",
    "%FOLLOW_UP%",
    "1/0/1900",
    "00/00/0000",
    "0001-01-01",
    "Saturday, December 30, 1899",
    "12/30/1899 12:00 AM",
    "1970-01-01",
    "#VALUE",
    "#N/A",
    "Invalid date",
    "(null)",
    "unbekannt",
]
FILLED = [
    "Monday, January 11, 2027, 9:00",
    "Jan 11 1900",
    "Mon 1900",
    "Call 816-363-1970",
    "клиника «Здоровье»",
    "None needed: call us",
    "Room 0",
    "To be scheduled by phone",
    "9:00, 1970 Main Street",
    "As needed",
]


@pytest.mark.parametrize("text", EMPTY)
def test_a_word_that_programs_write_for_no_value_is_not_an_appointment_or_a_surgeon(text: str) -> None:
    assert codes(follow_up=text) in (["C65"], ["C60"])
    (code,) = codes(surgeon=text)
    assert code in ("C64", "C65", "C60", "C66")
    assert is_empty_value(text)


@pytest.mark.parametrize("text", FILLED)
def test_an_appointment_in_words_is_accepted(text: str) -> None:
    assert not is_empty_value(text) and codes(follow_up=text) == []


@pytest.mark.parametrize("surgeon", ["Dr. NULL", "12345", "Dr. TBD", '"Dr. Rivera"', "Dr. O\ufffdNeil"])
def test_a_surgeon_without_a_name_is_refused(surgeon: str) -> None:
    assert len(codes(surgeon=surgeon)) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("-", "C64"),
        ("123", "C64"),
        ("...", "C64"),
        ('"Ada Abel"', "C66"),
        ("“Ada Abel”", "C66"),
        ('Ada "Abel', "C66"),
        ("'Ada Abel'", "C66"),
        ("SMITH; JOHN", "C63"),
        ("rosa@example.org", "C63"),
        ("Rosa_Martinez", "C63"),
        ("{name}", "C63"),
        ("<b>Ada</b>", "C63"),
        ("Ada*", "C63"),
        ("Jos™", "C63"),
        ("Ada ☺", "C63"),
        ("=Ada", "C63"),
        ("«Name»", "C66"),
    ],
)
def test_an_impossible_name_is_refused(name: str, code: str) -> None:
    assert codes(patient_name=name) == [code]


@pytest.mark.parametrize(
    "name", ["null null", "Test Patient", "Maria NULL", "undefined undefined", "FNU Singh", "None None"]
)
def test_a_name_with_a_word_for_no_name_is_accepted_with_a_warning(name: str) -> None:
    (note,) = name_notes(made(patient_name=name))
    assert (note.code, note.warning, note.field) == ("C69", True, "patient_name")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("-", "C64 the patient's name has no letter\n    Type the name."),
        (
            'Ada "Abel',
            "C66 the patient's name has stray quotation marks\n"
            "    Type it without them; a nickname has one on each side.",
        ),
        ("Rosa_Martinez", 'C63 the patient\'s name has a character that no name has: "_"\n    Type the name again.'),
    ],
)
def test_the_message_says_what_is_wrong_with_a_name(name: str, shown: str) -> None:
    (problem,) = make(patient_name=name)[1]
    assert str(replace(problem, path="")) == shown


def test_common_names_get_no_warning() -> None:
    assert not name_notes(made(patient_name="Nan Testa")) and not name_notes(made(patient_name="Ada Abel"))


# Record numbers.


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("００４１８８２３", "00418823"),
        ("٠٠٤١٨٨٢٣", "00418823"),
        (" 0041  8823 ", "0041 8823"),
        ("12–34", "12-34"),
        ("A-12/3", "A-12/3"),
        ("MRN: 12", "MRN: 12"),
        ("Ａ12", "A12"),
    ],
)
def test_a_record_number_is_printed_in_one_form(typed: str, number: str) -> None:
    assert made(mrn=typed).record_number == number == normalize_record_number(typed)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ('"00418823"', "C66"),
        ("“00418823”", "C66"),
        ("'00418823", "C66"),
        ("’00418823", "C66"),
        ("N/A", "C68"),
        ("pending", "C68"),
        ("NULL", "C68"),
        ("-", "C68"),
        ("rosa1@example.org", "C93"),
        ("4.18823E+05", "C67"),
        ("418823.0", "C67"),
        ("00418823?", "C94"),
        ("00418823*", "C94"),
        ("<mrn1>", "C94"),
        ("{{1}}", "C94"),
    ],
)
def test_an_impossible_record_number_is_refused(number: str, code: str) -> None:
    assert codes(mrn=number) == [code]
    assert number not in message(mrn=number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ('"00418823"', "C66 the record number has quotation marks\n    Type it without them."),
        (
            "4.18823E+05",
            "C67 a spreadsheet has changed this record number\n"
            "    Take it from the patient's record. In a spreadsheet, format the column as text.",
        ),
        ("pending", "C68 the record number has no digit\n    Take it from the patient's record."),
        ("rosa1@example.org", "C93 the record number is an e-mail address\n    Take it from the patient's record."),
        (
            "00418823?",
            "C94 the record number has a character that no record number has\n    Take it from the patient's record.",
        ),
    ],
)
def test_the_message_says_what_is_wrong_with_a_record_number(number: str, shown: str) -> None:
    (problem,) = make(mrn=number)[1]
    assert str(replace(problem, path="")) == shown


def test_two_spellings_of_one_record_number_are_equal() -> None:
    assert comparable_record_number("A12-34") == comparable_record_number("a12 34") != comparable_record_number("A1235")


# LAST, FIRST.


@pytest.mark.parametrize(
    ("given", "spoken"),
    [
        ("LEWIS JR, DOMINIC G", "DOMINIC G LEWIS JR"),
        ("LEWIS, DOMINIC G JR", "DOMINIC G LEWIS JR"),
        ("TIPTREE, JAMES, JR.", "JAMES TIPTREE JR."),
        ("MILLER, WALTER M., III", "WALTER M. MILLER III"),
        ("O'NEIL, SEAN II", "SEAN O'NEIL II"),
        ("DOE, JOHN (JACK) SR", "JOHN (JACK) DOE SR"),
        ("DR SMITH, JOHN MD", "DR JOHN SMITH MD"),
        ("SUHARTO", "SUHARTO"),
        ("SUHARTO,", "SUHARTO"),
        ("SUHARTO, .", "SUHARTO"),
        ("SUHARTO, FNU", "SUHARTO"),
        ("VAN DER BERG, A", "A VAN DER BERG"),
        ("SMITH ,  JOHN", "JOHN SMITH"),
        ("SMITH, JOHN V", "JOHN V SMITH"),
        ("NGUYEN, VAN DO", "VAN DO NGUYEN"),
        ("RAHMAN, MD ABDUR", "MD ABDUR RAHMAN"),
        ("الخطيب، محمد", "محمد الخطيب"),
    ],
)
def test_last_first_is_printed_as_first_last(given: str, spoken: str) -> None:
    assert given_name_first(given) == spoken


@pytest.mark.parametrize(
    "name", ["ABEL ADA", "ABEL, JR, ADA", ", ADA", "LEE, JR", "RAHMAN, MD", "A, B, C", ".", ",", "., JOHN"]
)
def test_a_name_with_unclear_parts_is_not_reordered(name: str) -> None:
    assert given_name_first(name) is None
