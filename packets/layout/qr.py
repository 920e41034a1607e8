"""A payload in, its QR symbol out (ISO/IEC 18004; level M, four modules of quiet zone)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from packets.layout.qr_family import Family

QUIET = 4
_DARK = re.compile("1+")
_STRIP = 8  # modules that are drawn together: each of the 256 strips is met soon


# How many payloads of one length are left to the library before a family is founded: one packet alone never pays.
_ALONE = 4
_lengths: Counter[int] = Counter()
_families: dict[int, Family] = {}


@lru_cache(maxsize=256)
def symbol(payload: str) -> tuple[str, ...]:
    """The modules without their quiet zone, row by row from the top; "1" is dark."""
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
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())


def _family(data: bytes) -> Family:
    known = _families.get(len(data))
    if known is None:
        known = _families[len(data)] = Family(data)
    return known


def squares(payload: str, x: float, y: float, side: float) -> str:
    """The dark modules as one path in a square of `side` points that holds the quiet zone as well.

    A module is a unit of the path's own space, with the first row at the top (ISO 32000-1 8.3.4).
    """
    rows = symbol(payload)
    unit = side / (len(rows) + 2 * QUIET)
    modules, strips = "".join(rows), _strips(len(rows))
    path = "".join([strips[at, modules[at : at + _STRIP]] for at in range(0, len(modules), _STRIP)])
    start = f"q {unit:.7g} 0 0 {-unit:.7g} {x + QUIET * unit:.7g} {y + side - QUIET * unit:.7g} cm"
    return f"{start}\n{path}f Q"


class _Strips(dict[tuple[int, str], str]):
    """Some modules and where they begin among all of a symbol, to the rectangles of the dark ones, run by run."""

    def __init__(self, side: int) -> None:
        self.side = side

    def __missing__(self, strip: tuple[int, str]) -> str:
        made = self[strip] = "".join(self._rectangles(*strip))
        return made

    def _rectangles(self, at: int, modules: str) -> Iterator[str]:
        end_of_row = self.side - at % self.side
        for first, part in ((at, modules[:end_of_row]), (at + end_of_row, modules[end_of_row:])):
            for run in _DARK.finditer(part):
                down, across = divmod(first + run.start(), self.side)
                yield f"{across} {down} {len(run[0])} 1 re\n"


_strips = lru_cache(maxsize=8)(_Strips)
