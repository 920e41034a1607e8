"""Turn signals such as Ctrl-C into a flag that a long run checks between two steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def graceful_shutdown(*, anywhere: bool = True) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether to stop. The first Ctrl-C (or SIGTERM) sets it; the second stops at once.

    If `anywhere` is false, the second raises KeyboardInterrupt only where the run calls the function, and the third
    anywhere: raised while a lock is held that another thread waits for, it could leave both waiting forever.
    """
    import signal

    count = 0
    limit = 1 if anywhere else 2

    def on_signal(_number: int, _frame: object) -> None:
        nonlocal count
        count += 1
        if count > limit:
            raise KeyboardInterrupt

    def stop() -> bool:
        if count > 1:
            raise KeyboardInterrupt
        return count > 0

    # SIGBREAK exists on Windows only: Ctrl-Break, or the console window is closed.
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # Signals that are ignored already (nohup) stay ignored.
    before = {n: signal.signal(n, on_signal) for n in numbers if signal.getsignal(n) is not signal.SIG_IGN}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
