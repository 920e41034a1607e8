"""A translation's fields and its original in, the original with the other words out; or everything that is amiss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar, assert_never

from packets.content import build, markup, operations, wordings
from packets.content.notes import Notes, did_you_mean, listed
from packets.content.schema import Found
from packets.content.sentences import own_words, sentences, split
from packets.content.yamlsource import Scalar
from packets.domain.document import (
    Block,
    Bullets,
    Check,
    CommonPart,
    FillIn,
    Handout,
    Instead,
    Notice,
    Paragraph,
    Part,
    Run,
    Section,
    Show,
    Slot,
    Steps,
    Todo,
)
from packets.domain.recovery import Milestone


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)
_FIELDS = {Check: "check", FillIn: "fill_in", Todo: "todo"}
_SURELY_A_SENTENCE = 4  # words; three can be the same in two languages, such as names of examinations
_NOUNS = {Paragraph: "paragraph", Bullets: "bullet", Steps: "step"}


def handout(found: Found, original: Handout, notes: Notes, usable: build.Slots) -> Handout:
    _revision(found, original.revision, notes)
    sections = _matched(found, "sections", "section", original.sections, notes)
    notices = _matched(found, "notices", "notice", original.notices, notes)
    milestones = _matched(found, "milestones", "milestone", original.milestones, notes)
    words = [original.title, *wordings.printed(original), *(section.heading for section in original.sections)]
    words += [text for notice in original.notices for text in (notice.label, notice.ask)]
    words += [text for each in original.milestones for text in (each.label, each.ask)]
    still_original(found, [*words, original.provenance.source], original.language, notes)
    return replace(
        original,
        language=found.text("language"),
        revision=found.get("revision", int) or 0,
        provenance=replace(original.provenance, source=found.text("source")),
        title=found.text("title"),
        names=build.texts(found, "names"),
        sections=tuple(_section(each, sections.get(each.id), notes, usable) for each in original.sections),
        notices=tuple(_notice(each, notices.get(each.id), notes, usable) for each in original.notices),
        milestones=tuple(_milestone(each, milestones.get(each.id), notes) for each in original.milestones),
        review=build.review(found.get("review", Found)),
        original=original,
    )


def common(found: Found, original: CommonPart, notes: Notes, usable: build.Slots) -> CommonPart:
    _revision(found, original.revision, notes)
    _same_field(found, "heading", original.heading, notes)
    labels = [block.label for part in original.parts for block in part.blocks if isinstance(block, FillIn)]
    still_original(found, [original.heading, *wordings.paragraphs(original.parts), *labels], original.language, notes)
    return replace(
        original,
        language=found.text("language"),
        revision=found.get("revision", int) or 0,
        heading=found.text("heading"),
        parts=_parts(found, original.parts, notes, usable),
        review=build.review(found.get("review", Found)),
        original=original,
    )


def _revision(found: Found, revision: int, notes: Notes) -> None:
    translated = found.get("translates_revision", int)
    if translated is not None and translated != revision:
        hint = (
            f"Compare the words with the original, change what differs, then write: translates_revision: {revision}\n"
            "generate.py diff OLD NEW shows what has changed in the original."
        )
        message = f"these words translate revision {translated}; the original has revision {revision}"
        notes.add("L28", message, found.at("translates_revision"), hint)


def still_original(found: Found, originals: Iterable[str], language: str, notes: Notes) -> None:
    """A sentence that came with a copy of the original's file, and then was forgotten."""
    if found.text("language").partition("-")[0] == language.partition("-")[0]:
        return
    known = {sentence for text in originals for _, sentence in split(text) if own_words(sentence) >= _SURELY_A_SENTENCE}
    for node in found.nodes.values():
        for scalar in operations.scalars(node):
            for sentence in sentences(scalar):
                if sentence.text in known:
                    notes.add("L37", "these are still the words of the original", sentence.place, "Translate them.")


def _matched(found: Found, field: str, noun: str, originals: Sequence[T], notes: Notes) -> Mapping[str, Found]:
    known = [each.id for each in originals]
    written: dict[str, Found] = {}
    for each in found.all(field, Found):
        name = each.text("id")
        if name in written:
            notes.add("L02", f'the id "{name}" is taken', each.at("id"), "Delete one of the two.")
        elif name and name not in known:
            otherwise = f"There are: {listed(known, 'and')}." if known else "Delete it."
            hint = did_you_mean(name, known, otherwise)
            notes.add("L29", f'the original has no {noun} "{name}"', each.at("id"), hint)
        written[name] = each
    for name in known:
        if name not in written:
            hint = f"Add it below {field}: with its words."
            notes.add("L30", f'the {noun} "{name}" is not translated', found.at(field), hint)
    return written


