"""Build surgeons' instructions from their files and check them against the handouts that they change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from packets.content import build, timings
from packets.content.allowed_slots import allowed_slots
from packets.content.lint import conditions, supporting_files
from packets.content.problems import ProblemCollector, did_you_mean, listed
from packets.content.schema.records import ParsedRecord, ParsedValue
from packets.content.yaml.parser import Place
from packets.model.case import Clinic
from packets.model.condition import Condition
from packets.model.handout import BEFORE_SURGERY, Handout, Notice, Part, Status
from packets.model.language import Language
from packets.model.question import Question
from packets.model.recovery import At, Between, By, Kind, Milestone, SurgeonOverride
from packets.model.surgeon import Surgeon, SurgeonInstructions, normalized_name

# "until by Monday" or "until" a range of days can be read in two ways.
_NEEDS_ONE_DAY = {"until", "till", "before", "after", "from", "since", "by", "on", "hasta", "desde", "de"}
HandoutLookup = Callable[[str, str], Handout | None]


def build_surgeon(
    record: ParsedRecord,
    problems: ProblemCollector,
    handout_of: HandoutLookup,
    all_procedures: Iterable[str],
    only: str | None,
    clinic: Clinic | None,
    language: Language | None,
    today: dt.date | None,
) -> Surgeon:
    """Build a surgeon from one file; `only` limits the work to one procedure."""
    tag, known = record.text("language"), sorted(set(all_procedures))
    supporting_files.check_phone_and_dial(record, problems)
    procedures: list[SurgeonInstructions] = []
    for procedure in record.all("procedures", ParsedRecord):
        name = procedure.text("procedure")
        if name and name not in known:
            hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}.")
            problems.add("L22", f'there is no procedure "{name}"', procedure.at("procedure"), hint)
        elif name in {other.procedure for other in procedures}:
            problems.add("L17", f'"{name}" is in the list twice', procedure.at("procedure"), "Delete one of the two.")
        elif name and only in (None, name) and (handout := handout_of(name, tag)):
            _check_review(procedure, problems, today)
            instructions = _build_instructions(record, procedure, handout, clinic, problems, today)
            procedures.append(instructions)
            if language:
                written = zip(instructions.milestones, procedure.all("milestones", ParsedRecord), strict=True)
                timings.check_phrases(written, language, handout.kind, problems)
    return record.build(Surgeon, procedures=tuple(procedures))


def _check_review(written: ParsedRecord, problems: ProblemCollector, today: dt.date | None) -> None:
    supporting_files.check_review(written, problems, today)
    review = written.get("review", ParsedRecord)
    if review and review.text("status") in (Status.PUBLISHED, Status.FORM):
        hint = "Write approved with by, on and again_by, or draft."
        problems.add("R12", f"a surgeon's own words cannot be {review.text('status')}", review.at("status"), hint)


def _build_instructions(
    file: ParsedRecord,
    record: ParsedRecord,
    handout: Handout,
    clinic: Clinic | None,
    problems: ProblemCollector,
    today: dt.date | None,
) -> SurgeonInstructions:
    review = build.build_review(record.get("review", ParsedRecord))
    draft = review.status is Status.DRAFT
    slots = allowed_slots(clinic, handout.questions)
    name_and_file = (file.text("name"), f"surgeons/{file.text('surgeon')}.yaml")
    notices, milestones = [], []
    taken: set[str] = set()
    for notice in record.all("notices", ParsedRecord):
        before = _find_replaced(notice, "id", "notice", handout.notices, handout, taken, "L34", problems)
        _check_said_on(notice, problems, today)
        parts = build.build_parts(notice, "says", problems, slots)
        condition = before.condition if isinstance(before, Notice) else None
        _check_answers(notice, parts, condition, handout.choices, problems)
        _check_sides(notice, parts, handout, problems)
        if isinstance(before, Notice):
            parts = tuple(_as_draft(part, draft) for part in parts)
            notices.append(replace(before, label=notice.text("label") or before.label, parts=parts))
    taken = set()
    for milestone in record.all("milestones", ParsedRecord):
        if milestone.has("adds"):
            _check_added(milestone, handout, taken, problems)
            before = None
        else:
            before = _find_replaced(
                milestone, "replaces", "milestone", handout.milestones, handout, taken, "M08", problems
            )
        _check_said_on(milestone, problems, today)
        _check_sides(milestone, (), handout, problems)
        if handout.kind == BEFORE_SURGERY:
            timings.check_before_surgery(milestone, problems)
        replaced = before if isinstance(before, Milestone) else None
        milestones.append(_milestone(milestone, replaced, name_and_file, handout.questions, problems))
    return SurgeonInstructions(handout.id, tuple(notices), tuple(milestones), review)


def _check_sides(record: ParsedRecord, parts: Iterable[Part], handout: Handout, problems: ProblemCollector) -> None:
    if handout.side is not None:
        from packets.content.lint.side_words import check_surgeons_sides

        check_surgeons_sides(record, parts, handout, problems)


def _as_draft(part: Part, draft: bool) -> Part:
    return replace(part, draft=draft or part.draft)


def _find_replaced(
    record: ParsedRecord,
    field: str,
    noun: str,
    originals: tuple[Notice, ...] | tuple[Milestone, ...],
    handout: Handout,
    taken: set[str],
    code: str,
    problems: ProblemCollector,
) -> Notice | Milestone | None:
    name, known = record.text(field), [original.id for original in originals]
    if name and name not in known:
        hint = did_you_mean(name, known, f"There are: {listed(known, 'and')}." if known else "It has none.")
        problems.add(code, f'the handout "{handout.id}" has no {noun} "{name}"', record.at(field), hint)
    elif name in taken:
        problems.add("L17", f'"{name}" is in the list twice', record.at(field), "Delete one of the two.")
    taken.add(name)
    return next((original for original in originals if original.id == name), None)


def _check_added(record: ParsedRecord, handout: Handout, taken: set[str], problems: ProblemCollector) -> None:
    name = record.text("adds")
    if name in {milestone.id for milestone in handout.milestones}:
        message = f'the handout "{handout.id}" has a milestone "{name}" already'
        problems.add("L02", message, record.at("adds"), f"To take its place, write: replaces: {name}")
    elif name in taken:
        problems.add("L17", f'"{name}" is in the list twice', record.at("adds"), "Delete one of the two.")
    taken.add(name)


def _check_said_on(record: ParsedRecord, problems: ProblemCollector, today: dt.date | None) -> None:
    day = record.get("said_on", dt.date)
    if today and day and day > today:
        problems.add("R09", '"said_on" is in the future', record.at("said_on"))


def _check_answers(
    record: ParsedRecord,
    parts: tuple[Part, ...],
    condition: Condition | None,
    questions: dict[str, tuple[str, ...]],
    problems: ProblemCollector,
) -> None:
    """Report answers for which a notice prints nothing, as for a handout's notice."""
    for part, written in zip(parts, record.all("says", ParsedRecord), strict=True):
        conditions.check_condition(part.condition, written, questions, problems)
        if part.draft:
            hint = "Set the status of the procedure's review to draft."
            problems.add("R19", "a part of a surgeon's notice has no status of its own", written.at("status"), hint)
    if record.has("says"):
        conditions.check_notice(parts, condition, record, questions, problems)


