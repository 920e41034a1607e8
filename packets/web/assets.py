"""Load the style sheet, the script, the icon and the fonts of the web form once, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packets.resources import fonts_root

FONTS = ("AtkinsonHyperlegibleNext-Regular.ttf", "AtkinsonHyperlegibleNext-Bold.ttf")
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}


@dataclass(frozen=True, slots=True, repr=False)
class Asset:
    data: bytes
    content_type: str


def load_assets(folder: Path) -> Mapping[str, Asset]:
    """Return the files by name. Only these names are served, so no request path can reach another file."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in CONTENT_TYPES]
    files += [fonts_root() / name for name in FONTS]
    return {path.name: Asset(path.read_bytes(), CONTENT_TYPES[path.suffix]) for path in files}
