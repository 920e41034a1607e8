"""Serve the application's own files and fonts, read once and by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packets.resources import fonts_root

FACES = ("AtkinsonHyperlegibleNext-Regular.ttf", "AtkinsonHyperlegibleNext-Bold.ttf")
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}


@dataclass(frozen=True, slots=True, repr=False)
class Asset:
    data: bytes
    type: str


def assets(folder: Path) -> Mapping[str, Asset]:
    """A name that is not a key here leads nowhere, so no path can be bent to another file."""
    own = [path for path in sorted(folder.iterdir()) if path.suffix in TYPES]
    files = [*own, *(fonts_root() / name for name in FACES)]
    return {path.name: Asset(path.read_bytes(), TYPES[path.suffix]) for path in files}
