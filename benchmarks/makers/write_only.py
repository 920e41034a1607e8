"""The lower limit: write a finished packet's bytes again and again, without making a PDF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from makers.output import writer
from packets.pdf.renderer import render


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    pdf, _ = render(Filling(variant).packet(0), LOOK)
    write = writer(folder)

    def make(number: int) -> int:
        return write(number, pdf)

    return make
