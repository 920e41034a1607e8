"""Have the C library return memory to the system: a server that runs for months would keep what it used at its peak."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_M_MMAP_THRESHOLD = -3  # of <malloc.h>
_LARGE_BYTES = 256 * 1024


def return_large_blocks() -> None:
    """Return blocks above 256 KB, such as the pixels of a page, to the system as soon as they are freed.

    glibc otherwise keeps some 20 MB of them for each thread that has drawn a page. Other C libraries have no such
    setting.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
