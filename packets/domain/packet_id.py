"""Packet ids: a site's key and one case in, a short id that can be read aloud out ("7KQ4-M2F4")."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

# 32 signs without 0, O, 1 and I, which are misread and misheard.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_DIGITS = 7  # 35 bits, and one check sign
_FIELD = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value & 32 else value


def _check(values: list[int]) -> int:
    """Horner's rule over GF(32): every single wrong sign and every swap of two signs changes the result."""
    total = 0
    for value in values:
        total = _times_x(total ^ value)
    return total


def packet_id(key: bytes, record_number: str, procedure: str, surgery_date: dt.date, version: int = 1) -> str:
    """The id of one version of one case's packet: the same on every run of a site, and telling nothing of the patient.

    `key` is the site's secret; without it, whoever holds a list of record numbers could match them to ids.
    """
    # Lengths stand before the texts, so that no two cases can run together into the same message.
    fields = (record_number, procedure, surgery_date.isoformat(), str(version))
    message = b"".join(len(field.encode()).to_bytes(4, "big") + field.encode() for field in fields)
    number = int.from_bytes(hmac.digest(key, message, hashlib.sha256)[:8], "big")
    values = [(number >> 5 * place) & 31 for place in range(_DIGITS)]
    signs = "".join(ALPHABET[value] for value in [*values, _check(values)])
    return f"{signs[:4]}-{signs[4:]}"


def is_packet_id(text: str) -> bool:
    """Whether `text` is an id as printed, with the right check sign."""
    signs = text.replace("-", "", 1)
    if len(text) != _DIGITS + 2 or text[4] != "-" or any(sign not in _VALUE for sign in signs):
        return False
    values = [_VALUE[sign] for sign in signs]
    return _check(values[:-1]) == values[-1]
