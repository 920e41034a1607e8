"""The rows of a plan or of a schedule in, the same values out again, each held in a few bytes meanwhile.

A schedule may have 100,000 rows. As Python's own values a row and its packet take a kilobyte; as one string of bytes, a
fifth of that.
"""

from __future__ import annotations

import marshal
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import overload

from packets.batch.ledger import Packet, State


class Step(StrEnum):
    """What a run does with a row."""

    MAKE = "make"
    CHANGE = "change"  # make it, and say which packet it replaces
    REPAIR = "repair"  # make it again under its own id: never finished, or the file is gone or altered
    KEEP = "keep"


_STEPS = tuple(Step)


@dataclass(frozen=True, slots=True)
class Planned:
    """A row and the packet that it gets."""

    row: int
    step: Step
    packet: Packet


class PlannedRows(Sequence[Planned]):
    """In the order of the schedule, which is that of their numbers. A packet that is made takes its plan's place."""

    def __init__(self, rows: Iterable[Planned] = ()) -> None:
        self._rows, self._steps = array("I"), bytearray()
        self._packets: list[bytes] = []
        for row in rows:
            if self._rows and row.row <= self._rows[-1]:
                raise ValueError("rows come in their order")
            self._rows.append(row.row)
            self._steps.append(_STEPS.index(row.step))
            self._packets.append(_packed(row.packet))

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Planned: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Planned]: ...
    def __getitem__(self, place: int | slice) -> Planned | Sequence[Planned]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        return Planned(self._rows[place], _STEPS[self._steps[place]], _unpacked(self._packets[place]))

    def todo(self) -> Iterator[Planned]:
        return (each for each in self if each.step is not Step.KEEP)

    def packet(self, row: int) -> Packet:
        """Raises KeyError for a row that has no packet."""
        return _unpacked(self._packets[self._place(row)])

    def put(self, row: int, packet: Packet) -> None:
        self._packets[self._place(row)] = _packed(packet)

    def numbers(self) -> Sequence[int]:
        return self._rows

    def _place(self, row: int) -> int:
        place = bisect_left(self._rows, row)
        if place == len(self._rows) or self._rows[place] != row:
            raise KeyError(row)
        return place


class ReadyPackets(Mapping[int, Packet]):
    """Row -> packet, of the rows whose packets are on the disk; in their order."""

    def __init__(self, planned: PlannedRows) -> None:
        self._planned = planned
        self._is_ready = bytearray(each.step is Step.KEEP for each in planned)
        self._count = sum(self._is_ready)

    def put(self, row: int, packet: Packet) -> None:
        self._planned.put(row, packet)
        place = bisect_left(self._planned.numbers(), row)
        self._count += not self._is_ready[place]
        self._is_ready[place] = True

    def __getitem__(self, row: int) -> Packet:
        packet = self._planned.packet(row)
        if not self._is_ready[bisect_left(self._planned.numbers(), row)]:
            raise KeyError(row)
        return packet

    def __iter__(self) -> Iterator[int]:
        return (row for row, ready in zip(self._planned.numbers(), self._is_ready, strict=True) if ready)

    def __len__(self) -> int:
        return self._count


_FIELDS = tuple(Packet.__dataclass_fields__)


def _packed(packet: Packet) -> bytes:
    values = [getattr(packet, name) for name in _FIELDS]
    return marshal.dumps([str(value) if isinstance(value, State) else value for value in values])


def _unpacked(data: bytes) -> Packet:
    packet = dict(zip(_FIELDS, marshal.loads(data), strict=True))  # noqa: S302  made above, in this process
    return Packet(**packet | {"state": State(packet["state"])})
