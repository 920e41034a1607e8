"""Check the questions of a handout: names, use, choices, and the side of the operation in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packets.content import printed_text
from packets.content.lint.translation_facts import facts
from packets.content.lint.wrong_procedure import scalars
from packets.content.problems import ProblemCollector, listed
from packets.content.schema.case_file import CASE
from packets.content.schema.records import ParsedRecord
from packets.content.schema.schedule_profile import COLUMNS
from packets.content.schema.slots import ALWAYS_ASKED, MAY_BE_ASKED, SLOTS, STATUS_QUESTION
from packets.content.yaml.parser import Place
from packets.model.condition import Condition, questions_of
from packets.model.handout import FillIn, Handout, Notice, Part, Section, Show, Slot, Text
from packets.model.question import DECIDED, Ask

# Names of case fields, schedule columns, slots and fields of the web form.
_FORM = ("csrf", "include_drafts", "confirm_dates", "email_again", "site", "do", "shown", "viewport")
_ANCHORS = ("actions", "case", "changed", "dates", "made", "main", "make", "problems")
_TAKEN = (
    {field.name for field in CASE.fields} | set(COLUMNS) | set(SLOTS) | {*_FORM, *_ANCHORS} | {STATUS_QUESTION}
) - {"collar"}
_BOTH = frozenset({"left", "right"})


def check_questions(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    written = record.get("asks", dict) or {}
    asks = {ask.name: ask for ask in value.asks}
    for name, entry in written.items():
        if name not in ALWAYS_ASKED:
            _check_name(name, asks[name], entry.place, problems)
    with_sides = [ask for ask in value.asks if ask.laterality]
    for ask in with_sides[1:]:
        message = f'"{with_sides[0].name}" asks for the side already'
        hint = "Only one question of a handout can have laterality: true. Delete the line here, or ask one question."
        problems.add("L43", message, written[ask.name].place, hint)
    for ask in with_sides:
        _check_side_words(ask, value.language, written[ask.name].place, problems)
    _check_use(record, value, problems)


def _check_name(name: str, ask: Ask, place: Place, problems: ProblemCollector) -> None:
    if name in MAY_BE_ASKED:
        if ask.kind is not MAY_BE_ASKED[name]:
            message = f'"{name}" is answered by a {MAY_BE_ASKED[name].value}'
            problems.add("L16", message, place, f"Write: {name}: {MAY_BE_ASKED[name].value}")
    elif name in _TAKEN:
        known = name in {field.name for field in CASE.fields} or name == STATUS_QUESTION
        message = f'"{name}" is known for every case' if known else f'"{name}" has another meaning'
        problems.add("L16", message, place, "Delete the line." if known else "Give the question another name.")


def _check_side_words(ask: Ask, language: str, place: Place, problems: ProblemCollector) -> None:
    """Report words that name another side than the id of their choice."""
    for option in ask.options:
        sides = facts(option.words, language).sides
        expected = facts(option.id.replace("_", " "), "en").sides
        if len(expected) == 1 and sides and sides != expected:
            message = f'the choice "{option.id}" is printed as "{option.words}"'
            problems.add("L42", message, place, "Correct the words or the id: they name different sides.")


def _check_use(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Report a question whose answer nothing depends on and nothing prints."""
    holders = _holders(value)
    conditions = [item.condition for item in (*holders, *(part for holder in holders for part in holder.parts))]
    conditions += [milestone.condition for milestone in value.milestones]
    used = questions_of(conditions)
    texts = [scalar.text for node in record.nodes.values() for scalar in scalars(node)]
    sources = set(_fill_in_sources(record))
    for ask in value.asks:
        printed = ask.laterality or ask.name in sources or any(f"{{{ask.name}}}" in text for text in texts)
        if ask.name in used or printed or ask.name in (*ALWAYS_ASKED, *MAY_BE_ASKED, *_TAKEN):
            continue
        place = (record.get("asks", dict) or {})[ask.name].place
        if ask.kind in DECIDED:
            hint = f"Add a part with if: {ask.name} is yes, or delete the question."
        else:
            hint = f"Print it with {{{ask.name}}} in a text, or with from: {ask.name}; or delete the question."
        problems.add("L08", f'nothing depends on the answer to "{ask.name}"', place, hint)


