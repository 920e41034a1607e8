"""Find the content and fonts: in the given folder, in the installed package or in the checkout.

Also tell how to install missing libraries, which depends on the kind of installation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from packets.errors import InvalidInputError, Problem

PACKAGE = Path(__file__).resolve().parent


def content_root(given: Path | None) -> Path:
    """Return the folder that holds clinic.yaml and procedures/. Raise InvalidInputError (R01, R02)."""
    if given is None:
        return _shipped("content")
    if not given.is_dir():
        what = "is a file, not a folder" if given.exists() else "does not exist"
        raise InvalidInputError(
            Problem("R01", f"the content folder {what}", "Type the folder that holds procedures/", str(given))
        )
    return given


def fonts_root() -> Path:
    """Return the folder that holds the font files. Raise InvalidInputError (R02)."""
    return _shipped("fonts")


def _shipped(name: str) -> Path:
    """Look in the package first, then in the checkout: an editable install has no copy in the package."""
    for folder in (PACKAGE / "_shipped" / name, PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise InvalidInputError(
        Problem(
            "R02",
            f"this installation has no {name} folder",
            "Install or copy Packets again, the way you did the first time",
        )
    )


def how_to_install(extra: str) -> str:
    """Return the command that installs the libraries of an extra (web, xlsx, dask) for this installation.

    "packets" on PyPI is another project. A checkout installs itself; a wheel's libraries are installed by name.
    """
    if (PACKAGE.parent / "pyproject.toml").is_file():
        what = f'-e "{PACKAGE.parent}[{extra}]"'
    else:
        what = " ".join(f'"{library}"' for library in _libraries(extra))
    return f'"{sys.executable}" -m pip install {what}'


def _libraries(extra: str) -> list[str]:
    """Return the requirements of an extra, from metadata such as `Requires-Dist: Flask<4,>=3.1; extra == 'web'`."""
    import re
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = [line.partition(";") for line in requires("packets") or ()]
    except PackageNotFoundError:
        lines = []
    marker = re.compile(rf"""extra == ["']{extra}["']""")
    return [name.strip() for name, _, condition in lines if marker.search(condition)] or [f".[{extra}]"]
