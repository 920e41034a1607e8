"""A folder in, the one way by which every maker writes its files there out: opened, written at once, closed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_HOW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def writer(folder: Path) -> Callable[[int, bytes], int]:
    """A function of a patient's number and the PDF, which gives the bytes written."""
    names = [f"{folder}/{number}.pdf" for number in range(64)]

    def write(number: int, pdf: bytes) -> int:
        file = os.open(names[number % 64], _HOW, 0o600)
        written = os.write(file, pdf)
        os.close(file)
        return written

    return write
