"""Find the places in the content that hold a character no font can print."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from packets.content.library import Library
from packets.errors import Problem


def unprintable_characters(
    library: Library, root: Path, missing: Callable[[str], tuple[str, ...]]
) -> Iterator[Problem]:
    """Report each character that no font can print (G02), once per file, with its place in the file."""
    files = [root / "clinic.yaml"]
    files += [root / f"procedures/{name}/handout.{tag}.yaml" for name, tag in library.handouts]
    files += [root / f"common/{name}.{tag}.yaml" for name, tag in library.common]
    files += [root / f"languages/{tag}.yaml" for tag in library.languages]
    files += [root / f"surgeons/{surgeon.id}.yaml" for surgeon in library.surgeons]
    for file in sorted(files):
        text = file.read_text("utf-8-sig")
        unprintable = set(missing(" ".join(sorted(set(text) - set("\r\n\t")))))
        for number, line in enumerate(text.splitlines() if unprintable else (), 1):
            for character in sorted(unprintable.intersection(line)):
                unprintable.discard(character)
                name = f"{character} (U+{ord(character):04X} {unicodedata.name(character, 'without a name')})"
                hint = "Write it another way: a packet that prints it cannot be made."
                column = line.index(character) + 1
                yield Problem("G02", f"no font can print {name}", hint, str(file), number, column)
