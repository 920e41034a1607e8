"""Read a request that is too large without keeping it, so that the browser gets to show why it was refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.utilities import BadRequest


class _Discarded:
    """A buffer that keeps nothing."""

    def append(self, data: bytes) -> None:
        pass

    def getfile(self) -> io.BytesIO:
        return io.BytesIO()

    def close(self) -> None:
        pass

    def __len__(self) -> int:
        return 0


def parser_class(limit: Callable[[str], int]) -> type[Any]:
    """Return a parser of requests that keeps a body only up to `limit(path)` bytes; `Guard` refuses longer ones."""

    class LimitedParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
        completed: bool

        def received(self, data: bytes) -> int:
            consumed: int = super().received(data)
            if self.body_rcv is None or self.completed:
                return consumed
            if self.chunked:  # browsers name the length of a form
                self.error = BadRequest("The length of the request is missing.")
                self.completed = True
            elif self.content_length > limit(self.path) and not isinstance(self.body_rcv.buf, _Discarded):
                self.body_rcv.buf = _Discarded()
            return consumed

    return LimitedParser
