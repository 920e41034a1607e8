"""Build model values from parsed records.

The parser has already reported each bad or missing field. An empty value takes its place here, so that the rest of the
file is still checked: the caller must not use a value if `problems.failed`.
"""

from __future__ import annotations

from msgspec.structs import replace

from packets.content import blocks, headings, markup, timings
from packets.content.allowed_slots import AllowedSlots, allowed_slots
from packets.content.attached_files import read_attached
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.condition_text import condition_of
from packets.content.schema.records import ParsedRecord, ParsedValue
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
from packets.model.question import AnswerKind, Question
from packets.model.recovery import Milestone


def build_handout(record: ParsedRecord, problems: ProblemCollector, clinic: Clinic | None) -> Handout:
    questions = tuple(_question(name, entry.value) for name, entry in (record.get("asks", dict) or {}).items())
    slots = allowed_slots(clinic, questions)
    for section in record.all("sections", ParsedRecord):
        headings.check_heading(section, "heading", problems, slots)
    return record.build(
        Handout,
        questions=questions,
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
        milestones=tuple(map(_milestone, record.all("milestones", ParsedRecord))),
        review=build_review(record.get("review", ParsedRecord)),
        may_name=tuple(mention.text("operation") for mention in record.all("may_name", ParsedRecord)),
    )


def _question(name: str, value: object) -> Question:
    return replace(value, name=name) if isinstance(value, Question) else Question(name, AnswerKind(str(value)))


def build_common_part(record: ParsedRecord, problems: ProblemCollector, clinic: Clinic | None) -> CommonPart:
    review = build_review(record.get("review", ParsedRecord))
    parts = build_parts(record, "parts", problems, allowed_slots(clinic, None))
    if review.status is Status.DRAFT:  # each part then prints with the mark, or not at all
        parts = tuple(replace(part, draft=True) for part in parts)
    return record.build(CommonPart, parts=parts, review=review)


def build_packet_plan(record: ParsedRecord, problems: ProblemCollector) -> PacketPlan:
    return record.build(PacketPlan, staff=record.text("for") == "staff", attach=read_attached(record, problems))


def build_mail_text(record: ParsedRecord) -> MailText:
    names = ("text", "password", "text_html", "text_both")
    paragraphs = {name: tuple(filter(None, record.text(name).split("\n\n"))) for name in names}
    return record.build(MailText, **paragraphs, draft=_is_draft(record))


def build_language(record: ParsedRecord) -> Language:
    words, rules = record.get("words", ParsedRecord), record.get("plurals", ParsedRecord)
    language = record.build(
        Language,
        patterns=_patterns(words),
        draft=_is_draft(record),
        plurals=tuple((name, str(rule)) for name, rule in rules.values.items()) if rules else (),
    )
    # An optional phrase about a surgery is not for another kind of case: each kind has its own, or none.
    shared = {
        name: text for name, text in language.patterns.items() if name not in ABOUT_SURGERY or name not in OPTIONAL
    }
    kinds = {
        name: replace(language, patterns={**shared, **_patterns(kind)}) for name, kind in kinds_of_case(record).items()
    }
    return replace(language, case_kinds=kinds)


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
    if block := blocks.read_block(part, problems, slots):
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


def _milestone(record: ParsedRecord) -> Milestone:
    time, asked_time, hours_before = timings.times_of_day(record)
    return record.build(
        Milestone,
        short=record.text("short") or record.text("label"),
        timing=timings.build_timing(record),
        condition=condition_of(record),
        time=time,
        asked_time=asked_time,
        hours_before=hours_before,
    )


def _check_fill_in(part: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots) -> None:
    source = part.text("from")
    if source and slots.fill_in_from is not None and source not in slots.fill_in_from:
        hint = did_you_mean(source, slots.fill_in_from, f"It can be {listed(slots.fill_in_from)}.")
        problems.add("S06", f'"{source}" is not an allowed value', part.at("from"), hint)


def _is_draft(record: ParsedRecord) -> bool:
    return record.has("review") and build_review(record.get("review", ParsedRecord)).status is Status.DRAFT


def build_review(record: ParsedRecord | None) -> Review:
    return record.build(Review, status=Status(record.text("status", Status.DRAFT))) if record else Review(Status.DRAFT)