def _milestone(
    record: ParsedRecord,
    before: Milestone | None,
    name_and_file: tuple[str, str],
    questions: tuple[Question, ...],
    problems: ProblemCollector,
) -> Milestone:
    kind = Kind(record.text("kind", Kind.EXPECTATION))
    _check_kind(record, kind, before, problems)
    timings.check_timing(record, kind, problems)
    timings.check_time_of_day(record, questions, problems)
    last, field = record.text("asks_you_to").rpartition(" ")[2], timings.time_field(record)
    if last in _NEEDS_ONE_DAY and field and field not in ("at", "before", "by", "between"):
        hint = f'Write the day with at: 3 weeks, or leave "{last}" out: "{field}" prints its own word.'
        problems.add("M11", f'after "{last}" there must be one day', record.at(field), hint)
    if before and field and not record.has("time"):
        _warn_of_lost_time(before, record, field, problems)
    override = SurgeonOverride(
        surgeon=name_and_file[0],
        file=name_and_file[1],
        why=record.text("why"),
        said_by=record.text("said_by"),
        said_on=record.get("said_on", dt.date),
        instead_of=before,
    )
    same = before is not None and before.kind is kind
    timing = timings.build_timing(record)
    is_one_day = isinstance(timing, At | By | Between)
    time, asked_time, hours_before = timings.times_of_day(record)
    return Milestone(
        id=record.text("adds") or record.text("replaces"),
        label=record.text("asks_you_to") or record.text("label"),
        short=record.text("short") or (before.short if before else ""),
        timing=timing,
        known_by=before.known_by if before and is_one_day else "",
        time=time,
        asked_time=asked_time,
        hours_before=hours_before,
        quote="",
        kind=kind,
        condition=before.condition if before else None,
        # A question about what is usual is not answered by an order.
        ask=record.text("ask") or (before.ask if before and same else ""),
        override=override,
    )


