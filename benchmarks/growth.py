"""Measure how the commands and the web form depend on the number of procedures in the content folder."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from cold import PACKET
from commands import HERE, PACKETS, interleaved, quartiles

from packets.resources import content_root

ORIGINAL = "cervical-foraminotomy"


def folder_with(procedures: int, folder: Path) -> Path:
    """Copy the content, with one procedure and copies of it under other names."""
    root = Path(shutil.copytree(content_root(None), folder / f"content-{procedures}"))
    for path in (root / "procedures").iterdir():
        if path.name != ORIGINAL:
            shutil.rmtree(path)
    for number in range(2, procedures + 1):
        copy = Path(shutil.copytree(root / "procedures" / ORIGINAL, root / "procedures" / f"{ORIGINAL}-{number}"))
        for file in copy.rglob("*.yaml"):
            text = file.read_text("utf-8").replace(f": {ORIGINAL}\n", f": {ORIGINAL}-{number}\n")
            file.write_text(re.sub("(?m)^title: .*$", f"title: Sample {_letters(number)}", text), "utf-8")
    return root


def _letters(number: int) -> str:
    """Return a name without digits, which translations would have to repeat."""
    return "".join(chr(ord("A") + int(digit)) for digit in f"{number:03}")


def measure(counts: tuple[int, ...], folder: Path, rounds: int) -> dict[str, Any]:
    """Return seconds and CPU seconds of each command for each number of procedures."""
    commands: dict[str, Any] = {}
    for count in counts:
        root = str(folder_with(count, folder))
        commands[f"packet {count}"] = (*PACKET, "--content", root), folder, ""
        commands[f"check {count}"] = (*PACKETS, "check", "--quiet", "--content", root), folder, ""
        page = "import sys, nurses; nurses.load_first_page(sys.argv[1])"
        commands[f"serve {count}"] = (sys.executable, "-c", page, root), HERE, ""
    costs = interleaved(commands, rounds)
    return {
        name: {"seconds": quartiles([cost.seconds for cost in each]), "cpu": quartiles([cost.cpu for cost in each])}
        for name, each in costs.items()
    }
