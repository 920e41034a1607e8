"""Define the options of a batch and its context (clock, key, progress) as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from msgspec import Struct, field

from packets.batch import task
from packets.schedule.source_files import ScheduleSource
from packets.schedule.typed_cells import TypedCells
from packets.values import HiddenFields

Progress = Callable[[str, int, int, int], None]  # the current step, rows done, rows in total, rows failed


class BatchOptions(HiddenFields, Struct, frozen=True):
    """What the user asked for.

    `start_from` is a packet id or its beginning. `sort` is schedule, time, room or surgeon; "" means schedule, or with
    `start_from` the order of the last print run. `confirmed` are unlikely dates (a surgery a year ago) that a person
    has confirmed; with `confirm_changes`, a person has also confirmed the changes that `doubtful_changes` finds.
    `typed` are cells that a person typed on the web page, in place of those of the schedule.
    """

    schedule: ScheduleSource
    folder: Path
    content: Path
    profile: str | None = None  # name of the schedule profile; None for `plain`
    plan: str = ""  # of rows that name none; "" means the plan that fits the handout
    include_drafts: bool = False
    sort: str = ""
    start_from: str = ""
    only_changed: bool = False
    one_sided: bool = False  # print on one side of the paper
    html: bool = False  # also make an HTML copy of each packet
    print_run: Path | None = None
    workers: int = 1
    confirmed: frozenset[dt.date] = frozenset()
    confirm_changes: bool = False
    typed: TypedCells = field(default_factory=dict)


class BatchContext(HiddenFields, Struct, frozen=True):
    """What a run needs from its caller besides the options."""

    key: bytes
    clock: Callable[[], dt.datetime]
    stop: Callable[[], bool] = lambda: False
    progress: Progress = lambda _what, _done, _total, _failed: None
    executor: Executor | None = None  # None: our own pool
    only_in_workers: bool = False  # never render or verify in this process, where other threads may be rendering
    patience_s: float = 300.0  # how long `executor` may give no answer before its rows fail (E06)
    render: Callable[[task.PacketTask], task.TaskResult] = task.run_task
