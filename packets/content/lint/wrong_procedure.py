"""Report handouts and common parts that name the operation of another handout."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from packets.content.loaded_file import LoadedFile, printed_scalars
from packets.content.problems import did_you_mean, listed
from packets.content.schema.records import ParsedRecord
from packets.errors import Problem
from packets.model.handout import CommonPart, Handout

_PRINTED = ("title", "heading", "asks", "emergency_signs", "sections", "notices", "milestones", "parts")


def wrong_operations(
    files: Iterable[LoadedFile],
    procedures: Collection[str],
    instructions: Iterable[tuple[str, ParsedRecord]] = (),
) -> Iterator[Problem]:
    """Report names of other operations; a common part is printed with every handout, so it may name none.

    `procedures` are the ids of all handouts, also of those that could not be loaded. `instructions` are surgeons'
    records for one procedure with their paths; they may name what its handout may.
    """
    files = tuple(files)
    handouts = [file.value for file in files if isinstance(file.value, Handout)]
    owner = {name.casefold(): handout.id for handout in handouts for name in (handout.title, *handout.names)}
    for file in files:
        allowed: set[str] = set()
        if isinstance(file.value, Handout):
            allowed = {file.value.id, *file.value.may_name}
            yield from _unknown_mentions(file, procedures)
        if names := _pattern(owner):
            yield from _foreign_names(file, names, owner, allowed)
    by_id = {handout.id: handout for handout in handouts}
    for path, record in instructions:
        if (value := by_id.get(record.text("procedure"))) and (names := _pattern(owner)):
            yield from _foreign_names(LoadedFile(path, record, value), names, owner, {value.id, *value.may_name})


def _unknown_mentions(file: LoadedFile, known: Collection[str]) -> Iterator[Problem]:
    for mention in file.record.all("may_name", ParsedRecord):
        name, place = mention.text("operation"), mention.at("operation")
        if name and name not in known:
            hint = did_you_mean(name, known, f"There are: {listed(sorted(known), 'and')}.")
            yield Problem("L22", f'there is no procedure "{name}"', hint, file.path, place.line, place.column)


def _pattern(owner: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of all names, longest first, so that a name inside a longer one does not count."""
    names = sorted(owner, key=lambda name: (-len(name), name))
    patterns = ("[\\s-]+".join(map(re.escape, re.split(r"[\s-]+", name))) for name in names)
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE) if names else None


def _foreign_names(
    file: LoadedFile, names: re.Pattern[str], owner: dict[str, str], allowed: set[str]
) -> Iterator[Problem]:
    spaced = {re.sub(r"[\s-]+", " ", name): operation for name, operation in owner.items()}
    for field in _PRINTED:
        for scalar in printed_scalars(file.record.nodes.get(field)):
            for match in names.finditer(scalar.text):
                name = re.sub(r"[\s-]+", " ", match.group())
                operation = spaced[name.casefold()]
                if operation in allowed:
                    continue
                place = scalar.at(match.start())
                hint = f"Is it the right operation? If it is meant, declare it: may_name: - operation: {operation}"
                if isinstance(file.value, CommonPart):
                    hint = "A common part is printed for every operation; name none."
                yield Problem(
                    "L26",
                    f'"{name}" is another operation ({operation})',
                    hint,
                    file.path,
                    place.line,
                    place.column,
                    warning=True,
                )
