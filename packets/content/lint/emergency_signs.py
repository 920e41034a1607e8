"""Warn if page 1 may have no room for whom to call."""

from __future__ import annotations

from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.model.case import Clinic

# In large print. tests/pages/test_first_page.py shows that page 1 has room for this much, whatever the patient's name.
_MOST_ROWS = 6
_SIGN = 52  # characters of a sign on one line
_HALF_SIGN = 26  # characters of a sign, if two are on one line
_PHONE = 36  # characters of a number with its label and hours on one line
_ROWS_BESIDE_THE_CODE = 4


def check_help_strip(record: ParsedRecord, clinic: Clinic, problems: ProblemCollector) -> None:
    """Warn about more emergency signs and numbers than page 1 has room for; `record` is the clinic or one site."""
    if clinic.emergency is None or not (record.has("emergency") or record.has("phones")):
        return
    signs = max((_rows_of_signs(signs) for _, signs in clinic.emergency.when), default=0)
    if signs + max(_rows_of_phones(clinic), _ROWS_BESIDE_THE_CODE) > _MOST_ROWS:
        place = record.at("emergency" if record.has("emergency") else "phones")
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
