"""Compare two revisions of a handout, line by line as a patient reads them."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import assert_never

from msgspec import Struct, field

from packets.content import build, regimen_steps
from packets.content.allowed_slots import allowed_slots
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
    TIMES_OF_DAY,
    Block,
    Bullets,
    Callout,
    Check,
    FillIn,
    Handout,
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
from packets.model.question import Option, Question
from packets.model.recovery import After, At, Between, By, FromThrough, Milestone, Offset, Until
from packets.model.regimen import Regimen

FOLDER_CODES = ("L03",)  # depends on other files in the folder
_TRANSLATION_CODES = ("L03", "T02")  # the original has the questions, which are slots
_ANY_SLOT = allowed_slots(None, [Question(name, kind) for name, kind in MAY_BE_ASKED.items()])


class Revision(Struct, frozen=True):
    """The lines that a patient reads, in page order; each condition is in brackets before its text."""

    revision: int
    status: str
    lines: tuple[str, ...]
    handout: Handout | None = None  # None for a translation


class Reader(Struct, frozen=True):
    """What is known of the patient who reads the lines: texts for other patients are left out.

    `answers` decide conditions, `words` replace placeholders, and `surgery` gives each milestone its dates.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    surgery: dt.date | None = None

    def reads(self, condition: Condition | None) -> bool:
        return condition is None or condition.may_hold(self.answers)

    def only(self, condition: Condition | None) -> str:
        """Return a condition in brackets, "" if the answers have decided it."""
        return f"[{condition}]" if condition and not set(condition.questions) <= self.answers.keys() else ""

    def before(self, condition: Condition | None) -> str:
        """Return the same to write before the text that it is for."""
        only = self.only(condition)
        return f"{only} " if only else ""


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
    handout = None
    if parsed_record and record is HANDOUT:
        handout = build.build_handout(parsed_record, problems, None)
        handout_rules.check_handout(parsed_record, handout, problems, (), None, None)
        lines = tuple(handout_lines(handout, Reader()))
    elif parsed_record:
        lines = tuple(_translation_lines(parsed_record, problems))
    ignored = _TRANSLATION_CODES if record is TRANSLATION else FOLDER_CODES
    errors = [problem for problem in problems.problems if not problem.warning and problem.code not in ignored]
    if errors or not parsed_record:
        raise InvalidInputError(*errors)
    return Revision(
        parsed_record.get("revision", int) or 0,
        build.build_review(parsed_record.get("review", ParsedRecord)).status,
        lines,
        handout,
    )


def handout_lines(handout: Handout, reader: Reader) -> Iterator[str]:
    """Yield the lines of a handout that this reader may get."""
    yield handout.title
    if handout.kind:
        yield f"[kind] {handout.kind}"
    for question in handout.questions:
        yield _question(
            question.name,
            f"{question.kind}, optional" if question.optional else question.kind,
            question.text,
            question.options,
        )
    yield from (f"[emergency] {sign}" for sign in handout.emergency_signs)
    for notice in filter(lambda item: reader.reads(item.condition), handout.notices):
        yield f"[box] {notice.label} {reader.only(notice.condition)}".rstrip()
        yield from _teach_back_line(notice.ask)
        yield from _parts(notice.parts, reader)
    for milestone in filter(lambda item: reader.reads(item.condition), handout.milestones):
        yield f"[date] {milestone.label}: {_dates_of(milestone, reader)} {reader.only(milestone.condition)}".rstrip()
        yield from _teach_back_line(milestone.ask)
    for section in filter(lambda item: reader.reads(item.condition), handout.sections):
        yield f"# {section.heading} {reader.only(section.condition)}".rstrip()
        yield from _parts(section.parts, reader)
    yield f"[ends with] {', '.join(handout.ends_with)}"


def _translation_lines(record: ParsedRecord, problems: ProblemCollector) -> Iterator[str]:
    """Yield the words; times and conditions are in the original."""
    yield record.text("title")
    for name, entry in (record.get("asks", dict) or {}).items():
        if isinstance(entry.value, ParsedRecord):
            yield _question(name, "", entry.value.text("ask"), options(entry.value))
    yield from (f"[emergency] {sign}" for sign in build.string_list(record, "emergency_signs"))
    for notice in record.all("notices", ParsedRecord):
        yield f"[box] {notice.text('label')}"
        yield from _teach_back_line(notice.text("ask"))
        yield from _parts(build.build_parts(notice, "parts", problems, _ANY_SLOT), Reader())
    for milestone in record.all("milestones", ParsedRecord):
        yield f"[date] {milestone.text('label')}"
        yield from _teach_back_line(milestone.text("ask"))
    for section in record.all("sections", ParsedRecord):
        yield f"# {section.text('heading')}"
        yield from _parts(build.build_parts(section, "parts", problems, _ANY_SLOT), Reader())


