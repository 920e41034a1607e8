"""Take the files of surgeons' own instructions and the handouts that they belong to, give them built and checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from packets.content import build, checks, handout_checks
from packets.content.notes import Notes, did_you_mean, listed
from packets.content.schema import Found, Located
from packets.content.yamlsource import Place
from packets.domain.case import Clinic
from packets.domain.document import CHOICES, Answer, Handout, Notice, Part, Status
from packets.domain.recovery import Kind, Milestone, Own
from packets.domain.surgeon import OwnInstructions, Surgeon, plain

# "until by Monday", or until one of several days: an order that can be read in two ways.
_NEEDS_ONE_DAY = {"until", "till", "before", "after", "from", "since", "by", "on", "hasta", "desde", "de"}
Handouts = Callable[[str, str], Handout | None]


def build_surgeon(
    found: Found,
    notes: Notes,
    handout_of: Handouts,
    known: Iterable[str],
    only: str | None,
    clinic: Clinic | None,
    today: dt.date | None,
) -> Surgeon:
    """`known` are all procedures; with `only`, what is said of others is not looked at."""
    tag, known = found.text("language"), sorted(set(known))
    _number(found, notes)
    procedures: list[OwnInstructions] = []
    for each in found.all("procedures", Found):
        name = each.text("procedure")
        if name and name not in known:
            hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}.")
            notes.add("L22", f'there is no procedure "{name}"', each.at("procedure"), hint)
        elif name in {other.procedure for other in procedures}:
            notes.add("L17", f'"{name}" stands in the list twice', each.at("procedure"), "Delete one of the two.")
        elif name and only in (None, name) and (handout := handout_of(name, tag)):
            _review(each, notes, today)
            procedures.append(_own(found, each, handout, clinic, notes, today))
    return Surgeon(
        id=found.text("surgeon"),
        language=tag,
        revision=found.get("revision", int) or 0,
        name=found.text("name"),
        aliases=build.texts(found, "aliases"),
        not_meant=build.texts(found, "not_meant"),
        phone=found.text("phone"),
        dial=found.text("dial"),
        procedures=tuple(procedures),
    )


def _number(found: Found, notes: Notes) -> None:
    phone, dial = found.text("phone"), found.text("dial")
    if found.has("phone") != found.has("dial"):
        there, missing = ("phone", "dial") if found.has("phone") else ("dial", "phone")
        notes.add("L15", f'"{there}" needs "{missing}" as well', found.at(there), "The QR code dials what is printed.")
    elif phone and dial:
        checks.same_number(phone, dial, found, notes)


def _review(written: Found, notes: Notes, today: dt.date | None) -> None:
    checks.review(written, notes, today)
    review = written.get("review", Found)
    if review and review.text("status") in (Status.PUBLISHED, Status.FORM):
        hint = "Write approved with by, on and again_by, or draft."
        notes.add("R12", f"a surgeon's own words cannot be {review.text('status')}", review.at("status"), hint)


def _own(
    file: Found, found: Found, handout: Handout, clinic: Clinic | None, notes: Notes, today: dt.date | None
) -> OwnInstructions:
    review = build.review(found.get("review", Found))
    draft = review.status is Status.DRAFT
    usable = build.slots(clinic, frozenset(ask.name for ask in handout.asks))
    questions: dict[str, tuple[str, ...]] = {ask.name: CHOICES for ask in handout.asks if ask.answer is Answer.CHOICE}
    signed = (file.text("name"), f"surgeons/{file.text('surgeon')}.yaml")
    notices, milestones = [], []
    taken: set[str] = set()
    for each in found.all("notices", Found):
        before = _known(each, "id", "notice", handout.notices, handout, taken, "L34", notes)
        _said(each, notes, today)
        parts = build.parts_of(each, "says", notes, usable)
        _covers(each, parts, questions, notes)
        if isinstance(before, Notice):
            parts = tuple(_marked(part, draft) for part in parts)
            notices.append(Notice(before.id, each.text("label") or before.label, parts, before.ask))
    taken = set()
    for each in found.all("milestones", Found):
        if each.has("adds"):
            _new(each, handout, taken, notes)
            before = None
        else:
            before = _known(each, "replaces", "milestone", handout.milestones, handout, taken, "M08", notes)
        _said(each, notes, today)
        instead = before if isinstance(before, Milestone) else None
        milestones.append(_milestone(each, instead, signed, notes))
    return OwnInstructions(handout.id, tuple(notices), tuple(milestones), review)


def _marked(part: Part, draft: bool) -> Part:
    return Part(part.blocks, part.condition, draft or part.draft, part.rests_on, part.states)


def _known(
    found: Found,
    field: str,
    noun: str,
    those: tuple[Notice, ...] | tuple[Milestone, ...],
    handout: Handout,
    taken: set[str],
    code: str,
    notes: Notes,
) -> Notice | Milestone | None:
    name, known = found.text(field), [each.id for each in those]
    if name and name not in known:
        hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}." if known else "It has none.")
        notes.add(code, f'the handout "{handout.id}" has no {noun} "{name}"', found.at(field), hint)
    elif name in taken:
        notes.add("L17", f'"{name}" stands in the list twice', found.at(field), "Delete one of the two.")
    taken.add(name)
    return next((each for each in those if each.id == name), None)


def _new(found: Found, handout: Handout, taken: set[str], notes: Notes) -> None:
    name = found.text("adds")
    if name in {each.id for each in handout.milestones}:
        message = f'the handout "{handout.id}" has a milestone "{name}" already'
        notes.add("L02", message, found.at("adds"), f"To take its place, write: replaces: {name}")
    elif name in taken:
        notes.add("L17", f'"{name}" stands in the list twice', found.at("adds"), "Delete one of the two.")
    taken.add(name)


def _said(found: Found, notes: Notes, today: dt.date | None) -> None:
    day = found.get("said_on", dt.date)
    if today and day and day > today:
        notes.add("R09", "the day on which it was said is in the future", found.at("said_on"))


def _covers(found: Found, parts: Iterable[Part], questions: dict[str, tuple[str, ...]], notes: Notes) -> None:
    """Every answer gets words, as in a handout's notice."""
    parts = tuple(parts)
    for part, written in zip(parts, found.all("says", Found), strict=True):
        checks.conditions(part.condition, written, questions, notes)
        if part.draft:
            hint = "Let the review of the procedure say draft."
            notes.add("R12", "a part of a surgeon's notice has no status of its own", written.at("status"), hint)
    asked = {part.condition.question for part in parts if part.condition} & set(questions)
    for question in sorted(asked):
        silent = [answer for answer in CHOICES if not handout_checks.says_something(parts, question, answer)]
        if silent:
            hint = f"Add a part: - if: {question} is {silent[0]}"
            message = f'the notice says nothing when "{question}" is {listed(silent)}'
            notes.add("L10", message, found.at("says"), hint)
    if found.has("says") and not asked and not any(part.condition is None for part in parts):
        notes.add("L10", "the notice may say nothing", found.at("says"), "Add a part without a condition.")


