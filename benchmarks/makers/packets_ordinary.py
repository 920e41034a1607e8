"""Our ordinary path: the same layout on a reportlab canvas, every packet from the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from makers.paper import writer
from packets.layout.document import draw
from packets.layout.engine.many import expect_many
from packets.output.seal import sealed


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    filling = Filling(variant)
    expect_many()
    write = writer(folder)

    def make(number: int) -> int:
        pdf = sealed(draw(filling.packet(number), LOOK)[0])
        return write(number, pdf)

    return make
