"""Check the signs of an emergency: the room for them on page 1, and their translations."""

from __future__ import annotations

from collections.abc import Sequence

from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Place
from packets.model.case import Clinic
from packets.model.clinic_contact import text_in
from packets.model.handout import Handout

# In large print. tests/pages/test_first_page.py shows that page 1 has room for this much, whatever the patient's name.
_MAX_ROWS = 6
_SIGN = 52  # characters of a sign on one line
_HALF_SIGN = 26  # characters of a sign, if two are on one line
_PHONE = 36  # characters of a number with its label and hours on one line
_ROWS_BESIDE_THE_CODE = 4


def check_help_strip(record: ParsedRecord, clinic: Clinic, problems: ProblemCollector) -> None:
    """Warn about more emergency signs and numbers than page 1 has room for; `record` is the clinic or one site."""
    if clinic.emergency is None or not (record.has("emergency") or record.has("phones")):
        return
    rows = max((_rows_of_signs(signs) for _, signs in clinic.emergency.when), default=0)
    _check_room(clinic, rows, record.at("emergency" if record.has("emergency") else "phones"), problems)


def check_own_signs(record: ParsedRecord, value: Handout, clinic: Clinic | None, problems: ProblemCollector) -> None:
    """Report a handout's signs without a number to call (L85), and warn if page 1 may have no room for them."""
    if not value.emergency_signs or clinic is None:
        return
    place = record.at("emergency_signs")
    if clinic.emergency is None and value.original is None:
        hint = 'Write in clinic.yaml: emergency: {number: "911", when: [...]}'
        problems.add("L85", "the clinic has no emergency number to print above these signs", place, hint)
    elif clinic.emergency:
        signs = text_in(clinic.emergency.when, value.language, clinic.language) or ()
        _check_room(clinic, _rows_of_signs((*signs, *value.emergency_signs)), place, problems)


def check_same_signs(
    originals: Sequence[str],
    original_language: str,
    signs: Sequence[ParsedValue],
    language: str,
    place: Place,
    problems: ProblemCollector,
) -> None:
    """Report signs that differ from those of the original in number (L64), or in the facts that they state."""
    if len(signs) != len(originals):
        message = (
            f'the number of signs differs: {len(signs)} in "{language}", {len(originals)} in "{original_language}"'
        )
        problems.add("L64", message, place, "Write each sign in each language, in the same order.")
        return
    from packets.content.lint.translation_facts import compare

    for original, sign in zip(originals, signs, strict=True):
        compare(original, original_language, str(sign.value), language, sign.place, problems)


def _check_room(clinic: Clinic, rows: int, place: Place, problems: ProblemCollector) -> None:
    """Warn if page 1 may have no room for so many rows of signs beside the clinic's numbers."""
    if rows + max(_rows_of_phones(clinic), _ROWS_BESIDE_THE_CODE) > _MAX_ROWS:
        message = "page 1 may have no room for the emergency signs and the numbers, in large print"
        hint = (
            f"Write at most four signs of {_HALF_SIGN} characters or two of {_SIGN}, and at most three short numbers."
        )
        problems.add("L81", message, place, hint, warning=True)


def _rows_of_signs(signs: tuple[str, ...]) -> int:
    if all(len(sign) <= _HALF_SIGN for sign in signs):
        return _lines(len(signs), 2)
    return sum(_lines(len(sign), _SIGN) for sign in signs)


def _rows_of_phones(clinic: Clinic) -> int:
    """Return the lines below the first number: its hours, the other numbers, the web address."""
    rows = 0 if clinic.booking_phone else 1
    for place, phone in enumerate(clinic.numbers):
        label = max((len(words) for _, words in phone.label), default=0)
        hours = max((len(words) for _, words in phone.hours), default=0)
        rows += _lines(hours if place == 0 else label + len(phone.number) + hours, _PHONE)
    return rows


def _lines(length: int, of: int) -> int:
    return -(-length // of)
