"""Show the progress of a long run on one line: a bar, the rate, the time left and the failures."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 30
REFRESH_S = 0.1


class Bar:
    """A progress bar; call it with the stage, the number done, the total and the number failed.

    It prints nothing if the stream is not a terminal or was closed. It never names a patient.
    """

    def __init__(self, stream: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._shown = stream is not None and stream.isatty()
        self._stage, self._started, self._first, self._last = "", 0.0, 0, -1.0
        self._length = 0

    def __call__(self, stage: str, done: int, total: int, failed: int) -> None:
        if not self._shown:
            return
        now = self._clock()
        if stage != self._stage:
            self.end()
            self._stage, self._started, self._first, self._last = stage, now, done, -1.0
        if now - self._last < REFRESH_S and done != total:
            return
        self._last = now
        line = self.line(stage, done, total, failed, now - self._started)
        width, self._length = self._length, len(line)
        self._write("\r" + line.ljust(width))

    def line(self, stage: str, done: int, total: int, failed: int, elapsed_s: float) -> str:
        """Return the line; its rate counts only what this run has done, not what was finished before it began."""
        rate = (done - self._first) / elapsed_s if elapsed_s > 0 else 0.0
        if not total:
            return f"{stage}: {done:,} rows"
        filled = WIDTH * done // total
        text = f"{stage} [{'#' * filled}{'.' * (WIDTH - filled)}] {done:,} of {total:,}"
        if rate:
            text += f", {rate:,.0f} per second, {_clock((total - done) / rate)} left"
        return text + (f", {failed:,} failed" if failed else "")

    def end(self) -> None:
        """Finish the line, so that later output starts on the next one."""
        if self._length:
            self._write("\n")
            self._length = 0

    def _write(self, text: str) -> None:
        assert self._stream is not None  # noqa: S101  without a stream nothing is shown
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:  # the terminal was closed; the run continues
            self._shown, self._length = False, 0


def _clock(seconds: float) -> str:
    minutes, remainder = divmod(int(seconds + 0.5), 60)
    return f"{minutes}:{remainder:02}"
