"""Where the content and the fonts are: the folder that was asked for, the wheel's own copy, or the checkout.

And how what is missing is installed, which depends on the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

from packets.errors import InvalidInputError, Problem

PACKAGE = Path(__file__).resolve().parent


def content_root(given: Path | None) -> Path:
    """The folder that holds clinic.yaml, procedures/ and the rest. Raises Refused: R01, R02."""
    if given is None:
        return _shipped("content")
    if not given.is_dir():
        what = "is a file, not a folder" if given.exists() else "does not exist"
        raise InvalidInputError(
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
    raise InvalidInputError(
        Problem("R02", f"this installation has no {name} folder", "Install it again: pip install --force-reinstall .")
    )


def how_to_install(extra: str) -> str:
    """The command that installs the libraries of an extra (web, xlsx, dask) for this very installation.

    "packets" on the public index is another project's. A checkout installs itself, a wheel its libraries by name.
    """
    if (PACKAGE.parent / "pyproject.toml").is_file():
        what = f'-e "{PACKAGE.parent}[{extra}]"'
    else:
        what = " ".join(f'"{library}"' for library in _libraries(extra))
    return f'"{sys.executable}" -m pip install {what}'


def _libraries(extra: str) -> list[str]:
    """As `Requires-Dist: Flask<4,>=3.1; extra == 'web'` names them."""
    import re
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = [line.partition(";") for line in requires("packets") or ()]
    except PackageNotFoundError:
        lines = []
    marker = re.compile(rf"""extra == ["']{extra}["']""")
    return [name.strip() for name, _, condition in lines if marker.search(condition)] or [f".[{extra}]"]
