"""Test that a translation which states another number, unit, time, date, phone, side or a lost "not" is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packets.content.lint.fact_words import LANGUAGES
from packets.content.lint.translation_facts import compare, facts_of
from packets.content.problems import ProblemCollector
from packets.content.yaml.parser import Place

PLACE = Place(7, 9)


def reported(original: str, translated: str, language: str) -> list[str]:
    problems = ProblemCollector("handout.yaml")
    compare(original, "en", translated, language, PLACE, problems)
    return [f"{problem.line}:{problem.column}: {problem.code} {problem.message}" for problem in problems.problems]


@pytest.mark.parametrize(
    ("original", "translated", "language"),
    [
        ("Use the drops 4 times a day.", "Use las gotas cuatro veces al día.", "es"),
        ("Use the drops twice a day.", "Nehmen Sie die Tropfen zweimal am Tag.", "de"),
        ("Take 1 tablet.", "Tome una tableta.", "es"),
        ("Take one tablet a day.", "Nehmen Sie 1 Tablette am Tag.", "de"),
        ("Wait twenty-four hours.", "Warten Sie 24 Stunden.", "de"),
        ("Wait for 45 days.", "Espere cuarenta y cinco días.", "es"),
        ("within a week or two", "en una o dos semanas", "es"),
        ("by four weeks", "bis zur vierten Woche", "de"),
        ("two to three months", "zwei bis drei Monate", "de"),
        ("Take 1,000 mg.", "Nehmen Sie 1.000 mg.", "de"),
        ("Take 1.5 mg.", "Tome 1,5 mg.", "es"),
        ("Arrive at 6:30 AM.", "Kommen Sie um 6.30 Uhr.", "de"),
        ("Arrive at 6:30 PM.", "Llegue a las 6:30 de la tarde.", "es"),
        ("No food after midnight.", "Nada de comida después de medianoche.", "es"),
        ("No food after midnight.", "Nada de comida después de las 12 de la noche.", "es"),
        ("No food after midnight.", "Nichts essen nach 12 Uhr nachts.", "de"),
        ("No food after midnight.", "Nichts essen nach 24 Uhr.", "de"),
        ("Arrive at 12:30 PM.", "Kommen Sie um 12:30 Uhr mittags.", "de"),
        ("Take it at 11 PM.", "Nehmen Sie es um 11 Uhr nachts.", "de"),
        ("Take it at 1 AM.", "Nehmen Sie es um 1 Uhr nachts.", "de"),
        ("Arrive at 3 PM.", "Kommen Sie um 3 Uhr nachmittags.", "de"),
        ("Take it at 12:30 AM.", "Tómelo a las 12:30 de la noche.", "es"),
        ("Arrive at noon.", "Llegue a las 12 del mediodía.", "es"),
        ("No food after 12 midnight.", "Nichts essen nach Mitternacht.", "de"),
        ("Call by December 7.", "Llame a más tardar el 7 de diciembre.", "es"),
        ("Call 816-363-2500.", "Rufen Sie 816 363 2500 an.", "de"),
        ("Keep your right knee straight.", "Mantenga la rodilla derecha estirada.", "es"),
        ("Both eyes", "Los dos ojos", "es"),
        ("Call right away.", "Rufen Sie sofort an.", "de"),
        ("You have left the hospital.", "Usted ha salido del hospital.", "es"),
        ("Driving is usually safe.", "Por lo general, puede conducir sin peligro.", "es"),
        ("Do not drive.", "Fahren Sie kein Auto.", "de"),
    ],
)
def test_the_same_facts_in_two_languages_give_no_problem(original: str, translated: str, language: str) -> None:
    assert reported(original, translated, language) == []


@pytest.mark.parametrize(
    ("original", "translated", "language", "message"),
    [
        (
            "No food after noon.",
            "Nichts essen nach 12 Uhr nachts.",
            "de",
            "T22 the times or dates differ from the original, which has 12:00; found 00:00",
        ),
        (
            "Do not drive for 2 weeks, unless we told you to.",
            "No conduzca durante 2 semanas.",
            "es",
            'T26 the original has an exception here, such as "unless", and the translation has none',
        ),
        (
            "Use the drops 4 times a day.",
            "Use las gotas 3 veces al día.",
            "es",
            "T20 the numbers differ from the original, which has 4; found 3",
        ),
        (
            "Use the drops four times a day.",
            "Use las gotas tres veces al día.",
            "es",
            "T20 the numbers differ from the original, which has 4; found 3",
        ),
        (
            "by four weeks",
            "bis zur dritten Woche",
            "de",
            "T20 the numbers differ from the original, which has 4; found 3",
        ),
        (
            "Do not shower.",
            "No se duche por 2 días.",
            "es",
            "T20 the numbers differ from the original, which has none; found 2",
        ),
        (
            "Wait 48 hours.",
            "Espere 48 días.",
            "es",
            "T21 the units differ from the original, which has 48 hours; found 48 days",
        ),
        (
            "Take 5 mg.",
            "Nehmen Sie 5 ml.",
            "de",
            "T21 the units differ from the original, which has 5 milligrams; found 5 milliliters",
        ),
        (
            "Arrive at 6:30 AM.",
            "Llegue a las 6:30 p. m.",
            "es",
            "T22 the times or dates differ from the original, which has 06:30; found 18:30",
        ),
        (
            "Come on December 7.",
            "Kommen Sie am 8. Dezember.",
            "de",
            "T22 the times or dates differ from the original, which has 12/7; found 12/8",
        ),
        (
            "Call 816-363-2500.",
            "Llame al 816-363-2501.",
            "es",
            "T23 the phone numbers differ from the original, which has 8163632500; found 8163632501",
        ),
        (
            "Your right knee was operated on.",
            "Le operaron la rodilla izquierda.",
            "es",
            "T24 the sides differ from the original, which has right; found left",
        ),
        (
            "Lie on your left side.",
            "Legen Sie sich auf die Seite.",
            "de",
            "T24 the sides differ from the original, which has left; found none",
        ),
        (
            "Do not kneel.",
            "Arrodíllese.",
            "es",
            "T25 the original says no or not here, and the translation does not",
        ),
        (
            "You may bathe.",
            "Baden Sie nicht.",
            "de",
            "T25 the translation says no or not here, and the original does not",
        ),
    ],
)
def test_other_facts_in_the_translation_are_reported(
    original: str, translated: str, language: str, message: str
) -> None:
    assert reported(original, translated, language) == [f"7:9: {message}"]


def test_a_language_without_word_lists_is_compared_by_its_digits_and_phones() -> None:
    assert reported("Wait 4 weeks, call 816-363-2500.", "Chờ 4 tuần, gọi 816-363-2500.", "vi") == []
    assert reported("Wait 4 weeks.", "Chờ bốn tuần.", "vi") == []
    assert reported("Wait 4 weeks.", "Chờ 5 tuần.", "vi") == [
        "7:9: T20 the numbers differ from the original, which has 4; found 5"
    ]


@given(number=st.integers(2, 99), language=st.sampled_from(sorted(LANGUAGES)))
def test_every_number_word_means_its_digits(number: int, language: str) -> None:
    names = [word for word, count in LANGUAGES[language].numbers.items() if count == number]
    assert names
    for name in names:
        assert facts_of(f"… {name} …", language).numbers == {str(number)}


@given(number=st.integers(2, 99), other=st.integers(2, 99), language=st.sampled_from(sorted(set(LANGUAGES) - {"en"})))
def test_a_changed_number_is_always_reported(number: int, other: int, language: str) -> None:
    name = next(word for word, count in LANGUAGES[language].numbers.items() if count == other)
    assert bool(reported(f"Take {number} of them.", f"… {name} …", language)) is (number != other)
