"""Keep sessions in memory, and end them when they are idle."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from packets.web.handed_out import HandedOut

IDLE_S = 15 * 60
LAUNCH_S = 10 * 60  # how long a launch link works
MAX_VIEWS = 200  # per session: far more than the Back button reaches; a packet takes 0.1 MB
MAX_PICTURES = 24  # per session; drawing one takes 0.1 to 0.2 s, in which no other packet can be made
MAX_SESSIONS = 10  # of one user of a ward server: a session is a browser

T = TypeVar("T")


@dataclass(slots=True, eq=False, repr=False)
class Session(Generic[T]):
    """The state of one browser: what it was shown, each view under an unguessable key.

    `user` is the name of the user of a ward server, "" in desk mode.
    """

    cookie: str
    csrf: str
    seen: float
    user: str = ""
    views: OrderedDict[str, T] = field(default_factory=OrderedDict)
    pictures: OrderedDict[tuple[str, int], bytes] = field(default_factory=OrderedDict)
    remembered: tuple[dt.date, dict[str, str]] | None = None
    handed_out: dict[str, list[HandedOut]] = field(default_factory=dict)  # by patient, oldest first

    def keep(self, view: T) -> str:
        """Store a view, and return its key."""
        key = secrets.token_urlsafe(16)
        self.views[key] = view
        while len(self.views) > MAX_VIEWS:
            self.views.popitem(last=False)
        return key

    def picture(self, sha256: str, number: int, draw: Callable[[], bytes]) -> bytes:
        """Return the picture of a page of the PDF with this hash, which is drawn once. It ends with the session."""
        data = self.pictures.get((sha256, number)) or draw()
        self.pictures[sha256, number] = data
        while len(self.pictures) > MAX_PICTURES:
            self.pictures.popitem(last=False)
        return data

    def remember(self, today: dt.date, choices: dict[str, str]) -> None:
        """Remember choices for the rest of the day."""
        self.remembered = (today, choices)

    def recall(self, today: dt.date) -> dict[str, str]:
        """Return today's choices. Yesterday's are not returned: yesterday's surgeon would be a guess."""
        return dict(self.remembered[1]) if self.remembered and self.remembered[0] == today else {}


class Sessions(Generic[T]):
    """All open sessions, and the token of the next launch; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float], idle_s: float = IDLE_S) -> None:
        self.clock = clock
        self.idle_s = idle_s
        self._open: dict[str, Session[T]] = {}
        self._token: tuple[str, float] | None = None
        self._lock = threading.Lock()

    def new_token(self) -> str:
        """Return the token of one launch. An earlier unused token no longer works."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._token = (token, self.clock() + LAUNCH_S)
        return token

    def launch(self, token: str) -> Session[T] | None:
        """Return a new session, or None if the token is unknown, used or too old."""
        with self._lock:
            if self._token is None or not hmac.compare_digest(token.encode(), self._token[0].encode()):
                return None
            expires, self._token = self._token[1], None
            if self.clock() > expires:
                return None
            return self._new("")

    def open(self, user: str) -> Session[T]:
        """Return a new session of a user who is signed on; it closes the oldest of too many of theirs."""
        with self._lock:
            earlier = sorted((each for each in self._open.values() if each.user == user), key=lambda each: each.seen)
            for session in earlier[: max(0, len(earlier) - MAX_SESSIONS + 1)]:
                self._drop(session)
            return self._new(user)

    def _new(self, user: str) -> Session[T]:
        session: Session[T] = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), self.clock(), user)
        self._open[session.cookie] = session
        return session

    def find(self, cookie: str, user: str = "", *, by_a_person: bool = True) -> Session[T] | None:
        """Return the user's session of this cookie, or None if it does not exist or was idle too long.

        The session of another user is closed: somebody else now sits at that browser. Requests that a script makes on
        its own (`by_a_person` is false) do not keep a session open.
        """
        self.sweep()
        with self._lock:
            session = self._open.get(cookie)
            if session is not None and session.user != user:
                self._drop(session)
                return None
            if session is not None and by_a_person:
                session.seen = self.clock()
            return session

    def sweep(self) -> int:
        """Close sessions that were idle too long, and return their number."""
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
        session.pictures.clear()
        session.remembered = None
        session.handed_out.clear()
        self._open.pop(session.cookie, None)
