"""Nothing in; this process is set up to make packets by the thousand."""

from __future__ import annotations

import gc


def expect_many() -> None:
    """For a worker or a benchmark: the collector looks through what is kept for the next patients less often.

    The engine takes its own circles apart, so that nothing waits for the collector; it still runs, as a safety net.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