def _same_field(written: Found, field: str, original: str, notes: Notes) -> None:
    """A field that the original may lack: both have it, or none."""
    if original and not written.has(field):
        notes.add("L30", f'"{field}" is not translated', written.place, f'The original says: "{original}"')
    elif not original and written.has(field):
        notes.add("L29", f'the original has no "{field}" here', written.at(field), "Delete the line.")


def _section(original: Section, written: Found | None, notes: Notes, usable: build.Slots) -> Section:
    if written is None:
        return original
    return replace(original, heading=written.text("heading"), parts=_parts(written, original.parts, notes, usable))


def _notice(original: Notice, written: Found | None, notes: Notes, usable: build.Slots) -> Notice:
    if written is None:
        return original
    _same_field(written, "ask", original.ask, notes)
    return replace(
        original,
        label=written.text("label"),
        ask=written.text("ask"),
        parts=_parts(written, original.parts, notes, usable),
    )


def _milestone(original: Milestone, written: Found | None, notes: Notes) -> Milestone:
    if written is None:
        return original
    _same_field(written, "ask", original.ask, notes)
    if original.short != original.label:
        _same_field(written, "short", original.short, notes)
    label = written.text("label")
    return replace(original, label=label, short=written.text("short") or label, ask=written.text("ask"))


def _parts(written: Found, originals: tuple[Part, ...], notes: Notes, usable: build.Slots) -> tuple[Part, ...]:
    worded = [part for part in originals if not all(isinstance(block, Show) for block in part.blocks)]
    entries = written.all("parts", Found)
    if not written.has("parts"):
        return originals
    if len(entries) != len(worded):
        code = "L30" if len(entries) < len(worded) else "L29"
        message = f"the original has {_count(len(worded), 'part')} with words here; found {len(entries)}"
        notes.add(code, message, written.at("parts"), "Translate each part, in the same order; a show: has no words.")
        return originals
    words = iter(entries)
    return tuple(
        replace(part, blocks=_blocks(next(words), part.blocks, notes, usable)) if part in worded else part
        for part in originals
    )


def _blocks(written: Found, originals: tuple[Block, ...], notes: Notes, usable: build.Slots) -> tuple[Block, ...]:
    original = originals[0]
    field = _FIELDS.get(type(original), "text")
    if not written.has(field):
        notes.add("T13", f"the original has {field}: here", written.place, f"Write the words behind {field}:")
        return originals
    if isinstance(original, FillIn):
        _same_field(written, "note", original.note, notes)
        return (replace(original, label=written.text("fill_in"), note=written.text("note")),)
    if isinstance(original, Todo):
        return (Todo(written.text("todo")),)
    source = written.get(field, Scalar)
    if source is None:
        return originals
    blocks: tuple[Block, ...]
    if isinstance(original, Check):
        blocks = (Check(markup.read_line(source, notes, usable.usable, usable.because)),)
    else:
        blocks = markup.read(source, notes, usable.usable, usable.because)
    if _shape(blocks) != _shape(originals):
        message = f"found {_told(blocks)}; the original has {_told(originals)}"
        notes.add("T13", message, written.at(field), "Keep the paragraphs and list entries of the original.")
    _slots(blocks, originals, written, field, notes)
    return blocks


def _slots(blocks: Iterable[Block], originals: Iterable[Block], written: Found, field: str, notes: Notes) -> None:
    here, there = Counter(_named(blocks)), Counter(_named(originals))
    for name in sorted((there - here).keys()):
        notes.add(
            "T14",
            f"the slot {{{name}}} of the original is missing",
            written.at(field),
            f"Write {{{name}}} where its value belongs.",
        )
    for name in sorted((here - there).keys()):
        notes.add("T15", f"the original has no slot {{{name}}} here", written.at(field), "Delete it.")


def _runs(blocks: Iterable[Block]) -> Iterator[Run]:
    for block in blocks:
        match block:
            case Paragraph() | Check():
                yield from block.runs
            case Bullets() | Steps():
                for item in block.items:
                    yield from item
            case Show() | FillIn() | Todo() | Instead():
                pass
            case _:
                assert_never(block)


def _named(blocks: Iterable[Block]) -> Iterator[str]:
    return (run.name for run in _runs(blocks) if isinstance(run, Slot))


def _shape(blocks: Iterable[Block]) -> list[tuple[type[Block], int]]:
    return [(type(block), len(block.items) if isinstance(block, Bullets | Steps) else 1) for block in blocks]


def _told(blocks: Iterable[Block]) -> str:
    counts: list[tuple[type[Block], int]] = []
    for kind, count in _shape(blocks):
        if counts and counts[-1][0] is kind:
            counts[-1] = (kind, counts[-1][1] + count)
        else:
            counts.append((kind, count))
    return listed((_count(count, _NOUNS.get(kind, "line")) for kind, count in counts), "and") or "nothing"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
