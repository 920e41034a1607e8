"""Ours: the case filled in, drawn, sealed, written; `packets_proved` also reads it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from makers.paper import writer
from packets.pdf.renderer import render


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    filling = Filling(variant)
    write = writer(folder)

    def make(number: int) -> int:
        pdf, _ = render(filling.packet(number), LOOK)
        return write(number, pdf)

    return make
