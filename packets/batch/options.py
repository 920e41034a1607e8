"""Define the options of a batch and its context (clock, key, progress) as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from packets.batch import task

Progress = Callable[[str, int, int, int], None]  # what is being done, how many are done, of how many, failed


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What was asked for. `sort` is schedule, time, room or surgeon; "" is the schedule's order, or with
    `start_from` (a packet id or its beginning) that of the print run that was made last.

    `data` is the schedule itself where it does not come from a file of that name: from a browser. `confirmed`
    are unlikely dates (a surgery a year ago) that a person has compared with the chart.
    """

    schedule: Path
    folder: Path
    content: Path
    profile: str | None = None  # name of the schedule profile; None for `plain`
    plan: str = "discharge"
    include_drafts: bool = False
    sort: str = ""
    start_from: str = ""
    only_changed: bool = False
    one_sided: bool = False  # the print run is for one side of the paper
    print_run: Path | None = None
    workers: int = 1
    data: bytes | None = field(default=None, repr=False)
    confirmed: frozenset[dt.date] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class BatchContext:
    """What a run needs from its caller besides the options."""

    key: bytes
    clock: Callable[[], dt.datetime]
    stop: Callable[[], bool] = lambda: False
    progress: Progress = lambda _what, _done, _total, _failed: None
    executor: Executor | None = None  # None: a pool of its own, whose workers may die
    apart: bool = False  # nothing is rendered or verified in this process, where other threads may render
    patience_s: float = 300.0  # without one answer from `executor`, until the rows it was given fail (E06)
    render: Callable[[task.PacketTask], task.TaskResult] = task.run_task
