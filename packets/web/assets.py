"""Load the static files and the fonts of the web form once, by name."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from packets.html import drawings
from packets.model.picture import Picture
from packets.resources import fonts_root
from packets.values import HiddenFields

FONTS = ("AtkinsonHyperlegibleNext-Regular.ttf", "AtkinsonHyperlegibleNext-Bold.ttf")
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}


class Asset(HiddenFields, Struct, frozen=True):
    data: bytes
    content_type: str


def load_assets(folder: Path) -> Mapping[str, Asset]:
    """Return the files by name. Only these names are served, so no request path can reach another file."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in CONTENT_TYPES]
    files += [fonts_root() / name for name in FONTS]
    return {path.name: Asset(path.read_bytes(), CONTENT_TYPES[path.suffix]) for path in files}


def version(assets: Mapping[str, Asset]) -> str:
    """Return a hash of all files, for their addresses: a browser may keep what is at such an address."""
    digest = hashlib.sha256()
    for name, asset in sorted(assets.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(asset.data).digest())
    return digest.hexdigest()[:16]


def logo_file(logo: Picture) -> Asset:
    """Return the clinic's logo as an SVG or PNG file."""
    if logo.pixels is not None:
        return Asset(drawings.png(logo.pixels), "image/png")
    drawing = drawings.picture(logo, "").replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Asset(drawing.encode(), CONTENT_TYPES[".svg"])
