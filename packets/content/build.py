"""Build model values from parsed records.

The parser has already reported each bad or missing field. An empty value takes its place here, so that the rest of the
file is still checked: the caller must not use a value if `problems.failed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from packets.content import blocks, markup, timings
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.condition_text import condition_of
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.schema.slots import FILL_IN_FROM, MAY_BE_ASKED, SLOTS
from packets.content.yaml.parser import Scalar
from packets.model.case import Clinic
from packets.model.handout import (
    Block,
    Check,
    CommonPart,
    FillIn,
    Handout,
    Notice,
    PacketPlan,
    Part,
    Review,
    Section,
    Show,
    Status,
    Todo,
)
from packets.model.language import ABOUT_SURGERY, OPTIONAL, Language
from packets.model.mail_settings import MailText
from packets.model.question import DECIDED, Answer, Ask
from packets.model.recovery import Milestone
from packets.model.source_text import RestsOn


@dataclass(frozen=True, slots=True)
class AllowedSlots:
    """The slots that the texts of a file may use, and for each other slot the reason why not.

    `fill_in_from` are the values that `fill_in: from:` may name.
    """

    names: frozenset[str]
    reasons: Mapping[str, str]
    fill_in_from: tuple[str, ...] = FILL_IN_FROM


class _WithAnyPhone(frozenset[str]):
    """Names of slots, and `phone.` with any id."""

    def __contains__(self, name: object) -> bool:
        return frozenset.__contains__(self, name) or str(name).startswith("phone.")


def allowed_slots(clinic: Clinic | None, asks: Iterable[Ask] | None) -> AllowedSlots:
    """Return the slots for the questions that a handout asks; None for a common part, which any handout can print."""
    asked = None if asks is None else {ask.name: ask.kind for ask in asks}
    own = {name: kind for name, kind in (asked or {}).items() if name not in SLOTS}
    printed = [name for name, kind in own.items() if kind not in DECIDED]
    reasons = {
        name: f"Its answers have no words to print. Write a part for each: if: {name} is yes"
        for name, kind in own.items()
        if kind in DECIDED
    }
    if clinic is not None and not clinic.name:
        reasons["clinic"] = "clinic.yaml has no name. Add one there, or leave {clinic} out."
    names = frozenset((*SLOTS, *printed))
    if clinic is None:  # clinic.yaml has a mistake, or is that of another folder
        names = _WithAnyPhone(names)
    else:
        names |= {f"phone.{phone}" for phone in clinic.phone_ids}
        if not clinic.sites:
            reasons["site"] = "clinic.yaml has no sites."
        for phone in {phone.id for site in clinic.sites for phone in site.phones} - clinic.phone_ids:
            reasons[f"phone.{phone}"] = f'Not every site has the phone "{phone}": add it to the others in clinic.yaml.'
    for name, answer in MAY_BE_ASKED.items():
        if asked is None:
            reasons[name] = f"Not every handout asks for it. Write a part like this: fill_in: …, from: {name}"
        elif name not in asked:
            reasons[name] = f"It is not always known. Add a line under asks: {name}: {answer.value}"
    return AllowedSlots(type(names)(names - set(reasons)), reasons, (*FILL_IN_FROM, *printed))


def build_handout(record: ParsedRecord, problems: ProblemCollector, clinic: Clinic | None) -> Handout:
    asks = tuple(_ask(name, entry.value) for name, entry in (record.get("asks", dict) or {}).items())
    slots = allowed_slots(clinic, asks)
    return record.build(
        Handout,
        asks=asks,
        sections=tuple(
            section.build(
                Section, parts=build_parts(section, "parts", problems, slots), condition=condition_of(section)
            )
            for section in record.all("sections", ParsedRecord)
        ),
        notices=tuple(
            notice.build(Notice, parts=build_parts(notice, "says", problems, slots), condition=condition_of(notice))
            for notice in record.all("notices", ParsedRecord)
        ),
        milestones=tuple(
            milestone.build(
                Milestone,
                short=milestone.text("short") or milestone.text("label"),
                timing=timings.build_timing(milestone),
                condition=condition_of(milestone),
                time=timings.times_of_day(milestone)[0],
                asked_time=timings.times_of_day(milestone)[1],
            )
            for milestone in record.all("milestones", ParsedRecord)
        ),
        review=build_review(record.get("review", ParsedRecord)),
        may_name=tuple(mention.text("operation") for mention in record.all("may_name", ParsedRecord)),
    )


def _ask(name: str, value: object) -> Ask:
    return replace(value, name=name) if isinstance(value, Ask) else Ask(name, Answer(str(value)))


def build_common_part(record: ParsedRecord, problems: ProblemCollector, clinic: Clinic | None) -> CommonPart:
    review = build_review(record.get("review", ParsedRecord))
    parts = build_parts(record, "parts", problems, allowed_slots(clinic, None))
    if review.status is Status.DRAFT:  # each part then prints with the mark, or not at all
        parts = tuple(replace(part, draft=True) for part in parts)
    return record.build(CommonPart, parts=parts, review=review)


def build_packet_plan(record: ParsedRecord) -> PacketPlan:
    return record.build(PacketPlan, staff=record.text("for") == "staff")


def build_mail_text(record: ParsedRecord) -> MailText:
    text, password = (tuple(record.text(name).split("\n\n")) for name in ("text", "password"))
    return record.build(MailText, text=text, password=password)


def build_language(record: ParsedRecord) -> Language:
    words, rules = record.get("words", ParsedRecord), record.get("plurals", ParsedRecord)
    language = record.build(
        Language,
        patterns=_patterns(words),
        draft=record.has("review") and build_review(record.get("review", ParsedRecord)).status is Status.DRAFT,
        plurals=tuple((name, str(rule)) for name, rule in rules.values.items()) if rules else (),
    )
    # An optional phrase about a surgery is not for another kind of case: each kind has its own, or none.
    shared = {
        name: text for name, text in language.patterns.items() if name not in ABOUT_SURGERY or name not in OPTIONAL
    }
    kinds = {
        name: replace(language, patterns={**shared, **_patterns(kind)}) for name, kind in kinds_of_case(record).items()
    }
    return replace(language, kinds=kinds)


def kinds_of_case(record: ParsedRecord) -> dict[str, ParsedRecord]:
    """Return the words of each kind of case in a language file."""
    written = record.get("kinds", dict) or {}
    entries = {name: entry.value for name, entry in written.items() if isinstance(entry, ParsedValue)}
    return {name: kind for name, kind in entries.items() if isinstance(kind, ParsedRecord)}


def _patterns(words: ParsedRecord | None) -> dict[str, str]:
    return {name: str(value) for name, value in words.values.items()} if words else {}


def string_list(record: ParsedRecord, name: str) -> tuple[str, ...]:
    return tuple(str(entry.value) for entry in record.all(name, ParsedValue))


def build_parts(record: ParsedRecord, name: str, problems: ProblemCollector, slots: AllowedSlots) -> tuple[Part, ...]:
    blocks.check_page_breaks(record.all(name, ParsedRecord), problems)
    return tuple(
        Part(
            _blocks(part, problems, slots),
            condition_of(part),
            draft=part.has("status"),
            keep_together=bool(part.get("keep_together", bool)),
            rests_on=tuple(source.build(RestsOn) for source in part.all("rests_on", ParsedRecord)),
            states=tuple((name, str(fact.value)) for name, fact in (part.get("states", dict) or {}).items()),
        )
        for part in record.all(name, ParsedRecord)
    )


def _blocks(part: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots) -> tuple[Block, ...]:
    if not part.has("fill_in"):
        for name in ("from", "lines", "note"):
            if part.has(name):
                problems.add("S16", f'"{name}" belongs to fill_in', part.at(name), "Add fill_in: with a label.")
    blocks.check_alone(part, problems)
    if text := part.get("text", Scalar):
        return markup.read(text, problems, slots.names, slots.reasons)
    if block := blocks.read_block(part, problems, slots.names, slots.reasons):
        return (block,)
    if tick := part.get("check", Scalar):
        return (Check(markup.read_line(tick, problems, slots.names, slots.reasons)),)
    if show := part.text("show"):
        return (Show(show),)
    if todo := part.text("todo"):
        return (Todo(todo),)
    if label := part.text("fill_in"):
        _check_fill_in(part, problems, slots)
        return (FillIn(label, part.text("from"), part.get("lines", int) or 1, part.text("note")),)
    return ()


def _check_fill_in(part: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots) -> None:
    source = part.text("from")
    if source and source not in slots.fill_in_from:
        hint = did_you_mean(source, slots.fill_in_from, f"It can be {listed(slots.fill_in_from)}.")
        problems.add("S06", f'"{source}" is not an allowed value', part.at("from"), hint)


def build_review(record: ParsedRecord | None) -> Review:
    return record.build(Review, status=Status(record.text("status", Status.DRAFT))) if record else Review(Status.DRAFT)
