"""packets without verification: fill, render, write; `packets_verified` also reads the PDF back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from makers.output import writer
from packets.pdf.renderer import render


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    filling = Filling(variant)
    write = writer(folder)

    def make(number: int) -> int:
        pdf, _ = render(filling.packet(number), LOOK)
        return write(number, pdf)

    return make
