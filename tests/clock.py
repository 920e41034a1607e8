"""One fixed time for all tests, so that none depends on the day it runs; as a program, `generate.py` at that time.

The command line takes its clock as an argument of `main`. There is no option and no variable for it: whoever could
set one could have a packet made that today's date refuses.
"""

from __future__ import annotations

import datetime as dt

NOW = dt.datetime(2026, 12, 8, 9, 0, tzinfo=dt.UTC)  # the day after the surgery date of most samples
PROGRAM = __file__


def now() -> dt.datetime:
    return NOW


if __name__ == "__main__":
    from packets.cli.main import main

    main(clock=now)
