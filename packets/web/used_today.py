"""Remember which procedures and surgeons had a packet today, to suggest them; nothing about a patient."""

from __future__ import annotations

import datetime as dt
import threading

RECENT = 5


class UsedToday:
    """What was used since midnight at this server, the newest first. It lasts until the server stops."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: dt.date | None = None
        self._procedures: list[str] = []
        self._surgeons: list[str] = []

    def add(self, today: dt.date, procedure: str, surgeon: str) -> None:
        """Remember what a packet was made for."""
        with self._lock:
            if self._day != today:
                self._day, self._procedures, self._surgeons = today, [], []
            self._procedures = [procedure, *(each for each in self._procedures if each != procedure)]
            self._surgeons = [surgeon, *(each for each in self._surgeons if each != surgeon)]

    def procedures(self, today: dt.date) -> list[str]:
        """Return the ids of the last few procedures."""
        with self._lock:
            return self._procedures[:RECENT] if self._day == today else []

    def surgeons(self, today: dt.date) -> list[str]:
        with self._lock:
            return list(self._surgeons) if self._day == today else []
