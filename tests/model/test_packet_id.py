from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from packets.model.packet_id import ALPHABET, is_packet_id, packet_id

DAY = dt.date(2026, 12, 7)
TEXTS = st.text(min_size=1, max_size=20)
CHARACTERS = st.sampled_from(ALPHABET)


def made(
    record_number: str = "00418823",
    procedure: str = "cervical-foraminotomy",
    surgery_date: dt.date = DAY,
    printed: bytes = b"digest",
    attempt: int = 1,
    replaces: tuple[str, ...] = (),
) -> str:
    return packet_id(b"a site's key", record_number, procedure, surgery_date, printed, attempt, replaces)


def test_the_same_case_gives_the_same_id_on_every_run() -> None:
    assert made() == made() == "GWHN-MWSR"


@pytest.mark.parametrize(
    "change",
    [
        {"record_number": "00418824"},
        {"procedure": "lumbar-laminectomy"},
        {"surgery_date": dt.date(2026, 12, 8)},
        {"printed": b"other"},
        {"attempt": 2},
        {"replaces": ("4B9D-FDP8",)},
    ],
)
def test_everything_that_changes_the_packet_changes_the_id(change: dict[str, Any]) -> None:
    assert made(**change) != made()
    assert packet_id(b"another key", "00418823", "cervical-foraminotomy", DAY, b"digest") != made()


@given(TEXTS, st.integers(1, 9), st.binary(max_size=16))
def test_an_id_is_valid_and_spells_no_word(record_number: str, attempt: int, printed: bytes) -> None:
    one = made(record_number, attempt=attempt, printed=printed)
    assert is_packet_id(one)
    assert not set("01OIAEUY") & set(one)


@given(TEXTS, st.integers(0, 7), CHARACTERS)
def test_one_wrong_character_is_detected(record_number: str, place: int, character: str) -> None:
    one = made(record_number).replace("-", "")
    assume(one[place] != character)
    wrong = one[:place] + character + one[place + 1 :]
    assert not is_packet_id(f"{wrong[:4]}-{wrong[4:]}")


@given(TEXTS, st.integers(0, 7), st.integers(0, 7))
def test_two_swapped_characters_are_detected(record_number: str, one: int, other: int) -> None:
    characters = list(made(record_number).replace("-", ""))
    assume(characters[one] != characters[other])
    characters[one], characters[other] = characters[other], characters[one]
    assert not is_packet_id("".join(characters[:4]) + "-" + "".join(characters[4:]))


@given(TEXTS, TEXTS)
def test_fields_do_not_run_together(one: str, other: str) -> None:
    assert made(one + "x", other) != made(one, "x" + other)


def test_an_older_id_with_vowels_stays_valid() -> None:
    assert is_packet_id("SAMP-LE2Z") and is_packet_id("KAT6-7ZR6") and is_packet_id("FPRR-XFF4")


def test_other_texts_are_not_ids() -> None:
    assert is_packet_id("4B9D-FDP8")
    for text in ("", "4B9DFDP8", "4B9D-FDP", "4b9d-fdp8", "4B9D-FDP0", "4B9D–FDP8", "4B9-DFDP8", "4B9D-FDP8-", "9-"):
        assert not is_packet_id(text)