def _fill_in_sources(record: ParsedRecord) -> Iterator[str]:
    for section in record.all("sections", ParsedRecord):
        yield from (part.text("from") for part in section.all("parts", ParsedRecord))


def check_sides(record: ParsedRecord, value: Handout, problems: ProblemCollector) -> None:
    """Report words for a side in the text of a handout that asks for the side (L44).

    A part for one answer may name that answer's side. `record` is the handout or its translation.
    """
    ask = value.side
    if ask is None:
        return
    for heading, place in _headings(record):
        if sides := facts(heading, value.language).sides:
            _report(sides, place, ask, problems)
    for outer, part, written in _with_parts(record, value):
        allowed = _sides_of((outer, part.condition), ask, value.language)
        _check_part(part, written.place, ask, allowed, value.language, problems)


def check_surgeons_sides(
    record: ParsedRecord, parts: Iterable[Part], handout: Handout, problems: ProblemCollector
) -> None:
    """Report words for a side in a surgeon's own text for one notice or milestone (L44)."""
    if (ask := handout.side) is None:
        return
    for field in ("label", "asks_you_to", "short", "ask"):
        if field in record.nodes and (sides := facts(record.text(field), handout.language).sides):
            _report(sides, record.at(field), ask, problems)
    outer = next((notice.condition for notice in handout.notices if notice.id == record.text("id")), None)
    for part in parts:
        allowed = _sides_of((outer, part.condition), ask, handout.language)
        _check_part(part, record.place, ask, allowed, handout.language, problems)


def _check_part(
    part: Part, place: Place, ask: Ask, allowed: frozenset[str], language: str, problems: ProblemCollector
) -> None:
    for block in part.blocks:
        lines = printed_text.block_lines(block)
        if isinstance(block, FillIn):
            lines = ((Text(block.label),), (Text(block.note),))
        for line in lines:
            text = "".join(" … " if isinstance(run, Slot) else run.text for run in line)
            if sides := facts(text, language).sides - allowed:
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
    """Yield titles, headings and labels, which cannot hold a slot."""
    yield record.text("title"), record.at("title")
    for names, fields in (("sections", ("heading",)), ("notices", ("label", "ask"))):
        for entry in record.all(names, ParsedRecord):
            yield from ((entry.text(field), entry.at(field)) for field in fields)
    for milestone in record.all("milestones", ParsedRecord):
        yield from ((milestone.text(field), milestone.at(field)) for field in ("label", "short", "ask"))


def _holders(value: Handout) -> tuple[Section | Notice, ...]:
    return (*value.sections, *value.notices)


def _with_parts(record: ParsedRecord, value: Handout) -> Iterator[tuple[Condition | None, Part, ParsedRecord]]:
    """Yield each part with the condition of its section or notice, and its record.

    Parts of a translation are matched by their order among those with words.
    """
    own = {entry.text("id"): entry for field in ("sections", "notices") for entry in record.all(field, ParsedRecord)}
    for holder in _holders(value):
        entry = own.get(holder.id)
        if entry is None:
            continue
        written = entry.all("says" if "says" in entry.nodes else "parts", ParsedRecord)
        parts = list(holder.parts)
        if len(parts) != len(written):  # a translation leaves out what has no words
            parts = [part for part in parts if not all(isinstance(block, Show) for block in part.blocks)]
        if len(parts) != len(written):  # already reported
            written = (entry,) * len(parts)
        yield from ((holder.condition, *pair) for pair in zip(parts, written, strict=True))
