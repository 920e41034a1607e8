"""Turn signals that end a long run into a question that the run asks between two steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def graceful_shutdown(*, anywhere: bool = True) -> Iterator[Callable[[], bool]]:
    """The first Ctrl-C (or a polite end from elsewhere) lets what is begun finish; the second stops now.

    Unless `anywhere`, the second raises KeyboardInterrupt where the run asks, and only the third wherever the run is:
    raised in a lock that a thread waits for, it would leave both waiting for ever.
    """
    import signal

    asked = 0
    at_once = 1 if anywhere else 2

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        asked += 1
        if asked > at_once:
            raise KeyboardInterrupt

    def stop() -> bool:
        if asked > 1:
            raise KeyboardInterrupt
        return asked > 0

    # SIGBREAK is Windows': Ctrl-Break, or its window is closed.
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # What is ignored already (nohup) stays so.
    before = {n: signal.signal(n, ask) for n in numbers if signal.getsignal(n) is not signal.SIG_IGN}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
