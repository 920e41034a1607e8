"""Compare two revisions of a handout, line by line as a patient reads them."""

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
from packets.content.schema.question_fields import options
from packets.content.schema.records import ParsedRecord
from packets.content.schema.slots import MAY_BE_ASKED
from packets.content.schema.translation_files import TRANSLATION
from packets.content.yaml import parser
from packets.errors import InvalidInputError, Problem
from packets.model.condition import Condition
from packets.model.handout import (
    Block,
    Bullets,
    Callout,
    Check,
    FillIn,
    Image,
    Medicines,
    OverrideNote,
    PageBreak,
    Paragraph,
    Part,
    Run,
    Show,
    Slot,
    Steps,
    Subheading,
    Table,
    Text,
    Todo,
)
from packets.model.question import Ask, Option
from packets.model.recovery import After, At, Between, By, FromThrough, Milestone, Offset, Until

FOLDER_CODES = ("L03",)  # depends on other files in the folder
_TRANSLATION_CODES = ("L03", "T02")  # the original has the questions, which are slots
_ANY_SLOT = build.allowed_slots(None, [Ask(name, kind) for name, kind in MAY_BE_ASKED.items()])


@dataclass(frozen=True, slots=True)
class Revision:
    """The lines that a patient reads, in page order; each condition is in brackets before its text."""

    revision: int
    status: str
    lines: tuple[str, ...]


def read_revision(path: Path) -> Revision:
    """Read a handout or a translation from any folder. Raise InvalidInputError with every mistake in it."""
    parsed = parser.read_file(path)
    problems = ProblemCollector(str(path))
    problems.problems += parsed.problems
    keys = [key.text for key, _ in parsed.tree.entries] if isinstance(parsed.tree, parser.Mapping) else []
    if keys and "handout" not in keys and "sections" not in keys:
        raise InvalidInputError(
            Problem("L39", "this file is not a handout", "It begins with handout: or translation:", str(path))
        )
    record = TRANSLATION if "translation" in keys else HANDOUT
    parsed_record = record.read(parsed.tree, problems) if parsed.tree is not None else None
    lines: tuple[str, ...] = ()
    if parsed_record:
        lines = tuple((_translation_lines if record is TRANSLATION else _handout_lines)(parsed_record, problems))
    ignored = _TRANSLATION_CODES if record is TRANSLATION else FOLDER_CODES
    errors = [problem for problem in problems.problems if not problem.warning and problem.code not in ignored]
    if errors or not parsed_record:
        raise InvalidInputError(*errors)
    return Revision(
        parsed_record.get("revision", int) or 0,
        build.build_review(parsed_record.get("review", ParsedRecord)).status,
        lines,
    )


def _handout_lines(record: ParsedRecord, problems: ProblemCollector) -> Iterator[str]:
    handout = build.build_handout(record, problems, None)
    handout_rules.check_handout(record, handout, problems, (), None, None)
    yield handout.title
    if handout.kind:
        yield f"[kind] {handout.kind}"
    for ask in handout.asks:
        yield _question(ask.name, f"{ask.kind}, optional" if ask.optional else ask.kind, ask.text, ask.options)
    for notice in handout.notices:
        yield f"[box] {notice.label}{_only(notice.condition)}"
        yield from _parts(notice.parts)
    for milestone in handout.milestones:
        time = f"{_time(milestone)}{_time_of_day(milestone)}"
        yield f"[date] {milestone.label}: {time} ({milestone.kind}){_only(milestone.condition)}"
    for section in handout.sections:
        yield f"# {section.heading}{_only(section.condition)}"
        yield from _parts(section.parts)
    yield f"[ends with] {', '.join(handout.ends_with)}"


def _translation_lines(record: ParsedRecord, problems: ProblemCollector) -> Iterator[str]:
    """Yield the words; times and conditions are in the original."""
    yield record.text("title")
    for name, entry in (record.get("asks", dict) or {}).items():
        if isinstance(entry.value, ParsedRecord):
            yield _question(name, "", entry.value.text("ask"), options(entry.value))
    for notice in record.all("notices", ParsedRecord):
        yield f"[box] {notice.text('label')}"
        yield from _parts(build.build_parts(notice, "parts", problems, _ANY_SLOT))
    for milestone in record.all("milestones", ParsedRecord):
        yield f"[date] {milestone.text('label')}"
    for section in record.all("sections", ParsedRecord):
        yield f"# {section.text('heading')}"
        yield from _parts(build.build_parts(section, "parts", problems, _ANY_SLOT))


