"""Compare each text of a translation with the text of the original that it translates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from packets.content import printed_text
from packets.content.lint import translation_facts
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord
from packets.content.yaml.parser import Place
from packets.model.block_lines import block_lines, without_slots
from packets.model.handout import (
    Block,
    Callout,
    Check,
    CommonPart,
    FillIn,
    Handout,
    Image,
    Medicines,
    Part,
    Subheading,
    Table,
    Todo,
)
from packets.model.regimen import Regimen

_Pair = tuple[str, str, Place]
_FIELDS: dict[type, str] = {
    Check: "check",
    Subheading: "subheading",
    Callout: "callout",
    Table: "table",
    Medicines: "medicines",
    Regimen: "schedule",
    Image: "image",
}


def check_translated_handout(
    record: ParsedRecord, original: Handout, translated: Handout, problems: ProblemCollector
) -> None:
    """Report texts that state other facts than the original (T20 to T26)."""
    pairs = [(original.title, translated.title, record.at("title"))]
    sections = _by_id(record, "sections")
    for section, other in zip(original.sections, translated.sections, strict=True):
        if written := sections.get(section.id):
            heading, translated_heading = map(printed_text.words_of_heading, (section.heading, other.heading))
            pairs.append((heading, translated_heading, written.at("heading")))
            pairs += _of_parts(section.parts, other.parts, written)
    notices = _by_id(record, "notices")
    for notice, translation in zip(original.notices, translated.notices, strict=True):
        if written := notices.get(notice.id):
            pairs.append((notice.label, translation.label, written.at("label")))
            pairs.append((notice.ask, translation.ask, written.at("ask")))
            pairs += _of_parts(notice.parts, translation.parts, written)
    milestones = _by_id(record, "milestones")
    for milestone, step in zip(original.milestones, translated.milestones, strict=True):
        if written := milestones.get(milestone.id):
            pairs.append((milestone.label, step.label, written.at("label")))
            pairs.append((milestone.ask, step.ask, written.at("ask")))
            if written.has("short"):
                pairs.append((milestone.short, step.short, written.at("short")))
    _compare(pairs, original.language, translated.language, problems)


def check_translated_common_part(
    record: ParsedRecord, original: CommonPart, translated: CommonPart, problems: ProblemCollector
) -> None:
    """Report texts that state other facts than the original (T20 to T26)."""
    pairs = [(original.heading, translated.heading, record.at("heading"))]
    pairs += _of_parts(original.parts, translated.parts, record)
    _compare(pairs, original.language, translated.language, problems)


def _compare(pairs: Iterable[_Pair], original_language: str, language: str, problems: ProblemCollector) -> None:
    for original, translated, place in pairs:
        # Another problem (L30, L37) says where a text is missing or still the original's.
        if original and translated and not _still_original(original, translated):
            translation_facts.compare(original, original_language, translated, language, place, problems)


def _still_original(original: str, translated: str) -> bool:
    return any(sentence in translated for sentence in original.split(". ") if sentence.count(" ") >= 3)


def _by_id(record: ParsedRecord, name: str) -> dict[str, ParsedRecord]:
    """Return the entries whose id is there once; another problem (L02) reports the others."""
    entries = record.all(name, ParsedRecord)
    counts = Counter(entry.text("id") for entry in entries)
    return {entry.text("id"): entry for entry in entries if counts[entry.text("id")] == 1}


def _of_parts(originals: tuple[Part, ...], translated: tuple[Part, ...], record: ParsedRecord) -> Iterator[_Pair]:
    worded = [pair for pair in zip(originals, translated, strict=True) if pair[0].has_words]
    entries = record.all("parts", ParsedRecord)
    if len(entries) != len(worded):
        return
    for written, (original, part) in zip(entries, worded, strict=True):
        lines, others = list(_lines(original.blocks, written)), list(_lines(part.blocks, written))
        if len(lines) == len(others):
            for (line, place), (other, _) in zip(lines, others, strict=True):
                yield line, other, place


def _lines(blocks: Iterable[Block], written: ParsedRecord) -> Iterator[tuple[str, Place]]:
    for block in blocks:
        if isinstance(block, FillIn):
            yield block.label, written.at("fill_in")
            yield block.note, written.at("note")
        elif isinstance(block, Todo):
            yield block.what, written.at("todo")
        else:
            field = _FIELDS.get(type(block), "text")
            for line in block_lines(block):
                yield without_slots(line), written.at(field)
