"""The command `packets` from a checkout: `python generate.py --help`."""

from __future__ import annotations

import importlib.util
import sys

NEEDED = (
    "PIL",
    "bidi",
    "click",
    "fontTools",
    "msgspec",
    "pikepdf",
    "pypdfium2",
    "qrcode",
    "reportlab",
    "tzdata",
    "uharfbuzz",
    "yaml",
)


def start() -> None:
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"generate.py: not installed: {', '.join(missing)}. Type: make demo && .venv/bin/python generate.py")
    from packets.cli.main import main

    main()


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - a checkout is not guarded by requires-python
        sys.exit("generate.py: needs Python 3.11 or newer")
    start()
