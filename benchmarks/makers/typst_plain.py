"""Typst with its default settings, without a PDF standard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from makers import typst_ua


def maker(variant: str, data: Path, folder: Path) -> Callable[[int], int]:
    return typst_ua.maker(variant, data, folder, ())
