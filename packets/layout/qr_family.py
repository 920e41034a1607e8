"""QR payloads of one length in, their symbols out in a tenth of a millisecond, bit for bit those of the qrcode library.

In byte mode a symbol is affine over GF(2) in its payload's bits: error correction, placement and mask are all XOR. So
the symbol of any payload is that of a reference payload XOR one constant for each bit that differs, and the library
itself gives the constants. The best mask is then chosen by the penalties of ISO/IEC 18004 7.8.3, as the library does.
A symbol is one number here: bit `row * side + column` is a dark module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

_MASKS = range(8)


class Family:
    """All payloads of one length."""

    def __init__(self, reference: bytes) -> None:
        """Asks the library for the reference in all masks: about 0.1 s."""
        self.reference = reference
        whole = _library(reference, 0)
        self.side = side = int(whole.modules_count)
        self.version = int(whole.version)
        self._final = [_number(_library(reference, mask, self.version).modules) for mask in _MASKS]
        self._test = [_number(_test_symbol(reference, mask, self.version)) for mask in _MASKS]
        self._bits: dict[int, int] = {}
        self._all = (1 << side * side) - 1
        self._columns = self._first_columns(side - 1), self._first_columns(side - 10)
        self._rows = (1 << (side - 1) * side) - 1, (1 << (side - 10) * side) - 1

    def symbol(self, payload: bytes) -> tuple[str, ...]:
        """The modules, row by row from the top, "1" for dark. `payload` has the reference's length."""
        change = self._change(payload)
        number = self._final[self._best([test ^ change for test in self._test])] ^ change
        digits = format(number | 1 << self.side * self.side, "b")[:0:-1]
        return tuple([digits[start : start + self.side] for start in range(0, len(digits), self.side)])

    def _change(self, payload: bytes) -> int:
        change = 0
        different = int.from_bytes(payload, "little") ^ int.from_bytes(self.reference, "little")
        while different:
            lowest = different & -different
            different ^= lowest
            change ^= self._bit(lowest.bit_length() - 1)
        return change

    def _bit(self, place: int) -> int:
        known = self._bits.get(place)
        if known is None:
            other = bytearray(self.reference)
            other[place >> 3] ^= 1 << (place & 7)
            known = _number(_library(bytes(other), 0, self.version).modules) ^ self._final[0]
            self._bits[place] = known
        return known

    def _first_columns(self, count: int) -> int:
        return sum(((1 << count) - 1) << row * self.side for row in range(self.side))

    def _best(self, tests: list[int]) -> int:
        """The first mask with the least penalty; what looks like finders is counted only where it can decide."""
        rest = [self._alike(test) for test in tests]
        best = least = -1
        for mask in sorted(_MASKS, key=rest.__getitem__):
            if best >= 0 and rest[mask] > least:
                break
            penalty = rest[mask] + self._like_finders(tests[mask])
            if best < 0 or (penalty, mask) < (least, best):
                best, least = mask, penalty
        return best

    def _alike(self, dark: int) -> int:
        side = self.side
        across = ~(dark ^ (dark >> 1)) & self._columns[0]  # a module like its right neighbour
        down = ~(dark ^ (dark >> side)) & self._rows[0]
        return (
            self._runs(across, 1)
            + self._runs(down, side)
            + 3 * (across & (across >> side) & down).bit_count()
            + 10 * int(abs(dark.bit_count() / (side * side) * 100 - 50) / 5)
        )

    def _like_finders(self, dark: int) -> int:
        light = dark ^ self._all
        rows = self._finders(dark, light, 1, self._columns[1])
        return rows + self._finders(dark, light, self.side, self._rows[1])

    @staticmethod
    def _runs(same: int, step: int) -> int:
        """Five modules alike cost 3, each one more costs 1."""
        three = same & same >> step
        five = three & three >> 2 * step
        return five.bit_count() + 2 * (five & ~(five << step)).bit_count()

    @staticmethod
    def _finders(dark: int, light: int, step: int, starts: int) -> int:
        """What looks like a finder pattern with light modules on one side costs 40."""
        middle = (
            (light >> step)
            & (dark >> 4 * step)
            & (light >> 5 * step)
            & (dark >> 6 * step)
            & (light >> 9 * step)
            & starts
        )
        if not middle:
            return 0
        before = dark & (dark >> 2 * step) & (dark >> 3 * step) & (light >> 7 * step)
        before &= (light >> 8 * step) & (light >> 10 * step)
        after = light & (light >> 2 * step) & (light >> 3 * step) & (dark >> 7 * step)
        after &= (dark >> 8 * step) & (dark >> 10 * step)
        return 40 * ((middle & before).bit_count() + (middle & after).bit_count())


def _code(payload: bytes, mask: int, version: int | None) -> Any:
    import qrcode
    from qrcode.util import MODE_8BIT_BYTE, QRData

    level = qrcode.constants.ERROR_CORRECT_M
    code = qrcode.QRCode(version=version, error_correction=level, border=0, mask_pattern=mask)
    code.add_data(QRData(payload, mode=MODE_8BIT_BYTE, check_data=False), optimize=0)
    return code


def _library(payload: bytes, mask: int, version: int | None = None) -> Any:
    code = _code(payload, mask, version)
    code.make(fit=version is None)
    return code


def _test_symbol(payload: bytes, mask: int, version: int) -> Any:
    """As the library draws it to weigh a mask: without the information on format and version."""
    code = _library(payload, mask, version)
    code.makeImpl(True, mask)
    return code.modules


def _number(modules: Sequence[Sequence[bool | None]]) -> int:
    return int("".join(_digits(modules))[::-1], 2)


def _digits(modules: Sequence[Sequence[bool | None]]) -> Iterator[str]:
    for row in modules:
        yield from ("1" if module else "0" for module in row)