def _teach_back_line(question: str) -> Iterator[str]:
    """Yield the teach-back question of the staff sheet, if the author wrote one."""
    if question:
        yield f"[ask] {question}"


def _question(name: str, kind: str, text: str, choices: Iterable[Option]) -> str:
    words = ", ".join(f"{choice.id}: {choice.words}" for choice in choices)
    return f"[asks] {name}: {f'{text} ({words})' if words else kind}"


def _parts(parts: Iterable[Part], reader: Reader) -> Iterator[str]:
    for part in filter(lambda item: reader.reads(item.condition), parts):
        before = ("[draft] " if part.draft else "") + reader.before(part.condition)
        for block in part.blocks:
            yield from (before + line for line in _block_lines(block, reader))


def _block_lines(block: Block, reader: Reader) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _words(block.runs, reader.words)
        case Bullets():
            yield from (f"- {_words(item, reader.words)}" for item in block.items)
        case Steps():
            yield from (f"{number}. {_words(item, reader.words)}" for number, item in enumerate(block.items, 1))
        case Subheading():
            yield f"## {block.text}"
        case Callout():
            yield f"[{block.kind}] {block.heading}"
            yield from (f"[{block.kind}] {line}" for inner in block.blocks for line in _block_lines(inner, reader))
        case Table():
            yield f"[table] {' | '.join(block.columns)}"
            for row in filter(lambda item: reader.reads(item.condition), block.rows):
                cells = " | ".join(_words(cell, reader.words) for cell in row.cells)
                yield f"{reader.before(row.condition)}[row] {cells}"
        case Medicines():
            for drug in filter(lambda item: reader.reads(item.condition), block.medicines):
                words = (drug.medicine, drug.purpose, *drug.doses, drug.until, drug.note)
                yield f"{reader.before(drug.condition)}[medicine] {' | '.join(words)}"
            yield f"[medicine] {block.empty_rows} empty rows"
            if times := [f"{name} {time}" for name, time in zip(TIMES_OF_DAY, block.times, strict=False) if time]:
                yield f"[medicine] at {', '.join(times)}"
        case Regimen():
            yield from regimen_steps.lines(block)
        case Image():
            drawn = f" {block.picture.sha256[:8]}" if block.picture else ""
            yield f"[image] {block.file or 'of the original'}{drawn}, {block.width}: {block.alt}"
            yield f"[caption] {block.caption}"
        case PageBreak():
            yield "[new page]"
        case Check():
            yield f"[ ] {_words(block.runs, reader.words)}"
        case FillIn():
            yield f"{block.label}: {_words((Slot(block.source),), reader.words) if block.source else '____'}"
            if block.note:
                yield f"[note] {block.note}"
        case Todo():
            yield f"TODO for the clinician: {block.what}"
        case Show():
            yield f"[{block.what}]"
        case OverrideNote():
            yield f"[the surgeon's own time for {block.milestone}]"
        case _:
            assert_never(block)


def _words(runs: Iterable[Run], known: Mapping[str, str]) -> str:
    return "".join(known.get(run.name, f"{{{run.name}}}") if isinstance(run, Slot) else _with_link(run) for run in runs)


def _with_link(run: Text) -> str:
    return f"[{run.text}]({run.link})" if run.link else run.text


def _dates_of(milestone: Milestone, reader: Reader) -> str:
    dates = ""
    if reader.surgery:
        dates = " = " + " to ".join(day.isoformat() for day in milestone.dates(reader.surgery))
    known = f", or {_words((Slot(milestone.known_by),), reader.words)} if it is known" if milestone.known_by else ""
    return f"{_time(milestone)}{dates}{_time_of_day(milestone, reader.words)}{known} ({milestone.kind})"


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


def _time_of_day(milestone: Milestone, known: Mapping[str, str]) -> str:
    before, _, _ = milestone.asked_words.partition("{")
    time = milestone.time or (before + _words((Slot(milestone.asked_time),), known) if milestone.asked_time else "")
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
            yield f"~ {_marked_changes(before.split(' '), after.split(' '))}"
        yield from (f"- {line}" for line in old[a + pairs : b])
        yield from (f"+ {line}" for line in new[c + pairs : d])


def _marked_changes(old: Sequence[str], new: Sequence[str]) -> str:
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
