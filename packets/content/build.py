"""Take the fields found in a file, give the value of the domain that they stand for.

Where a field is bad or missing its problem is noted already, and a placeholder takes its place, so that the texts of
the file are read all the same; whoever calls must not hand on a value whose notes have failed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from packets.content import markup
from packets.content.formats import MAY_BE_ASKED, SLOTS
from packets.content.notes import Notes
from packets.content.schema import Found, Located
from packets.content.yamlsource import Scalar
from packets.domain.case import Clinic, Paper, PlainLimits, Profile
from packets.domain.document import (
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
from packets.domain.mail import MailSettings, MailText, Tls
from packets.domain.recovery import At, Between, By, Kind, Milestone, Offset, Timing, Unit
from packets.domain.wording import Language


@dataclass(frozen=True, slots=True)
class Slots:
    """The slots that a file's texts may use, and why others may not be used there."""

    usable: frozenset[str]
    because: Mapping[str, str]


def slots(clinic: Clinic | None, asked: frozenset[str] | None) -> Slots:
    """`asked` are the questions of the handout; None for a common part, which belongs to every handout."""
    because = {}
    if clinic is not None and not clinic.name:
        because["clinic"] = "clinic.yaml gives no name. Add one there, or leave {clinic} out."
    for name, answer in MAY_BE_ASKED.items():
        if asked is None:
            because[name] = f"Not every handout asks for it. Write a part like this: fill_in: …, from: {name}"
        elif name not in asked:
            because[name] = f"It is not always known. Add a line under asks: {name}: {answer.value}"
    return Slots(frozenset(SLOTS) - set(because), because)


def handout(found: Found, notes: Notes, clinic: Clinic | None) -> Handout:
    asks = found.get("asks", dict) or {}
    usable = slots(clinic, frozenset(asks))
    return Handout(
        id=found.text("handout"),
        language=found.text("language"),
        revision=found.get("revision", int) or 0,
        title=found.text("title"),
        asks=tuple(Ask(name, Answer(located.value)) for name, located in asks.items()),
        sections=tuple(
            Section(each.text("id"), each.text("heading"), parts_of(each, "parts", notes, usable))
            for each in found.all("sections", Found)
        ),
        notices=tuple(
            Notice(each.text("id"), each.text("label"), parts_of(each, "says", notes, usable), each.text("ask"))
            for each in found.all("notices", Found)
        ),
        milestones=tuple(_milestone(each) for each in found.all("milestones", Found)),
        ends_with=texts(found, "ends_with"),
        provenance=_provenance(found.get("provenance", Found)),
        review=review(found.get("review", Found)),
        names=texts(found, "names"),
        may_name=tuple(each.text("operation") for each in found.all("may_name", Found)),
    )


def common(found: Found, notes: Notes, clinic: Clinic | None) -> CommonPart:
    reviewed = review(found.get("review", Found))
    parts = parts_of(found, "parts", notes, slots(clinic, None))
    if reviewed.status is Status.DRAFT:  # each part then prints with the mark, or not at all
        parts = tuple(replace(part, draft=True) for part in parts)
    return CommonPart(
        id=found.text("common"),
        language=found.text("language"),
        revision=found.get("revision", int) or 0,
        heading=found.text("heading"),
        parts=parts,
        review=reviewed,
    )


def plan(found: Found) -> PacketPlan:
    return PacketPlan(found.text("packet"), texts(found, "shows"), staff=found.text("for") == "staff")


def clinic(found: Found) -> Clinic:
    return Clinic(
        phone=found.text("phone"),
        dial=found.text("dial"),
        paper=Paper(found.text("paper", Paper.LETTER)),
        profile=Profile(found.text("print", Profile.NORMAL)),
        language=found.text("language"),
        name=found.text("name"),
        booking_url=found.text("booking_url"),
        plain=_limits(found.get("plain", Found)),
        mail=mail_settings(written) if (written := found.get("mail", Found)) else None,
        time_zone=found.text("time_zone"),
    )


def _limits(found: Found | None) -> PlainLimits:
    return PlainLimits(found.get("most_grade", int), found.get("most_words", int)) if found else PlainLimits()


