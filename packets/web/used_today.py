"""Remember which procedures and surgeons had a packet today, to suggest them; nothing about a patient."""

from __future__ import annotations

import datetime as dt
import threading

RECENT = 5


class UsedToday:
    """What was used since midnight at this server, the newest first. It lasts until the server stops.

    The users of a ward server share the procedures. A surgeon's name was typed and may be wrong or misplaced, so it is
    suggested only to the user who typed it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: dt.date | None = None
        self._procedures: list[str] = []
        self._surgeons: dict[str, list[str]] = {}  # by user

    def add(self, today: dt.date, user: str, procedure: str, surgeon: str) -> None:
        """Remember what a packet was made for, and by whom ("" in desk mode)."""
        with self._lock:
            if self._day != today:
                self._day, self._procedures, self._surgeons = today, [], {}
            self._procedures = _first(procedure, self._procedures)
            self._surgeons[user] = _first(surgeon, self._surgeons.get(user, []))

    def procedures(self, today: dt.date) -> list[str]:
        """Return the ids of the last few procedures."""
        with self._lock:
            return self._procedures[:RECENT] if self._day == today else []

    def surgeons(self, today: dt.date, user: str) -> list[str]:
        """Return the surgeons that this user has typed."""
        with self._lock:
            return list(self._surgeons.get(user, [])) if self._day == today else []


def _first(newest: str, others: list[str]) -> list[str]:
    return [newest, *(each for each in others if each != newest)]
