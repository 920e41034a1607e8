"""Keys in, what was made for them before out: stores that stay small."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Recent(Generic[K, V]):
    """Keeps at least the `most` values that were used last, and at most twice as many."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        known = self._young.get(key)
        if known is None and (known := self._old.get(key)) is not None:
            self.put(key, known)
        return known

    def put(self, key: K, value: V) -> V:
        if len(self._young) >= self.most:
            self._old, self._young = self._young, {}
        self._young[key] = value
        return value

    def __len__(self) -> int:
        return len(self._young | self._old)


_MADE: Recent[Hashable, tuple[tuple[object, ...], Any]] = Recent(8192)


def once(of: tuple[object, ...], words: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives for these very objects and words.

    Whatever else `make` reads must be the same for every patient.
    """
    key = (*map(id, of), words)
    known = _MADE.get(key)
    if known is None:
        known = _MADE.put(key, (of, make()))  # the objects are kept with it, so that their ids stay theirs
    result: T = known[1]
    return result
