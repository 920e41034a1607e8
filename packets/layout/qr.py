"""Make a QR code of a payload (ISO/IEC 18004; level M, four modules of quiet zone)."""

from __future__ import annotations

import re
import sys
from functools import lru_cache

QUIET = 4
_DARK = re.compile("1+")


@lru_cache(maxsize=256)
def symbol(payload: str) -> tuple[str, ...]:
    """Return the modules without their quiet zone, row by row from the top; "1" is dark."""
    # Without its module for drawing with Pillow, which it does not need here, qrcode loads twice as fast.
    sys.modules.setdefault("qrcode.image.styles.moduledrawers.pil", None)  # type: ignore[arg-type]
    import qrcode

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(payload)
    code.make(fit=True)
    return tuple("".join("1" if dark else "0" for dark in row) for row in code.get_matrix())


@lru_cache(maxsize=256)
def squares(payload: str, x: float, y: float, side: float) -> str:
    """Return the dark modules as one path in a square of `side` points, which includes the quiet zone.

    A module is a unit of the path's own space, with the first row at the top (ISO 32000-1 8.3.4).
    """
    rows = symbol(payload)
    unit = side / (len(rows) + 2 * QUIET)
    path = "".join(
        f"{run.start()} {down} {len(run[0])} 1 re\n" for down, row in enumerate(rows) for run in _DARK.finditer(row)
    )
    start = f"q {unit:.7g} 0 0 {-unit:.7g} {x + QUIET * unit:.7g} {y + side - QUIET * unit:.7g} cm"
    return f"{start}\n{path}f Q"
