"""Keep sessions in memory and end them when they are idle."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

IDLE_S = 15 * 60
LAUNCH_S = 10 * 60
KEPT = 200  # views of a session: far more than the back button reaches; a packet of them takes 0.1 MB

T = TypeVar("T")


@dataclass(slots=True, eq=False, repr=False)
class Session(Generic[T]):
    """One browser; `views` are what it was shown, each under a name that nobody can guess."""

    cookie: str
    csrf: str
    seen: float
    views: OrderedDict[str, T] = field(default_factory=OrderedDict)
    remembered: tuple[dt.date, dict[str, str]] | None = None

    def keep(self, view: T) -> str:
        key = secrets.token_urlsafe(16)
        self.views[key] = view
        while len(self.views) > KEPT:
            self.views.popitem(last=False)
        return key

    def remember(self, today: dt.date, choices: dict[str, str]) -> None:
        self.remembered = (today, choices)

    def recall(self, today: dt.date) -> dict[str, str]:
        """What was chosen today; yesterday's surgeon would be a guess."""
        return dict(self.remembered[1]) if self.remembered and self.remembered[0] == today else {}


class Sessions(Generic[T]):
    """`clock` gives seconds that never go back (time.monotonic)."""

    def __init__(self, clock: Callable[[], float], idle_s: float = IDLE_S) -> None:
        self.clock = clock
        self.idle_s = idle_s
        self._open: dict[str, Session[T]] = {}
        self._token: tuple[str, float] | None = None
        self._lock = threading.Lock()

    def new_token(self) -> str:
        """For one launch; an older one that was not used is void."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._token = (token, self.clock() + LAUNCH_S)
        return token

    def launch(self, token: str) -> Session[T] | None:
        """None for a token that was never given, has been used, or is too old."""
        with self._lock:
            if self._token is None or not hmac.compare_digest(token.encode(), self._token[0].encode()):
                return None
            until, self._token = self._token[1], None
            if self.clock() > until:
                return None
            session: Session[T] = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), self.clock())
            self._open[session.cookie] = session
            return session

    def find(self, cookie: str, *, by_a_person: bool = True) -> Session[T] | None:
        """The session of this cookie, seen now; None if there is none or it has been idle too long.

        What a script asks by itself does not keep a session open.
        """
        self.sweep()
        with self._lock:
            session = self._open.get(cookie)
            if session is not None and by_a_person:
                session.seen = self.clock()
            return session

    def sweep(self) -> int:
        """Drop what has been idle too long, and say how many sessions that were."""
        with self._lock:
            idle = [session for session in self._open.values() if self.clock() - session.seen > self.idle_s]
            for session in idle:
                self._drop(session)
            return len(idle)

    def close(self, session: Session[T]) -> None:
        with self._lock:
            self._drop(session)

    def close_all(self) -> None:
        with self._lock:
            self._token = None
            for session in list(self._open.values()):
                self._drop(session)

    def _drop(self, session: Session[T]) -> None:
        session.views.clear()
        session.remembered = None
        self._open.pop(session.cookie, None)
