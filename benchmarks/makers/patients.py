"""The peers' data: the finished text of each patient."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Patients:
    """All patients, read before time is measured."""

    def __init__(self, data: Path) -> None:
        self.all = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]

    def __getitem__(self, number: int) -> dict[str, Any]:
        patient: dict[str, Any] = self.all[number % len(self.all)]
        return patient


def runs(symbol: list[str]) -> list[tuple[int, int, int]]:
    """Return the dark runs of a QR symbol: column, row, length."""
    result = []
    for row, modules in enumerate(symbol):
        start = modules.find("1")
        while start >= 0:
            end = modules.find("0", start)
            end = len(modules) if end < 0 else end
            result.append((start, row, end - start))
            start = modules.find("1", end)
    return result


def svg(symbol: list[str]) -> str:
    side = len(symbol)
    path = "".join(f"M{x} {y}h{width}v1h-{width}z" for x, y, width in runs(symbol))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 {side + 8} {side + 8}"><path d="{path}"/></svg>'
