"""Show the progress of a long run on one line: a bar, the rate, the time left, and the failures."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 30
EVERY_S = 0.1


class Bar:
    """Call it with what is being done, how many are done, of how many, and how many have failed.

    Where the stream is not a terminal, or is gone, it says nothing. It never names a patient.
    """

    def __init__(self, stream: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._shown = stream is not None and stream.isatty()
        self._what, self._began, self._first, self._last = "", 0.0, 0, -1.0
        self._length = 0

    def __call__(self, what: str, done: int, total: int, failed: int) -> None:
        if not self._shown:
            return
        now = self._clock()
        if what != self._what:
            self.end()
            self._what, self._began, self._first, self._last = what, now, done, -1.0
        if now - self._last < EVERY_S and done != total:
            return
        self._last = now
        line = self.line(what, done, total, failed, now - self._began)
        width, self._length = self._length, len(line)
        self._write("\r" + line.ljust(width))

    def line(self, what: str, done: int, total: int, failed: int, passed_s: float) -> str:
        """The rate counts what was done since this began, not what an earlier run had left behind."""
        rate = (done - self._first) / passed_s if passed_s > 0 else 0.0
        if not total:
            return f"{what}: {done:,} rows"
        filled = WIDTH * done // total
        text = f"{what} [{'#' * filled}{'.' * (WIDTH - filled)}] {done:,} of {total:,}"
        if rate:
            text += f", {rate:,.0f} a second, {_clock((total - done) / rate)} left"
        return text + (f", {failed:,} failed" if failed else "")

    def end(self) -> None:
        """Leave the line as it is, and go on below it."""
        if self._length:
            self._write("\n")
            self._length = 0

    def _write(self, text: str) -> None:
        assert self._stream is not None  # noqa: S101  nothing is shown without one
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # the window was closed: the run goes on
            self._shown, self._length = False, 0


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{rest:02}"
