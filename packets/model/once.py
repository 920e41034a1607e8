"""Keys in, what was made for them before out: stores that stay small."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Recent(Generic[K, V]):
    """Keeps at least the `most` values that were used last, and at most twice as many.

    `get` gives None for what is not known. It is the look-up of a dict, for an engine asks a hundred times a packet.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._young: dict[K, V] = _Young(self._aged)
        self._old: dict[K, V] = {}
        self.get: Callable[[K], V | None] = self._young.__getitem__

    def _aged(self, key: K) -> V | None:
        known = self._old.get(key)
        return None if known is None else self.put(key, known)

    def put(self, key: K, value: V) -> V:
        if len(self._young) >= self.most:
            self._old = dict(self._young)
            self._young.clear()
        self._young[key] = value
        return value

    def __len__(self) -> int:
        return len(self._young | self._old)


class _Young(dict[K, V]):
    """A dict that asks elsewhere for what it does not have."""

    def __init__(self, elsewhere: Callable[[K], V | None]) -> None:
        super().__init__()
        self._elsewhere = elsewhere

    def __missing__(self, key: K) -> V | None:
        return self._elsewhere(key)


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
