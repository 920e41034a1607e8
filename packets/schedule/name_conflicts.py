"""The rows of a schedule in, out of it the rows that speak against each other and the patients who may be mixed up."""

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

_NEXT = 20  # rows with one key that each row is compared with: in a crowd of one name enough to find it whole


@dataclass(frozen=True, slots=True, repr=False)
class _Seen:
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
    """Give it every row, then ask."""

    _rows: dict[int, _Seen] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """A cancelled row speaks against none: the new date often stands in a row of its own beside it."""
        if not row.cancelled and row.record_number and row.name:
            self._rows[row.number] = _seen(row)

    def rows(self) -> Iterable[int]:
        return self._rows

    def refused(self) -> dict[int, tuple[str, str]]:
        """Row -> code and the other rows, for rows that cannot both be right."""
        patients: dict[str, list[_Seen]] = defaultdict(list)
        for _row in self._rows.values():
            patients[_row.record_number].append(_row)
        found: dict[int, tuple[str, str]] = {}
        for group in patients.values():
            found |= _against(group)
        return found

    def similar_names(self, without: set[int]) -> tuple[tuple[int, ...], ...]:
        """Groups of rows of one day whose patients have the same or nearly the same name, written or spoken; `without`
        are refused."""
        return self._groups(without, lambda each: _keys(each.name), lambda one, two: _alike(one.name, two.name))

    def twins(self, without: set[int]) -> tuple[tuple[int, ...], ...]:
        """Return groups of rows of one day whose patients share a birth date and a name but are not `similar_names`."""

        def keys(each: _Seen) -> Iterator[str]:
            return (f"{each.birth} {word}" for word in set(_spoken(each.name)) if each.birth)

        return self._groups(without, keys, lambda one, two: not _alike(one.name, two.name))

    def _groups(
        self,
        without: set[int],
        keys: Callable[[_Seen], Iterable[str]],
        together: Callable[[_Seen, _Seen], bool],
    ) -> tuple[tuple[int, ...], ...]:
        """Good rows of one day and of different patients that share a key and belong together."""
        buckets: dict[tuple[dt.date | None, str], list[_Seen]] = defaultdict(list)
        for _row in self._rows.values():
            if _row.good and _row.row not in without:
                for key in keys(_row):
                    buckets[_row.day, key].append(_row)
        leader = {row: row for row in self._rows}

        def lead(row: int) -> int:
            while leader[row] != row:
                leader[row] = row = leader[leader[row]]
            return row

        seen: set[tuple[int, int]] = set()
        for bucket in buckets.values():
            for one, other in _near(bucket):
                if (one.row, other.row) in seen:
                    continue
                seen.add((one.row, other.row))
                if one.record_number != other.record_number and together(one, other):
                    leader[max(lead(one.row), lead(other.row))] = min(lead(one.row), lead(other.row))
        groups = defaultdict(list)
        for row in sorted(self._rows):
            groups[lead(row)].append(row)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _near(bucket: list[_Seen]) -> Iterator[tuple[_Seen, _Seen]]:
    """Each with the next few."""
    if len(bucket) <= _NEXT:
        return combinations(bucket, 2)
    return ((one, other) for place, one in enumerate(bucket) for other in bucket[place + 1 : place + _NEXT])


def _seen(row: Row) -> _Seen:
    birth = row.case.birth_date if row.case else None
    number = comparable_record_number(row.record_number) or row.record_number
    return _Seen(
        row.number, number, row.surgery_date, row.procedure, row.start_time, row.name, birth, row.case is not None
    )


def _against(group: list[_Seen]) -> dict[int, tuple[str, str]]:
    """What speaks against the rows of one record number."""
    code = ""
    if len({_folded(each.name) for each in group}) > 1:
        code = "Q01"
    elif len({each.birth for each in group if each.birth is not None}) > 1:
        code = "Q02"
    found = {}
    for each in group:
        others = [other for other in group if other is not each and (code or _same_time(each, other))]
        if others:
            rows = ", ".join(str(other.row) for other in others[:10])
            found[each.row] = (code or "Q03", rows + (" and more" if len(others) > 10 else ""))
    return found


def _same_time(one: _Seen, other: _Seen) -> bool:
    """Two operations of a patient on one day are told apart by procedure and start; a blank start could be any."""
    if one.day is None or one.day != other.day:
        return False
    return one.procedure == other.procedure or not one.start or not other.start or one.start == other.start


def _folded(name: str) -> str:
    """Without accents, capitals and signs: what the ear does not hear and a hurried eye does not see."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split())


def _sorted(name: str) -> str:
    return " ".join(sorted(name.split()))


def _spoken_name(name: str) -> str:
    """What is called out in a waiting room: the first given name and the last name. "" where they cannot be told."""
    last, _, given = (_spoken(part) for part in name.partition(","))
    if last and given:  # MARTINEZ, ROSA M
        return f"{given[0]}, {' '.join(last)}"
    words = _spoken(name)
    return f"{words[0]}, {words[-1]}" if len(words) > 1 else ""


def _spoken(name: str) -> list[str]:
    """Its words without initials and the like, which one list has and the other leaves out."""
    return [word for word in _folded(name).split() if len(word) > 1 and word not in SUFFIXES]


def _keys(name: str) -> set[str]:
    """Names that differ by one letter, or by two letters swapped, share one of these; so do the same words turned, and
    names that differ in what is between the first and the last, and names that sound alike.
    """
    folded = _folded(name)
    slips = (folded[:place] + folded[place + 1 :] for place in range(len(folded)))
    return {f"={_sorted(folded)}", f"+{_spoken_name(name) or folded}", f"~{_sounds(name)}", folded, *slips}


def _sounds(name: str) -> str:
    """How the name is spoken that is called out, or the whole one."""
    return " ".join(sound(word) for word in _folded(_spoken_name(name) or name).split())


def _alike(name: str, other: str) -> bool:
    one, two = _folded(name), _folded(other)
    if _sorted(one) == _sorted(two) or _within_one_edit(one, two):
        return True
    return _sounds(name) == _sounds(other) or (bool(_spoken_name(name)) and _spoken_name(name) == _spoken_name(other))


def _within_one_edit(one: str, other: str) -> bool:
    """Equal, or one letter more, less, different, or two neighbours swapped."""
    if one == other:
        return True
    if len(one) > len(other):
        one, other = other, one
    place = next((p for p, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return len(other) - len(one) == 1 and one[place:] == other[place + 1 :]
    swapped = one[place + 1 : place + 2] + one[place : place + 1]
    return one[place + 1 :] == other[place + 1 :] or swapped + one[place + 2 :] == other[place:]