def _milestone(found: Found, before: Milestone | None, signed: tuple[str, str], notes: Notes) -> Milestone:
    kind = Kind(found.text("kind", Kind.EXPECTATION))
    _kinds(found, kind, before, notes)
    last = found.text("asks_you_to").rpartition(" ")[2]
    if last in _NEEDS_ONE_DAY and not found.has("at"):
        hint = "Write the day with at: 3 weeks"
        notes.add(
            "M11", f'behind "{last}" there must be one day', found.at("by" if found.has("by") else "between"), hint
        )
    own = Own(
        surgeon=signed[0],
        file=signed[1],
        why=found.text("why"),
        said_by=found.text("said_by"),
        said_on=found.get("said_on", dt.date),
        instead_of=before,
    )
    if found.has("adds") and not found.has("short"):
        notes.add("S02", 'a milestone that is added needs "short"', found.place, "Add a line: short: First visit")
    same = before is not None and before.kind is kind
    return Milestone(
        id=found.text("adds") or found.text("replaces"),
        label=found.text("asks_you_to") or found.text("label"),
        short=found.text("short") or (before.short if before else ""),
        timing=build.timing(found),
        quote="",
        kind=kind,
        # A question about what is usual is not answered by an order.
        ask=found.text("ask") or (before.ask if before and same else ""),
        own=own,
    )


def _kinds(found: Found, kind: Kind, before: Milestone | None, notes: Notes) -> None:
    """What is usual never becomes an order, nor an order what is usual, unless the file says so."""
    if found.has("kind") and found.get("kind", str) is not None:
        needs = "asks_you_to" if kind is Kind.RESTRICTION else "label"
        if not found.has(needs) and (found.has("asks_you_to") or found.has("label")):
            words = 'an order is worded "asks you to"' if needs == "asks_you_to" else f"{_a(kind)} is no order"
            notes.add("M10", f'{words}: it needs "{needs}"', found.at("kind"), f"Write {needs}: instead.")
    if before is None:
        if found.has("instead_of") and found.has("adds"):
            notes.add("M09", '"instead_of" belongs to "replaces"', found.at("instead_of"), "Delete the line.")
        return
    said = found.text("instead_of")
    if before.kind is not kind and said != before.kind:
        message = f'the handout\'s "{before.id}" is {_a(before.kind)}; this makes it {_a(kind)}'
        place = found.at("instead_of") if said else found.at("kind")
        notes.add("M09", message, place, f"If that is meant, write: instead_of: {before.kind}")
    elif said and said != before.kind:
        message = f'the handout\'s "{before.id}" is {_a(before.kind)}'
        notes.add("M09", message, found.at("instead_of"), "Delete the line.")


def _a(kind: Kind) -> str:
    return f"a {kind}" if kind is Kind.RESTRICTION else f"an {kind}"


def check_names(read: Iterable[tuple[Found, Surgeon, Notes]]) -> None:
    """One name must not lead to two surgeons."""
    owner: dict[str, tuple[str, Place]] = {}
    for found, _, notes in read:
        written = [Located(found.text("name"), found.at("name")), *found.all("aliases", Located)]
        for each in written:
            name = plain(str(each.value))
            if not name:
                continue
            if name in owner:
                path, place = owner[name]
                hint = "One name leads to one surgeon. Delete one of the two."
                notes.add("L33", f'"{each.value}" is taken ({path}:{place.line})', each.place, hint)
            owner.setdefault(name, (notes.path, each.place))
