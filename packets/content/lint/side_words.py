"""Check that only the answer to its question names the side of the operation.

Only handouts that ask for a side need this module, which loads the word lists of every language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packets.content import printed_text
from packets.content.lint.translation_facts import facts
from packets.content.problems import ProblemCollector, listed
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Place
from packets.model.block_lines import conditional_lines, without_slots
from packets.model.condition import Condition
from packets.model.handout import FillIn, Handout, Notice, Part, Section, Slot, Text
from packets.model.question import Ask

_BOTH = frozenset({"left", "right"})


def check_choices(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Report words of a choice that name another side than its id (L42)."""
    written = record.get("asks", dict) or {}
    for ask in value.asks:
        if ask.laterality:
            _check_side_words(ask, value.language, written[ask.name].place, problems)


def _check_side_words(ask: Ask, language: str, place: Place, problems: ProblemCollector) -> None:
    """Report words that name another side than the id of their choice."""
    for option in ask.options:
        sides = facts(option.words, language).sides
        expected = facts(option.id.replace("_", " "), "en").sides
        if len(expected) == 1 and sides and sides != expected:
            message = f'the choice "{option.id}" is printed as "{option.words}"'
            problems.add("L42", message, place, "Correct the words or the id: they name different sides.")


def check_sides(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Report words for a side in the text of a handout that asks for the side (L44).

    A part for one answer may name that answer's side. `record` is the handout or its translation.
    """
    ask = value.side
    if ask is None:
        return
    for heading, place in _headings(record):
        if sides := facts(printed_text.words_of_heading(heading), value.language).sides:
            _report(sides, place, ask, problems)
    for outer, part, written in _with_parts(record, value):
        _check_part(part, written.place, ask, outer, value.language, problems)


def check_surgeons_sides(
    record: ParsedRecord, parts: Iterable[Part], handout: Handout, problems: ProblemCollector
) -> None:
    """Report words for a side in a surgeon's own text for one notice or milestone (L44)."""
    if (ask := handout.side) is None:
        return
    for field in ("label", "asks_you_to", "short", "ask"):
        if field in record.nodes and (sides := facts(record.text(field), handout.language).sides):
            _report(sides, record.at(field), ask, problems)
    notice_id = record.text("id") if "id" in record.nodes else None  # a milestone has none
    outer = next((notice.condition for notice in handout.notices if notice.id == notice_id), None)
    for part in parts:
        _check_part(part, record.place, ask, outer, handout.language, problems)


def _check_part(
    part: Part, place: Place, ask: Ask, outer: Condition | None, language: str, problems: ProblemCollector
) -> None:
    """Check a part; `outer` is the condition of its section or notice."""
    for block in part.blocks:
        lines = list(conditional_lines(block))
        if isinstance(block, FillIn):
            lines = [(None, (Text(block.label),)), (None, (Text(block.note),))]
        for condition, line in lines:
            allowed = _sides_of((outer, part.condition, condition), ask, language)
            if sides := facts(without_slots(line), language).sides - allowed:
                has_slot = any(isinstance(run, Slot) and run.name == ask.name for run in line)
                _report(sides, place, ask, problems, warning=has_slot)


def _report(sides: Iterable[str], place: Place, ask: Ask, problems: ProblemCollector, *, warning: bool = False) -> None:
    named = listed((f'"{side}"' for side in sorted(sides)), "and")
    if warning:
        message = f"the text names the side {named} besides {{{ask.name}}}"
        hint = "Make sure that it is right for every answer."
    else:
        message = f'the text names the side {named}, but "{ask.name}" is asked for each patient'
        hint = f"Write {{{ask.name}}} in its place, or a part for each answer: if: {ask.name} is {ask.choices[0]}"
    problems.add("L44", message, place, hint, warning=warning)


def _sides_of(conditions: Iterable[Condition | None], ask: Ask, language: str) -> frozenset[str]:
    """Return the sides that a part may name because it is printed for one answer only."""
    present = [condition for condition in conditions if condition and ask.name in condition.questions]
    if not present:
        return frozenset()
    choices = [choice for choice in ask.choices if all(item.may_hold({ask.name: choice}) for item in present)]
    if not choices:  # an unknown answer, which has been reported
        return _BOTH
    if len(choices) > 1:
        return frozenset()
    words = facts(ask.words(choices[0]), language).sides
    return words | facts(choices[0].replace("_", " "), "en").sides or _BOTH


def _headings(record: ParsedRecord) -> Iterator[tuple[str, Place]]:
    """Yield titles, headings, labels and signs of an emergency."""
    yield record.text("title"), record.at("title")
    yield from ((str(sign.value), sign.place) for sign in record.all("emergency_signs", ParsedValue))
    for names, fields in (("sections", ("heading",)), ("notices", ("label", "ask"))):
        for entry in record.all(names, ParsedRecord):
            yield from ((entry.text(field), entry.at(field)) for field in fields)
    for milestone in record.all("milestones", ParsedRecord):
        yield from ((milestone.text(field), milestone.at(field)) for field in ("label", "short", "ask"))


def _with_parts(record: ParsedRecord, value: Handout) -> Iterator[tuple[Condition | None, Part, ParsedRecord]]:
    """Yield each part with the condition of its section or notice, and its record.

    Parts of a translation are matched by their order among those with words.
    """
    own = {entry.text("id"): entry for field in ("sections", "notices") for entry in record.all(field, ParsedRecord)}
    owners: tuple[Section | Notice, ...] = (*value.sections, *value.notices)
    for owner in owners:
        entry = own.get(owner.id)
        if entry is None:
            continue
        written = entry.all("says" if "says" in entry.nodes else "parts", ParsedRecord)
        parts = list(owner.parts)
        if len(parts) != len(written):  # a translation leaves out what has no words
            parts = [part for part in parts if part.has_words]
        if len(parts) != len(written):  # already reported
            written = (entry,) * len(parts)
        yield from ((owner.condition, *pair) for pair in zip(parts, written, strict=True))
