"""Build a translated handout or common part from its original and the translated words, or report all mistakes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar, assert_never

from msgspec.structs import replace

from packets.content import blocks, build, markup, printed_text
from packets.content.allowed_slots import AllowedSlots
from packets.content.lint import emergency_signs, side_words, translation_agreement
from packets.content.loaded_file import printed_scalars
from packets.content.problems import ProblemCollector, counted, did_you_mean, listed
from packets.content.readability.sentences import count_words, split
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.translated_blocks import (
    check_optional_field,
    translated_image,
    translated_medicines,
    translated_regimen,
)
from packets.content.translated_questions import translated_questions
from packets.content.translated_slots import check_heading_slots, check_slots
from packets.content.yaml.parser import Scalar
from packets.model.block_lines import block_lines, with_slots
from packets.model.handout import (
    Block,
    Bullets,
    Callout,
    Check,
    CommonPart,
    FillIn,
    Handout,
    Image,
    Medicines,
    Notice,
    OverrideNote,
    PageBreak,
    Paragraph,
    Part,
    Section,
    Show,
    Steps,
    Subheading,
    Table,
    Todo,
)
from packets.model.recovery import Milestone
from packets.model.regimen import Regimen


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_HasId)
_MIN_SENTENCE_WORDS = 4  # three words can be the same in two languages, such as names of examinations
_NOUNS = {Paragraph: "paragraph", Bullets: "bullet", Steps: "step"}


def build_translated_handout(
    record: ParsedRecord, original: Handout, problems: ProblemCollector, slots: AllowedSlots
) -> Handout:
    _check_revision(record, original.revision, problems)
    questions = translated_questions(record, original.questions, original.language, problems)
    sections = _match_by_id(record, "sections", "section", original.sections, problems)
    notices = _match_by_id(record, "notices", "notice", original.notices, problems)
    milestones = _match_by_id(record, "milestones", "milestone", original.milestones, problems)
    words = [original.title, *printed_text.printed_text(original), *(section.heading for section in original.sections)]
    words += [text for notice in original.notices for text in (notice.label, notice.ask)]
    words += [*(question.text for question in original.questions), *original.emergency_signs]
    words += [text for section in original.sections for text in _fill_in_words(section.parts)]
    words += [text for milestone in original.milestones for text in (milestone.label, milestone.ask)]
    report_untranslated(record, [*words, original.provenance.source], original.language, problems)
    translated = replace(
        original,
        language=record.text("language"),
        revision=record.get("revision", int) or 0,
        provenance=replace(original.provenance, source=record.text("source")),
        title=record.text("title"),
        questions=questions,
        names=build.string_list(record, "names"),
        sections=tuple(_section(section, sections.get(section.id), problems, slots) for section in original.sections),
        notices=tuple(_notice(notice, notices.get(notice.id), problems, slots) for notice in original.notices),
        milestones=tuple(
            _milestone(milestone, milestones.get(milestone.id), problems) for milestone in original.milestones
        ),
        emergency_signs=build.string_list(record, "emergency_signs"),
        review=build.build_review(record.get("review", ParsedRecord)),
        original=original,
    )
    translation_agreement.check_translated_handout(record, original, translated, problems)
    signs = record.all("emergency_signs", ParsedValue)
    place = record.at("emergency_signs" if signs else "language")
    emergency_signs.check_same_signs(
        original.emergency_signs, original.language, signs, translated.language, place, problems
    )
    side_words.check_sides(record, translated, problems)
    return translated


def build_translated_common_part(
    record: ParsedRecord, original: CommonPart, problems: ProblemCollector, slots: AllowedSlots
) -> CommonPart:
    _check_revision(record, original.revision, problems)
    check_optional_field(record, "heading", original.heading, problems)
    words = [original.heading, *printed_text.paragraphs(original.parts), *_fill_in_words(original.parts)]
    report_untranslated(record, words, original.language, problems)
    translated = replace(
        original,
        language=record.text("language"),
        revision=record.get("revision", int) or 0,
        heading=record.text("heading"),
        parts=_parts(record, original.parts, problems, slots),
        review=build.build_review(record.get("review", ParsedRecord)),
        original=original,
    )
    translation_agreement.check_translated_common_part(record, original, translated, problems)
    return translated


def _fill_in_words(parts: Iterable[Part]) -> Iterator[str]:
    for block in (block for part in parts for block in part.blocks):
        if isinstance(block, FillIn):
            yield from (block.label, block.note)


def _check_revision(record: ParsedRecord, revision: int, problems: ProblemCollector) -> None:
    translated = record.get("translates_revision", int)
    if translated is not None and translated != revision:
        hint = (
            f"Compare the words with the original, change what differs, then write: translates_revision: {revision}\n"
            "The command diff OLD NEW shows what has changed in the original."
        )
        message = f"these words translate revision {translated}; the original has revision {revision}"
        problems.add("L28", message, record.at("translates_revision"), hint)


def report_untranslated(
    record: ParsedRecord, originals: Iterable[str], language: str, problems: ProblemCollector
) -> None:
    """Report sentences that are still in the original language, copied and then forgotten."""
    if record.text("language").partition("-")[0] == language.partition("-")[0]:
        return
    known = {
        sentence for text in originals for _, sentence in split(text) if count_words(sentence) >= _MIN_SENTENCE_WORDS
    }
    for node in record.nodes.values():
        for scalar in printed_scalars(node):
            for offset, sentence in split(scalar.text):
                if sentence in known:
                    place = scalar.at(offset)
                    problems.add("L37", "these are still the words of the original", place, "Translate them.")


def _match_by_id(
    record: ParsedRecord, field: str, noun: str, originals: Sequence[T], problems: ProblemCollector
) -> Mapping[str, ParsedRecord]:
    known = [original.id for original in originals]
    written: dict[str, ParsedRecord] = {}
    for entry in record.all(field, ParsedRecord):
        name = entry.text("id")
        if name in written:
            problems.add("L02", f'the id "{name}" is taken', entry.at("id"), "Delete one of the two.")
        elif name and name not in known:
            otherwise = f"There are: {listed(known, 'and')}." if known else "Delete it."
            hint = did_you_mean(name, known, otherwise)
            problems.add("L29", f'the original has no {noun} "{name}"', entry.at("id"), hint)
        written[name] = entry
    for name in known:
        if name not in written:
            hint = f"Add it below {field}: with its words, and with the line - id: {name}"
            problems.add("L30", f'the {noun} "{name}" is not translated', record.at(field), hint)
    return written


def _section(
    original: Section, written: ParsedRecord | None, problems: ProblemCollector, slots: AllowedSlots
) -> Section:
    if written is None:
        return original
    check_heading_slots(original.heading, written, "heading", problems, slots)
    return replace(original, heading=written.text("heading"), parts=_parts(written, original.parts, problems, slots))


def _notice(original: Notice, written: ParsedRecord | None, problems: ProblemCollector, slots: AllowedSlots) -> Notice:
    if written is None:
        return original
    check_optional_field(written, "ask", original.ask, problems)
    return replace(
        original,
        label=written.text("label"),
        ask=written.text("ask"),
        parts=_parts(written, original.parts, problems, slots),
    )


def _milestone(original: Milestone, written: ParsedRecord | None, problems: ProblemCollector) -> Milestone:
    if written is None:
        return original
    check_optional_field(written, "ask", original.ask, problems)
    if original.short != original.label:
        check_optional_field(written, "short", original.short, problems)
    label = written.text("label")
    return replace(original, label=label, short=written.text("short") or label, ask=written.text("ask"))


def _parts(
    written: ParsedRecord, originals: tuple[Part, ...], problems: ProblemCollector, slots: AllowedSlots
) -> tuple[Part, ...]:
    with_words = [part for part in originals if part.has_words]
    entries = written.all("parts", ParsedRecord)
    if not written.has("parts"):
        return originals
    if len(entries) != len(with_words):
        code = "L30" if len(entries) < len(with_words) else "L29"
        message = f"the original has {counted(len(with_words), 'part')} with words here; found {len(entries)}"
        problems.add(code, message, written.at("parts"), _parts_hint(with_words, entries))
        return originals
    words = iter(entries)
    return tuple(
        replace(part, blocks=_blocks(next(words), part.blocks, problems, slots)) if part.has_words else part
        for part in originals
    )


def _parts_hint(originals: Iterable[Part], entries: Sequence[ParsedRecord]) -> str:
    """Name the first part whose kind differs from the original's; if none does, list the original's parts."""
    hint = "Translate each part, in the same order; a show: has no words."
    listing = []
    for place, part in enumerate(originals):
        field, words = _field(part.blocks[0]), _first_words(part)
        if place < len(entries) and not entries[place].has(field):
            return f"{hint}\nIn line {entries[place].place.line}, the original has {field}: {words}"
        listing.append(f"{place + 1}. {field}: {words}")
    return "\n".join((hint, "The original has:", *listing))


def _first_words(part: Part) -> str:
    lines = block_lines(part.blocks[0])
    words = " ".join(with_slots(lines[0]).split()) if lines else ""
    return textwrap.shorten(words, 50, placeholder=" …") or "…"


def _blocks(
    written: ParsedRecord, originals: tuple[Block, ...], problems: ProblemCollector, slots: AllowedSlots
) -> tuple[Block, ...]:
    original = originals[0]
    field = _field(original)
    if not written.has(field):
        problems.add("T13", f"the original has {field}: here", written.place, f"Write the words after {field}:")
        return originals
    translated: tuple[Block, ...]
    match original:
        case FillIn():
            check_optional_field(written, "note", original.note, problems)
            return (replace(original, label=written.text("fill_in"), note=written.text("note")),)
        case Todo():
            return (Todo(written.text("todo")),)
        case Check():
            if (source := written.get(field, Scalar)) is None:
                return originals
            translated = (Check(markup.read_line(source, problems, slots.names, slots.reasons)),)
        case Paragraph() | Bullets() | Steps():
            if (source := written.get(field, Scalar)) is None:
                return originals
            translated = markup.read(source, problems, slots.names, slots.reasons)
        case Subheading(heading):
            check_heading_slots(heading, written, field, problems, slots)
            return (Subheading(written.text(field)),)
        case Callout():
            return (_callout(original, written, problems, slots),)
        case Table():
            return (_table(original, written, problems, slots),)
        case Image():
            return (translated_image(original, written, problems),)
        case Medicines():
            return (translated_medicines(original, written, problems, slots),)
        case Regimen():
            return (translated_regimen(original, written, problems),)
        case PageBreak() | Show() | OverrideNote():
            return originals
        case _:
            assert_never(original)
    if _shape(translated) != _shape(originals):
        message = f"found {_describe_blocks(translated)}; the original has {_describe_blocks(originals)}"
        problems.add("T13", message, written.at(field), "Keep the paragraphs and list entries of the original.")
    check_slots(translated, originals, written, field, problems)
    return translated


def _callout(original: Callout, written: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots) -> Callout:
    words = written.get("callout", ParsedRecord)
    text = words.get("text", Scalar) if words else None
    if words is None or text is None:
        return original
    check_heading_slots(original.heading, words, "heading", problems, slots)
    translated = markup.read(text, problems, slots.names, slots.reasons)
    if _shape(translated) != _shape(original.blocks):
        message = f"found {_describe_blocks(translated)}; the original has {_describe_blocks(original.blocks)}"
        problems.add("T13", message, words.at("text"), "Keep the paragraphs and list entries of the original.")
    check_slots(translated, original.blocks, words, "text", problems)
    return replace(original, heading=words.text("heading"), blocks=translated)


def _table(original: Table, written: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots) -> Table:
    words = written.get("table", ParsedRecord)
    if words is None or "columns" not in words.values or "rows" not in words.values:
        return original
    columns = build.string_list(words, "columns")
    rows = blocks.read_cells(words, len(columns), problems, slots)
    for field, found, expected in (
        ("columns", len(columns), len(original.columns)),
        ("rows", len(rows), len(original.rows)),
    ):
        if found != expected:
            message = f"found {counted(found, field[:-1])}; the original has {counted(expected, field[:-1])}"
            problems.add("T13", message, words.at(field), "Keep the columns and rows of the original, in their order.")
    if len(rows) != len(original.rows):
        return original
    cells = zip(original.rows, rows, strict=True)
    translated = replace(original, columns=columns, rows=tuple(replace(row, cells=words) for row, words in cells))
    check_slots((translated,), (original,), words, "rows", problems)
    return translated


def _field(original: Block) -> str:
    """Return the field that has the words of a block."""
    match original:
        case Paragraph() | Bullets() | Steps():
            return "text"
        case Check():
            return "check"
        case FillIn():
            return "fill_in"
        case Todo():
            return "todo"
        case Subheading():
            return "subheading"
        case Callout():
            return "callout"
        case Table():
            return "table"
        case Medicines():
            return "medicines"
        case Regimen():
            return "schedule"
        case Image():
            return "image"
        case PageBreak() | Show() | OverrideNote():
            raise ValueError("this block has no words to translate")
        case _:
            assert_never(original)


def _shape(blocks: Iterable[Block]) -> list[tuple[type[Block], int]]:
    return [(type(block), len(block.items) if isinstance(block, Bullets | Steps) else 1) for block in blocks]


def _describe_blocks(blocks: Iterable[Block]) -> str:
    counts: list[tuple[type[Block], int]] = []
    for kind, count in _shape(blocks):
        if counts and counts[-1][0] is kind:
            counts[-1] = (kind, counts[-1][1] + count)
        else:
            counts.append((kind, count))
    return listed((counted(count, _NOUNS.get(kind, "line")) for kind, count in counts), "and") or "nothing"
