"""packets as a worker of a batch uses it: fill, render, read the PDF back with pdfium, write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from makers.output import writer
from packets.garbage import collect_rarely
from packets.verified_pdf import render


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    collect_rarely()
    filling = Filling(variant)
    write = writer(folder)

    def make(number: int) -> int:
        pdf = render(filling.packet(number), LOOK).data
        return write(number, pdf)

    return make
