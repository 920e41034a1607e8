from __future__ import annotations

import datetime as dt

from hypothesis import assume, given
from hypothesis import strategies as st

from packets.domain.packet_id import ALPHABET, is_packet_id, packet_id

DAY = dt.date(2026, 12, 7)
TEXTS = st.text(min_size=1, max_size=20)
SIGNS = st.sampled_from(ALPHABET)


def test_the_same_case_gives_the_same_id_on_every_run() -> None:
    assert packet_id(b"a site's key", "00418823", "cervical-foraminotomy", DAY) == "4B9D-FDP8"
    assert packet_id(b"a site's key", "00418823", "cervical-foraminotomy", DAY, version=2) != "4B9D-FDP8"


@given(TEXTS, st.integers(1, 9))
def test_an_id_reads_as_one(record_number: str, version: int) -> None:
    made = packet_id(b"key", record_number, "x", DAY, version)
    assert is_packet_id(made)
    assert not set("01OI") & set(made)


@given(TEXTS, st.integers(0, 7), SIGNS)
def test_one_wrong_sign_is_seen(record_number: str, place: int, sign: str) -> None:
    made = packet_id(b"key", record_number, "x", DAY).replace("-", "")
    assume(made[place] != sign)
    wrong = made[:place] + sign + made[place + 1 :]
    assert not is_packet_id(f"{wrong[:4]}-{wrong[4:]}")


@given(TEXTS, st.integers(0, 7), st.integers(0, 7))
def test_two_swapped_signs_are_seen(record_number: str, one: int, other: int) -> None:
    signs = list(packet_id(b"key", record_number, "x", DAY).replace("-", ""))
    assume(signs[one] != signs[other])
    signs[one], signs[other] = signs[other], signs[one]
    assert not is_packet_id("".join(signs[:4]) + "-" + "".join(signs[4:]))


@given(TEXTS, TEXTS)
def test_fields_do_not_run_together(one: str, other: str) -> None:
    assert packet_id(b"key", one + "x", other, DAY) != packet_id(b"key", one, "x" + other, DAY)


def test_what_is_no_id() -> None:
    assert is_packet_id("4B9D-FDP8")
    for text in ("", "4B9DFDP8", "4B9D-FDP", "4b9d-fdp8", "4B9D-FDP0", "4B9D–FDP8", "4B9-DFDP8", "4B9D-FDP8-", "9-"):
        assert not is_packet_id(text)
