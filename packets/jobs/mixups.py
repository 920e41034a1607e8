"""The rows of a schedule in, out of it the rows that speak against each other and the patients who may be mixed up.

A long schedule is not held as names: only numbers made of them are kept, and a pair of rows is compared letter by
letter once the numbers say that it may be alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from packets.content.roster import Roster, Row

_ROW_BITS = 24
_ROW = (1 << _ROW_BITS) - 1
_NEXT = 20
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
_BATCH = 20_000  # numbers, about, that are sorted at a time: as Python's own they take five times the room


@dataclass(frozen=True, slots=True)
class _Seen:
    row: int
    record_number: str
    day: dt.date | None
    procedure: str
    start: str
    name: str
    birth: dt.date | None


@dataclass(slots=True)
class MixUps:
    """Give it every row, then ask. Each number it keeps is a hash of 40 bits and the row."""

    _patients: array[int] = field(default_factory=lambda: array("Q"))
    _alike: array[int] = field(default_factory=lambda: array("Q"))

    def add(self, row: Row) -> None:
        """A cancelled row speaks against none: the new date often stands in a row of its own beside it."""
        if not _counts(row):
            return
        self._patients.append(_number(row.record_number, row.number))
        if row.case is not None:
            day = row.surgery_date
            self._alike.extend(_number(f"{day} {key}", row.number) for key in _keys(row.name))

    def refused(self, roster: Roster) -> dict[int, tuple[str, str]]:
        """Row -> code and the other rows, for rows that cannot both be right."""
        suspects = {row for pair in _pairs(self._patients) for row in pair}
        patients: dict[str, list[_Seen]] = defaultdict(list)
        for row in roster if suspects else ():
            if row.number in suspects and _counts(row):
                patients[row.record_number].append(_seen(row))
        found: dict[int, tuple[str, str]] = {}
        for group in patients.values():
            found |= _against(group)
        return found

    def alike(self, roster: Roster, without: set[int]) -> tuple[tuple[int, ...], ...]:
        """Groups of rows of one day whose patients have the same or nearly the same name; `without` are refused."""
        pairs = {pair for pair in _pairs(self._alike) if without.isdisjoint(pair)}
        rows = {row for pair in pairs for row in pair}
        if not rows:
            return ()
        names = {row.number: (row.name, row.record_number) for row in roster if row.number in rows}
        leader = {row: row for row in rows}

        def lead(row: int) -> int:
            while leader[row] != row:
                leader[row] = row = leader[leader[row]]
            return row

        for one, other in sorted(pairs):
            (name, number), (second, another) = names[one], names[other]
            if number != another and _alike(name, second):
                leader[max(lead(one), lead(other))] = min(lead(one), lead(other))
        groups = defaultdict(list)
        for row in sorted(rows):
            groups[lead(row)].append(row)
        return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _counts(row: Row) -> bool:
    return not row.cancelled and bool(row.record_number) and bool(row.name)


def _seen(row: Row) -> _Seen:
    birth = row.case.birth_date if row.case else None
    name = _folded(row.name)
    return _Seen(row.number, row.record_number, row.surgery_date, row.procedure, row.start_time, name, birth)


def _pairs(numbers: array[int]) -> Iterator[tuple[int, int]]:
    """Rows that share a hash, each with the next few: in a crowd of one name that is enough to find it whole.

    Sorted in batches, so that a long schedule needs little memory for it.
    """
    parts = [array("Q") for _ in range(len(numbers) // _BATCH + 1)]
    for number in numbers:
        parts[(number >> _ROW_BITS) % len(parts)].append(number)
    for part in parts:
        recent: list[int] = []
        for value in sorted(part):
            if recent and recent[-1] >> _ROW_BITS != value >> _ROW_BITS:
                recent.clear()
            yield from ((each & _ROW, value & _ROW) for each in recent if each != value)
            recent = [*recent[1 - _NEXT :], value]


def _against(group: list[_Seen]) -> dict[int, tuple[str, str]]:
    """What speaks against the rows of one record number."""
    code = ""
    if len({each.name for each in group}) > 1:
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


def _number(text: str, row: int) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=5).digest()
    return int.from_bytes(digest, "big") << _ROW_BITS | row


def _folded(name: str) -> str:
    """Without accents, capitals and signs: what the ear does not hear and a hurried eye does not see."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return " ".join("".join(c if c.isalnum() else " " for c in letters if not unicodedata.combining(c)).split())


def _sorted(name: str) -> str:
    return " ".join(sorted(name.split()))


def _called(name: str) -> str:
    """What is called out in a waiting room: the first given name and the last name. "" where they cannot be told."""
    last, _, given = (_spoken(part) for part in name.partition(","))
    if last and given:  # MARTINEZ, ROSA M
        return f"{given[0]}, {' '.join(last)}"
    words = _spoken(name)
    return f"{words[0]}, {words[-1]}" if len(words) > 1 else ""


def _spoken(name: str) -> list[str]:
    """Its words without initials and the like, which one list has and the other leaves out."""
    return [word for word in _folded(name).split() if len(word) > 1 and word not in _SUFFIXES]


def _keys(name: str) -> set[str]:
    """Names that differ by one letter, or by two letters swapped, share one of these; so do the same words turned, and
    names that differ in what is between the first and the last.
    """
    folded = _folded(name)
    slips = (folded[:place] + folded[place + 1 :] for place in range(len(folded)))
    return {f"={_sorted(folded)}", f"+{_called(name) or folded}", folded, *slips}


def _alike(name: str, other: str) -> bool:
    one, two = _folded(name), _folded(other)
    if _sorted(one) == _sorted(two) or _one_slip(one, two):
        return True
    return bool(_called(name)) and _called(name) == _called(other)


def _one_slip(one: str, other: str) -> bool:
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
