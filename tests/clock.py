"""A fixed time for all tests; run as a program, `generate.py` at that time.

The clock of the command line is an argument of `main`. There is no option or variable for it, because it would let
a user make a packet that today's date refuses.
"""

from __future__ import annotations

import datetime as dt

NOW = dt.datetime(2026, 12, 8, 9, 0, tzinfo=dt.UTC)  # the day after the surgery date of most samples
PROGRAM = __file__


def now() -> dt.datetime:
    return NOW


if __name__ == "__main__":
    import sys

    from packets.cli.main import main

    sys.argv[0] = "generate.py"  # the name in messages
    main(clock=now)
