"""Make and check packet ids: short enough to read aloud ("7KQ4-M2F4"), different for every different packet."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from itertools import count

# Every character that an id may hold: without 0, O, 1 and I, which are misread and misheard.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# Ids made from now on have no vowels, so that they spell no words. Older ids stay valid.
_WITHOUT_VOWELS = "23456789BCDFGHJKLMNPQRSTVWXZ"
# A placeholder in a case until its packet id is computed.
NO_ID = "2222-2222"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_DIGITS = 7  # 28^7 is 34 bits; then one check character
_FIELD = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


def fingerprint(key: bytes, *words: str | bytes) -> bytes:
    """Return 16 bytes that reveal nothing about `words` without the site's key."""
    state = hmac.new(key, digestmod=hashlib.sha256)
    for word in words:
        data = word.encode() if isinstance(word, str) else word
        state.update(len(data).to_bytes(4, "big"))
        state.update(data)
    return state.digest()[:16]


def packet_id(
    key: bytes,
    record_number: str,
    procedure: str,
    surgery_date: dt.date,
    printed: bytes,
    attempt: int = 1,
    replaces: Sequence[str] = (),
) -> str:
    """Return the id of one packet: the same on every run at a site, and revealing nothing about the patient.

    `key` is the site's secret; without it, a list of record numbers could be matched to ids. `printed` is the
    fingerprint of everything that the pages print (`model.printed_digest`); `replaces` holds the ids of the packets
    that this one makes void. `attempt` is raised if the id is already taken.
    """
    fields = (record_number, procedure, surgery_date.isoformat(), printed.hex(), str(attempt), *replaces)
    for retry in count():
        number = int.from_bytes(_hmac(key, *fields, *([str(retry)] if retry else [])), "big")
        values = []
        for _ in range(_DIGITS):
            number, digit = divmod(number, len(_WITHOUT_VOWELS))
            values.append(_VALUE[_WITHOUT_VOWELS[digit]])
        characters = "".join(ALPHABET[value] for value in [*values, _check(values)])
        if characters[-1] in _WITHOUT_VOWELS:
            return f"{characters[:4]}-{characters[4:]}"
    raise AssertionError("the loop has no end")


def is_packet_id(text: str) -> bool:
    """Return whether `text` is an id as printed, with the right check character."""
    characters = text.replace("-", "", 1)
    if len(text) != _DIGITS + 2 or text[4] != "-" or any(character not in _VALUE for character in characters):
        return False
    values = [_VALUE[character] for character in characters]
    return _check(values[:-1]) == values[-1]


def _hmac(key: bytes, *fields: str) -> bytes:
    """Each field follows its length, so that two cases never give the same message."""
    message = b"".join(len(field.encode()).to_bytes(4, "big") + field.encode() for field in fields)
    return hmac.digest(key, message, hashlib.sha256)


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & 32 else value


def _check(values: list[int]) -> int:
    """Horner's rule over GF(32): every single wrong character and every swap of two changes the result."""
    total = 0
    for value in values:
        total = _times_x(total ^ value)
    return total
