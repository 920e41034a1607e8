"""The good rows of a schedule in, the same out again, each held in a few bytes meanwhile."""

from __future__ import annotations

import datetime as dt
import marshal
from array import array
from collections.abc import Callable, Collection, Iterator

from packets.batch.plan import CaseFingerprints, PacketIds, RequestedPacket


class WantedRows(Collection[RequestedPacket]):
    """In the order they came. `key` is the site's: with it a row gives the ids of its packet."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._rows = array("I")
        self._held: list[bytes] = []

    def append(self, row: int, person: CaseFingerprints, digest: bytes, performed: bool, ids: PacketIds) -> None:
        self._rows.append(row)
        case = ids.record_number, ids.procedure, ids.surgery_date.toordinal()
        self._held.append(marshal.dumps((person.marks, digest, performed, *case)))

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row: object) -> bool:
        return row in self._rows

    def __iter__(self) -> Iterator[RequestedPacket]:
        for row, held in zip(self._rows, self._held, strict=True):
            marks, digest, performed, number, procedure, day = marshal.loads(held)  # noqa: S302  made above
            ids = PacketIds(self._key, number, procedure, dt.date.fromordinal(day), digest)
            yield RequestedPacket(row, CaseFingerprints(marks), digest, performed, ids)

    def rows(self) -> Collection[int]:
        return self._rows

    def keep(self, good: Callable[[int], bool]) -> None:
        """Only the rows that are good."""
        pairs = [(row, held) for row, held in zip(self._rows, self._held, strict=True) if good(row)]
        self._rows, self._held = array("I", (row for row, _ in pairs)), [held for _, held in pairs]

    def clear(self) -> None:
        self._rows, self._held = array("I"), []
