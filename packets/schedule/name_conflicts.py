"""Find rows of a schedule that contradict each other, and patients whose names could be confused."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from msgspec import Struct, field

from packets.case_input.person_names import SUFFIXES
from packets.case_input.record_numbers import comparable_record_number
from packets.schedule.name_sounds import sound
from packets.schedule.rows import Row
from packets.values import HiddenFields

_WORD = re.compile(r"[^\W_]+")
_NEIGHBORS = 20  # with how many rows of the same key each row is compared: enough to group all rows with one name


class _SeenRow(HiddenFields, Struct, frozen=True):
    row: int
    record_number: str  # normalized for comparing
    day: dt.date | None
    procedure: str
    start: str
    name: str
    birth: dt.date | None
    accepted: bool  # by the parser


class NameConflicts(Struct):
    """Collect all rows with `add`, then ask for conflicts and similar names."""

    _rows: dict[int, _SeenRow] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Add a row. Cancelled rows are ignored, because another row often has the new date."""
        if not row.cancelled and row.record_number and row.name:
            self._rows[row.number] = _seen_row(row)

    def rows(self) -> Iterable[int]:
        return self._rows

    def refused(self) -> dict[int, tuple[str, str]]:
        """Return the problem code and the conflicting rows for each row that contradicts another."""
        patients: dict[str, list[_SeenRow]] = defaultdict(list)
        for row in self._rows.values():
            patients[row.record_number].append(row)
        conflicts: dict[int, tuple[str, str]] = {}
        for group in patients.values():
            conflicts |= _conflicts(group)
        return conflicts

    def similar_names(self, without: set[int]) -> tuple[tuple[int, ...], ...]:
        """Return groups of rows of one day whose patients' names are equal or similar, written or spoken.

        Rows in `without` are left out.
        """
        return self._groups(without, lambda row: _keys(row.name), lambda one, two: _are_similar(one.name, two.name))

    def twins(self, without: set[int]) -> tuple[tuple[int, ...], ...]:
        """Return groups of rows of one day whose patients share a birth date and a name but are not `similar_names`."""

        def keys(row: _SeenRow) -> Iterator[str]:
            return (f"{row.birth} {word}" for word in set(_spoken(row.name)) if row.birth)

        return self._groups(without, keys, lambda one, two: not _are_similar(one.name, two.name))

    def _groups(
        self,
        without: set[int],
        keys: Callable[[_SeenRow], Iterable[str]],
        together: Callable[[_SeenRow, _SeenRow], bool],
    ) -> tuple[tuple[int, ...], ...]:
        """Return groups of accepted rows of one day with different patients that share a key and match `together`."""
        buckets: dict[tuple[dt.date | None, str], list[_SeenRow]] = defaultdict(list)
        for seen_row in self._rows.values():
            if seen_row.accepted and seen_row.row not in without:
                for key in keys(seen_row):
                    buckets[seen_row.day, key].append(seen_row)
        leader = {row: row for row in self._rows}  # union-find: the first row of a group leads it

        def leader_of(row: int) -> int:
            while leader[row] != row:
                leader[row] = row = leader[leader[row]]
            return row

        compared: set[tuple[int, int]] = set()
        for bucket in buckets.values():
            for one, other in _pairs(bucket):
                if (one.row, other.row) in compared:
                    continue
                compared.add((one.row, other.row))
                if one.record_number != other.record_number and together(one, other):
                    first, second = sorted((leader_of(one.row), leader_of(other.row)))
                    leader[second] = first
        groups = defaultdict(list)
        for row in sorted(self._rows):
            groups[leader_of(row)].append(row)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _pairs(bucket: list[_SeenRow]) -> Iterator[tuple[_SeenRow, _SeenRow]]:
    """Return all pairs of a small bucket; in a large one, each row with the next few."""
    if len(bucket) <= _NEIGHBORS:
        return combinations(bucket, 2)
    return ((one, other) for index, one in enumerate(bucket) for other in bucket[index + 1 : index + _NEIGHBORS])


def _seen_row(row: Row) -> _SeenRow:
    birth = row.case.birth_date if row.case else None
    number = comparable_record_number(row.record_number) or row.record_number
    return _SeenRow(
        row.number, number, row.surgery_date, row.procedure, row.start_time, row.name, birth, row.case is not None
    )


def _conflicts(group: list[_SeenRow]) -> dict[int, tuple[str, str]]:
    """Return the conflicts among the rows with one record number."""
    code = ""
    if len({_folded(row.name) for row in group}) > 1:
        code = "Q01"
    elif len({row.birth for row in group if row.birth is not None}) > 1:
        code = "Q02"
    conflicts = {}
    for row in group:
        others = [other for other in group if other is not row and (code or _same_time(row, other))]
        if others:
            rows = ", ".join(str(other.row) for other in others[:10])
            conflicts[row.row] = (code or "Q03", rows + (" and more" if len(others) > 10 else ""))
    return conflicts


def _same_time(one: _SeenRow, other: _SeenRow) -> bool:
    """Return whether two rows may be for the same time; a blank start time can be any time."""
    if one.day is None or one.day != other.day:
        return False
    return one.procedure == other.procedure or not one.start or not other.start or one.start == other.start


def _folded(name: str) -> str:
    """Return the name without accents, capitals and punctuation, which are easily overlooked."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    if not letters.isascii():
        letters = "".join([letter for letter in letters if not unicodedata.combining(letter)])
    return " ".join(_WORD.findall(letters))


def _sorted(name: str) -> str:
    return " ".join(sorted(name.split()))


def _spoken_name(name: str) -> str:
    """Return the first given name and the last name, as called in a waiting room; "" if they are not clear."""
    last, _, given = (_spoken(part) for part in name.partition(","))
    if last and given:  # MARTINEZ, ROSA M
        return f"{given[0]}, {' '.join(last)}"
    words = _spoken(name)
    return f"{words[0]}, {words[-1]}" if len(words) > 1 else ""


def _spoken(name: str) -> list[str]:
    """Return the words of a name without initials and suffixes, which some lists leave out."""
    return [word for word in _folded(name).split() if len(word) > 1 and word not in SUFFIXES]


def _keys(name: str) -> set[str]:
    """Return keys for grouping: similar names share at least one.

    Similar names differ by one letter or two swapped letters, have the same words in another order, have the same first
    and last word, or sound the same.
    """
    folded = _folded(name)
    one_letter_less = (folded[:index] + folded[index + 1 :] for index in range(len(folded)))
    return {f"={_sorted(folded)}", f"+{_spoken_name(name) or folded}", f"~{_sounds(name)}", folded, *one_letter_less}


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
    index = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return len(other) - len(one) == 1 and one[index:] == other[index + 1 :]
    swapped = one[index + 1 : index + 2] + one[index : index + 1]
    return one[index + 1 :] == other[index + 1 :] or swapped + one[index + 2 :] == other[index:]
