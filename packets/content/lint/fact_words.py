"""List the words for numbers, units, times, months, sides and negations, to compare a text with its translation.

Of a language without a table, only digits and phone numbers are compared. A `*` at the end of a word matches any ending
of up to two letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct, field


class FactWords(Struct, frozen=True):
    """The words of one language; `possible` are words that are a number only in some sentences ("a", "second")."""

    numbers: Mapping[str, int]
    possible: Mapping[str, int]
    units: Mapping[str, str]
    hours: Mapping[str, str]  # regular expressions of times of day: "midnight", and what comes after an hour
    months: tuple[str, ...]
    left: str
    right: str
    not_sides: str  # phrases in which these words are no side
    negations: str
    exceptions: str  # words that begin an exception to an instruction
    repeated: frozenset[str]  # numbers that say how many times, in one word
    decimal: str = "."
    joins: frozenset[str] = field(default_factory=frozenset)


def _words(text: str, start: int = 0) -> dict[str, int]:
    """Count up from `start`; "/" stands between words of the same number."""
    return {word: start + place for place, names in enumerate(text.split()) for word in names.split("/")}


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _units(**names: str) -> dict[str, str]:
    return {word: unit for unit, words in names.items() for word in words.split()}


_ENGLISH_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety", 2)
_ENGLISH = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ENGLISH_NUMBERS = (
    _ENGLISH
    | {word: 10 * tens for word, tens in _ENGLISH_TENS.items()}
    | {
        f"{ten}{dash}{unit}": 10 * tens + count
        for ten, tens in _ENGLISH_TENS.items()
        for unit, count in _ENGLISH.items()
        if 0 < count < 10
        for dash in ("-", " ")
    }
    | {"twice": 2, "hundred": 100}
)
_SPANISH_TENS = _words("treinta cuarenta cincuenta sesenta setenta ochenta noventa", 3)
_SPANISH = _words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno/veintiún/veintiuna veintidós veintitrés veinticuatro veinticinco "
    "veintiséis veintisiete veintiocho veintinueve"
)
_SPANISH_NUMBERS = (
    _SPANISH
    | {word: 10 * tens for word, tens in _SPANISH_TENS.items()}
    | {
        f"{ten} y {unit}": 10 * tens + count
        for ten, tens in _SPANISH_TENS.items()
        for unit, count in _SPANISH.items()
        if 0 < count < 10
    }
    | {"cien": 100}
)
_GERMAN = _words(
    "null eins zwei/zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn"
)
_GERMAN_TENS = _words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig", 2)
_GERMAN_NUMBERS = (
    _GERMAN
    | {word: 10 * tens for word, tens in _GERMAN_TENS.items()}
    | {
        f"{'ein' if count == 1 else unit}und{ten}": 10 * tens + count
        for ten, tens in _GERMAN_TENS.items()
        for unit, count in _GERMAN.items()
        if 0 < count < 10
    }
    | {f"{unit}mal": count for unit, count in _GERMAN.items() if count > 1}
    | {"hundert": 100}
)
_AM, _PM = "am", "pm"
_NIGHT = "night"  # from 6 in the evening until 5 in the morning
HALVES = (_AM, _PM, _NIGHT)

LANGUAGES: Mapping[str, FactWords] = {
    "en": FactWords(
        numbers={word: count for word, count in _ENGLISH_NUMBERS.items() if count != 1},
        possible=_words(
            "a/an/one/once/first second/both/couple/pair third fourth fifth sixth seventh eighth ninth tenth eleventh "
            "twelfth",
            1,
        ),
        units=_units(
            minute="minute minutes",
            hour="hour hours",
            day="day days",
            week="week weeks",
            month="month months",
            year="year years",
            times="time times",
            pound="pound pounds",
            milligram="mg milligram milligrams",
            milliliter="ml milliliter milliliters",
            drop="drop drops",
            tablet="tablet tablets pill pills",
        ),
        hours={
            r"(?:(?:12(?::00)?|twelve) )?midnight|(?:12(?::00)?|twelve)(?: o['’]clock)? at night": "00:00",
            r"(?:(?:12(?::00)?|twelve) )?noon": "12:00",
            r"a\.?\s?m\b\.?": _AM,
            r"p\.?\s?m\b\.?": _PM,
        },
        months=_list("january february march april may june july august september october november december"),
        left=r"left",
        right=r"right",
        not_sides=r"right (?:away|after|before|now|here|there|then)|all right|the right (?:to|time|amount|dose|way)|"
        r"(?:is|are|be|been|was|were|has|have|had|you|he|she|they|patient) left|left (?:over|the|in|out|untreated)|"
        r"rights",
        negations=r"not|no|never|without|none|nothing|nobody|neither|nor|avoid\w*|cannot|\w+n['’]t|fail\w*|unable",
        exceptions=r"unless|except|(?<!without )exception|only if|other than|but not if",
        repeated=frozenset({"twice"}),
        joins=frozenset({"or", "to", "and", "full", "more", "of", "through"}),
    ),
    "es": FactWords(
        numbers={word: count for word, count in _SPANISH_NUMBERS.items() if count != 1},
        possible=_words(
            "un/una/uno/primer*/vez segund*/ambos/ambas/par tercer* cuart* quint* sext* séptim* octav* noven* décim*", 1
        ),
        units=_units(
            minute="minuto minutos",
            hour="hora horas",
            day="día días",
            week="semana semanas",
            month="mes meses",
            year="año años",
            times="vez veces",
            pound="libra libras",
            milligram="mg miligramo miligramos",
            milliliter="ml mililitro mililitros",
            drop="gota gotas",
            tablet="tableta tabletas pastilla pastillas comprimido comprimidos",
        ),
        hours={
            "medianoche|doce de la noche": "00:00",
            r"(?:(?:12(?::00)?|doce) del )?mediodía": "12:00",
            r"a\.?\s?m\b\.?|de la (?:mañana|madrugada)": _AM,
            r"p\.?\s?m\b\.?|de la tarde": _PM,
            "de la noche": _NIGHT,
        },
        months=_list("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        left=r"izquierd[oa]s?",
        right=r"derech[oa]s?",
        not_sides=r"derecho a|(?:siéntese|sentarse|párese|de pie|manténgase) derech[oa]|sus derechos|los derechos",
        negations=r"no|nunca|jamás|sin(?! peligro)|ni|ningún|ninguna?|nada|nadie|tampoco|evit\w+",
        exceptions=r"a menos que|a no ser que|salvo|excepto|(?<!sin )excepción|s[oó]lo si|pero no si",
        repeated=frozenset(),
        decimal=",",
        joins=frozenset({"a", "o", "y", "u", "de", "más"}),
    ),
    "de": FactWords(
        numbers={word: count for word, count in _GERMAN_NUMBERS.items() if count != 1},
        possible=_words(
            "ein*/eins/einmal/erst* zweit*/beid*/paar dritt* viert* fünft* sechst* siebt* achten/achte/achter/achtes "
            "neunt* zehnt* elft* zwölft*",
            1,
        ),
        units=_units(
            minute="minute minuten",
            hour="stunde stunden",
            day="tag tage tagen",
            week="woche wochen",
            month="monat monate monaten monats",
            year="jahr jahre jahren",
            times="mal",
            pound="pfund",
            milligram="mg milligramm",
            milliliter="ml milliliter",
            drop="tropfen",
            tablet="tablette tabletten",
        ),
        hours={
            r"mitternacht|zwölf uhr (?:nachts|in der nacht)": "00:00",
            r"uhr (?:morgens|früh|vormittags|am morgen|am vormittag)": _AM,
            r"uhr (?:mittags|nachmittags|abends|am nachmittag|am abend)": _PM,
            r"uhr (?:nachts|in der nacht)": _NIGHT,
            r"(?:zwölf uhr )?mittags?": "12:00",
            "uhr": "",
        },
        months=_list("januar februar märz april mai juni juli august september oktober november dezember"),
        left=r"link(?:e[rnms]?|s)",
        right=r"recht(?:e[rnms]?|s)",
        not_sides=r"recht (?:haben|auf)|ihr recht\w*|rechtzeitig",
        negations=r"nicht|kein\w*|nie|niemals|ohne(?! beschwerden)|weder|nichts|niemand|vermeid\w+|verzicht\w+",
        exceptions=r"es sei denn|außer|(?<!ohne )ausnahme|ausgenommen|sofern nicht|nur wenn|nur dann|aber nicht, wenn",
        repeated=frozenset(f"{unit}mal" for unit in _GERMAN),
        decimal=",",
        joins=frozenset({"bis", "oder", "und", "vollen", "volle", "mehr"}),
    ),
}


def hour_of_day(hour: int, half: str) -> int:
    """Return the hour on a 24-hour clock: 23 for "11 at night", 0 for "12 at night" and for 24."""
    if half == _NIGHT:
        half = _PM if 6 <= hour < 12 else _AM if hour <= 12 else ""
    return hour % 12 + (12 if half == _PM else 0) if half else hour % 24


def lookup(word: str, table: Mapping[str, int]) -> int | None:
    """Return the number of a word, also in a form that a stem with `*` allows."""
    if word in table:
        return table[word]
    for length in range(max(1, len(word) - 2), len(word) + 1):
        if (count := table.get(f"{word[:length]}*")) is not None:
            return count
    return None


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
