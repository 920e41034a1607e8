"""Turn typed text into a folder path, or say why it is not one."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from packets.errors import Problem, UsageError


def folder_of(typed: str) -> Path:
    """Raises Misused (A04, A07) for what no system could open; whether it is there is for others to say."""
    path = Path(typed)
    if not path.is_absolute():
        example = "C:\\Packets\\Monday" if os.name == "nt" else str(Path.home() / "packets" / "monday")
        hint = f"Type the whole path of a folder, such as {example}"
        raise UsageError(Problem("A04", "the folder is not a whole path", hint, field="folder"))
    controls = any(unicodedata.category(sign) == "Cc" for sign in typed)
    if controls or len(typed) > 1000 or any(len(os.fsencode(part)) > 255 for part in path.parts):
        hint = "Type it again, as the file manager shows it."
        raise UsageError(Problem("A07", "this is not a valid folder path", hint, field="folder"))
    return path
