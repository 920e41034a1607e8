"""No PDF at all: as many bytes as one of our packets has, written to a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from makers.paper import writer
from packets.pdf.renderer import render


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    pdf, _ = render(Filling(variant).packet(0), LOOK)
    write = writer(folder)

    def make(number: int) -> int:
        return write(number, pdf)

    return make
