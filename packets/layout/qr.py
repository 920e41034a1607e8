"""A payload in, the dark squares of its QR symbol out (ISO/IEC 18004; level M, four modules of quiet zone)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from packets.layout.qr_family import Family

QUIET = 4


# How many payloads of one length are left to the library before a family is founded: one packet alone never pays.
_ALONE = 4
_lengths: Counter[int] = Counter()
_families: dict[int, Family] = {}


@lru_cache(maxsize=256)
def symbol(payload: str) -> tuple[tuple[bool, ...], ...]:
    """The modules without their quiet zone, row by row from the top."""
    import qrcode
    from qrcode.util import MODE_8BIT_BYTE, optimal_data_chunks

    data = payload.encode("utf-8")
    chunks = list(optimal_data_chunks(data, minimum=20))
    if len(chunks) == 1 and chunks[0].mode == MODE_8BIT_BYTE:
        _lengths[len(data)] += 1
        if _lengths[len(data)] > _ALONE:
            return _family(data).symbol(data)
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(payload)
    code.make(fit=True)
    return tuple(tuple(map(bool, row)) for row in code.get_matrix())


def _family(data: bytes) -> Family:
    known = _families.get(len(data))
    if known is None:
        known = _families[len(data)] = Family(data)
    return known


def boxes(payload: str, x: float, y: float, side: float) -> Iterator[tuple[float, float, float, float]]:
    """Runs of dark modules as rectangles in a square of `side` points that holds the quiet zone as well."""
    rows = symbol(payload)
    unit = side / (len(rows) + 2 * QUIET)
    for down, row in enumerate(rows):
        top = y + side - (QUIET + down) * unit
        start: int | None = None
        for across, dark in enumerate([*row, False]):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                yield (x + (QUIET + start) * unit, top - unit, x + (QUIET + across) * unit, top)
                start = None
