"""Build model values from parsed records.

The parser has already reported each bad or missing field. An empty value takes its place here, so that the rest of the
file is still checked: the caller must not use a value if `problems.failed`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from packets.content import markup
from packets.content.problems import ProblemCollector
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.schema.slots import MAY_BE_ASKED, SLOTS
from packets.content.yaml.parser import Scalar
from packets.model.case import Clinic, Paper, PlainLimits, Profile
from packets.model.handout import (
    Answer,
    Ask,
    Block,
    Change,
    Check,
    CommonPart,
    Condition,
    FillIn,
    Handout,
    Notice,
    PacketPlan,
    Part,
    Provenance,
    RestsOn,
    Review,
    Section,
    Show,
    Source,
    Status,
    Todo,
)
from packets.model.language import Language
from packets.model.mail_settings import MailSettings, MailText, Tls
from packets.model.recovery import At, Between, By, Kind, Milestone, Offset, Timing, Unit


@dataclass(frozen=True, slots=True)
class AllowedSlots:
    """The slots that the texts of a file may use, and for each other slot the reason why not."""

    names: frozenset[str]
    reasons: Mapping[str, str]


def allowed_slots(clinic: Clinic | None, asked: frozenset[str] | None) -> AllowedSlots:
    """Return the slots for the questions that a handout asks; None for a common part, which any handout can print."""
    reasons = {}
    if clinic is not None and not clinic.name:
        reasons["clinic"] = "clinic.yaml has no name. Add one there, or leave {clinic} out."
    for name, answer in MAY_BE_ASKED.items():
        if asked is None:
            reasons[name] = f"Not every handout asks for it. Write a part like this: fill_in: …, from: {name}"
        elif name not in asked:
            reasons[name] = f"It is not always known. Add a line under asks: {name}: {answer.value}"
    return AllowedSlots(frozenset(SLOTS) - set(reasons), reasons)


def build_handout(record: ParsedRecord, problems: ProblemCollector, clinic: Clinic | None) -> Handout:
    asks = record.get("asks", dict) or {}
    slots = allowed_slots(clinic, frozenset(asks))
    return Handout(
        id=record.text("handout"),
        language=record.text("language"),
        revision=record.get("revision", int) or 0,
        title=record.text("title"),
        asks=tuple(Ask(name, Answer(located.value)) for name, located in asks.items()),
        sections=tuple(
            Section(section.text("id"), section.text("heading"), build_parts(section, "parts", problems, slots))
            for section in record.all("sections", ParsedRecord)
        ),
        notices=tuple(
            Notice(
                notice.text("id"),
                notice.text("label"),
                build_parts(notice, "says", problems, slots),
                notice.text("ask"),
            )
            for notice in record.all("notices", ParsedRecord)
        ),
        milestones=tuple(_milestone(milestone) for milestone in record.all("milestones", ParsedRecord)),
        ends_with=string_list(record, "ends_with"),
        provenance=_provenance(record.get("provenance", ParsedRecord)),
        review=build_review(record.get("review", ParsedRecord)),
        names=string_list(record, "names"),
        may_name=tuple(mention.text("operation") for mention in record.all("may_name", ParsedRecord)),
    )


def build_common_part(record: ParsedRecord, problems: ProblemCollector, clinic: Clinic | None) -> CommonPart:
    review = build_review(record.get("review", ParsedRecord))
    parts = build_parts(record, "parts", problems, allowed_slots(clinic, None))
    if review.status is Status.DRAFT:  # each part then prints with the mark, or not at all
        parts = tuple(replace(part, draft=True) for part in parts)
    return CommonPart(
        id=record.text("common"),
        language=record.text("language"),
        revision=record.get("revision", int) or 0,
        heading=record.text("heading"),
        parts=parts,
        review=review,
    )


def build_packet_plan(record: ParsedRecord) -> PacketPlan:
    return PacketPlan(record.text("packet"), string_list(record, "shows"), staff=record.text("for") == "staff")


def build_clinic(record: ParsedRecord) -> Clinic:
    return Clinic(
        phone=record.text("phone"),
        dial=record.text("dial"),
        paper=Paper(record.text("paper", Paper.LETTER)),
        profile=Profile(record.text("print", Profile.NORMAL)),
        language=record.text("language"),
        name=record.text("name"),
        booking_url=record.text("booking_url"),
        plain=_plain_limits(record.get("plain", ParsedRecord)),
        mail=build_mail_settings(settings) if (settings := record.get("mail", ParsedRecord)) else None,
        time_zone=record.text("time_zone"),
    )


def _plain_limits(record: ParsedRecord | None) -> PlainLimits:
    return PlainLimits(record.get("most_grade", int), record.get("most_words", int)) if record else PlainLimits()


def build_mail_settings(record: ParsedRecord) -> MailSettings:
    return MailSettings(
        host=record.text("host"),
        port=record.get("port", int) or 0,
        tls=Tls(record.text("tls", Tls.STARTTLS)),
        sender=record.text("from"),
        reply_to=record.text("reply_to"),
        user=record.text("user"),
        ca_file=record.text("ca_file"),
        per_minute=record.get("per_minute", int) or 20,
        deadline_hours=record.get("deadline_hours", int) or 48,
        before_confirmed=record.text("before_confirmed") == "yes",
        passwords=record.text("passwords") == "yes",
        site_folder=record.text("site_folder"),
    )


def build_mail_text(record: ParsedRecord) -> MailText:
    return MailText(
        language=record.text("language"),
        revision=record.get("revision", int) or 0,
        subject=record.text("subject"),
        greeting=record.text("greeting"),
        text=tuple(record.text("text").split("\n\n")),
        password=tuple(record.text("password").split("\n\n")),
        event=record.text("event"),
    )


def build_language(record: ParsedRecord) -> Language:
    words, review, rules = (record.get(name, ParsedRecord) for name in ("words", "review", "plurals"))
    return Language(
        tag=record.text("language"),
        name=record.text("name"),
        revision=record.get("revision", int) or 0,
        months=string_list(record, "months"),
        short_months=string_list(record, "short_months"),
        weekdays=string_list(record, "weekdays"),
        patterns={name: str(value) for name, value in words.values.items()} if words else {},
        draft=review is not None and review.text("status") == Status.DRAFT,
        plurals=tuple((name, str(rule)) for name, rule in rules.values.items()) if rules else (),
    )


def string_list(record: ParsedRecord, name: str) -> tuple[str, ...]:
    return tuple(str(entry.value) for entry in record.all(name, ParsedValue))


def build_parts(record: ParsedRecord, name: str, problems: ProblemCollector, slots: AllowedSlots) -> tuple[Part, ...]:
    return tuple(
        Part(
            _blocks(part, problems, slots),
            part.get("if", Condition) or part.get("unless", Condition),
            draft=part.has("status"),
            rests_on=tuple(
                RestsOn(source.text("source"), source.text("took")) for source in part.all("rests_on", ParsedRecord)
            ),
            states=tuple((name, str(fact.value)) for name, fact in (part.get("states", dict) or {}).items()),
        )
        for part in record.all(name, ParsedRecord)
    )


def _blocks(part: ParsedRecord, problems: ProblemCollector, slots: AllowedSlots) -> tuple[Block, ...]:
    if not part.has("fill_in"):
        for name in ("from", "lines", "note"):
            if part.has(name):
                problems.add("S16", f'"{name}" belongs to fill_in', part.at(name), "Add fill_in: with a label.")
    if text := part.get("text", Scalar):
        return markup.read(text, problems, slots.names, slots.reasons)
    if tick := part.get("check", Scalar):
        return (Check(markup.read_line(tick, problems, slots.names, slots.reasons)),)
    if show := part.text("show"):
        return (Show(show),)
    if todo := part.text("todo"):
        return (Todo(todo),)
    if label := part.text("fill_in"):
        return (FillIn(label, part.text("from"), part.get("lines", int) or 1, part.text("note")),)
    return ()


def build_timing(record: ParsedRecord) -> Timing:
    for name in ("at", "by", "between"):
        if (value := record.values.get(name)) and isinstance(value, At | By | Between):
            return value
    return At(Offset(1, Unit.DAY))


def _milestone(record: ParsedRecord) -> Milestone:
    return Milestone(
        id=record.text("id"),
        label=record.text("label"),
        short=record.text("short") or record.text("label"),
        timing=build_timing(record),
        quote=record.text("quote"),
        kind=Kind(record.text("kind", Kind.EXPECTATION)),
        ask=record.text("ask"),
    )


def _provenance(record: ParsedRecord | None) -> Provenance:
    if record is None:
        return Provenance("", "")
    changes = tuple(
        Change(
            where=change.text("where"),
            was=change.text("was"),
            now=change.text("now"),
            why=change.text("why"),
            confirmed_by=change.text("confirmed_by"),
            confirmed_on=change.get("confirmed_on", dt.date),
        )
        for change in record.all("changes", ParsedRecord)
    )
    sources = tuple(
        Source(*(source.text(name) for name in ("id", "title", "publisher", "url", "seen", "rights")))
        for source in record.all("sources", ParsedRecord)
    )
    return Provenance(record.text("source"), record.text("sha256"), changes, sources)


def build_review(record: ParsedRecord | None) -> Review:
    if record is None:
        return Review(Status.DRAFT)
    return Review(
        status=Status(record.text("status", Status.DRAFT)),
        by=record.text("by"),
        on=record.get("on", dt.date),
        again_by=record.get("again_by", dt.date),
    )
