"""The quick QR symbols are the library's, bit for bit."""

from __future__ import annotations

import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.util import MODE_8BIT_BYTE, QRData

from packets.layout import qr
from packets.layout.qr_family import Family

FAMILIES: dict[int, Family] = {}
TOKENS = st.integers(0, 2**48 - 1).map(lambda token: f"https://clinic.example.org/a/{token:012x}")


def by_library(payload: bytes) -> tuple[str, ...]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(QRData(payload, mode=MODE_8BIT_BYTE), optimize=0)
    code.make(fit=True)
    return rows(code)


def rows(code: qrcode.QRCode) -> tuple[str, ...]:
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())


@given(st.one_of(TOKENS.map(str.encode), st.binary(min_size=20, max_size=20)))
@settings(max_examples=120)
def test_any_payload_has_the_symbol_that_the_library_gives_it(payload: bytes) -> None:
    if len(payload) not in FAMILIES:
        FAMILIES[len(payload)] = Family(payload)
    family = FAMILIES[len(payload)]
    assert family.symbol(payload) == by_library(payload)


def test_the_first_and_the_hundredth_payload_are_made_alike() -> None:
    """A token of digits and capitals is packed closer by the library, and then has no family."""
    payloads = [f"https://clinic.example.org/appointments/{number * 7919:x}-k" for number in range(1000, 1012)]
    payloads += [f"https://clinic.example.org/{number:030d}" for number in range(6)]
    for payload in payloads:
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        code.add_data(payload)
        code.make(fit=True)
        assert qr.symbol(payload) == rows(code)
    assert qr._families, "no family was founded: this test tried only the library"
