"""Return the printed text of handouts, to compare quotes and changes with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from packets.model.block_lines import block_lines, conditional_lines, with_slots, without_slots
from packets.model.handout import (
    Check,
    CommonPart,
    Handout,
    Part,
    Run,
    Section,
    Show,
    Text,
)
from packets.model.heading import heading_runs


def printed_text(value: Handout) -> list[str]:
    """Return each paragraph and list entry that the handout can print, except drafts."""
    parts = [part for section in value.sections for part in section.parts]
    parts += [part for notice in value.notices for part in notice.parts]
    return paragraphs(parts)


def digest(value: CommonPart) -> str:
    """Return the sha256 of a common part's words and bold words; line breaks do not count."""
    parts = tuple(replace(part, draft=False) for part in value.parts)
    words = [*paragraphs(parts), *(f"**{run.text}**" for run in _runs(parts) if isinstance(run, Text) and run.strong)]
    words += [run.link for run in _runs(parts) if isinstance(run, Text) and run.link]
    return hashlib.sha256("\n\n".join(words).encode()).hexdigest()


def _runs(parts: Iterable[Part]) -> Iterator[Run]:
    for part in parts:
        for block in part.blocks:
            if not isinstance(block, Check):  # locks of common parts with checks do not count their bold words
                yield from (run for line in block_lines(block) for run in line)


def section_texts(value: Handout, section: Section) -> list[str]:
    """Return the section with the notices that it shows, as one text for each answer to each question."""
    notices = {notice.id: notice for notice in value.notices}
    choices = [{name: answer} for name, answers in value.choices.items() for answer in answers]
    texts = []
    for choice in choices or [{}]:
        words = [section.heading]
        for part in section.parts:
            words += paragraphs([part], choice)
            for block in part.blocks:
                if isinstance(block, Show) and block.what in notices:
                    words += paragraphs(notices[block.what].parts, choice)
        texts.append("\n\n".join(words))
    return texts


def paragraphs(parts: Iterable[Part], answers: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Return each paragraph and list entry that the parts can print with these answers, except drafts."""
    words = []
    for part in parts:
        if part.condition and not part.condition.may_hold(answers):
            continue
        for block in () if part.draft else part.blocks:
            for condition, line in conditional_lines(block):
                if condition is None or condition.may_hold(answers):
                    words.append(with_slots(line))
    return words


def words_of_heading(heading: str) -> str:
    """Return the author's words of a heading, with an ellipsis for each slot."""
    return without_slots(heading_runs(heading))
