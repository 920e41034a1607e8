"""A handout and a surgeon's own instructions in, the handout that this surgeon's patients get out."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import assert_never

from packets.model import handout as doc
from packets.model.language import Language
from packets.model.recovery import Kind, Milestone

# In half of all names: a word in common only where it is a name.
_TITLES = {"dr", "dra", "md", "do", "phd", "mph", "pa", "np", "rn", "facs", "faans", "prof", "mr", "mrs", "ms"}


@dataclass(frozen=True, slots=True)
class SurgeonInstructions:
    """For one procedure. A milestone's `own.instead_of` says whether it replaces one of the handout's."""

    procedure: str
    notices: tuple[doc.Notice, ...]
    milestones: tuple[Milestone, ...]
    review: doc.Review


@dataclass(frozen=True, slots=True)
class Surgeon:
    """content/surgeons/<id>.yaml; its words are in one language."""

    id: str
    language: str
    revision: int
    name: str  # as printed
    aliases: tuple[str, ...]
    not_meant: tuple[str, ...]  # others whose names look alike
    phone: str
    dial: str
    procedures: tuple[SurgeonInstructions, ...]

    def called(self, name: str) -> bool:
        """Exactly; capitals and the width of white space do not count."""
        return normalized_name(name) in map(normalized_name, (self.name, *self.aliases))

    def own(self, procedure: str) -> SurgeonInstructions | None:
        return next((each for each in self.procedures if each.procedure == procedure), None)


@lru_cache(maxsize=4096)
def normalized_name(name: str) -> str:
    """Of one that is written in another way the same."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def similar_surgeons(surgeons: Iterable[Surgeon], name: str) -> tuple[Surgeon, ...]:
    """Those who may be meant by a name that is nobody's: written nearly so, or with a word of the name in common."""
    meant = normalized_name(name)
    found = []
    for surgeon in surgeons:
        names = [normalized_name(each) for each in (surgeon.name, *surgeon.aliases)]
        if meant in map(normalized_name, surgeon.not_meant):
            continue
        if difflib.get_close_matches(meant, names, 1, 0.8) or _words(meant) & {
            w for each in names for w in _words(each)
        }:
            found.append(surgeon)
    return tuple(found)


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"\w+", name) if len(word) > 1 and word not in _TITLES}


def apply_instructions(
    handout: doc.Handout, surgeon: Surgeon, own: SurgeonInstructions, language: Language
) -> doc.Handout:
    """In order of time; what is replaced is said below the handout's own sentence, which stays as it is."""
    instead = {milestone.id: milestone for milestone in own.milestones if milestone.own and milestone.own.instead_of}
    milestones = [milestone for milestone in handout.milestones if milestone.id not in instead]
    milestones += [replace(milestone, label=_label(milestone, surgeon, language)) for milestone in own.milestones]
    notices = {notice.id: notice for notice in own.notices}
    return replace(
        handout,
        milestones=tuple(sorted(milestones, key=_when)),
        notices=tuple(notices.get(notice.id, notice) for notice in handout.notices),
        sections=tuple(replace(section, parts=_parts(section.parts, instead)) for section in handout.sections),
        signature=doc.Signature(surgeon.name, surgeon.revision, own.review, surgeon.phone, surgeon.dial),
    )


def _label(milestone: Milestone, surgeon: Surgeon, language: Language) -> str:
    if milestone.kind is Kind.RESTRICTION:
        return language.say("surgeon_asks", surgeon=surgeon.name, what=milestone.label)
    return language.say("surgeon_says", label=milestone.label, surgeon=surgeon.name)


def _when(milestone: Milestone) -> tuple[float, ...]:
    """About how many days; only the order counts."""
    lengths = {"day": 1.0, "week": 7.0, "month": 30.4375}
    return tuple(offset.count * lengths[offset.unit] for offset in milestone.timing.offsets)


def _parts(parts: tuple[doc.Part, ...], instead: dict[str, Milestone]) -> tuple[doc.Part, ...]:
    return tuple(replace(part, blocks=_blocks(part.blocks, instead)) for part in parts)


def _blocks(blocks: tuple[doc.Block, ...], instead: dict[str, Milestone]) -> tuple[doc.Block, ...]:
    """Below a list as a whole: an entry of it cannot be followed by a paragraph."""
    found: list[doc.Block] = []
    for block in blocks:
        found.append(block)
        said = [id for id, milestone in instead.items() if says(block, replaced_quote(milestone))]
        found += map(doc.OverrideNote, said)
    return tuple(found)


def replaced_quote(milestone: Milestone) -> str:
    before = milestone.own and milestone.own.instead_of
    return before.quote if before else ""


def says(block: doc.Block, quote: str) -> bool:
    """Whether it prints the sentence."""
    match block:
        case doc.Paragraph():
            lines: tuple[tuple[doc.Run, ...], ...] = (block.runs,)
        case doc.Bullets() | doc.Steps():
            lines = block.items
        case doc.Show() | doc.FillIn() | doc.Check() | doc.Todo() | doc.OverrideNote():
            return False
        case _:
            assert_never(block)
    texts = ("".join(run.text if isinstance(run, doc.Text) else f"{{{run.name}}}" for run in line) for line in lines)
    return bool(quote) and any(quote in text for text in texts)
