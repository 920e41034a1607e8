"""Our ordinary path: the same layout on a reportlab canvas, every packet from the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from packets.layout.document import draw
from packets.layout.engine.many import expect_many
from packets.output.seal import sealed


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    filling = Filling(variant)
    expect_many()

    def make(number: int) -> int:
        pdf = sealed(draw(filling.packet(number), LOOK)[0])
        (folder / f"{number % 64}.pdf").write_bytes(pdf)
        return len(pdf)

    return make
