"""Parse a folder path that was typed into a form."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from packets.errors import Problem, UsageError


def parse_folder(typed: str) -> Path:
    """Return the path, which need not exist. Raise UsageError (A04, A07) if no system could open it."""
    path = Path(typed)
    if not path.is_absolute():
        example = "C:\\Packets\\Monday" if os.name == "nt" else str(Path.home() / "packets" / "monday")
        hint = f"Type the full path of a folder, such as {example}"
        raise UsageError(Problem("A04", "the folder is not a full path", hint, field="folder"))
    has_controls = any(unicodedata.category(character) == "Cc" for character in typed)
    if has_controls or len(typed) > 1000 or any(len(os.fsencode(part)) > 255 for part in path.parts):
        hint = "Type it exactly as the file manager shows it."
        raise UsageError(Problem("A07", "this is not a valid folder path", hint, field="folder"))
    return path
