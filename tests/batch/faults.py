"""Tasks for worker processes that fail in different ways."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packets.batch.print_run_pages import Expected, verify_pages
from packets.batch.task import PacketTask, TaskResult, run_task


def break_rows(task: PacketTask) -> TaskResult:
    """Make a packet, but break the worker in a different way for each of the rows 3 to 8."""
    match task.row:
        case 3:
            os.kill(os.getpid(), signal.SIGKILL)
        case 4:
            os._exit(3)
        case 5:
            time.sleep(600)
        case 6:
            bytearray(64 << 30)
        case 7:
            raise ValueError(f"the name is {task.name}")
        case 8:
            import ctypes

            ctypes.string_at(0)
    return run_task(task)


def dies_once(mark: Path, module: str, name: str, *arguments: Any) -> Any:
    """Kill the first worker that calls this, and run the named function later; the file `mark` remembers it."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return getattr(sys.modules[module], name)(*arguments)


def slow(task: PacketTask) -> TaskResult:
    time.sleep(0.05)
    return run_task(task)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def verify_slowly(path: Path, first: int, expected: Sequence[Expected]) -> tuple[bytes, ...]:
    time.sleep(4)
    return verify_pages(path, first, expected)