def mail_settings(found: Found) -> MailSettings:
    return MailSettings(
        host=found.text("host"),
        port=found.get("port", int) or 0,
        tls=Tls(found.text("tls", Tls.STARTTLS)),
        sender=found.text("from"),
        reply_to=found.text("reply_to"),
        user=found.text("user"),
        ca_file=found.text("ca_file"),
        per_minute=found.get("per_minute", int) or 20,
        deadline_hours=found.get("deadline_hours", int) or 48,
        before_confirmed=found.text("before_confirmed") == "yes",
        passwords=found.text("passwords") == "yes",
        site_folder=found.text("site_folder"),
    )


def mail(found: Found) -> MailText:
    return MailText(
        language=found.text("language"),
        revision=found.get("revision", int) or 0,
        subject=found.text("subject"),
        greeting=found.text("greeting"),
        text=tuple(found.text("text").split("\n\n")),
        password=tuple(found.text("password").split("\n\n")),
        event=found.text("event"),
    )


def language(found: Found) -> Language:
    words, written, rules = (found.get(name, Found) for name in ("words", "review", "plurals"))
    return Language(
        tag=found.text("language"),
        name=found.text("name"),
        revision=found.get("revision", int) or 0,
        months=texts(found, "months"),
        short_months=texts(found, "short_months"),
        weekdays=texts(found, "weekdays"),
        patterns={name: str(value) for name, value in words.values.items()} if words else {},
        draft=written is not None and written.text("status") == Status.DRAFT,
        plurals=tuple((name, str(rule)) for name, rule in rules.values.items()) if rules else (),
    )


def texts(found: Found, name: str) -> tuple[str, ...]:
    return tuple(str(entry.value) for entry in found.all(name, Located))


def parts_of(found: Found, name: str, notes: Notes, usable: Slots) -> tuple[Part, ...]:
    return tuple(
        Part(
            _blocks(each, notes, usable),
            each.get("if", Condition) or each.get("unless", Condition),
            draft=each.has("status"),
            rests_on=tuple(RestsOn(rest.text("source"), rest.text("took")) for rest in each.all("rests_on", Found)),
            states=tuple((name, str(fact.value)) for name, fact in (each.get("states", dict) or {}).items()),
        )
        for each in found.all(name, Found)
    )


def _blocks(part: Found, notes: Notes, usable: Slots) -> tuple[Block, ...]:
    if not part.has("fill_in"):
        for name in ("from", "lines", "note"):
            if part.has(name):
                notes.add("S16", f'"{name}" belongs to fill_in', part.at(name), "Add fill_in: with a label.")
    if text := part.get("text", Scalar):
        return markup.read(text, notes, usable.usable, usable.because)
    if tick := part.get("check", Scalar):
        return (Check(markup.read_line(tick, notes, usable.usable, usable.because)),)
    if show := part.text("show"):
        return (Show(show),)
    if todo := part.text("todo"):
        return (Todo(todo),)
    if label := part.text("fill_in"):
        return (FillIn(label, part.text("from"), part.get("lines", int) or 1, part.text("note")),)
    return ()


def timing(found: Found) -> Timing:
    for name in ("at", "by", "between"):
        if (value := found.values.get(name)) and isinstance(value, At | By | Between):
            return value
    return At(Offset(1, Unit.DAY))


def _milestone(found: Found) -> Milestone:
    return Milestone(
        id=found.text("id"),
        label=found.text("label"),
        short=found.text("short") or found.text("label"),
        timing=timing(found),
        quote=found.text("quote"),
        kind=Kind(found.text("kind", Kind.EXPECTATION)),
        ask=found.text("ask"),
    )


def _provenance(found: Found | None) -> Provenance:
    if found is None:
        return Provenance("", "")
    changes = tuple(
        Change(
            where=each.text("where"),
            was=each.text("was"),
            now=each.text("now"),
            why=each.text("why"),
            confirmed_by=each.text("confirmed_by"),
            confirmed_on=each.get("confirmed_on", dt.date),
        )
        for each in found.all("changes", Found)
    )
    sources = tuple(
        Source(*(each.text(name) for name in ("id", "title", "publisher", "url", "seen", "rights")))
        for each in found.all("sources", Found)
    )
    return Provenance(found.text("source"), found.text("sha256"), changes, sources)


def review(found: Found | None) -> Review:
    if found is None:
        return Review(Status.DRAFT)
    return Review(
        status=Status(found.text("status", Status.DRAFT)),
        by=found.text("by"),
        on=found.get("on", dt.date),
        again_by=found.get("again_by", dt.date),
    )
