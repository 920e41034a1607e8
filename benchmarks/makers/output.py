"""Write a maker's files: every maker opens, writes once and closes, with the same calls."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def writer(folder: Path) -> Callable[[int, bytes], int]:
    """Return a function that writes the PDF of a patient and returns the number of bytes."""
    paths = [f"{folder}/{number}.pdf" for number in range(64)]

    def write(number: int, pdf: bytes) -> int:
        file = os.open(paths[number % 64], _FLAGS, 0o600)
        written = os.write(file, pdf)
        os.close(file)
        return written

    return write