def _warn_of_lost_time(before: Milestone, record: ParsedRecord, field: str, problems: ProblemCollector) -> None:
    """Warn if the handout's milestone has a time of day and the surgeon's has none (M77)."""
    if time := before.time or before.asked_words:
        message = f'the handout\'s "{before.id}" has a time of day, and this has none'
        if field in timings.ONE_DAY:
            hint = f'Add time: "{time}" or the surgeon\'s own time.'
        else:
            words = "asks_you_to" if record.has("asks_you_to") else "label"
            hint = f'"{field}" cannot have a time of day. Write it in "{words}", or use at: and time: instead.'
        hint += " If no time is meant, ignore this note."
        problems.add("M77", message, record.at(field), hint, warning=True)


def _check_kind(record: ParsedRecord, kind: Kind, before: Milestone | None, problems: ProblemCollector) -> None:
    """Report an expectation that becomes a restriction, or the reverse, unless the file says so."""
    if record.has("kind") and record.get("kind", str) is not None:
        needs = "asks_you_to" if kind is Kind.RESTRICTION else "label"
        if not record.has(needs) and (record.has("asks_you_to") or record.has("label")):
            not_an_order = f"{_with_article(kind)} is not an order"
            words = 'an order is worded "asks you to"' if needs == "asks_you_to" else not_an_order
            problems.add("M10", f'{words}: it needs "{needs}"', record.at("kind"), f"Write {needs}: instead.")
    if before is None:
        if record.has("instead_of") and record.has("adds"):
            problems.add("M16", '"instead_of" belongs to "replaces"', record.at("instead_of"), "Delete the line.")
        return
    declared = record.text("instead_of")
    if before.kind is not kind and declared != before.kind:
        message = f'the handout\'s "{before.id}" is {_with_article(before.kind)}; this makes it {_with_article(kind)}'
        place = record.at("instead_of") if declared else record.at("kind")
        problems.add("M09", message, place, f"If that is meant, write: instead_of: {before.kind}")
    elif declared and declared != before.kind:
        message = f'the handout\'s "{before.id}" is {_with_article(before.kind)}'
        problems.add("M16", message, record.at("instead_of"), "Delete the line.")


def _with_article(kind: Kind) -> str:
    return f"a {kind}" if kind is Kind.RESTRICTION else f"an {kind}"


def check_name_clashes(files: Iterable[tuple[ParsedRecord, Surgeon, ProblemCollector]]) -> None:
    """Report a name that two surgeons have; the files of one surgeon in several languages share theirs."""
    owners: dict[str, dict[str, tuple[Surgeon, str, Place]]] = {}  # by name and language
    for record, surgeon, problems in files:
        written = [ParsedValue(record.text("name"), record.at("name")), *record.all("aliases", ParsedValue)]
        for entry in written:
            name = normalized_name(str(entry.value))
            if not name:
                continue
            known = owners.setdefault(name, {})
            others = [
                (path, place)
                for tag, (other, path, place) in known.items()
                if tag == surgeon.language or normalized_name(other.name) != normalized_name(surgeon.name)
            ]
            for path, place in others[:1]:
                hint = "One name leads to one surgeon. Delete one of the two."
                hint += "\nFor the same surgeon in another language, write the same name: in both files."
                problems.add("L33", f'"{entry.value}" is taken ({path}:{place.line})', entry.place, hint)
            known.setdefault(surgeon.language, (surgeon, problems.path, entry.place))