def _question(name: str, kind: str, text: str, choices: Iterable[Option]) -> str:
    words = ", ".join(f"{choice.id}: {choice.words}" for choice in choices)
    return f"[asks] {name}: {f'{text} ({words})' if words else kind}"


def _only(condition: Condition | None) -> str:
    return f" [{condition}]" if condition else ""


def _before(condition: Condition | None) -> str:
    return f"[{condition}] " if condition else ""


def _parts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        before = "[draft] " if part.draft else ""
        before += _before(part.condition)
        for block in part.blocks:
            yield from (before + line for line in _block_lines(block))


def _block_lines(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _words(block.runs)
        case Bullets():
            yield from (f"- {_words(item)}" for item in block.items)
        case Steps():
            yield from (f"{number}. {_words(item)}" for number, item in enumerate(block.items, 1))
        case Subheading():
            yield f"## {block.text}"
        case Callout():
            yield f"[{block.kind}] {block.heading}"
            yield from (f"[{block.kind}] {line}" for inner in block.blocks for line in _block_lines(inner))
        case Table():
            yield f"[table] {' | '.join(block.columns)}"
            yield from (f"{_before(row.condition)}[row] {' | '.join(map(_words, row.cells))}" for row in block.rows)
        case Medicines():
            for row in block.medicines:
                words = (row.medicine, row.purpose, *row.doses, row.until, row.note)
                yield f"{_before(row.condition)}[medicine] {' | '.join(words)}"
            yield f"[medicine] {block.empty_rows} empty rows"
        case Image():
            drawn = f" {block.picture.sha256[:8]}" if block.picture else ""
            yield f"[image] {block.file or 'of the original'}{drawn}, {block.width}: {block.alt}"
            yield f"[caption] {block.caption}"
        case PageBreak():
            yield "[new page]"
        case Check():
            yield f"[ ] {_words(block.runs)}"
        case FillIn():
            yield f"{block.label}: {f'{{{block.source}}}' if block.source else '____'}"
        case Todo():
            yield f"TODO for the clinician: {block.what}"
        case Show():
            yield f"[{block.what}]"
        case OverrideNote():
            yield f"[the surgeon's own time for {block.milestone}]"
        case _:
            assert_never(block)


def _words(runs: Iterable[Run]) -> str:
    return "".join(f"{{{run.name}}}" if isinstance(run, Slot) else _linked(run) for run in runs)


def _linked(run: Text) -> str:
    return f"[{run.text}]({run.link})" if run.link else run.text


def _time(milestone: Milestone) -> str:
    match milestone.timing:
        case At(offset):
            return _from_surgery(offset)
        case By(offset):
            return f"by {_from_surgery(offset)}"
        case Between(first, last):
            return f"{_offset(first)} to {_from_surgery(last)}"
        case Until(offset):
            return f"until {_from_surgery(offset)}"
        case FromThrough(first, last):
            return f"from {_from_surgery(first)} through {_from_surgery(last)}"
        case After(offset):
            return f"{_from_surgery(offset)} or later"
        case _:
            assert_never(milestone.timing)


def _time_of_day(milestone: Milestone) -> str:
    time = milestone.time or (f"{{{milestone.asked_time}}}" if milestone.asked_time else "")
    return f", {time}" if time else ""


def _from_surgery(offset: Offset) -> str:
    if offset.count == 0:
        return "the day of surgery"
    return f"{_offset(offset)} {'after' if offset.count > 0 else 'before'} surgery"


def _offset(offset: Offset) -> str:
    count = abs(offset.count)
    return f"{count} {offset.unit}{'' if count == 1 else 's'}"


def differences(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    """Yield removed (`-`), added (`+`) and changed (`~`) lines; a changed line has `[-removed-]` and `{+added+}` words.

    The heading of a section comes before its first difference.
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
    words: list[str] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            words += old[a:b]
            continue
        if a < b:
            words.append(f"[-{' '.join(old[a:b])}-]")
        if c < d:
            words.append(f"{{+{' '.join(new[c:d])}+}}")
    return " ".join(words)
