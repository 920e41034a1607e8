"""Hold the progress of a batch that runs in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec import Struct, field

from packets.batch.run import BatchReport
from packets.errors import Problem
from packets.values import HiddenFields

_SURE_S = 3.0  # before this, an estimate would jump


class BatchRun(HiddenFields, Struct, eq=False):
    """A batch with its progress so far; `start_from` is the packet with which an extra print run begins."""

    start_from: str = ""
    clock: Callable[[], float] = time.monotonic
    stage: str = "Reading the schedule"
    done: int = 0
    total: int = 0
    failed: int = 0
    report: BatchReport | None = None
    problems: tuple[Problem, ...] = ()
    stop_requested: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)
    _since: tuple[float, int] = (0.0, 0)  # when the stage began, and what was done then

    def progress(self, stage: str, done: int, total: int, failed: int) -> None:
        if stage != self.stage:
            self._since = self.clock(), done
        self.stage, self.done, self.total, self.failed = stage, done, total, failed

    @property
    def time_left(self) -> str:
        """Return about how long the stage still takes, "" while that is not known."""
        began, first = self._since
        elapsed, made = self.clock() - began, self.done - first
        if not began or elapsed < _SURE_S or made < 1 or self.done >= self.total:
            return ""
        minutes = round((self.total - self.done) * elapsed / made / 60)
        if minutes < 1:
            return "less than a minute left"
        return f"about {minutes} minute{'s' if minutes > 1 else ''} left"
