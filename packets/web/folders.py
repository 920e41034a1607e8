"""Find the folder of a day's packets: on a desk its path is typed, on a ward server its day is chosen from a list."""

from __future__ import annotations

import datetime as dt
import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from packets.errors import Problem, UsageError
from packets.model.english_dates import in_words

DAYS_AHEAD = 14
DAYS_BACK = 7  # of which packets can be made for the first time


class Day(Struct, frozen=True):
    """A day of the list; `name` is that of its folder, such as 2026-12-07."""

    name: str
    label: str
    has_packets: bool


class Folders(Protocol):
    """How a person says which folder is meant."""

    def days(self) -> tuple[Day, ...]:
        """Return the days to choose from, none if a path is typed."""

    def days_with_packets(self) -> tuple[Day, ...]:
        """Return the days that have a folder, none if a path is typed."""

    def chosen(self, text: str) -> Path:
        """Return the folder, which need not exist. Raise UsageError if this text is no choice or no path."""

    def existing(self, text: str) -> Path:
        """Return the folder for looking at what is in it. Raise UsageError if this text is no choice or no path."""

    def day_of(self, folder: Path) -> dt.date | None:
        """Return the day of the surgeries in a folder, None if a path was typed."""

    def in_words(self, folder: Path) -> str:
        """Return what a person chose or typed for this folder, "" for the server's own outbox of a ward."""


class TypedFolders:
    """The folders of a desk: any full path."""

    def days(self) -> tuple[Day, ...]:
        return ()

    def days_with_packets(self) -> tuple[Day, ...]:
        return ()

    def chosen(self, text: str) -> Path:
        """Raise UsageError (A04, A07) if no system could open this path."""
        return parse_folder(text)

    def existing(self, text: str) -> Path:
        return parse_folder(text)

    def day_of(self, folder: Path) -> dt.date | None:
        return None

    def in_words(self, folder: Path) -> str:
        return str(folder)


class DayFolders:
    """The folders of a ward server: one for each day, below one folder. Nothing that was typed becomes a path."""

    def __init__(self, root: Path, today: Callable[[], dt.date]) -> None:
        self.root = root
        self.today = today

    def days(self) -> tuple[Day, ...]:
        """Return today and the coming days, then last week's and the earlier ones that have a folder, newest first."""
        today = self.today()
        return self._in_order(today + dt.timedelta(days=ahead) for ahead in range(-DAYS_BACK, DAYS_AHEAD + 1))

    def days_with_packets(self) -> tuple[Day, ...]:
        return self._in_order(())

    def _in_order(self, others: Iterable[dt.date]) -> tuple[Day, ...]:
        today, made = self.today(), set(self.existing_days())
        days = made | set(others)
        coming = sorted(day for day in days if day >= today)
        earlier = sorted((day for day in days if day < today), reverse=True)
        return tuple(Day(str(day), in_words(day), day in made) for day in (*coming, *earlier))

    def chosen(self, text: str) -> Path:
        """Raise UsageError (A43) if the day is not in the list."""
        return self._path(text, self.days())

    def existing(self, text: str) -> Path:
        """Raise UsageError (A43) if the day is not in the list, or has no folder."""
        return self._path(text, self.days_with_packets())

    def day_of(self, folder: Path) -> dt.date | None:
        return dt.date.fromisoformat(folder.name)

    def in_words(self, folder: Path) -> str:
        try:
            return in_words(dt.date.fromisoformat(folder.name)) if folder.parent == self.root else ""
        except ValueError:  # the outbox may be among the days
            return ""

    def _path(self, text: str, days: tuple[Day, ...]) -> Path:
        for day in days:
            if day.name == text and not (self.root / day.name).is_symlink():
                return self.root / day.name
        raise UsageError(Problem("A43", "no day was chosen", "Choose a day from the list.", field="folder"))

    def existing_days(self) -> Iterator[dt.date]:
        """Yield the days that have a folder, in no order."""
        for path in self.root.iterdir():
            try:
                day = dt.date.fromisoformat(path.name)
            except ValueError:
                continue
            if path.name == str(day) and path.is_dir() and not path.is_symlink():
                yield day


def parse_folder(typed: str) -> Path:
    """Return the path, which need not exist. Raise UsageError (A04, A07) if no system could open it."""
    path = Path(typed)
    if not path.is_absolute():
        example = "C:\\Packets\\Monday" if os.name == "nt" else str(Path.home() / "packets" / "monday")
        hint = f"Type the full path of a folder, such as {example}"
        raise UsageError(Problem("A04", "the folder is not a full path", hint, field="folder"))
    has_controls = any(unicodedata.category(character) == "Cc" for character in typed)
    if has_controls or len(typed) > 1000 or any(len(os.fsencode(part)) > 255 for part in path.parts):
        hint = "Type it exactly as the file manager shows it."
        raise UsageError(Problem("A07", "this is not a valid folder path", hint, field="folder"))
    return path
