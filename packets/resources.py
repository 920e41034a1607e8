"""Where the content and the fonts are: the folder that was asked for, the wheel's own copy, or the checkout."""

from __future__ import annotations

from pathlib import Path

from packets.errors import Problem, Refused

PACKAGE = Path(__file__).resolve().parent


def content_root(given: Path | None) -> Path:
    """The folder that holds clinic.yaml, procedures/ and the rest. Raises Refused: R01, R02."""
    if given is None:
        return _shipped("content")
    if not given.is_dir():
        what = "is a file, not a folder" if given.exists() else "does not exist"
        raise Refused(
            Problem("R01", f"the content folder {what}", "Type the folder that holds procedures/", str(given))
        )
    return given


def fonts_root() -> Path:
    """The folder that holds the faces. Raises Refused: R02."""
    return _shipped("fonts")


def _shipped(name: str) -> Path:
    """An editable install has no copy inside the package, so the checkout comes second."""
    for folder in (PACKAGE / "_shipped" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise Refused(
        Problem("R02", f"this installation has no {name} folder", "Install it again: pip install --force-reinstall .")
    )
