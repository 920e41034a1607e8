"""Find rows of a schedule that contradict each other, and patients whose names could be confused."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from packets.case_input.person_names import SUFFIXES
from packets.case_input.record_numbers import comparable_record_number
from packets.schedule.name_sounds import sound
from packets.schedule.rows import Row

_NEIGHBORS = 20  # rows with one key that each row is compared with: in a crowd of one name enough to find it whole


@dataclass(frozen=True, slots=True, repr=False)
class _SeenRow:
    row: int
    record_number: str  # for comparing only
    day: dt.date | None
    procedure: str
    start: str
    name: str
    birth: dt.date | None
    good: bool


@dataclass(slots=True)
class NameConflicts:
    """Collect all rows with `add`, then query conflicts and similar names."""

    _rows: dict[int, _SeenRow] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Add a row. Cancelled rows are ignored: the new date is often in a row of its own."""
        if not row.cancelled and row.record_number and row.name:
            self._rows[row.number] = _seen_row(row)

    def rows(self) -> Iterable[int]:
        return self._rows

    def refused(self) -> dict[int, tuple[str, str]]:
        """Return, for rows that cannot all be right, the problem code and the other rows."""
        patients: dict[str, list[_SeenRow]] = defaultdict(list)
        for _row in self._rows.values():
            patients[_row.record_number].append(_row)
        conflicts: dict[int, tuple[str, str]] = {}
        for group in patients.values():
            conflicts |= _conflicts(group)
        return conflicts

    def similar_names(self, without: set[int]) -> tuple[tuple[int, ...], ...]:
        """Groups of rows of one day whose patients have the same or nearly the same name, written or spoken; `without`
        are refused."""
        return self._groups(without, lambda each: _keys(each.name), lambda one, two: _are_similar(one.name, two.name))

    def twins(self, without: set[int]) -> tuple[tuple[int, ...], ...]:
        """Return groups of rows of one day whose patients share a birth date and a name but are not `similar_names`."""

        def keys(each: _SeenRow) -> Iterator[str]:
            return (f"{each.birth} {word}" for word in set(_spoken(each.name)) if each.birth)

        return self._groups(without, keys, lambda one, two: not _are_similar(one.name, two.name))

    def _groups(
        self,
        without: set[int],
        keys: Callable[[_SeenRow], Iterable[str]],
        together: Callable[[_SeenRow, _SeenRow], bool],
    ) -> tuple[tuple[int, ...], ...]:
        """Return groups of accepted rows of one day and of different patients that share a key and match `together`."""
        buckets: dict[tuple[dt.date | None, str], list[_SeenRow]] = defaultdict(list)
        for _row in self._rows.values():
            if _row.good and _row.row not in without:
                for key in keys(_row):
                    buckets[_row.day, key].append(_row)
        leader = {row: row for row in self._rows}

        def leader_of(row: int) -> int:
            while leader[row] != row:
                leader[row] = row = leader[leader[row]]
            return row

        seen: set[tuple[int, int]] = set()
        for bucket in buckets.values():
            for one, other in _pairs(bucket):
                if (one.row, other.row) in seen:
                    continue
                seen.add((one.row, other.row))
                if one.record_number != other.record_number and together(one, other):
                    leader[max(leader_of(one.row), leader_of(other.row))] = min(
                        leader_of(one.row), leader_of(other.row)
                    )
        groups = defaultdict(list)
        for row in sorted(self._rows):
            groups[leader_of(row)].append(row)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _pairs(bucket: list[_SeenRow]) -> Iterator[tuple[_SeenRow, _SeenRow]]:
    """Yield all pairs of a small bucket; in a large one each row with the next few."""
    if len(bucket) <= _NEIGHBORS:
        return combinations(bucket, 2)
    return ((one, other) for place, one in enumerate(bucket) for other in bucket[place + 1 : place + _NEIGHBORS])


def _seen_row(row: Row) -> _SeenRow:
    birth = row.case.birth_date if row.case else None
    number = comparable_record_number(row.record_number) or row.record_number
    return _SeenRow(
        row.number, number, row.surgery_date, row.procedure, row.start_time, row.name, birth, row.case is not None
    )


def _conflicts(group: list[_SeenRow]) -> dict[int, tuple[str, str]]:
    """Return the conflicts among the rows of one record number."""
    code = ""
    if len({_folded(each.name) for each in group}) > 1:
        code = "Q01"
    elif len({each.birth for each in group if each.birth is not None}) > 1:
        code = "Q02"
    conflicts = {}
    for each in group:
        others = [other for other in group if other is not each and (code or _same_time(each, other))]
        if others:
            rows = ", ".join(str(other.row) for other in others[:10])
            conflicts[each.row] = (code or "Q03", rows + (" and more" if len(others) > 10 else ""))
    return conflicts


def _same_time(one: _SeenRow, other: _SeenRow) -> bool:
    """Return whether two rows may be the same operation: a blank start time could be any time."""
    if one.day is None or one.day != other.day:
        return False
    return one.procedure == other.procedure or not one.start or not other.start or one.start == other.start


def _folded(name: str) -> str:
    """Return the name without accents, capitals and punctuation, which are easily overlooked."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split())


def _sorted(name: str) -> str:
    return " ".join(sorted(name.split()))


def _spoken_name(name: str) -> str:
    """Return first given name and last name, as called out in a waiting room; "" if they are not clear."""
    last, _, given = (_spoken(part) for part in name.partition(","))
    if last and given:  # MARTINEZ, ROSA M
        return f"{given[0]}, {' '.join(last)}"
    words = _spoken(name)
    return f"{words[0]}, {words[-1]}" if len(words) > 1 else ""


def _spoken(name: str) -> list[str]:
    """Return the words of a name without initials and suffixes, which some lists leave out."""
    return [word for word in _folded(name).split() if len(word) > 1 and word not in SUFFIXES]


def _keys(name: str) -> set[str]:
    """Return keys of which similar names share at least one.

    Similar names differ by one letter or two swapped letters, have the same words in another order, have the same
    first and last word, or sound the same.
    """
    folded = _folded(name)
    slips = (folded[:place] + folded[place + 1 :] for place in range(len(folded)))
    return {f"={_sorted(folded)}", f"+{_spoken_name(name) or folded}", f"~{_sounds(name)}", folded, *slips}


def _sounds(name: str) -> str:
    """Return how the spoken name sounds; the whole name if there is no clear spoken name."""
    return " ".join(sound(word) for word in _folded(_spoken_name(name) or name).split())


def _are_similar(name: str, other: str) -> bool:
    one, two = _folded(name), _folded(other)
    if _sorted(one) == _sorted(two) or _within_one_edit(one, two):
        return True
    return _sounds(name) == _sounds(other) or (bool(_spoken_name(name)) and _spoken_name(name) == _spoken_name(other))


def _within_one_edit(one: str, other: str) -> bool:
    """Return whether the texts are equal after one inserted, deleted, changed or swapped letter."""
    if one == other:
        return True
    if len(one) > len(other):
        one, other = other, one
    place = next((p for p, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return len(other) - len(one) == 1 and one[place:] == other[place + 1 :]
    swapped = one[place + 1 : place + 2] + one[place : place + 1]
    return one[place + 1 :] == other[place + 1 :] or swapped + one[place + 2 :] == other[place:]
