"""Apply a surgeon's instructions to a handout, and find a surgeon by name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct
from msgspec.structs import replace

from packets.model import handout as doc
from packets.model.block_lines import printed_lines, with_slots
from packets.model.condition import Condition
from packets.model.language import Language
from packets.model.recovery import Kind, Milestone

# Common to many names, so not evidence that two names mean one person.
_TITLES = {"dr", "dra", "md", "do", "phd", "mph", "pa", "np", "rn", "facs", "faans", "prof", "mr", "mrs", "ms"}


class SurgeonInstructions(Struct, frozen=True):
    """One surgeon's instructions for one procedure; a milestone with `override.instead_of` replaces the handout's."""

    procedure: str
    notices: tuple[doc.Notice, ...]
    milestones: tuple[Milestone, ...]
    review: doc.Review


class Surgeon(Struct, frozen=True):
    """A file content/surgeons/<id>.yaml, written in one language."""

    id: str
    language: str
    revision: int
    name: str  # as printed
    aliases: tuple[str, ...]
    not_meant: tuple[str, ...]  # other people with similar names
    phone: str
    dial: str
    procedures: tuple[SurgeonInstructions, ...]

    def called(self, name: str) -> bool:
        """Return whether this is the surgeon's name, ignoring case and the amount of white space."""
        return normalized_name(name) in map(normalized_name, (self.name, *self.aliases))

    def instructions(self, procedure: str) -> SurgeonInstructions | None:
        return next((instructions for instructions in self.procedures if instructions.procedure == procedure), None)


@lru_cache(maxsize=4096)
def normalized_name(name: str) -> str:
    """Return a name in a form that ignores case, white space and Unicode composition."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def similar_surgeons(surgeons: Iterable[Surgeon], name: str) -> tuple[Surgeon, ...]:
    """Return the surgeons whom an unknown name may mean: spelled nearly the same, or sharing a word."""
    normalized = normalized_name(name)
    matches = []
    for surgeon in surgeons:
        names = [normalized_name(known) for known in (surgeon.name, *surgeon.aliases)]
        if normalized in map(normalized_name, surgeon.not_meant):
            continue
        shares_word = any(_words(normalized) & _words(known) for known in names)
        if shares_word or difflib.get_close_matches(normalized, names, 1, 0.8):
            matches.append(surgeon)
    return tuple(matches)


def _words(name: str) -> set[str]:
    return {word for word in re.findall(r"\w+", name) if len(word) > 1 and word not in _TITLES}


def apply_instructions(
    handout: doc.Handout, surgeon: Surgeon, instructions: SurgeonInstructions, language: Language
) -> doc.Handout:
    """Return the handout with the surgeon's notices and milestones, in order of time.

    The handout's own sentences stay; an OverrideNote follows each one that a milestone replaces.
    """
    instead = {
        milestone.id: milestone
        for milestone in instructions.milestones
        if milestone.override and milestone.override.instead_of
    }
    labeled = {item.id: replace(item, label=_label(item, surgeon, language)) for item in instructions.milestones}
    # A replacement takes the place of the handout's milestone: steps of one day stay in order.
    milestones = [labeled.pop(item.id) if item.id in instead else item for item in handout.milestones]
    milestones += labeled.values()
    notices = {notice.id: notice for notice in instructions.notices}
    return replace(
        handout,
        milestones=tuple(sorted(milestones, key=attrgetter("sort_key"))),
        notices=tuple(
            replace(notice, parts=_parts(notice.parts, instead))
            for notice in (notices.get(notice.id, notice) for notice in handout.notices)
        ),
        sections=tuple(replace(section, parts=_parts(section.parts, instead)) for section in handout.sections),
        signature=doc.Signature(surgeon.name, surgeon.revision, instructions.review, surgeon.phone, surgeon.dial),
    )


def _label(milestone: Milestone, surgeon: Surgeon, language: Language) -> str:
    if milestone.kind is Kind.RESTRICTION:
        return language.say("surgeon_asks", surgeon=surgeon.name, what=milestone.label)
    return language.say("surgeon_says", label=milestone.label, surgeon=surgeon.name)


def _parts(parts: tuple[doc.Part, ...], instead: dict[str, Milestone]) -> tuple[doc.Part, ...]:
    return tuple(replace(part, blocks=_blocks(part.blocks, instead)) for part in parts)


def _blocks(blocks: tuple[doc.Block, ...], instead: dict[str, Milestone]) -> tuple[doc.Block, ...]:
    """Add an OverrideNote below each block that a milestone replaces; a note on a list item follows the whole list."""
    result: list[doc.Block] = []
    for block in blocks:
        result.append(block)
        for milestone in instead.values():
            if conditions := tuple(_conditions_of(replaced_quote(milestone), block)):
                result.append(doc.OverrideNote(milestone.id, conditions))
    return tuple(result)


def _conditions_of(quote: str, block: doc.Block) -> Iterator[Condition | None]:
    """Yield the condition of each line of the block that says the sentence, or None for a line without one."""
    return (condition for condition, line in printed_lines(block) if quote and quote in with_slots(line))


def replaced_quote(milestone: Milestone) -> str:
    """Return the quote of the handout's milestone that this one replaces, or ""."""
    replaced = milestone.override and milestone.override.instead_of
    return replaced.quote if replaced else ""
