"""Write the files that are generated from the schema tables and the fonts, or report which are stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from packets.content.schema import json_schema, reference
from packets.content.schema.file_kinds import FILES
from packets.error_codes import errors_page
from packets.errors import ExitCode
from packets.pdf.font_objects import BASE_FONTS, base_font_file

ERRORS_INTRODUCTION = Path(__file__).with_name("errors_introduction.md")


def files() -> Iterator[tuple[str, str]]:
    """Yield the path (relative to the checkout) and text of each generated file."""
    for name in FILES:
        yield f"content/schema/{name}.schema.json", json_schema.file_schema(name)
    yield "docs/content-reference.md", reference.reference_page()
    for name in BASE_FONTS:
        yield f"fonts/{name}.json", base_font_file(name)
    yield "docs/errors.md", errors_page(ERRORS_INTRODUCTION.read_text("utf-8"))


def stale(root: Path) -> list[str]:
    """Return the generated files that are missing or out of date."""
    return [name for name, text in files() if not (root / name).is_file() or (root / name).read_text("utf-8") != text]


def write(root: Path) -> list[str]:
    """Write the files that are out of date, and return their names."""
    names = stale(root)
    for name, text in files():
        if name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8", newline="\n")
    return names


def main(arguments: Sequence[str], root: Path) -> ExitCode:
    """Write the files, or with --check only list those that are out of date."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write("Usage: python -m packets.cli.generated_files [--check]\n")
        return ExitCode.USAGE
    check = bool(arguments)
    names = stale(root) if check else write(root)
    for name in names:
        sys.stderr.write(f"{name}: {'is stale; run python -m packets.cli.generated_files' if check else 'written'}\n")
    return ExitCode.INTERNAL if check and names else ExitCode.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parents[2]))
