"""Ours: the case filled in, drawn, sealed, written; `packets_proved` also reads it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference import LOOK, Filling

from packets.layout.engine.many import expect_many
from packets.layout.engine.press import draw


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    filling = Filling(variant)
    expect_many()

    def make(number: int) -> int:
        pdf, _ = draw(filling.packet(number), LOOK)
        (folder / f"{number % 64}.pdf").write_bytes(pdf)
        return len(pdf)

    return make
