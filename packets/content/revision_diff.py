"""One revision of a handout in, its lines as a patient reads them out; and what differs between two of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from packets.content import build
from packets.content.lint import handout_rules
from packets.content.problems import ProblemCollector
from packets.content.schema.handout_file import HANDOUT
from packets.content.schema.records import ParsedRecord
from packets.content.schema.slots import MAY_BE_ASKED
from packets.content.schema.translation_files import TRANSLATION
from packets.content.yaml import parser
from packets.errors import InvalidInputError, Problem
from packets.model.handout import Bullets, Check, FillIn, OverrideNote, Paragraph, Part, Run, Show, Slot, Steps, Todo
from packets.model.recovery import At, Between, By, Milestone, Offset

CLEAR = ("L03",)  # what only the folder around a file can show
_ANY_SLOT = build.allowed_slots(None, frozenset(MAY_BE_ASKED))


@dataclass(frozen=True, slots=True)
class Revision:
    """What a patient reads, in the order of the pages; a condition stands in brackets before what it prints."""

    revision: int
    status: str
    lines: tuple[str, ...]


def read_revision(path: Path) -> Revision:
    """Of a handout or of its translation on its own, wherever its file is. Raises Refused with every mistake in it."""
    parsed = parser.read_file(path)
    notes = ProblemCollector(str(path))
    notes.problems += parsed.problems
    keys = [key.text for key, _ in parsed.tree.entries] if isinstance(parsed.tree, parser.Mapping) else []
    if keys and "handout" not in keys and "sections" not in keys:
        raise InvalidInputError(
            Problem("L39", "this file is not a handout", "It begins with handout: or translation:", str(path))
        )
    record = TRANSLATION if "translation" in keys else HANDOUT
    found = record.read(parsed.tree, notes) if parsed.tree is not None else None
    lines: tuple[str, ...] = ()
    if found:
        lines = tuple((_translated if record is TRANSLATION else _written)(found, notes))
    errors = [problem for problem in notes.problems if not problem.warning and problem.code not in CLEAR]
    if errors or not found:
        raise InvalidInputError(*errors)
    return Revision(
        found.get("revision", int) or 0, build.build_review(found.get("review", ParsedRecord)).status, lines
    )


def _written(record: ParsedRecord, problems: ProblemCollector) -> Iterator[str]:
    handout = build.build_handout(record, problems, None)
    handout_rules.check_handout(record, handout, problems, (), None, None)
    yield handout.title
    for notice in handout.notices:
        yield f"[box] {notice.label}"
        yield from _parts(notice.parts)
    for milestone in handout.milestones:
        yield f"[date] {milestone.label}: {_time(milestone)} ({milestone.kind})"
    for section in handout.sections:
        yield f"# {section.heading}"
        yield from _parts(section.parts)
    yield f"[ends with] {', '.join(handout.ends_with)}"


def _translated(record: ParsedRecord, problems: ProblemCollector) -> Iterator[str]:
    """Words only; times and conditions stand in the original."""
    yield record.text("title")
    for notice in record.all("notices", ParsedRecord):
        yield f"[box] {notice.text('label')}"
        yield from _parts(build.build_parts(notice, "parts", problems, _ANY_SLOT))
    for milestone in record.all("milestones", ParsedRecord):
        yield f"[date] {milestone.text('label')}"
    for section in record.all("sections", ParsedRecord):
        yield f"# {section.text('heading')}"
        yield from _parts(build.build_parts(section, "parts", problems, _ANY_SLOT))


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        condition = part.condition
        before = "[draft] " if part.draft else ""
        if condition:
            before += f"[{condition.question} is {'' if condition.holds else 'not '}{condition.answer}] "
        for block in part.blocks:
            match block:
                case Paragraph():
                    yield before + _words(block.runs)
                case Bullets():
                    yield from (f"{before}- {_words(item)}" for item in block.items)
                case Steps():
                    yield from (f"{before}{number}. {_words(item)}" for number, item in enumerate(block.items, 1))
                case Check():
                    yield f"{before}[ ] {_words(block.runs)}"
                case FillIn():
                    yield f"{before}{block.label}: ____"
                case Todo():
                    yield f"{before}TODO for the clinician: {block.what}"
                case Show():
                    yield f"{before}[{block.what}]"
                case OverrideNote():
                    yield f"{before}[the surgeon's own time for {block.milestone}]"
                case _:
                    assert_never(block)


def _words(runs: Iterable[Run]) -> str:
    return "".join(f"{{{run.name}}}" if isinstance(run, Slot) else run.text for run in runs)


def _time(milestone: Milestone) -> str:
    match milestone.timing:
        case At(offset):
            return f"{_offset(offset)} after surgery"
        case By(offset):
            return f"by {_offset(offset)} after surgery"
        case Between(first, last):
            return f"{_offset(first)} to {_offset(last)} after surgery"
        case _:
            assert_never(milestone.timing)


def _offset(offset: Offset) -> str:
    return f"{offset.count} {offset.unit}{'' if offset.count == 1 else 's'}"


def differences(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Lines that are gone (`-`), new (`+`), or changed: then the words `[-gone-]` and `{+new+}` in one line (`~`).

    Before the first difference of a section stands its heading.
    """
    heading = shown = ""
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            heading = next((line for line in reversed(old[a:b]) if line.startswith("# ")), heading)
            continue
        if heading != shown:
            yield heading
            shown = heading
        pairs = min(b - a, d - c) if tag == "replace" else 0
        for before, after in zip(old[a : a + pairs], new[c : c + pairs], strict=True):
            yield f"~ {_changed(before.split(' '), after.split(' '))}"
        yield from (f"- {line}" for line in old[a + pairs : b])
        yield from (f"+ {line}" for line in new[c + pairs : d])


def _changed(old: Sequence[str], new: Sequence[str]) -> str:
    said: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            said += old[a:b]
            continue
        if a < b:
            said.append(f"[-{' '.join(old[a:b])}-]")
        if c < d:
            said.append(f"{{+{' '.join(new[c:d])}+}}")
    return " ".join(said)
