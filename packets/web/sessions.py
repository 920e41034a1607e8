"""Keep sessions in memory, and end them when they are idle."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from msgspec import Struct, field

from packets.values import HiddenFields
from packets.web.handed_out import HandedOut

IDLE_S = 15 * 60
LAUNCH_S = 10 * 60  # how long a launch link works
MAX_VIEWS = 200  # per session: far more than the Back button reaches
MAX_PICTURES = 8  # per session, of about 0.2 MB; drawing one takes 0.1 s, in which no other packet can be made
# Of all sessions together, besides the newest view of each; a packet takes 0.1 MB. Pictures are dropped first.
MAX_BYTES = 64_000_000
VIEW_BYTES = 10_000  # about what a view takes besides its files
MAX_SESSIONS = 10  # of one user of a ward server: a session is a browser

T = TypeVar("T")


class Files(Protocol):
    """Files that several views may share, such as a schedule."""

    @property
    def size(self) -> int:
        """Return how many bytes they have."""


class Session(HiddenFields, Struct, Generic[T], eq=False):
    """The state of one browser: what it was shown, each view under an unguessable key.

    `user` is the name of the user of a ward server, "" in desk mode. `trim` is called when the session keeps more.
    """

    cookie: str
    csrf: str
    seen: float
    user: str = ""
    trim: Callable[[], None] = lambda: None
    views: OrderedDict[str, T] = field(default_factory=OrderedDict)  # in order of use, the newest last
    pictures: OrderedDict[tuple[str, int], bytes] = field(default_factory=OrderedDict)
    remembered: tuple[dt.date, dict[str, str]] | None = None
    handed_out: dict[str, list[HandedOut]] = field(default_factory=dict)  # by patient, oldest first
    _sizes: dict[str, int] = field(default_factory=dict)  # by the key of a view, without its shared files
    _files: dict[str, Files] = field(default_factory=dict)  # by the key of a view that has some
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, view: T, size: int = 0, files: Files | None = None) -> str:
        """Store a view that has about `size` bytes, and return its key. `files` come on top, and are counted once."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self.views[key] = view
            self._sizes[key] = VIEW_BYTES + size
            if files is not None:
                self._files[key] = files
            while len(self.views) > MAX_VIEWS:
                self._drop_view()
        self.trim()
        return key

    def view(self, key: str) -> T | None:
        """Return a view, and keep it longer than those that were not used since; None if it is no longer kept."""
        with self._lock:
            if key in self.views:
                self.views.move_to_end(key)
            return self.views.get(key)

    def take(self, key: str) -> T | None:
        """Return a view, and keep it no longer; None if it is not kept."""
        with self._lock:
            self._sizes.pop(key, None)
            self._files.pop(key, None)
            return self.views.pop(key, None)

    def key_of(self, view: T) -> str | None:
        """Return the key under which this very view is kept, None if it is not."""
        with self._lock:
            return next((key for key, kept in self.views.items() if kept is view), None)

    def picture(self, sha256: str, number: int, draw: Callable[[], bytes]) -> bytes:
        """Return the picture of a page of the PDF with this hash, which is drawn once. It ends with the session."""
        data = self.pictures.get((sha256, number)) or draw()
        with self._lock:
            self.pictures[sha256, number] = data
            self.pictures.move_to_end((sha256, number))
            while len(self.pictures) > MAX_PICTURES:
                self.pictures.popitem(last=False)
        self.trim()
        return data

    def picture_bytes(self) -> int:
        with self._lock:
            return sum(map(len, self.pictures.values()))

    def view_bytes(self) -> int:
        """Return how many bytes of views can be dropped: all but those of the view that was used last."""
        with self._lock:
            *older, newest = self.views or ("",)
            files = {id(self._files[key]): self._files[key].size for key in older if key in self._files}
            files.pop(id(self._files.get(newest)), None)  # they stay
            return sum(self._sizes[key] for key in older) + sum(files.values())

    def drop_picture(self) -> None:
        """Drop the picture that was not used for the longest time."""
        with self._lock:
            if self.pictures:
                self.pictures.popitem(last=False)

    def drop_view(self) -> None:
        """Drop the view that was not used for the longest time, unless it is the only one."""
        with self._lock:
            if len(self.views) > 1:
                self._drop_view()

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self.views.clear()
            self._sizes.clear()
            self._files.clear()
            self.pictures.clear()
            self.remembered = None
            self.handed_out.clear()

    def _drop_view(self) -> None:
        key, _ = self.views.popitem(last=False)
        del self._sizes[key]
        self._files.pop(key, None)

    def remember(self, today: dt.date, choices: dict[str, str]) -> None:
        """Remember choices for the rest of the day."""
        self.remembered = (today, choices)

    def recall(self, today: dt.date) -> dict[str, str]:
        """Return today's choices. Yesterday's are not returned: yesterday's surgeon would be a guess."""
        return dict(self.remembered[1]) if self.remembered and self.remembered[0] == today else {}


class Sessions(Generic[T]):
    """All open sessions, and the token of the next launch; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float], idle_s: float = IDLE_S, max_bytes: int = MAX_BYTES) -> None:
        self.clock = clock
        self.idle_s = idle_s
        self.max_bytes = max_bytes
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
        cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        session: Session[T] = Session(cookie, csrf, self.clock(), user, self._trim)
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
        session.clear()
        self._open.pop(session.cookie, None)

    def _trim(self) -> None:
        """While all sessions together keep too much, let the one that keeps most drop what is oldest.

        Pictures go first: they can be drawn again, but a view that was dropped is lost.
        """
        with self._lock:
            pictures = {session: session.picture_bytes() for session in self._open.values()}
            views = {session: session.view_bytes() for session in self._open.values()}
            while sum(pictures.values()) + sum(views.values()) > self.max_bytes:
                if any(pictures.values()):
                    largest = max(pictures, key=pictures.__getitem__)
                    largest.drop_picture()
                    pictures[largest] = largest.picture_bytes()
                else:
                    largest = max(views, key=views.__getitem__)
                    largest.drop_view()
                    views[largest] = largest.view_bytes()
